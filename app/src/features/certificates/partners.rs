//! Certificates of external mailboxes.

use api::{
    CreatePartner, DeletePartner, ListPartners, Partner, PartnerDecision, PartnerTrust, Problem,
    PutPartner,
};
use leptos::{prelude::*, task::spawn_local};

use super::{Tabs, state::PartnerFilter, upload::Upload};
use crate::{
    app::ReadOnlyNote,
    browser::{Form, days_until},
    features::{mailboxes::common_name, overview::from_word},
    listing::{Listing, Words, listed, some_text},
    load::{Enter, Loading},
    portal::{Portal, portal},
    routes::Route,
    text::{Text, text},
    ui::{
        Badge, Confirm, Copyable, Icon, Page, ProblemLine, SearchField, SelectField, Symbol, Time,
        Tone,
    },
};

/// What is asked about before it is done.
#[derive(Clone, Debug, PartialEq)]
enum Question {
    Block(Partner),
    Delete(Partner),
}

/// The partners' certificates.
#[component]
pub fn PartnersPage() -> impl IntoView {
    let t = text();
    let portal = portal();
    let listing = Listing::<PartnerFilter>::new();
    let question = RwSignal::new(None::<Question>);
    let problem = RwSignal::new(None::<Problem>);
    let loading = Loading::new(move || {
        let query = listing.filter().query();
        async move { portal.client.get::<ListPartners>(&[], &query).await }
    });
    let send = move |media_type: &'static str, octets: Vec<u8>| async move {
        let client = portal.client;
        let reply = client
            .upload::<CreatePartner>(&[], &(), media_type, &octets)
            .await?;
        Ok(t.partner_added(&reply.addresses.join(", ")))
    };
    let trust_again = move |partner: Partner| {
        problem.set(None);
        spawn_local(async move {
            match decide(portal, t, &partner, PartnerTrust::Trusted).await {
                Ok(said) => {
                    portal.live.say(said);
                    portal.count();
                    loading.refetch();
                }
                Err(reply) => problem.set(Some(reply)),
            }
        });
    };
    let word = |word: &str, shown: &str| (word.to_owned(), shown.to_owned());
    let trusts = vec![
        word("", t.any_trust),
        word("trusted", t.trusted),
        word("pending", t.trust_pending),
        word("blocked", t.blocked),
    ];
    let trust = move || match listing.filter().trust {
        None => "",
        Some(PartnerTrust::Trusted) => "trusted",
        Some(PartnerTrust::Pending) => "pending",
        Some(PartnerTrust::Blocked) => "blocked",
    };
    let words = Words {
        symbol: Symbol::Key,
        empty: t.partners_empty,
        empty_detail: t.partners_empty_detail,
        back: t.previous,
        forward: t.next,
    };
    view! {
        <Page title=t.certificates lead=t.certificates_lead>
            <ReadOnlyNote />
            <Tabs here=Route::Partners />
            <Upload
                id="partner-file"
                label=t.upload_partner
                send
                on_done=move || loading.refetch()
            />
            <div class="filters">
                <SearchField
                    id="find-partner"
                    label=t.find_partner
                    value=Signal::derive(move || listing.filter().q.unwrap_or_default())
                    on_search=move |text: String| {
                        listing.change(Enter::Replace, |filter| filter.q = some_text(&text));
                    }
                />
                <SelectField
                    id="trust"
                    label=t.filter_trust
                    bare=true
                    options=trusts
                    value=Signal::derive(move || trust().to_owned())
                    on_change=move |word: String| {
                        listing.change(Enter::Step, |filter| filter.trust = from_word(&word));
                    }
                />
            </div>
            <ProblemLine problem />
            {listed(
                listing,
                loading,
                words,
                move |items| view! { <Table items question trust_again /> },
            )}
            <Asked question on_done=move || loading.refetch() />
        </Page>
    }
}

/// Decides on a certificate; says what holds then.
async fn decide(
    portal: Portal,
    t: &'static Text,
    partner: &Partner,
    trust: PartnerTrust,
) -> Result<String, Problem> {
    let place = [partner.fingerprint.as_str()];
    let body = PartnerDecision { trust };
    let reply = portal.client.send::<PutPartner>(&place, &(), &body).await?;
    Ok(t.partner_decided(&reply.addresses.join(", "), reply.trust))
}

