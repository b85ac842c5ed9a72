//! The pipeline from outside, with the real cryptography: both ways, every option in every
//! situation, and what hostile mail can try.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may, but clippy sees that only in the test functions themselves"
)]

mod admit;
mod header_protection;
mod hostile;
mod inbound;
mod means;
mod openssl;
mod outbound;
mod revocation;
mod snapshot;
mod support;
