//! The rules: which option decides for a pair of mailboxes, and why.
//!
//! The serde forms of this crate are the *policy language*: the words that the API, the portal's
//! export and the stored snapshots share. [`LANGUAGE_VERSION`] moves when a word changes its meaning.
//! The crate has never seen a message; it knows two addresses and a direction.

mod eval;
mod explain;
mod lint;
mod option;
mod rule;
mod selector;
mod treatment;

pub use eval::{Decider, Miss, Passed, Verdict, evaluate};
pub use explain::{
    Explanation, InboundExplanation, Known, OutboundExplanation, explain_inbound, explain_outbound,
};
pub use lint::{Finding, Lint, lint};
pub use option::{
    Defaults, Direction, DirectionOption, InboundOption, OutboundOption, or_not_defined,
};
pub use rule::{Rule, RuleDraft, RuleId, RuleSet, RuleSetError};
pub use selector::{ExternalSelector, ManagedSelector};
pub use treatment::{
    Content, InboundFacts, InboundRefusal, InboundTreatment, OutboundFacts, OutboundRefusal,
    OutboundTreatment,
};

/// Version of the policy language, apart from the version of the software.
pub const LANGUAGE_VERSION: u32 = 1;

/// Most rules that one organisation may have: evaluation is linear and the list is shown whole.
pub const RULES_MAX: usize = 1000;

/// Longest name of a rule, in characters: it is shown in one line.
pub const RULE_NAME_CHARS_MAX: usize = 100;
