//! Putting protected header fields back where every reader looks for them.

use std::collections::BTreeSet;

use mail::{Address, Buffer, Entity, Field, push_field, sole_author};

use super::{HeaderProtection, PARAMETER, declared};
use crate::{detect, open::HELD_OCTETS_MAX};

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

/// Those of them that servers never add: one outside and none inside was put there on the way, to be shown as the
/// author's or to draw replies (RFC 9788 §4.4.4).
const NEVER_ADDED_FIELDS: [&str; 8] = [
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "In-Reply-To",
    "References",
    "Comments",
    "Keywords",
];

/// The parameter by which the draft before RFC 9788 said that a payload repeats the header (appendix F.3).
const DRAFT_PARAMETER: &str = "protected-headers";

/// The header fields that a payload protects.
#[derive(Debug)]
pub(crate) struct ProtectedHeader {
    /// The author's fields as they stand there.
    section: Vec<u8>,
    /// Whether these are all that the author wrote.
    is_whole: bool,
    /// The names of those that nobody was meant to see on the way, provided that the payload came encrypted.
    confidential: Vec<&'static str>,
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
    /// What a payload protects: by RFC 9788, wrapped in a message by RFC 8551 §3.1, or by the draft before them,
    /// whose clients hid the Subject and nothing else. `message_id` is that of the message around it.
    pub(crate) fn of(payload: &Entity<'_>, message_id: Option<&str>) -> Option<Self> {
        match declared(payload) {
            Some(protection) => {
                let mut header = Self::copied(payload, &AUTHORS_FIELDS);
                header.is_whole = true;
                if protection == HeaderProtection::Cipher {
                    header.confidential = confidential(payload);
                }
                Some(header)
            }
            None if is_wrapping(payload, message_id) => {
                let (message, _) = payload.decoded_body();
                Some(Self::copied(&Entity::parse(&message), &AUTHORS_FIELDS))
            }
            None => {
                let is_draft = payload.content_type().param(DRAFT_PARAMETER) == Some("v1");
                is_draft.then(|| Self::copied(payload, &["Subject"]))
            }
        }
    }

    fn copied(payload: &Entity<'_>, names: &[&str]) -> Self {
        let fields = payload
            .fields()
            .iter()
            .filter(|field| names.iter().any(|name| field.is(name)));
        let mut section = Vec::new();
        for field in fields {
            push_field(field, &mut section);
        }
        Self {
            section,
            is_whole: false,
            confidential: Vec::new(),
        }
    }

    pub(crate) fn confidential(&self) -> &[&'static str] {
        &self.confidential
    }

    /// The one mailbox in the protected From.
    pub(crate) fn author(&self) -> Option<Address> {
        sole_author(&Entity::parse(&self.section))
    }

