//! Header protection, both ways: messages of the shapes of RFC 9788 appendix C, built here.

#![expect(
    clippy::unwrap_used,
    reason = "a test, which stops at the first thing that is missing"
)]

use mail::{Defect, Entity, UnixTime};
use proptest::prelude::*;
use smime::{
    Certificate, ContentCipher, HeaderProtection, KeyPair, OpenContext, Opened, PrivateKey,
    Provider, ProviderError, RsaPadding, RustCrypto, SignOptions, Signer, TrustStore, encrypt,
    open, protect, protect_with_header, sign,
};

const NOW: UnixTime = UnixTime(1_800_000_000);

/// The header that everybody on the way sees.
const VISIBLE: &str = "Received: from x\r\n\tby y\r\nFrom: <p256@acme.test>\r\nTo: bob@partner.test\r\n\
     Subject: [...]\r\nDate: Tue, 24 Nov 2026 21:00:00 +0000\r\nMessage-ID: <1@acme.test>\r\n";

fn pair(certificate: &[u8], key: &[u8]) -> KeyPair {
    KeyPair {
        certificate: Some(Certificate::from_pem_or_der(certificate).unwrap()),
        key: PrivateKey::from_pem_or_der(key).unwrap(),
    }
}

/// p256@acme.test, who signs.
fn signer_pair() -> KeyPair {
    pair(
        include_bytes!("fixtures/p256.pem"),
        include_bytes!("fixtures/p256.key"),
    )
}

/// Who can decrypt.
fn reader_pair() -> KeyPair {
    pair(
        include_bytes!("fixtures/rsa.pem"),
        include_bytes!("fixtures/rsa.key"),
    )
}

fn provider() -> impl Provider {
    RustCrypto::new(|out: &mut [u8]| -> Result<(), ProviderError> {
        out.fill(7);
        Ok(())
    })
}

fn opened(message: &[u8]) -> Opened {
    let root = Certificate::from_pem_or_der(include_bytes!("fixtures/root.pem")).unwrap();
    let context = OpenContext {
        keys: &[reader_pair()],
        trust: &TrustStore::from_anchors([root]),
        now: NOW,
        provider: &provider(),
        content: None,
        checks_address: true,
    };
    open(message, &context)
}

fn signed(entity: &[u8], opaque: bool) -> Vec<u8> {
    let pair = signer_pair();
    let signer = Signer {
        certificate: pair.certificate.as_ref().unwrap(),
        chain: &[],
        key: &pair.key,
    };
    let options = SignOptions {
        opaque,
        ..SignOptions::default()
    };
    sign(entity, &signer, &options, NOW, &provider()).unwrap()
}

fn encrypted(entity: &[u8]) -> Vec<u8> {
    let certificates = [reader_pair().certificate.unwrap()];
    let (cipher, padding) = (ContentCipher::Aes256Cbc, RsaPadding::default());
    encrypt(entity, &certificates, cipher, padding, &provider()).unwrap()
}

fn message(visible: &str, entity: &[u8]) -> Vec<u8> {
    mail::with_content(&Entity::parse(format!("{visible}\r\n").as_bytes()), entity)
}

fn value(message: &[u8], name: &str) -> Option<String> {
    let entity = Entity::parse(message);
    entity.field(name).map(|field| field.text().into_owned())
}

fn text(message: &[u8]) -> String {
    String::from_utf8(message.to_vec()).unwrap()
}

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
        let found = opened(&message(VISIBLE, &encrypted(&inside)));
        assert_eq!(found.signature_verdict(), Some(Ok(())));
        assert!(found.defects.is_empty(), "{:?}", found.defects);
        let delivered = found.message.unwrap();
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
        .message
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
    let found = opened(&message(VISIBLE, &encrypted(payload.as_bytes())));
    let delivered = text(&found.message.unwrap());
    assert!(delivered.contains("Subject: the truth\r\n"));
    assert!(delivered.ends_with("\r\n\r\nnot\r\n\r\nhello\r\n"));
}

#[test]
fn signed_only() {
    let payload = |subject: &str| {
        format!(
            "From: <p256@acme.test>\r\nSubject: {subject}\r\nContent-Type: text/plain; hp=\"clear\"\r\n\r\nhi\r\n"
        )
    };
    // As it was sent.
    let raw = message(VISIBLE, &signed(payload("[...]").as_bytes(), false));
    let found = opened(&raw);
    assert_eq!(found.signature_verdict(), Some(Ok(())));
    assert_eq!((found.message, found.restored), (None, None));
    // A list has changed the Subject.
    let mut raw = message(VISIBLE, &signed(payload("the truth").as_bytes(), false));
    let restored = opened(&raw).restored.unwrap();
    assert_eq!(value(&restored, "Subject").as_deref(), Some("the truth"));
    assert_eq!(opened(&restored).signature_verdict(), Some(Ok(())));
    // What a bad signature protects is nothing.
    let at = mail::find(&raw, b"the truth").unwrap();
    raw[at] = b'T';
    let found = opened(&raw);
    assert!(matches!(found.signature_verdict(), Some(Err(_))));
    assert_eq!(found.restored, None);
}

