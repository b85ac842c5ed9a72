//! Why a verdict is bad: codes that scripts and rules may rely on.

use std::fmt;

/// The reason of a bad verdict; [`Reason::code`] is stable, never renamed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Reason {
    /// The content is not what was signed.
    DigestMismatch,
    /// The signature is not that of the signer's key, or a signer's certificate is not issued by the key above it.
    SignatureInvalid,
    /// SHA-1, MD5, DSA or RSA below 2048 bits.
    WeakAlgorithm,
    /// No path leads to a trust anchor.
    UntrustedRoot,
    /// A certificate of the path is past its end.
    Expired,
    /// A certificate of the path has not begun.
    NotYetValid,
    /// A certificate of the path was revoked.
    Revoked,
    /// Revocation was asked for, and a certificate of the path is not covered.
    RevocationUnknown,
    /// The certificate is not for this: key usage, extended key usage, basic constraints, policies.
    WrongUsage,
    /// The certificate's addresses do not have the one From address.
    AddressMismatch,
    /// None of the keys is a recipient's.
    NoMatchingKey,
    /// The decrypted bytes are not what was encrypted.
    IntegrityFailure,
    /// An algorithm that is not known here.
    UnsupportedAlgorithm,
    /// One of the named limits was passed.
    LimitExceeded,
    /// The bytes are not what they should be.
    Malformed,
    /// The signature does not cover all that is shown.
    PartlySigned,
    /// Encrypted content beside other content: opening it there would let a stranger read it (EFAIL).
    PartlyEncrypted,
    /// The signer's certificate is neither in the message nor at hand.
    NoSignerCertificate,
}

impl Reason {
    /// The stable code, `digest-mismatch`.
    pub fn code(self) -> &'static str {
        match self {
            Self::DigestMismatch => "digest-mismatch",
            Self::SignatureInvalid => "signature-invalid",
            Self::WeakAlgorithm => "weak-algorithm",
            Self::UntrustedRoot => "untrusted-root",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::Revoked => "revoked",
            Self::RevocationUnknown => "revocation-unknown",
            Self::WrongUsage => "wrong-usage",
            Self::AddressMismatch => "address-mismatch",
            Self::NoMatchingKey => "no-matching-key",
            Self::IntegrityFailure => "integrity-failure",
            Self::UnsupportedAlgorithm => "unsupported-algorithm",
            Self::LimitExceeded => "limit-exceeded",
            Self::Malformed => "malformed",
            Self::PartlySigned => "partly-signed",
            Self::PartlyEncrypted => "partly-encrypted",
            Self::NoSignerCertificate => "no-signer-certificate",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A bad verdict: a code for programs, a sentence for a person.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct Problem {
    /// The stable code.
    pub reason: Reason,
    /// What was found, in a sentence.
    pub detail: String,
}

impl Problem {
    /// A problem with its sentence.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }
}
