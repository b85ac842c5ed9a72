//! Every text that the portal shows, in every language.
//!
//! A text without a translation does not compile: plain texts stand side by side in
//! [`words`], texts with values in them are functions in [`sentences`] that match on the language.

mod problems;
mod sentences;
mod trace;
mod words;

use leptos::prelude::*;

pub use words::Text;

/// A language of the portal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Language {
    English,
    German,
}

impl Language {
    /// In the order of the choice.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// BCP 47.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// In the language itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// The language of a tag like `de-AT`; English where there is none of it.
    pub fn of(tag: &str) -> Self {
        let primary = tag.split('-').next().unwrap_or_default();
        let found = Self::ALL
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.code()));
        found.unwrap_or(Self::English)
    }

    /// The texts.
    pub const fn text(self) -> &'static Text {
        match self {
            Self::English => &Text::ENGLISH,
            Self::German => &Text::GERMAN,
        }
    }
}

/// The texts of the language that is chosen. A change of language mounts the pages anew, so this
/// need not be asked again.
pub fn text() -> &'static Text {
    use_context::<&'static Text>().unwrap_or(Language::English.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_finds_its_language() {
        for (tag, language) in [
            ("de-AT", Language::German),
            ("DE", Language::German),
            ("en-GB", Language::English),
            ("fr", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of(tag), language, "{tag}");
        }
    }
}
