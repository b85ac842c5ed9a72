//! Outcome and protection as badges: two axes, never by colour alone.

use api::{Message, Outcome, Protection};
use leptos::prelude::*;
use policy::Direction;

use crate::{
    text::text,
    ui::{Badge, Icon, Symbol, Tone},
};

/// What became of a message.
#[component]
pub fn OutcomeBadge(outcome: Outcome) -> impl IntoView {
    let (tone, icon) = match outcome {
        Outcome::Delivered => (Tone::Good, Symbol::Check),
        Outcome::Refused => (Tone::Bad, Symbol::Cross),
        Outcome::Failed => (Tone::Bad, Symbol::Warning),
        Outcome::Pending => (Tone::Caution, Symbol::Clock),
    };
    view! { <Badge tone icon=Some(icon) text=text().outcome(outcome) /> }
}

/// What was done to, or found on, a message; *plain* where it is nothing and the message went on.
#[component]
pub fn ProtectionBadges(protection: Vec<Protection>, outcome: Outcome) -> impl IntoView {
    let t = text();
    if protection.is_empty() {
        let went_on = outcome != Outcome::Refused;
        return went_on
            .then(|| view! { <Badge tone=Tone::Neutral icon=None text=t.plain /> })
            .into_any();
    }
    let badge = |protection| {
        let (tone, icon) = match protection {
            Protection::Signed => (Tone::Accent, Symbol::Pen),
            Protection::Encrypted => (Tone::Accent, Symbol::Lock),
            Protection::Decrypted => (Tone::Accent, Symbol::Open),
            Protection::Verified => (Tone::Good, Symbol::Seal),
            Protection::SignatureBad => (Tone::Bad, Symbol::Warning),
            Protection::StillEncrypted => (Tone::Caution, Symbol::Lock),
        };
        view! { <Badge tone icon=Some(icon) text=t.protection(protection) /> }
    };
    protection.into_iter().map(badge).collect_view().into_any()
}

/// Which way a message went.
#[component]
pub fn DirectionMark(direction: Direction) -> impl IntoView {
    let symbol = match direction {
        Direction::Outbound => Symbol::Out,
        Direction::Inbound => Symbol::In,
    };
    let name = text().direction(direction);
    view! {
        <span class="direction" title=name>
            <Icon symbol />
            <span class="visually-hidden">{name}</span>
        </span>
    }
}

/// The sender as it is shown; error reports have none.
pub fn sender(message: &Message) -> String {
    if message.from.is_empty() {
        text().null_sender.to_owned()
    } else {
        message.from.clone()
    }
}
