//! The cases of RFC 9788 appendix C, composed here by §5.2 with our own words and keys, and those that go wrong on
//! the way.

use mail::{Defect, Entity};

use super::{VISIBLE, delivered, encrypted, message, text, value};
use crate::support::{opened, signed};

/// How a message is protected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Crypto {
    None,
    Opaque,
    Detached,
    SignedAndEncrypted,
    /// Not in the appendix, but common between gateways.
    Encrypted,
}

/// How its header is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Header {
    Unprotected,
    Protected(Policy),
    /// RFC 8551 §3.1 with `hcp_baseline`.
    Wrapped,
}

/// Header confidentiality policies (RFC 9788 §3.2); without encryption they say nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Policy {
    Baseline,
    Shy,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    number: &'static str,
    crypto: Crypto,
    is_complex: bool,
    header: Header,
    has_legacy_display: bool,
    is_reply: bool,
}

const FIELDS: [(&str, &str); 5] = [
    ("From", "Alice <p256@acme.test>"),
    ("To", "Bob <bob@partner.test>"),
    ("Date", "Tue, 24 Nov 2026 22:00:00 +0100"),
    ("Message-ID", "<2@acme.test>"),
    ("X-Mailer", "a client"),
];

fn lines(prefix: &str, fields: &[(&str, &str)]) -> String {
    fields.iter().fold(String::new(), |lines, (name, value)| {
        lines + prefix + name + ": " + value + "\r\n"
    })
}

impl Case {
    /// What the author wrote.
    fn fields(self) -> Vec<(&'static str, &'static str)> {
        let mut fields = FIELDS.to_vec();
        if self.is_reply {
            fields.push(("Subject", "Re: the offer"));
            fields.push(("In-Reply-To", "<1@partner.test>"));
            fields.push(("References", "<0@partner.test>\r\n <1@partner.test>"));
        } else {
            fields.push(("Subject", "the offer"));
        }
        fields
    }

    fn is_encrypted(self) -> bool {
        matches!(self.crypto, Crypto::SignedAndEncrypted | Crypto::Encrypted)
    }

    fn policy(self) -> Option<Policy> {
        match self.header {
            _ if !self.is_encrypted() => None,
            Header::Unprotected => None,
            Header::Protected(policy) => Some(policy),
            Header::Wrapped => Some(Policy::Baseline),
        }
    }

    fn hidden(self, name: &str, value: &'static str) -> &'static str {
        match (self.policy(), name) {
            (Some(_), "Subject") => "[...]",
            (Some(Policy::Shy), "From") => "p256@acme.test",
            (Some(Policy::Shy), "To") => "bob@partner.test",
            (Some(Policy::Shy), "Date") => "Tue, 24 Nov 2026 21:00:00 +0000",
            _ => value,
        }
    }

    /// The lines of a Legacy Display element.
    fn display(self) -> String {
        let is_shown = |name: &str| matches!(name, "From" | "To" | "Date" | "Subject");
        let mut fields = self.fields();
        fields.retain(|(name, value)| is_shown(name) && self.hidden(name, value) != *value);
        lines("", &fields)
    }

    /// Content-Type, parameters last, and body.
    fn content(self) -> (String, String) {
        let (marked, plain, html) = if self.has_legacy_display {
            let escaped = self.display().replace('<', "&lt;").replace('>', "&gt;");
            (
                "; hp-legacy-display=\"1\"",
                format!("{}\r\nhello\r\n", self.display()),
                format!(
                    "<body><div class=\"header-protection-legacy-display\"><pre>\r\n{escaped}</pre></div><p>hello</p></body>\r\n"
                ),
            )
        } else {
            (
                "",
                "hello\r\n".to_owned(),
                "<body><p>hello</p></body>\r\n".to_owned(),
            )
        };
        if !self.is_complex {
            return (format!("text/plain; charset=\"us-ascii\"{marked}"), plain);
        }
        let part = |kind: &str, text: &str| {
            format!("--in\r\nContent-Type: text/{kind}; charset=us-ascii{marked}\r\n\r\n{text}\r\n")
        };
        let body = format!(
            "--out\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n{}{}--in--\r\n\r\n--out\r\n\
             Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--out--\r\n",
            part("plain", &plain),
            part("html", &html)
        );
        ("multipart/mixed; boundary=out".to_owned(), body)
    }

    /// Composed by RFC 9788 §5.2.1.
    fn compose(self) -> Vec<u8> {
        let fields = self.fields();
        let outer: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, self.hidden(name, value)))
            .collect();
        let (content_type, body) = self.content();
        let payload = match self.header {
            Header::Unprotected => format!("Content-Type: {content_type}\r\n\r\n{body}"),
            Header::Wrapped => format!(
                "Content-Type: message/rfc822\r\n\r\n{}Content-Type: {content_type}\r\n\r\n{body}",
                lines("", &fields)
            ),
            Header::Protected(_) => {
                let hp = if self.is_encrypted() {
                    "cipher"
                } else {
                    "clear"
                };
                let record = if self.is_encrypted() {
                    lines("HP-Outer: ", &outer)
                } else {
                    String::new()
                };
                format!(
                    "{}{}Content-Type: {content_type}; hp=\"{hp}\"\r\n\r\n{body}",
                    lines("", &fields),
                    record
                )
            }
        };
        let payload = payload.as_bytes();
        let entity = match self.crypto {
            Crypto::None => payload.to_vec(),
            Crypto::Opaque => signed(payload, true),
            Crypto::Detached => signed(payload, false),
            Crypto::SignedAndEncrypted => encrypted(&signed(payload, true)),
            Crypto::Encrypted => encrypted(payload),
        };
        message(&lines("", &outer), &entity)
    }
}

