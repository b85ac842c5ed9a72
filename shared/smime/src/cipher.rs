//! The content ciphers that are sent (RFC 8551 §2.7).

use std::fmt;

use der::oid::ObjectIdentifier;

use crate::asn1::oid;

/// A cipher for message content.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ContentCipher {
    /// AES-256-GCM in `AuthEnvelopedData`: detects every change.
    Aes256Gcm,
    /// AES-128-GCM in `AuthEnvelopedData`.
    Aes128Gcm,
    /// AES-256-CBC in `EnvelopedData`: what every client of the last fifteen years reads.
    #[default]
    Aes256Cbc,
    /// AES-128-CBC in `EnvelopedData`.
    Aes128Cbc,
    /// ChaCha20-Poly1305 in `AuthEnvelopedData` (RFC 8103).
    ChaCha20Poly1305,
}

impl ContentCipher {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Aes256Gcm,
        Self::Aes128Gcm,
        Self::Aes256Cbc,
        Self::Aes128Cbc,
        Self::ChaCha20Poly1305,
    ];

    /// The name, `aes-256-gcm`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "aes-256-gcm",
            Self::Aes128Gcm => "aes-128-gcm",
            Self::Aes256Cbc => "aes-256-cbc",
            Self::Aes128Cbc => "aes-128-cbc",
            Self::ChaCha20Poly1305 => "chacha20-poly1305",
        }
    }

    /// The cipher of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cipher| cipher.name() == name)
    }

    /// Whether the recipient notices a change of the ciphertext.
    pub fn is_authenticated(self) -> bool {
        !matches!(self, Self::Aes256Cbc | Self::Aes128Cbc)
    }

    /// Octets of its key.
    pub(crate) fn key_octets(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes128Cbc => 16,
            Self::Aes256Gcm | Self::Aes256Cbc | Self::ChaCha20Poly1305 => 32,
        }
    }

    pub(crate) fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Aes256Gcm => oid::AES256_GCM,
            Self::Aes128Gcm => oid::AES128_GCM,
            Self::Aes256Cbc => oid::AES256_CBC,
            Self::Aes128Cbc => oid::AES128_CBC,
            Self::ChaCha20Poly1305 => oid::CHACHA20_POLY1305,
        }
    }

    pub(crate) fn from_oid(id: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|cipher| cipher.oid() == id)
    }
}

impl fmt::Display for ContentCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
