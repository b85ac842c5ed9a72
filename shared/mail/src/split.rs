//! A message taken apart into what describes it and what describes its content, and put together again.

use std::borrow::Cow;

use crate::{Entity, Field, to_crlf};

/// The MIME entity of a message: its MIME-Version and Content-* fields and its body, in canonical CRLF form.
pub fn content_entity(message: &Entity<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.raw().len() + 64);
    write_content_header(message, &mut out);
    out.extend_from_slice(&to_crlf(message.body()));
    out
}

/// The same out of a message that nobody needs any more, in its own buffer.
pub fn into_content_entity(mut message: Vec<u8>) -> Vec<u8> {
    let parsed = Entity::parse(&message);
    if matches!(to_crlf(parsed.body()), Cow::Owned(_)) {
        return content_entity(&parsed);
    }
    let body = message.len() - parsed.body().len();
    let mut header = Vec::new();
    write_content_header(&parsed, &mut header);
    message.splice(..body, header);
    message
}

/// The fields that describe the content, and the empty line.
fn write_content_header(message: &Entity<'_>, out: &mut Vec<u8>) {
    let mut has_type = false;
    for field in message.fields().iter().filter(|field| is_of_entity(field)) {
        has_type |= field.is("Content-Type");
        write_field(field, out);
    }
    if !has_type {
        // Without a type the text is ASCII (RFC 2045 §5.2); what is not ASCII today is UTF-8.
        let is_ascii = message.body().is_ascii();
        let charset = if is_ascii { "us-ascii" } else { "utf-8" };
        out.extend_from_slice(
            format!("Content-Type: text/plain; charset={charset}\r\n").as_bytes(),
        );
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
        write_field(field, &mut out);
    }
    out.extend_from_slice(b"MIME-Version: 1.0\r\n");
    out
}

/// MIME-Version belongs to messages, not to parts (RFC 2045 §4).
fn is_of_entity(field: &Field<'_>) -> bool {
    field.describes_content() && !field.is("MIME-Version")
}

fn write_field(field: &Field<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(&to_crlf(field.raw));
    if !field.raw.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
    }
}

/// The message without the fields whose names begin with `prefix`, which strangers may have forged.
pub fn without_fields(message: &[u8], prefix: &str) -> Vec<u8> {
    let entity = Entity::parse(message);
    let is_ours = |field: &Field<'_>| {
        field
            .name
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let mut out = Vec::with_capacity(message.len());
    let mut rest = message;
    for field in entity.fields().iter().filter(|field| is_ours(field)) {
        let start = field
            .raw
            .as_ptr()
            .addr()
            .saturating_sub(rest.as_ptr().addr());
        out.extend_from_slice(rest.get(..start).unwrap_or_default());
        rest = rest.get(start + field.raw.len()..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn an_entity_always_has_a_type() {
        let entity = content_entity(&Entity::parse(b"Subject: x\n\nbody"));
        assert!(entity.starts_with(b"Content-Type: text/plain; charset=us-ascii\r\n\r\nbody"));
    }

    #[test]
    fn forged_fields_go() {
        assert_eq!(
            without_fields(
                b"A: 1\r\nsealgate-Result: good\r\n\tx\r\nB: 2\r\n\r\nSealgate-Result: body",
                "Sealgate-"
            ),
            b"A: 1\r\nB: 2\r\n\r\nSealgate-Result: body"
        );
    }
}
