//! The header section: its fields as slices of the message.

use std::borrow::Cow;

use crate::{
    Defect,
    limits::{FIELDS_MAX, HEADER_OCTETS_MAX},
};

/// One header field; everything borrows from the message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Field<'a> {
    /// The whole field with its folded lines and last line end, byte for byte.
    pub raw: &'a [u8],
    /// The name as written.
    pub name: &'a [u8],
    /// What follows the colon, folds and last line end included.
    pub value: &'a [u8],
}

impl<'a> Field<'a> {
    /// Whether the field has this name, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Whether a space stands before the colon (RFC 5322 §4.5): to some readers it is no field then.
    pub(crate) fn is_obsolete(&self) -> bool {
        self.raw.get(self.name.len()) != Some(&b':')
    }

    /// Whether it describes the content and so belongs to the MIME entity (RFC 2045 §3): MIME-Version, Content-*.
    pub fn describes_content(&self) -> bool {
        self.is("MIME-Version")
            || self
                .name
                .get(..8)
                .is_some_and(|start| start.eq_ignore_ascii_case(b"Content-"))
    }

    /// The value unfolded and trimmed (RFC 5322 §2.2.3), without a CR that ends no line; octets that are no UTF-8 become
    /// U+FFFD.
    pub fn text(&self) -> Cow<'a, str> {
        let value = self.value.trim_ascii();
        if value.iter().any(|octet| matches!(octet, b'\r' | b'\n')) {
            let unfolded: Vec<u8> = value
                .iter()
                .copied()
                .filter(|octet| !matches!(octet, b'\r' | b'\n'))
                .collect();
            Cow::Owned(String::from_utf8_lossy(&unfolded).into_owned())
        } else {
            String::from_utf8_lossy(value)
        }
    }
}

/// The fields of a header section.
pub(crate) struct Parsed<'a> {
    pub(crate) fields: Vec<Field<'a>>,
    /// Octets up to the end of the last field.
    pub(crate) header_octets: usize,
    /// Where the body begins, behind the empty line.
    pub(crate) body_start: usize,
    /// Where the first line stands that is no field.
    pub(crate) broken_at: Option<usize>,
    pub(crate) defects: Vec<Defect>,
}

/// Reads fields up to the empty line. A line that is no field is passed over, with a defect.
pub(crate) fn parse(raw: &[u8]) -> Parsed<'_> {
    let mut fields: Vec<Field<'_>> = Vec::new();
    let mut defects = Vec::new();
    let mut broken_at = None;
    let mut at = 0;
    loop {
        let rest = raw.get(at..).unwrap_or_default();
        let line = first_line(rest);
        if is_line_end(line) {
            return Parsed {
                fields,
                header_octets: at,
                body_start: at + line.len(),
                broken_at,
                defects,
            };
        }
        let length = field_octets(rest);
        if fields.len() >= FIELDS_MAX || at + length > HEADER_OCTETS_MAX {
            defects.push(Defect::LimitExceeded);
            return Parsed {
                fields,
                header_octets: at,
                body_start: at,
                broken_at,
                defects,
            };
        }
        match read_field(rest.get(..length).unwrap_or_default()) {
            Some(field) => fields.push(field),
            // "From " of a mailbox file, quoted or not, is no field and not worth a word.
            None if at == 0 && (rest.starts_with(b"From ") || rest.starts_with(b">From ")) => {}
            None if broken_at.is_some() => {}
            None => {
                broken_at = Some(at);
                defects.push(Defect::BrokenHeaderLine);
            }
        }
        at += length;
    }
}

/// Empty at the end of the input.
fn first_line(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
    text.get(..end).unwrap_or_default()
}

fn is_line_end(line: &[u8]) -> bool {
    matches!(line, b"" | b"\n" | b"\r\n")
}

/// Octets of a field with its continuation lines.
fn field_octets(text: &[u8]) -> usize {
    let mut length = first_line(text).len();
    while let Some(rest) = text.get(length..)
        && matches!(rest.first(), Some(b' ' | b'\t'))
        && length <= HEADER_OCTETS_MAX
    {
        length += first_line(rest).len();
    }
    length
}

fn read_field(raw: &[u8]) -> Option<Field<'_>> {
    let colon = memchr::memchr(b':', raw)?;
    let (name, value) = raw.split_at_checked(colon)?;
    // Old mail has spaces before the colon (RFC 5322 §4.5).
    let name = name.trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(|octet| (33..=126).contains(octet));
    is_name.then_some(Field {
        raw,
        name,
        value: value.get(1..).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_bytes() {
        let raw = b"Subject : a\r\n b\r\nX:\r\n\r\nbody";
        let parsed = parse(raw);
        assert_eq!(parsed.fields.len(), 2);
        assert_eq!(parsed.fields[0].raw, b"Subject : a\r\n b\r\n");
        assert_eq!(parsed.fields[0].text(), "a b");
        assert!(parsed.fields[0].is("subject"));
        assert_eq!(parsed.fields[1].text(), "");
        assert_eq!(&raw[parsed.body_start..], b"body");
        assert!(parsed.defects.is_empty());
    }

    #[test]
    fn junk_is_passed_over() {
        let parsed = parse(b"From alice Mon\nA: 1\njunk\nB: 2\n");
        assert_eq!(parsed.fields.len(), 2);
        assert_eq!(parsed.defects, [Defect::BrokenHeaderLine]);
        assert_eq!(parsed.body_start, 30);
    }

    #[test]
    fn limits_hold() {
        let many = b"A: 1\n".repeat(FIELDS_MAX + 1);
        let parsed = parse(&many);
        assert_eq!(parsed.fields.len(), FIELDS_MAX);
        assert_eq!(parsed.defects, [Defect::LimitExceeded]);
        let mut long = b"A: ".to_vec();
        long.extend(b"x\n ".repeat(HEADER_OCTETS_MAX));
        assert_eq!(parse(&long).defects, [Defect::LimitExceeded]);
    }
}
