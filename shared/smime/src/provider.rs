//! The cryptographic primitives as data in, data out, so that the Worker can use its platform's own
//! (an order of magnitude faster than Wasm) and everything else the Rust ones.
//!
//! Keys travel as DER: private ones as PKCS#8 (RFC 5958), public ones as `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
//! Bulk ciphers work in place, so that a 24 MiB message is never held twice for their sake.

use crate::{PrivateKey, Sensitive, hazmat, post_quantum::PostQuantum, rust_crypto::Generator};

/// A source of cryptographic primitives.
///
/// The required methods are those that need randomness or that every platform offers; the others have
/// an implementation in Rust that a platform may replace by a faster one with the same results.
pub trait Provider {
    /// Fills `out` with bytes of a cryptographically secure generator.
    fn fill_random(&self, out: &mut [u8]) -> Result<(), ProviderError>;

    /// A fresh key pair as PKCS#8.
    fn generate_key(&self, kind: KeyKind) -> Result<PrivateKey, ProviderError>;

    /// Signs `message` (not its digest).
    fn sign(
        &self,
        scheme: SignatureScheme,
        key: &PrivateKey,
        message: &[u8],
    ) -> Result<Vec<u8>, ProviderError>;

    /// RSA key transport, encrypting (RFC 8017 §7).
    fn rsa_encrypt(
        &self,
        padding: RsaPadding,
        spki: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError>;

    /// RSA key transport, decrypting. Callers must not tell a padding failure from a later one.
    fn rsa_decrypt(
        &self,
        padding: RsaPadding,
        key: &PrivateKey,
        ciphertext: &[u8],
    ) -> Result<Sensitive<Vec<u8>>, ProviderError>;

    /// RSAES-OAEP with a label, decrypting. Next to nobody writes a label, so no platform needs its own.
    fn rsa_decrypt_labelled(
        &self,
        padding: RsaPadding,
        label: &[u8],
        key: &PrivateKey,
        ciphertext: &[u8],
    ) -> Result<Sensitive<Vec<u8>>, ProviderError> {
        let entropy = |out: &mut [u8]| self.fill_random(out);
        hazmat::rsa::decrypt(&mut Generator(&entropy), padding, label, key, ciphertext)
    }

    /// Whether `signature` over `message` (not its digest) is that of the key in `spki`.
    fn verify(
        &self,
        scheme: SignatureScheme,
        spki: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), ProviderError> {
        hazmat::signature::verify(scheme, spki, message, signature)
    }

    /// The digest of the parts one after the other.
    fn digest(&self, digest: Digest, parts: &[&[u8]]) -> Vec<u8> {
        hazmat::digest::digest(digest, parts)
    }

    /// The public key of a private key, as `SubjectPublicKeyInfo`.
    fn public_key(&self, key: &PrivateKey) -> Result<Vec<u8>, ProviderError> {
        hazmat::keys::public_key(key)
    }

    /// The shared secret of ECDH on the curve of both keys, or of X25519: the x-coordinate, big-endian
    /// (RFC 5753 §3.1.1), or the 32 bytes of RFC 7748 §6.1.
    fn agree(
        &self,
        key: &PrivateKey,
        peer_spki: &[u8],
    ) -> Result<Sensitive<Vec<u8>>, ProviderError> {
        hazmat::agreement::agree(key, peer_spki)
    }

    /// A fresh shared secret for the ML-KEM key in `spki`, and the ciphertext that carries it (FIPS 203).
    fn encapsulate(&self, spki: &[u8]) -> Result<(Vec<u8>, Sensitive<Vec<u8>>), ProviderError> {
        let mut random = zeroize::Zeroizing::new([0; hazmat::lattice::ENCAPSULATION_OCTETS]);
        self.fill_random(random.as_mut())?;
        hazmat::lattice::encapsulate(spki, &random)
    }

    /// The shared secret that an ML-KEM ciphertext carries.
    fn decapsulate(
        &self,
        key: &PrivateKey,
        ciphertext: &[u8],
    ) -> Result<Sensitive<Vec<u8>>, ProviderError> {
        hazmat::lattice::decapsulate(key, ciphertext)
    }

    /// AES-CBC over whole blocks, in place; padding is the caller's.
    fn cbc_encrypt(
        &self,
        key: &[u8],
        iv: &[u8; 16],
        blocks: &mut [u8],
    ) -> Result<(), ProviderError> {
        hazmat::cipher::aes_cbc_encrypt(key, iv, blocks)
    }

    /// AES-CBC over whole blocks, in place; padding is the caller's.
    fn cbc_decrypt(
        &self,
        key: &[u8],
        iv: &[u8; 16],
        blocks: &mut [u8],
    ) -> Result<(), ProviderError> {
        hazmat::cipher::aes_cbc_decrypt(key, iv, blocks)
    }

    /// AES-GCM in place; returns the tag.
    fn gcm_encrypt(
        &self,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; 16], ProviderError> {
        hazmat::cipher::aes_gcm_encrypt(key, nonce, aad, buffer)
    }

    /// AES-GCM in place; on a wrong tag the buffer holds nothing that may be used.
    fn gcm_decrypt(
        &self,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8],
    ) -> Result<(), ProviderError> {
        hazmat::cipher::aes_gcm_decrypt(key, nonce, aad, buffer, tag)
    }

    /// ChaCha20-Poly1305 (RFC 8439) in place; returns the tag.
    fn chacha20_poly1305_encrypt(
        &self,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; 16], ProviderError> {
        hazmat::cipher::chacha20_poly1305_encrypt(key, nonce, aad, buffer)
    }

