//! Header protection (RFC 9788), both ways.

#![expect(
    clippy::unwrap_used,
    reason = "a test, which stops at the first thing that is missing"
)]

mod appendix_c;
mod reading;
mod support;
mod writing;
