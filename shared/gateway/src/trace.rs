//! What happened to a message, step by step, for people. Holds nothing of its content.

use std::collections::BTreeMap;

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
