//! A rule, and the ordered set of an organisation.

use serde::{Deserialize, Serialize};

use crate::option::or_not_defined;
use crate::{
    Defaults, ExternalSelector, InboundOption, ManagedSelector, OutboundOption,
    RULE_NAME_CHARS_MAX, RULES_MAX,
};

/// Names a rule for as long as it lives, whatever its priority.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct RuleId(pub String);

/// What an administrator writes: a rule without its identity.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RuleDraft {
    /// For people; at most [`RULE_NAME_CHARS_MAX`] characters, not empty.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = RULE_NAME_CHARS_MAX)))]
    pub name: String,
    /// A rule that is not enabled never decides.
    pub enabled: bool,
    /// The organisation's side.
    pub managed: ManagedSelector,
    /// The other side.
    pub external: ExternalSelector,
    /// For mail that comes in; *not defined* leaves it to the rules below.
    #[serde(with = "or_not_defined")]
    #[cfg_attr(
        feature = "schema",
        schemars(schema_with = "or_not_defined::schema::<InboundOption>")
    )]
    pub inbound: Option<InboundOption>,
    /// For mail that goes out; *not defined* leaves it to the rules below.
    #[serde(with = "or_not_defined")]
    #[cfg_attr(
        feature = "schema",
        schemars(schema_with = "or_not_defined::schema::<OutboundOption>")
    )]
    pub outbound: Option<OutboundOption>,
}

/// A rule in its set; its priority is its place there.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its identity.
    pub id: RuleId,
    /// Its content.
    #[serde(flatten)]
    pub draft: RuleDraft,
}

/// The rules in priority order and the defaults below them. Priorities are dense from 1 because
/// they are the position in `rules`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// Highest priority first.
    pub rules: Vec<Rule>,
    /// Decide where no rule does.
    #[serde(default)]
    pub defaults: Defaults,
}

impl RuleSet {
    /// Adds a rule at priority 1.
    pub fn add(&mut self, id: RuleId, draft: RuleDraft) -> Result<(), RuleSetError> {
        check(&draft)?;
        if self.rules.len() >= RULES_MAX {
            return Err(RuleSetError::TooMany);
        }
        self.rules.insert(0, Rule { id, draft });
        Ok(())
    }

    /// Replaces the content of a rule; it keeps its place.
    pub fn change(&mut self, id: &RuleId, draft: RuleDraft) -> Result<(), RuleSetError> {
        check(&draft)?;
        let rule = self.rules.iter_mut().find(|rule| rule.id == *id);
        rule.ok_or(RuleSetError::Unknown)?.draft = draft;
        Ok(())
    }

    /// Removes a rule; those below move up.
    pub fn remove(&mut self, id: &RuleId) -> Result<Rule, RuleSetError> {
        let place = self.rules.iter().position(|rule| rule.id == *id);
        Ok(self.rules.remove(place.ok_or(RuleSetError::Unknown)?))
    }

    /// Puts the rules into the order of `ids`, which must name each rule exactly once.
    pub fn reorder(&mut self, ids: &[RuleId]) -> Result<(), RuleSetError> {
        if ids.len() != self.rules.len() {
            return Err(RuleSetError::NotAPermutation);
        }
        let mut rest: std::collections::BTreeMap<_, _> =
            self.rules.iter().map(|rule| (&rule.id, rule)).collect();
        let ordered: Option<Vec<Rule>> = ids.iter().map(|id| rest.remove(id).cloned()).collect();
        self.rules = ordered.ok_or(RuleSetError::NotAPermutation)?;
        Ok(())
    }

    /// The priority of a rule, 1 the highest.
    pub fn priority_of(&self, id: &RuleId) -> Option<usize> {
        self.rules
            .iter()
            .position(|rule| rule.id == *id)
            .map(|place| place + 1)
    }
}

fn check(draft: &RuleDraft) -> Result<(), RuleSetError> {
    let chars = draft.name.trim().chars().count();
    if chars == 0 || chars > RULE_NAME_CHARS_MAX || draft.name.chars().any(char::is_control) {
        return Err(RuleSetError::BadName);
    }
    Ok(())
}

/// Why a change to the rules was not made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RuleSetError {
    /// No rule has this id.
    #[error("there is no such rule")]
    Unknown,
    /// Empty, too long or with control characters.
    #[error("a rule needs a name of 1 to {RULE_NAME_CHARS_MAX} characters")]
    BadName,
    /// [`RULES_MAX`] is reached.
    #[error("there are {RULES_MAX} rules already")]
    TooMany,
    /// An id is missing, unknown or twice.
    #[error("the order must name each rule exactly once")]
    NotAPermutation,
}
