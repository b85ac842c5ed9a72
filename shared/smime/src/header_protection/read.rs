//! Putting protected header fields back where every reader looks for them.

use mail::{Address, Entity, Field, sole_author};

use super::{HeaderProtection, PARAMETER, declared};

/// The fields that the author of a message writes (RFC 5322 §3.6). Only these come out: all others, like
/// Received or Authentication-Results, are the word of servers, which no sender may replace.
const AUTHORS_FIELDS: [&str; 12] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Comments",
    "Keywords",
];

/// Those of them that may stand in a message more than once.
const REPEATABLE_FIELDS: [&str; 2] = ["Comments", "Keywords"];

/// The header fields that a payload protects.
#[derive(Debug)]
pub(crate) struct ProtectedHeader {
    /// The author's fields as they stand there.
    section: Vec<u8>,
}

/// A visible header section with the protected fields in the places of its own.
#[derive(Debug, Default)]
pub(crate) struct Restored {
    /// `None` where nothing differs.
    pub(crate) header: Option<Vec<u8>>,
    /// Whether the visible From stays, although the protected one is another.
    pub(crate) keeps_visible_from: bool,
}

impl ProtectedHeader {
    /// What a payload protects: by RFC 9788, or wrapped in a message by RFC 8551 §3.1.
    pub(crate) fn of(payload: &Entity<'_>) -> Option<Self> {
        if declared(payload).is_some() {
            return Some(Self::copied(payload));
        }
        is_wrapping(payload).then(|| Self::copied(&Entity::parse(&payload.decoded_body().0)))
    }

    fn copied(payload: &Entity<'_>) -> Self {
        let fields = payload.fields().iter().filter(|field| {
            let mut names = AUTHORS_FIELDS.iter();
            names.any(|name| field.is(name))
        });
        let mut section = Vec::new();
        for field in fields {
            push_field(field, &mut section);
        }
        Self { section }
    }

    /// The one mailbox in the protected From.
    pub(crate) fn author(&self) -> Option<Address> {
        sole_author(&Entity::parse(&self.section))
    }

