//! Signatures of certificates, CRLs and OCSP responses: which algorithms are believed, which keys,
//! and the verification by the provider.

use super::link::Signed;
use crate::asn1::{Asn1Error, Reader, oid, tag};
use crate::{Digest, KeyKind, Provider, ProviderError, RSA_BITS_MIN, SignatureScheme, hazmat};

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
        return Err(Unbelieved::Wrong); // RFC 4055 §1.2
    }
    provider
        .verify(scheme, spki, signed.message, signed.signature)
        .map_err(|error| match error {
            ProviderError::Unsupported => Unbelieved::Unknown,
            _ => Unbelieved::Wrong,
        })
}

fn believed_scheme(algorithm: &[u8]) -> Result<SignatureScheme, Unbelieved> {
    use SignatureScheme::{Ecdsa, Ed25519, RsaPkcs1};

    let mut parts = Reader::new(algorithm)
        .sequence()
        .map_err(|_| Unbelieved::Unknown)?;
    let id = parts.oid().map_err(|_| Unbelieved::Unknown)?;
    let scheme = match id {
        oid::SHA224_WITH_RSA => RsaPkcs1(Digest::Sha224),
        oid::SHA256_WITH_RSA => RsaPkcs1(Digest::Sha256),
        oid::SHA384_WITH_RSA => RsaPkcs1(Digest::Sha384),
        oid::SHA512_WITH_RSA => RsaPkcs1(Digest::Sha512),
        oid::RSA_PSS => pss(parts).map_err(|_| Unbelieved::Unknown)?,
        oid::ECDSA_SHA224 => Ecdsa(Digest::Sha224),
        oid::ECDSA_SHA256 => Ecdsa(Digest::Sha256),
        oid::ECDSA_SHA384 => Ecdsa(Digest::Sha384),
        oid::ECDSA_SHA512 => Ecdsa(Digest::Sha512),
        oid::ED25519 => Ed25519,
        oid::MD2_WITH_RSA
        | oid::MD4_WITH_RSA
        | oid::MD5_WITH_RSA
        | oid::SHA1_WITH_RSA
        | oid::SHA1_WITH_RSA_OIW
        | oid::ECDSA_SHA1
        | oid::DSA_SHA1
        | oid::DSA_SHA1_OIW
        | oid::DSA_SHA224
        | oid::DSA_SHA256 => return Err(Unbelieved::Weak),
        _ => return Err(Unbelieved::Unknown),
    };
    match scheme {
        SignatureScheme::RsaPss { digest, mask, .. } if digest.is_weak() || mask.is_weak() => {
            Err(Unbelieved::Weak)
        }
        scheme => Ok(scheme),
    }
}

/// `RSASSA-PSS-params` (RFC 4055 §3.1); what is left out means SHA-1 and a salt of its length.
fn pss(mut parts: Reader<'_>) -> Result<SignatureScheme, Asn1Error> {
    let mut params = parts.sequence()?;
    let digest = match params.optional(tag::context(0))? {
        Some(hash) => digest(&mut hash.reader())?,
        None => Digest::Sha1,
    };
    let mask = match params.optional(tag::context(1))? {
        Some(mask) => {
            let mut mask = mask.reader().sequence()?;
            match mask.oid()? {
                oid::MGF1 => self::digest(&mut mask)?,
                _ => return Err(Asn1Error::BadValue),
            }
        }
        None => Digest::Sha1,
    };
    let salt_octets = match params.optional(tag::context(2))? {
        Some(salt) => {
            usize::try_from(salt.reader().small_integer()?).map_err(|_| Asn1Error::BadValue)?
        }
        None => 20,
    };
    Ok(SignatureScheme::RsaPss {
        digest,
        mask,
        salt_octets,
    })
}

fn digest(algorithm: &mut Reader<'_>) -> Result<Digest, Asn1Error> {
    Ok(match algorithm.sequence()?.oid()? {
        oid::SHA1 => Digest::Sha1,
        oid::SHA224 => Digest::Sha224,
        oid::SHA256 => Digest::Sha256,
        oid::SHA384 => Digest::Sha384,
        oid::SHA512 => Digest::Sha512,
        _ => return Err(Asn1Error::BadValue),
    })
}

fn is_restricted_to_pss(spki: &[u8]) -> bool {
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
        _ => 1,
    }
}
