//! Who is signed in, in which language, on which page.

use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route as RouterRoute, Router},
    hooks::use_location,
    path,
};

use crate::{
    features::{
        certificates::{AuthoritiesPage, PartnersPage},
        domains::DomainsPage,
        home::HomePage,
        mailboxes::{MailboxPage, MailboxesPage},
        overview::{MessagePage, MessagesPage},
        rules::RulesPage,
        session::SignInPage,
        settings::SettingsPage,
    },
    portal::{Portal, Visitor, portal},
    routes::Route,
    shell::Shell,
    text::text,
    ui::{Empty, FirstPage, LiveRegion, Page, Skeleton, Symbol},
};

/// The whole portal.
#[component]
pub fn App() -> impl IntoView {
    let portal = Portal::new();
    provide_context(portal);
    provide_context(portal.live);
    provide_context(FirstPage(StoredValue::new(true)));
    portal.ask_who();
    // Only a change of kind mounts the frame anew, not a refreshed session.
    let stage = Memo::new(move |_| match portal.visitor.get() {
        Visitor::Unknown => Stage::Waiting,
        Visitor::Nobody { before } => Stage::SignIn {
            ended: before.is_some(),
        },
        Visitor::Somebody(_) => Stage::Inside,
    });
    view! {
        <Router>
            {move || {
                provide_context(portal.language.get().text());
                match stage.get() {
                    Stage::Waiting => view! { <main class="waiting"></main> }.into_any(),
                    Stage::SignIn { ended } => view! { <SignInPage ended /> }.into_any(),
                    Stage::Inside => {
                        view! {
                            <Shell>
                                <FlatRoutes fallback=Unknown>
                                    <RouterRoute path=path!("/*page") view=Pages />
                                </FlatRoutes>
                            </Shell>
                        }
                            .into_any()
                    }
                }
            }} <LiveRegion live=portal.live />
        </Router>
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Stage {
    Waiting,
    SignIn { ended: bool },
    Inside,
}

/// The page at the address: [`Route`] knows the addresses, the router the history.
///
/// Only the first page comes with the portal itself; the code of the others is fetched when one of
/// them is opened, so that the first screen is there soon.
#[component]
fn Pages() -> impl IntoView {
    let location = use_location();
    let route = Memo::new(move |_| Route::parse(&location.pathname.get()));
    let page = move || match route.get() {
        Route::Home => view! { <HomePage /> }.into_any(),
        Route::Unknown => view! { <Unknown /> }.into_any(),
        Route::Rules => Suspend::new(rules_page()).into_any(),
        route => Suspend::new(other_page(route)).into_any(),
    };
    view! { <Suspense fallback=move || view! { <Skeleton rows=8 /> }>{page}</Suspense> }
}

/// Apart from the other pages: it brings the rule engine along.
#[lazy]
fn rules_page() -> AnyView {
    view! { <RulesPage /> }.into_any()
}

#[lazy]
fn other_page(route: Route) -> AnyView {
    match route {
        Route::Messages => view! { <MessagesPage /> }.into_any(),
        Route::Message(id) => view! { <MessagePage id /> }.into_any(),
        Route::Mailboxes => view! { <MailboxesPage /> }.into_any(),
        Route::Mailbox(address) => view! { <MailboxPage address /> }.into_any(),
        Route::Partners => view! { <PartnersPage /> }.into_any(),
        Route::Authorities => view! { <AuthoritiesPage /> }.into_any(),
        Route::Domains => view! { <DomainsPage /> }.into_any(),
        Route::Settings => view! { <SettingsPage /> }.into_any(),
        Route::Home | Route::Rules | Route::Unknown => ().into_any(),
    }
}

#[component]
fn Unknown() -> impl IntoView {
    let t = text();
    view! {
        <Page title=t.not_found>
            <Empty symbol=Symbol::Search title=t.not_found detail=t.not_found_detail>
                <a class="button primary" href=Route::Home.path()>
                    {t.to_home}
                </a>
            </Empty>
        </Page>
    }
}

/// A sentence at the top of pages with controls, for those who may only look.
#[component]
pub fn ReadOnlyNote() -> impl IntoView {
    let t = text();
    let portal = portal();
    view! {
        <Show when=move || portal.read_only.get()>
            <p class="note-bar">{t.read_only}</p>
        </Show>
    }
}
