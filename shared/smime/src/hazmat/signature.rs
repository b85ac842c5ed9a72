//! Verifying signatures, and making those that need no randomness.

use ecdsa_on::{verify_p256, verify_p384, verify_p521};
use p256::ecdsa::signature::Signer as _;

use crate::{
    hazmat,
    key::PrivateKey,
    provider::{Digest, KeyKind, ProviderError, SignatureScheme},
};

/// Whether `signature` over `message` is that of the key in `spki`.
pub(crate) fn verify(
    scheme: SignatureScheme,
    spki: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), ProviderError> {
    match scheme {
        SignatureScheme::RsaPkcs1(digest) => {
            hazmat::rsa::verify_pkcs1(digest, spki, message, signature)
        }
        SignatureScheme::RsaPss {
            digest,
            mask,
            salt_octets,
        } => hazmat::rsa::verify_pss(digest, mask, salt_octets, spki, message, signature),
        SignatureScheme::Ecdsa(digest) => {
            let hash = hazmat::digest::digest(digest, &[message]);
            match hazmat::keys::spki_kind(spki) {
                Some(KeyKind::K283) => hazmat::k283::verify(spki, &hash, signature),
                Some(KeyKind::P256) => verify_p256(spki, &hash, signature),
                Some(KeyKind::P384) => verify_p384(spki, &hash, signature),
                Some(KeyKind::P521) => verify_p521(spki, &hash, signature),
                _ => Err(ProviderError::BadKey),
            }
        }
        SignatureScheme::PostQuantum(set) => match hazmat::keys::spki_kind(spki) {
            Some(KeyKind::PostQuantum(of_key)) if of_key == set => {
                hazmat::post_quantum::verify(set, spki, message, signature)
            }
            _ => Err(ProviderError::BadKey),
        },
        SignatureScheme::Ed25519 => {
            let key = hazmat::fixed(hazmat::keys::spki_key(spki)?)?;
            let key =
                ed25519_dalek::VerifyingKey::from_bytes(&key).map_err(|_| ProviderError::BadKey)?;
            let signature = ed25519_dalek::Signature::from_slice(signature)
                .map_err(|_| ProviderError::CheckFailed)?;
            key.verify_strict(message, &signature)
                .map_err(|_| ProviderError::CheckFailed)
        }
    }
}

/// ECDSA with the nonce of RFC 6979.
pub(crate) fn sign_ecdsa(
    digest: Digest,
    key: &PrivateKey,
    message: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    let hash = hazmat::digest::digest(digest, &[message]);
    match key.kind() {
        KeyKind::P256 => ecdsa_on::sign_p256(key.expose_pkcs8(), &hash),
        KeyKind::P384 => ecdsa_on::sign_p384(key.expose_pkcs8(), &hash),
        KeyKind::P521 => ecdsa_on::sign_p521(key.expose_pkcs8(), &hash),
        _ => Err(ProviderError::BadKey),
    }
}

pub(crate) fn sign_ed25519(key: &PrivateKey, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
    let secret = hazmat::fixed(key.curve25519_secret()?)?;
    Ok(ed25519_dalek::SigningKey::from_bytes(&secret)
        .sign(message)
        .to_bytes()
        .to_vec())
}

/// The same two functions once per curve.
mod ecdsa_on {
    use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
    use pkcs8::DecodePrivateKey as _;

    use crate::{hazmat, provider::ProviderError};

    macro_rules! on_curve {
        ($curve:ident, $sign:ident, $verify:ident) => {
            pub(super) fn $sign(pkcs8: &[u8], hash: &[u8]) -> Result<Vec<u8>, ProviderError> {
                let secret =
                    $curve::SecretKey::from_pkcs8_der(pkcs8).map_err(|_| ProviderError::BadKey)?;
                let signature: $curve::ecdsa::DerSignature =
                    $curve::ecdsa::SigningKey::from(&secret)
                        .sign_prehash(hash)
                        .map_err(|_| ProviderError::BadKey)?;
                Ok(signature.as_bytes().to_vec())
            }

            pub(super) fn $verify(
                spki: &[u8],
                hash: &[u8],
                signature: &[u8],
            ) -> Result<(), ProviderError> {
                let point = hazmat::keys::spki_key(spki)?;
                let key = $curve::ecdsa::VerifyingKey::from_sec1_bytes(point)
                    .map_err(|_| ProviderError::BadKey)?;
                let signature = $curve::ecdsa::DerSignature::from_bytes(signature)
                    .map_err(|_| ProviderError::CheckFailed)?;
                key.verify_prehash(hash, &signature)
                    .map_err(|_| ProviderError::CheckFailed)
            }
        };
    }

    on_curve!(p256, sign_p256, verify_p256);
    on_curve!(p384, sign_p384, verify_p384);
    on_curve!(p521, sign_p521, verify_p521);
}
