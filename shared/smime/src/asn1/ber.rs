//! BER to DER: indefinite lengths become definite, constructed strings become primitive, lengths minimal.
//!
//! Two passes over a flat list of elements keep it linear in the input and free of recursion: the first
//! reads the elements in order and adds their lengths up, the second writes them.

use std::borrow::Cow;

use super::{Asn1Error, reader::read_header, tag, writer::header};

/// Deepest nesting. Real CMS stays below 20; more is an attack on whoever recurses over it.
pub(crate) const DEPTH_MAX: usize = 64;
/// Most elements that are rewritten. A 24 MiB message in chunks of 1,000 octets has 25,000; each costs memory here.
pub(crate) const ELEMENTS_MAX: usize = 262_144;

/// The input as DER: as it is where its lengths already are definite and its strings primitive.
/// What follows the first element is left out.
pub(crate) fn to_der(input: &[u8]) -> Result<Cow<'_, [u8]>, Asn1Error> {
    to_der_or_place(input).map_err(|broken| broken.error)
}

/// The same; an error tells its place.
pub(crate) fn to_der_or_place(input: &[u8]) -> Result<Cow<'_, [u8]>, Broken> {
    let mut at = 0;
    let elements = scan(input, &mut at).map_err(|error| Broken { error, at })?;
    if elements.iter().all(|element| element.is_der) {
        let octets = elements.first().map_or(0, |root| root.source_octets);
        return Ok(input.get(..octets).unwrap_or_default().into());
    }
    write(input, &elements)
        .map(Cow::Owned)
        .map_err(|error| Broken { error, at })
}

/// Octets of the first element, with its tag and length.
pub(crate) fn octets_of_first(input: &[u8]) -> Result<usize, Asn1Error> {
    let elements = scan(input, &mut 0)?;
    Ok(elements.first().map_or(0, |root| root.source_octets))
}

/// What is not BER, and where.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Broken {
    pub(crate) error: Asn1Error,
    /// Octets before the element that cannot be read.
    pub(crate) at: usize,
}

struct Element {
    tag: u8,
    /// Where the content of a primitive element is in the input.
    start: usize,
    /// Octets of content in DER.
    content_octets: usize,
    /// Octets of the whole element in the input, of the root only.
    source_octets: usize,
    kind: Kind,
    is_der: bool,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Primitive,
    Constructed,
    /// A chunk of a constructed string: only its content is written.
    Chunk,
    /// A constructed string inside another: its chunks are written.
    Group,
}

/// An element whose end has not been reached.
struct Open {
    index: usize,
    /// `None`: ends with end-of-contents octets.
    end: Option<usize>,
    is_chunk: bool,
}

/// Reads all elements; `place` follows the one that is being read.
fn scan(input: &[u8], place: &mut usize) -> Result<Vec<Element>, Asn1Error> {
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    loop {
        *place = at;
        while let Some(innermost) = open.last() {
            match innermost.end {
                Some(end) if at == end => {}
                None if input
                    .get(at..)
                    .is_some_and(|rest| rest.starts_with(&[0, 0])) =>
                {
                    at += 2;
                }
                _ => break,
            }
            close(&mut elements, &mut open, at);
        }
        if open.is_empty() && !elements.is_empty() {
            return Ok(elements);
        }
        let (found, header_octets, length) = read_header(input.get(at..).unwrap_or_default())?;
        let start = at + header_octets;
        let limit = open
            .iter()
            .rev()
            .find_map(|open| open.end)
            .unwrap_or(input.len());
        let end = length
            .map(|length| {
                start
                    .checked_add(length)
                    .filter(|end| *end <= limit)
                    .ok_or(Asn1Error::Truncated)
            })
            .transpose()?;
        if open.len() >= DEPTH_MAX || elements.len() >= ELEMENTS_MAX {
            return Err(Asn1Error::TooComplex);
        }
        let is_chunk = open.last().is_some_and(|open| open.is_chunk);
        let is_constructed = found & 0x20 != 0;
        let is_minimal = length.is_some_and(|length| header(found, length).len() == header_octets);
        if is_constructed {
            let is_string = is_constructed_string(found);
            if is_chunk && !is_string {
                return Err(Asn1Error::UnexpectedTag);
            }
            elements.push(Element {
                tag: if is_string { found & !0x20 } else { found },
                start,
                content_octets: 0,
                source_octets: 0,
                kind: if is_chunk {
                    Kind::Group
                } else {
                    Kind::Constructed
                },
                is_der: is_minimal && !is_string,
            });
            open.push(Open {
                index: elements.len() - 1,
                end,
                is_chunk: is_string,
            });
            at = start;
        } else {
            let end = end.ok_or(Asn1Error::BadValue)?;
            elements.push(Element {
                tag: found,
                start,
                content_octets: end - start,
                source_octets: end,
                kind: if is_chunk {
                    Kind::Chunk
                } else {
                    Kind::Primitive
                },
                is_der: is_minimal && !is_chunk,
            });
            add_to_parent(&mut elements, &open);
            at = end;
        }
    }
}