    /// The fields of `visible` that do not describe content, with the protected ones in their places.
    ///
    /// `is_vouched` says whether a valid signature is that of the mailbox in the protected From. Without one
    /// a From with another address does not come out (RFC 9788 §4.4): whoever encrypted the message could
    /// otherwise replace the one that was checked on the way in.
    pub(crate) fn restored(&self, visible: &Entity<'_>, is_vouched: bool) -> Restored {
        let inner = Entity::parse(&self.section);
        let keeps_visible_from = inner.field("From").is_some()
            && !is_vouched
            && (self.author().is_none() || self.author() != sole_author(visible));
        let mut differing: Vec<(&str, Vec<&Field<'_>>)> = AUTHORS_FIELDS
            .into_iter()
            .filter(|name| !(keeps_visible_from && *name == "From"))
            .filter_map(|name| {
                let found = protected(&inner, name);
                (!found.is_empty() && differ(&found, visible, name)).then_some((name, found))
            })
            .collect();
        if differing.is_empty() {
            return Restored {
                header: None,
                keeps_visible_from,
            };
        }
        let mut header = Vec::with_capacity(visible.header().len() + self.section.len());
        let fields = visible.fields().iter();
        for field in fields.filter(|field| !field.describes_content()) {
            let place = differing.iter_mut().find(|(name, _)| field.is(name));
            match place {
                // The first takes the whole place, those after it go.
                Some((_, found)) => found.drain(..).for_each(|f| push_field(f, &mut header)),
                None => push_field(field, &mut header),
            }
        }
        let hidden = differing.iter().flat_map(|(_, found)| found);
        hidden.for_each(|field| push_field(field, &mut header));
        Restored {
            header: Some(header),
            keeps_visible_from,
        }
    }
}

/// The message wrapped by a sender that protects its header, not one that is forwarded.
fn is_wrapping(payload: &Entity<'_>) -> bool {
    let content_type = payload.content_type();
    let forwarded = content_type.param("forwarded");
    content_type.is("message", "rfc822")
        && forwarded.is_some_and(|value| value.eq_ignore_ascii_case("no"))
}

/// The protected fields of a name. Of one that must not repeat, readers show the first.
fn protected<'e, 'a>(inner: &'e Entity<'a>, name: &str) -> Vec<&'e Field<'a>> {
    let most = if REPEATABLE_FIELDS.contains(&name) {
        usize::MAX
    } else {
        1
    };
    let fields = inner.fields().iter().filter(|field| field.is(name));
    fields.take(most).collect()
}

fn differ(found: &[&Field<'_>], visible: &Entity<'_>, name: &str) -> bool {
    let shown = visible.fields().iter().filter(|field| field.is(name));
    !shown
        .map(Field::text)
        .eq(found.iter().map(|field| field.text()))
}

fn push_field(field: &Field<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(&mail::to_crlf(field.raw));
    if !out.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
    }
}

/// A payload that no signature and no encryption holds any more, without what only they made sense of: the
/// parameter, the wrapping, and in what was encrypted the Legacy Display (RFC 9788 §4.5.3).
pub(crate) fn deliverable_payload(payload: &[u8]) -> Option<Vec<u8>> {
    let entity = Entity::parse(payload);
    if is_wrapping(&entity) {
        return Some(entity.decoded_body().0.into_owned());
    }
    let declared = declared(&entity)?;
    let mut bare = Vec::with_capacity(payload.len());
    for field in entity.fields() {
        if field.is("Content-Type") {
            bare.extend_from_slice(&mail::without_parameter(field, PARAMETER));
        } else {
            push_field(field, &mut bare);
        }
    }
    bare.extend_from_slice(b"\r\n");
    bare.extend_from_slice(entity.body());
    Some(match declared {
        HeaderProtection::Clear => bare,
        HeaderProtection::Cipher => mail::without_legacy_display(&bare),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISIBLE: &[u8] = b"Received: a\r\nFrom: <bob@partner.test>\r\nSubject: [...]\r\nList-Id: x\r\nSubject: again\r\nContent-Type: a/b\r\n\r\n";

    fn restored(inner: &str, is_vouched: bool) -> (Option<String>, bool) {
        let payload = format!("{inner}Content-Type: text/plain; hp=cipher\r\n\r\nx");
        let header = ProtectedHeader::of(&Entity::parse(payload.as_bytes())).unwrap();
        let found = header.restored(&Entity::parse(VISIBLE), is_vouched);
        let text = found
            .header
            .map(|header| String::from_utf8(header).unwrap());
        (text, found.keeps_visible_from)
    }

    #[test]
    fn fields_take_the_places_of_their_visible_counterparts() {
        let inner = "Subject: the\r\n truth\r\nFrom: Bob <BOB@partner.test>\r\nKeywords: a\r\nKeywords: b\r\nReceived: forged\r\nHP-Outer: Subject: [...]\r\n";
        let expected = "Received: a\r\nFrom: Bob <BOB@partner.test>\r\nSubject: the\r\n truth\r\nList-Id: x\r\nKeywords: a\r\nKeywords: b\r\n";
        assert_eq!(restored(inner, false), (Some(expected.to_owned()), false));
    }

    #[test]
    fn another_from_comes_out_only_with_a_signature() {
        let inner = "From: <eve@evil.test>\r\n";
        assert_eq!(restored(inner, false), (None, true));
        let (header, keeps) = restored(inner, true);
        assert!(header.unwrap().contains("From: <eve@evil.test>") && !keeps);
        let several = "From: <bob@partner.test>, <eve@evil.test>\r\n";
        assert_eq!(restored(several, false), (None, true));
    }

    #[test]
    fn what_is_the_same_needs_no_change() {
        assert_eq!(
            restored("From:  <bob@partner.test>\r\n", false),
            (None, false)
        );
        assert_eq!(restored("", false), (None, false));
    }

    #[test]
    fn only_a_payload_that_says_so_protects() {
        for header in [
            "Content-Type: text/plain",
            "Content-Type: text/plain; hp=maybe",
            "Content-Type: message/rfc822",
            "Content-Type: message/rfc822; forwarded=yes",
        ] {
            let payload = format!("Subject: x\r\n{header}\r\n\r\nSubject: y\r\n\r\n");
            assert!(ProtectedHeader::of(&Entity::parse(payload.as_bytes())).is_none());
            assert!(deliverable_payload(payload.as_bytes()).is_none());
        }
    }
}
