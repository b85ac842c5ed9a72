//! Private keys, in the one form in which they travel: PKCS#8 (RFC 5958).

use zeroize::Zeroizing;

use crate::{
    asn1::{self, Reader, Writer, oid, tag},
    hazmat,
    password::{Password, PasswordError},
    pkcs12,
    provider::{KeyKind, ProviderError},
};

/// A private key as PKCS#8 DER, wiped when dropped. It has no `Debug`, `Display` or `Serialize`.
#[derive(Clone)]
pub struct PrivateKey {
    pkcs8: Zeroizing<Vec<u8>>,
    kind: KeyKind,
}

impl PrivateKey {
    /// Takes PKCS#8 DER (RFC 5958).
    pub fn from_pkcs8(der: Vec<u8>) -> Result<Self, KeyError> {
        let pkcs8 = Zeroizing::new(der);
        let kind = pkcs8_kind(&pkcs8).map_err(|_| KeyError::Malformed)?;
        Ok(Self { pkcs8, kind })
    }

    /// Reads a key file: PEM or DER of PKCS#8, PKCS#1 (RFC 8017 §A.1.2) or SEC 1 (RFC 5915), not encrypted.
    pub fn from_pem_or_der(file: &[u8]) -> Result<Self, KeyError> {
        if !crate::pem::is_pem(file) {
            return Self::from_der(file);
        }
        let mut encrypted = false;
        for block in crate::pem::blocks(file) {
            encrypted |= block.label == "ENCRYPTED PRIVATE KEY" || block.is_encrypted;
            if block.label.ends_with("PRIVATE KEY") && !encrypted {
                return Self::from_der(&Zeroizing::new(block.der));
            }
        }
        Err(if encrypted {
            KeyError::Encrypted
        } else {
            KeyError::NoKey
        })
    }

    /// Opens an `EncryptedPrivateKeyInfo` (RFC 5958 §3), the DER behind `ENCRYPTED PRIVATE KEY`.
    pub fn from_encrypted_pkcs8(der: &[u8], password: &str) -> Result<Self, PasswordError> {
        let pkcs8 = pkcs12::decrypt_key(der, &Password::new(password))?;
        Self::from_pkcs8(pkcs8.to_vec()).map_err(|_| PasswordError::Malformed)
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::from_pkcs8(der.to_vec())
            .or_else(|_| pkcs1_to_pkcs8(der).and_then(Self::from_pkcs8))
            .or_else(|_| sec1_to_pkcs8(der).and_then(Self::from_pkcs8))
    }

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The PKCS#8 DER, to hand to a cryptographic platform or to wrap for storage.
    pub fn expose_pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The octets inside an RFC 8410 key.
    pub(crate) fn curve25519_secret(&self) -> Result<&[u8], ProviderError> {
        let inner = inner_key(&self.pkcs8).map_err(|_| ProviderError::BadKey)?;
        Reader::new(inner)
            .octets()
            .map_err(|_| ProviderError::BadKey)
    }

    /// The `RSAPrivateKey` of RFC 8017 §A.1.2, or what else the algorithm has there.
    pub(crate) fn inner(&self) -> Result<&[u8], ProviderError> {
        inner_key(&self.pkcs8).map_err(|_| ProviderError::BadKey)
    }
}

fn inner_key(pkcs8: &[u8]) -> Result<&[u8], asn1::Asn1Error> {
    let mut outer = Reader::new(pkcs8).sequence()?;
    outer.small_integer()?;
    outer.expect(tag::SEQUENCE)?;
    outer.octets()
}

fn pkcs8_kind(pkcs8: &[u8]) -> Result<KeyKind, asn1::Asn1Error> {
    let mut outer = Reader::new(pkcs8).sequence()?;
    outer.small_integer()?;
    let mut algorithm = outer.sequence()?;
    let id = algorithm.oid()?;
    let key = outer.octets()?;
    Ok(match id {
        id if id == oid::RSA || id == oid::RSA_PSS || id == oid::RSA_OAEP => KeyKind::Rsa {
            bits: pkcs1_bits(key)?,
        },
        id if id == oid::EC => hazmat::keys::curve_kind(algorithm.oid().ok()),
        id if id == oid::ED25519 => KeyKind::Ed25519,
        id if id == oid::X25519 => KeyKind::X25519,
        id if id == oid::DSA => KeyKind::Dsa,
        id => hazmat::keys::later_kind(id),
    })
}

fn pkcs1_bits(key: &[u8]) -> Result<usize, asn1::Asn1Error> {
    let mut key = Reader::new(key).sequence()?;
    key.small_integer()?;
    Ok(hazmat::keys::integer_bits(
        key.expect(tag::INTEGER)?.content,
    ))
}

fn pkcs1_to_pkcs8(der: &[u8]) -> Result<Vec<u8>, KeyError> {
    pkcs1_bits(der).map_err(|_| KeyError::Malformed)?;
    Ok(pkcs8(&Writer::new().oid(oid::RSA).null().sequence(), der))
}

/// `ECPrivateKey` carries its curve as `[0]`, which PKCS#8 wants in the algorithm.
fn sec1_to_pkcs8(der: &[u8]) -> Result<Vec<u8>, KeyError> {
    let curve = || {
        let mut key = Reader::new(der).sequence()?;
        key.small_integer()?;
        key.octets()?;
        key.expect(tag::context(0))?.reader().oid()
    };
    let curve = curve().map_err(|_| KeyError::Malformed)?;
    Ok(pkcs8(
        &Writer::new().oid(oid::EC).oid(curve).sequence(),
        der,
    ))
}

/// `PrivateKeyInfo`, version 0.
pub(crate) fn pkcs8(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    Writer::new()
        .integer(0)
        .raw(algorithm)
        .octets(key)
        .sequence()
}

/// Why a file holds no usable private key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyError {
    /// A PEM file without a private key.
    #[error("the file holds no private key")]
    NoKey,
    /// The key is encrypted with a password.
    #[error("the private key is encrypted with a password")]
    Encrypted,
    /// Not PKCS#8, PKCS#1 or SEC 1.
    #[error("the private key is malformed")]
    Malformed,
}
