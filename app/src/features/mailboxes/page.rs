//! The list of mailboxes.

use std::collections::BTreeMap;

use api::{CertificateSummary, GetLicence, ListMailboxes, Mailbox, MailboxStatus};
use leptos::prelude::*;

use super::{
    bulk::{CarryOut, StatusBadge},
    seats::SeatBar,
    state::{Action, Filter, Plan, Selection, urgency},
};
use crate::{
    app::ReadOnlyNote,
    browser::{Form, days_until, format_time},
    features::overview::from_word,
    listing::{Filter as _, Listing, Words, listed, some_text},
    load::{Enter, Loading},
    portal::portal,
    routes::Route,
    text::{Text, text},
    ui::{
        Badge, Column, DataTable, Icon, Page, SearchField, Segment, Segments, SelectField, Symbol,
        Tone,
    },
};

/// What the rows of the list share.
#[derive(Clone, Copy)]
struct List {
    selection: RwSignal<Selection>,
    plan: RwSignal<Option<Plan>>,
    /// Every mailbox that was shown: a selection may reach over several pages.
    known: RwSignal<BTreeMap<String, Mailbox>>,
}

/// The S/MIME list.
#[component]
pub fn MailboxesPage() -> impl IntoView {
    let t = text();
    let portal = portal();
    let listing = Listing::<Filter>::new();
    let list = List {
        selection: RwSignal::new(Selection::default()),
        plan: RwSignal::new(None),
        known: RwSignal::new(BTreeMap::new()),
    };
    let loading = Loading::new(move || {
        let query = listing.filter().query();
        async move {
            let page = portal.client.get::<ListMailboxes>(&[], &query).await?;
            list.known.update(|known| {
                let items = page.items.iter();
                known.extend(items.map(|item| (item.address.clone(), item.clone())));
            });
            Ok(page)
        }
    });
    let licence =
        Loading::new(move || async move { portal.client.get::<GetLicence>(&[], &()).await });
    let done = move |()| {
        list.selection.set(Selection::default());
        loading.refetch();
        licence.refetch();
    };
    let activate_all = move |_| {
        if let Some(summary) = portal.summary.get_untracked() {
            list.plan
                .set(Some(Plan::all(Action::Activate, summary.mailboxes)));
        }
    };
    let none_inactive = move || {
        portal.read_only.get()
            || portal
                .summary
                .with(|summary| summary.as_ref().is_none_or(|s| s.mailboxes.inactive == 0))
    };
    let words = Words {
        symbol: Symbol::Mailbox,
        empty: t.mailboxes_empty,
        empty_detail: t.mailboxes_empty_detail,
        back: t.previous,
        forward: t.next,
    };
    view! {
        <Page
            title=t.mailboxes
            lead=t.mailboxes_lead
            actions=Box::new(move || {
                view! {
                    <button
                        type="button"
                        class="button primary"
                        disabled=none_inactive
                        on:click=activate_all
                    >
                        <Icon symbol=Symbol::Check />
                        {t.activate_all}
                    </button>
                }
                    .into_any()
            })
        >
            <ReadOnlyNote />
            {move || licence.get().and_then(Result::ok).map(|licence| view! { <SeatBar licence link=true /> })}
            <Filters listing />
            {listed(listing, loading, words, move |items| view! { <Table items list /> })}
            <BulkBar list listing />
            <CarryOut
                plan=list.plan
                licence=Signal::derive(move || licence.get().and_then(Result::ok))
                on_done=done
            />
        </Page>
    }
}