/// The appendix: its numbers, and what each case is. Without a policy the header is not protected.
const CASES: &str = "
    C.1.1 plain simple
    C.1.2 opaque simple
    C.1.3 detached simple
    C.1.4 encrypted simple
    C.1.5 plain complex
    C.1.6 opaque complex
    C.1.7 detached complex
    C.1.8 encrypted complex
    C.2.1 opaque simple baseline
    C.2.2 detached simple baseline
    C.2.3 opaque complex baseline
    C.2.4 detached complex baseline
    C.2.5 opaque complex wrapped
    C.2.6 detached complex wrapped
    C.3.1 encrypted simple baseline
    C.3.2 encrypted simple baseline display
    C.3.3 encrypted simple shy
    C.3.4 encrypted simple shy display
    C.3.5 encrypted simple baseline reply
    C.3.6 encrypted simple baseline display reply
    C.3.7 encrypted simple shy reply
    C.3.8 encrypted simple shy display reply
    C.3.9 encrypted complex baseline
    C.3.10 encrypted complex baseline display
    C.3.11 encrypted complex shy
    C.3.12 encrypted complex shy display
    C.3.13 encrypted complex baseline reply
    C.3.14 encrypted complex baseline display reply
    C.3.15 encrypted complex shy reply
    C.3.16 encrypted complex shy display reply
    C.3.17 encrypted complex wrapped
";

fn cases() -> impl Iterator<Item = Case> {
    CASES.trim().lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is = |word: &str| words.contains(&word);
        Case {
            number: words.first().unwrap(),
            crypto: match words.get(1) {
                Some(&"opaque") => Crypto::Opaque,
                Some(&"detached") => Crypto::Detached,
                Some(&"encrypted") => Crypto::SignedAndEncrypted,
                _ => Crypto::None,
            },
            is_complex: is("complex"),
            header: if is("baseline") {
                Header::Protected(Policy::Baseline)
            } else if is("shy") {
                Header::Protected(Policy::Shy)
            } else if is("wrapped") {
                Header::Wrapped
            } else {
                Header::Unprotected
            },
            has_legacy_display: is("display"),
            is_reply: is("reply"),
        }
    })
}

#[test]
fn every_case_reads_as_it_was_written() {
    for case in cases() {
        let raw = case.compose();
        let found = opened(&raw);
        let is_signed = case.crypto != Crypto::None;
        assert_eq!(
            found.signature_verdict(),
            is_signed.then_some(Ok(())),
            "{}",
            case.number
        );
        assert_eq!(found.decryption_verdict().is_some(), case.is_encrypted());
        assert_eq!(found.defects, [], "{}", case.number);
        let secret: &[&str] = match (case.header, case.policy()) {
            (Header::Protected(_), Some(Policy::Baseline)) => &["Subject"],
            (Header::Protected(_), Some(Policy::Shy)) => &["From", "To", "Subject", "Date"],
            _ => &[],
        };
        assert_eq!(found.confidential, secret, "{}", case.number);
        // Nothing was changed on the way, so only decryption gives a reason to deliver something else.
        assert!(found.restored.is_none(), "{}", case.number);
        let shown = delivered(found, &raw);
        for (name, expected) in case.fields() {
            let expected = expected.replace("\r\n", "");
            // Servers may write it, so it is not put back.
            if name != "X-Mailer" {
                assert_eq!(
                    value(&shown, name),
                    Some(expected),
                    "{} {name}",
                    case.number
                );
            }
        }
        if case.is_encrypted() {
            assert_eq!(
                opened(&shown).signature_verdict(),
                Some(Ok(())),
                "{}",
                case.number
            );
        }
    }
}

