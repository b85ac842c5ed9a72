//! What the operator of an installation does: set up organisations and their licences.

use serde::{Deserialize, Serialize};

use crate::{LicenceUpdate, RouteWrite};

/// Body of `POST /operator/organisations`: an organisation with all it needs to start.
///
/// Posting it again brings domains, users, tokens and routes to what the body says and removes
/// nothing; the licence is set only where there is none yet, `PUT /licence` changes it.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OrganisationSetup {
    /// Its identity, as in `/pki/{organisation}/…`: lower-case letters, digits and hyphens.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Domains that the operator vouches for: they count as verified.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Who may sign in.
    #[serde(default)]
    pub users: Vec<UserSetup>,
    /// API tokens.
    #[serde(default)]
    pub tokens: Vec<TokenSetup>,
    /// Inbound routes, told apart by their pattern.
    #[serde(default)]
    pub routes: Vec<RouteWrite>,
    /// The licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<LicenceUpdate>,
}

/// A person who may sign in.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UserSetup {
    /// The address to sign in with; unique in the installation.
    pub email: String,
    /// The name.
    pub name: String,
    /// The password, 12 to 128 characters.
    pub password: String,
    /// Whether rules, mailboxes and partners may be changed.
    pub may_write: bool,
}

/// An API token.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenSetup {
    /// What it is for.
    pub name: String,
    /// The token itself, at least 32 characters; only its SHA-256 is stored.
    pub token: String,
    /// Whether rules, mailboxes and partners may be changed and mail processed.
    pub may_write: bool,
}

/// Reply of `POST /operator/organisations`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrganisationSet {
    /// Its identity.
    pub id: String,
    /// Whether it is new.
    pub created: bool,
}

/// Query of `PUT /licence`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LicenceQuery {
    /// Whose licence; may be left out while there is one organisation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
}
