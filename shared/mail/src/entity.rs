//! A message or MIME part: header fields and body, as slices of the input.

use std::borrow::Cow;

use crate::{
    Buffer, ContentType, Defect, Field, content_type, decode_base64, decode_quoted_printable,
    encode::append_base64,
    has_bare_carriage_return,
    header::{self, Parsed},
    limits::PARTS_MAX,
};

/// A message (RFC 5322) or MIME entity (RFC 2045). Parsing copies nothing and never fails.
#[derive(Clone, Debug)]
pub struct Entity<'a> {
    raw: &'a [u8],
    fields: Vec<Field<'a>>,
    header_octets: usize,
    body: &'a [u8],
    broken_at: Option<usize>,
    defects: Vec<Defect>,
}

/// How a body is encoded for transfer (RFC 2045 §6.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TransferEncoding {
    /// 7bit, 8bit, binary or unknown: as it is.
    Identity,
    /// base64
    Base64,
    /// quoted-printable
    QuotedPrintable,
}

/// The pieces of a multipart (RFC 2046 §5.1).
#[derive(Clone, Debug, Default)]
pub struct Multipart<'a> {
    /// The parts, without the line end before their delimiter.
    pub parts: Vec<&'a [u8]>,
    /// What stands before the first delimiter.
    pub preamble: &'a [u8],
    /// What follows the closing delimiter.
    pub epilogue: &'a [u8],
    /// What is wrong with it.
    pub defects: Vec<Defect>,
}

impl<'a> Entity<'a> {
    /// Reads the header section; the body is what follows.
    pub fn parse(raw: &'a [u8]) -> Self {
        let Parsed {
            fields,
            header_octets,
            body_start,
            broken_at,
            mut defects,
        } = header::parse(raw);
        for name in ["Content-Type", "Content-Transfer-Encoding", "From"] {
            if fields.iter().filter(|field| field.is(name)).count() > 1 {
                defects.push(Defect::RepeatedField);
            }
        }
        Self {
            raw,
            fields,
            header_octets,
            body: raw.get(body_start..).unwrap_or_default(),
            broken_at,
            defects,
        }
    }

    /// All of it.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The fields in order.
    pub fn fields(&self) -> &[Field<'a>] {
        &self.fields
    }

