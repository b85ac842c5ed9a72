//! The Legacy Display element (RFC 9788 §2.1.2): a copy of hidden header fields at the head of the text, for
//! readers that know no header protection. Once the fields are back in their place it is only in the way.

use std::ops::Range;

use crate::{
    Entity, TransferEncoding, encode_base64, encode_quoted_printable, limits::DEPTH_MAX,
    without_parameter,
};

/// The parameter of a text whose head is such an element.
const PARAMETER: &str = "hp-legacy-display";
/// The class of the `div` that is one.
const CLASS: &[u8] = b"header-protection-legacy-display";

/// The entity without the Legacy Display elements of its main text; all else stays byte for byte.
pub fn without_legacy_display(entity: &[u8]) -> Vec<u8> {
    let mut changes = Vec::new();
    find(entity, 0, &mut |part, replacement| {
        let start = part.as_ptr().addr() - entity.as_ptr().addr();
        changes.push((start..start + part.len(), replacement));
    });
    replaced(entity, &changes)
}

/// Finds the texts that a reader shows first, and what each becomes.
fn find<'a>(raw: &'a [u8], depth: usize, change: &mut impl FnMut(&'a [u8], Vec<u8>)) {
    let entity = Entity::parse(raw);
    let content_type = entity.content_type();
    if content_type.kind != "multipart" {
        if let Some(text) = without_element(&entity) {
            change(raw, text);
        }
        return;
    }
    // What is inside a signature of its own stays as it was signed.
    if depth >= DEPTH_MAX || matches!(content_type.subtype.as_str(), "signed" | "encrypted") {
        return;
    }
    let Some(multipart) = entity.multipart() else {
        return;
    };
    let shown = match content_type.subtype.as_str() {
        "alternative" => multipart.parts.len(),
        _ => 1,
    };
    for part in multipart.parts.into_iter().take(shown) {
        find(part, depth + 1, change);
    }
}

/// The text without its element; `None` where it has none.
fn without_element(entity: &Entity<'_>) -> Option<Vec<u8>> {
    let content_type = entity.content_type();
    if content_type.param(PARAMETER) != Some("1") {
        return None;
    }
    let (body, _) = entity.decoded_body();
    let element = match (content_type.kind.as_str(), content_type.subtype.as_str()) {
        ("text", "plain") => element_of_plain(&body)?,
        ("text", "html") => element_of_html(&body)?,
        _ => return None,
    };
    let mut out = Vec::with_capacity(entity.raw().len());
    for field in entity.fields() {
        if field.is("Content-Type") {
            // The next reader would take the head of what is left for another element.
            out.extend_from_slice(&without_parameter(field, PARAMETER));
        } else {
            out.extend_from_slice(field.raw);
        }
    }
    out.extend_from_slice(b"\r\n");
    let text = replaced(&body, &[(element, Vec::new())]);
    match entity.transfer_encoding() {
        TransferEncoding::Identity => out.extend_from_slice(&text),
        TransferEncoding::Base64 => encode_base64(&text, &mut out),
        TransferEncoding::QuotedPrintable => encode_quoted_printable(&text, &mut out),
    }
    Some(out)
}

/// The leading lines up to and including the first blank one (RFC 9788 §4.5.3.2).
fn element_of_plain(text: &[u8]) -> Option<Range<usize>> {
    let mut end = 0;
    for line in text.split_inclusive(|octet| *octet == b'\n') {
        end += line.len();
        if line.trim_ascii().is_empty() {
            return Some(0..end);
        }
    }
    None
}

/// The `div` of the class, with its end (RFC 9788 §4.5.3.3).
fn element_of_html(text: &[u8]) -> Option<Range<usize>> {
    let class = crate::find(text, CLASS)?;
    let start = memchr::memrchr(b'<', text.get(..class)?)?;
    let tag = text.get(start..class)?;
    if !begins_with(tag, b"<div") || memchr::memchr(b'>', tag).is_some() {
        return None;
    }
    let mut depth = 0usize;
    let mut at = start;
    loop {
        at += memchr::memchr(b'<', text.get(at..)?)?;
        let rest = text.get(at..)?;
        if begins_with(rest, b"<div") {
            depth += 1;
        } else if begins_with(rest, b"</div") {
            depth -= 1;
        }
        at += 1;
        if depth == 0 {
            return Some(start..at + memchr::memchr(b'>', text.get(at..)?)? + 1);
        }
    }
}

