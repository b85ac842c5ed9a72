//! The organisation's settings: what holds for all of its mail, whatever rule decides.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// For how many days the overview may keep a message: at least a week, so that a question about a
/// mail can still be answered; at most as long as the rules that decided about it are kept.
pub const RETENTION_DAYS: RangeInclusive<u32> = 7..=400;

/// The settings under their version; also the body of their `PUT`, whose version is the one that its
/// writer saw.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Moves with every change.
    pub version: u64,
    /// For recipients whose capabilities are not known.
    pub cipher: Cipher,
    /// Of the mail that the gateway signs.
    pub header_protection: HeaderProtection,
    /// What it means that nobody can say whether a certificate is revoked.
    pub revocation: RevocationChecks,
    /// What a signature over SHA-1 is worth.
    pub sha1_signatures: Sha1Signatures,
    /// For how many days the overview keeps a message: [`RETENTION_DAYS`].
    #[cfg_attr(
        feature = "schema",
        schemars(range(min = *RETENTION_DAYS.start(), max = *RETENTION_DAYS.end()))
    )]
    pub retention_days: u32,
}

/// Content encryption.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Cipher {
    /// What every client in use reads.
    #[serde(rename = "aes-256-cbc")]
    Aes256Cbc,
    /// What also shows that the content was not changed; not every client reads it.
    #[serde(rename = "aes-256-gcm")]
    Aes256Gcm,
}

/// How far header fields are protected with the content (RFC 9788).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeaderProtection {
    /// Not at all.
    Off,
    /// Against change.
    Signed,
    /// Against change, and in encrypted mail the Subject against being read.
    Confidential,
}

/// What becomes of a certificate of which nobody can say whether it is revoked: its authority names
/// no place to ask, or the place does not answer. One that is known to be revoked is never used.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RevocationChecks {
    /// It is not used, and a signature with it does not count.
    Require,
    /// It is used, and the trace says so.
    Warn,
    /// Nobody is asked.
    Off,
}

/// What a signature over SHA-1 is worth, as old clients still make them. Weaker ones (MD5, DSA, RSA
/// below 2048 bits) never count, nor does a certificate that rests on any of them.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sha1Signatures {
    /// Nothing.
    Refuse,
    /// It counts and the trace warns; no certificate is learnt from it.
    Warn,
}