    /// The first field of this name.
    pub fn field(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.is(name))
    }

    /// The header section without the empty line.
    pub fn header(&self) -> &'a [u8] {
        self.raw.get(..self.header_octets).unwrap_or_default()
    }

    /// The body as it stands, encoded.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The number, from 1, of the first line of the header that is no field.
    pub fn broken_line(&self) -> Option<usize> {
        let before = self.raw.get(..self.broken_at?)?;
        Some(memchr::memchr_iter(b'\n', before).count() + 1)
    }

    /// What is wrong with the header section.
    pub fn defects(&self) -> &[Defect] {
        &self.defects
    }

    /// The Content-Type, text/plain where there is none or it cannot be read.
    pub fn content_type(&self) -> ContentType {
        self.field("Content-Type")
            .and_then(|field| ContentType::parse(&field.text()))
            .unwrap_or_else(ContentType::text_plain)
    }

    /// The file name of the content, from Content-Disposition or Content-Type.
    pub fn file_name(&self) -> Option<String> {
        let disposition = self
            .field("Content-Disposition")
            .and_then(|field| ContentType::parse_disposition(&field.text()));
        disposition
            .and_then(|disposition| disposition.param("filename").map(str::to_owned))
            .or_else(|| self.content_type().param("name").map(str::to_owned))
    }

    /// The Content-Transfer-Encoding.
    pub fn transfer_encoding(&self) -> TransferEncoding {
        if self.is_encoded_as("base64") {
            TransferEncoding::Base64
        } else if self.is_encoded_as("quoted-printable") {
            TransferEncoding::QuotedPrintable
        } else {
            TransferEncoding::Identity
        }
    }

    /// Whether the body says that it is octets, not lines (RFC 2045 §6.2).
    pub fn is_binary(&self) -> bool {
        self.is_encoded_as("binary")
    }

    /// Whether the body says that it is lines with octets above 127 (RFC 2045 §6.2).
    pub fn is_8bit(&self) -> bool {
        self.is_encoded_as("8bit")
    }

    fn is_encoded_as(&self, encoding: &str) -> bool {
        self.field("Content-Transfer-Encoding")
            .is_some_and(|field| {
                let text = field.text();
                let name = content_type::first_token(&text);
                name.is_some_and(|name| name.eq_ignore_ascii_case(encoding))
            })
    }

    /// The body decoded; the flag says whether its base64 was damaged.
    pub fn decoded_body(&self) -> (Cow<'a, [u8]>, bool) {
        match self.transfer_encoding() {
            TransferEncoding::Identity => (Cow::Borrowed(self.body), false),
            TransferEncoding::Base64 => {
                let (octets, is_damaged) = decode_base64(self.body);
                (Cow::Owned(octets), is_damaged)
            }
            TransferEncoding::QuotedPrintable => {
                (Cow::Owned(decode_quoted_printable(self.body)), false)
            }
        }
    }

    /// Where the decoded body begins: some hundred octets at least, if it has them.
    pub fn decoded_start(&self) -> Vec<u8> {
        const OCTETS: usize = 16 * 1024;
        let start = self.body.get(..OCTETS).unwrap_or(self.body);
        match self.transfer_encoding() {
            TransferEncoding::Identity => start.to_vec(),
            TransferEncoding::Base64 => decode_base64(start).0,
            TransferEncoding::QuotedPrintable => decode_quoted_printable(start),
        }
    }

    /// Octets that the decoded body has at most.
    pub fn decoded_octets_max(&self) -> usize {
        match self.transfer_encoding() {
            TransferEncoding::Base64 => self.body.len().div_ceil(4) * 3,
            TransferEncoding::QuotedPrintable | TransferEncoding::Identity => self.body.len(),
        }
    }

    /// The body decoded, in a buffer of its own.
    pub fn decoded_object(&self) -> Buffer {
        if self.transfer_encoding() != TransferEncoding::Base64 {
            return self.decoded_body().0.as_ref().into();
        }
        let mut object = Buffer::with_room_for(self.body.len() / 4 * 3);
        append_base64(self.body, object.octets_mut());
        object
    }

    /// Whether a line of its header is no field to all readers, so that for some the body begins there.
    pub fn has_disputed_line(&self) -> bool {
        self.defects.contains(&Defect::BrokenHeaderLine)
            || has_bare_carriage_return(self.header())
            || self.fields.iter().any(Field::is_obsolete)
    }

    /// Whether readers differ in what its content is: its type, its encoding or its boundary is said in two ways, or in
    /// one that is not read alike.
    pub fn is_ambiguous(&self) -> bool {
        let says_two = |name| {
            let mut fields = self.fields.iter().filter(|field| field.is(name));
            let first = fields.next();
            first.is_some_and(|first| fields.any(|other| other.text() != first.text()))
        };
        says_two("Content-Type")
            || says_two("Content-Transfer-Encoding")
            || self.content_type().repeats("boundary")
            || self
                .field("Content-Type")
                .is_some_and(|field| !content_type::is_read_alike(&field.text()))
    }

    /// The parts, if it is a multipart.
    pub fn multipart(&self) -> Option<Multipart<'a>> {
        let content_type = self.content_type();
        (content_type.kind == "multipart").then(|| match content_type.param("boundary") {
            Some(boundary) if !boundary.is_empty() => split(self.body, boundary.as_bytes()),
            _ => Multipart {
                preamble: self.body,
                defects: vec![Defect::NoBoundary],
                ..Multipart::default()
            },
        })
    }
}

/// A delimiter line: where the part before it ends, where the next begins, whether it closes.
struct Delimiter {
    part_end: usize,
    next_start: usize,
    is_closing: bool,
}

fn split<'a>(body: &'a [u8], boundary: &[u8]) -> Multipart<'a> {
    let needle = [b"--", boundary].concat();
    let finder = memchr::memmem::Finder::new(&needle);
    let slice = |start: usize, end: usize| body.get(start..end).unwrap_or_default();
    let mut multipart = Multipart::default();
    let mut start = None;
    let mut from = 0;
    while let Some(found) = body.get(from..).and_then(|rest| finder.find(rest)) {
        let at = from + found;
        let Some(delimiter) = delimiter_at(body, at, needle.len()) else {
            from = at + 1;
            continue;
        };
        match start {
            Some(start) => multipart
                .parts
                .push(slice(start, delimiter.part_end.max(start))),
            None => multipart.preamble = slice(0, delimiter.part_end),
        }
        if delimiter.is_closing {
            multipart.epilogue = slice(delimiter.next_start, body.len());
            return multipart;
        }
        start = Some(delimiter.next_start);
        from = delimiter.next_start;
        if multipart.parts.len() >= PARTS_MAX {
            multipart.defects.push(Defect::LimitExceeded);
            return multipart;
        }
    }
    if let Some(start) = start {
        multipart.parts.push(slice(start, body.len()));
        multipart.defects.push(Defect::Unclosed);
    } else {
        multipart.preamble = body;
        multipart.defects.push(Defect::NoParts);
    }
    multipart
}

