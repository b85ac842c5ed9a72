//! The engine from outside: what it writes opens, what others wrote is read, and what attackers write is
//! not believed.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests may, but clippy sees that only in the test functions themselves"
)]

mod attacks;
mod foreign;
mod header_protection;
mod pkcs12;
mod properties;
mod round_trip;
mod support;
mod wycheproof;
