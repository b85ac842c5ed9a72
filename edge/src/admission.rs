//! How many octets of mail an isolate takes at once.
//!
//! An isolate has 128 MB for all its requests, and a message is held several times on its way:
//! as it came, signed, encrypted, encoded. Whoever does not fit is told to come back, which a mail
//! server does by itself; an isolate that runs out of memory would lose everyone's request.

use std::cell::Cell;

/// Octets of messages in flight: one of the largest and some small ones, or many small ones. Signing
/// and encrypting hold five times as much.
const OCTETS_IN_FLIGHT_MAX: usize = 26 * 1024 * 1024;

thread_local! {
    static IN_FLIGHT: Cell<usize> = const { Cell::new(0) };
}

/// Room for one message; dropping it gives the room back.
pub(crate) struct Room(usize);

/// Takes room for a message of `octets`; `None` if there is none now.
pub(crate) fn admit(octets: usize) -> Option<Room> {
    let total = IN_FLIGHT.get().checked_add(octets)?;
    if total > OCTETS_IN_FLIGHT_MAX {
        return None;
    }
    IN_FLIGHT.set(total);
    Some(Room(octets))
}

impl Drop for Room {
    fn drop(&mut self) {
        IN_FLIGHT.set(IN_FLIGHT.get().saturating_sub(self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_message_fits_and_two_of_them_do_not() {
        let first = admit(api::MESSAGE_OCTETS_MAX).unwrap();
        assert!(admit(api::MESSAGE_OCTETS_MAX).is_none());
        assert!(admit(64 * 1024).is_some());
        drop(first);
        assert!(admit(api::MESSAGE_OCTETS_MAX).is_some());
    }
}
