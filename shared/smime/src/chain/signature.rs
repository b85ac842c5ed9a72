//! Signatures of certificates, CRLs and OCSP responses: which algorithms are believed, which keys,
//! and the verification by the provider.

use super::link::Signed;
use crate::algorithm::{FoundScheme, read_signature};
use crate::asn1::{Asn1Error, Reader, oid, tag};
use crate::{KeyKind, Provider, ProviderError, RSA_BITS_MIN, SignatureScheme, hazmat};

/// Why a signature does not bind what is under it to a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unbelieved {
    /// The algorithm is broken; the signature was not even looked at.
    Weak,
    /// The algorithm, or the key's, is not known here.
    Unknown,
    /// It is not that key's signature.
    Wrong,
}

/// Verifies `signed` with the key in `spki`.
pub(crate) fn verify(
    signed: &Signed<'_>,
    spki: &[u8],
    provider: &dyn Provider,
) -> Result<(), Unbelieved> {
    let scheme = believed_scheme(signed.algorithm)?;
    if is_restricted_to_pss(spki) && !matches!(scheme, SignatureScheme::RsaPss { .. }) {
        return Err(Unbelieved::Wrong);
    }
    provider
        .verify(scheme, spki, signed.message, signed.signature)
        .map_err(|error| match error {
            ProviderError::Unsupported => Unbelieved::Unknown,
            _ => Unbelieved::Wrong,
        })
}

fn believed_scheme(algorithm: &[u8]) -> Result<SignatureScheme, Unbelieved> {
    match read_signature(algorithm, None) {
        Ok(found) if found.is_weak() => Err(Unbelieved::Weak),
        Ok(FoundScheme::Known(scheme)) => Ok(scheme),
        _ => Err(Unbelieved::Unknown),
    }
}

/// Whether the key is for RSASSA-PSS alone (RFC 4055 §1.2).
pub(crate) fn is_restricted_to_pss(spki: &[u8]) -> bool {
    let algorithm = || Reader::new(spki).sequence()?.sequence()?.oid();
    algorithm() == Ok(oid::RSA_PSS)
}

/// Whether the key is too weak to be believed: RSA under 2048 bits (RFC 8551 §4.3), and DSA.
/// A key that cannot be read is not weak; it verifies nothing.
pub(crate) fn is_weak_key(spki: &[u8]) -> bool {
    hazmat::keys::spki_kind(spki).is_some_and(KeyKind::is_weak)
}

/// Whether the key's curve is spelled out instead of named: forbidden (RFC 5480 §2.1.1), as such a
/// curve may be made for a signature to fit (CVE-2020-0601).
pub(crate) fn has_explicit_curve(spki: &[u8]) -> bool {
    let parameters = || {
        let mut algorithm = Reader::new(spki).sequence()?.sequence()?;
        Ok::<_, Asn1Error>((algorithm.oid()?, algorithm.any()?.tag))
    };
    parameters().is_ok_and(|(id, tag)| id == oid::EC && tag != tag::OBJECT_IDENTIFIER)
}

/// What verifying with the key costs, in verifications with RSA-2048: large RSA keys are dear, and
/// anyone may offer one (RFC 8551 §6).
pub(crate) fn cost(spki: &[u8]) -> u32 {
    match hazmat::keys::spki_kind(spki) {
        Some(KeyKind::Rsa { bits }) => {
            let size = u32::try_from(bits.div_ceil(RSA_BITS_MIN)).unwrap_or(u32::MAX);
            size.saturating_mul(size)
        }
        // Thousands of hashes, and no shortcut.
        Some(KeyKind::PostQuantum(set)) if set.is_hash_based() => 10,
        _ => 1,
    }
}
