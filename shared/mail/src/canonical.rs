//! Canonical line ends, and making an entity safe for 7-bit transport before it is signed (RFC 8551 §3.1).

use std::borrow::Cow;

use crate::{
    Buffer, Entity, TransferEncoding, base64_octets, encode_base64, encode_quoted_printable,
    limits::{DEPTH_MAX, LINE_OCTETS_MAX},
    push_field,
};

/// The octets with every LF that has no CR before it made CRLF. A lone CR stays.
pub fn to_crlf(octets: &[u8]) -> Cow<'_, [u8]> {
    let bare = bare_line_feeds(octets);
    if bare == 0 {
        return Cow::Borrowed(octets);
    }
    let mut out = Vec::with_capacity(octets.len() + bare);
    let mut rest = octets;
    while let Some(at) = memchr::memchr(b'\n', rest) {
        let (line, tail) = rest.split_at(at);
        out.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        out.extend_from_slice(b"\r\n");
        rest = tail.get(1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// The same where the octets are, of which so many are missing. What grows is written from its end: what it overwrites
/// has been moved.
fn into_crlf(mut octets: Buffer, mut missing: usize) -> Buffer {
    let mut end = octets.len();
    octets.resize(end + missing);
    while missing > 0
        && let Some(at) = last_bare_line_feed(octets.get(..end).unwrap_or_default())
    {
        octets.copy_within(at..end, at + missing);
        missing -= 1;
        if let Some(place) = octets.get_mut(at + missing) {
            *place = b'\r';
        }
        end = at;
    }
    octets
}

fn last_bare_line_feed(octets: &[u8]) -> Option<usize> {
    memchr::memrchr_iter(b'\n', octets).find(|at| {
        let before = at.checked_sub(1).and_then(|before| octets.get(before));
        before != Some(&b'\r')
    })
}

/// Whether every relay passes the octets on unchanged: ASCII without NUL, lines that end with CRLF and have at most
/// 998 octets (RFC 2045 §2.7).
pub fn is_7bit(octets: &[u8]) -> bool {
    bare_line_feeds(octets) == 0 && are_7bit_lines(octets)
}

/// The same where every LF ends a line.
fn are_7bit_lines(octets: &[u8]) -> bool {
    !has_8bit(octets) && !has_bare_carriage_return(octets) && has_short_lines(octets)
}

/// Whether no line is too long, where each ends with CRLF. The last line end within the longest line that may be
/// stands behind lines that are short: only these few octets are looked at.
fn has_short_lines(octets: &[u8]) -> bool {
    let mut rest = octets;
    while let Some(window) = rest.get(..=LINE_OCTETS_MAX + 1) {
        let Some(end) = memchr::memrchr(b'\n', window) else {
            return false;
        };
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    rest.len() <= LINE_OCTETS_MAX || memchr::memchr(b'\n', rest).is_some()
}

/// How many LF have no CR before them.
fn bare_line_feeds(octets: &[u8]) -> usize {
    let starts_bare = octets.first() == Some(&b'\n');
    let is_bare = |before, octet| u8::from(octet == b'\n') & u8::from(before != b'\r');
    usize::from(starts_bare) + count_pairs(octets, is_bare)
}

/// Whether there is a CR that no LF follows.
pub fn has_bare_carriage_return(octets: &[u8]) -> bool {
    let is_bare = |octet, after| u8::from(octet == b'\r') & u8::from(after != b'\n');
    octets.last() == Some(&b'\r') || count_pairs(octets, is_bare) > 0
}

/// Whether an octet is NUL or above 127.
fn has_8bit(octets: &[u8]) -> bool {
    octets.chunks(BLOCK_OCTETS).any(|block| {
        // One less than NUL is above 127, too.
        let high = |high, octet: &u8| high | octet.wrapping_sub(1) | octet;
        block.iter().fold(0, high) > 127
    })
}

/// Octets that are looked at in one go: so few that a count of them is an octet, so many that the compiler makes
/// vectors of them.
const BLOCK_OCTETS: usize = 128;

/// The sum over all octets and those that follow them, of 1 or 0 each. What decides has no branches, so that vectors
/// can.
#[inline]
fn count_pairs(octets: &[u8], of_pair: impl Fn(u8, u8) -> u8) -> usize {
    let followers = octets.get(1..).unwrap_or_default();
    let blocks = octets
        .chunks(BLOCK_OCTETS)
        .zip(followers.chunks(BLOCK_OCTETS));
    let counts = blocks.map(|(block, followers)| {
        let pairs = block.iter().zip(followers);
        let found = pairs.map(|(octet, follower)| of_pair(*octet, *follower));
        usize::from(found.fold(0, u8::wrapping_add))
    });
    counts.sum()
}

/// The entity in canonical form (RFC 8551 §3.1.1): lines end with CRLF, but for leaves whose octets are no text.
pub fn into_canonical(entity: Buffer) -> Buffer {
    canonical(entity).0
}

/// The same, and whether every LF in it ends a line.
fn canonical(entity: Buffer) -> (Buffer, bool) {
    let bare = bare_line_feeds(&entity);
    if bare > 0 && has_octets(&Entity::parse(&entity), 0) {
        let mut out = Vec::with_capacity(entity.len());
        write_canonical(&entity, 0, &mut out);
        return (out.into(), false);
    }
    (into_crlf(entity, bare), true)
}

/// Whether there is a leaf with octets in which an LF is no end of a line.
fn has_octets(entity: &Entity<'_>, depth: usize) -> bool {
    if depth >= DEPTH_MAX {
        return false;
    }
    match Content::of(entity) {
        Content::Octets => true,
        Content::Text => false,
        Content::Message => has_octets(&Entity::parse(entity.body()), depth + 1),
        Content::Parts(parts) => {
            let mut parts = parts.into_iter().map(Entity::parse);
            parts.any(|part| has_octets(&part, depth + 1))
        }
    }
}

fn write_canonical(raw: &[u8], depth: usize, out: &mut Vec<u8>) {
    if depth >= DEPTH_MAX {
        out.extend_from_slice(&to_crlf(raw));
        return;
    }
    let entity = Entity::parse(raw);
    let body = entity.body();
    let header = raw.len() - body.len();
    out.extend_from_slice(&to_crlf(raw.get(..header).unwrap_or_default()));
    match Content::of(&entity) {
        Content::Octets => out.extend_from_slice(body),
        Content::Text => out.extend_from_slice(&to_crlf(body)),
        Content::Message => write_canonical(body, depth + 1, out),
        Content::Parts(parts) => {
            for piece in pieces(body, &parts) {
                match piece {
                    Piece::Part(part) => write_canonical(part, depth + 1, out),
                    Piece::Between(octets) => out.extend_from_slice(&to_crlf(octets)),
                }
            }
        }
    }
}

/// What the body of an entity is made of.
enum Content<'a> {
    Parts(Vec<&'a [u8]>),
    /// A message that is not encoded for transfer.
    Message,
    /// Lines, also those of a transfer encoding.
    Text,
    /// Octets as they are: they say that they are binary, and are no text of octets.
    Octets,
}

impl<'a> Content<'a> {
    fn of(entity: &Entity<'a>) -> Self {
        let content_type = entity.content_type();
        if let Some(multipart) = entity.multipart()
            && !multipart.parts.is_empty()
        {
            return Self::Parts(multipart.parts);
        }
        let is_embedded = content_type.kind == "message"
            && matches!(content_type.subtype.as_str(), "rfc822" | "global");
        if is_embedded && entity.transfer_encoding() == TransferEncoding::Identity {
            return Self::Message;
        }
        let is_text = || match content_type.kind.as_str() {
            "multipart" | "message" => true,
            // In UTF-16 and UTF-32 the octet of an LF is a part of other characters.
            "text" => !content_type.param("charset").is_some_and(|charset| {
                let charset = charset.to_ascii_lowercase();
                charset.starts_with("utf-16") || charset.starts_with("utf-32")
            }),
            _ => false,
        };
        if entity.is_binary() && !is_text() {
            Self::Octets
        } else {
            Self::Text
        }
    }
}

/// The entity in [canonical form](into_canonical) and safe for 7-bit transport. Leaves that are not 7-bit become
/// quoted-printable (text) or base64 (all else); everything else stays byte for byte.
///
/// What is signed or encrypted inside of it nobody may change (RFC 1847 §2.1, §2.2): where such a part is not 7-bit,
/// the error is the canonical form.
pub fn into_7bit(entity: Buffer) -> Result<Buffer, Buffer> {
    let (canonical, has_lines) = canonical(entity);
    if has_lines && are_7bit_lines(&canonical) {
        return Ok(canonical);
    }
    let mut out = Vec::with_capacity(base64_octets(canonical.len()));
    match write_7bit(&canonical, 0, &mut out) {
        Ok(()) => Ok(out.into()),
        Err(Untouchable) => Err(canonical),
    }
}

/// A part that is not 7-bit and may not be changed.
struct Untouchable;

fn write_7bit(raw: &[u8], depth: usize, out: &mut Vec<u8>) -> Result<(), Untouchable> {
    if is_7bit(raw) {
        out.extend_from_slice(raw);
        return Ok(());
    }
    let entity = Entity::parse(raw);
    let content_type = entity.content_type();
    if content_type.is("multipart", "signed") || content_type.is("multipart", "encrypted") {
        return Err(Untouchable);
    }
    match Content::of(&entity) {
        Content::Parts(parts) if depth < DEPTH_MAX => {
            write_header(&entity, "7bit", out);
            for piece in pieces(entity.body(), &parts) {
                match piece {
                    Piece::Part(part) => write_7bit(part, depth + 1, out)?,
                    Piece::Between(octets) => out.extend_from_slice(octets),
                }
            }
            Ok(())
        }
        Content::Message if depth < DEPTH_MAX => {
            write_header(&entity, "7bit", out);
            write_7bit(entity.body(), depth + 1, out)
        }
        content => {
            let (body, _) = entity.decoded_body();
            let is_text = matches!(content, Content::Text) && content_type.kind == "text";
            // What came as base64 may have line ends of its own.
            if is_text && entity.transfer_encoding() != TransferEncoding::Base64 {
                write_header(&entity, "quoted-printable", out);
                encode_quoted_printable(&body, out);
            } else {
                write_header(&entity, "base64", out);
                encode_base64(&body, out);
            }
            Ok(())
        }
    }
}

/// The fields, with this Content-Transfer-Encoding instead of their own, and the empty line.
fn write_header(entity: &Entity<'_>, encoding: &str, out: &mut Vec<u8>) {
    for field in entity.fields() {
        if !field.is("Content-Transfer-Encoding") {
            push_field(field, out);
        }
    }
    out.extend_from_slice(b"Content-Transfer-Encoding: ");
    out.extend_from_slice(encoding.as_bytes());
    out.extend_from_slice(b"\r\n\r\n");
}

/// A part of a multipart, or what stands between parts: delimiters, preamble and epilogue.
enum Piece<'a> {
    Part(&'a [u8]),
    Between(&'a [u8]),
}

/// A multipart's body, piece by piece.
fn pieces<'a>(body: &'a [u8], parts: &[&'a [u8]]) -> Vec<Piece<'a>> {
    let offset = |part: &[u8]| part.as_ptr().addr().saturating_sub(body.as_ptr().addr());
    let mut pieces = Vec::with_capacity(2 * parts.len() + 1);
    let mut at = 0;
    for part in parts {
        let start = offset(part);
        pieces.push(Piece::Between(body.get(at..start).unwrap_or_default()));
        pieces.push(Piece::Part(part));
        at = start + part.len();
    }
    pieces.push(Piece::Between(body.get(at..).unwrap_or_default()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to_7bit(entity: &[u8]) -> Vec<u8> {
        into_7bit(entity.into()).unwrap().into_vec()
    }

    #[test]
    fn line_ends() {
        assert_eq!(to_crlf(b"a\nb\r\nc\rd\n").as_ref(), b"a\r\nb\r\nc\rd\r\n");
        assert!(matches!(to_crlf(b"a\r\nb"), Cow::Borrowed(_)));
        assert_eq!(to_crlf(b"\n").as_ref(), b"\r\n");
        for octets in [
            &b"a\nb\r\nc\rd\n"[..],
            b"\n",
            b"\n\n\r\n\nx",
            b"a\r\nb",
            b"\r",
            b"",
        ] {
            let missing = bare_line_feeds(octets);
            assert_eq!(into_crlf(octets.into(), missing), to_crlf(octets));
        }
    }

    #[test]
    fn seven_bit_entities_stay_byte_for_byte() {
        let entity = b"Content-Type: text/plain\r\n\r\nhello\r\n";
        assert_eq!(to_7bit(entity), entity);
    }

    #[test]
    fn text_becomes_quoted_printable_and_binary_base64() {
        let text = to_7bit(
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\ngrüße\n"
                .as_bytes(),
        );
        assert!(is_7bit(&text));
        let entity = Entity::parse(&text);
        assert_eq!(
            entity.transfer_encoding(),
            TransferEncoding::QuotedPrintable
        );
        assert_eq!(entity.decoded_body().0.as_ref(), "grüße\r\n".as_bytes());
        let image = to_7bit(b"Content-Type: image/png\r\n\r\n\x89PNG\0");
        assert_eq!(
            Entity::parse(&image).decoded_body().0.as_ref(),
            b"\x89PNG\0"
        );
    }

    #[test]
    fn only_the_parts_that_need_it_change() {
        let raw = "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\npre\r\n--b\r\n\r\nplain = \r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nü\r\n--b--\r\npost";
        let out = to_7bit(raw.as_bytes());
        assert!(is_7bit(&out));
        let entity = Entity::parse(&out);
        let multipart = entity.multipart().unwrap();
        assert_eq!(multipart.parts[0], b"\r\nplain = ");
        assert_eq!(
            (multipart.preamble, multipart.epilogue),
            (&b"pre"[..], &b"post"[..])
        );
        let embedded = Entity::parse(Entity::parse(multipart.parts[1]).body());
        assert_eq!(embedded.decoded_body().0.as_ref(), "ü".as_bytes());
    }

    /// An image with a lone LF, and a message around it that is written with LF.
    const IMAGE: &[u8] =
        b"Content-Type: image/png\nContent-Transfer-Encoding: binary\n\n\x89PNG\r\n\x1a\na";

    fn around(entity: &[u8]) -> Vec<u8> {
        let start = &b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\n"[..];
        [start, entity, b"\n--b--\n"].concat()
    }

    #[test]
    fn octets_have_no_line_ends() {
        let image = |entity: &[u8]| {
            let parts = Entity::parse(entity).multipart().unwrap().parts;
            let image = Entity::parse(parts[1]);
            assert_eq!(parts[0], b"\r\nhi");
            image.decoded_body().0.into_owned()
        };
        let message = around(IMAGE);
        let canonical = into_canonical(message.as_slice().into());
        assert_eq!(image(&canonical), b"\x89PNG\r\n\x1a\na");
        assert_eq!(image(&to_7bit(&message)), b"\x89PNG\r\n\x1a\na");
        let embedded = [&b"Content-Type: message/rfc822\n\n"[..], &message].concat();
        let canonical = into_canonical(embedded.as_slice().into());
        assert_eq!(
            image(Entity::parse(&canonical).body()),
            b"\x89PNG\r\n\x1a\na"
        );
        // Without a word of it they are lines.
        let lines = into_canonical(b"Content-Type: image/png\n\n\x89\n"[..].into());
        assert!(lines.ends_with(b"\x89\r\n"));
    }

    #[test]
    fn text_of_wide_characters_is_octets() {
        let utf16: Vec<u8> = "a\nb".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let header = b"Content-Type: text/plain; charset=UTF-16LE\nContent-Transfer-Encoding: ";
        let binary = [header, &b"binary\n\n"[..], &utf16].concat();
        let mut base64 = [header, &b"base64\n\n"[..]].concat();
        encode_base64(&utf16, &mut base64);
        // So long that it has to be wrapped anew.
        base64.retain(|octet| *octet != b'\r');
        base64.extend_from_slice(&[b' '; 999]);
        for entity in [binary, base64] {
            let out = to_7bit(&entity);
            assert!(is_7bit(&out));
            assert_eq!(Entity::parse(&out).decoded_body().0.as_ref(), utf16);
        }
    }

    /// Found by fuzzing: the boundary became another one.
    #[test]
    fn a_lone_cr_in_a_header_changes_nothing() {
        for end in ["\n", "\r\n"] {
            let raw = format!(
                "Content-Type: multipart/mixed; boundary=\"b\r\"{end}\r\n--b\r\n\r\nü\r\n--b--\r\n"
            );
            let once = to_7bit(raw.as_bytes());
            assert_eq!(Entity::parse(&once).multipart().unwrap().parts.len(), 1);
            assert_eq!(to_7bit(&once), once);
        }
    }

    #[test]
    fn what_is_signed_or_encrypted_inside_is_left() {
        let within = |subtype: &str, text: &str| {
            let inner = format!(
                "Content-Type: multipart/{subtype}; boundary=i\r\n\r\n--i\r\n\r\n{text}\r\n--i--\r\n"
            );
            around(inner.as_bytes())
        };
        for subtype in ["signed", "encrypted"] {
            let entity = within(subtype, "grüße");
            let left = into_7bit(entity.as_slice().into());
            assert_eq!(left, Err(into_canonical(entity.as_slice().into())));
            assert!(into_7bit(within(subtype, "hello").as_slice().into()).is_ok());
        }
        assert!(into_7bit(within("mixed", "grüße").as_slice().into()).is_ok());
    }

    #[test]
    fn what_is_not_7bit() {
        for octets in [&b"\0"[..], b"a\rb", "ü".as_bytes(), &[b'x'; 999]] {
            assert!(!is_7bit(octets));
        }
        assert!(is_7bit(&[b'x'; 998]));
        assert!(is_7bit(&[&[b'x'; 998][..], b"\r\n"].concat()));
        assert!(!is_7bit(b"a\nb"));
    }

    #[test]
    fn octets_are_counted_alike_wherever_a_block_ends() {
        for length in 0..3 * BLOCK_OCTETS {
            for unit in [&b"\r\n"[..], b"\n", b"\r", b"\rx\n", b"x\r\n\n"] {
                let octets: Vec<u8> = unit.iter().copied().cycle().take(length).collect();
                let count = |octet| memchr::memchr_iter(octet, &octets).count();
                let line_ends = octets.windows(2).filter(|pair| pair == b"\r\n").count();
                assert_eq!(bare_line_feeds(&octets), count(b'\n') - line_ends);
                assert_eq!(has_bare_carriage_return(&octets), count(b'\r') > line_ends);
                assert!(!has_8bit(&octets));
                for octet in [0, 128, 255] {
                    assert!(has_8bit(&[&octets[..], &[octet]].concat()));
                }
            }
        }
    }

    #[test]
    fn lines_have_at_most_998_octets() {
        let line = |octets: usize| [&vec![b'x'; octets][..], b"\r\n"].concat();
        for (lines, are_short) in [
            (vec![line(998), line(998), line(998)], true),
            (vec![line(998), line(999), line(998)], false),
            (vec![line(1), line(997), line(998)], true),
            (vec![line(999)], false),
            (vec![line(500), vec![b'x'; 998]], true),
            (vec![line(500), vec![b'x'; 999]], false),
            (vec![line(500), line(497), vec![b'x'; 2]], true),
        ] {
            assert_eq!(has_short_lines(&lines.concat()), are_short);
        }
    }
}
