//! A search field that waits for a pause in the typing.

use std::time::Duration;

use leptos::{leptos_dom::helpers::debounce, prelude::*};

use super::{Icon, Symbol};

/// Long enough to type on, short enough to feel at once.
const PAUSE: Duration = Duration::from_millis(250);

/// A search field.
#[component]
pub fn SearchField(
    id: &'static str,
    label: &'static str,
    #[prop(into)] value: Signal<String>,
    /// Runs after a pause, with what stands in the field.
    #[prop(into)]
    on_search: Callback<String>,
) -> impl IntoView {
    let later = debounce(PAUSE, move |text| on_search.run(text));
    let later = StoredValue::new_local(later);
    view! {
        <div class="search">
            <Icon symbol=Symbol::Search />
            <input
                id=id
                class="input"
                type="search"
                autocomplete="off"
                spellcheck="false"
                placeholder=label
                aria-label=label
                prop:value=move || value.get()
                on:input=move |event| {
                    let text = event_target_value(&event);
                    later.update_value(|later| later(text));
                }
            />
        </div>
    }
}