    /// The fields of `visible` that do not describe content, with the protected ones in their places and without those
    /// that were added on the way in the author's name.
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
        let is_added = |field: &&Field<'_>| {
            let mut names = NEVER_ADDED_FIELDS.iter();
            self.is_whole && names.any(|name| field.is(name) && inner.field(name).is_none())
        };
        if differing.is_empty() && !visible.fields().iter().any(|field| is_added(&field)) {
            return Restored {
                header: None,
                keeps_visible_from,
            };
        }
        let mut header = Vec::with_capacity(visible.header().len() + self.section.len());
        let fields = visible.fields().iter();
        let fields = fields.filter(|field| !field.describes_content());
        for field in fields.filter(|field| !is_added(field)) {
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

/// The message wrapped by a sender that protects its header (RFC 9788 §4.10.1), not one that is forwarded: it says so,
/// or has the Message-ID of the message around it.
fn is_wrapping(payload: &Entity<'_>, message_id: Option<&str>) -> bool {
    let content_type = payload.content_type();
    if !content_type.is("message", "rfc822") {
        return false;
    }
    let (body, _) = payload.decoded_body();
    let message = Entity::parse(&body);
    let is_same = if let Some(value) = content_type.param("forwarded") {
        value.eq_ignore_ascii_case("no")
    } else {
        let id = message.field("Message-ID").map(Field::text);
        id.is_some() && id.as_deref() == message_id
    };
    is_same && declared(&message).is_none() && detect::smime_of(&message, HELD_OCTETS_MAX).is_none()
}

/// The author's fields of an encrypted payload that no HP-Outer repeats as they are (RFC 9788 §4.3.1).
fn confidential(payload: &Entity<'_>) -> Vec<&'static str> {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fields = payload.fields().iter();
    let outer: BTreeSet<(String, String)> = fields
        .filter(|field| field.is("HP-Outer"))
        .filter_map(|field| {
            let text = field.text();
            let (name, value) = text.split_once(':')?;
            Some((name.to_ascii_lowercase(), words(value)))
        })
        .collect();
    let is_hidden = |name: &&str| {
        let found = protected(payload, name);
        let mut values = found.iter().map(|field| words(&field.text()));
        values.any(|value| !outer.contains(&(name.to_ascii_lowercase(), value)))
    };
    AUTHORS_FIELDS.into_iter().filter(is_hidden).collect()
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

/// A payload that no signature and no encryption holds any more, without what only they made sense of: the
/// parameter, the wrapping, and in what was encrypted the Legacy Display (RFC 9788 §4.5.3).
pub(crate) fn deliverable_payload(mut payload: Buffer, message_id: Option<&str>) -> Buffer {
    let entity = Entity::parse(&payload);
    if is_wrapping(&entity, message_id) {
        return entity.decoded_object();
    }
    let Some(declared) = declared(&entity) else {
        return payload;
    };
    let mut bare = Vec::with_capacity(entity.header().len() + 2);
    for field in entity.fields() {
        if field.is("Content-Type") {
            bare.extend_from_slice(&mail::without_parameter(field, PARAMETER));
        } else {
            push_field(field, &mut bare);
        }
    }
    bare.extend_from_slice(b"\r\n");
    let body = payload.len() - entity.body().len();
    payload.drop_front(body);
    payload.prepend(&bare);
    match declared {
        HeaderProtection::Clear => payload,
        HeaderProtection::Cipher => mail::without_legacy_display(payload.into_vec()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISIBLE: &[u8] = b"Received: a\r\nFrom: <bob@partner.test>\r\nSubject: [...]\r\nList-Id: x\r\nSubject: again\r\nContent-Type: a/b\r\n\r\n";

    const FROM_BOB: &[u8] = b"From: <bob@partner.test>\r\n\r\n";

    fn restored(visible: &[u8], inner: &str, is_vouched: bool) -> (Option<String>, bool) {
        let payload = format!("{inner}Content-Type: text/plain; hp=cipher\r\n\r\nx");
        let header = ProtectedHeader::of(&Entity::parse(payload.as_bytes()), None).unwrap();
        let found = header.restored(&Entity::parse(visible), is_vouched);
        let text = found
            .header
            .map(|header| String::from_utf8(header).unwrap());
        (text, found.keeps_visible_from)
    }

    #[test]
    fn fields_take_the_places_of_their_visible_counterparts() {
        let inner = "Subject: the\r\n truth\r\nFrom: Bob <BOB@partner.test>\r\nKeywords: a\r\nKeywords: b\r\nReceived: forged\r\nHP-Outer: Subject: [...]\r\n";
        let expected = "Received: a\r\nFrom: Bob <BOB@partner.test>\r\nSubject: the\r\n truth\r\nList-Id: x\r\nKeywords: a\r\nKeywords: b\r\n";
        let found = restored(VISIBLE, inner, false);
        assert_eq!(found, (Some(expected.to_owned()), false));
    }

    #[test]
    fn another_from_comes_out_only_with_a_signature() {
        let inner = "From: <eve@evil.test>\r\n";
        assert_eq!(restored(FROM_BOB, inner, false), (None, true));
        let (header, keeps) = restored(FROM_BOB, inner, true);
        assert!(header.unwrap().contains("From: <eve@evil.test>") && !keeps);
        let several = "From: <bob@partner.test>, <eve@evil.test>\r\n";
        assert_eq!(restored(FROM_BOB, several, false), (None, true));
    }

    #[test]
    fn what_is_the_same_needs_no_change() {
        assert_eq!(
            restored(FROM_BOB, "From:  <bob@partner.test>\r\n", false),
            (None, false)
        );
        assert_eq!(restored(FROM_BOB, "", false), (None, false));
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
            assert!(ProtectedHeader::of(&Entity::parse(payload.as_bytes()), None).is_none());
            assert_eq!(
                deliverable_payload(payload.as_bytes().into(), None),
                payload
            );
        }
    }
}
