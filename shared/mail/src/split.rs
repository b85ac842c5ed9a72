//! A message taken apart into what describes it and what describes its content, and put together again.

use crate::{Buffer, Entity, Field, has_bare_carriage_return, into_canonical, to_crlf};

/// The MIME entity of a message: its MIME-Version and Content-* fields and its body, in canonical form.
pub fn content_entity(message: &Entity<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.raw().len() + 64);
    write_content_header(message, &mut out);
    out.extend_from_slice(message.body());
    into_canonical(out.into()).into_vec()
}

/// A message taken apart: its [`outer_header`], and its [`content_entity`] in the message's own buffer, where the body
/// keeps the line ends it has: whoever signs or encrypts makes them canonical.
pub fn take_apart(mut message: Buffer) -> (Vec<u8>, Buffer) {
    let parsed = Entity::parse(&message);
    let outer = outer_header(&parsed);
    let mut header = Vec::new();
    write_content_header(&parsed, &mut header);
    let body = message.len() - parsed.body().len();
    message.drop_front(body);
    message.prepend(&header);
    (outer, message)
}

/// The fields that describe the content, and the empty line.
fn write_content_header(message: &Entity<'_>, out: &mut Vec<u8>) {
    let mut has_type = false;
    let mut has_encoding = false;
    for field in message.fields().iter().filter(|field| is_of_entity(field)) {
        has_type |= field.is("Content-Type");
        has_encoding |= field.is("Content-Transfer-Encoding");
        push_field(field, out);
    }
    if !has_type {
        // Without a type the text is ASCII (RFC 2045 §5.2); what is not ASCII today is UTF-8, or anything (RFC 1428 §3).
        let body = message.body();
        let charset = match std::str::from_utf8(body) {
            Ok(text) if text.is_ascii() => "us-ascii",
            Ok(_) => "utf-8",
            Err(_) => "unknown-8bit",
        };
        out.extend_from_slice(
            format!("Content-Type: text/plain; charset={charset}\r\n").as_bytes(),
        );
        if !has_encoding && !body.is_ascii() {
            out.extend_from_slice(b"Content-Transfer-Encoding: 8bit\r\n");
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// A message with the header fields of `outer` that do not describe content, in order and byte for byte,
/// and with `entity` as its content.
pub fn with_content(outer: &Entity<'_>, entity: &[u8]) -> Vec<u8> {
    let mut out = outer_header(outer);
    out.extend_from_slice(entity);
    out
}

/// The fields of a message that do not describe its content, and MIME-Version: what precedes a new content.
pub fn outer_header(outer: &Entity<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(outer.header().len() + 32);
    for field in outer
        .fields()
        .iter()
        .filter(|field| !field.describes_content())
    {
        push_field(field, &mut out);
    }
    out.extend_from_slice(b"MIME-Version: 1.0\r\n");
    out
}

/// MIME-Version belongs to messages, not to parts (RFC 2045 §4).
fn is_of_entity(field: &Field<'_>) -> bool {
    field.describes_content() && !field.is("MIME-Version")
}

/// Appends a field as it may be passed on: its lines end with CRLF, and a CR that ends none is left out, as it is in
/// [`Field::text`]. Some servers take it for the end of a line, and what follows for another field. To some no field has
/// a blank before its colon.
pub fn push_field(field: &Field<'_>, out: &mut Vec<u8>) {
    let raw = to_crlf(if field.is_obsolete() {
        out.extend_from_slice(field.name);
        let colon = memchr::memchr(b':', field.raw).unwrap_or_default();
        field.raw.get(colon..).unwrap_or_default()
    } else {
        field.raw
    });
    if has_bare_carriage_return(&raw) {
        let followers = raw.iter().skip(1).map(Some).chain([None]);
        let octets = raw.iter().zip(followers);
        let kept = octets.filter(|(octet, next)| **octet != b'\r' || *next == Some(&b'\n'));
        out.extend(kept.map(|(octet, _)| *octet));
    } else {
        out.extend_from_slice(&raw);
    }
    if !raw.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
    }
}

/// Removes the fields whose names begin with `prefix`, which strangers may have forged, from all of the header: what was
/// read within [`crate::limits`] is longer once its line ends are CRLF.
pub fn remove_fields(message: &mut Buffer, prefix: &str) {
    let is_forged = |line: &[u8]| {
        let start = line.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let mut kept = Vec::new();
    let mut header_octets = 0;
    let mut is_removed = false;
    for line in message.split_inclusive(|octet| *octet == b'\n') {
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
        if !matches!(line.first(), Some(b' ' | b'\t')) {
            is_removed = is_forged(line);
        }
        if !is_removed {
            kept.extend_from_slice(line);
        }
        header_octets += line.len();
    }
    if kept.len() < header_octets {
        message.drop_front(header_octets);
        message.prepend(&kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::into_canonical;
    use crate::limits::{FIELDS_MAX, HEADER_OCTETS_MAX};

    const MESSAGE: &[u8] = b"Received: a\r\n\tb\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\nSubject: x\r\n\r\nbody\n";

    #[test]
    fn taken_apart_and_put_together() {
        let message = Entity::parse(MESSAGE);
        let entity = content_entity(&message);
        assert_eq!(entity, b"Content-Type: text/plain\r\n\r\nbody\r\n");
        assert_eq!(
            with_content(&message, &entity),
            b"Received: a\r\n\tb\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nbody\r\n"
        );
    }

    #[test]
    fn a_buffer_is_taken_apart_like_a_borrowed_message() {
        for message in [
            MESSAGE,
            b"From: a@x.test\nSubject: line feeds\n\none\ntwo\n",
            b"Content-Type: text/plain;\n\tcharset=utf-8\nFrom: a@x.test\n\nbody\r\n",
            b"From: a@x.test\r\n\r\n",
            b"From: a@x.test\r\n",
            b"no header at all",
            b"",
        ] {
            let parsed = Entity::parse(message);
            let (outer, entity) = take_apart(Buffer::from(message));
            assert_eq!(outer, outer_header(&parsed), "{message:?}");
            assert_eq!(
                into_canonical(entity),
                content_entity(&parsed),
                "{message:?}"
            );
        }
    }

    #[test]
    fn an_entity_always_has_a_type() {
        let entity = content_entity(&Entity::parse(b"Subject: x\n\nbody"));
        assert!(entity.starts_with(b"Content-Type: text/plain; charset=us-ascii\r\n\r\nbody"));
        for (body, charset) in [("ü".as_bytes(), "utf-8"), (b"\xfc", "unknown-8bit")] {
            let message = [&b"Subject: x\n\n"[..], body].concat();
            let entity = content_entity(&Entity::parse(&message));
            let entity = Entity::parse(&entity);
            assert_eq!(entity.content_type().param("charset"), Some(charset));
            let encoding = entity.field("Content-Transfer-Encoding").unwrap();
            assert_eq!(encoding.text(), "8bit");
        }
    }

    #[test]
    fn a_lone_cr_begins_no_field() {
        for (raw, expected) in [
            (&b"A: 1\rB: 2\n"[..], &b"A: 1B: 2\r\n"[..]),
            (b"A: 1\r\r\n", b"A: 1\r\n"),
            (b"A: 1\r\n\t2", b"A: 1\r\n\t2\r\n"),
            (b"A: 1\r", b"A: 1\r\n"),
        ] {
            let mut out = Vec::new();
            for field in Entity::parse(raw).fields() {
                push_field(field, &mut out);
            }
            assert_eq!(out, expected);
            // It says the same as before.
            let text = |raw| Entity::parse(raw).fields()[0].text().into_owned();
            assert_eq!(text(&out), text(raw));
        }
    }

    #[test]
    fn forged_fields_go() {
        let raw = b"A: 1\r\nsealgate-Result: good\r\n\tx\r\nB: 2\r\n\r\nSealgate-Result: body";
        let mut message = Buffer::from(&raw[..]);
        remove_fields(&mut message, "Sealgate-");
        assert_eq!(message, b"A: 1\r\nB: 2\r\n\r\nSealgate-Result: body");
    }

    #[test]
    fn forged_fields_go_behind_any_limit() {
        let long = format!("A: 1\r\n{}", " x\r\n".repeat(HEADER_OCTETS_MAX));
        let many = "A: 1\r\n".repeat(FIELDS_MAX + 1);
        for header in [long, many] {
            let forged = format!("{header}Sealgate-Result: good\r\n\r\nbody");
            let mut message = Buffer::from(forged.into_bytes());
            remove_fields(&mut message, "Sealgate-");
            assert!(message == format!("{header}\r\nbody"));
        }
    }
}
