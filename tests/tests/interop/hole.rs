//! What peers cannot do: each empty cell of the matrix has its sentence here.
//!
//! A hole is tried all the same. It excuses only the peer's own failure to read or write, never Sealgate's to read what
//! the peer did write.

use crate::case::{Case, Cipher, Encryption, Key, Signing};
use crate::form::Form;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Direction {
    /// The peer reads what Sealgate wrote.
    Reads,
    /// The peer writes for Sealgate.
    Writes,
}

pub(crate) struct Hole {
    pub(crate) peer: &'static str,
    /// In both directions if there is none.
    direction: Option<Direction>,
    is_met: fn(Case) -> bool,
    pub(crate) because: &'static str,
}

impl Hole {
    pub(crate) fn covers(&self, peer: &str, direction: Direction, case: Case) -> bool {
        self.peer == peer
            && self.direction.is_none_or(|only| only == direction)
            && (self.is_met)(case)
    }
}

/// The first that covers a cell explains it, so what is narrower stands first.
pub(crate) const HOLES: &[Hole] = &[
    Hole {
        peer: "OpenSSL 3",
        direction: None,
        is_met: |case| signs_with(case, Key::Ed25519),
        because: "3.0 hands Ed25519 a digest in CMS, which Ed25519 refuses (`invalid digest`)",
    },
    Hole {
        peer: "OpenSSL 3",
        direction: None,
        is_met: is_post_quantum,
        because: "3.0 is older than ML-DSA, SLH-DSA and ML-KEM",
    },
    Hole {
        peer: "OpenSSL 3",
        direction: None,
        is_met: |case| encrypts_with(case, Cipher::ChaCha20Poly1305),
        because: "its CMS has no ChaCha20-Poly1305 (RFC 8103)",
    },
    Hole {
        peer: "OpenSSL 3",
        direction: None,
        is_met: |case| encrypts_to(case, Key::X25519),
        because: "its CMS has no X25519 (RFC 8418)",
    },
    Hole {
        peer: "OpenSSL 3",
        direction: Some(Direction::Writes),
        is_met: |case| case == Case::Form(Form::Compressed),
        because: "Debian builds it without zlib",
    },
    Hole {
        peer: "OpenSSL 4",
        direction: None,
        is_met: |case| encrypts_with(case, Cipher::ChaCha20Poly1305),
        because: "its CMS has no ChaCha20-Poly1305 (`unsupported content encryption algorithm`)",
    },
    Hole {
        peer: "OpenSSL 4",
        direction: None,
        is_met: |case| encrypts_to(case, Key::X25519),
        because: "its CMS treats X25519 like a curve of RFC 5753: it writes no originator (`illegal zero content`) and \
                  reads none (`missing key`)",
    },
    Hole {
        peer: "gpgsm",
        direction: Some(Direction::Writes),
        is_met: is_form,
        because: "its command has no option for it",
    },
    Hole {
        peer: "gpgsm",
        direction: None,
        is_met: is_post_quantum,
        because: "2.2 is older than ML-DSA, SLH-DSA and ML-KEM",
    },
    Hole {
        peer: "gpgsm",
        direction: Some(Direction::Writes),
        is_met: is_pss,
        because: "no option signs with PSS",
    },
    Hole {
        peer: "gpgsm",
        direction: None,
        is_met: |case| signs_with(case, Key::Ed25519),
        because: "2.2 has no Ed25519 in X.509",
    },
    Hole {
        peer: "gpgsm",
        direction: Some(Direction::Reads),
        is_met: |case| signs_with(case, Key::P521),
        because: "2.2 wants a digest as long as the curve's 521 bits, which is none (`DSA requires the hash length to be \
                  a multiple of 8 bits`)",
    },
    Hole {
        peer: "gpgsm",
        direction: None,
        is_met: is_authenticated,
        because: "2.2 writes no AuthEnvelopedData, and reading it stops at the nonce (`error getting IV: Buffer too short`)",
    },
    Hole {
        peer: "gpgsm",
        direction: None,
        is_met: is_oaep,
        because: "no OAEP: no option writes it, and reading stops at the key (`error getting encrypted session key`)",
    },
    Hole {
        peer: "gpgsm",
        direction: None,
        is_met: is_agreement,
        because: "2.2 has no key agreement in CMS: it reads none (`Invalid session key`) and calls such certificates unusable \
                  for encryption (`Wrong key usage`)",
    },
    Hole {
        peer: "NSS",
        direction: Some(Direction::Writes),
        is_met: is_form,
        because: "its command has no option for it",
    },
    Hole {
        peer: "NSS",
        direction: None,
        is_met: is_post_quantum,
        because: "3.87 is older than ML-DSA, SLH-DSA and ML-KEM",
    },
    Hole {
        peer: "NSS",
        direction: Some(Direction::Writes),
        is_met: is_pss,
        because: "cmsutil has no option to sign with PSS",
    },
    Hole {
        peer: "NSS",
        direction: None,
        is_met: |case| signs_with(case, Key::Ed25519),
        because: "3.87 has no keys of RFC 8410",
    },
    Hole {
        peer: "NSS",
        direction: None,
        is_met: is_authenticated,
        because: "no AuthEnvelopedData",
    },
    Hole {
        peer: "NSS",
        direction: None,
        is_met: is_oaep,
        because: "its CMS has no OAEP (`SEC_ERROR_UNSUPPORTED_KEYALG`)",
    },
    Hole {
        peer: "NSS",
        direction: None,
        is_met: is_agreement,
        because: "its CMS has no elliptic-curve key agreement (`SEC_ERROR_INVALID_ALGORITHM`)",
    },
    Hole {
        peer: "NSS",
        direction: Some(Direction::Writes),
        is_met: |case| !encrypts_with(case, Cipher::Aes128Cbc),
        because: "cmsutil has no option for the cipher and takes AES-128-CBC",
    },
    Hole {
        peer: "BouncyCastle",
        direction: Some(Direction::Writes),
        is_met: is_form,
        because: "its driver here writes a choice of the forms, OpenSSL all",
    },
    Hole {
        peer: "BouncyCastle",
        direction: None,
        is_met: is_post_quantum,
        because: "1.72 has the candidates that ML-DSA, SLH-DSA and ML-KEM were made of, under other identifiers",
    },
    Hole {
        peer: "BouncyCastle",
        direction: None,
        is_met: |case| encrypts_to(case, Key::X25519),
        because: "1.72 has no key agreement of RFC 8418 (`no such algorithm: 1.2.840.113549.1.9.16.3.19`)",
    },
    Hole {
        peer: "BouncyCastle",
        direction: Some(Direction::Writes),
        is_met: |case| encrypts_with(case, Cipher::ChaCha20Poly1305),
        because: "1.72 reads ChaCha20-Poly1305 (RFC 8103), but would write it without its tag, into EnvelopedData",
    },
    Hole {
        peer: "PKI.js",
        direction: Some(Direction::Writes),
        is_met: is_form,
        because: "its driver here signs and encrypts single messages; OpenSSL writes these forms",
    },
    Hole {
        peer: "PKI.js",
        direction: None,
        is_met: is_post_quantum,
        because: "3.4 is older than ML-DSA, SLH-DSA and ML-KEM",
    },
    Hole {
        peer: "PKI.js",
        direction: None,
        is_met: |case| signs_with(case, Key::Ed25519),
        because: "3.4 knows RSA and ECDSA signatures only",
    },
    Hole {
        peer: "PKI.js",
        direction: None,
        is_met: |case| encrypts_with(case, Cipher::TripleDes),
        because: "WebCrypto has no Triple DES",
    },
    Hole {
        peer: "PKI.js",
        direction: None,
        is_met: is_authenticated,
        because: "no AuthEnvelopedData: it puts AES-GCM into EnvelopedData, which is no CMS (RFC 5084 §1)",
    },
    Hole {
        peer: "PKI.js",
        direction: None,
        is_met: is_rsa_pkcs1_encryption,
        because: "WebCrypto has no PKCS#1 v1.5 key transport",
    },
    Hole {
        peer: "PKI.js",
        direction: None,
        is_met: |case| encrypts_to(case, Key::X25519),
        because: "3.4 has no X25519 (`Unknown type of certificate's public key`)",
    },
    Hole {
        peer: "PKI.js",
        direction: Some(Direction::Reads),
        is_met: is_agreement,
        because: "where a message has no ukm, it derives the key as if there were an empty one (RFC 5753 §7.2)",
    },
    Hole {
        peer: "cryptography",
        direction: Some(Direction::Writes),
        is_met: is_form,
        because: "its driver here signs and encrypts single messages; OpenSSL writes these forms",
    },
    Hole {
        peer: "cryptography",
        direction: Some(Direction::Reads),
        is_met: |case| matches!(case, Case::Sign(_) | Case::Refuse(_)),
        because: "it has no function that verifies",
    },
    Hole {
        peer: "cryptography",
        direction: Some(Direction::Writes),
        is_met: |case| signs_with(case, Key::Ed25519) || is_post_quantum(case),
        because: "it signs with RSA and ECDSA only",
    },
    Hole {
        peer: "cryptography",
        direction: None,
        is_met: |case| !is_rsa_pkcs1_encryption(case) || !is_aes_cbc_of_128_or_256(case),
        because: "it encrypts and decrypts with RSA PKCS#1 v1.5 and AES-128 or AES-256 in CBC mode, nothing else",
    },
    Hole {
        peer: "by hand",
        direction: None,
        is_met: |case| !encrypts_to(case, Key::X25519),
        because: "no implementation but a second reading of RFC 8418 and RFC 8103, for what no peer knows",
    },
];

