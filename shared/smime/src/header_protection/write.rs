//! Protecting the header of a message that is signed, or signed and encrypted.

use std::borrow::Cow;

use mail::{Buffer, Entity, Field, into_canonical, is_7bit, take_apart, with_legacy_display};

use super::{PARAMETER, declared};

/// What a payload's header is protected against (RFC 9788 §2.1.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HeaderProtection {
    /// Against change: the payload is signed.
    Clear,
    /// Against being read, too: the payload will be encrypted. Never for what is not.
    Cipher,
}

impl HeaderProtection {
    fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Cipher => "cipher",
        }
    }
}

/// Fields that servers write for each other, and those that do not concern every reader. They are no part of
/// what the author composed, and further servers will change them.
const TRANSPORT_FIELDS: [&str; 14] = [
    "Received",
    "Return-Path",
    "Delivered-To",
    "X-Original-To",
    "DKIM-Signature",
    "DomainKey-Signature",
    "Authentication-Results",
    "Received-SPF",
    "ARC-Seal",
    "ARC-Message-Signature",
    "ARC-Authentication-Results",
    "Bcc",
    "Resent-Bcc",
    "HP-Outer",
];

/// What stands for a hidden Subject (RFC 9788 §3.2.1, `hcp_baseline`).
pub const HIDDEN_SUBJECT: &str = "[...]";

/// As [`protect`](crate::protect), with the header fields protected, too: repeated inside and, with
/// [`HeaderProtection::Cipher`], hidden outside after `hcp_baseline` (RFC 9788 §3.2.1). A hidden Subject also stands at
/// the head of the text, for readers that decrypt and know nothing of this (§5.2): who they are, nobody can tell.
///
/// `wrap` must sign, and with [`HeaderProtection::Cipher`] the message that is returned must be encrypted
/// before anybody gets it. A message whose Content-Type cannot be read, or whose header with its repetition
/// would pass the limits of a reader, is only protected as by [`protect`](crate::protect); so is one that is
/// not encrypted and whose header is not 7-bit: a relay may change that, which would break the signature
/// (RFC 8551 §3.1.3), and a part of the header would pass for the whole.
pub fn protect_with_header<E>(
    message: Buffer,
    protection: HeaderProtection,
    wrap: impl FnOnce(Buffer) -> Result<Buffer, E>,
) -> Result<Buffer, E> {
    let visible = Entity::parse(&message).header().to_vec();
    let visible = Entity::parse(&visible);
    let (mut header, mut payload) = take_apart(message);
    let outside = match protection {
        HeaderProtection::Clear => header.clone(),
        HeaderProtection::Cipher => hidden(&header),
    };
    let content = Entity::parse(&payload);
    let inside = payload_header(&visible, &outside, &content, protection);
    // Without the parameter nobody would look for the hidden Subject.
    let is_declared = declared(&Entity::parse(&inside)) == Some(protection);
    let is_sound = protection == HeaderProtection::Cipher || has_7bit_header(&visible);
    if is_declared && is_sound {
        if protection == HeaderProtection::Cipher {
            payload = displayed(payload, &visible);
        }
        let content = Entity::parse(&payload);
        let inside = payload_header(&visible, &outside, &content, protection);
        let body = payload.len() - content.body().len();
        payload.drop_front(body);
        payload.prepend(&inside);
        header = outside;
    }
    let mut wrapped = wrap(payload)?;
    wrapped.prepend(&header);
    Ok(wrapped)
}

/// The entity with the hidden Subject at the head of its text.
fn displayed(entity: Buffer, visible: &Entity<'_>) -> Buffer {
    let subject = visible.field("Subject").map(Field::text);
    match subject.filter(|text| !text.is_empty() && text != HIDDEN_SUBJECT) {
        Some(subject) => with_legacy_display(into_canonical(entity).into_vec(), &subject).into(),
        None => entity,
    }
}

/// The header section without what `hcp_baseline` hides.
fn hidden(header: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(header.len());
    for field in Entity::parse(header).fields() {
        if field.is("Subject") {
            out.extend_from_slice(format!("Subject: {HIDDEN_SUBJECT}\r\n").as_bytes());
        } else if !field.is("Comments") && !field.is("Keywords") {
            out.extend_from_slice(field.raw);
        }
    }
    out
}

/// The fields of `visible`, for an encrypted payload those that stay visible in `header` as HP-Outer
/// (RFC 9788 §2.2), those of the content with the parameter, and the empty line.
fn payload_header(
    visible: &Entity<'_>,
    header: &[u8],
    content: &Entity<'_>,
    protection: HeaderProtection,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(3 * visible.header().len());
    for field in visible.fields().iter().filter(|field| is_composed(field)) {
        push_line(&in_utf8(field.raw), &mut out);
    }
    if protection == HeaderProtection::Cipher {
        for field in Entity::parse(header)
            .fields()
            .iter()
            .filter(|field| is_composed(field))
        {
            out.extend_from_slice(b"HP-Outer: ");
            push_line(&in_utf8(field.raw), &mut out);
        }
    }
    let mut has_parameter = false;
    for field in content.fields() {
        if field.is("Content-Type") && !has_parameter {
            has_parameter = true;
            out.extend_from_slice(&mail::with_parameter(field, PARAMETER, protection.word()));
        } else {
            out.extend_from_slice(field.raw);
        }
    }
    out.extend_from_slice(b"\r\n");
    out
}

fn has_7bit_header(visible: &Entity<'_>) -> bool {
    let mut composed = visible.fields().iter().filter(|field| is_composed(field));
    composed.all(|field| is_7bit(&mail::to_crlf(field.raw)))
}

fn is_composed(field: &Field<'_>) -> bool {
    let mut transport = TRANSPORT_FIELDS.iter();
    !field.describes_content() && !transport.any(|name| field.is(name))
}

/// Old clients write Latin-1. A payload whose header is no text counts as tampered with where it is opened.
fn in_utf8(raw: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(raw).is_ok() {
        return Cow::Borrowed(raw);
    }
    let text: String = raw.iter().map(|octet| char::from(*octet)).collect();
    Cow::Owned(text.into_bytes())
}

fn push_line(raw: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&mail::to_crlf(raw));
    if !raw.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
    }
}
