//! Putting the element on (RFC 9788 §5.2.2, §5.2.3).

use super::{CLASS, Change, PARAMETER, change, encoded, place, visit};
use crate::{ContentType, Entity, TransferEncoding, decode_encoded_words, with_parameter};

/// The entity with its hidden Subject, a field's value, at the head of its main text: of the plain text, of the HTML,
/// or of both. Attachments stay as they are, and so does a text whose charset has no room for the Subject.
pub fn with_legacy_display(mut entity: Vec<u8>, subject: &str) -> Vec<u8> {
    let subject = on_one_line(&decode_encoded_words(subject));
    let mut changes: Vec<Change> = Vec::new();
    visit(&entity, &mut |text| {
        changes.extend(addition(text, &subject, &entity).into_iter().flatten());
    });
    change(&mut entity, changes);
    entity
}

/// The element ends at its first empty line and must not do so early (RFC 9788 §10.3).
fn on_one_line(subject: &str) -> String {
    let words: Vec<&str> = subject
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// How a text gets its element; `None` where it gets none.
fn addition(text: &Entity<'_>, subject: &str, whole: &[u8]) -> Option<[Change; 2]> {
    let content_type = text.content_type();
    let is_attached = text
        .field("Content-Disposition")
        .and_then(|field| ContentType::parse_disposition(&field.text()))
        .is_some_and(|disposition| disposition.kind == "attachment");
    if is_attached || content_type.param(PARAMETER).is_some() {
        return None;
    }
    let charset = content_type.param("charset").unwrap_or("us-ascii");
    let charset = charset.to_ascii_lowercase();
    // In these not even ASCII is ASCII.
    if ["utf-16", "utf-32", "utf-7"]
        .iter()
        .any(|wide| charset.starts_with(wide))
    {
        return None;
    }
    let (body, charset) = match (content_type.kind.as_str(), content_type.subtype.as_str()) {
        ("text", "plain") => plain(text, subject, &charset, whole)?,
        ("text", "html") => (html(text, subject, whole), None),
        _ => return None,
    };
    Some([parameters(text, charset, whole), body])
}

/// The Content-Type with the parameter, and with another charset where the Subject needs it.
fn parameters(text: &Entity<'_>, charset: Option<&str>, whole: &[u8]) -> Change {
    let Some(field) = text.field("Content-Type") else {
        let start = place(text.raw(), whole).start;
        let charset = charset.unwrap_or("us-ascii");
        let field =
            format!("Content-Type: text/plain; charset={charset};\r\n {PARAMETER}=\"1\"\r\n");
        return (start..start, field.into_bytes());
    };
    let mut replacement = with_parameter(field, PARAMETER, "1");
    if let Some(charset) = charset {
        let marked = replacement;
        let field = Entity::parse(&marked);
        let fields = field.fields().first();
        replacement = fields.map_or_else(Vec::new, |f| with_parameter(f, "charset", charset));
    }
    (place(field.raw, whole), replacement)
}

/// The line and an empty one, in the text's own charset; and the charset of the whole where that becomes another.
fn plain(
    text: &Entity<'_>,
    subject: &str,
    charset: &str,
    whole: &[u8],
) -> Option<(Change, Option<&'static str>)> {
    let (body, _) = text.decoded_body();
    let element = format!("Subject: {subject}\r\n\r\n");
    let (element, charset) = match charset {
        _ if subject.is_ascii() => (element.into_bytes(), None),
        "utf-8" => (element.into_bytes(), None),
        "iso-8859-1" => (latin1(&element)?, None),
        // What is ASCII is UTF-8, too.
        "us-ascii" if body.is_ascii() => (element.into_bytes(), Some("utf-8")),
        _ => return None,
    };
    Some((inserted(text, &body, 0, element, whole), charset))
}

fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}

/// The `div`, as the first of what the body shows. References to characters are the same in every charset.
fn html(text: &Entity<'_>, subject: &str, whole: &[u8]) -> Change {
    let (body, _) = text.decoded_body();
    let mut element = format!("<div class=\"{CLASS}\"><pre>Subject: ");
    for c in subject.chars() {
        match c {
            '<' => element.push_str("&lt;"),
            '>' => element.push_str("&gt;"),
            '&' => element.push_str("&amp;"),
            '"' => element.push_str("&quot;"),
            '\'' => element.push_str("&apos;"),
            c if c.is_ascii() => element.push(c),
            c => {
                element.push_str("&#");
                element.push_str(&u32::from(c).to_string());
                element.push(';');
            }
        }
    }
    element.push_str("</pre></div>");
    let at = start_of_body(&body);
    inserted(text, &body, at, element.into_bytes(), whole)
}

