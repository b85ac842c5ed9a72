//! On or off, at once.

use leptos::prelude::*;

/// A check box that looks and reads like a switch.
#[component]
pub fn Switch(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] on: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
    #[prop(into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <input
            id=id
            type="checkbox"
            role="switch"
            class="switch"
            aria-label=label
            prop:checked=move || on.get()
            disabled=move || disabled.get()
            on:change=move |event| on_change.run(event_target_checked(&event))
        />
    }
}
