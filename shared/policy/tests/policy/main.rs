//! The policy language from outside, one binary for all of its tests.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests may, but clippy sees that only in the test functions themselves"
)]

mod evaluate;
mod language;
mod lint;
mod support;
mod treatment;