#[component]
fn Filters(listing: Listing<Filter>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let counts = move || portal.summary.get().map(|summary| summary.mailboxes);
    let status = Signal::derive(move || {
        match listing.filter().status {
            None => "all",
            Some(MailboxStatus::Active) => "active",
            Some(MailboxStatus::Activating) => "activating",
            Some(MailboxStatus::RevokePending) => "revoke_pending",
            Some(MailboxStatus::Inactive) => "inactive",
        }
        .to_owned()
    });
    let segments = move || {
        let counts = counts();
        let segment = |value, label: &'static str, count: Option<u64>| Segment {
            value,
            label: label.to_owned(),
            count,
            icon: None,
        };
        let all = counts.map(api::MailboxCounts::total);
        vec![
            segment("all", t.all, all),
            segment("active", t.active, counts.map(|c| c.active)),
            segment("activating", t.activating, counts.map(|c| c.activating)),
            segment(
                "revoke_pending",
                t.revoke_pending,
                counts.map(|c| c.revoke_pending),
            ),
            segment("inactive", t.inactive, counts.map(|c| c.inactive)),
        ]
    };
    let domains = portal
        .session_now()
        .map(|session| session.organisation.domains);
    let domains = domains.unwrap_or_default().into_iter();
    let mut options = vec![(String::new(), t.all_domains.to_owned())];
    options.extend(domains.map(|domain| (domain.clone(), domain)));
    // A route may be for a domain below one of the organisation's, and its list leads here.
    let shown = listing.filter_now().domain;
    if let Some(domain) = shown.filter(|shown| options.iter().all(|(known, _)| known != shown)) {
        options.push((domain.clone(), domain));
    }
    view! {
        <div class="filters">
            <SearchField
                id="find-mailbox"
                label=t.find_address
                value=Signal::derive(move || listing.filter().q.unwrap_or_default())
                on_search=move |text: String| {
                    listing.change(Enter::Replace, |filter| filter.q = some_text(&text));
                }
            />
            {move || {
                view! {
                    <Segments
                        name="status"
                        label=t.filter_status
                        options=segments()
                        value=status
                        on_change=move |word| {
                            listing.change(Enter::Step, |filter| filter.status = from_word(word));
                        }
                    />
                }
            }}
            <SelectField
                id="domain"
                label=t.filter_domain
                bare=true
                options
                value=Signal::derive(move || listing.filter().domain.unwrap_or_default())
                on_change=move |domain: String| {
                    listing.change(Enter::Step, |filter| filter.domain = some_text(&domain));
                }
            />
        </div>
    }
}

#[component]
fn Table(items: Vec<Mailbox>, list: List) -> impl IntoView {
    let t = text();
    let portal = portal();
    let page = StoredValue::new(items.clone());
    let covered = move || page.with_value(|page| list.selection.with(|s| s.covers(page)));
    let tick_all = view! {
        <input
            type="checkbox"
            class="check"
            aria-label=t.select_page
            prop:checked=covered
            disabled=portal.read_only
            on:change=move |event| {
                let ticked = event_target_checked(&event);
                page.with_value(|page| {
                    list.selection.update(|s| s.set_page(page, ticked));
                });
            }
        />
    };
    let columns = vec![
        Column::Tick(tick_all.into_any()),
        Column::Named(t.mailbox),
        Column::Named(t.status),
        Column::Named(t.certificate),
        Column::Named(t.valid_until),
        Column::Unseen(t.actions),
    ];
    view! {
        <DataTable kind="mailboxes" caption=t.mailboxes_caption columns>
            {items
                .into_iter()
                .map(|mailbox| view! { <Row mailbox list page /> })
                .collect_view()}
        </DataTable>
    }
}

#[component]
fn Row(mailbox: Mailbox, list: List, page: StoredValue<Vec<Mailbox>>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let address = StoredValue::new(mailbox.address.clone());
    let ticked = move || address.with_value(|address| list.selection.with(|s| s.contains(address)));
    let toggle = move |_| {
        page.with_value(|page| {
            address.with_value(|address| list.selection.update(|s| s.toggle(address, page)));
        });
    };
    let action = if Action::Deactivate.applies_to(mailbox.status) {
        Action::Deactivate
    } else {
        Action::Activate
    };
    let (verb, name) = match action {
        Action::Activate => (t.activate, t.activate_one(&mailbox.address)),
        Action::Deactivate => (t.deactivate, t.deactivate_one(&mailbox.address)),
    };
    let act = {
        let mailbox = mailbox.clone();
        move |_| list.plan.set(Some(Plan::these(action, [&mailbox])))
    };
    let certificate = mailbox.certificate.as_ref().map_or_else(
        || t.nothing.to_owned(),
        |c| {
            format!(
                "{} · {}",
                common_name(&c.issuer),
                t.certificate_source(c.source)
            )
        },
    );
    view! {
        <tr class:selected=ticked>
            <td class="tick">
                <input
                    type="checkbox"
                    class="check"
                    aria-label=t.select_one(&mailbox.address)
                    prop:checked=ticked
                    disabled=portal.read_only
                    on:change=toggle
                />
            </td>
            <th scope="row" class="mono">
                <a href=Route::Mailbox(mailbox.address.clone()).path()>{mailbox.address.clone()}</a>
            </th>
            <td class="status">
                <StatusBadge status=mailbox.status />
            </td>
            <td class="certificate" class:none=mailbox.certificate.is_none()>{certificate}</td>
            <td class="until">{until(&mailbox, t)}</td>
            <td class="action">
                <button
                    type="button"
                    class="button small quiet"
                    aria-label=name
                    disabled=portal.read_only
                    on:click=act
                >
                    {verb}
                </button>
            </td>
        </tr>
    }
}