fn begins_with(text: &[u8], tag: &[u8]) -> bool {
    text.get(..tag.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(tag))
}

/// The octets with ranges, in order and apart, replaced.
fn replaced(octets: &[u8], changes: &[(Range<usize>, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len());
    let mut at = 0;
    for (range, replacement) in changes {
        out.extend_from_slice(octets.get(at..range.start).unwrap_or_default());
        out.extend_from_slice(replacement);
        at = range.end;
    }
    out.extend_from_slice(octets.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entity: &str, expected: &str) {
        let found = without_legacy_display(entity.as_bytes());
        assert_eq!(String::from_utf8(found).unwrap(), expected);
    }

    fn unchanged(entity: &str) {
        check(entity, entity);
    }

    #[test]
    fn plain_text_loses_its_head() {
        check(
            "Content-Type: text/plain; hp-legacy-display=\"1\"\r\n\r\nSubject: x\r\n y\r\n\r\nhello\r\n\r\nbye\r\n",
            "Content-Type: text/plain\r\n\r\nhello\r\n\r\nbye\r\n",
        );
        check(
            "Content-Type: text/plain; hp-legacy-display=1\r\nContent-Transfer-Encoding: base64\r\n\r\nUzogeA0KDQpoaQ0K\r\n",
            "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\naGkNCg==\r\n",
        );
        check(
            "Content-Type: text/plain; hp-legacy-display=1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nS: =C3=BC\r\n\r\n=C3=A4\r\n",
            "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A4\r\n",
        );
    }

    #[test]
    fn html_loses_the_div_with_what_is_in_it() {
        check(
            "Content-Type: text/html; hp-legacy-display=1\r\n\r\n<body><DIV class=\"header-protection-legacy-display\"><div>a</div><pre>Subject: x</pre></div><p>hi</p></body>",
            "Content-Type: text/html\r\n\r\n<body><p>hi</p></body>",
        );
    }

    #[test]
    fn both_alternatives_of_the_main_text_and_no_attachment() {
        let leaf = |kind: &str, text: &str| {
            format!("--b\r\nContent-Type: text/{kind}; hp-legacy-display=1\r\n\r\n{text}\r\n")
        };
        let clean =
            |kind: &str, text: &str| format!("--b\r\nContent-Type: text/{kind}\r\n\r\n{text}\r\n");
        let html = "<div class=\"header-protection-legacy-display\">x</div>hi";
        let outer =
            |subtype: &str| format!("Content-Type: multipart/{subtype}; boundary=b\r\n\r\n");
        let parts = leaf("plain", "S: x\r\n\r\nhi") + &leaf("html", html);
        check(
            &format!("{}{parts}--b--", outer("alternative")),
            &format!(
                "{}{}{}--b--",
                outer("alternative"),
                clean("plain", "hi"),
                clean("html", "hi")
            ),
        );
        check(
            &format!("{}{parts}--b--", outer("mixed")),
            &format!(
                "{}{}{}--b--",
                outer("mixed"),
                clean("plain", "hi"),
                leaf("html", html)
            ),
        );
        unchanged(&format!("{}{parts}--b--", outer("signed")));
    }

    #[test]
    fn what_is_not_marked_or_not_complete_stays() {
        unchanged("Content-Type: text/plain\r\n\r\nSubject: x\r\n\r\nhello");
        unchanged("Content-Type: text/plain; hp-legacy-display=0\r\n\r\nSubject: x\r\n\r\nhello");
        unchanged("Content-Type: text/plain; hp-legacy-display=1\r\n\r\nno blank line");
        unchanged("Content-Type: image/png; hp-legacy-display=1\r\n\r\nx\r\n\r\ny");
        for html in [
            "<p>header-protection-legacy-display</p>",
            "<div class=\"header-protection-legacy-display\">never closed",
            "<div>header-protection-legacy-display</div>",
            "<p class=\"header-protection-legacy-display\">x</p>",
        ] {
            unchanged(&format!(
                "Content-Type: text/html; hp-legacy-display=1\r\n\r\n{html}"
            ));
        }
    }
}
