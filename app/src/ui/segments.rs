//! A choice of few, all of them visible: radio buttons that look like one control.

use leptos::prelude::*;

use super::{Icon, Symbol};

/// One of the choices.
pub struct Segment {
    /// The stored word.
    pub value: &'static str,
    /// The shown one.
    pub label: String,
    /// How many there are behind it.
    pub count: Option<u64>,
    /// Before the word.
    pub icon: Option<Symbol>,
}

/// A group of radio buttons.
#[component]
pub fn Segments(
    name: &'static str,
    #[prop(into)] label: String,
    options: Vec<Segment>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_change: Callback<&'static str>,
    #[prop(optional)] fill: bool,
) -> impl IntoView {
    let segment = move |segment: Segment| {
        let Segment {
            value: word,
            label,
            count,
            icon,
        } = segment;
        view! {
            <label>
                <input
                    type="radio"
                    name=name
                    value=word
                    prop:checked=move || value.get() == word
                    on:change=move |_| on_change.run(word)
                />
                <span>
                    {icon.map(|symbol| view! { <Icon symbol /> })} {label}
                    {count.map(|count| view! { <span class="count">{count}</span> })}
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="segments" class:fill=fill>
            <legend class="visually-hidden">{label}</legend>
            {options.into_iter().map(segment).collect_view()}
        </fieldset>
    }
}
