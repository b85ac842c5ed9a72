//! What is tried: the rows of the matrix.

use std::fmt;

use crate::form::Form;

/// A kind of key, and so the certificate of the lab that has it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Key {
    Rsa,
    P256,
    P384,
    P521,
    Ed25519,
    X25519,
    /// With the name of its parameter set, as the others below.
    MlDsa(&'static str),
    MlKem(&'static str),
    SlhDsa(&'static str),
}

pub(crate) const ML_DSA: [&str; 3] = ["ml-dsa-44", "ml-dsa-65", "ml-dsa-87"];
pub(crate) const ML_KEM: [&str; 3] = ["ml-kem-512", "ml-kem-768", "ml-kem-1024"];
/// With the digests that go with them (RFC 9814 §4).
pub(crate) const SLH_DSA: [(&str, Digest); 12] = [
    ("slh-dsa-sha2-128s", Digest::Sha256),
    ("slh-dsa-sha2-128f", Digest::Sha256),
    ("slh-dsa-sha2-192s", Digest::Sha512),
    ("slh-dsa-sha2-192f", Digest::Sha512),
    ("slh-dsa-sha2-256s", Digest::Sha512),
    ("slh-dsa-sha2-256f", Digest::Sha512),
    ("slh-dsa-shake-128s", Digest::Shake128),
    ("slh-dsa-shake-128f", Digest::Shake128),
    ("slh-dsa-shake-192s", Digest::Shake256),
    ("slh-dsa-shake-192f", Digest::Shake256),
    ("slh-dsa-shake-256s", Digest::Shake256),
    ("slh-dsa-shake-256f", Digest::Shake256),
];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Digest {
    Sha256,
    Sha384,
    Sha512,
    Shake128,
    Shake256,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cipher {
    Aes128Cbc,
    Aes192Cbc,
    Aes256Cbc,
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
    TripleDes,
}

/// Those that are written.
const CIPHERS: [Cipher; 5] = [
    Cipher::Aes128Cbc,
    Cipher::Aes256Cbc,
    Cipher::Aes128Gcm,
    Cipher::Aes256Gcm,
    Cipher::ChaCha20Poly1305,
];

/// How a message is signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Signing {
    pub(crate) key: Key,
    pub(crate) digest: Digest,
    pub(crate) is_pss: bool,
    pub(crate) is_opaque: bool,
}

/// How a message is encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Encryption {
    pub(crate) key: Key,
    pub(crate) is_oaep: bool,
    pub(crate) cipher: Cipher,
}

/// A row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Case {
    Sign(Signing),
    /// An altered message is refused: a reader that takes everything would fill its column.
    Refuse(Signing),
    Encrypt(Encryption),
    Form(Form),
}

impl Key {
    /// The name of its files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::P521 => "p521",
            Self::Ed25519 => "ed25519",
            Self::X25519 => "x25519",
            Self::MlDsa(set) | Self::MlKem(set) | Self::SlhDsa(set) => set,
        }
    }

    /// Whether only a new OpenSSL makes such keys.
    pub(crate) fn is_post_quantum(self) -> bool {
        matches!(self, Self::MlDsa(_) | Self::MlKem(_) | Self::SlhDsa(_))
    }
}

impl Digest {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Shake128 => "shake128",
            Self::Shake256 => "shake256",
        }
    }

    /// Those that go with nothing but post-quantum signatures are read, not written.
    fn is_written(self) -> bool {
        !matches!(self, Self::Shake128 | Self::Shake256)
    }
}

impl Cipher {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Aes128Cbc => "aes-128-cbc",
            Self::Aes192Cbc => "aes-192-cbc",
            Self::Aes256Cbc => "aes-256-cbc",
            Self::Aes128Gcm => "aes-128-gcm",
            Self::Aes256Gcm => "aes-256-gcm",
            Self::ChaCha20Poly1305 => "chacha20-poly1305",
            Self::TripleDes => "3des-cbc",
        }
    }

    /// Whether it carries its own integrity check, and so travels in `AuthEnvelopedData` (RFC 5083).
    pub(crate) fn is_authenticated(self) -> bool {
        matches!(
            self,
            Self::Aes128Gcm | Self::Aes256Gcm | Self::ChaCha20Poly1305
        )
    }

    /// Historic and unused ones are read, not written.
    fn is_written(self) -> bool {
        !matches!(self, Self::TripleDes | Self::Aes192Cbc)
    }
}