/// Without a signature to keep, nothing of the protection is left: no parameter, no wrapping, no Legacy Display.
#[test]
fn every_encrypted_case_without_its_signature_is_delivered_clean() {
    for case in cases().filter(|case| case.is_encrypted()) {
        let case = Case {
            crypto: Crypto::Encrypted,
            ..case
        };
        let clean = Case {
            header: Header::Unprotected,
            has_legacy_display: false,
            crypto: Crypto::None,
            ..case
        };
        let delivered = opened(&case.compose()).take_message().unwrap();
        let expected = clean.compose();
        let (delivered, expected) = (Entity::parse(&delivered), Entity::parse(&expected));
        assert_eq!(
            text(delivered.body()),
            text(expected.body()),
            "{}",
            case.number
        );
        for (name, value) in clean.fields() {
            let found = delivered.field(name).map(|field| field.text().into_owned());
            let value = value.replace("\r\n", "");
            assert_eq!(found, Some(value), "{} {name}", case.number);
        }
    }
}

const INNER: &str = "From: Alice <p256@acme.test>\r\nTo: bob@partner.test\r\nCc: carol@partner.test\r\n\
     Subject: the truth\r\nDate: Tue, 24 Nov 2026 21:00:00 +0000\r\nMessage-ID: <1@acme.test>\r\n";
const OUTER: &str = "HP-Outer: From: Alice <p256@acme.test>\r\nHP-Outer: To: bob@partner.test\r\n\
     HP-Outer: Cc: carol@partner.test\r\nHP-Outer: Subject: [...]\r\n\
     HP-Outer: Date: Tue, 24 Nov 2026 21:00:00 +0000\r\nHP-Outer: Message-ID: <1@acme.test>\r\n";

fn payload(fields: &str, parameter: &str) -> Vec<u8> {
    format!("{fields}Content-Type: text/plain{parameter}\r\n\r\nhi\r\n").into_bytes()
}

/// What the author hid is the author's word inside, not what a stranger made of the outside.
#[test]
fn only_hp_outer_says_what_is_confidential() {
    let hidden = |outer: &str| payload(&format!("{INNER}{outer}"), "; hp=\"cipher\"");
    for (payload, expected) in [
        (hidden(OUTER), &["Subject"][..]),
        // Without any, all was removed (RFC 9788 §2.2).
        (
            hidden(""),
            &["From", "To", "Cc", "Subject", "Date", "Message-ID"],
        ),
        // One that says something else is no copy.
        (
            hidden(&OUTER.replace("carol@", "dave@")),
            &["Cc", "Subject"],
        ),
        // The composer did not hide it, although it may not be outside any more.
        (
            hidden(&OUTER.replace("Subject: [...]", "subject:  the   truth")),
            &[],
        ),
        // Encryption that was added on the way hides nothing (§10.2).
        (payload(INNER, "; hp=\"clear\""), &[]),
    ] {
        for inside in [payload.clone(), signed(&payload, false)] {
            let mut found = opened(&message(VISIBLE, &encrypted(&inside)));
            assert_eq!(found.confidential, expected, "{}", text(&payload));
            let delivered = found.take_message().unwrap();
            assert_eq!(value(&delivered, "Subject").as_deref(), Some("the truth"));
            assert_eq!(
                value(&delivered, "Cc").as_deref(),
                Some("carol@partner.test")
            );
        }
        // What is only signed was never secret, whatever it says.
        let found = opened(&message(VISIBLE, &signed(&payload, false)));
        assert!(found.confidential.is_empty());
    }
}

