//! The choice of what happens to mail of one direction.

use leptos::prelude::*;
use policy::{DirectionOption, InboundOption, OutboundOption};

use crate::{
    text::{Text, text},
    ui::SelectField,
};

/// The word for *not defined*.
const UNDEFINED: &str = "not_defined";

/// An option as a person chooses it.
pub trait Choosable: DirectionOption + Send + Sync + 'static {
    /// In the order of the choice, the strictest last.
    const ALL: &'static [Self];

    /// What is chosen.
    fn label(t: &Text) -> &'static str;

    /// Its name; `None` is *not defined*.
    fn name(option: Option<Self>, t: &Text) -> &'static str;
}

impl Choosable for OutboundOption {
    const ALL: &'static [Self] = &[
        Self::Neither,
        Self::SignOnly,
        Self::OptionalEncryption,
        Self::EnforceEncryption,
    ];

    fn label(t: &Text) -> &'static str {
        t.outgoing_mail
    }

    fn name(option: Option<Self>, t: &Text) -> &'static str {
        t.outbound_option(option)
    }
}

impl Choosable for InboundOption {
    const ALL: &'static [Self] = &[
        Self::DoNotDecrypt,
        Self::OptionalDecryption,
        Self::AlwaysDecrypt,
        Self::ForceDecryption,
    ];

    fn label(t: &Text) -> &'static str {
        t.incoming_mail
    }

    fn name(option: Option<Self>, t: &Text) -> &'static str {
        t.inbound_option(option)
    }
}

/// The choice.
#[component]
pub fn OptionField<O: Choosable>(
    id: &'static str,
    value: RwSignal<Option<O>>,
    #[prop(optional)] may_be_undefined: bool,
) -> impl IntoView {
    let t = text();
    let undefined = may_be_undefined.then_some(None);
    let choices = undefined
        .into_iter()
        .chain(O::ALL.iter().copied().map(Some));
    let options = choices.map(|option| (word(option).to_owned(), O::name(option, t).to_owned()));
    view! {
        <SelectField
            id
            label=O::label(t)
            options=options.collect()
            value=Signal::derive(move || word(value.get()).to_owned())
            on_change=move |word: String| value.set(parse(&word))
        />
    }
}

fn word<O: Choosable>(option: Option<O>) -> &'static str {
    option.map_or(UNDEFINED, O::word)
}

fn parse<O: Choosable>(word: &str) -> Option<O> {
    O::ALL.iter().copied().find(|option| option.word() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_choice_has_a_word_of_its_own<O: Choosable + PartialEq + std::fmt::Debug>() {
        assert_eq!(parse::<O>(UNDEFINED), None);
        for option in O::ALL {
            assert_eq!(parse(word(Some(*option))), Some(*option));
        }
    }

    #[test]
    fn choices_have_words() {
        every_choice_has_a_word_of_its_own::<OutboundOption>();
        every_choice_has_a_word_of_its_own::<InboundOption>();
    }
}
