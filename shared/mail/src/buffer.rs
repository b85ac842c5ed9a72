//! The buffer that a message lives in, from the first octet that is read to the last one that is sent.

use std::borrow::Borrow;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// Room for what is put before a message: header fields, the preamble of a multipart, the head of a CMS object.
const FRONT_OCTETS: usize = 16 * 1024;
/// Room for what is put behind it: a signature with its certificates.
const BACK_OCTETS: usize = 32 * 1024;

/// Octets with room on both sides.
///
/// Whoever signs or encrypts puts something before a message and something behind it, and whoever opens it
/// takes both away. In here the message itself, which may fill a good part of the memory there is, is neither
/// copied nor moved for that.
#[derive(Clone, Default)]
pub struct Buffer {
    octets: Vec<u8>,
    /// Where the content begins; what is before it is room.
    start: usize,
}

impl Buffer {
    /// The room on both sides that a new buffer has.
    pub const ROOM_OCTETS: usize = FRONT_OCTETS + BACK_OCTETS;

    /// An empty buffer for content of so many octets.
    pub fn with_room_for(octets: usize) -> Self {
        let mut room = Vec::with_capacity(octets + Self::ROOM_OCTETS);
        room.resize(FRONT_OCTETS, 0);
        Self {
            octets: room,
            start: FRONT_OCTETS,
        }
    }

    /// Octets that it takes, with the room.
    pub fn capacity(&self) -> usize {
        self.octets.capacity()
    }

    /// Puts octets before the content.
    pub fn prepend(&mut self, head: &[u8]) {
        if head.len() > self.start {
            let missing = head.len() - self.start + FRONT_OCTETS;
            self.reserve(missing);
            self.octets.splice(..0, std::iter::repeat_n(0, missing));
            self.start += missing;
        }
        self.start -= head.len();
        if let Some(place) = self.get_mut(..head.len()) {
            place.copy_from_slice(head);
        }
    }

    /// Puts octets behind the content.
    pub fn append(&mut self, tail: &[u8]) {
        self.reserve(tail.len());
        self.octets.extend_from_slice(tail);
    }

    /// Takes octets away at the front.
    pub fn drop_front(&mut self, octets: usize) {
        self.start += octets.min(self.len());
    }

    /// Takes away what is behind so many octets.
    pub fn truncate(&mut self, octets: usize) {
        self.octets.truncate(self.start.saturating_add(octets));
    }

    /// Makes the content this long; what is new is zero.
    pub(crate) fn resize(&mut self, octets: usize) {
        self.reserve(octets.saturating_sub(self.len()));
        self.octets.resize(self.start + octets, 0);
    }

    /// The content alone, in the same memory.
    pub fn into_vec(mut self) -> Vec<u8> {
        self.octets.drain(..self.start);
        self.octets
    }

    /// Makes the content longer by so many octets, and gives them to be written.
    pub fn grow(&mut self, octets: usize) -> &mut [u8] {
        let end = self.len();
        self.resize(end + octets);
        self.get_mut(end..).unwrap_or_default()
    }

    /// For what appends by itself.
    pub(crate) fn octets_mut(&mut self) -> &mut Vec<u8> {
        &mut self.octets
    }

    /// Room behind the content. It grows by an eighth at least, so that many small additions cost little, and not by
    /// half, as `Vec` does: what moves is held twice for a moment.
    fn reserve(&mut self, octets: usize) {
        if octets > self.octets.capacity() - self.octets.len() {
            let more = octets.max(self.octets.len() / 8);
            self.octets.reserve_exact(more);
        }
    }
}

impl From<Vec<u8>> for Buffer {
    fn from(octets: Vec<u8>) -> Self {
        Self { octets, start: 0 }
    }
}

impl From<&[u8]> for Buffer {
    fn from(octets: &[u8]) -> Self {
        let mut buffer = Self::with_room_for(octets.len());
        buffer.append(octets);
        buffer
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.octets.get(self.start..).unwrap_or_default()
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.octets.get_mut(self.start..).unwrap_or_default()
    }
}

/// By content.
impl<T: AsRef<[u8]> + ?Sized> PartialEq<T> for Buffer {
    fn eq(&self, other: &T) -> bool {
        **self == *other.as_ref()
    }
}

impl Eq for Buffer {}

impl Borrow<[u8]> for Buffer {
    fn borrow(&self) -> &[u8] {
        self
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

/// What a message says is nobody's business.
impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({} octets)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_come_and_go_at_both_ends() {
        for mut buffer in [Buffer::from(b"body".to_vec()), Buffer::from(&b"body"[..])] {
            buffer.prepend(b"head ");
            buffer.append(b" tail");
            assert_eq!(buffer, b"head body tail");
            buffer.drop_front(5);
            buffer.truncate(4);
            assert_eq!(buffer, b"body");
            buffer.prepend(&vec![b'x'; FRONT_OCTETS + 1]);
            buffer.prepend(b"y");
            assert_eq!(buffer.len(), FRONT_OCTETS + 6);
            assert!(buffer.starts_with(b"yx") && buffer.ends_with(b"xbody"));
            buffer.drop_front(usize::MAX);
            assert_eq!(buffer.into_vec(), b"");
        }
    }

    #[test]
    fn a_message_does_not_move_for_what_is_put_around_it() {
        let body = vec![b'x'; 1_000_000];
        let mut buffer = Buffer::with_room_for(body.len());
        buffer.append(&body);
        let (place, capacity) = (buffer.last().map(std::ptr::from_ref), buffer.capacity());
        buffer.prepend(&vec![b'y'; FRONT_OCTETS]);
        let end = buffer.len() - 1;
        buffer.append(&vec![b'z'; BACK_OCTETS]);
        assert_eq!(buffer.get(end).map(std::ptr::from_ref), place);
        assert_eq!(buffer.capacity(), capacity);
    }

    #[test]
    fn it_grows_by_little() {
        let mut buffer = Buffer::default();
        for _ in 0..10_000 {
            buffer.append(&[0; 100]);
            assert!(buffer.capacity() <= buffer.len() + buffer.len() / 8 + 100);
        }
    }
}
