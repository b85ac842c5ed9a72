//! Certificates, above all those of managed mailboxes: public data only, never a key.

use serde::{Deserialize, Serialize};

/// Where a managed certificate came from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Where it stands.
    pub status: CertificateStatus,
    /// Since when and why it is revoked.
    pub revocation: Option<RevokedSince>,
}

/// Where a managed certificate stands. Whatever it says, the key goes on to open old mail.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CertificateStatus {
    /// Signs, and is written to.
    InUse,
    /// Another has taken its place; what is written to it is opened until it ends and after.
    Former,
    /// Declared invalid before its end.
    Revoked,
    /// Its time is over.
    Expired,
}

/// Why a certificate is revoked: words of RFC 5280 §5.3.1.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RevocationReason {
    /// Not said.
    Unspecified,
    /// Somebody else may have the key.
    KeyCompromise,
    /// The mailbox is not the organisation's any more.
    AffiliationChanged,
    /// Another certificate takes its place.
    Superseded,
    /// The mailbox is not used any more.
    CessationOfOperation,
    /// The mailbox may not sign any more.
    PrivilegeWithdrawn,
}

impl RevocationReason {
    /// In the order of RFC 5280.
    pub const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// Whether the reason lies in the mailbox: then it is deactivated. Where it lies in the certificate,
    /// the mailbox gets another one at once.
    pub const fn ends_mailbox(self) -> bool {
        match self {
            Self::Unspecified | Self::KeyCompromise | Self::Superseded => false,
            Self::AffiliationChanged | Self::CessationOfOperation | Self::PrivilegeWithdrawn => {
                true
            }
        }
    }

    /// `CRLReason` (RFC 5280 §5.3.1).
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::PrivilegeWithdrawn => 9,
        }
    }

    /// The reason with this code; *unspecified* where there is none.
    pub fn of_code(code: u8) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|reason| reason.code() == code)
            .unwrap_or(Self::Unspecified)
    }
}

/// A revocation that holds.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RevokedSince {
    /// RFC 3339.
    pub at: String,
    /// Why.
    pub reason: RevocationReason,
}

/// Asks for a revocation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// Why.
    pub reason: RevocationReason,
}

/// A key to which the portal seals a private key that is uploaded. It holds for some minutes and is
/// kept nowhere: `ticket` is its other half, wrapped by the edge.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImportKey {
    /// The public key, X25519, base64.
    pub public: String,
    /// To be sent back as it is.
    pub ticket: String,
    /// RFC 3339.
    pub expires_at: String,
}

/// A certificate with its private key, sealed by the crate `sealing` to an [`ImportKey`]. It belongs to
/// the mailbox's address, and holds PEM: the private keys in PKCS#8 and the certificates of a file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SealedCertificate {
    /// That of the key.
    pub ticket: String,
    /// Base64.
    pub sealed: String,
}

/// A certificate of a mailbox, a partner or an authority.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertificateDetail {
    /// SHA-256 of the DER, lower-case hex.
    pub fingerprint: String,
    /// Subject, RFC 4514.
    pub subject: String,
    /// Issuer, RFC 4514.
    pub issuer: String,
    /// Serial number, lower-case hex.
    pub serial: String,
    /// RFC 3339.
    pub not_before: String,
    /// RFC 3339.
    pub not_after: String,
    /// The e-mail addresses in it.
    pub addresses: Vec<String>,
    /// Kind of its key, `RSA-2048`.
    pub key: String,
    /// Its issuers as far as they are known, nearest first.
    pub chain: Vec<ChainCertificate>,
    /// Whose it is, where it is a managed mailbox's; so are the other fields below.
    pub mailbox: Option<String>,
    /// Where it came from.
    pub source: Option<CertificateSource>,
    /// Where it stands.
    pub status: Option<CertificateStatus>,
    /// Since when and why it is revoked.
    pub revocation: Option<RevokedSince>,
    /// What became of it, oldest first.
    pub history: Vec<CertificateEvent>,
}

/// An issuer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChainCertificate {
    /// SHA-256 of the DER, lower-case hex.
    pub fingerprint: String,
    /// Subject, RFC 4514.
    pub subject: String,
    /// RFC 3339.
    pub not_after: String,
}

/// Something that became of a managed certificate.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertificateEvent {
    /// RFC 3339.
    pub at: String,
    /// The status that it has had since then.
    pub status: CertificateStatus,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_survive_their_code() {
        for reason in RevocationReason::ALL {
            assert_eq!(RevocationReason::of_code(reason.code()), reason);
        }
        // certificateHold, which nobody here writes.
        assert_eq!(RevocationReason::of_code(6), RevocationReason::Unspecified);
    }
}
