//! Test cases that run natively and in workerd.

#![expect(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a test panics when it fails, and stops at the first thing that is missing"
)]

pub mod ber;
pub mod entity;
pub mod wycheproof;
