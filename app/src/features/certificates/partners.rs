//! Certificates of external mailboxes.

use api::{
    CreatePartner, DeletePartner, ListPartners, Partner, PartnerDecision, PartnerTrust, Problem,
    PutPartner,
};
use leptos::{prelude::*, task::spawn_local};

use super::{Tabs, state::PartnerFilter, upload::Upload};
use crate::{
    app::ReadOnlyNote,
    browser::{Form, days_until, format_time},
    features::{
        asked::{Asked, Question, is_done},
        mailboxes::common_name,
        overview::from_word,
    },
    listing::{Listing, Words, listed, some_text},
    load::{Enter, Loading},
    portal::{Portal, portal},
    routes::Route,
    text::{Text, text},
    ui::{
        Badge, Column, Copyable, DataTable, Icon, Page, ProblemLine, SearchField, SelectField,
        Symbol, Time, Tone,
    },
};

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
        spawn_local(async move {
            let decided = decide(portal, t, partner, PartnerTrust::Trusted);
            if is_done(portal, problem, decided).await {
                loading.refetch();
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
    partner: Partner,
    trust: PartnerTrust,
) -> Result<String, Problem> {
    let place = [partner.fingerprint.as_str()];
    let body = PartnerDecision { trust };
    let reply = portal.client.send::<PutPartner>(&place, &(), &body).await?;
    Ok(t.partner_decided(&reply.addresses.join(", "), reply.trust))
}

/// Removes a certificate; says so.
async fn delete(portal: Portal, t: &'static Text, partner: Partner) -> Result<String, Problem> {
    let place = [partner.fingerprint.as_str()];
    portal.client.get::<DeletePartner>(&place, &()).await?;
    Ok(t.partner_deleted.to_owned())
}

#[component]
fn Table(
    items: Vec<Partner>,
    question: RwSignal<Option<Question>>,
    trust_again: impl Fn(Partner) + Copy + Send + 'static,
) -> impl IntoView {
    let t = text();
    let columns = vec![
        Column::Named(t.addresses),
        Column::Named(t.trust),
        Column::Named(t.issuer),
        Column::Named(t.valid_until),
        Column::Named(t.fingerprint),
        Column::Unseen(t.actions),
    ];
    view! {
        <DataTable kind="partners" caption=t.partners_caption columns>
            {items
                .into_iter()
                .map(|partner| view! { <Row partner question trust_again /> })
                .collect_view()}
        </DataTable>
    }
}

#[component]
fn Row(
    partner: Partner,
    question: RwSignal<Option<Question>>,
    trust_again: impl Fn(Partner) + Copy + Send + 'static,
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
    // A partner may have several certificates: the last day tells them apart.
    let day = format_time(&partner.not_after, Form::Day, t.locale);
    let object = format!("{addresses}, {}", t.valid_until_day(&day));
    let label = t.delete_of(&object);
    let ask_to_block = {
        let words = [t.block_partner_title, t.block_action];
        let means = vec![t.block_partner_means.to_owned()];
        let partner = partner.clone();
        Question::new(words, object.clone(), means, move || {
            decide(portal, t, partner.clone(), PartnerTrust::Blocked)
        })
    };
    let ask_to_delete = {
        let words = [t.delete_partner_title, t.delete];
        let means = vec![t.delete_partner_means.to_owned()];
        let partner = partner.clone();
        Question::new(words, object.clone(), means, move || {
            delete(portal, t, partner.clone())
        })
    };
    // Where the authority is the reason, the decision about the certificate itself is still *trusted*.
    let is_blocked = partner.trust == PartnerTrust::Blocked && partner.reason.is_none();
    let decision = if is_blocked {
        let this = partner.clone();
        view! {
            <button
                type="button"
                class="button small"
                aria-label=t.trust_of(&object)
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
                aria-label=t.block_of(&object)
                disabled=portal.read_only
                on:click=move |_| question.set(Some(ask_to_block.clone()))
            >
                {t.block_action}
            </button>
        }
        .into_any()
    };
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
                    on:click=move |_| question.set(Some(ask_to_delete.clone()))
                >
                    <Icon symbol=Symbol::Trash />
                </button>
            </td>
        </tr>
    }
}
