//! What happened to a message, step by step, for people. Holds nothing of its content.

mod steps;

use std::collections::BTreeMap;
use std::fmt::Display;

pub use steps::STEPS;
pub(crate) use steps::*;

/// One step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TraceStep {
    /// Stable code; the portal translates by it.
    pub code: &'static str,
    /// How the step is to be read.
    pub level: TraceLevel,
    /// A sentence in English.
    pub text: String,
    /// The values in the sentence, by name.
    pub fields: BTreeMap<&'static str, String>,
}

/// How a step is to be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TraceLevel {
    /// As hoped.
    Good,
    /// A fact.
    Info,
    /// Worth a look.
    Caution,
    /// Why it failed.
    Bad,
}

/// A kind of step: all that can stand in a trace is in [`STEPS`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StepKind {
    /// Stable code.
    pub code: &'static str,
    /// How it is to be read.
    pub level: TraceLevel,
    /// The sentence, with `{name}` where a field's value goes.
    pub template: &'static str,
}

impl StepKind {
    /// The step of this kind without values.
    pub(crate) fn bare(self) -> TraceStep {
        self.with(&[])
    }

    /// The step of this kind with its values.
    pub(crate) fn with(self, values: &[(&'static str, &dyn Display)]) -> TraceStep {
        let mut text = self.template.to_owned();
        let mut fields = BTreeMap::new();
        for (name, value) in values {
            let value: String = value
                .to_string()
                .chars()
                .take(FIELD_CHARS_MAX)
                .map(|c| if c.is_control() { '\u{fffd}' } else { c })
                .collect();
            text = text.replacen(&format!("{{{name}}}"), &value, 1);
            fields.insert(*name, value);
        }
        TraceStep {
            code: self.code,
            level: self.level,
            text,
            fields,
        }
    }
}

/// Longest value in a trace, in characters: names in a stranger's certificate may be any length.
pub const FIELD_CHARS_MAX: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for kind in STEPS {
            assert!(seen.insert(kind.code), "{} stands twice", kind.code);
            assert!(
                kind.code
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
                "{}",
                kind.code
            );
        }
    }

    #[test]
    fn a_strangers_value_is_cut_and_cleaned() {
        let step = SIGNATURE_BAD.with(&[("signer", &"x".repeat(1000)), ("why", &"line\r\nbreak")]);
        assert_eq!(step.fields["signer"].len(), FIELD_CHARS_MAX);
        assert!(!step.text.contains(char::is_control));
    }
}
