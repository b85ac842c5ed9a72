//! What is written, and that it comes back.

use mail::Entity;
use proptest::prelude::*;
use smime::HeaderProtection;

use super::{encrypted, message, text, value, written};
use crate::support::opened;

const COMPOSED: &str = "Received: from x\r\nFrom: <p256@acme.test>\r\nBcc: eve@evil.test\r\n\
     Subject: the\r\n truth\r\nComments: c\r\nKeywords: k\r\nHP-Outer: Subject: forged\r\n\
     X-Mailer: m\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8; hp=cipher\r\n\r\nhi\r\n";

#[test]
fn a_signed_message_repeats_its_header() {
    let raw = written(COMPOSED.as_bytes(), HeaderProtection::Clear);
    let entity = Entity::parse(&raw);
    let payload = entity.multipart().unwrap().parts[0];
    assert_eq!(
        text(payload),
        "From: <p256@acme.test>\r\nSubject: the\r\n truth\r\nComments: c\r\nKeywords: k\r\n\
         X-Mailer: m\r\nContent-Type: text/plain; charset=utf-8;\r\n hp=\"clear\"\r\n\r\nhi\r\n"
    );
    assert_eq!(value(&raw, "Subject").as_deref(), Some("the truth"));
    let found = opened(&raw);
    assert_eq!(found.signature_verdict(), Some(Ok(())));
    assert!(found.restored.is_none());
}

#[test]
fn an_encrypted_message_hides_the_subject() {
    let raw = written(COMPOSED.as_bytes(), HeaderProtection::Cipher);
    assert_eq!(value(&raw, "Subject").as_deref(), Some("[...]"));
    assert_eq!(value(&raw, "Comments"), None);
    assert_eq!(value(&raw, "Keywords"), None);
    assert!(!text(&raw).contains("truth"));
    let mut found = opened(&raw);
    let inside = found.entity.clone().unwrap();
    let payload = Entity::parse(&inside).multipart().unwrap().parts[0].to_vec();
    assert_eq!(
        text(&payload),
        "From: <p256@acme.test>\r\nSubject: the\r\n truth\r\nComments: c\r\nKeywords: k\r\n\
         X-Mailer: m\r\nHP-Outer: From: <p256@acme.test>\r\nHP-Outer: Subject: [...]\r\n\
         HP-Outer: X-Mailer: m\r\n\
         Content-Type: text/plain; charset=utf-8;\r\n hp-legacy-display=\"1\";\r\n hp=\"cipher\"\r\n\r\n\
         Subject: the truth\r\n\r\nhi\r\n"
    );
    assert_eq!(found.confidential, ["Subject", "Comments", "Keywords"]);
    let delivered = found.take_message().unwrap();
    assert_eq!(value(&delivered, "Subject").as_deref(), Some("the truth"));
    assert_eq!(value(&delivered, "Keywords").as_deref(), Some("k"));
}

/// Without the parameter a reader would not look for the hidden Subject, so it is not hidden.
#[test]
fn where_the_parameter_has_no_place_nothing_is_hidden() {
    let long = "X: y\r\n".repeat(mail::limits::FIELDS_MAX / 2);
    for header in [
        "Content-Type: text\r\n".to_owned(),
        "Content-Type: multipart/mixed; boundary=\"b\r\n".to_owned(),
        format!("{long}Content-Type: text/plain\r\n"),
    ] {
        let raw = format!("From: <p256@acme.test>\r\nSubject: the truth\r\n{header}\r\nhi\r\n");
        let raw = written(raw.as_bytes(), HeaderProtection::Cipher);
        assert_eq!(value(&raw, "Subject").as_deref(), Some("the truth"));
        let delivered = opened(&raw).take_message().unwrap();
        assert_eq!(value(&delivered, "Subject").as_deref(), Some("the truth"));
    }
}

/// Readers that decrypt and no more find the Subject in the text; those that know better do not.
#[test]
fn a_hidden_subject_stands_in_the_text() {
    let body = "--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>hi\r\n--b--\r\n";
    let raw = |subject: &str| {
        let raw = format!(
            "From: <p256@acme.test>\r\n{subject}Content-Type: multipart/alternative; boundary=b\r\n\r\n{body}"
        );
        written(raw.as_bytes(), HeaderProtection::Cipher)
    };
    let inside = opened(&raw("Subject: a\r\n <b>\r\n")).entity.unwrap();
    let payload = Entity::parse(&inside).multipart().unwrap().parts[0].to_vec();
    let shown = text(&payload);
    assert!(shown.contains("\r\n\r\nSubject: a <b>\r\n\r\nhi\r\n"));
    assert!(shown.contains("<pre>Subject: a &lt;b&gt;</pre></div><p>hi\r\n"));
    // Without the signature, which keeps it, it goes.
    let mut delivered = opened(&message("From: <p256@acme.test>\r\n", &encrypted(&payload)));
    let delivered = delivered.take_message().unwrap();
    assert_eq!(text(Entity::parse(&delivered).body()), body);
    assert_eq!(value(&delivered, "Subject").as_deref(), Some("a <b>"));
    // What is not hidden need not be said again.
    for subject in ["", "Subject:\r\n", "Subject: [...]\r\n"] {
        let inside = opened(&raw(subject)).entity.unwrap();
        assert!(!text(&inside).contains("hp-legacy-display"), "{subject}");
    }
}

/// A Subject in Latin-1 arrives as text. Where it is not hidden it does not go into what is signed, which a relay that
/// repairs it would break; nor does the rest, which would pass for the whole header.
#[test]
fn a_subject_that_is_no_ascii() {
    let raw =
        b"From: <p256@acme.test>\r\nSubject: gr\xfc\xdfe\r\nContent-Type: text/plain\r\n\r\nhi\r\n";
    let delivered = opened(&written(raw, HeaderProtection::Cipher))
        .take_message()
        .unwrap();
    assert_eq!(value(&delivered, "Subject").as_deref(), Some("grüße"));
    let signed = written(raw, HeaderProtection::Clear);
    let found = opened(&signed);
    assert_eq!(found.signature_verdict(), Some(Ok(())));
    assert!(found.restored.is_none());
    assert!(!text(Entity::parse(&signed).body()).contains("hp="));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    /// Whatever the Subject and the fields around it are, they come back, and nobody on the way sees them.
    #[test]
    fn what_is_hidden_comes_back(
        subject in "[!-~]{8}[ -~]{0,60}",
        keywords in "[!-~]{8,40}",
        comments in proptest::option::of("[!-~]{8,40}"),
        body in "[ -~]{0,100}",
    ) {
        let comments = comments.map(|text| format!("Comments: {text}\r\n")).unwrap_or_default();
        let header = format!("From: <p256@acme.test>\r\nSubject: {subject}\r\nKeywords: {keywords}\r\n{comments}");
        let raw = format!("{header}Content-Type: text/plain\r\n\r\n{body}\r\n");
        let hidden = written(raw.as_bytes(), HeaderProtection::Cipher);
        prop_assert!(mail::find(Entity::parse(&hidden).header(), subject.as_bytes()).is_none());
        prop_assert!(mail::find(Entity::parse(&hidden).header(), keywords.as_bytes()).is_none());
        let mut found = opened(&hidden);
        prop_assert_eq!(found.signature_verdict(), Some(Ok(())));
        let delivered = found.take_message().unwrap();
        for name in ["From", "Subject", "Keywords", "Comments"] {
            prop_assert_eq!(value(&delivered, name), value(raw.as_bytes(), name));
        }
    }
}
