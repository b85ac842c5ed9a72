//! Secrets that neither print nor serialise and that are wiped when dropped.

use zeroize::{Zeroize, Zeroizing};

/// A secret value: no `Debug`, no `Display`; [`expose`](Self::expose) marks each place that reads it.
#[derive(Clone)]
pub struct Sensitive<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Sensitive<T> {
    /// Takes the secret in.
    pub fn new(secret: T) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The secret, to hand to a cryptographic primitive.
    pub fn expose(&self) -> &T {
        &self.0
    }
}
