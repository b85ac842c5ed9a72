//! Keys that come without the certificate that would name them are tried on all recipients.

use smime::{ContentCipher, KeyPair, Opened, Reason, RsaPadding};

use super::{der, encrypted};
use crate::support::{P256, RSA, X25519, encrypt_to, opened, opened_with};

const RECIPIENTS: [usize; 3] = [1, 0, 1];
const ENCRYPTED_KEY: [usize; 5] = [1, 0, 1, 0, 3];
const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nhello\r\n";
/// With so many messages some guess or other is followed by a right padding.
const MESSAGES: usize = 10;

fn reason(found: &Opened) -> Option<Reason> {
    let verdict = found.decryption_verdict().unwrap();
    verdict.err().map(|problem| problem.reason)
}

/// An object whose last recipient is the one with the key, after so many others.
fn behind_others(others: usize, entity: &[u8], cipher: ContentCipher) -> Vec<u8> {
    let object = encrypted(entity, cipher, RsaPadding::Pkcs1);
    let own = der::children(der::at(&object, &RECIPIENTS))[0].to_vec();
    let key = der::content(der::at(&object, &ENCRYPTED_KEY)).to_vec();
    let mut all = Vec::new();
    for number in 0..others {
        let mut wrong = key.clone();
        wrong[100] ^= u8::try_from(number + 1).unwrap();
        let object = der::with(&object, &ENCRYPTED_KEY, &wrong);
        all.extend_from_slice(der::children(der::at(&object, &RECIPIENTS))[0]);
    }
    all.extend_from_slice(&own);
    der::with(&object, &RECIPIENTS, &all)
}

fn opened_without_certificate(object: &[u8]) -> Opened {
    let pair = KeyPair {
        certificate: None,
        ..RSA.key_pair()
    };
    opened_with(&[pair], object)
}

/// A wrong guess leaves random octets, whose padding is now and then right.
#[test]
fn wrong_guesses_are_seen_as_such() {
    for number in 0..MESSAGES {
        let entity = [ENTITY, &vec![b'x'; number]].concat();
        let object = behind_others(31, &entity, ContentCipher::Aes128Cbc);
        let found = opened_without_certificate(&object);
        assert_eq!(reason(&found), None, "{number}");
        assert_eq!(found.entity.as_deref(), Some(entity.as_slice()));
    }
}

#[test]
fn guesses_are_limited() {
    let found = opened_without_certificate(&behind_others(32, ENTITY, ContentCipher::Aes128Gcm));
    assert_eq!(reason(&found), Some(Reason::LimitExceeded));
}

/// Each costs a private operation and a decryption of all there is.
#[test]
fn a_certificate_that_is_named_often_is_tried_a_few_times() {
    for (others, expected) in [(3, None), (4, Some(Reason::IntegrityFailure))] {
        let object = behind_others(others, ENTITY, ContentCipher::Aes128Gcm);
        assert_eq!(reason(&opened(&object)), expected);
    }
}

/// Whatever the way, a key that is named and does not fit is one answer.
#[test]
fn a_damaged_key_for_a_named_certificate_is_no_missing_key() {
    for person in [RSA, P256, X25519] {
        let cipher = ContentCipher::Aes128Gcm;
        let entity = encrypt_to(&[person], ENTITY, cipher, RsaPadding::Pkcs1).unwrap();
        let object = mail::decode_base64(mail::Entity::parse(&entity).body()).0;
        let mut infos = der::content(der::at(&object, &RECIPIENTS)).to_vec();
        *infos.last_mut().unwrap() ^= 1;
        let damaged = der::with(&object, &RECIPIENTS, &infos);
        let found = opened_with(&[person.key_pair()], &damaged);
        assert_eq!(reason(&found), Some(Reason::IntegrityFailure));
    }
}

/// The key is there, and what it was used for is not known.
#[test]
fn an_unknown_way_is_told_from_a_missing_key() {
    const SHA256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
    const SHA3_256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x08";
    let mut object = encrypted(ENTITY, ContentCipher::Aes128Cbc, RsaPadding::OAEP_SHA256);
    let at = |object: &[u8]| object.windows(9).position(|window| window == SHA256);
    while let Some(at) = at(&object) {
        object.splice(at..at + SHA3_256.len(), SHA3_256.iter().copied());
    }
    assert_eq!(reason(&opened(&object)), Some(Reason::UnsupportedAlgorithm));
    let found = opened_with(&[], &object);
    assert_eq!(reason(&found), Some(Reason::NoMatchingKey));
}
