//! The S/MIME core's primitives where there is an operating system: those in Rust, but for RSA signatures, which
//! *ring* makes in a third of the time. It is in the command for TLS anyway.

use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaEncoding,
};
use smime::{
    Digest, KeyKind, PrivateKey, Provider, ProviderError, RsaPadding, RustCrypto, Sensitive,
    SignatureScheme,
};

/// The primitives with the system's randomness.
pub struct Native;

impl Provider for Native {
    fn fill_random(&self, out: &mut [u8]) -> Result<(), ProviderError> {
        fill_random(out)
    }

    fn generate_key(&self, kind: KeyKind) -> Result<PrivateKey, ProviderError> {
        rust().generate_key(kind)
    }

    fn sign(
        &self,
        scheme: SignatureScheme,
        key: &PrivateKey,
        message: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        match sign_rsa(scheme, key, message) {
            Some(signature) => Ok(signature),
            None => rust().sign(scheme, key, message),
        }
    }

    fn rsa_encrypt(
        &self,
        padding: RsaPadding,
        spki: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        rust().rsa_encrypt(padding, spki, plaintext)
    }

    fn rsa_decrypt(
        &self,
        padding: RsaPadding,
        key: &PrivateKey,
        ciphertext: &[u8],
    ) -> Result<Sensitive<Vec<u8>>, ProviderError> {
        rust().rsa_decrypt(padding, key, ciphertext)
    }
}

/// An RSA signature; `None` for other schemes, and for the keys that *ring* does not take: it wants 2048 to 4096 bits,
/// primes of one size and an exponent of at least 65537.
fn sign_rsa(scheme: SignatureScheme, key: &PrivateKey, message: &[u8]) -> Option<Vec<u8>> {
    let encoding = encoding(scheme)?;
    let pair = KeyPair::from_pkcs8(key.expose_pkcs8()).ok()?;
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), message, &mut signature)
        .ok()?;
    Some(signature)
}

fn encoding(scheme: SignatureScheme) -> Option<&'static dyn RsaEncoding> {
    match scheme {
        SignatureScheme::RsaPkcs1(Digest::Sha256) => Some(&RSA_PKCS1_SHA256),
        SignatureScheme::RsaPkcs1(Digest::Sha384) => Some(&RSA_PKCS1_SHA384),
        SignatureScheme::RsaPkcs1(Digest::Sha512) => Some(&RSA_PKCS1_SHA512),
        SignatureScheme::RsaPss {
            digest,
            mask,
            salt_octets,
        } if digest == mask && salt_octets == digest.output_octets() => match digest {
            Digest::Sha256 => Some(&RSA_PSS_SHA256),
            Digest::Sha384 => Some(&RSA_PSS_SHA384),
            Digest::Sha512 => Some(&RSA_PSS_SHA512),
            _ => None,
        },
        _ => None,
    }
}

fn rust() -> impl Provider {
    RustCrypto::new(fill_random)
}

fn fill_random(out: &mut [u8]) -> Result<(), ProviderError> {
    getrandom::fill(out).map_err(|_| ProviderError::NoRandomness)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"the numbers";

    fn schemes() -> Vec<SignatureScheme> {
        let mut schemes = Vec::new();
        for digest in [Digest::Sha256, Digest::Sha384, Digest::Sha512] {
            let salt_octets = digest.output_octets();
            schemes.push(SignatureScheme::RsaPkcs1(digest));
            schemes.push(SignatureScheme::RsaPss {
                digest,
                mask: digest,
                salt_octets,
            });
        }
        schemes
    }

    #[test]
    fn signatures_of_ring_verify() {
        let key = Native.generate_key(KeyKind::Rsa { bits: 2048 }).unwrap();
        let spki = Native.public_key(&key).unwrap();
        for scheme in schemes() {
            let signature = sign_rsa(scheme, &key, MESSAGE).unwrap();
            rust().verify(scheme, &spki, MESSAGE, &signature).unwrap();
            let other = rust().verify(scheme, &spki, b"another text", &signature);
            assert_eq!(other, Err(ProviderError::CheckFailed));
        }
    }

    #[test]
    fn what_ring_does_not_take_is_signed_all_the_same() {
        let rsa = |bits| Native.generate_key(KeyKind::Rsa { bits }).unwrap();
        let short_salt = SignatureScheme::RsaPss {
            digest: Digest::Sha256,
            mask: Digest::Sha256,
            salt_octets: 20,
        };
        let curve = Native.generate_key(KeyKind::P256).unwrap();
        for (scheme, key) in [
            (SignatureScheme::RsaPkcs1(Digest::Sha256), rsa(2056)),
            (SignatureScheme::RsaPkcs1(Digest::Sha224), rsa(2048)),
            (short_salt, rsa(2048)),
            (SignatureScheme::Ecdsa(Digest::Sha256), curve),
        ] {
            assert!(sign_rsa(scheme, &key, MESSAGE).is_none());
            let spki = Native.public_key(&key).unwrap();
            let signature = Native.sign(scheme, &key, MESSAGE).unwrap();
            Native.verify(scheme, &spki, MESSAGE, &signature).unwrap();
        }
    }
}
