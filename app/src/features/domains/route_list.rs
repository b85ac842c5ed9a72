//! The inbound routes: who takes the mail of which domains, and removing one.

use api::{DeleteRoute, ListRoutes, Problem};
use leptos::prelude::*;

use super::{
    page::SectionHead,
    route_form::{Editing, RouteEditor},
    state::{RouteFilter, RouteForm, is_wildcard},
};
use crate::{
    features::asked::{Asked, Question},
    listing::{Listing, Words, listed},
    load::Loading,
    portal::{Portal, portal},
    routes,
    text::{Text, text},
    ui::{Column, DataTable, Icon, Symbol},
};

/// The id of the section's heading.
const HEADING: &str = "routes";

/// The section of the routes.
#[component]
pub fn Routes() -> impl IntoView {
    let t = text();
    let portal = portal();
    let listing = Listing::<RouteFilter>::new();
    let editing = RwSignal::new(None::<Editing>);
    let question = RwSignal::new(None::<Question>);
    let loading = Loading::new(move || {
        let query = listing.filter().query();
        async move { portal.client.get::<ListRoutes>(&[], &query).await }
    });
    let words = Words {
        symbol: Symbol::In,
        empty: t.routes_empty,
        empty_detail: t.routes_empty_detail,
        back: t.previous,
        forward: t.next,
    };
    view! {
        <section aria-labelledby=HEADING>
            <SectionHead
                id=HEADING
                title=t.routes
                lead=t.routes_lead
                add=t.add_route
                on_add=move |()| {
                    let form = RouteForm::new();
                    editing.set(Some(Editing { id: None, form }));
                }
            />
            {listed(
                listing,
                loading,
                words,
                move |items| view! { <Table items editing question /> },
            )}
            <RouteEditor
                editing
                on_done=move |id: String| loading.refetch_then_focus(change_id(&id))
            />
            <Asked question on_done=move || loading.refetch_then_focus(HEADING) />
        </section>
    }
}

/// The id of the button that changes a route.
fn change_id(route: &str) -> String {
    format!("change-route-{route}")
}

#[component]
fn Table(
    items: Vec<api::Route>,
    editing: RwSignal<Option<Editing>>,
    question: RwSignal<Option<Question>>,
) -> impl IntoView {
    let t = text();
    let columns = vec![
        Column::Named(t.pattern),
        Column::Named(t.next_hop),
        Column::Named(t.tls),
        Column::Named(t.known_mailboxes),
        Column::Unseen(t.actions),
    ];
    view! {
        <DataTable kind="routes" caption=t.routes_caption columns>
            {items
                .into_iter()
                .map(|route| view! { <Row route editing question /> })
                .collect_view()}
        </DataTable>
    }
}

#[component]
fn Row(
    route: api::Route,
    editing: RwSignal<Option<Editing>>,
    question: RwSignal<Option<Question>>,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let mailboxes = if is_wildcard(&route.pattern) {
        view! { <span class="secondary">{t.wildcard}</span> }.into_any()
    } else {
        let list = routes::Route::Mailboxes.path();
        let href = format!("{list}?domain={}", routes::encode(&route.pattern));
        view! { <a href=href>{t.mailbox_count(route.mailboxes.len())}</a> }.into_any()
    };
    let hop = &route.next_hop;
    let server = format!("{}:{}", hop.host, hop.port);
    let signs_in = hop.username.as_deref().map(|name| t.signs_in_as(name));
    let tls = t.hop_tls(hop.tls);
    let (change, remove) = (t.change_of(&route.pattern), t.remove_route(&route.pattern));
    let pattern = route.pattern.clone();
    let ask_to_remove = ask_to_remove(portal, t, &route);
    let route = StoredValue::new(route);
    let edit = move |_| {
        route.with_value(|route| {
            editing.set(Some(Editing {
                id: Some(route.id.clone()),
                form: RouteForm::of(route),
            }));
        });
    };
    view! {
        <tr>
            <th scope="row" class="mono">
                {pattern}
            </th>
            <td class="hop">
                <span class="mono">{server}</span>
                {signs_in.map(|text| view! { <span class="secondary block">{text}</span> })}
            </td>
            <td class="tls">{tls}</td>
            <td class="known">{mailboxes}</td>
            <td class="action">
                <button
                    id=route.with_value(|route| change_id(&route.id))
                    type="button"
                    class="button small quiet"
                    aria-label=change
                    disabled=portal.read_only
                    on:click=edit
                >
                    {t.change}
                </button>
                <button
                    type="button"
                    class="icon-button"
                    aria-label=remove.clone()
                    title=remove
                    disabled=portal.read_only
                    on:click=move |_| question.set(Some(ask_to_remove.clone()))
                >
                    <Icon symbol=Symbol::Trash />
                </button>
            </td>
        </tr>
    }
}

/// Asks whether a route shall go, and what goes with it.
fn ask_to_remove(portal: Portal, t: &'static Text, route: &api::Route) -> Question {
    let mut means = vec![t.remove_route_means(&route.pattern)];
    if !route.mailboxes.is_empty() {
        means.push(t.remove_route_mailboxes(route.mailboxes.len()));
    }
    let (id, pattern) = (route.id.clone(), route.pattern.clone());
    Question::new(
        [t.remove_route_title, t.remove],
        pattern.clone(),
        means,
        move || remove(portal, t, id.clone(), pattern.clone()),
    )
}

/// Removes a route; says so.
async fn remove(
    portal: Portal,
    t: &'static Text,
    id: String,
    pattern: String,
) -> Result<String, Problem> {
    portal.client.get::<DeleteRoute>(&[&id], &()).await?;
    Ok(t.route_removed(&pattern))
}
