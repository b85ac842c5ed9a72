//! "Johnny, you are fired!" (USENIX Security 2019): a good signature is made to vouch for what it does not cover or for
//! whom it is not of. The signer is p256@acme.test throughout.

use mail::Entity;
use smime::Reason;

use super::{der, entity_of, multipart};
use crate::support::{P384, opened, signed};

const TEXT: &[u8] = b"Content-Type: text/plain\r\n\r\nYou are fired.\r\n";

fn reason(raw: &str) -> Option<Reason> {
    let found = opened(raw.as_bytes());
    let verdict = found.signature_verdict().unwrap();
    // Nothing is learnt from what is not good in every respect.
    assert_eq!(verdict.is_err(), found.harvest().is_empty());
    verdict.err().map(|problem| problem.reason)
}

#[test]
fn a_signature_speaks_for_the_one_author_that_is_shown() {
    let mismatch = Some(Reason::AddressMismatch);
    let long = "p256@acme.test ".repeat(2_000);
    let long = format!("From: \"{long}\" <eve@evil.test>");
    for (header, expected) in [
        ("From: <p256@acme.test>", None),
        ("from: Alice <P256@ACME.test>", None),
        ("From: \"eve@evil.test\" <p256@acme.test>", None),
        ("From: p256@acme.test (eve@evil.test)", None),
        ("From: friends: p256@acme.test;", None),
        // What RFC 5322 does not know, and readers read in more ways than one.
        ("From: <eve@evil.test:p256@acme.test>", mismatch),
        ("From: eve@evil.test: p256@acme.test;", mismatch),
        ("From: <p256@acme.test> eve@evil.test", mismatch),
        ("From: <p256@acme.test>:eve@evil.test", mismatch),
        ("From: eve@evil.test <p256@acme.test>", mismatch),
        // Another author.
        ("From: <eve@evil.test>", mismatch),
        ("From: <p256@acme.test.evil.test>", mismatch),
        ("From: <p256@evil.test>", mismatch),
        ("From: <p256+eve@acme.test>", mismatch),
        ("From: <p256@acme.t\u{435}st>", mismatch),
        // The signer as a name of another author.
        ("From: \"p256@acme.test\" <eve@evil.test>", mismatch),
        ("From: p256@acme.test <eve@evil.test>", mismatch),
        ("From: <eve@evil.test> (p256@acme.test)", mismatch),
        ("From: (<p256@acme.test>) eve@evil.test", mismatch),
        (
            "From: =?utf-8?q?p256=40acme.test?= <eve@evil.test>",
            mismatch,
        ),
        (
            "From: \"p256@acme.test\\\" <p256@acme.test>\" <eve@evil.test>",
            mismatch,
        ),
        ("From: p256@acme.test: eve@evil.test;", mismatch),
        ("From: <@acme.test,@p256.acme.test:eve@evil.test>", mismatch),
        (&long, mismatch),
        // More than one author, in one way or another.
        ("From: <p256@acme.test>, <eve@evil.test>", mismatch),
        ("From: <eve@evil.test>, <p256@acme.test>", mismatch),
        ("From: <p256@acme.test>; <eve@evil.test>", mismatch),
        ("From: <eve@evil.test> <p256@acme.test>", mismatch),
        ("From: friends: p256@acme.test, eve@evil.test;", mismatch),
        ("From: <p256@acme.test>\r\nFrom: <eve@evil.test>", mismatch),
        (
            "From: <eve@evil.test>\r\nfrom : <p256@acme.test>",
            Some(Reason::PartlySigned),
        ),
        ("From: <p256@acme.test>\r\nFrom: <p256@acme.test>", mismatch),
        // No author at all, or one that is none.
        ("Subject: x", mismatch),
        ("From:", mismatch),
        ("From: p256", mismatch),
        ("From: =?utf-8?q?p256=40acme.test?=", mismatch),
        ("From: <p256@acme.test\0@evil.test>", mismatch),
        ("From: <p256@acme.test\0.evil.test>", mismatch),
        ("From: <p256\0@acme.test>", mismatch),
        (
            "Sender: <p256@acme.test>\r\nFrom: <eve@evil.test>",
            mismatch,
        ),
        ("Sender: <p256@acme.test>", mismatch),
        (
            "Resent-From: <p256@acme.test>\r\nFrom: <eve@evil.test>",
            mismatch,
        ),
        (
            "X-From: <p256@acme.test>\r\nReply-To: <p256@acme.test>\r\nFrom: <eve@evil.test>",
            mismatch,
        ),
    ] {
        for opaque in [false, true] {
            let entity = String::from_utf8(signed(TEXT, opaque)).unwrap();
            let raw = format!("{header}\r\nMIME-Version: 1.0\r\n{entity}");
            let start: String = header.chars().take(200).collect();
            assert_eq!(reason(&raw), expected, "{start}");
        }
    }
}

