//! What is read of a payload that protects its header.

use mail::{Defect, Entity};

use super::{VISIBLE, encrypted, message, text, value};
use crate::support::{opened, signed};

const INNER: &str = "From: Alice <p256@acme.test>\r\nTo: Bob <bob@partner.test>\r\n\
     Subject: the truth\r\nDate: Tue, 24 Nov 2026 22:00:00 +0100\r\nKeywords: secret\r\n\
     HP-Outer: Subject: [...]\r\n\
     HP-Outer: From: <p256@acme.test>\r\n";

/// Signed and encrypted with `hcp_shy`, which hides most, detached or opaque: the inner fields come back, and
/// the signed content stays as it was signed.
#[test]
fn signed_and_encrypted() {
    let payload = format!(
        "{INNER}Content-Type: text/plain; hp=\"cipher\"; hp-legacy-display=\"1\"\r\n\r\nSubject: the truth\r\n\r\nhello\r\n"
    );
    for opaque in [false, true] {
        let inside = signed(payload.as_bytes(), opaque);
        let mut found = opened(&message(VISIBLE, &encrypted(&inside)));
        assert_eq!(found.signature_verdict(), Some(Ok(())));
        assert!(found.defects.is_empty(), "{:?}", found.defects);
        let delivered = found.take_message().unwrap();
        assert_eq!(value(&delivered, "Subject").as_deref(), Some("the truth"));
        assert_eq!(
            value(&delivered, "From").as_deref(),
            Some("Alice <p256@acme.test>")
        );
        assert_eq!(value(&delivered, "Keywords").as_deref(), Some("secret"));
        assert_eq!(value(&delivered, "HP-Outer"), None);
        assert!(delivered.starts_with(b"Received: from x\r\n\tby y\r\nFrom: Alice"));
        let body = Entity::parse(&inside).body().to_vec();
        assert!(delivered.ends_with(&body), "the signature still fits");
        assert_eq!(opened(&delivered).signature_verdict(), Some(Ok(())));
    }
}

/// Without a signature to keep, what only the cryptographic layer made sense of goes.
#[test]
fn encrypted_only() {
    let payload = format!(
        "{INNER}Content-Type: text/plain; hp=\"cipher\"; hp-legacy-display=\"1\"\r\n\r\nSubject: the truth\r\n\r\nhello\r\n"
    );
    let delivered = opened(&message(VISIBLE, &encrypted(payload.as_bytes())))
        .take_message()
        .unwrap();
    let delivered = text(&delivered);
    let expected = "Received: from x\r\n\tby y\r\nFrom: Alice <p256@acme.test>\r\n\
         To: Bob <bob@partner.test>\r\nSubject: the truth\r\nDate: Tue, 24 Nov 2026 22:00:00 +0100\r\n\
         Message-ID: <1@acme.test>\r\n\
         Keywords: secret\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nhello\r\n";
    assert_eq!(delivered, expected);
}

/// `hp="clear"` inside of an encryption: it was added on the way (RFC 9788 §10.2). There is no Legacy Display.
#[test]
fn clear_in_encryption() {
    let payload = "Subject: the truth\r\nContent-Type: text/plain; hp=clear; hp-legacy-display=1\r\n\r\nnot\r\n\r\nhello\r\n";
    let mut found = opened(&message(VISIBLE, &encrypted(payload.as_bytes())));
    let delivered = text(&found.take_message().unwrap());
    assert!(delivered.contains("Subject: the truth\r\n"));
    assert!(delivered.ends_with("\r\n\r\nnot\r\n\r\nhello\r\n"));
}

#[test]
fn signed_only() {
    let payload = |subject: &str| {
        format!(
            "From: <p256@acme.test>\r\nTo: bob@partner.test\r\nSubject: {subject}\r\nContent-Type: text/plain; hp=\"clear\"\r\n\r\nhi\r\n"
        )
    };
    // As it was sent.
    let raw = message(VISIBLE, &signed(payload("[...]").as_bytes(), false));
    let found = opened(&raw);
    assert_eq!(found.signature_verdict(), Some(Ok(())));
    assert!(found.entity.is_none() && found.restored.is_none());
    // A list has changed the Subject.
    let mut raw = message(VISIBLE, &signed(payload("the truth").as_bytes(), false));
    let restored = opened(&raw).restored.unwrap();
    let restored = restored.apply(raw.as_slice().into());
    assert_eq!(value(&restored, "Subject").as_deref(), Some("the truth"));
    assert_eq!(opened(&restored).signature_verdict(), Some(Ok(())));
    // What a bad signature protects is nothing.
    let at = mail::find(&raw, b"the truth").unwrap();
    raw[at] = b'T';
    let found = opened(&raw);
    assert!(matches!(found.signature_verdict(), Some(Err(_))));
    assert!(found.restored.is_none());
}

