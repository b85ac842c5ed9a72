//! Whose key a signature is by, where certificates and names are not as they usually are.

use smime::{Digest, OpenContext, Opened, Provider, Reason, SignOptions, SignatureScheme, open};

use super::{counts::multiplied, der, entity_of};
use crate::support::{P256, Person, RSA, opened, reading, writer};

const CERTIFICATES: [usize; 3] = [1, 0, 3];
const SIGNERS: [usize; 3] = [1, 0, 4];
const SIGNERS_ISSUER: [usize; 6] = [1, 0, 4, 0, 1, 0];
const ATTRIBUTES: [usize; 5] = [1, 0, 4, 0, 3];
const SIGNATURE: [usize; 5] = [1, 0, 4, 0, 5];
const SET: u8 = 0x31;

const TEXT: &[u8] = b"Content-Type: text/plain\r\n\r\nhi\r\n";

/// An object in which a person has signed.
fn object(person: Person) -> Vec<u8> {
    let options = SignOptions {
        opaque: true,
        ..SignOptions::default()
    };
    let entity = person.sign(TEXT, options).unwrap();
    mail::decode_base64(mail::Entity::parse(&entity).body()).0
}

fn reasons(found: &Opened) -> Vec<Option<Reason>> {
    let verdicts = found.signatures.iter().map(|signature| &signature.verdict);
    let reasons = verdicts.map(|verdict| verdict.as_ref().err().map(|problem| problem.reason));
    reasons.collect()
}

/// The reason for the one signature in an object.
fn reason(person: &str, object: &[u8]) -> Option<Reason> {
    let from = format!("From: {person}@acme.test\r\n").into_bytes();
    reasons(&opened(&[from, entity_of(object)].concat()))[0]
}

fn replaced(octets: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let at = octets.windows(old.len()).position(|window| window == old);
    let at = at.unwrap();
    [&octets[..at], new, &octets[at + old.len()..]].concat()
}

/// The object with other octets in its certificate, which are as many.
fn with_certificate(object: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let certificate = der::content(der::at(object, &CERTIFICATES));
    der::with(object, &CERTIFICATES, &replaced(certificate, old, new))
}

/// RFC 5280 §7.1: the type of string in which a name stands is not part of it.
#[test]
fn issuers_are_compared_as_names() {
    const UTF8_STRING: u8 = 0x0c;
    const PRINTABLE_STRING: u8 = 0x13;
    let object = object(P256);
    let issuer = der::content(der::at(&object, &SIGNERS_ISSUER)).to_vec();
    let renamed: Vec<u8> = issuer
        .iter()
        .map(|octet| match *octet {
            UTF8_STRING => PRINTABLE_STRING,
            other => other,
        })
        .collect();
    assert_ne!(renamed, issuer);
    let with = |issuer: &[u8]| reason("p256", &der::with(&object, &SIGNERS_ISSUER, issuer));
    assert_eq!(with(&renamed), None);
    let other = issuer.to_ascii_uppercase();
    assert_eq!(with(&other), None);
    assert_eq!(with(&issuer[..0]), Some(Reason::NoSignerCertificate));
}

/// RFC 4055 §1.2: a key that says it is for RSASSA-PSS makes no other signatures.
#[test]
fn a_key_for_pss_alone_signs_nothing_else() {
    const RSA_ENCRYPTION: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
    const RSASSA_PSS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
    let object = object(RSA);
    let restricted = with_certificate(&object, RSA_ENCRYPTION, RSASSA_PSS);
    assert_eq!(reason("rsa", &object), None);
    assert_eq!(reason("rsa", &restricted), Some(Reason::SignatureInvalid));
}

#[test]
fn an_unknown_curve_is_not_a_bad_signature() {
    const P256_CURVE: &[u8] = b"\x2a\x86\x48\xce\x3d\x03\x01\x07";
    const OTHER_CURVE: &[u8] = b"\x2a\x86\x48\xce\x3d\x03\x01\x05";
    let object = with_certificate(&object(P256), P256_CURVE, OTHER_CURVE);
    assert_eq!(reason("p256", &object), Some(Reason::UnsupportedAlgorithm));
}