/// A list has written itself into From; the signature is that of the protected one.
#[test]
fn another_visible_from_and_a_good_signature() {
    let visible = VISIBLE.replace("<p256@acme.test>", "Alice via list <list@lists.test>");
    let payload = format!("{INNER}Content-Type: text/plain; hp=clear\r\n\r\nhi\r\n");
    let found = opened(&message(&visible, &signed(payload.as_bytes(), false)));
    assert_eq!(found.signature_verdict(), Some(Ok(())));
    let restored = found.restored.unwrap();
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
        let found = opened(&message(VISIBLE, &encrypted(&inside)));
        assert_ne!(found.signature_verdict(), Some(Ok(())));
        assert!(found.defects.contains(&Defect::ProtectedFromDiffers));
        let delivered = found.message.unwrap();
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
        .message
        .unwrap();
    assert_eq!(value(&delivered, "Subject").as_deref(), Some("the truth"));
    assert!(text(&delivered).ends_with("Content-Type: text/html\r\n\r\n<p>hi</p>\r\n"));

    let found = opened(&message(
        VISIBLE,
        &encrypted(&signed(wrapped.as_bytes(), false)),
    ));
    let delivered = found.message.unwrap();
    assert_eq!(value(&delivered, "Subject").as_deref(), Some("the truth"));
    assert_eq!(opened(&delivered).signature_verdict(), Some(Ok(())));

    let forwarded = payload("");
    let delivered = opened(&message(VISIBLE, &encrypted(forwarded.as_bytes())))
        .message
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
            .message
            .unwrap();
        assert_eq!(value(&delivered, "Subject").as_deref(), Some("[...]"));
    }
    // Neither on a message that nothing protects, nor on the outside of one that is.
    let visible = format!("{VISIBLE}HP-Outer: Subject: forged\r\n");
    let plain = message(&visible, part.as_bytes());
    let found = opened(&plain);
    assert_eq!((found.message, found.restored), (None, None));
    let delivered = opened(&message(&visible, &encrypted(payload.as_bytes())))
        .message
        .unwrap();
    assert_eq!(value(&delivered, "Subject").as_deref(), Some("[...]"));
}

fn written(raw: &[u8], protection: HeaderProtection) -> Vec<u8> {
    let signed = protect_with_header(raw, protection, |entity| {
        Ok::<_, smime::SignError>(signed(&entity, false))
    })
    .unwrap();
    match protection {
        HeaderProtection::Clear => signed,
        HeaderProtection::Cipher => protect(&signed, |entity| {
            Ok::<_, smime::EncryptError>(encrypted(&entity))
        })
        .unwrap(),
    }
}

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
    assert_eq!(found.restored, None);
}

#[test]
fn an_encrypted_message_hides_the_subject() {
    let raw = written(COMPOSED.as_bytes(), HeaderProtection::Cipher);
    assert_eq!(value(&raw, "Subject").as_deref(), Some("[...]"));
    assert_eq!(value(&raw, "Comments"), None);
    assert_eq!(value(&raw, "Keywords"), None);
    assert!(!text(&raw).contains("truth"));
    let found = opened(&raw);
    let inside = found.entity.unwrap();
    let payload = Entity::parse(&inside).multipart().unwrap().parts[0].to_vec();
    assert_eq!(
        text(&payload),
        "From: <p256@acme.test>\r\nSubject: the\r\n truth\r\nComments: c\r\nKeywords: k\r\n\
         X-Mailer: m\r\nHP-Outer: From: <p256@acme.test>\r\nHP-Outer: Subject: [...]\r\n\
         HP-Outer: X-Mailer: m\r\n\
         Content-Type: text/plain; charset=utf-8;\r\n hp=\"cipher\"\r\n\r\nhi\r\n"
    );
    let delivered = found.message.unwrap();
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
        let delivered = opened(&raw).message.unwrap();
        assert_eq!(value(&delivered, "Subject").as_deref(), Some("the truth"));
    }
}

/// A Subject in Latin-1 arrives as text, and only what is 7-bit goes into what is only signed.
#[test]
fn a_subject_that_is_no_ascii() {
    let raw =
        b"From: <p256@acme.test>\r\nSubject: gr\xfc\xdfe\r\nContent-Type: text/plain\r\n\r\nhi\r\n";
    let delivered = opened(&written(raw, HeaderProtection::Cipher))
        .message
        .unwrap();
    assert_eq!(value(&delivered, "Subject").as_deref(), Some("grüße"));
    let signed = written(raw, HeaderProtection::Clear);
    let found = opened(&signed);
    assert_eq!(found.signature_verdict(), Some(Ok(())));
    assert_eq!(found.restored, None);
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
        let found = opened(&hidden);
        prop_assert_eq!(found.signature_verdict(), Some(Ok(())));
        let delivered = found.message.unwrap();
        for name in ["From", "Subject", "Keywords", "Comments"] {
            prop_assert_eq!(value(&delivered, name), value(raw.as_bytes(), name));
        }
    }
}
