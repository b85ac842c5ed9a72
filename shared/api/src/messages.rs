//! The e-mail overview.

use policy::Direction;
use serde::{Deserialize, Serialize};

/// What became of a message for one recipient.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Handed to the next hop.
    Delivered,
    /// Not accepted by rule; the sender was told.
    Refused,
    /// Temporary failure; the sender's server tries again.
    Failed,
    /// On its way.
    Pending,
}

/// What was done to, or found on, a message.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Outbound: signed by us.
    Signed,
    /// Outbound: encrypted by us.
    Encrypted,
    /// Inbound: decrypted by us.
    Decrypted,
    /// Inbound: its signature is good.
    Verified,
    /// Inbound: its signature is not good.
    SignatureBad,
    /// Inbound: delivered encrypted.
    StillEncrypted,
}

/// The rule that decided.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleRef {
    /// Its identity.
    pub id: String,
    /// Its name at that time.
    pub name: String,
}

/// One recipient of one message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Message {
    /// Its identity; sorts by time.
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// Which way.
    pub direction: Direction,
    /// Envelope sender; empty for the null sender.
    pub from: String,
    /// Envelope recipient.
    pub to: String,
    /// The Message-ID field, without angle brackets.
    pub message_id: String,
    /// What became of it.
    pub outcome: Outcome,
    /// What was done or found.
    pub protection: Vec<Protection>,
    /// The rule that decided; `None` where the defaults did.
    pub rule: Option<RuleRef>,
    /// Stable code of a refusal, failure or bad signature, or of what is not as it should be.
    pub reason: Option<String>,
    /// Octets, as it came in.
    pub size: u64,
}

/// A message with its trace.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MessageDetail {
    /// The message.
    #[serde(flatten)]
    pub message: Message,
    /// The version of the rules that decided.
    pub policy_version: u64,
    /// What happened, in order.
    pub trace: Vec<TraceStep>,
}

/// One step of a trace. Holds no content of the message.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TraceStep {
    /// Stable code of the step, `rule-passed`, `rule-decided`, `signed`, `recipient-key-found`, ….
    pub code: String,
    /// Whether the step is good, neutral or bad news.
    pub level: TraceLevel,
    /// A sentence for a person, in English; the portal translates by `code` and `fields`.
    pub text: String,
    /// The values in the sentence, by name.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub fields: std::collections::BTreeMap<String, String>,
}

/// How a step is to be read.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
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

/// A word that `status=` takes: an outcome or a protection.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum StatusWord {
    /// By what became of it.
    Outcome(Outcome),
    /// By what was done or found.
    Protection(Protection),
}

/// Filters of the overview.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MessageQuery {
    /// An outcome or a protection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusWord>,
    /// Which way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Sender or recipient: an address, or a part of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Not before (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Before (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Items per page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(range(min = 1, max = crate::LIMIT_MAX), extend("default" = crate::LIMIT_DEFAULT))
    )]
    pub limit: Option<u32>,
    /// As an earlier page's `next` gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
