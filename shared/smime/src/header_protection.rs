//! Header protection (RFC 9788): header fields repeated inside the signed or encrypted content.

mod read;
mod write;

use mail::Entity;

pub(crate) use read::{ProtectedHeader, Restored, deliverable_payload};
pub use write::{HIDDEN_SUBJECT, HeaderProtection, protect_with_header};

/// The parameter of the payload's Content-Type that says how its header is protected (RFC 9788 §2.1.1).
const PARAMETER: &str = "hp";

/// How a payload says that its header is protected; anywhere but at its root the parameter says nothing.
fn declared(payload: &Entity<'_>) -> Option<HeaderProtection> {
    match payload.content_type().param(PARAMETER) {
        Some("clear") => Some(HeaderProtection::Clear),
        Some("cipher") => Some(HeaderProtection::Cipher),
        _ => None,
    }
}
