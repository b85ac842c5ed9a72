//! The live region: what happened, for those who do not see it, and briefly for those who do.

use std::time::Duration;

use leptos::prelude::*;

/// How long a sentence stays on the screen: time to read a line of it twice.
const SHOWN: Duration = Duration::from_secs(6);

/// Says sentences in the page's one live region.
#[derive(Clone, Copy)]
pub struct Live {
    sentence: RwSignal<(u32, String)>,
}

impl Live {
    /// A silent one.
    pub fn new() -> Self {
        Self {
            sentence: RwSignal::new((0, String::new())),
        }
    }

    /// Says `sentence`, in place of the one before.
    pub fn say(self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        self.sentence.update(|(turn, text)| {
            *turn = turn.wrapping_add(1);
            *text = sentence;
        });
        let turn = self.sentence.with_untracked(|(turn, _)| *turn);
        set_timeout(
            move || {
                if self.sentence.with_untracked(|(now, _)| *now == turn) {
                    self.sentence.update(|(_, text)| text.clear());
                }
            },
            SHOWN,
        );
    }
}

/// The region itself; it stands in the page from the start, or readers would not watch it.
#[component]
pub fn LiveRegion(live: Live) -> impl IntoView {
    view! {
        <div class="live" role="status">
            {move || {
                let (_, text) = live.sentence.get();
                (!text.is_empty()).then(|| view! { <p>{text}</p> })
            }}
        </div>
    }
}
