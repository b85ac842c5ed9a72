//! Bytes to message and back: RFC 5322, MIME, addresses, delivery reports.
//!
//! This crate knows no policy and no cryptography.

mod address;
mod encode;
mod time;

pub use address::{Address, AddressError, DOMAIN_OCTETS_MAX, Domain, LOCAL_PART_OCTETS_MAX};
pub use encode::{decode_base64, decode_quoted_printable, encode_base64, encode_quoted_printable};
pub use time::UnixTime;

/// Where `needle` first occurs.
pub fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}
