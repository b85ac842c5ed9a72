//! User name and password, and the forms they take on the wire.

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

/// A user and a password. It neither prints nor compares; the password is wiped when dropped.
#[derive(Clone)]
pub struct Credentials {
    /// The authentication identity.
    pub username: String,
    /// The password.
    pub password: Zeroizing<String>,
}

impl Credentials {
    /// The initial response of `AUTH PLAIN` (RFC 4616 §2), in base64.
    pub(crate) fn to_plain(&self) -> Zeroizing<String> {
        let message = Zeroizing::new(format!("\0{}\0{}", self.username, *self.password));
        Zeroizing::new(STANDARD.encode(message.as_bytes()))
    }
}

/// One answer of `AUTH LOGIN`, in base64.
pub(crate) fn to_login(text: &str) -> Zeroizing<String> {
    Zeroizing::new(STANDARD.encode(text))
}
