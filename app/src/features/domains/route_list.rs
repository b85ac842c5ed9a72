//! The inbound routes: who takes the mail of which domains, and removing one.

use api::{DeleteRoute, ListRoutes, Problem};
use leptos::{prelude::*, task::spawn_local};

use super::{
    page::SectionHead,
    route_form::{Editing, RouteEditor},
    state::{RouteFilter, RouteForm, is_wildcard},
};
use crate::{
    listing::{Listing, Words, listed},
    load::Loading,
    portal::portal,
    routes,
    text::text,
    ui::{Confirm, Icon, ProblemLine, Symbol},
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
    let removing = RwSignal::new(None::<api::Route>);
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
                move |items| view! { <Table items editing removing /> },
            )}
            <RouteEditor
                editing
                on_done=move |id: String| loading.refetch_then_focus(change_id(&id))
            />
            <Remove removing on_done=move || loading.refetch_then_focus(HEADING) />
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
    removing: RwSignal<Option<api::Route>>,
) -> impl IntoView {
    let t = text();
    view! {
        <table class="table routes">
            <caption class="visually-hidden">{t.routes_caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{t.pattern}</th>
                    <th scope="col">{t.next_hop}</th>
                    <th scope="col">{t.tls}</th>
                    <th scope="col">{t.known_mailboxes}</th>
                    <th scope="col">
                        <span class="visually-hidden">{t.actions}</span>
                    </th>
                </tr>
            </thead>
            <tbody>
                {items
                    .into_iter()
                    .map(|route| view! { <Row route editing removing /> })
                    .collect_view()}
            </tbody>
        </table>
    }
}

#[component]
fn Row(
    route: api::Route,
    editing: RwSignal<Option<Editing>>,
    removing: RwSignal<Option<api::Route>>,
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
                    on:click=move |_| removing.set(Some(route.get_value()))
                >
                    <Icon symbol=Symbol::Trash />
                </button>
            </td>
        </tr>
    }
}

/// Says what goes with a route, and removes it.
#[component]
fn Remove(
    removing: RwSignal<Option<api::Route>>,
    on_done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let confirm = move |()| {
        let Some(route) = removing.get_untracked() else {
            return;
        };
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let client = portal.client;
            match client.get::<DeleteRoute>(&[&route.id], &()).await {
                Ok(()) => {
                    removing.set(None);
                    portal.live.say(t.route_removed(&route.pattern));
                    portal.count();
                    on_done();
                }
                Err(reply) => problem.set(Some(reply)),
            }
            busy.set(false);
        });
    };
    let what = move || {
        removing.get().map(|route| {
            let known = (!route.mailboxes.is_empty())
                .then(|| view! { <p>{t.remove_route_mailboxes(route.mailboxes.len())}</p> });
            view! {
                <p>{t.remove_route_means(&route.pattern)}</p>
                {known}
            }
        })
    };
    let pattern = move || removing.get().map(|route| route.pattern);
    view! {
        <Confirm
            open=Signal::derive(move || removing.with(Option::is_some))
            on_close=move |()| {
                removing.set(None);
                problem.set(None);
            }
            title=t.remove_route_title
            action=t.remove
            destructive=true
            busy
            on_confirm=confirm
        >
            <p class="mono">{pattern}</p>
            {what}
            <ProblemLine problem />
        </Confirm>
    }
}
