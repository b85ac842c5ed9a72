//! What is signed verifies, what is encrypted opens, and the content stays byte for byte.

#![expect(
    clippy::unwrap_used,
    reason = "a test, which stops at the first thing that is missing"
)]

use std::cell::Cell;

use mail::{Buffer, UnixTime};
use smime::{
    Certificate, ContentCipher, Digest, EncryptError, KeyPair, OpenContext, Opened, PrivateKey,
    Provider, ProviderError, Reason, RsaPadding, RustCrypto, SignError, SignOptions, Signer,
    TrustStore, encrypt, open, protect, recipients, sign,
};

macro_rules! pair {
    ($name:literal) => {
        (
            include_bytes!(concat!("fixtures/", $name, ".pem")).as_slice(),
            include_bytes!(concat!("fixtures/", $name, ".key")).as_slice(),
        )
    };
}

const RSA: (&[u8], &[u8]) = pair!("rsa");
const P256: (&[u8], &[u8]) = pair!("p256");
const P384: (&[u8], &[u8]) = pair!("p384");
const P521: (&[u8], &[u8]) = pair!("p521");
const ED25519: (&[u8], &[u8]) = pair!("ed25519");
const X25519: (&[u8], &[u8]) = pair!("x25519");
const ROOT: &[u8] = include_bytes!("fixtures/root.pem");

const NOW: UnixTime = UnixTime(1_800_000_000);

fn key_pair((certificate, key): (&[u8], &[u8])) -> KeyPair {
    KeyPair {
        certificate: Some(Certificate::from_pem_or_der(certificate).unwrap()),
        key: PrivateKey::from_pem_or_der(key).unwrap(),
    }
}

fn certificate(pair: (&[u8], &[u8])) -> Certificate {
    Certificate::from_pem_or_der(pair.0).unwrap()
}

/// Randomness that repeats, so that a failure does.
fn provider() -> impl Provider {
    let state = Cell::new(0x9e37_79b9_7f4a_7c15_u64);
    RustCrypto::new(move |out: &mut [u8]| -> Result<(), ProviderError> {
        for octet in out {
            let mut next = state.get();
            next ^= next << 13;
            next ^= next >> 7;
            next ^= next << 17;
            state.set(next);
            *octet = next.to_be_bytes()[0];
        }
        Ok(())
    })
}

fn opened(message: &[u8], keys: &[KeyPair]) -> Opened {
    let trust = TrustStore::from_anchors([Certificate::from_pem_or_der(ROOT).unwrap()]);
    open(
        message,
        &OpenContext {
            keys,
            trust: &trust,
            now: NOW,
            provider: &provider(),
            content: None,
            checks_address: true,
        },
    )
}

fn message(from: &str) -> Vec<u8> {
    format!(
        "Received: from x\r\n\tby y\r\nFrom: <{from}@acme.test>\r\nTo: bob@partner.test\r\n\
         Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         grüße\r\n.\r\nFrom here  \r\n"
    )
    .into_bytes()
}

fn entity() -> Vec<u8> {
    mail::content_entity(&mail::Entity::parse(&message("rsa")))
}

fn signed(pair: (&[u8], &[u8]), from: &str, options: SignOptions) -> Result<Vec<u8>, SignError> {
    let pair = key_pair(pair);
    let signer = Signer {
        certificate: pair.certificate.as_ref().unwrap(),
        chain: &[],
        key: &pair.key,
    };
    protect(message(from).into(), |entity| {
        sign(entity, &signer, &options, NOW, &provider())
    })
    .map(Buffer::into_vec)
}

#[test]
fn every_kind_of_signer_verifies_in_both_forms() {
    for (pair, name) in [
        (RSA, "rsa"),
        (P256, "p256"),
        (P384, "p384"),
        (P521, "p521"),
        (ED25519, "ed25519"),
    ] {
        for opaque in [false, true] {
            for digest in [None, Some(Digest::Sha256), Some(Digest::Sha512)] {
                for pss in [false, true] {
                    let options = SignOptions {
                        opaque,
                        digest,
                        pss,
                    };
                    let message = signed(pair, name, options).unwrap();
                    assert!(mail::is_7bit(&message));
                    let found = opened(&message, &[]);
                    assert_eq!(
                        found.signature_verdict(),
                        Some(Ok(())),
                        "{name} {options:?}"
                    );
                    let report = &found.signatures[0];
                    assert_eq!(report.signing_time, Some(NOW));
                    assert_eq!(report.path.len(), 2);
                    assert_eq!(
                        report.address.as_ref().unwrap().to_string(),
                        format!("{name}@acme.test")
                    );
                }
            }
        }
    }
}

