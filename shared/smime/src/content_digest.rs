//! The digest of signed content. It need not be the digest of the signature: beside a post-quantum signature
//! stands one of SHA-3 as often as one of SHA-2 (RFC 9882 §3.3, RFC 9814 §4), and OpenSSL takes SHAKE256.

use der::oid::ObjectIdentifier;

use crate::{
    Digest, Provider, algorithm,
    asn1::oid,
    hazmat::digest::{sha3, shake},
};

/// A digest that content may be signed with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ContentDigest {
    /// One that signature schemes know, too.
    Common(Digest),
    Sha3_256,
    Sha3_384,
    Sha3_512,
    /// With 256 bits of output (RFC 8702 §3).
    Shake128,
    /// With 512 bits of output.
    Shake256,
}

impl ContentDigest {
    pub(crate) fn from_oid(id: ObjectIdentifier) -> Option<Self> {
        match id {
            oid::SHA3_256 => Some(Self::Sha3_256),
            oid::SHA3_384 => Some(Self::Sha3_384),
            oid::SHA3_512 => Some(Self::Sha3_512),
            oid::SHAKE128 => Some(Self::Shake128),
            oid::SHAKE256 => Some(Self::Shake256),
            id => algorithm::digest_from_oid(id).map(Self::Common),
        }
    }

    /// As a signature scheme has it, which takes its digest from here where its own identifier names none.
    pub(crate) fn common(self) -> Option<Digest> {
        match self {
            Self::Common(digest) => Some(digest),
            _ => None,
        }
    }

    pub(crate) fn is_weak(self) -> bool {
        self.common().is_some_and(Digest::is_weak)
    }

    /// The digest of `content`. Those of FIPS 202 are rare, so no provider is asked for them.
    pub(crate) fn of(self, content: &[u8], provider: &dyn Provider) -> Vec<u8> {
        match self {
            Self::Common(digest) => provider.digest(digest, &[content]),
            Self::Sha3_256 => sha3::<::sha3::Sha3_256>(content),
            Self::Sha3_384 => sha3::<::sha3::Sha3_384>(content),
            Self::Sha3_512 => sha3::<::sha3::Sha3_512>(content),
            Self::Shake128 => shake::<::shake::Shake128>(content, 32),
            Self::Shake256 => shake::<::shake::Shake256>(content, 64),
        }
    }
}
