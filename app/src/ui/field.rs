//! Fields of a form: label, control, hint and error, tied together for every reader.

use leptos::prelude::*;

/// A text field.
#[component]
pub fn Field(
    id: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional)] kind: Option<&'static str>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] mono: bool,
    /// The first field of a dialog.
    #[prop(optional)]
    autofocus: bool,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let describedby = format!("{id}-note");
    view! {
        <div class="field">
            <label for=id>{move || label.get()}</label>
            <input
                id=id
                class="input"
                class:mono=mono
                autofocus=autofocus
                type=kind.unwrap_or("text")
                autocomplete=autocomplete.unwrap_or("off")
                autocapitalize="none"
                spellcheck="false"
                prop:value=move || value.get()
                disabled=move || disabled.get()
                aria-invalid=move || error.get().map(|_| "true")
                aria-describedby=describedby.clone()
                on:input=move |event| value.set(event_target_value(&event))
            />
            <p id=describedby.clone() class="note" class:error=move || error.get().is_some()>
                {move || error.get().or_else(|| hint.clone())}
            </p>
        </div>
    }
}

/// A text field of several lines, for lists.
#[component]
pub fn AreaField(
    id: &'static str,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(into)] hint: Signal<String>,
    #[prop(into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let describedby = format!("{id}-note");
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea
                id=id
                class="input area mono"
                rows="6"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                prop:value=move || value.get()
                aria-invalid=move || error.get().map(|_| "true")
                aria-describedby=describedby.clone()
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
            <p id=describedby.clone() class="note" class:error=move || error.get().is_some()>
                {move || error.get().unwrap_or_else(|| hint.get())}
            </p>
        </div>
    }
}

/// A choice out of few words; `options` are the stored word and the shown one.
#[component]
pub fn SelectField(
    id: &'static str,
    #[prop(into)] label: String,
    /// The label is read out but not shown: the words say what they are.
    #[prop(optional)]
    bare: bool,
    options: Vec<(String, String)>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id class:visually-hidden=bare>
                {label}
            </label>
            <select
                id=id
                class="input"
                disabled=move || disabled.get()
                on:change=move |event| on_change.run(event_target_value(&event))
            >
                {options
                    .into_iter()
                    .map(|(word, shown)| {
                        let selected = word.clone();
                        view! {
                            <option value=word selected=move || value.get() == selected>
                                {shown}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </div>
    }
}
