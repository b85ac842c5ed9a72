//! Who sends to whom, as the SMTP transaction says.

use mail::Address;
use policy::Direction;

/// An SMTP envelope (RFC 5321 §2.3.1) and the way it goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Envelope {
    /// Which way, seen from the organisation.
    pub direction: Direction,
    /// The reverse path; `None` is the null sender of bounces (RFC 5321 §4.5.5).
    pub from: Option<Address>,
    /// The forward paths.
    pub to: Vec<Address>,
}