impl Case {
    /// Every row, in the order of the table; without the keys that only a new OpenSSL makes if there is none.
    pub(crate) fn all(has_post_quantum: bool) -> Vec<Self> {
        let mut cases = Self::classic();
        cases.extend(Form::ALL.map(Self::Form));
        if has_post_quantum {
            cases.extend(Self::post_quantum());
        }
        cases
    }

    fn classic() -> Vec<Self> {
        let mut cases = Vec::new();
        for is_opaque in [false, true] {
            for (key, digest, is_pss) in [
                (Key::Rsa, Digest::Sha256, false),
                (Key::Rsa, Digest::Sha384, false),
                (Key::Rsa, Digest::Sha512, false),
                (Key::Rsa, Digest::Sha256, true),
                (Key::Rsa, Digest::Sha512, true),
                (Key::P256, Digest::Sha256, false),
                (Key::P384, Digest::Sha384, false),
                (Key::P521, Digest::Sha512, false),
                (Key::Ed25519, Digest::Sha512, false),
            ] {
                cases.push(Self::Sign(Signing {
                    key,
                    digest,
                    is_pss,
                    is_opaque,
                }));
            }
        }
        cases.push(Self::Refuse(Signing {
            key: Key::Rsa,
            digest: Digest::Sha256,
            is_pss: false,
            is_opaque: false,
        }));
        for (key, is_oaep) in [
            (Key::Rsa, false),
            (Key::Rsa, true),
            (Key::P256, false),
            (Key::P384, false),
            (Key::P521, false),
            (Key::X25519, false),
        ] {
            for cipher in CIPHERS {
                cases.push(Self::Encrypt(Encryption {
                    key,
                    is_oaep,
                    cipher,
                }));
            }
        }
        for cipher in [Cipher::Aes192Cbc, Cipher::TripleDes] {
            cases.push(Self::Encrypt(Encryption {
                key: Key::Rsa,
                is_oaep: false,
                cipher,
            }));
        }
        cases
    }

    fn post_quantum() -> Vec<Self> {
        let sign = |key, digest, is_opaque| {
            Self::Sign(Signing {
                key,
                digest,
                is_pss: false,
                is_opaque,
            })
        };
        let mut cases = Vec::new();
        for is_opaque in [false, true] {
            for digest in [Digest::Sha512, Digest::Shake256] {
                let sets = ML_DSA.into_iter();
                cases.extend(sets.map(|set| sign(Key::MlDsa(set), digest, is_opaque)));
            }
        }
        let sets = SLH_DSA.into_iter();
        cases.extend(sets.map(|(set, digest)| sign(Key::SlhDsa(set), digest, false)));
        for set in ML_KEM {
            cases.extend(CIPHERS.map(|cipher| {
                Self::Encrypt(Encryption {
                    key: Key::MlKem(set),
                    is_oaep: false,
                    cipher,
                })
            }));
        }
        cases
    }

    /// Whether Sealgate makes such messages, or only reads them.
    pub(crate) fn is_written(self) -> bool {
        match self {
            Self::Sign(signing) | Self::Refuse(signing) => {
                signing.digest.is_written() && !matches!(signing.key, Key::SlhDsa(_))
            }
            Self::Encrypt(encryption) => encryption.cipher.is_written(),
            Self::Form(_) => false,
        }
    }
}

impl fmt::Display for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = if self.is_opaque { "opaque" } else { "detached" };
        let digest = self.digest.name();
        match self.key {
            Key::Rsa if self.is_pss => write!(f, "sign {form} rsa-pss {digest}"),
            Key::Rsa => write!(f, "sign {form} rsa-pkcs1 {digest}"),
            Key::Ed25519 => write!(f, "sign {form} ed25519"),
            Key::MlDsa(set) | Key::SlhDsa(set) => write!(f, "sign {form} {set} {digest}"),
            key => write!(f, "sign {form} ecdsa {} {digest}", key.name()),
        }
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cipher = self.cipher.name();
        match self.key {
            Key::Rsa if self.is_oaep => write!(f, "encrypt rsa-oaep {cipher}"),
            Key::Rsa => write!(f, "encrypt rsa-pkcs1 {cipher}"),
            Key::X25519 => write!(f, "encrypt x25519 {cipher}"),
            Key::MlKem(set) => write!(f, "encrypt {set} {cipher}"),
            key => write!(f, "encrypt ecdh {} {cipher}", key.name()),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sign(signing) => signing.fmt(f),
            Self::Refuse(_) => f.write_str("refuse what was altered"),
            Self::Encrypt(encryption) => encryption.fmt(f),
            Self::Form(form) => form.fmt(f),
        }
    }
}