#[test]
fn a_verified_signature_teaches_the_certificate_and_nothing_else_does() {
    let message = signed(RSA, "rsa", SignOptions::default()).unwrap();
    let harvest = opened(&message, &[]).harvest();
    assert_eq!(harvest[0].certificate, certificate(RSA));
    assert_eq!(
        harvest[0].capabilities.as_ref().unwrap().preferred_cipher(),
        Some(ContentCipher::Aes256Gcm)
    );
    // Ed25519 cannot be encrypted to.
    let message = signed(ED25519, "ed25519", SignOptions::default()).unwrap();
    assert!(opened(&message, &[]).harvest().is_empty());
    // Signed by somebody else than the author.
    let message = signed(RSA, "mallory", SignOptions::default()).unwrap();
    let found = opened(&message, &[]);
    let problem = found.signature_verdict().unwrap().unwrap_err();
    assert_eq!(problem.reason, Reason::AddressMismatch);
    assert!(found.harvest().is_empty());
}

#[test]
fn a_changed_word_is_a_digest_mismatch() {
    let message = signed(P256, "p256", SignOptions::default()).unwrap();
    let text = String::from_utf8(message).unwrap();
    let altered = text.replace("rom here", "rom hell");
    assert_ne!(altered, text);
    let found = opened(altered.as_bytes(), &[]);
    let problem = found.signature_verdict().unwrap().unwrap_err();
    assert_eq!(problem.reason, Reason::DigestMismatch);
}

#[test]
fn header_fields_stay_in_order_byte_for_byte() {
    let original = message("rsa");
    let protected = protect(original.as_slice().into(), |entity| {
        encrypt(
            entity,
            &[certificate(RSA)],
            ContentCipher::Aes256Gcm,
            RsaPadding::Pkcs1,
            &provider(),
        )
    })
    .unwrap();
    let header = mail::Entity::parse(&original);
    let kept: Vec<u8> = header
        .fields()
        .iter()
        .take(4)
        .flat_map(|field| field.raw.to_vec())
        .collect();
    assert!(protected.starts_with(&kept));
    let mut found = opened(&protected, &[key_pair(RSA)]);
    assert_eq!(found.entity.as_ref().unwrap(), &entity());
    assert_eq!(found.take_message().unwrap(), original);
}

#[test]
fn every_kind_of_recipient_opens_every_cipher() {
    let pairs = [RSA, P256, P384, P521, X25519];
    let certificates: Vec<Certificate> = pairs.into_iter().map(certificate).collect();
    for cipher in ContentCipher::ALL {
        for padding in [RsaPadding::Pkcs1, RsaPadding::OAEP_SHA256] {
            let sealed = encrypt(entity(), &certificates, cipher, padding, &provider()).unwrap();
            assert!(mail::is_7bit(&sealed));
            let named = recipients(&sealed);
            for (index, pair) in pairs.into_iter().enumerate() {
                assert!(named[index].matches(&certificates[index]));
                let found = opened(&sealed, &[key_pair(pair)]);
                let found = found.entity.unwrap();
                assert_eq!(found, entity(), "{cipher} {padding:?} {index}");
            }
            let found = opened(&sealed, &[key_pair(ED25519)]);
            let problem = found.decryption_verdict().unwrap().unwrap_err();
            assert_eq!(problem.reason, Reason::NoMatchingKey);
            assert_eq!(found.sealed_for().unwrap().len(), pairs.len());
            assert!(found.entity.is_none());
        }
    }
}

#[test]
fn a_key_without_certificate_is_tried() {
    let sealed = encrypt(
        entity(),
        &[certificate(P256), certificate(RSA)],
        ContentCipher::Aes128Cbc,
        RsaPadding::Pkcs1,
        &provider(),
    )
    .unwrap();
    let lone = |pair| KeyPair {
        certificate: None,
        ..key_pair(pair)
    };
    let found = opened(&sealed, &[lone(RSA)]);
    assert_eq!(found.entity.unwrap(), entity());
    let found = opened(&sealed, &[lone(P384)]);
    let problem = found.decryption_verdict().unwrap().unwrap_err();
    assert_eq!(problem.reason, Reason::NoMatchingKey);
}

#[test]
fn signed_then_encrypted_then_signed() {
    let pair = key_pair(P256);
    let signer = Signer {
        certificate: pair.certificate.as_ref().unwrap(),
        chain: &[],
        key: &pair.key,
    };
    let wrapped = protect(message("p256").into(), |entity| {
        let options = SignOptions::default();
        let inner = sign(entity, &signer, &options, NOW, &provider()).unwrap();
        let sealed = encrypt(
            inner,
            &[certificate(RSA)],
            ContentCipher::Aes256Cbc,
            RsaPadding::Pkcs1,
            &provider(),
        )
        .unwrap();
        let opaque = SignOptions {
            opaque: true,
            ..options
        };
        sign(sealed, &signer, &opaque, NOW, &provider())
    })
    .unwrap();
    assert_eq!(recipients(&wrapped).len(), 1);
    let mut found = opened(&wrapped, &[key_pair(RSA)]);
    assert_eq!(found.layers.len(), 3);
    assert_eq!(found.signatures.len(), 2);
    assert_eq!(found.signature_verdict(), Some(Ok(())));
    assert_eq!(found.decryption_verdict(), Some(Ok(())));
    // What is delivered still carries the inner signature.
    let delivered = opened(&found.take_message().unwrap(), &[]);
    assert_eq!(delivered.signature_verdict(), Some(Ok(())));
}

