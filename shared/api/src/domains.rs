//! The organisation's domains, and the inbound routes of their mail.

use serde::{Deserialize, Serialize};

/// Whether a domain is proven to be the organisation's.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DomainState {
    /// The proof is not there yet.
    Unverified,
    /// Proven.
    Verified,
    /// The proof has gone, but not for long.
    Grace,
    /// The proof has been gone for too long.
    Lost,
}

/// Whose word makes a domain the organisation's.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DomainProof {
    /// The TXT record in the DNS: checks decide.
    Dns,
    /// The operator's: checks tell what they see and change nothing.
    Operator,
}

/// Body of `POST /domains`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DomainWrite {
    /// A-labels or U-labels, in any case.
    pub domain: String,
}

/// A domain of the organisation.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DomainItem {
    /// A-labels, lower-case.
    pub domain: String,
    /// Whether it is proven.
    pub state: DomainState,
    /// By whose word.
    pub proof: DomainProof,
    /// While in `grace`: when it is lost, unless the proof comes back (RFC 3339).
    pub grace_until: Option<String>,
    /// Where the proof is looked for in the DNS.
    pub txt_name: String,
    /// What must stand there.
    pub txt_value: String,
    /// Where the domain's MX should point; `None` where no host is set.
    pub mx_expected: Option<String>,
    /// The latest checks, newest first.
    pub checks: Vec<DomainCheck>,
}

/// One look into the DNS.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DomainCheck {
    /// RFC 3339.
    pub at: String,
    /// `txt` or `mx`.
    pub kind: String,
    /// Whether it was as it should be.
    pub ok: bool,
    /// What was seen, a stable word: of `txt` `proof-found`, `proof-missing`, `proof-differs` (other
    /// values stand there) and `held-elsewhere` (found, but another organisation holds the domain),
    /// of `mx` `mx-found`, `mx-missing`, `mx-differs`; of both `dns-failed` (nothing was learnt) and
    /// `no-resolver` (nobody was asked).
    pub code: String,
    /// A sentence for a person.
    pub detail: String,
}

/// How the connection to a next hop is protected.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HopTls {
    /// TLS from the first octet (RFC 8314).
    Implicit,
    /// STARTTLS (RFC 3207), and no mail without it.
    Starttls,
    /// None: only inside one machine or a private network.
    None,
}

/// The server that takes a route's mail, as it is shown: never with the password.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NextHop {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: HopTls,
    /// For AUTH; `None` sends none.
    pub username: Option<String>,
}

/// The server that takes a route's mail, as it is written.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NextHopWrite {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: HopTls,
    /// For AUTH; `None` sends none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For AUTH; written, never read, and kept where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// An inbound route.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Route {
    /// Its identity.
    pub id: String,
    /// `acme.test`, or `*.lab.acme.test`: every domain below, without a list of mailboxes.
    pub pattern: String,
    /// Who takes the mail.
    pub next_hop: NextHop,
    /// The known mailboxes: the S/MIME list. Empty for a wildcard.
    pub mailboxes: Vec<String>,
}

/// Body of `POST /routes` and `PUT /routes/{id}`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RouteWrite {
    /// `acme.test` or `*.lab.acme.test`.
    pub pattern: String,
    /// Who takes the mail.
    pub next_hop: NextHopWrite,
    /// The known mailboxes; none for a wildcard.
    #[serde(default)]
    pub mailboxes: Vec<String>,
}