/// A From inside of the content is content; only header protection by RFC 9788 makes it more (and it is signed then).
#[test]
fn a_from_inside_does_not_count() {
    let inner = b"From: <p256@acme.test>\r\nContent-Type: text/plain\r\n\r\nYou are fired.\r\n";
    let entity = String::from_utf8(signed(inner, false)).unwrap();
    let raw = format!("From: <eve@evil.test>\r\n{entity}");
    assert_eq!(reason(&raw), Some(Reason::AddressMismatch));
}

#[test]
fn a_signature_speaks_for_all_that_is_shown_or_for_nothing() {
    let inner = String::from_utf8(signed(TEXT, false)).unwrap();
    let opaque = String::from_utf8(signed(TEXT, true)).unwrap();
    let html = "Content-Type: text/html\r\n\r\n<p>Eve says so.</p><div style='display:none'>\r\n";
    let embedded = |header: &str, entity: &str| {
        format!("Content-Type: message/rfc822\r\n\r\n{header}\r\n{entity}")
    };
    let alice = "From: <p256@acme.test>";
    // A third part, inside of the multipart that says it is signed.
    let (start, last) = inner.trim_end().rsplit_once("\r\n").unwrap();
    let boundary = last.strip_suffix("--").unwrap();
    let third = format!("{start}\r\n{boundary}\r\n{html}\r\n{last}\r\n");
    let first = inner.replacen(boundary, &format!("{boundary}\r\n{html}\r\n{boundary}"), 1);
    for (entity, expected) in [
        (multipart("mixed", &[html, &inner]), Reason::PartlySigned),
        (multipart("mixed", &[&inner, html]), Reason::PartlySigned),
        (multipart("mixed", &[html, &opaque]), Reason::PartlySigned),
        (multipart("mixed (x)", &[&inner]), Reason::PartlySigned),
        (
            multipart("alternative", &[&inner, html]),
            Reason::PartlySigned,
        ),
        (multipart("related", &[html, &inner]), Reason::PartlySigned),
        (
            multipart("mixed", &[html, &multipart("mixed", &[&inner])]),
            Reason::PartlySigned,
        ),
        (embedded(alice, &inner), Reason::PartlySigned),
        (
            embedded("From: <eve@evil.test>", &opaque),
            Reason::PartlySigned,
        ),
        (
            multipart("mixed", &[html, &embedded(alice, &inner)]),
            Reason::PartlySigned,
        ),
        (
            multipart("digest", &[&embedded(alice, &inner)]),
            Reason::PartlySigned,
        ),
        (third, Reason::Malformed),
        (first, Reason::Malformed),
    ] {
        let raw = format!("{alice}\r\nMIME-Version: 1.0\r\n{entity}");
        assert_eq!(reason(&raw), Some(expected), "{entity}");
    }
}

#[test]
fn a_sole_part_is_all_that_is_shown() {
    for opaque in [false, true] {
        let inner = String::from_utf8(signed(TEXT, opaque)).unwrap();
        let entity = multipart("mixed", &[&inner]);
        assert_eq!(reason(&format!("From: <p256@acme.test>\r\n{entity}")), None);
        let footer = format!("From: <p256@acme.test>\r\n{entity}Eve says so.\r\n");
        assert_eq!(reason(&footer), Some(Reason::PartlySigned));
    }
}

