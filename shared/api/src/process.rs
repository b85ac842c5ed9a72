//! What the relay calls for each mail.
//!
//! `POST /process?direction=&from=&to=` takes the message. Where every accepted recipient gets the
//! same message, the reply is that message (`message/rfc822`). Where recipients differ, it is
//! `multipart/mixed` of `message/rfc822` parts, each with the envelope in [`FROM_FIELD`] and
//! [`TO_FIELD`]; error reports to the sender are such parts too, with the null sender `<>`. Where
//! nobody is served it is a [`crate::Problem`] of status 422 with code `refused` and the SMTP `reply`.
//! Where the copies would be too large together, it is one with code `too-many-copies` and the `groups`
//! of recipients for whom the message is to be handed over, one after the other; nothing was done then.

use policy::Direction;
use serde::{Deserialize, Serialize};

/// Header field, on the reply or on a part: the reverse path, in angle brackets.
pub const FROM_FIELD: &str = "Sealgate-From";
/// Header field, on the reply or on a part: the forward paths, in angle brackets, comma separated.
pub const TO_FIELD: &str = "Sealgate-To";
/// Header field, on the reply or on a part: `outbound` or `inbound`, which next hop takes it.
pub const HOP_FIELD: &str = "Sealgate-Next-Hop";
/// Header field on the reply: names the message in the log, for `POST /process/{id}/outcome`.
pub const ID_FIELD: &str = "Sealgate-Message";

/// Body of `POST /process/recipients`: a transaction before there is a message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RecipientsQuery {
    /// Which way.
    pub direction: Direction,
    /// Envelope sender; empty for the null sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
}

/// Whether each recipient can be served.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecipientsReply {
    /// In the order asked for.
    pub recipients: Vec<RecipientReply>,
}

/// Whether one recipient can be served.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecipientReply {
    /// The recipient.
    pub address: String,
    /// `None`, or the SMTP reply line to give at RCPT.
    pub reply: Option<String>,
}

/// Body of `POST /process/{id}/outcome`: what the next hop said, so that the overview is true.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NextHopOutcome {
    /// One per recipient.
    pub recipients: Vec<RecipientReply>,
}

/// Query of `POST /process`; `to` stands in it once per recipient.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProcessQuery {
    /// Which way.
    pub direction: Direction,
    /// Envelope sender; empty for the null sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
}
