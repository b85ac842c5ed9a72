//! How many octets of mail an isolate holds at once.
//!
//! An isolate has 128 MB for all its requests, and Wasm's memory, once grown, never shrinks. Whoever does not fit is
//! told to come back, which a mail server does by itself; an isolate that runs out of memory would lose everyone's
//! request.

use api::Code;
use std::cell::Cell;

use crate::failure::Failure;

/// Octets of the buffers that messages are held in while something is waited for: their arrival, a store, a word
/// about a signer, the departure of what became of them.
///
/// What a message takes beyond that, it takes for a moment in which nothing else runs: coming in, at worst the objects
/// and compressed contents inside of each other (`smime`'s 48 MiB); going out, its copies, which the gateway keeps to
/// [`gateway::COPIES_OCTETS_MAX`], or a single one to [`gateway::COPY_OCTETS_MAX`]. Together that is 96 MiB of the
/// isolate's 122, and leaves 26 MiB for the module, the caches, the gaps between buffers, and JavaScript with its
/// pieces of messages. The one thing larger is what nobody sends: 25 MiB of 8-bit text, which signing makes three times
/// as long before it is refused.
pub(crate) const OCTETS_IN_FLIGHT_MAX: usize = 48 * 1024 * 1024;

// What the gateway lets a message become has room here.
const _: () = assert!(
    gateway::COPIES_OCTETS_MAX <= OCTETS_IN_FLIGHT_MAX
        && gateway::COPY_OCTETS_MAX <= OCTETS_IN_FLIGHT_MAX
);

thread_local! {
    static IN_FLIGHT: Cell<usize> = const { Cell::new(0) };
}

/// Room for one message; dropping it gives the room back.
pub(crate) struct Room(usize);

/// Takes room for a message in a buffer of so many octets, if there is any now.
pub(crate) fn admit(octets: usize) -> Result<Room, Failure> {
    let mut room = Room(0);
    room.resize(octets)?;
    Ok(room)
}

impl Room {
    /// Keeps room for what has become of the message, if there is that much now. Who is alone always gets it: the
    /// gateway bounds what a message becomes, and whoever is told to come back now would be told so for ever.
    pub(crate) fn resize(&mut self, octets: usize) -> Result<(), Failure> {
        let others = IN_FLIGHT.get() - self.0;
        let total = others.saturating_add(octets);
        if others > 0 && total > OCTETS_IN_FLIGHT_MAX {
            return Err(Failure::Lack(
                Code::Busy,
                "Too much mail is in flight here just now; try again.",
            ));
        }
        IN_FLIGHT.set(total);
        self.0 = octets;
        Ok(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        IN_FLIGHT.set(IN_FLIGHT.get() - self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_message_becomes_is_counted() {
        let mut one = admit(1024).unwrap();
        let other = admit(1).unwrap();
        assert!(one.resize(OCTETS_IN_FLIGHT_MAX).is_err());
        drop(other);
        one.resize(OCTETS_IN_FLIGHT_MAX + 1).unwrap();
        assert!(
            admit(1).is_err(),
            "alone it got its room, and nobody else any"
        );
        one.resize(1024).unwrap();
        assert!(admit(OCTETS_IN_FLIGHT_MAX - 1024).is_ok());
    }
}
