//! The S/MIME core's primitives by `node:crypto`; by Rust where workerd has none, and where it
//! cannot say why it failed.

use smime::{
    Digest, KeyKind, PrivateKey, Provider, ProviderError, RsaPadding, RustCrypto, Sensitive,
    SignatureScheme,
};
use wasm_bindgen::JsValue;

use crate::platform;

/// `node:crypto` as a provider.
pub struct Node;

impl Provider for Node {
    fn fill_random(&self, out: &mut [u8]) -> Result<(), ProviderError> {
        fill_random(out)
    }

    fn generate_key(&self, kind: KeyKind) -> Result<PrivateKey, ProviderError> {
        let pkcs8 = match kind {
            KeyKind::Rsa { bits } => {
                let bits = u32::try_from(bits).map_err(|_| ProviderError::Unsupported)?;
                platform::generate("rsa", Some(bits), None)
            }
            KeyKind::P256 => platform::generate("ec", None, Some("prime256v1")),
            KeyKind::P384 => platform::generate("ec", None, Some("secp384r1")),
            KeyKind::P521 => platform::generate("ec", None, Some("secp521r1")),
            KeyKind::Ed25519 => platform::generate("ed25519", None, None),
            KeyKind::X25519 => platform::generate("x25519", None, None),
            KeyKind::PostQuantum(_) | KeyKind::MlKem(_) => return rust().generate_key(kind),
            KeyKind::K283 | KeyKind::Dsa | KeyKind::Other => {
                return Err(ProviderError::Unsupported);
            }
        };
        let pkcs8 = pkcs8.map_err(|_| ProviderError::Unsupported)?;
        PrivateKey::from_pkcs8(pkcs8).map_err(|_| ProviderError::BadKey)
    }

    fn sign(
        &self,
        scheme: SignatureScheme,
        key: &PrivateKey,
        message: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        let der = key.expose_pkcs8();
        let signature = match scheme {
            SignatureScheme::RsaPkcs1(digest) | SignatureScheme::Ecdsa(digest) => {
                platform::sign(Some(name(digest)), der, message)
            }
            SignatureScheme::Ed25519 => platform::sign(None, der, message),
            SignatureScheme::RsaPss {
                digest,
                mask,
                salt_octets,
            } if digest == mask => {
                platform::sign_pss(name(digest), octets(salt_octets)?, der, message)
            }
            // Also wherever the two digests of PSS differ: node:crypto uses one for both.
            SignatureScheme::RsaPss { .. } | SignatureScheme::PostQuantum(_) => {
                return rust().sign(scheme, key, message);
            }
        };
        signature.map_err(bad_key)
    }

    fn verify(
        &self,
        scheme: SignatureScheme,
        spki: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), ProviderError> {
        let verified = match scheme {
            SignatureScheme::RsaPkcs1(digest) | SignatureScheme::Ecdsa(digest) => {
                platform::verify(Some(name(digest)), spki, message, signature)
            }
            SignatureScheme::Ed25519 => platform::verify(None, spki, message, signature),
            SignatureScheme::RsaPss {
                digest,
                mask,
                salt_octets,
            } if digest == mask => {
                platform::verify_pss(name(digest), octets(salt_octets)?, spki, message, signature)
            }
            SignatureScheme::RsaPss { .. } | SignatureScheme::PostQuantum(_) => {
                return rust().verify(scheme, spki, message, signature);
            }
        };
        match verified {
            Ok(true) => Ok(()),
            Ok(false) => Err(ProviderError::CheckFailed),
            // A curve or a size that BoringSSL does not know.
            Err(_) => rust().verify(scheme, spki, message, signature),
        }
    }

    fn rsa_encrypt(
        &self,
        padding: RsaPadding,
        spki: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        match oaep(padding) {
            Ok(oaep) => platform::rsa_encrypt(oaep, spki, plaintext).map_err(bad_key),
            Err(TwoDigests) => rust().rsa_encrypt(padding, spki, plaintext),
        }
    }

