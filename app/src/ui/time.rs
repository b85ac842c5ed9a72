//! A time as the reader's clock has it, with UTC beside it.

use leptos::prelude::*;

use crate::browser::Form;
use crate::{browser::format_time, text::text};

/// A time; hovering shows it in UTC.
#[component]
pub fn Time(#[prop(into)] at: String, form: Form) -> impl IntoView {
    let shown = format_time(&at, form, text().locale);
    let utc = at.replace('T', " ").replace('Z', " UTC");
    view! {
        <time datetime=at title=utc>
            {shown}
        </time>
    }
}
