//! Attacks on S/MIME that were published, one table each: what an attacker sends, and what is made of it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test, which stops at the first thing that is missing"
)]

mod counts;
mod der;
mod efail;
mod oracle;
mod spoofing;
mod support;
