//! A choice of few with what each of them means: radio buttons, a sentence under each.

use leptos::prelude::*;

/// One of the choices.
pub struct Choice {
    /// The stored word.
    pub value: &'static str,
    /// The shown one.
    pub label: &'static str,
    /// What it means.
    pub note: &'static str,
}

/// A group of radio buttons.
#[component]
pub fn Choices(
    name: &'static str,
    label: &'static str,
    /// What all of them are about.
    note: &'static str,
    options: Vec<Choice>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_change: Callback<&'static str>,
    #[prop(into)] disabled: Signal<bool>,
) -> impl IntoView {
    let choice = move |choice: Choice| {
        let Choice {
            value: word,
            label,
            note,
        } = choice;
        let described = format!("{name}-{word}-note");
        view! {
            <div class="choice">
                <label>
                    <input
                        type="radio"
                        class="check"
                        name=name
                        value=word
                        aria-describedby=described.clone()
                        prop:checked=move || value.get() == word
                        disabled=move || disabled.get()
                        on:change=move |_| on_change.run(word)
                    />
                    {label}
                </label>
                <p id=described class="note">
                    {note}
                </p>
            </div>
        }
    };
    let (named, about) = (format!("{name}-label"), format!("{name}-note"));
    view! {
        <div
            class="choices"
            role="radiogroup"
            aria-labelledby=named
            aria-describedby=about
        >
            <div>
                <h3 id=named.clone()>{label}</h3>
                <p id=about.clone() class="note">
                    {note}
                </p>
            </div>
            <div class="options">{options.into_iter().map(choice).collect_view()}</div>
        </div>
    }
}
