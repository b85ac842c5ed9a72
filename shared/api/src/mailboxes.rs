//! Mailboxes and the licence whose seats they take.

use serde::{Deserialize, Serialize};

use crate::CertificateSummary;

/// Where a mailbox stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MailboxStatus {
    /// No certificate, no seat.
    Inactive,
    /// A certificate is being made; the seat is taken.
    Activating,
    /// Signs and decrypts.
    Active,
    /// Deactivated; the seat is free when the CA confirms or 14 days are over.
    RevokePending,
}

/// A known mailbox of an inbound route.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Mailbox {
    /// Its address.
    pub address: String,
    /// Where it stands.
    pub status: MailboxStatus,
    /// The certificate in use.
    pub certificate: Option<CertificateSummary>,
    /// While `revoke_pending`: when the seat is free at the latest (RFC 3339).
    pub pending_until: Option<String>,
}

/// One mailbox with its history.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MailboxDetail {
    /// The mailbox.
    #[serde(flatten)]
    pub mailbox: Mailbox,
    /// All certificates it ever had, newest first.
    pub certificates: Vec<CertificateSummary>,
    /// Since when a request to another CA has waited for its certificate (RFC 3339).
    pub requested_at: Option<String>,
}

/// Filters of the list.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MailboxQuery {
    /// Only these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MailboxStatus>,
    /// Only of this domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Only this one, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Only addresses that contain this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
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

/// Which mailboxes to activate or deactivate.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MailboxSelection {
    /// A list, or the word `all`.
    pub addresses: Addresses,
}

/// A list of addresses, or all known mailboxes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Addresses {
    /// The word `all`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "all"))]
    All(All),
    /// These.
    These(Vec<String>),
}

/// The word `all`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum All {
    /// Every known mailbox.
    All,
}

#[cfg(feature = "schema")]
fn all(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "const": All::All })
}

/// What became of each address, unknown and foreign ones too.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MailboxResults {
    /// In the order asked for.
    pub results: Vec<MailboxResult>,
}

/// What became of one address.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MailboxResult {
    /// The address as asked for.
    pub address: String,
    /// Where the mailbox stands now; `None` if there is no such mailbox.
    pub status: Option<MailboxStatus>,
    /// Why nothing was done.
    pub problem: Option<MailboxProblem>,
}

/// Why nothing was done for one address.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MailboxProblem {
    /// `unknown-mailbox`, `no-free-seat`, `licence-expired`, `not-active`, ….
    #[cfg_attr(feature = "schema", schemars(with = "crate::Code"))]
    pub code: String,
    /// A sentence for a person.
    pub detail: String,
}

/// The licence and its seats. Times are RFC 3339.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Licence {
    /// Its number.
    pub number: String,
    /// Seats for mail.
    pub mail_seats: u32,
    /// Seats for S/MIME.
    pub smime_seats: u32,
    /// S/MIME seats taken by active and activating mailboxes.
    pub used: u32,
    /// S/MIME seats still held by deactivated mailboxes.
    pub revoke_pending: u32,
    /// S/MIME seats left.
    pub free: u32,
    /// From when it holds.
    pub valid_from: String,
    /// Until when it holds.
    pub valid_until: String,
    /// Until when mail is signed, a grace after `valid_until` included.
    pub signing_until: String,
}

/// What the operator sets.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LicenceUpdate {
    /// Its number.
    pub number: String,
    /// Seats for mail.
    pub mail_seats: u32,
    /// Seats for S/MIME.
    pub smime_seats: u32,
    /// From when it holds.
    pub valid_from: String,
    /// Until when it holds.
    pub valid_until: String,
}
