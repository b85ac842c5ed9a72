//! Diffie-Hellman on the NIST curves and on Curve25519.

use pkcs8::DecodePrivateKey as _;

use crate::{
    hazmat,
    key::PrivateKey,
    provider::{KeyKind, ProviderError},
    sensitive::Sensitive,
};

/// The shared secret: the x-coordinate, big-endian, or the 32 bytes of X25519.
pub(crate) fn agree(
    key: &PrivateKey,
    peer_spki: &[u8],
) -> Result<Sensitive<Vec<u8>>, ProviderError> {
    let peer = hazmat::keys::spki_key(peer_spki)?;
    macro_rules! on_curve {
        ($curve:ident) => {{
            let secret = $curve::SecretKey::from_pkcs8_der(key.expose_pkcs8())
                .map_err(|_| ProviderError::BadKey)?;
            let peer =
                $curve::PublicKey::from_sec1_bytes(peer).map_err(|_| ProviderError::BadKey)?;
            Ok(Sensitive::new(
                secret.diffie_hellman(&peer).raw_secret_bytes().to_vec(),
            ))
        }};
    }
    match key.kind() {
        KeyKind::P256 => on_curve!(p256),
        KeyKind::P384 => on_curve!(p384),
        KeyKind::P521 => on_curve!(p521),
        KeyKind::X25519 => {
            let secret =
                x25519_dalek::StaticSecret::from(hazmat::fixed::<32>(key.curve25519_secret()?)?);
            let peer = x25519_dalek::PublicKey::from(hazmat::fixed::<32>(peer)?);
            let shared = secret.diffie_hellman(&peer);
            // An all-zero secret means a point of small order (RFC 7748 §6.1).
            if shared.was_contributory() {
                Ok(Sensitive::new(shared.as_bytes().to_vec()))
            } else {
                Err(ProviderError::BadKey)
            }
        }
        _ => Err(ProviderError::Unsupported),
    }
}