#[test]
fn a_part_is_not_the_whole() {
    let message = signed(P256, "p256", SignOptions::default()).unwrap();
    let parsed = mail::Entity::parse(&message);
    let content = mail::content_entity(&parsed);
    let mut spliced = mail::outer_header(&parsed);
    spliced.extend_from_slice(b"Content-Type: multipart/mixed; boundary=list\r\n\r\n--list\r\n");
    spliced.extend_from_slice(&content);
    spliced.extend_from_slice(b"\r\n--list\r\n\r\nUnsubscribe here\r\n--list--\r\n");
    let found = opened(&spliced, &[]);
    let problem = found.signature_verdict().unwrap().unwrap_err();
    assert_eq!(problem.reason, Reason::PartlySigned);
    assert!(found.harvest().is_empty());
}

#[test]
fn what_is_forwarded_does_not_spoil_the_whole() {
    let forwarded = signed(RSA, "mallory", SignOptions::default()).unwrap();
    let mut outer = b"From: <p256@acme.test>\r\nContent-Type: message/rfc822\r\n\r\n".to_vec();
    outer.extend_from_slice(&forwarded);
    let pair = key_pair(P256);
    let signer = Signer {
        certificate: pair.certificate.as_ref().unwrap(),
        chain: &[],
        key: &pair.key,
    };
    let options = SignOptions::default();
    let message = protect(outer.into(), |entity| {
        sign(entity, &signer, &options, NOW, &provider())
    });
    let found = opened(&message.unwrap(), &[]);
    assert_eq!(found.signatures.len(), 2);
    assert_eq!(found.signature_verdict(), Some(Ok(())));
    let learnt: Vec<Certificate> = found
        .harvest()
        .into_iter()
        .map(|harvest| harvest.certificate)
        .collect();
    assert_eq!(learnt, [certificate(P256)]);
}

#[test]
fn no_altered_octet_makes_it_panic_or_believe() {
    let message = signed(P256, "p256", SignOptions::default()).unwrap();
    let sealed = protect(message.as_slice().into(), |entity| {
        encrypt(
            entity,
            &[certificate(P256)],
            ContentCipher::Aes128Gcm,
            RsaPadding::Pkcs1,
            &provider(),
        )
    })
    .unwrap();
    let keys = [key_pair(P256)];
    let body = mail::find(&sealed, b"\r\n\r\n").unwrap() + 4;
    for position in (0..sealed.len()).step_by(23) {
        let mut altered = sealed.to_vec();
        altered[position] ^= 1;
        let found = opened(&altered, &keys);
        let is_same = found.entity.is_none_or(|entity| {
            // What survives the change of a header field or of a line end is what was sent.
            message.ends_with(mail::Entity::parse(&entity).body())
        });
        assert!(is_same, "{position}");
        if position >= body {
            opened(&sealed[..position], &keys);
        }
    }
}

#[test]
fn encrypted_content_beside_other_content_stays_closed() {
    let sealed = encrypt(
        entity(),
        &[certificate(RSA)],
        ContentCipher::Aes256Gcm,
        RsaPadding::Pkcs1,
        &provider(),
    )
    .unwrap();
    let mut spliced =
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<img src=\"http://evil.test/\r\n--x\r\n"
            .to_vec();
    spliced.extend_from_slice(&sealed);
    spliced.extend_from_slice(b"\r\n--x\r\n\r\n\">\r\n--x--\r\n");
    let found = opened(&spliced, &[key_pair(RSA)]);
    let problem = found.decryption_verdict().unwrap().unwrap_err();
    assert_eq!(problem.reason, Reason::PartlyEncrypted);
    assert!(found.entity.is_none());
}

#[test]
fn who_may_not_sign_or_read_is_refused() {
    assert_eq!(
        signed(X25519, "x25519", SignOptions::default()),
        Err(SignError::UnsupportedKey)
    );
    let (rsa, other) = (certificate(RSA), key_pair(P256));
    let signer = Signer {
        certificate: &rsa,
        chain: &[],
        key: &other.key,
    };
    assert_eq!(
        sign(entity(), &signer, &SignOptions::default(), NOW, &provider()),
        Err(SignError::WrongKey)
    );
    let to = |certificates: &[Certificate]| {
        encrypt(
            entity(),
            certificates,
            ContentCipher::default(),
            RsaPadding::Pkcs1,
            &provider(),
        )
    };
    assert_eq!(to(&[]), Err(EncryptError::NoRecipients));
    assert_eq!(
        to(&[certificate(RSA), certificate(ED25519)]),
        Err(EncryptError::WrongUsage(1))
    );
}
