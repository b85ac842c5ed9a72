//! A place that takes a file: by the picker, or dropped on it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{Icon, Symbol};

/// A file field that is also a place to drop a file on.
#[component]
pub fn DropFile(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    /// The `accept` list of the picker.
    accept: &'static str,
    on_file: impl Fn(web_sys::File) + Copy + 'static,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let chosen = move |event: web_sys::Event| {
        let input: Option<web_sys::HtmlInputElement> =
            event.target().and_then(|target| target.dyn_into().ok());
        if let Some(input) = input {
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                on_file(file);
            }
            // The same file can be chosen again, after it was mended for instance.
            input.set_value("");
        }
    };
    let dropped = move |event: web_sys::DragEvent| {
        event.prevent_default();
        over.set(false);
        let files = event.data_transfer().and_then(|data| data.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            on_file(file);
        }
    };
    view! {
        <div
            class="drop"
            class:over=move || over.get()
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            <label for=id class="button small">
                <Icon symbol=Symbol::Upload />
                {label}
            </label>

            <span class="secondary">{hint}</span>
            <input id=id type="file" class="visually-hidden" accept=accept on:change=chosen />
        </div>
    }
}
