//! Taking the element off.

use std::ops::Range;

use super::{CLASS, Change, PARAMETER, change, encoded, place, visit};
use crate::{Entity, without_parameter};

/// Most elements that one text loses. Senders write one; taking each off moves all that follows it.
const ELEMENTS_MAX: usize = 16;

/// The entity without the Legacy Display elements of its main text; all else stays byte for byte.
pub fn without_legacy_display(mut entity: Vec<u8>) -> Vec<u8> {
    let mut changes: Vec<Change> = Vec::new();
    visit(&entity, &mut |text| {
        changes.extend(removal(text, &entity).into_iter().flatten());
    });
    change(&mut entity, changes);
    entity
}

/// How a text loses its elements; `None` where it has none.
fn removal(text: &Entity<'_>, whole: &[u8]) -> Option<[Change; 2]> {
    let content_type = text.content_type();
    if content_type.param(PARAMETER) != Some("1") {
        return None;
    }
    let (body, _) = text.decoded_body();
    let elements = match (content_type.kind.as_str(), content_type.subtype.as_str()) {
        ("text", "plain") => element_of_plain(&body).into_iter().collect(),
        ("text", "html") => elements_of_html(&body),
        _ => Vec::new(),
    };
    if elements.is_empty() {
        return None;
    }
    let mut shown = body.into_owned();
    let elements = elements.into_iter().map(|element| (element, Vec::new()));
    change(&mut shown, elements.collect());
    // The next reader would take the head of what is left for another element.
    let field = text.field("Content-Type")?;
    Some([
        (place(field.raw, whole), without_parameter(field, PARAMETER)),
        (place(text.body(), whole), encoded(text, shown)),
    ])
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

/// Every `div` of the class, with its end (RFC 9788 §4.5.3.3), up to one that has none.
fn elements_of_html(text: &[u8]) -> Vec<Range<usize>> {
    let mut elements: Vec<Range<usize>> = Vec::new();
    // No octet is looked at again for the next one.
    let mut read = 0;
    for class in memchr::memmem::find_iter(text, CLASS) {
        let start = text.get(read..class).and_then(start_of_div);
        let Some(start) = start.map(|start| read + start) else {
            read = read.max(class);
            continue;
        };
        let Some(end) = end_of_div(text, start) else {
            break;
        };
        elements.push(start..end);
        read = end;
        if elements.len() == ELEMENTS_MAX {
            break;
        }
    }
    elements
}

/// Where the `div` begins in whose opening tag the text ends.
fn start_of_div(text: &[u8]) -> Option<usize> {
    let start = memchr::memrchr(b'<', text)?;
    let tag = text.get(start..)?;
    let is_open = memchr::memchr(b'>', tag).is_none();
    (is_open && begins_with(tag, b"<div")).then_some(start)
}

/// Where the `div` ends that begins at `start`.
fn end_of_div(text: &[u8], start: usize) -> Option<usize> {
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
            return Some(at + memchr::memchr(b'>', text.get(at..)?)? + 1);
        }
    }
}

fn begins_with(text: &[u8], tag: &[u8]) -> bool {
    text.get(..tag.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::legacy_display::TEXTS_MAX;

    fn check(entity: &str, expected: &str) {
        let found = without_legacy_display(entity.into());
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

    /// Each would be looked for through all that follows.
    #[test]
    fn many_elements_cost_no_more_than_their_text() {
        const DIV: &str = "<div class=\"header-protection-legacy-display\">";
        let html = |text: &str| elements_of_html(text.as_bytes());
        assert_eq!(
            html(&format!("{DIV}a</div>").repeat(20)).len(),
            ELEMENTS_MAX
        );
        let many = 40_000;
        assert!(html(&DIV.repeat(many)).is_empty());
        assert!(html(&"header-protection-legacy-display".repeat(many)).is_empty());
    }

    #[test]
    fn only_so_many_texts_are_shown_first() {
        let leaf = "--b\r\nContent-Type: text/plain; hp-legacy-display=1\r\n\r\nS: x\r\n\r\nhi\r\n";
        let head = "Content-Type: multipart/alternative; boundary=b\r\n\r\n";
        let entity = format!("{head}{}--b--", leaf.repeat(TEXTS_MAX + 3));
        let found = String::from_utf8(without_legacy_display(entity.into())).unwrap();
        assert_eq!(found.matches("S: x").count(), 3);
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