/// Until when the certificate holds, or the seat is held.
fn until(mailbox: &Mailbox, t: &'static Text) -> AnyView {
    if let Some(pending) = &mailbox.pending_until {
        let day = format_time(pending, Form::Day, t.locale);
        let days = days_until(pending).max(0);
        return view! {
            <span>{t.seat_free_on(&day)}</span>
            " "
            <span class="secondary">{t.in_days(days)}</span>
        }
        .into_any();
    }
    let Some(certificate) = &mailbox.certificate else {
        return t.nothing.into_any();
    };
    view! {
        <crate::ui::Time at=certificate.not_after.clone() form=Form::Day />
        " "
        {days_left(certificate, t)}
    }
    .into_any()
}

/// How long a certificate in use still holds; a badge where a person should see to it.
pub fn days_left(certificate: &CertificateSummary, t: &'static Text) -> AnyView {
    let days = days_until(&certificate.not_after);
    match urgency(certificate.source, days) {
        Tone::Neutral => view! { <span class="secondary">{t.in_days(days)}</span> }.into_any(),
        tone => view! { <Badge tone icon=Some(Symbol::Clock) text=t.in_days(days) /> }.into_any(),
    }
}

/// The CN of an RFC 4514 name, or all of it.
pub fn common_name(name: &str) -> String {
    let parts = name.split(',').map(str::trim);
    let mut names = parts.filter_map(|part| {
        let (kind, value) = part.split_once('=')?;
        kind.eq_ignore_ascii_case("cn").then_some(value)
    });
    names.next().unwrap_or(name).to_owned()
}

/// What can be done with the selection; it floats above the bottom while there is one.
#[component]
fn BulkBar(list: List, listing: Listing<Filter>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let plan_of = move |action: Action| match list.selection.get() {
        Selection::All => portal.summary.get().map_or_else(
            || Plan::these(action, []),
            |s| Plan::all(action, s.mailboxes),
        ),
        Selection::These(these) => list.known.with(|known| {
            let chosen = these.iter().filter_map(|address| known.get(address));
            Plan::these(action, chosen)
        }),
    };
    let total = move || {
        portal
            .summary
            .get()
            .map_or(0, |summary| summary.mailboxes.total())
    };
    let count = move || match list.selection.get() {
        Selection::All => total(),
        Selection::These(these) => u64::try_from(these.len()).unwrap_or(u64::MAX),
    };
    let may_widen = move || {
        list.selection.get() != Selection::All && total() > count() && !listing.filter().is_narrow()
    };
    let button = move |action: Action| {
        let plan = plan_of(action);
        let label = match action {
            Action::Activate => t.activate_count(plan.count),
            Action::Deactivate => t.deactivate_count(plan.count),
        };
        (plan.count > 0).then(|| {
            view! {
                <button
                    type="button"
                    class="button"
                    class:primary=action == Action::Activate
                    on:click=move |_| list.plan.set(Some(plan_of(action)))
                >
                    {label}
                </button>
            }
        })
    };
    view! {
        <Show when=move || !list.selection.with(Selection::is_empty)>
            <section class="bulk" aria-label=t.selection>
                <strong>{move || t.selected(count())}</strong>
                <Show when=may_widen>
                    <button
                        type="button"
                        class="link"
                        on:click=move |_| list.selection.set(Selection::All)
                    >
                        {move || t.select_all(total())}
                    </button>
                </Show>
                {move || button(Action::Activate)}
                {move || button(Action::Deactivate)}
                <button
                    type="button"
                    class="button"
                    on:click=move |_| list.selection.set(Selection::default())
                >
                    {t.clear_selection}
                </button>
            </section>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::common_name;

    #[test]
    fn the_common_name_stands_for_the_name() {
        assert_eq!(
            common_name("CN=Sealgate CA · Acme,O=Acme GmbH,C=DE"),
            "Sealgate CA · Acme"
        );
        assert_eq!(common_name("O=Acme, cn=Root"), "Root");
        assert_eq!(common_name("O=Acme"), "O=Acme");
    }
}
