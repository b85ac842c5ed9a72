//! The message after DATA: transparency undone as it comes in, and its only end CRLF "." CRLF.
//!
//! Servers that also took LF "." LF or the like for the end let a message carry a second one past
//! its sender's checks (SMTP smuggling, 2023). Here nothing but CRLF ends a line, and a message
//! with any other CR or LF is refused: to mend it would change what someone may have signed.

/// What came of some octets.
pub(super) enum Received {
    /// The end has not come yet.
    More,
    /// The message, behind its prefix.
    Message(Vec<u8>),
    /// The end came, but the message has a CR or LF outside CRLF.
    BareLineEnd,
    /// The end came, but the message is too large.
    TooLarge,
    /// The message is so much too large that waiting for its end is not worth it.
    Endless,
}

/// Where in a line the next octet stands.
#[derive(Clone, Copy)]
enum Place {
    LineStart,
    Inside,
    AfterCr,
    AfterDot,
    AfterDotCr,
}

/// Collects one message.
pub(super) struct DataReceiver {
    message: Vec<u8>,
    /// Without the prefix.
    octets: usize,
    octets_max: usize,
    place: Place,
    bare: bool,
}

impl DataReceiver {
    /// `announced` is what SIZE= said: room for that is made at once, not by growing.
    pub(super) fn new(prefix: Vec<u8>, announced: usize, octets_max: usize) -> Self {
        let mut message = prefix;
        message.reserve(announced.min(octets_max));
        Self {
            message,
            octets: 0,
            octets_max,
            place: Place::LineStart,
            bare: false,
        }
    }

    /// Takes octets and says how many of them belonged to the message.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> (usize, Received) {
        let mut used = 0;
        while let Some((&octet, _)) = bytes.get(used..).and_then(<[u8]>::split_first) {
            if matches!(self.place, Place::AfterDotCr) && octet == b'\n' {
                return (used + 1, self.end());
            }
            used += self.take(octet, bytes.get(used..).unwrap_or_default());
            if self.octets > self.octets_max.saturating_mul(2) {
                return (used, Received::Endless);
            }
        }
        (used, Received::More)
    }

    fn end(&mut self) -> Received {
        if self.octets > self.octets_max {
            Received::TooLarge
        } else if self.bare {
            Received::BareLineEnd
        } else {
            Received::Message(std::mem::take(&mut self.message))
        }
    }

    /// Takes `octet` and, inside a line, what follows it up to the line's end. Says how many octets.
    fn take(&mut self, octet: u8, bytes: &[u8]) -> usize {
        match (self.place, octet) {
            (Place::LineStart, b'.') => self.place = Place::AfterDot,
            (Place::AfterDot, b'\r') => self.place = Place::AfterDotCr,
            (Place::AfterCr, b'\n') => {
                self.store(b"\r\n");
                self.place = Place::LineStart;
            }
            (Place::AfterCr | Place::AfterDotCr, _) => {
                self.bare = true;
                self.place = Place::Inside;
                return 0;
            }
            (_, b'\r') => self.place = Place::AfterCr,
            (_, b'\n') => {
                self.bare = true;
                self.place = Place::Inside;
            }
            _ => {
                let run = memchr::memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
                self.store(bytes.get(..run).unwrap_or_default());
                self.place = Place::Inside;
                return run;
            }
        }
        1
    }

    /// A message that will be refused is counted, not kept.
    fn store(&mut self, bytes: &[u8]) {
        self.octets = self.octets.saturating_add(bytes.len());
        if self.octets > self.octets_max || self.bare {
            self.message = Vec::new();
        } else {
            self.message.extend_from_slice(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `bytes` in chunks; what is left over when the end came is returned too.
    fn feed(bytes: &[u8], chunk: usize, max: usize) -> (Received, usize) {
        let mut receiver = DataReceiver::new(b"P: x\r\n".to_vec(), 0, max);
        let mut used = 0;
        for chunk in bytes.chunks(chunk) {
            let (n, result) = receiver.receive(chunk);
            used += n;
            if !matches!(result, Received::More) {
                return (result, bytes.len() - used);
            }
        }
        (Received::More, 0)
    }

    fn message(bytes: &[u8]) -> Vec<u8> {
        let mut results = (1..=bytes.len()).map(|chunk| match feed(bytes, chunk, 1000) {
            (Received::Message(message), 0) => message,
            _ => panic!("no message"),
        });
        let first = results.next().unwrap();
        assert!(results.all(|other| other == first));
        first.strip_prefix(b"P: x\r\n").unwrap().to_vec()
    }

    #[test]
    fn transparency_is_undone_in_any_chunks() {
        for (wire, expected) in [
            (".\r\n", ""),
            ("a\r\n.\r\n", "a\r\n"),
            ("..\r\n.\r\n", ".\r\n"),
            ("...a\r\n\r\n.b\r\n.\r\n", "..a\r\n\r\nb\r\n"),
            ("\r\n.\r\n", "\r\n"),
        ] {
            assert_eq!(message(wire.as_bytes()), expected.as_bytes(), "{wire:?}");
        }
    }

    #[test]
    fn what_the_client_writes_the_server_reads() {
        let original = b"..\r\n.\r\na.b\r\n\r\n.c\r\n";
        let wire = crate::stuffed(original).collect::<Vec<_>>().concat();
        assert_eq!(message(&wire), original);
    }

    #[test]
    fn smuggled_ends_are_no_end_and_refused() {
        for fake in [
            "\n.\n",
            "\n.\r\n",
            "\r\n.\n",
            "\r.\r",
            "\r.\r\n",
            "\r\n.\r",
            "\r\n\0.\r\n",
            "\n.\r",
            "\r\r\n.\r\r\n",
        ] {
            let wire = format!("a{fake}MAIL FROM:<x@acme.test>\r\n.\r\n");
            for chunk in 1..wire.len() {
                let (received, left) = feed(wire.as_bytes(), chunk, 1000);
                assert_eq!(left, 0, "{fake:?} ended the message");
                let kept = matches!(received, Received::Message(_));
                assert_eq!(kept, fake.contains('\0'), "{fake:?}");
                assert!(
                    kept || matches!(received, Received::BareLineEnd),
                    "{fake:?}"
                );
            }
        }
    }

    #[test]
    fn what_follows_the_end_is_left() {
        let (received, left) = feed(b"a\r\n.\r\nQUIT\r\n", 100, 1000);
        assert!(matches!(received, Received::Message(_)));
        assert_eq!(left, 6);
    }

    #[test]
    fn the_limit_counts_the_message_only() {
        let exact = [&[b'x'; 98], b"\r\n.\r\n".as_slice()].concat();
        assert!(matches!(feed(&exact, 7, 100).0, Received::Message(_)));
        assert!(matches!(feed(&exact, 7, 99).0, Received::TooLarge));
        let endless = [b'x'; 1000];
        assert!(matches!(feed(&endless, 7, 100).0, Received::Endless));
    }

    #[test]
    fn an_announced_size_reserves_no_more_than_the_limit() {
        let receiver = DataReceiver::new(Vec::new(), usize::MAX, 100);
        assert!(receiver.message.capacity() < 1000);
    }
}
