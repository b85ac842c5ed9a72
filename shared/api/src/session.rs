//! Signing in, and what the person may do.

use serde::{Deserialize, Serialize};

/// Body of `POST /session`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The user's address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// Who is signed in: reply of `POST /session` and `GET /session`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Session {
    /// The user's address.
    pub email: String,
    /// The user's name.
    pub name: String,
    /// Whether rules, mailboxes and partners may be changed.
    pub may_write: bool,
    /// The organisation.
    pub organisation: Organisation,
}

/// The organisation that the portal shows.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Organisation {
    /// Its identity, as in `/pki/{organisation}/…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its domains.
    pub domains: Vec<String>,
}
