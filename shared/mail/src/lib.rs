//! Bytes to message and back: RFC 5322, MIME, addresses, delivery reports.
//!
//! This crate knows no policy and no cryptography.

mod address;
mod time;

pub use address::{Address, AddressError, DOMAIN_OCTETS_MAX, Domain, LOCAL_PART_OCTETS_MAX};
pub use time::UnixTime;