    fn rsa_decrypt(
        &self,
        padding: RsaPadding,
        key: &PrivateKey,
        ciphertext: &[u8],
    ) -> Result<Sensitive<Vec<u8>>, ProviderError> {
        match oaep(padding) {
            Ok(oaep) => platform::rsa_decrypt(oaep, key.expose_pkcs8(), ciphertext)
                .map(Sensitive::new)
                .map_err(|_| ProviderError::CheckFailed),
            Err(TwoDigests) => rust().rsa_decrypt(padding, key, ciphertext),
        }
    }

    fn digest(&self, digest: Digest, parts: &[&[u8]]) -> Vec<u8> {
        let hash = platform::create_hash(name(digest));
        for part in parts {
            hash.update(part);
        }
        hash.digest()
    }

    fn cbc_encrypt(
        &self,
        key: &[u8],
        iv: &[u8; 16],
        blocks: &mut [u8],
    ) -> Result<(), ProviderError> {
        platform::cbc_encrypt(key, iv, blocks).map_err(bad_key)
    }

    fn cbc_decrypt(
        &self,
        key: &[u8],
        iv: &[u8; 16],
        blocks: &mut [u8],
    ) -> Result<(), ProviderError> {
        platform::cbc_decrypt(key, iv, blocks).map_err(bad_key)
    }

    fn gcm_encrypt(
        &self,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; 16], ProviderError> {
        check_gcm(nonce, GCM_TAG_OCTETS_MAX)?;
        let tag = platform::gcm_encrypt(key, nonce, aad, buffer).map_err(bad_key)?;
        tag.try_into().map_err(|_| ProviderError::Unsupported)
    }

    fn gcm_decrypt(
        &self,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8],
    ) -> Result<(), ProviderError> {
        check_gcm(nonce, tag.len())?;
        platform::gcm_decrypt(key, nonce, aad, buffer, tag).map_err(|_| ProviderError::CheckFailed)
    }
}

const GCM_NONCE_OCTETS: usize = 12;
/// A shorter tag can be guessed.
const GCM_TAG_OCTETS_MIN: usize = 12;
const GCM_TAG_OCTETS_MAX: usize = 16;

/// What RFC 5084 §3.2 allows; node:crypto takes nonces of any length and tags of 4 octets.
fn check_gcm(nonce: &[u8], tag_octets: usize) -> Result<(), ProviderError> {
    let is_allowed = nonce.len() == GCM_NONCE_OCTETS
        && (GCM_TAG_OCTETS_MIN..=GCM_TAG_OCTETS_MAX).contains(&tag_octets);
    if is_allowed {
        Ok(())
    } else {
        Err(ProviderError::Unsupported)
    }
}

fn fill_random(out: &mut [u8]) -> Result<(), ProviderError> {
    let octets = u32::try_from(out.len()).map_err(|_| ProviderError::NoRandomness)?;
    let random = platform::random(octets);
    if random.len() != out.len() {
        return Err(ProviderError::NoRandomness);
    }
    out.copy_from_slice(&random);
    Ok(())
}

fn rust() -> impl Provider {
    RustCrypto::new(fill_random)
}

/// RSA-OAEP with one digest for the label and another for the mask: node:crypto has no word for it.
struct TwoDigests;

fn oaep(padding: RsaPadding) -> Result<Option<&'static str>, TwoDigests> {
    match padding {
        RsaPadding::Pkcs1 => Ok(None),
        RsaPadding::Oaep { digest, mask } if digest == mask => Ok(Some(name(digest))),
        RsaPadding::Oaep { .. } => Err(TwoDigests),
    }
}

fn name(digest: Digest) -> &'static str {
    match digest {
        Digest::Md5 => "md5",
        Digest::Sha1 => "sha1",
        Digest::Sha224 => "sha224",
        Digest::Sha256 => "sha256",
        Digest::Sha384 => "sha384",
        Digest::Sha512 => "sha512",
    }
}

fn octets(length: usize) -> Result<u32, ProviderError> {
    u32::try_from(length).map_err(|_| ProviderError::Unsupported)
}

/// What JavaScript throws is about the key or its size; its text is not passed on.
fn bad_key(_: JsValue) -> ProviderError {
    ProviderError::BadKey
}