/// The delimiter whose dashes are at `at`: it begins a line and nothing but blanks follows on it.
fn delimiter_at(body: &[u8], at: usize, needle_octets: usize) -> Option<Delimiter> {
    let before = body.get(..at)?;
    let part_end = if before.is_empty() {
        0
    } else {
        let content = before.strip_suffix(b"\n")?;
        content.strip_suffix(b"\r").unwrap_or(content).len()
    };
    let after = body.get(at + needle_octets..)?;
    let (is_closing, tail) = match after.strip_prefix(b"--") {
        Some(tail) => (true, tail),
        None => (false, after),
    };
    let line_end = memchr::memchr(b'\n', tail).map_or(tail.len(), |end| end + 1);
    let is_blank = tail
        .get(..line_end)?
        .iter()
        .all(|octet| matches!(octet, b' ' | b'\t' | b'\r' | b'\n'));
    is_blank.then(|| Delimiter {
        part_end,
        next_start: body.len() - tail.len() + line_end,
        is_closing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn multipart(body: &str) -> Multipart<'_> {
        split(body.as_bytes(), b"b")
    }

    #[test]
    fn parts_without_the_line_end_of_the_delimiter() {
        let found = multipart("pre\r\n--b\r\none\r\n\r\n--b \r\ntwo\r\n--b--\r\npost");
        assert_eq!(found.preamble, b"pre");
        assert_eq!(found.parts, [&b"one\r\n"[..], b"two"]);
        assert_eq!(found.epilogue, b"post");
        assert!(found.defects.is_empty());
    }

    #[test]
    fn similar_lines_are_no_delimiters() {
        let found = multipart("--b\n--bc\nx--b\n--b\n\n--b--");
        assert_eq!(found.parts, [&b"--bc\nx--b"[..], b""]);
    }

    #[test]
    fn the_line_that_is_no_field_is_told() {
        for (raw, line) in [
            (
                &b"From alice Mon\nA: 1\n b\njunk\nB: 2\njunk\n"[..],
                Some(4),
            ),
            (b"Dear Bob,\n\nA: 1\n", Some(1)),
            (b"From alice Mon\nA: 1\n\njunk", None),
        ] {
            assert_eq!(Entity::parse(raw).broken_line(), line);
        }
    }

    #[test]
    fn broken_multiparts() {
        assert_eq!(multipart("--b\nx").defects, [Defect::Unclosed]);
        assert_eq!(multipart("x").defects, [Defect::NoParts]);
        assert_eq!(
            multipart(&"--b\n".repeat(PARTS_MAX + 2)).defects,
            [Defect::LimitExceeded]
        );
        let entity = Entity::parse(b"Content-Type: multipart/mixed\n\nx");
        assert_eq!(entity.multipart().unwrap().defects, [Defect::NoBoundary]);
    }

    #[test]
    fn what_readers_take_differently() {
        for (header, is_ambiguous) in [
            ("Subject: a\n", false),
            ("Content-Type: text/html\nContent-Type: text/html\n", false),
            ("Content-Type: text/html\nContent-Type: text/plain\n", true),
            (
                "Content-Transfer-Encoding: 8bit\nContent-Transfer-Encoding: base64\n",
                true,
            ),
            ("Content-Type: multipart/mixed; boundary=a; x=1\n", false),
            (
                "Content-Type: multipart/mixed; boundary=a; BOUNDARY=b\n",
                true,
            ),
            ("Content-Type: multipart/mixed; boundary=a zz\n", true),
        ] {
            let raw = format!("{header}\nbody");
            let entity = Entity::parse(raw.as_bytes());
            assert_eq!(entity.is_ambiguous(), is_ambiguous, "{header}");
        }
    }

    #[test]
    fn where_the_body_begins_for_some() {
        for (header, is_disputed) in [
            (
                "From alice@acme.test Mon Nov 30 10:00:00\nSubject: a\n b\n",
                false,
            ),
            (">From alice@acme.test Mon Nov 30\nSubject: a\n", false),
            ("Subject: a\nFrom alice@acme.test\n", true),
            ("Subject: a\njunk\n", true),
            ("Subject: a\nPay now: 1\n", true),
            (" \nSubject: a\n", true),
            ("Subject: a\r\rb\n", true),
            ("Subject : a\n", true),
        ] {
            let raw = format!("{header}\nbody");
            let entity = Entity::parse(raw.as_bytes());
            assert_eq!(entity.has_disputed_line(), is_disputed, "{header}");
            assert!(!entity.is_ambiguous());
        }
    }

    #[test]
    fn bodies_decode() {
        for encoding in ["BASE64", "base64; x", "(x) base64", "base64\t(x)"] {
            let raw = format!("Content-Transfer-Encoding: {encoding}\n\nYWJj\n");
            let entity = Entity::parse(raw.as_bytes());
            assert_eq!(entity.decoded_body().0.as_ref(), b"abc", "{encoding}");
        }
        let entity = Entity::parse(b"Content-Type: text/plain; name=a.txt\n\nabc\n");
        assert_eq!(entity.file_name().as_deref(), Some("a.txt"));
        assert!(entity.multipart().is_none());
    }
}