/// A stranger on the way can write outside whatever they like.
#[test]
fn forged_and_injected_fields_outside_are_not_shown() {
    let forged = "Received: from x\r\nFrom: <p256@acme.test>\r\nTo: eve@evil.test\r\nCc: eve@evil.test\r\n\
         Reply-To: eve@evil.test\r\nSubject: forged\r\nSubject: forged again\r\nReferences: <evil@evil.test>\r\n\
         Date: Mon, 01 Jan 2024 00:00:00 +0000\r\nList-Id: <list.partner.test>\r\nSender: <list@partner.test>\r\n\
         HP-Outer: Subject: forged\r\n";
    let expected = "Received: from x\r\nFrom: Alice <p256@acme.test>\r\nTo: bob@partner.test\r\n\
         Cc: carol@partner.test\r\nSubject: the truth\r\nDate: Tue, 24 Nov 2026 21:00:00 +0000\r\n\
         List-Id: <list.partner.test>\r\nSender: <list@partner.test>\r\nHP-Outer: Subject: forged\r\n\
         Message-ID: <1@acme.test>\r\nMIME-Version: 1.0\r\n";
    let cipher = payload(&format!("{INNER}{OUTER}"), "; hp=\"cipher\"");
    let clear = payload(INNER, "; hp=\"clear\"");
    for (entity, is_encrypted) in [
        (encrypted(&signed(&cipher, true)), true),
        (encrypted(&cipher), true),
        (signed(&clear, false), false),
    ] {
        let raw = message(forged, &entity);
        let found = opened(&raw);
        assert_eq!(found.has_message(), is_encrypted);
        assert_eq!(found.restored.is_some(), !is_encrypted);
        let shown = text(&delivered(found, &raw));
        assert!(shown.starts_with(expected), "{shown}");
        assert!(!shown.contains("evil"));
    }
    // Where nothing is protected, nothing is known to be forged.
    let mut found = opened(&message(forged, &encrypted(&payload(INNER, ""))));
    let delivered = found.take_message().unwrap();
    assert_eq!(
        value(&delivered, "Reply-To").as_deref(),
        Some("eve@evil.test")
    );
}

#[test]
fn a_forged_from_outside_falls_to_a_good_signature_only() {
    let visible = VISIBLE.replace("<p256@acme.test>", "<eve@evil.test>");
    let payload = payload(&format!("{INNER}{OUTER}"), "; hp=\"cipher\"");
    let from = |entity: &[u8]| {
        let mut found = opened(&message(&visible, &encrypted(entity)));
        let differs = found.defects.contains(&Defect::ProtectedFromDiffers);
        (
            value(&found.take_message().unwrap(), "From").unwrap(),
            differs,
        )
    };
    let alice = "Alice <p256@acme.test>".to_owned();
    assert_eq!(from(&signed(&payload, true)), (alice, false));
    assert_eq!(from(&payload), ("<eve@evil.test>".to_owned(), true));
}

/// RFC 8551 does not say how the wrapping is told from a forwarded message; the same Message-ID does.
#[test]
fn a_forwarded_message_is_not_the_message() {
    let subject = |wrapped: &str| {
        let mut found = opened(&message(VISIBLE, &encrypted(wrapped.as_bytes())));
        value(&found.take_message().unwrap(), "Subject").unwrap()
    };
    let wrapped = |fields: &str, hp: &str| {
        format!(
            "Content-Type: message/rfc822\r\n\r\n{fields}Content-Type: text/plain{hp}\r\n\r\nhi\r\n"
        )
    };
    assert_eq!(subject(&wrapped(INNER, "")), "the truth");
    assert_eq!(subject(&wrapped(&INNER.replace("<1@", "<9@"), "")), "[...]");
    let without = INNER.replace("Message-ID: <1@acme.test>\r\n", "");
    assert_eq!(subject(&wrapped(&without, "")), "[...]");
    // A message with header protection of its own (RFC 9788 §4.10.1).
    assert_eq!(subject(&wrapped(INNER, "; hp=cipher")), "[...]");
}

/// Clients of the draft before RFC 9788 hid the Subject; nothing else of theirs is believed.
#[test]
fn the_draft_gives_back_the_subject() {
    let drafted = payload(
        "From: <boss@acme.test>\r\nTo: eve@evil.test\r\nSubject: the truth\r\nReply-To: eve@evil.test\r\n",
        "; protected-headers=\"v1\"",
    );
    for entity in [
        encrypted(&drafted),
        encrypted(&signed(&drafted, false)),
        signed(&drafted, true),
    ] {
        let raw = message(VISIBLE, &entity);
        let found = opened(&raw);
        assert!(found.confidential.is_empty() && found.defects.is_empty());
        assert!(found.has_message() || found.restored.is_some());
        let shown = delivered(found, &raw);
        assert_eq!(value(&shown, "Subject").as_deref(), Some("the truth"));
        assert_eq!(value(&shown, "From").as_deref(), Some("<p256@acme.test>"));
        assert_eq!(value(&shown, "To").as_deref(), Some("bob@partner.test"));
        assert_eq!(value(&shown, "Reply-To"), None);
    }
    let unknown = payload("Subject: the truth\r\n", "; protected-headers=\"v2\"");
    let delivered = opened(&message(VISIBLE, &encrypted(&unknown))).take_message();
    assert_eq!(
        value(&delivered.unwrap(), "Subject").as_deref(),
        Some("[...]")
    );
}
