//! Keyset paging: forward by the cursor of the page, back by the trail of cursors.

use leptos::prelude::*;

use crate::text::text;

/// The cursors of the pages before the one that is shown.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Trail(Vec<Option<String>>);

impl Trail {
    /// Goes on from the page at `here`.
    pub fn forward(&mut self, here: Option<String>) {
        self.0.push(here);
    }

    /// The page before: the first page where the trail does not reach, after a reload for instance.
    pub fn back(&mut self) -> Option<String> {
        self.0.pop().flatten()
    }
}

/// Two buttons below a list.
#[component]
pub fn Pager(
    /// How many items are shown.
    shown: usize,
    here: Option<String>,
    next: Option<String>,
    trail: RwSignal<Trail>,
    /// Shows the page at the cursor.
    #[prop(into)]
    go: Callback<Option<String>>,
    #[prop(into)] newer: String,
    #[prop(into)] older: String,
) -> impl IntoView {
    let t = text();
    let first = here.is_none();
    let last = next.is_none();
    if first && last {
        return view! { <p class="pager secondary">{t.shown(shown)}</p> }.into_any();
    }
    let back = move |_| go.run(trail.try_update(Trail::back).flatten());
    let forward = move |_| {
        trail.update(|trail| trail.forward(here.clone()));
        go.run(next.clone());
    };
    view! {
        <nav class="pager" aria-label=t.pages>
            <span class="secondary">{t.shown(shown)}</span>
            <button type="button" class="button small" disabled=first on:click=back>
                {newer}
            </button>
            <button type="button" class="button small" disabled=last on:click=forward>
                {older}
            </button>
        </nav>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trail_leads_back_the_way_it_came() {
        let mut trail = Trail::default();
        trail.forward(None);
        trail.forward(Some("b".to_owned()));
        assert_eq!(trail.back(), Some("b".to_owned()));
        assert_eq!(trail.back(), None);
        assert_eq!(
            trail.back(),
            None,
            "beyond its start it leads to the first page"
        );
    }
}
