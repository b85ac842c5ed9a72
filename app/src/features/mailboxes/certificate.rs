//! One certificate of a mailbox, and what an administrator can do with it.

use api::{
    CertificateSource, CertificateStatus, CertificateSummary, Problem, RenewCertificate,
    Revocation, RevocationReason, RevokeCertificate,
};
use leptos::{prelude::*, task::spawn_local};

use super::page::{common_name, days_left};
use crate::{
    browser::{Form, format_time},
    features::overview::{from_word, to_word},
    portal::portal,
    text::text,
    ui::{Badge, Confirm, Copyable, Fact, Facts, ProblemLine, SelectField, Symbol, Time, Tone},
};

/// A certificate as a card; `on_done` runs when something has changed.
#[component]
pub fn CertificateCard(
    certificate: CertificateSummary,
    /// Holds what is asked about.
    revoking: RwSignal<Option<CertificateSummary>>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let (tone, symbol) = match certificate.status {
        CertificateStatus::InUse => (Tone::Good, Some(Symbol::Check)),
        CertificateStatus::Revoked => (Tone::Bad, Some(Symbol::Cross)),
        CertificateStatus::Former | CertificateStatus::Expired => (Tone::Neutral, None),
    };
    let status = certificate.status;
    let left = match status {
        CertificateStatus::InUse => days_left(&certificate, t),
        _ => ().into_any(),
    };
    let revocation = certificate.revocation.clone().map(|revoked| {
        let day = format_time(&revoked.at, Form::Day, t.locale);
        view! { <Fact name=t.revoked>{t.revoked_because(&day, revoked.reason)}</Fact> }
    });
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let fingerprint = certificate.fingerprint.clone();
    let renew = move |_| {
        busy.set(true);
        problem.set(None);
        let fingerprint = fingerprint.clone();
        spawn_local(async move {
            let client = portal.client;
            let reply = client
                .send::<RenewCertificate>(&[&fingerprint], &(), &())
                .await;
            busy.set(false);
            match reply {
                Ok(_) => {
                    portal.live.say(t.renewed);
                    on_done.run(());
                }
                Err(reply) => problem.set(Some(reply)),
            }
        });
    };
    let can_renew =
        status == CertificateStatus::InUse && certificate.source == CertificateSource::BuiltInCa;
    let can_revoke = matches!(status, CertificateStatus::InUse | CertificateStatus::Former);
    let asked = certificate.clone();
    // All cards have one subject, and renewed ones often one day.
    let day = format_time(&certificate.not_after, Form::Day, t.locale);
    let object = t.certificate_of(&day, &certificate.fingerprint);
    view! {
        <article class="card padded">
            <div class="card-title">
                <h3>{common_name(&certificate.subject)}</h3>
                <Badge tone icon=symbol text=t.certificate_status(status) />
            </div>
            <Facts>
                <Fact name=t.subject>{certificate.subject}</Fact>
                <Fact name=t.issuer>{certificate.issuer}</Fact>
                <Fact name=t.source>{t.certificate_source(certificate.source)}</Fact>
                <Fact name=t.valid_from>
                    <Time at=certificate.not_before form=Form::Day />
                </Fact>
                <Fact name=t.valid_until>
                    <Time at=certificate.not_after form=Form::Day />
                    " "
                    {left}
                </Fact>
                {revocation}
                <Fact name=t.fingerprint>
                    <Copyable value=certificate.fingerprint />
                </Fact>
            </Facts>
            {can_revoke
                .then(|| {
                    view! {
                        <div class="card-actions">
                            {can_renew
                                .then(|| {
                                    view! {
                                        <button
                                            type="button"
                                            class="button small"
                                            aria-label=format!("{}: {object}", t.renew)
                                            disabled=move || busy.get() || portal.read_only.get()
                                            on:click=renew
                                        >
                                            {t.renew}
                                        </button>
                                    }
                                })}
                            <button
                                type="button"
                                class="button small"
                                aria-label=format!("{}: {object}", t.revoke)
                                disabled=portal.read_only
                                on:click=move |_| revoking.set(Some(asked.clone()))
                            >
                                {t.revoke}
                            </button>
                        </div>
                    }
                })}
            <ProblemLine problem />
        </article>
    }
}

/// Asks for the reason, says what follows from it, and revokes.
#[component]
pub fn Revoke(
    revoking: RwSignal<Option<CertificateSummary>>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let reason = RwSignal::new(RevocationReason::Superseded);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let close = move || {
        revoking.set(None);
        problem.set(None);
    };
    let revoke = move |()| {
        let Some(certificate) = revoking.get_untracked() else {
            return;
        };
        busy.set(true);
        problem.set(None);
        let body = Revocation {
            reason: reason.get_untracked(),
        };
        spawn_local(async move {
            let client = portal.client;
            let place = [certificate.fingerprint.as_str()];
            let reply = client.send::<RevokeCertificate>(&place, &(), &body).await;
            busy.set(false);
            match reply {
                Ok(_) => {
                    portal.live.say(t.revoked_now);
                    portal.count();
                    close();
                    on_done.run(());
                }
                Err(reply) => problem.set(Some(reply)),
            }
        });
    };
    let reasons: Vec<(String, String)> = RevocationReason::ALL
        .into_iter()
        .map(|reason| (to_word(&reason), t.revocation_reason(reason).to_owned()))
        .collect();
    let means = move || {
        let certificate = revoking.get()?;
        let in_use = certificate.status == CertificateStatus::InUse;
        let follows = match (in_use, reason.get().ends_mailbox()) {
            (true, true) => t.revoking_ends_mailbox,
            (true, false) => t.revoking_replaces,
            (false, _) => t.revoking_former,
        };
        let elsewhere = certificate.source != CertificateSource::BuiltInCa;
        Some(view! {
            <p>{follows}</p>
            {elsewhere.then(|| view! { <p>{t.revoking_elsewhere}</p> })}
        })
    };
    view! {
        <Confirm
            open=Signal::derive(move || revoking.with(Option::is_some))
            on_close=move |()| close()
            title=t.revoke_title
            action=t.revoke
            destructive=true
            busy
            on_confirm=revoke
        >
            <SelectField
                id="revocation-reason"
                label=t.reason
                options=reasons.clone()
                value=Signal::derive(move || to_word(&reason.get()))
                on_change=move |word: String| {
                    if let Some(word) = from_word(&word) {
                        reason.set(word);
                    }
                }
            />
            {means}
            <ProblemLine problem />
        </Confirm>
    }
}