/// A list has written itself into From; the signature is that of the protected one.
#[test]
fn another_visible_from_and_a_good_signature() {
    let visible = VISIBLE.replace("<p256@acme.test>", "Alice via list <list@lists.test>");
    let payload = format!("{INNER}Content-Type: text/plain; hp=clear\r\n\r\nhi\r\n");
    let raw = message(&visible, &signed(payload.as_bytes(), false));
    let found = opened(&raw);
    assert_eq!(found.signature_verdict(), Some(Ok(())));
    let restored = found.restored.unwrap().apply(raw.into());
    assert_eq!(
        value(&restored, "From").as_deref(),
        Some("Alice <p256@acme.test>")
    );
}

/// The From that no valid signature vouches for does not replace the one that the mail server has checked.
#[test]
fn another_from_without_a_good_signature() {
    let boss = INNER.replace("Alice <p256@acme.test>", "Boss <boss@acme.test>");
    let payload = format!("{boss}Content-Type: text/plain; hp=\"cipher\"\r\n\r\nhi\r\n");
    for inside in [
        payload.clone().into_bytes(),
        signed(payload.as_bytes(), false),
    ] {
        let mut found = opened(&message(VISIBLE, &encrypted(&inside)));
        assert_ne!(found.signature_verdict(), Some(Ok(())));
        assert!(found.defects.contains(&Defect::ProtectedFromDiffers));
        let delivered = found.take_message().unwrap();
        assert_eq!(
            value(&delivered, "From").as_deref(),
            Some("<p256@acme.test>")
        );
        assert_eq!(value(&delivered, "Subject").as_deref(), Some("the truth"));
    }
}

/// The older way: the payload is the whole message (RFC 8551 §3.1).
#[test]
fn wrapped_in_a_message() {
    let payload = |forwarded: &str| {
        format!(
            "Content-Type: message/rfc822{forwarded}\r\n\r\n{INNER}Content-Type: text/html\r\n\r\n<p>hi</p>\r\n"
        )
    };
    let wrapped = payload("; forwarded=no");
    let delivered = opened(&message(VISIBLE, &encrypted(wrapped.as_bytes())))
        .take_message()
        .unwrap();
    assert_eq!(value(&delivered, "Subject").as_deref(), Some("the truth"));
    assert!(text(&delivered).ends_with("Content-Type: text/html\r\n\r\n<p>hi</p>\r\n"));

    let mut found = opened(&message(
        VISIBLE,
        &encrypted(&signed(wrapped.as_bytes(), false)),
    ));
    let delivered = found.take_message().unwrap();
    assert_eq!(value(&delivered, "Subject").as_deref(), Some("the truth"));
    assert_eq!(opened(&delivered).signature_verdict(), Some(Ok(())));

    let forwarded = payload("");
    let delivered = opened(&message(VISIBLE, &encrypted(forwarded.as_bytes())))
        .take_message()
        .unwrap();
    assert_eq!(value(&delivered, "Subject").as_deref(), Some("[...]"));
}

/// The parameter and HP-Outer mean something at the root of the payload only.
#[test]
fn misplaced_signs_are_ignored() {
    let part = "Subject: forged\r\nHP-Outer: Subject: x\r\nContent-Type: text/plain; hp=cipher\r\n\r\nhi\r\n";
    let payload =
        format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{part}\r\n--b--\r\n");
    for inside in [
        payload.clone().into_bytes(),
        signed(payload.as_bytes(), false),
    ] {
        let delivered = opened(&message(VISIBLE, &encrypted(&inside)))
            .take_message()
            .unwrap();
        assert_eq!(value(&delivered, "Subject").as_deref(), Some("[...]"));
    }
    // Neither on a message that nothing protects, nor on the outside of one that is.
    let visible = format!("{VISIBLE}HP-Outer: Subject: forged\r\n");
    let plain = message(&visible, part.as_bytes());
    let found = opened(&plain);
    assert!(found.entity.is_none() && found.restored.is_none());
    let delivered = opened(&message(&visible, &encrypted(payload.as_bytes())))
        .take_message()
        .unwrap();
    assert_eq!(value(&delivered, "Subject").as_deref(), Some("[...]"));
}

/// Whoever shows the visible From must not take the signature for its author's.
#[test]
fn another_author_inside_is_named() {
    let payload = "From: <p256@acme.test>\r\nContent-Type: text/plain; hp=\"clear\"\r\n\r\nhi\r\n";
    let inside = signed(payload.as_bytes(), false);
    let author = |visible: &str| {
        let header = format!("From: <{visible}>\r\nMIME-Version: 1.0\r\n");
        let found = opened(&message(&header, &inside));
        assert_eq!(found.signature_verdict(), Some(Ok(())));
        found.protected_author.map(|author| author.to_string())
    };
    assert_eq!(author("p256@acme.test"), None);
    assert_eq!(author("ceo@bank.test").as_deref(), Some("p256@acme.test"));
}
