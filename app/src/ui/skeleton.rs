//! What stands where content will be; the style shows it only after 150 ms.

use leptos::prelude::*;

use crate::text::text;

/// Grey lines in place of `rows` rows.
#[component]
pub fn Skeleton(rows: usize) -> impl IntoView {
    let t = text();
    view! {
        <div class="skeleton">
            <p class="visually-hidden" role="status">
                {t.loading}
            </p>
            {(0..rows).map(|_| view! { <div class="bone" aria-hidden="true"></div> }).collect_view()}
        </div>
    }
}
