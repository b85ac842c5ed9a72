//! Facts of one thing, and texts to copy.

use leptos::prelude::*;

use super::{Icon, Symbol};
use crate::{browser, text::text, ui::Live};

/// A list of facts.
#[component]
pub fn Facts(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// One fact.
#[component]
pub fn Fact(#[prop(into)] name: String, children: Children) -> impl IntoView {
    view! {
        <dt>{name}</dt>
        <dd>{children()}</dd>
    }
}

/// An id, hash or address with a button that copies it.
#[component]
pub fn Copyable(#[prop(into)] value: String) -> impl IntoView {
    let t = text();
    let live = use_context::<Live>();
    let shown = value.clone();
    let name = t.copy_text(&value);
    let copy = move |_| {
        browser::copy(&value);
        if let Some(live) = live {
            live.say(t.copied);
        }
    };
    view! {
        <span class="copyable">
            <code>{shown}</code>
            <button type="button" class="icon-button small" aria-label=name title=t.copy on:click=copy>
                <Icon symbol=Symbol::Copy />
            </button>
        </span>
    }
}