    /// ChaCha20-Poly1305 (RFC 8439) in place; on a wrong tag the buffer holds nothing that may be used.
    fn chacha20_poly1305_decrypt(
        &self,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8],
    ) -> Result<(), ProviderError> {
        hazmat::cipher::chacha20_poly1305_decrypt(key, nonce, aad, buffer, tag)
    }
}

/// Message digests. [`Digest::is_weak`] ones are read in old mail and never vouch for anything.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Digest {
    /// MD5 (RFC 1321).
    Md5,
    /// SHA-1 (FIPS 180-4).
    Sha1,
    /// SHA-224 (FIPS 180-4).
    Sha224,
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-384 (FIPS 180-4).
    Sha384,
    /// SHA-512 (FIPS 180-4).
    Sha512,
}

impl Digest {
    /// Whether collisions are known, so that a signature over it proves nothing.
    pub fn is_weak(self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1)
    }

    /// Length of its output in octets.
    pub fn output_octets(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The name as `micalg` spells it (RFC 8551 §3.5.3.2).
    pub fn micalg(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha-1",
            Self::Sha224 => "sha-224",
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignatureScheme {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    RsaPkcs1(Digest),
    /// RSASSA-PSS (RFC 8017 §8.1).
    RsaPss {
        /// Of the message.
        digest: Digest,
        /// Of the mask generation function MGF1.
        mask: Digest,
        /// Length of the salt in octets.
        salt_octets: usize,
    },
    /// ECDSA (FIPS 186-5) on the key's curve; signatures are DER `ECDSA-Sig-Value`.
    Ecdsa(Digest),
    /// `PureEdDSA` on edwards25519 (RFC 8032).
    Ed25519,
    /// ML-DSA or SLH-DSA.
    PostQuantum(PostQuantum),
}

/// Padding of RSA key transport.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RsaPadding {
    /// RSAES-PKCS1-v1_5: what every client reads.
    #[default]
    Pkcs1,
    /// RSAES-OAEP (RFC 8017 §7.1) with an empty label.
    Oaep {
        /// Of the label.
        digest: Digest,
        /// Of the mask generation function MGF1.
        mask: Digest,
    },
}

impl RsaPadding {
    /// OAEP as sent: SHA-256 for both (RFC 8551 §2.3).
    pub const OAEP_SHA256: Self = Self::Oaep {
        digest: Digest::Sha256,
        mask: Digest::Sha256,
    };
}

/// Parameter sets of ML-KEM (FIPS 203).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MlKem {
    /// Security category 1.
    MlKem512,
    /// Security category 3.
    MlKem768,
    /// Security category 5.
    MlKem1024,
}

/// Kinds of key pair.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum KeyKind {
    /// RSA with a modulus of so many bits.
    Rsa {
        /// Length of the modulus.
        bits: usize,
    },
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// NIST K-283, a binary curve of old smart cards: read, never written.
    K283,
    /// Ed25519 (RFC 8410), signs only.
    Ed25519,
    /// X25519 (RFC 8410), agrees only.
    X25519,
    /// ML-DSA or SLH-DSA, signs only.
    PostQuantum(PostQuantum),
    /// ML-KEM, encapsulates only.
    MlKem(MlKem),
    /// DSA, historic.
    Dsa,
    /// None of the above.
    Other,
}

impl KeyKind {
    /// RSA below 2048 bits and DSA: readable for old mail, never accepted in a signature.
    pub fn is_weak(self) -> bool {
        match self {
            Self::Rsa { bits } => bits < RSA_BITS_MIN,
            Self::Dsa => true,
            _ => false,
        }
    }

    /// Whether the key can sign at all.
    pub fn can_sign(self) -> bool {
        !matches!(self, Self::X25519 | Self::MlKem(_) | Self::Other)
    }
}

impl std::fmt::Display for KeyKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA-{bits}"),
            Self::P256 => f.write_str("P-256"),
            Self::P384 => f.write_str("P-384"),
            Self::P521 => f.write_str("P-521"),
            Self::K283 => f.write_str("K-283"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::X25519 => f.write_str("X25519"),
            Self::PostQuantum(set) => f.write_str(&set.name().to_uppercase()),
            Self::MlKem(MlKem::MlKem512) => f.write_str("ML-KEM-512"),
            Self::MlKem(MlKem::MlKem768) => f.write_str("ML-KEM-768"),
            Self::MlKem(MlKem::MlKem1024) => f.write_str("ML-KEM-1024"),
            Self::Dsa => f.write_str("DSA"),
            Self::Other => f.write_str("unknown"),
        }
    }
}

/// Shorter RSA moduli sign nothing that is believed (RFC 8551 §4.3).
pub const RSA_BITS_MIN: usize = 2048;
/// Longer RSA moduli are refused before any arithmetic: a key in a mail must not cost seconds (RFC 8551 §6).
pub const RSA_BITS_MAX: usize = 16_384;

/// Why a primitive gave no result. It says nothing about secrets.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProviderError {
    /// The algorithm, curve or key size is not known here.
    #[error("the algorithm is not supported")]
    Unsupported,
    /// The key is not readable or not of the kind that the operation needs.
    #[error("the key does not fit the operation")]
    BadKey,
    /// The signature, tag or padding is wrong.
    #[error("the cryptographic check failed")]
    CheckFailed,
    /// The platform gave no random bytes.
    #[error("no random bytes")]
    NoRandomness,
}
