//! Partners' certificates and the authorities that vouch for them.

use serde::{Deserialize, Serialize};

/// How a partner's certificate came in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PartnerSource {
    /// From signed mail that verified.
    Harvested,
    /// By an administrator.
    Uploaded,
}

/// Whether a partner's certificate is encrypted to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PartnerTrust {
    /// Used.
    Trusted,
    /// Waits for a person.
    Pending,
    /// Never used.
    Blocked,
}

/// Why a certificate is not encrypted to that no administrator has blocked: mail taught it, so it is
/// worth what its authority is worth now.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PartnerReason {
    /// The authority is blocked.
    AuthorityBlocked,
    /// The authority is undecided, removed, expired, or trusted for other domains only.
    AuthorityNotTrusted,
}

/// An external certificate.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Partner {
    /// SHA-256 of the DER, lower-case hex.
    pub fingerprint: String,
    /// The mailboxes it names.
    pub addresses: Vec<String>,
    /// Subject, RFC 4514.
    pub subject: String,
    /// Issuer, RFC 4514.
    pub issuer: String,
    /// RFC 3339.
    pub not_after: String,
    /// How it came in.
    pub source: PartnerSource,
    /// Whether it is used.
    pub trust: PartnerTrust,
    /// Why not, where that is not an administrator's decision about this certificate.
    pub reason: Option<PartnerReason>,
}

/// Body of `PUT /partners/{fingerprint}`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PartnerDecision {
    /// *Blocked* is never encrypted to, whatever mail comes. *Trusted* is, while its authority is. It
    /// cannot be set to *pending*: that is what waits for a decision.
    pub trust: PartnerTrust,
}

/// Where an authority is known from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthoritySource {
    /// Loaded by an administrator, or the built-in CA.
    Own,
    /// From the public S/MIME list.
    Public,
    /// Met in mail: the trust inbox.
    Seen,
}

/// What an authority's word is worth.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthorityTrust {
    /// A trust anchor.
    Trusted,
    /// Waits for a person.
    Undecided,
    /// Never trusted.
    Blocked,
}

/// A certification authority; also the body of its `PUT`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// SHA-256 of the DER, lower-case hex.
    pub fingerprint: String,
    /// Subject, RFC 4514.
    pub subject: String,
    /// RFC 3339.
    pub not_after: String,
    /// Where it is known from.
    pub source: AuthoritySource,
    /// What its word is worth.
    pub trust: AuthorityTrust,
    /// Only for mailboxes of this domain.
    pub domain: Option<String>,
}

/// Filters of the partners.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PartnerQuery {
    /// Only certificates that name an address with this in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only those with this trust.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust: Option<PartnerTrust>,
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

/// Filters of the authorities.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AuthoritiesQuery {
    /// Only those with this trust.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust: Option<AuthorityTrust>,
    /// Only those known from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<AuthoritySource>,
    /// Only those whose subject has this in it.
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

/// Query of `POST /authorities`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AuthorityQuery {
    /// Limits the authority to mailboxes of this domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}