fn signing(case: Case, is_met: impl Fn(Signing) -> bool) -> bool {
    matches!(case, Case::Sign(signing) | Case::Refuse(signing) if is_met(signing))
}

fn encryption(case: Case, is_met: impl Fn(Encryption) -> bool) -> bool {
    matches!(case, Case::Encrypt(encryption) if is_met(encryption))
}

fn signs_with(case: Case, key: Key) -> bool {
    signing(case, |signing| signing.key == key)
}

/// One that is more than a signature with MIME around it.
fn is_form(case: Case) -> bool {
    matches!(case, Case::Form(form) if !form.is_around_a_signature())
}

fn is_post_quantum(case: Case) -> bool {
    signing(case, |signing| signing.key.is_post_quantum())
        || encryption(case, |encryption| encryption.key.is_post_quantum())
}

fn is_pss(case: Case) -> bool {
    signing(case, |signing| signing.is_pss)
}

fn encrypts_to(case: Case, key: Key) -> bool {
    encryption(case, |encryption| encryption.key == key)
}

fn encrypts_with(case: Case, cipher: Cipher) -> bool {
    encryption(case, |encryption| encryption.cipher == cipher)
}

fn is_oaep(case: Case) -> bool {
    encryption(case, |encryption| encryption.is_oaep)
}

fn is_rsa_pkcs1_encryption(case: Case) -> bool {
    encrypts_to(case, Key::Rsa) && !is_oaep(case)
}

fn is_agreement(case: Case) -> bool {
    encryption(case, |encryption| encryption.key != Key::Rsa)
}

fn is_authenticated(case: Case) -> bool {
    encryption(case, |encryption| encryption.cipher.is_authenticated())
}

fn is_aes_cbc_of_128_or_256(case: Case) -> bool {
    encrypts_with(case, Cipher::Aes128Cbc) || encrypts_with(case, Cipher::Aes256Cbc)
}
