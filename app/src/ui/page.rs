//! The frame of a page: its title in window and heading, and what stands beside it.

use leptos::{html, prelude::*};

use super::{Icon, Symbol};

/// Whether the page is the first of this visit: then the focus stays where the browser put it.
#[derive(Clone, Copy)]
pub struct FirstPage(pub StoredValue<bool>);

/// A page. On a change of page the focus goes to the heading, so that readers start there.
#[component]
pub fn Page(
    #[prop(into)] title: String,
    /// One sentence: what the page is for.
    #[prop(optional, into)]
    lead: Option<String>,
    /// The window's title where it differs from the heading.
    #[prop(optional, into)]
    window: Option<String>,
    /// The heading is an address or id.
    #[prop(optional)]
    mono: bool,
    #[prop(optional)] actions: Option<Children>,
    children: Children,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    let window = window.as_ref().unwrap_or(&title);
    document().set_title(&format!("{window} · Sealgate"));
    Effect::new(move || {
        let Some(heading) = heading.get() else { return };
        let first = use_context::<FirstPage>().map(|FirstPage(first)| first);
        if first.is_some_and(|first| first.get_value()) {
            if let Some(first) = first {
                first.set_value(false);
            }
        } else {
            heading.focus().ok();
        }
    });
    view! {
        <header class="page-head">
            <div>
                <h1 node_ref=heading tabindex="-1" class:mono=mono>
                    {title}
                </h1>
                {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            </div>
            {actions.map(|actions| view! { <div class="page-actions">{actions()}</div> })}
        </header>
        {children()}
    }
}

/// Nothing to list: why, and the one next step.
#[component]
pub fn Empty(
    symbol: Symbol,
    #[prop(into)] title: String,
    #[prop(into)] detail: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon symbol />
            <h2>{title}</h2>
            <p>{detail}</p>
            {children.map(|children| children())}
        </div>
    }
}
