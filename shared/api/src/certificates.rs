//! Certificates of managed mailboxes: public data only, never a key.

use serde::{Deserialize, Serialize};

/// Where a managed certificate came from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateSource {
    /// Issued by the organisation's built-in CA.
    BuiltInCa,
    /// Ordered by ACME.
    Acme,
    /// Answer to a CSR made here.
    Csr,
    /// Uploaded with its key.
    Uploaded,
}

/// A certificate in one line.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct CertificateSummary {
    /// SHA-256 of the DER, lower-case hex.
    pub fingerprint: String,
    /// Subject, RFC 4514.
    pub subject: String,
    /// Issuer, RFC 4514.
    pub issuer: String,
    /// Where it came from.
    pub source: CertificateSource,
    /// RFC 3339.
    pub not_before: String,
    /// RFC 3339.
    pub not_after: String,
}