/// Universal constructed BIT STRING, OCTET STRING and character strings; context tags may be EXPLICIT.
fn is_constructed_string(found: u8) -> bool {
    matches!(found & !0x20, 0x04 | 0x0c | 0x12..=0x16 | 0x19..=0x1e) && found & 0x20 != 0
}

fn close(elements: &mut [Element], open: &mut Vec<Open>, at: usize) {
    if let Some(closed) = open.pop() {
        if let Some(element) = elements.get_mut(closed.index) {
            element.source_octets = at;
        }
        add_index_to_parent(elements, open, closed.index);
    }
}

fn add_to_parent(elements: &mut [Element], open: &[Open]) {
    let last = elements.len().saturating_sub(1);
    add_index_to_parent(elements, open, last);
}

fn add_index_to_parent(elements: &mut [Element], open: &[Open], index: usize) {
    let Some(octets) = elements.get(index).map(written_octets) else {
        return;
    };
    if let Some(parent) = open.last().and_then(|open| elements.get_mut(open.index)) {
        parent.content_octets += octets;
    }
}

fn written_octets(element: &Element) -> usize {
    match element.kind {
        Kind::Chunk | Kind::Group => element.content_octets,
        Kind::Primitive | Kind::Constructed => {
            header(element.tag, element.content_octets).len() + element.content_octets
        }
    }
}

fn write(input: &[u8], elements: &[Element]) -> Result<Vec<u8>, Asn1Error> {
    let total = elements.first().map_or(0, written_octets);
    let mut out = Vec::with_capacity(total);
    for element in elements {
        if matches!(element.kind, Kind::Primitive | Kind::Constructed) {
            out.extend_from_slice(&header(element.tag, element.content_octets));
        }
        if matches!(element.kind, Kind::Primitive | Kind::Chunk) {
            let end = element.start + element.content_octets;
            out.extend_from_slice(input.get(element.start..end).ok_or(Asn1Error::Truncated)?);
        }
    }
    Ok(out)
}

/// The content of an IMPLICIT OCTET STRING under a context tag, whose chunks the normaliser cannot know as such.
pub(crate) fn implicit_octets<'a>(
    element: &super::Element<'a>,
) -> Result<Cow<'a, [u8]>, Asn1Error> {
    if element.tag & 0x20 == 0 {
        return Ok(element.content.into());
    }
    let mut octets = Vec::with_capacity(element.content.len());
    let mut reader = element.reader();
    while !reader.is_empty() {
        octets.extend_from_slice(reader.expect(tag::OCTET_STRING)?.content);
    }
    Ok(octets.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalise(input: &[u8]) -> Result<Vec<u8>, Asn1Error> {
        to_der(input).map(Cow::into_owned)
    }

    #[test]
    fn der_stays_as_it_is() {
        let der = b"\x30\x06\x02\x01\x05\x04\x01a".to_vec();
        assert_eq!(normalise(&der), Ok(der));
    }

    #[test]
    fn an_error_has_a_place() {
        let place = |input| to_der_or_place(input).unwrap_err().at;
        assert_eq!(place(b"\x30\x06\x02\x01\x05\x04\x05a"), 5);
        assert_eq!(place(b"\x30\x80\x02\x01\x05"), 5);
        assert_eq!(place(b"\x30"), 0);
    }

    #[test]
    fn trailing_bytes_are_dropped() {
        assert_eq!(normalise(b"\x30\x00\r\n"), Ok(b"\x30\x00".to_vec()));
    }

    #[test]
    fn indefinite_lengths_and_constructed_strings_at_any_depth() {
        let ber = b"\x30\x80\xa0\x80\x24\x80\x24\x80\x04\x01a\x04\x01b\0\0\x04\x01c\0\0\0\0\x02\x01\x05\0\0";
        assert_eq!(
            normalise(ber),
            Ok(b"\x30\x0a\xa0\x05\x04\x03abc\x02\x01\x05".to_vec())
        );
    }

    #[test]
    fn long_lengths_become_minimal() {
        assert_eq!(
            normalise(b"\x30\x82\x00\x03\x02\x01\x05"),
            Ok(b"\x30\x03\x02\x01\x05".to_vec())
        );
    }

    #[test]
    fn limits_hold() {
        let deep = [0x30, 0x80].repeat(DEPTH_MAX + 1);
        assert_eq!(normalise(&deep), Err(Asn1Error::TooComplex));
        let mut many = vec![0x30, 0x80];
        many.extend([0x05, 0x00].repeat(ELEMENTS_MAX));
        many.extend([0, 0]);
        assert_eq!(normalise(&many), Err(Asn1Error::TooComplex));
    }

    #[test]
    fn hostile_ends_are_errors() {
        for ber in [
            &b""[..],
            b"\x30\x80",
            b"\x30\x80\x02\x01",
            b"\x30\x03\x02\x05\x01\0\0",
            b"\x24\x80\x30\x00\0\0",
            b"\x04\x80\0\0",
        ] {
            assert!(normalise(ber).is_err(), "{ber:?}");
        }
    }
}
