//! Certificates of external mailboxes.

use api::{CreatePartner, DeletePartner, ListPartners, Partner, PartnerTrust, Problem};
use leptos::{prelude::*, task::spawn_local};

use super::{Tabs, state::PartnerFilter, upload::Upload};
use crate::{
    app::ReadOnlyNote,
    browser::{Form, days_until},
    features::{mailboxes::common_name, overview::from_word},
    listing::{Listing, Words, listed, some_text},
    load::{Enter, Loading},
    portal::portal,
    routes::Route,
    text::text,
    ui::{
        Badge, Confirm, Copyable, Icon, Page, ProblemLine, SearchField, SelectField, Symbol, Time,
        Tone,
    },
};

/// The partners' certificates.
#[component]
pub fn PartnersPage() -> impl IntoView {
    let t = text();
    let portal = portal();
    let listing = Listing::<PartnerFilter>::new();
    let doomed = RwSignal::new(None::<Partner>);
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
            {listed(listing, loading, words, move |items| view! { <Table items doomed /> })}
            <Removal doomed on_done=move || loading.refetch() />
        </Page>
    }
}

#[component]
fn Table(items: Vec<Partner>, doomed: RwSignal<Option<Partner>>) -> impl IntoView {
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
                {items.into_iter().map(|partner| view! { <Row partner doomed /> }).collect_view()}
            </tbody>
        </table>
    }
}

#[component]
fn Row(partner: Partner, doomed: RwSignal<Option<Partner>>) -> impl IntoView {
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
    let this = partner.clone();
    view! {
        <tr>
            <th scope="row" class="mono">
                {addresses}
            </th>
            <td class="status">
                <Badge tone icon=Some(icon) text=t.partner_trust(partner.trust) />
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
                <button
                    type="button"
                    class="icon-button"
                    aria-label=label.clone()
                    title=label
                    disabled=portal.read_only
                    on:click=move |_| doomed.set(Some(this.clone()))
                >
                    <Icon symbol=Symbol::Trash />
                </button>
            </td>
        </tr>
    }
}

#[component]
fn Removal(
    doomed: RwSignal<Option<Partner>>,
    on_done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let remove = move |()| {
        let Some(partner) = doomed.get_untracked() else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let place = [partner.fingerprint.as_str()];
            let reply = portal.client.get::<DeletePartner>(&place, &()).await;
            busy.set(false);
            match reply {
                Ok(()) => {
                    doomed.set(None);
                    portal.live.say(t.partner_deleted);
                    portal.count();
                    on_done();
                }
                Err(reply) => problem.set(Some(reply)),
            }
        });
    };
    let named = move || doomed.get().map(|partner| partner.addresses.join(", "));
    view! {
        <Confirm
            open=Signal::derive(move || doomed.with(Option::is_some))
            on_close=move |()| {
                doomed.set(None);
                problem.set(None);
            }
            title=t.delete_partner_title.to_owned()
            action=t.delete.to_owned()
            destructive=true
            busy
            on_confirm=remove
        >
            <p class="mono">{named}</p>
            <p>{t.delete_partner_means}</p>
            <ProblemLine problem />
        </Confirm>
    }
}
