//! The primitives in Rust. Private: whoever needs one goes through [`Provider`](crate::Provider).

pub(crate) mod agreement;
pub(crate) mod cipher;
pub(crate) mod digest;
pub(crate) mod k283;
pub(crate) mod kdf;
pub(crate) mod key_wrap;
pub(crate) mod keys;
pub(crate) mod lattice;
pub(crate) mod legacy;
pub(crate) mod post_quantum;
pub(crate) mod rsa;
pub(crate) mod signature;

use crate::provider::ProviderError;

/// An array of exactly `N` octets.
fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], ProviderError> {
    bytes.try_into().map_err(|_| ProviderError::BadKey)
}