/// The element at a place of the decoded body. Where the encoding allows it, everything else stays as it stands.
fn inserted(text: &Entity<'_>, body: &[u8], at: usize, element: Vec<u8>, whole: &[u8]) -> Change {
    let stands = place(text.body(), whole);
    let start = stands.start;
    match text.transfer_encoding() {
        TransferEncoding::Identity => (start + at..start + at, element),
        TransferEncoding::QuotedPrintable if at == 0 => (start..start, encoded(text, element)),
        _ => {
            let mut shown = body.to_vec();
            change(&mut shown, vec![(at..at, element)]);
            (stands, encoded(text, shown))
        }
    }
}

/// Where the content of `body` begins; where that has no tag, behind what precedes it.
fn start_of_body(html: &[u8]) -> usize {
    /// In the order in which they stand.
    const BEFORE: [&[u8]; 3] = [b"!doctype", b"html", b"/head"];
    let mut before = BEFORE.iter();
    let mut start = 0;
    let mut at = 0;
    while let Some(tag) = next_tag(html, at) {
        at = tag.end;
        if tag.is(b"body") {
            return at;
        }
        // One that is missing is passed over, one that comes again is of another document, quoted.
        let rest = before.clone();
        if before.any(|name| tag.is(name)) {
            start = at;
        } else {
            before = rest;
        }
    }
    start
}

struct Tag<'a> {
    /// From its name on.
    text: &'a [u8],
    end: usize,
}

impl Tag<'_> {
    fn is(&self, name: &[u8]) -> bool {
        let starts = self.text.get(..name.len());
        let next = self.text.get(name.len());
        starts.is_some_and(|start| start.eq_ignore_ascii_case(name))
            && next.is_some_and(|octet| octet.is_ascii_whitespace() || matches!(octet, b'>' | b'/'))
    }
}

