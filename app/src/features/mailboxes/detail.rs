//! One mailbox with the certificates it ever had.

use api::{CertificateSummary, GetLicence, GetMailbox, MailboxDetail};
use leptos::prelude::*;

use super::{
    bulk::{CarryOut, StatusBadge},
    page::common_name,
    state::{Action, Plan},
};
use crate::{
    app::ReadOnlyNote,
    browser::{Form, days_until},
    load::{Loading, loaded},
    portal::portal,
    routes::{Route, encode},
    text::text,
    ui::{Badge, Copyable, Empty, Fact, Facts, Page, Symbol, Time, Tone},
};

/// The mailbox at `address`.
#[component]
pub fn MailboxPage(address: String) -> impl IntoView {
    let t = text();
    let portal = portal();
    let plan = RwSignal::new(None::<Plan>);
    let loading = {
        let address = address.clone();
        Loading::new(move || {
            let address = address.clone();
            async move { portal.client.get::<GetMailbox>(&[&address], &()).await }
        })
    };
    let licence =
        Loading::new(move || async move { portal.client.get::<GetLicence>(&[], &()).await });
    let messages = format!("{}?address={}", Route::Messages.path(), encode(&address));
    let actions = move || {
        let detail = loading.get().and_then(Result::ok)?;
        let mailbox = detail.mailbox;
        let action = if Action::Deactivate.applies_to(mailbox.status) {
            Action::Deactivate
        } else {
            Action::Activate
        };
        let verb = match action {
            Action::Activate => t.activate,
            Action::Deactivate => t.deactivate,
        };
        Some(view! {
            <button
                type="button"
                class="button"
                class:primary=action == Action::Activate
                disabled=portal.read_only
                on:click=move |_| plan.set(Some(Plan::these(action, [&mailbox])))
            >
                {verb}
            </button>
        })
    };
    view! {
        <Page
            title=address
            mono=true
            actions=Box::new(move || {
                view! {
                    <a class="button" href=messages>
                        {t.mail_of_mailbox}
                    </a>
                    {actions}
                }
                    .into_any()
            })
        >
            <ReadOnlyNote />
            {loaded(loading, 4, |detail| view! { <Detail detail /> })}
            <CarryOut
                plan
                licence=Signal::derive(move || licence.get().and_then(Result::ok))
                on_done=move |()| {
                    loading.refetch();
                    licence.refetch();
                }
            />
        </Page>
    }
}

#[component]
fn Detail(detail: MailboxDetail) -> impl IntoView {
    let t = text();
    let mailbox = detail.mailbox;
    let used = mailbox.certificate.as_ref().map(|c| c.fingerprint.clone());
    let pending = mailbox.pending_until.map(|until| {
        view! {
            <span class="secondary">
                {t.seat_free_on(&crate::browser::format_time(&until, Form::Day, t.locale))}
            </span>
        }
    });
    let history = if detail.certificates.is_empty() {
        view! {
            <div class="card">
                <Empty
                    symbol=Symbol::Certificate
                    title=t.history_empty
                    detail=t.history_empty_detail
                />
            </div>
        }
        .into_any()
    } else {
        detail
            .certificates
            .into_iter()
            .map(|certificate| {
                let used = used.as_ref() == Some(&certificate.fingerprint);
                view! { <Certificate certificate used /> }
            })
            .collect_view()
            .into_any()
    };
    view! {
        <p class="badges">
            <StatusBadge status=mailbox.status />
            {pending}
        </p>
        <h2>{t.history}</h2>
        <div class="stack">{history}</div>
    }
}

#[component]
fn Certificate(certificate: CertificateSummary, used: bool) -> impl IntoView {
    let t = text();
    let days = days_until(&certificate.not_after);
    let badge = if used {
        view! { <Badge tone=Tone::Good icon=Some(Symbol::Check) text=t.in_use /> }
    } else {
        view! { <Badge tone=Tone::Neutral icon=None text=t.former /> }
    };
    view! {
        <article class="card padded">
            <div class="card-title">
                <h3>{common_name(&certificate.subject)}</h3>
                {badge}
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
                    <span class="secondary">{t.in_days(days)}</span>
                </Fact>
                <Fact name=t.fingerprint>
                    <Copyable value=certificate.fingerprint />
                </Fact>
            </Facts>
        </article>
    }
}
