//! The rules in their order, and the defaults below them.

use policy::{Defaults, RuleDraft, RuleId};
use serde::{Deserialize, Serialize};

/// All rules, highest priority first. This is also what the portal exports.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RuleList {
    /// Moves with every change of rules or defaults; writes carry it.
    pub version: u64,
    /// In priority order.
    pub items: Vec<RuleView>,
}

/// A rule with its place.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RuleView {
    /// Its identity.
    pub id: RuleId,
    /// Dense from 1, the highest.
    pub priority: usize,
    /// Its content.
    #[serde(flatten)]
    pub draft: RuleDraft,
}

/// Body of `POST /rules` and `PUT /rules/{id}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RuleWrite {
    /// The version that the writer saw.
    pub version: u64,
    /// The content.
    #[serde(flatten)]
    pub draft: RuleDraft,
}

/// Reply to `POST /rules` and `PUT /rules/{id}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RuleWritten {
    /// The version that holds now.
    pub version: u64,
    /// The rule as it stands.
    pub rule: RuleView,
}

/// Body of `PUT /rules`: a whole rule set, published at once. No mail ever meets half of it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSetWrite {
    /// The version that the writer saw.
    pub version: u64,
    /// In priority order.
    pub items: Vec<RuleItemWrite>,
    /// What decides where no rule does.
    pub defaults: Defaults,
}

/// A rule of a set that is published.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RuleItemWrite {
    /// The rule that this is; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RuleId>,
    /// Its content.
    #[serde(flatten)]
    pub draft: RuleDraft,
}

/// Body of `PUT /rules/order`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RuleOrder {
    /// The version that the writer saw.
    pub version: u64,
    /// Every rule once, highest priority first.
    pub ids: Vec<RuleId>,
}

/// Query of `DELETE /rules/{id}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VersionQuery {
    /// The version that the writer saw.
    pub version: u64,
}

/// Reply to a removal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct VersionReply {
    /// The version that holds now.
    pub version: u64,
}
