//! Reading key pairs: what kind they are and their public half.

use pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};

use crate::{
    asn1::{Reader, Writer, oid, tag},
    hazmat,
    key::PrivateKey,
    post_quantum::PostQuantum,
    provider::{KeyKind, ProviderError, RSA_BITS_MAX},
};

/// The kind of the key in a `SubjectPublicKeyInfo`.
pub(crate) fn spki_kind(spki: &[u8]) -> Option<KeyKind> {
    let mut outer = Reader::new(spki).sequence().ok()?;
    let mut algorithm = outer.sequence().ok()?;
    let id = algorithm.oid().ok()?;
    let key = outer.bit_string().ok()?;
    Some(match id {
        id if is_rsa(id) => KeyKind::Rsa {
            bits: modulus_bits(key)?,
        },
        id if id == oid::EC => curve_kind(algorithm.oid().ok()),
        id if id == oid::ED25519 => KeyKind::Ed25519,
        id if id == oid::X25519 => KeyKind::X25519,
        id if id == oid::DSA => KeyKind::Dsa,
        id => later_kind(id),
    })
}

fn is_rsa(id: der::oid::ObjectIdentifier) -> bool {
    [oid::RSA, oid::RSA_X500, oid::RSA_PSS, oid::RSA_OAEP].contains(&id)
}

fn modulus_bits(rsa_public_key: &[u8]) -> Option<usize> {
    let mut key = Reader::new(rsa_public_key).sequence().ok()?;
    Some(integer_bits(key.expect(tag::INTEGER).ok()?.content))
}

/// Significant bits of an INTEGER's content.
pub(crate) fn integer_bits(content: &[u8]) -> usize {
    let zeros = content.iter().take_while(|octet| **octet == 0).count();
    let leading = content.get(zeros).map_or(0, |octet| octet.leading_zeros());
    ((content.len() - zeros) * 8).saturating_sub(usize::try_from(leading).unwrap_or(0))
}

pub(crate) fn curve_kind(curve: Option<der::oid::ObjectIdentifier>) -> KeyKind {
    match curve {
        Some(id) if id == oid::P256 => KeyKind::P256,
        Some(id) if id == oid::P384 => KeyKind::P384,
        Some(id) if id == oid::P521 => KeyKind::P521,
        Some(id) if id == oid::K283 => KeyKind::K283,
        _ => KeyKind::Other,
    }
}

/// The kinds of key that came with the lattices and hashes.
pub(crate) fn later_kind(id: der::oid::ObjectIdentifier) -> KeyKind {
    let signing = PostQuantum::from_oid(id).map(KeyKind::PostQuantum);
    let encapsulating = || hazmat::lattice::kem_from_oid(id).map(KeyKind::MlKem);
    signing.or_else(encapsulating).unwrap_or(KeyKind::Other)
}

/// The `SubjectPublicKeyInfo` of a private key.
pub(crate) fn public_key(key: &PrivateKey) -> Result<Vec<u8>, ProviderError> {
    let pkcs8 = key.expose_pkcs8();
    let spki = match key.kind() {
        KeyKind::Rsa { .. } => hazmat::rsa::private(key)?
            .to_public_key()
            .to_public_key_der()
            .map(der::Document::into_vec)
            .ok(),
        KeyKind::P256 => p256::SecretKey::from_pkcs8_der(pkcs8)
            .ok()
            .and_then(|key| key.public_key().to_public_key_der().ok())
            .map(der::Document::into_vec),
        KeyKind::P384 => p384::SecretKey::from_pkcs8_der(pkcs8)
            .ok()
            .and_then(|key| key.public_key().to_public_key_der().ok())
            .map(der::Document::into_vec),
        KeyKind::P521 => p521::SecretKey::from_pkcs8_der(pkcs8)
            .ok()
            .and_then(|key| key.public_key().to_public_key_der().ok())
            .map(der::Document::into_vec),
        KeyKind::Ed25519 => {
            let secret = hazmat::fixed(key.curve25519_secret()?)?;
            let public = ed25519_dalek::SigningKey::from_bytes(&secret).verifying_key();
            Some(curve25519_spki(oid::ED25519, public.as_bytes()))
        }
        KeyKind::X25519 => {
            let secret = hazmat::fixed::<32>(key.curve25519_secret()?)?;
            let public = x25519_dalek::PublicKey::from(&x25519_dalek::StaticSecret::from(secret));
            Some(curve25519_spki(oid::X25519, public.as_bytes()))
        }
        KeyKind::PostQuantum(_) | KeyKind::MlKem(_) => Some(hazmat::lattice::public_key(key)?),
        KeyKind::K283 | KeyKind::Dsa | KeyKind::Other => return Err(ProviderError::Unsupported),
    };
    spki.ok_or(ProviderError::BadKey)
}

/// `SubjectPublicKeyInfo` of RFC 8410 §4.
pub(crate) fn curve25519_spki(id: der::oid::ObjectIdentifier, public: &[u8; 32]) -> Vec<u8> {
    let mut bits = vec![0];
    bits.extend_from_slice(public);
    Writer::new()
        .raw(&Writer::new().oid(id).sequence())
        .element(tag::BIT_STRING, &bits)
        .sequence()
}

/// The modulus in a `SubjectPublicKeyInfo` with an RSA key.
pub(crate) fn modulus_of_spki(spki: &[u8]) -> Option<&[u8]> {
    let mut key = Reader::new(spki_key(spki).ok()?).sequence().ok()?;
    Some(key.expect(tag::INTEGER).ok()?.content)
}

/// The modulus in an `RSAPrivateKey`.
pub(crate) fn modulus_of_pkcs1(key: &[u8]) -> Option<&[u8]> {
    let mut key = Reader::new(key).sequence().ok()?;
    key.small_integer().ok()?;
    Some(key.expect(tag::INTEGER).ok()?.content)
}

/// The public key's octets, without the algorithm.
pub(crate) fn spki_key(spki: &[u8]) -> Result<&[u8], ProviderError> {
    let mut outer = Reader::new(spki)
        .sequence()
        .map_err(|_| ProviderError::BadKey)?;
    outer
        .expect(tag::SEQUENCE)
        .and_then(|_| outer.bit_string())
        .map_err(|_| ProviderError::BadKey)
}

/// An RSA public key, refused when its size alone would make it an attack.
pub(crate) fn rsa_public(spki: &[u8]) -> Result<::rsa::PublicKey, ProviderError> {
    match spki_kind(spki) {
        Some(KeyKind::Rsa { bits }) if bits <= RSA_BITS_MAX => {}
        Some(KeyKind::Rsa { .. }) => return Err(ProviderError::Unsupported),
        _ => return Err(ProviderError::BadKey),
    }
    let mut key = Reader::new(spki_key(spki)?)
        .sequence()
        .map_err(|_| ProviderError::BadKey)?;
    let mut number = || {
        let content = key
            .expect(tag::INTEGER)
            .map_err(|_| ProviderError::BadKey)?
            .content;
        Ok::<_, ProviderError>(::rsa::BoxedUint::from_be_slice_vartime(content))
    };
    let modulus = number()?;
    let exponent = number()?;
    ::rsa::PublicKey::new_with_size_limits(modulus, exponent, 512..=RSA_BITS_MAX)
        .map_err(|_| ProviderError::BadKey)
}