/// Text before the first and behind the last delimiter is not shown by readers, and not signed.
#[test]
fn preamble_and_epilogue_are_not_part_of_it() {
    let inner = String::from_utf8(signed(TEXT, false)).unwrap();
    let (header, body) = inner.split_once("\r\n\r\n").unwrap();
    let partly = Some(Reason::PartlySigned);
    for (text, expected) in [
        ("Eve says so.", None),
        ("-- \r\nThe list", None),
        // Whoever finds another boundary in the header, or other lines, finds parts here.
        ("--x\r\nContent-Type: text/html\r\n\r\nEve", partly),
        ("text\r--x\r\nContent-Type: text/html\r\n\r\nEve", partly),
        ("text\x0c--x", partly),
    ] {
        let start = format!("From: <p256@acme.test>\r\n{header}\r\n\r\n");
        assert_eq!(reason(&format!("{start}{text}\r\n{body}")), expected);
        assert_eq!(reason(&format!("{start}{body}{text}\r\n")), expected);
    }
}

/// Readers differ in which of two types or boundaries they follow, and in where they see the end of a broken header; the
/// other shows what stands between the parts.
#[test]
fn a_message_that_readers_take_differently_is_not_covered() {
    let inner = String::from_utf8(signed(TEXT, false)).unwrap();
    let opaque = String::from_utf8(signed(TEXT, true)).unwrap();
    let html = "Content-Type: text/html";
    let twice = inner.replacen("\r\n\r\n", ";\r\n\tboundary=eve\r\n\r\n", 1);
    let comment = inner.replacen("signed;", "signed (a; boundary=eve);", 1);
    let unfinished = inner.replacen("\r\n\r\n", ";\r\n\tx=\"eve\r\n\r\n", 1);
    for (header, entity, expected) in [
        ("X: y", &inner, None),
        (html, &inner, Some(Reason::PartlySigned)),
        (html, &opaque, Some(Reason::PartlySigned)),
        ("X: y", &twice, Some(Reason::PartlySigned)),
        ("Eve says so.", &inner, Some(Reason::PartlySigned)),
        ("Eve says so.", &opaque, Some(Reason::PartlySigned)),
        ("X: y\r\rEve says so.", &inner, Some(Reason::PartlySigned)),
        ("X: y", &comment, Some(Reason::PartlySigned)),
        ("X: y", &unfinished, Some(Reason::PartlySigned)),
    ] {
        let (first, rest) = entity.split_once("\r\n\r\n").unwrap();
        let raw = format!("From: <p256@acme.test>\r\n{first}\r\n{header}\r\n\r\n{rest}");
        assert_eq!(reason(&raw), expected, "{first}");
    }
}

/// Readers show a second part that is no mere signature.
#[test]
fn a_signature_that_is_shown_is_not_covered() {
    let inner = String::from_utf8(signed(TEXT, false)).unwrap();
    let (start, part) = inner
        .split_once("Content-Type: application/pkcs7-signature")
        .unwrap();
    let (_, body) = part.split_once("\r\n\r\n").unwrap();
    let (base64, end) = body.split_once("\r\n--").unwrap();
    let (object, _) = mail::decode_base64(base64.as_bytes());
    let pem = format!("-----BEGIN PKCS7-----\r\n{base64}\r\n-----END PKCS7-----\r\n");
    let mut followed = Vec::new();
    mail::encode_base64(&[&object[..], b"<p>Eve says so."].concat(), &mut followed);
    let followed = String::from_utf8(followed).unwrap();
    let mut padded = Vec::new();
    mail::encode_base64(&[&object[..], &[0; 9], b"\r\n"].concat(), &mut padded);
    let padded = String::from_utf8(padded).unwrap();
    let (plain, encoded) = ("", "Content-Transfer-Encoding: base64\r\n");
    let partly = Some(Reason::PartlySigned);
    for (kind, encoding, body, expected) in [
        ("application/x-pkcs7-signature", encoded, base64, None),
        (
            "application/octet-stream; name=smime.p7s",
            encoded,
            base64,
            None,
        ),
        ("application/pkcs7-signature", plain, &pem, None),
        ("application/pkcs7-signature", encoded, &padded, None),
        ("text/html", encoded, base64, partly),
        ("text/html", plain, &pem, partly),
        ("message/rfc822", plain, &pem, partly),
        ("application/pdf", encoded, base64, partly),
        ("application/pkcs7-signature", encoded, &followed, partly),
        (
            "application/pkcs7-signature, text/html",
            encoded,
            base64,
            partly,
        ),
        (
            "application/pkcs7-signature",
            plain,
            &format!("{pem}<p>Eve says so.\r\n"),
            partly,
        ),
    ] {
        let raw = format!(
            "From: <p256@acme.test>\r\n{start}Content-Type: {kind}\r\n{encoding}\r\n{body}\r\n--{end}"
        );
        assert_eq!(reason(&raw), expected, "{kind} {encoding}");
    }
}