/// Each signer may mean each certificate: what all of them cost together is limited.
#[test]
fn signers_times_certificates_are_limited() {
    let object = object(P256);
    let wrong = der::with(&object, &SIGNATURE, b"no signature");
    for (certificates, expected) in [(2, Reason::SignatureInvalid), (64, Reason::LimitExceeded)] {
        let many = multiplied(
            &multiplied(&wrong, &SIGNERS, 16),
            &CERTIFICATES,
            certificates,
        );
        let reasons = reasons(&opened(&many));
        assert_eq!(reasons.len(), 16);
        assert_eq!(reasons[0], Some(Reason::SignatureInvalid));
        assert_eq!(reasons[15], Some(expected));
    }
}

/// The octets under a signature with attributes are no content of a signature without any.
#[test]
fn attributes_are_not_passed_off_as_content() {
    const CONTENT: [usize; 5] = [1, 0, 2, 1, 0];
    const SIGNER: [usize; 4] = [1, 0, 4, 0];
    let object = object(P256);
    let attributes = der::element(SET, der::content(der::at(&object, &ATTRIBUTES)));
    let mut parts = der::children(der::at(&object, &SIGNER));
    parts.remove(3);
    let object = der::with(&object, &SIGNER, &parts.concat());
    let confused = der::with(&object, &CONTENT, &attributes);
    assert_eq!(reason("p256", &confused), Some(Reason::SignatureInvalid));
    // That signature is a good one, over these octets.
    let verified = writer().verify(
        SignatureScheme::Ecdsa(Digest::Sha256),
        P256.certificate().spki(),
        &attributes,
        der::content(der::at(&object, &[1, 0, 4, 0, 4])),
    );
    assert_eq!(verified, Ok(()));
}

/// RFC 6211 §3: what the signer says to have used stands beside the signature, or somebody exchanged it.
#[test]
fn algorithms_are_those_that_were_signed() {
    const PROTECTION: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x34";
    const SHA256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
    const SHA384: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x02";
    const ECDSA_SHA256: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x02";
    const ECDSA_SHA384: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x03";
    let object = object(P256);
    let attributes = der::at(&object, &ATTRIBUTES);
    let is_protection = |attribute: &&[u8]| attribute.windows(9).any(|id| id == PROTECTION);
    let place = der::children(attributes).iter().position(is_protection);
    let place = place.expect("we say what we use");
    let protection = der::children(attributes)[place];
    let with = |protection: &[u8]| {
        let attributes = der::with(attributes, &[place], der::content(protection));
        let to_sign = der::element(SET, der::content(&attributes));
        let scheme = SignatureScheme::Ecdsa(Digest::Sha256);
        let signature = writer().sign(scheme, &P256.key_pair().key, &to_sign);
        let object = der::with(&object, &SIGNATURE, &signature.unwrap());
        let object = der::with(&object, &ATTRIBUTES, der::content(&attributes));
        reason("p256", &object)
    };
    assert_eq!(with(protection), None);
    for (meant, other) in [(SHA256, SHA384), (ECDSA_SHA256, ECDSA_SHA384)] {
        let exchanged = replaced(protection, meant, other);
        assert_eq!(with(&exchanged), Some(Reason::SignatureInvalid));
    }
    // In that place would stand the algorithm of an authentication code, which signs nothing.
    let broken = replaced(protection, b"\xa1\x0a", b"\xa2\x0a");
    assert_eq!(with(&broken), Some(Reason::SignatureInvalid));
}

/// Who names the content of a bare object is not told of another one inside of it.
#[test]
fn the_content_that_is_named_is_the_signed_one() {
    let object = object(P256);
    let judge = |content| {
        reading(&[], false, |context| {
            let context = OpenContext {
                content,
                ..*context
            };
            let found = open(&object, &context);
            let verdict = found.signature_verdict().unwrap();
            verdict.err().map(|problem| problem.reason)
        })
    };
    assert_eq!(judge(None), None);
    assert_eq!(judge(Some(TEXT)), None);
    assert_eq!(judge(Some(b"other")), Some(Reason::DigestMismatch));
}
