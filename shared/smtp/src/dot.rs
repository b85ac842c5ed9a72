//! Transparency (RFC 5321 §4.5.2): the message as it stands between DATA and its final dot.

/// The message as it goes over the wire after DATA, with its final dot.
///
/// The pieces are parts of `message`, so nothing is copied. Only CRLF ends a line in what goes
/// out: a bare CR or LF becomes CRLF, so that no server behind can be made to see the end of the
/// message where there is none (SMTP smuggling, 2023).
pub fn stuffed(message: &[u8]) -> Stuffed<'_> {
    Stuffed {
        rest: message,
        insert: None,
        at_line_start: true,
        ended: false,
    }
}

/// See [`stuffed`].
#[derive(Clone, Debug)]
pub struct Stuffed<'a> {
    rest: &'a [u8],
    insert: Option<&'static [u8]>,
    /// `rest` begins a line, and a dot there has no second dot yet.
    at_line_start: bool,
    ended: bool,
}

/// Where the message cannot go out as it is: after `keep` octets, `drop` octets give way to `insert`.
struct Cut {
    keep: usize,
    drop: usize,
    insert: Option<&'static [u8]>,
}

impl<'a> Iterator for Stuffed<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if let Some(insert) = self.insert.take() {
            return Some(insert);
        }
        if self.rest.is_empty() {
            return self.end();
        }
        let Cut { keep, drop, insert } = self.cut();
        let (piece, rest) = self.rest.split_at_checked(keep)?;
        self.rest = rest.get(drop..)?;
        if piece.is_empty() {
            return insert;
        }
        self.insert = insert;
        Some(piece)
    }
}

impl<'a> Stuffed<'a> {
    fn end(&mut self) -> Option<&'a [u8]> {
        if self.ended {
            return None;
        }
        self.ended = true;
        Some(if self.at_line_start {
            b".\r\n"
        } else {
            b"\r\n.\r\n"
        })
    }

    fn cut(&mut self) -> Cut {
        let mut keep = 0;
        while let Some(rest) = self.rest.get(keep..).filter(|rest| !rest.is_empty()) {
            if self.at_line_start && rest.starts_with(b".") {
                self.at_line_start = false;
                let insert = Some(b".".as_slice());
                return Cut {
                    keep,
                    drop: 0,
                    insert,
                };
            }
            let line = memchr::memchr2(b'\r', b'\n', rest);
            self.at_line_start = line.is_some();
            keep += line.unwrap_or(rest.len());
            if rest
                .get(line.unwrap_or(0)..)
                .is_some_and(|end| end.starts_with(b"\r\n"))
            {
                keep += 2;
            } else if line.is_some() {
                let insert = Some(b"\r\n".as_slice());
                return Cut {
                    keep,
                    drop: 1,
                    insert,
                };
            }
        }
        Cut {
            keep,
            drop: 0,
            insert: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(message: &[u8]) -> Vec<u8> {
        stuffed(message).collect::<Vec<_>>().concat()
    }

    #[test]
    fn dots_are_doubled_and_the_end_is_marked() {
        for (message, expected) in [
            ("", ".\r\n"),
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            (".", "..\r\n.\r\n"),
            (".\r\n", "..\r\n.\r\n"),
            ("..\r\n.a\r\nb.\r\n\r\n", "...\r\n..a\r\nb.\r\n\r\n.\r\n"),
            ("\r\n", "\r\n.\r\n"),
        ] {
            assert_eq!(wire(message.as_bytes()), expected.as_bytes(), "{message:?}");
        }
    }

    #[test]
    fn no_bare_line_end_goes_out() {
        for (message, expected) in [
            ("a\nb\r\n", "a\r\nb\r\n.\r\n"),
            ("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"),
            ("a\r.\rb", "a\r\n..\r\nb\r\n.\r\n"),
            ("a\n.\r\nQUIT\r\n", "a\r\n..\r\nQUIT\r\n.\r\n"),
            ("a\r\r\n.\r\n", "a\r\n\r\n..\r\n.\r\n"),
            ("a\r", "a\r\n.\r\n"),
            ("\n", "\r\n.\r\n"),
        ] {
            assert_eq!(wire(message.as_bytes()), expected.as_bytes(), "{message:?}");
        }
    }

    #[test]
    fn an_ordinary_message_is_one_piece() {
        let message = b"Subject: x\r\n\r\ntext\r\n".repeat(1000);
        let pieces: Vec<_> = stuffed(&message).collect();
        assert_eq!(pieces, [message.as_slice(), b".\r\n"]);
    }
}
