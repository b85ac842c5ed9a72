//! One page, two sections: the domains, and where their incoming mail goes.

use leptos::prelude::*;

use super::{domain_list::Domains, route_list::Routes};
use crate::{
    app::ReadOnlyNote,
    portal::portal,
    text::text,
    ui::{Icon, Page, Symbol},
};

/// Domains and inbound routes.
#[component]
pub fn DomainsPage() -> impl IntoView {
    let t = text();
    view! {
        <Page title=t.domains lead=t.domains_lead>
            <ReadOnlyNote />
            <div class="sections">
                <Domains />
                <Routes />
            </div>
        </Page>
    }
}

/// The heading of a section, what it is about, and the button that adds to it.
///
/// The heading takes the focus when what had it is removed.
#[component]
pub fn SectionHead(
    id: &'static str,
    title: &'static str,
    lead: &'static str,
    add: &'static str,
    #[prop(into)] on_add: Callback<()>,
) -> impl IntoView {
    let portal = portal();
    view! {
        <div class="section-head">
            <div>
                <h2 id=id tabindex="-1">
                    {title}
                </h2>
                <p class="secondary">{lead}</p>
            </div>
            <button
                type="button"
                class="button"
                disabled=portal.read_only
                on:click=move |_| on_add.run(())
            >
                <Icon symbol=Symbol::Plus />
                {add}
            </button>
        </div>
    }
}