/// The next tag that is not inside of a comment.
fn next_tag(html: &[u8], mut at: usize) -> Option<Tag<'_>> {
    loop {
        let start = at + memchr::memchr(b'<', html.get(at..)?)?;
        let rest = html.get(start..)?;
        if rest.starts_with(b"<!--") {
            at = start + crate::find(rest, b"-->")? + 3;
            continue;
        }
        let mut quote = None;
        let length = rest.iter().position(|octet| {
            let is_open = quote.is_some();
            if quote == Some(*octet) {
                quote = None;
            } else if !is_open && matches!(octet, b'"' | b'\'') {
                quote = Some(*octet);
            }
            !is_open && *octet == b'>'
        })?;
        return Some(Tag {
            text: rest.get(1..)?,
            end: start + length + 1,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::without_legacy_display;

    fn check(subject: &str, entity: &str, expected: &str) {
        let found = with_legacy_display(entity.into(), subject);
        assert_eq!(String::from_utf8(found.clone()).unwrap(), expected);
        let back = Entity::parse(&without_legacy_display(found))
            .decoded_body()
            .0
            .into_owned();
        let body = Entity::parse(entity.as_bytes()).decoded_body().0;
        assert_eq!(back, body.as_ref());
    }

    fn unchanged(subject: &str, entity: &str) {
        let found = with_legacy_display(entity.into(), subject);
        assert_eq!(String::from_utf8(found).unwrap(), entity);
    }

    #[test]
    fn plain_text_in_every_encoding() {
        check(
            "x",
            "Content-Type: text/plain\r\n\r\nhi\r\n",
            "Content-Type: text/plain;\r\n hp-legacy-display=\"1\"\r\n\r\nSubject: x\r\n\r\nhi\r\n",
        );
        check(
            "=?utf-8?q?gr=C3=BC=C3=9Fe?=",
            "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A4\r\n",
            "Content-Type: text/plain; charset=UTF-8;\r\n hp-legacy-display=\"1\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSubject: gr=C3=BC=C3=9Fe\r\n\r\n=C3=A4\r\n",
        );
        check(
            "x",
            "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\naGkNCg==\r\n",
            "Content-Type: text/plain;\r\n hp-legacy-display=\"1\"\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA0KDQpoaQ0K\r\n",
        );
        check(
            "x",
            "\r\nno field at all\r\n",
            "Content-Type: text/plain; charset=us-ascii;\r\n hp-legacy-display=\"1\"\r\n\r\nSubject: x\r\n\r\nno field at all\r\n",
        );
    }

    #[test]
    fn the_charset_has_room_or_becomes_another_or_the_text_stays() {
        check(
            "ü",
            "Content-Type: text/plain; charset=us-ascii\r\n\r\nhi\r\n",
            "Content-Type: text/plain;\r\n hp-legacy-display=\"1\";\r\n charset=\"utf-8\"\r\n\r\nSubject: ü\r\n\r\nhi\r\n",
        );
        let latin = "Content-Type: text/plain; charset=iso-8859-1\r\n\r\nhi\r\n";
        let found = with_legacy_display(latin.into(), "ü");
        assert!(found.ends_with(b"Subject: \xfc\r\n\r\nhi\r\n"));
        unchanged("\u{20ac}", latin);
        for charset in ["iso-8859-7", "us-ascii"] {
            let entity = format!("Content-Type: text/plain; charset={charset}\r\n\r\nhä\r\n");
            unchanged("ü", &entity);
        }
        unchanged(
            "x",
            "Content-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n//4=\r\n",
        );
    }

    /// RFC 9788 §10.3: neither the end of the element nor a tag can come from the Subject.
    #[test]
    fn a_hostile_subject_stays_one_line_of_text() {
        check(
            "=?utf-8?q?a=0D=0A=0D=0Ab=00c?=",
            "Content-Type: text/plain\r\n\r\nhi\r\n",
            "Content-Type: text/plain;\r\n hp-legacy-display=\"1\"\r\n\r\nSubject: a b c\r\n\r\nhi\r\n",
        );
        check(
            "</div>'\"&ü",
            "Content-Type: text/html\r\n\r\n<p>hi",
            "Content-Type: text/html;\r\n hp-legacy-display=\"1\"\r\n\r\n<div class=\"header-protection-legacy-display\"><pre>Subject: &lt;/div&gt;&apos;&quot;&amp;&#252;</pre></div><p>hi",
        );
    }

    #[test]
    fn html_gets_it_first_in_the_body() {
        for (before, after) in [
            (
                "<html><head><title>t</title></head><BODY class=\"a>b\">",
                "<p>hi</p></body></html>",
            ),
            ("<!--[if mso]><body class=\"m\"><![endif]--><body>", "hi"),
            (
                "<!DOCTYPE html><html lang=\"en\"><head></head>",
                "<p>hi <html><p>quoted</html>",
            ),
            ("<!doctype html>", "hi <bodywork>"),
            ("", "<p title='a"),
            ("", "<!-- <body> "),
        ] {
            let head = "Content-Type: text/html";
            let found = with_legacy_display(format!("{head}\r\n\r\n{before}{after}").into(), "x");
            let element = format!("<div class=\"{CLASS}\"><pre>Subject: x</pre></div>");
            assert_eq!(
                String::from_utf8(found.clone()).unwrap(),
                format!("{head};\r\n hp-legacy-display=\"1\"\r\n\r\n{before}{element}{after}")
            );
            assert_eq!(
                String::from_utf8(without_legacy_display(found)).unwrap(),
                format!("{head}\r\n\r\n{before}{after}")
            );
        }
    }

    #[test]
    fn only_the_main_text_gets_it() {
        let part =
            |kind: &str, more: &str| format!("--b\r\nContent-Type: {kind}\r\n{more}\r\nhi\r\n");
        let outer = |subtype: &str, parts: &str| {
            format!("Content-Type: multipart/{subtype}; boundary=b\r\n\r\n{parts}--b--\r\n")
        };
        let count = |entity: String| {
            let found = with_legacy_display(entity.into(), "x");
            memchr::memmem::find_iter(&found, b"hp-legacy-display=").count()
        };
        let (text, html) = (part("text/plain", ""), part("text/html", ""));
        assert_eq!(count(outer("alternative", &format!("{text}{html}"))), 2);
        assert_eq!(count(outer("mixed", &format!("{text}{html}"))), 1);
        assert_eq!(count(outer("related", &format!("{html}{text}"))), 1);
        let image = part("image/png", "");
        assert_eq!(count(outer("mixed", &format!("{image}{text}"))), 0);
        let attached = part("text/plain", "Content-Disposition: attachment\r\n");
        assert_eq!(count(outer("mixed", &attached)), 0);
        for subtype in ["signed", "encrypted", "digest"] {
            assert_eq!(count(outer(subtype, &text)), 0);
        }
    }
}