#[component]
fn Table(
    items: Vec<Partner>,
    question: RwSignal<Option<Question>>,
    trust_again: impl Fn(Partner) + Copy + 'static,
) -> impl IntoView {
    let t = text();
    view! {
        <table class="table partners">
            <caption class="visually-hidden">{t.partners_caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{t.addresses}</th>
                    <th scope="col">{t.trust}</th>
                    <th scope="col">{t.issuer}</th>
                    <th scope="col">{t.valid_until}</th>
                    <th scope="col">{t.fingerprint}</th>
                    <th scope="col">
                        <span class="visually-hidden">{t.actions}</span>
                    </th>
                </tr>
            </thead>
            <tbody>
                {items
                    .into_iter()
                    .map(|partner| view! { <Row partner question trust_again /> })
                    .collect_view()}
            </tbody>
        </table>
    }
}

#[component]
fn Row(
    partner: Partner,
    question: RwSignal<Option<Question>>,
    trust_again: impl Fn(Partner) + Copy + 'static,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let days = days_until(&partner.not_after);
    let (tone, icon) = match partner.trust {
        PartnerTrust::Trusted => (Tone::Good, Symbol::Check),
        PartnerTrust::Pending => (Tone::Caution, Symbol::Clock),
        PartnerTrust::Blocked => (Tone::Bad, Symbol::Cross),
    };
    let addresses = partner.addresses.join(", ");
    let label = t.delete_of(&addresses);
    // Where the authority is the reason, the decision about the certificate itself is still *trusted*.
    let is_blocked = partner.trust == PartnerTrust::Blocked && partner.reason.is_none();
    let this = partner.clone();
    let decision = if is_blocked {
        view! {
            <button
                type="button"
                class="button small"
                aria-label=t.trust_of(&addresses)
                disabled=portal.read_only
                on:click=move |_| trust_again(this.clone())
            >
                {t.trust_action}
            </button>
        }
        .into_any()
    } else {
        view! {
            <button
                type="button"
                class="button small quiet"
                aria-label=t.block_of(&addresses)
                disabled=portal.read_only
                on:click=move |_| question.set(Some(Question::Block(this.clone())))
            >
                {t.block_action}
            </button>
        }
        .into_any()
    };
    let this = partner.clone();
    view! {
        <tr>
            <th scope="row" class="mono">
                {addresses}
            </th>
            <td class="status">
                <Badge tone icon=Some(icon) text=t.partner_trust(partner.trust) />
                {partner
                    .reason
                    .map(|reason| {
                        view! {
                            <a class="link secondary block" href=Route::Authorities.path()>
                                {t.partner_reason(reason)}
                            </a>
                        }
                    })}
            </td>
            <td class="issuer">
                <span title=partner.issuer.clone()>{common_name(&partner.issuer)}</span>
                <span class="secondary block">{t.partner_source(partner.source)}</span>
            </td>
            <td class="until">
                <Time at=partner.not_after form=Form::Day />
                " "
                <span class="secondary" class:caution-text=days < api::EXPIRING_DAYS>
                    {t.in_days(days)}
                </span>
            </td>
            <td class="fingerprint">
                <Copyable value=partner.fingerprint />
            </td>
            <td class="action">
                {decision}
                <button
                    type="button"
                    class="icon-button"
                    aria-label=label.clone()
                    title=label
                    disabled=portal.read_only
                    on:click=move |_| question.set(Some(Question::Delete(this.clone())))
                >
                    <Icon symbol=Symbol::Trash />
                </button>
            </td>
        </tr>
    }
}

/// Asks before a certificate is blocked or deleted, and does it.
#[component]
fn Asked(
    question: RwSignal<Option<Question>>,
    on_done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let answer = move |asked: Question| async move {
        match asked {
            Question::Block(partner) => decide(portal, t, &partner, PartnerTrust::Blocked).await,
            Question::Delete(partner) => {
                let place = [partner.fingerprint.as_str()];
                let reply = portal.client.get::<DeletePartner>(&place, &()).await;
                reply.map(|()| t.partner_deleted.to_owned())
            }
        }
    };
    let confirm = move |()| {
        let Some(asked) = question.get_untracked() else {
            return;
        };
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            match answer(asked).await {
                Ok(said) => {
                    question.set(None);
                    portal.live.say(said);
                    portal.count();
                    on_done();
                }
                Err(reply) => problem.set(Some(reply)),
            }
            busy.set(false);
        });
    };
    let word = move |block: &'static str, delete: &'static str| {
        Signal::derive(move || {
            let blocks = question.with(|asked| matches!(asked, Some(Question::Block(_))));
            if blocks { block } else { delete }.to_owned()
        })
    };
    let named = move || {
        question.get().map(|question| match question {
            Question::Block(partner) | Question::Delete(partner) => partner.addresses.join(", "),
        })
    };
    let means = word(t.block_partner_means, t.delete_partner_means);
    view! {
        <Confirm
            open=Signal::derive(move || question.with(Option::is_some))
            on_close=move |()| {
                question.set(None);
                problem.set(None);
            }
            title=word(t.block_partner_title, t.delete_partner_title)
            action=word(t.block_action, t.delete)
            destructive=true
            busy
            on_confirm=confirm
        >
            <p class="mono">{named}</p>
            <p>{means}</p>
            <ProblemLine problem />
        </Confirm>
    }
}
