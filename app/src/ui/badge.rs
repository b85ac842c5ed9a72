//! A status in one word: icon, word, and only third a colour.

use leptos::prelude::*;

use super::{Icon, Symbol};

/// What a colour says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tone {
    Neutral,
    Accent,
    Good,
    Caution,
    Bad,
    Info,
}

impl Tone {
    /// The class that colours by it.
    pub fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Accent => "accent",
            Self::Good => "good",
            Self::Caution => "caution",
            Self::Bad => "bad",
            Self::Info => "info",
        }
    }
}

/// A badge.
#[component]
pub fn Badge(
    tone: Tone,
    #[prop(optional_no_strip)] icon: Option<Symbol>,
    #[prop(into)] text: String,
) -> impl IntoView {
    view! {
        <span class=format!("badge {}", tone.class())>
            {icon.map(|symbol| view! { <Icon symbol /> })}
            {text}
        </span>
    }
}