/// What has another type is shown by its programs, whatever its name; what has none is told by its octets.
#[test]
fn a_file_that_is_no_object_by_type_is_one_to_its_end_or_not_covered() {
    let object = mail::decode_base64(Entity::parse(&signed(TEXT, true)).body()).0;
    let followed = [&object, &b"\r\n%PDF-1.7 Eve says so."[..]].concat();
    let blank = [&object, &b"\r\n"[..]].concat();
    let good = Some(None);
    for (kind, octets, expected) in [
        ("application/octet-stream; name=smime.p7m", &object, good),
        ("application/octet-stream; name=smime.p7m", &blank, good),
        ("application/octet-stream", &object, good),
        (
            "application/octet-stream; name=smime.p7m",
            &followed,
            Some(Some(Reason::PartlySigned)),
        ),
        ("application/octet-stream", &followed, None),
        ("application/pdf; name=smime.p7m", &object, None),
        ("application/pdf; name=smime.p7m", &followed, None),
        ("text/html; name=smime.p7m", &object, None),
    ] {
        let mut raw = format!(
            "From: <p256@acme.test>\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        )
        .into_bytes();
        mail::encode_base64(octets, &mut raw);
        let found = opened(&raw);
        let verdict = found.signature_verdict();
        let reason = verdict.map(|verdict| verdict.err().map(|problem| problem.reason));
        assert_eq!(reason, expected, "{kind}");
    }
}

/// The content inside of the signature and the one beside it: readers differ in which they show.
#[test]
fn two_contents_are_none() {
    let opaque = signed(TEXT, true);
    let object = String::from_utf8(opaque).unwrap();
    let (_, base64) = object.split_once("\r\n\r\n").unwrap();
    let raw = format!(
        "From: <p256@acme.test>\r\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=x\r\n\r\n\
         --x\r\nContent-Type: text/plain\r\n\r\nYou are promoted.\r\n--x\r\n\
         Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n{base64}\r\n--x--\r\n"
    );
    assert_eq!(reason(&raw), Some(Reason::DigestMismatch));
}

/// Who signed is named outside of what is signed. Naming another only makes another key fail.
#[test]
fn a_signer_is_whose_key_verifies() {
    const SIGNER_ID: [usize; 5] = [1, 0, 4, 0, 1];
    const CERTIFICATES: [usize; 3] = [1, 0, 3];
    let entity = signed(TEXT, true);
    let (object, _) = mail::decode_base64(Entity::parse(&entity).body());
    let other = P384.certificate();
    let its_id = [other.issuer_der(), &der::element(0x02, other.serial())].concat();
    let signer = der::content(der::at(&object, &CERTIFICATES)).to_vec();
    let with = |id: Option<&[u8]>, certificates: &[&[u8]]| {
        let object = id.map_or_else(|| object.clone(), |id| der::with(&object, &SIGNER_ID, id));
        let object = der::with(&object, &CERTIFICATES, &certificates.concat());
        let entity = String::from_utf8(entity_of(&object)).unwrap();
        move |from: &str| reason(&format!("From: <{from}@acme.test>\r\n{entity}"))
    };
    let (bad, missing) = (
        Some(Reason::SignatureInvalid),
        Some(Reason::NoSignerCertificate),
    );
    // More certificates, in any order, change nothing.
    assert_eq!(with(None, &[other.der(), &signer])("p256"), None);
    assert_eq!(
        with(None, &[other.der(), &signer])("p384"),
        Some(Reason::AddressMismatch)
    );
    assert_eq!(with(Some(&its_id), &[other.der(), &signer])("p384"), bad);
    assert_eq!(with(Some(&its_id), &[other.der(), &signer])("p256"), bad);
    assert_eq!(with(Some(&its_id), &[&signer])("p256"), missing);
    assert_eq!(with(None, &[other.der()])("p384"), missing);
}
