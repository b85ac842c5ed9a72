//! What is signed verifies, what is encrypted opens, and the content stays byte for byte.

use mail::Buffer;
use smime::{
    Capabilities, Certificate, ContentCipher, Digest, EncryptError, KeyPair, Reason, RsaPadding,
    SignError, SignOptions, Signer, protect, recipients, sign,
};

use crate::support::{
    ED25519, NOW, P256, P384, P521, Person, RSA, X25519, encrypt_to, opened_with, writer,
};

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

fn signed(signer: Person, from: &str, options: SignOptions) -> Result<Vec<u8>, SignError> {
    protect(message(from).into(), |entity| signer.sign(entity, options)).map(Buffer::into_vec)
}

#[test]
fn every_kind_of_signer_verifies_in_both_forms() {
    for (signer, name) in [
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
                    let message = signed(signer, name, options);
                    // RFC 8419 §3.
                    if name == "ed25519" && digest == Some(Digest::Sha256) {
                        assert_eq!(message, Err(SignError::UnsupportedKey));
                        continue;
                    }
                    let message = message.unwrap();
                    assert!(mail::is_7bit(&message));
                    let found = opened_with(&[], &message);
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
    let harvest = opened_with(&[], &message).harvest();
    assert_eq!(harvest[0].certificate, RSA.certificate());
    assert_eq!(harvest[0].capabilities, Some(Capabilities::own()));
    // Ed25519 cannot be encrypted to.
    let message = signed(ED25519, "ed25519", SignOptions::default()).unwrap();
    assert!(opened_with(&[], &message).harvest().is_empty());
    // Signed by somebody else than the author.
    let message = signed(RSA, "mallory", SignOptions::default()).unwrap();
    let found = opened_with(&[], &message);
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
    let found = opened_with(&[], altered.as_bytes());
    let problem = found.signature_verdict().unwrap().unwrap_err();
    assert_eq!(problem.reason, Reason::DigestMismatch);
}

#[test]
fn header_fields_stay_in_order_byte_for_byte() {
    let original = message("rsa");
    let protected = protect(original.as_slice().into(), |entity| {
        encrypt_to(&[RSA], entity, ContentCipher::Aes256Gcm, RsaPadding::Pkcs1)
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
    let mut found = opened_with(&[RSA.key_pair()], &protected);
    assert_eq!(found.entity.as_ref().unwrap(), &entity());
    assert_eq!(found.take_message().unwrap(), original);
}

#[test]
fn every_kind_of_recipient_opens_every_cipher() {
    let readers = [RSA, P256, P384, P521, X25519];
    for cipher in ContentCipher::ALL {
        for padding in [RsaPadding::Pkcs1, RsaPadding::OAEP_SHA256] {
            let sealed = encrypt_to(&readers, entity(), cipher, padding).unwrap();
            assert!(mail::is_7bit(&sealed));
            let named = recipients(&sealed);
            for (index, reader) in readers.into_iter().enumerate() {
                assert!(named[index].matches(&reader.certificate()));
                let found = opened_with(&[reader.key_pair()], &sealed);
                let found = found.entity.unwrap();
                assert_eq!(found, entity(), "{cipher} {padding:?} {index}");
            }
            let found = opened_with(&[ED25519.key_pair()], &sealed);
            let problem = found.decryption_verdict().unwrap().unwrap_err();
            assert_eq!(problem.reason, Reason::NoMatchingKey);
            assert_eq!(named.len(), readers.len());
            assert!(found.entity.is_none());
        }
    }
}

#[test]
fn a_key_without_certificate_is_tried() {
    let sealed = encrypt_to(
        &[P256, RSA],
        entity(),
        ContentCipher::Aes128Cbc,
        RsaPadding::Pkcs1,
    )
    .unwrap();
    let lone = |reader: Person| KeyPair {
        certificate: None,
        ..reader.key_pair()
    };
    let found = opened_with(&[lone(RSA)], &sealed);
    assert_eq!(found.entity.unwrap(), entity());
    let found = opened_with(&[lone(P384)], &sealed);
    let problem = found.decryption_verdict().unwrap().unwrap_err();
    assert_eq!(problem.reason, Reason::NoMatchingKey);
}

#[test]
fn signed_then_encrypted_then_signed() {
    let wrapped = protect(message("p256").into(), |entity| {
        let options = SignOptions::default();
        let inner = P256.sign(entity, options).unwrap();
        let sealed =
            encrypt_to(&[RSA], inner, ContentCipher::Aes256Cbc, RsaPadding::Pkcs1).unwrap();
        let opaque = SignOptions {
            opaque: true,
            ..options
        };
        P256.sign(sealed, opaque)
    })
    .unwrap();
    assert_eq!(recipients(&wrapped).len(), 1);
    let mut found = opened_with(&[RSA.key_pair()], &wrapped);
    assert_eq!(found.layers.len(), 3);
    assert_eq!(found.signatures.len(), 2);
    assert_eq!(found.signature_verdict(), Some(Ok(())));
    assert_eq!(found.decryption_verdict(), Some(Ok(())));
    // What is delivered still carries the inner signature.
    let delivered = opened_with(&[], &found.take_message().unwrap());
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
    let found = opened_with(&[], &spliced);
    let problem = found.signature_verdict().unwrap().unwrap_err();
    assert_eq!(problem.reason, Reason::PartlySigned);
    assert!(found.harvest().is_empty());
}

#[test]
fn what_is_forwarded_does_not_spoil_the_whole() {
    let stranger = signed(RSA, "mallory", SignOptions::default()).unwrap();
    let stranger = String::from_utf8(stranger).unwrap();
    let damaged = stranger.replacen("\r\n\r\nMI", "\r\n\r\nMA", 1);
    for (forwarded, signatures) in [(stranger, 2), (damaged, 1)] {
        let mut outer = b"From: <p256@acme.test>\r\nContent-Type: message/rfc822\r\n\r\n".to_vec();
        outer.extend_from_slice(forwarded.as_bytes());
        let message = protect(outer.into(), |entity| {
            P256.sign(entity, SignOptions::default())
        });
        let found = opened_with(&[], &message.unwrap());
        assert_eq!(found.layers.len(), 2);
        assert_eq!(found.signatures.len(), signatures);
        assert_eq!(found.signature_verdict(), Some(Ok(())));
        let learnt: Vec<Certificate> = found
            .harvest()
            .into_iter()
            .map(|harvest| harvest.certificate)
            .collect();
        assert_eq!(learnt, [P256.certificate()]);
    }
}

/// Another client signed it without encoding its content.
#[test]
fn a_signature_inside_that_is_not_7bit_stays_good() {
    let content = entity();
    let opaque = SignOptions {
        opaque: true,
        ..SignOptions::default()
    };
    let object = P384.sign(content.clone(), opaque).unwrap();
    let inner = [
        b"From: <p256@acme.test>\r\nContent-Type: multipart/signed; boundary=i; \
          protocol=\"application/pkcs7-signature\"\r\n\r\n--i\r\n",
        content.as_slice(),
        b"\r\n--i\r\nContent-Type: application/pkcs7-signature\r\n\
          Content-Transfer-Encoding: base64\r\n\r\n",
        mail::Entity::parse(&object).body(),
        b"\r\n--i--\r\n",
    ]
    .concat();
    let message = protect(inner.into(), |entity| {
        P256.sign(entity, SignOptions::default())
    });
    let message = message.unwrap();
    assert!(mail::is_7bit(&message));
    let found = opened_with(&[], &message);
    assert_eq!(found.signatures.len(), 2);
    assert!(found.signatures[0].verdict.is_ok());
    // Good, but not the author's.
    let inner = found.signatures[1].verdict.as_ref().unwrap_err();
    assert_eq!(inner.reason, Reason::AddressMismatch);
}

/// What is encrypted here opens here, however odd it is.
#[test]
fn no_content_looks_as_if_it_was_tampered_with() {
    for entity in [
        &b"Content-Type: text/plain\r\n\r\nGr\xfc\xdfe\r\n"[..],
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xfc\xdfe\r\n",
        b"Content-Type: image/png\r\n\r\n\x89PNG\0\r\n",
        b"Subject: no type\r\n\r\nGr\xfc\xdfe\r\n",
    ] {
        let body = mail::Entity::parse(entity).body();
        for cipher in [ContentCipher::Aes128Cbc, ContentCipher::Aes128Gcm] {
            let sealed = protect(entity.into(), |entity| {
                encrypt_to(&[RSA], entity, cipher, RsaPadding::Pkcs1)
            });
            let mut found = opened_with(&[RSA.key_pair()], &sealed.unwrap());
            let message = found.take_message().unwrap();
            let decoded = mail::Entity::parse(&message).decoded_body().0.into_owned();
            assert_eq!(decoded, body, "{cipher:?}");
        }
    }
}

/// What a line of the header is to whom matters to who vouches for it, not to who has the key.
#[test]
fn a_disputed_line_of_the_header_keeps_nothing_closed() {
    let cipher = ContentCipher::Aes128Gcm;
    let sealed = encrypt_to(&[RSA], entity(), cipher, RsaPadding::Pkcs1).unwrap();
    for line in ["X-Spam : yes", "no field", "X: y\r"] {
        let message = [format!("{line}\r\n").as_bytes(), &sealed].concat();
        let found = opened_with(&[RSA.key_pair()], &message);
        assert_eq!(found.decryption_verdict(), Some(Ok(())), "{line:?}");
    }
}

/// A blank before the colon is no field to some; it does not go with what is signed.
#[test]
fn fields_are_passed_on_as_everybody_reads_them() {
    let raw = [&b"X-Old : spaced\r\n"[..], &message("p256")].concat();
    let options = SignOptions::default();
    let message = protect(raw.into(), |entity| P256.sign(entity, options)).unwrap();
    assert!(message.starts_with(b"X-Old: spaced\r\n"));
    let found = opened_with(&[], &message);
    assert_eq!(found.signature_verdict(), Some(Ok(())));
}

#[test]
fn no_altered_octet_makes_it_panic_or_believe() {
    let message = signed(P256, "p256", SignOptions::default()).unwrap();
    let sealed = protect(message.as_slice().into(), |entity| {
        encrypt_to(&[P256], entity, ContentCipher::Aes128Gcm, RsaPadding::Pkcs1)
    })
    .unwrap();
    let keys = [P256.key_pair()];
    let body = mail::find(&sealed, b"\r\n\r\n").unwrap() + 4;
    for position in (0..sealed.len()).step_by(23) {
        let mut altered = sealed.to_vec();
        altered[position] ^= 1;
        let found = opened_with(&keys, &altered);
        let is_same = found.entity.is_none_or(|entity| {
            // What survives the change of a header field or of a line end is what was sent.
            message.ends_with(mail::Entity::parse(&entity).body())
        });
        assert!(is_same, "{position}");
        if position >= body {
            opened_with(&keys, &sealed[..position]);
        }
    }
}

#[test]
fn encrypted_content_beside_other_content_stays_closed() {
    let sealed = encrypt_to(
        &[RSA],
        entity(),
        ContentCipher::Aes256Gcm,
        RsaPadding::Pkcs1,
    )
    .unwrap();
    let mut spliced =
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<img src=\"http://evil.test/\r\n--x\r\n"
            .to_vec();
    spliced.extend_from_slice(&sealed);
    spliced.extend_from_slice(b"\r\n--x\r\n\r\n\">\r\n--x--\r\n");
    let found = opened_with(&[RSA.key_pair()], &spliced);
    let problem = found.decryption_verdict().unwrap().unwrap_err();
    assert_eq!(problem.reason, Reason::PartlyEncrypted);
    assert!(found.entity.is_none());
}

#[test]
fn certificates_are_read_from_every_kind_of_file() {
    let certificates = [P256.certificate(), RSA.certificate()];
    let bundle = smime::certs_only(&certificates);
    let pem: String = certificates.iter().map(Certificate::to_pem).collect();
    for file in [
        pem.into_bytes(),
        smime::pem::encode("PKCS7", &bundle).into_bytes(),
        bundle.clone(),
    ] {
        let mut found = Certificate::all_from_pem_or_der(&file).unwrap();
        // In a bundle they are a set.
        found.sort_by_key(|certificate| certificate != &certificates[0]);
        assert_eq!(found, certificates);
    }
    let der = certificates[0].der();
    assert_eq!(
        Certificate::all_from_pem_or_der(der).unwrap(),
        certificates[..1]
    );
    assert!(Certificate::all_from_pem_or_der(&bundle[..100]).is_err());
}

#[test]
fn who_may_not_sign_or_read_is_refused() {
    assert_eq!(
        signed(X25519, "x25519", SignOptions::default()),
        Err(SignError::UnsupportedKey)
    );
    let (rsa, other) = (RSA.certificate(), P256.key_pair());
    let signer = Signer {
        certificate: &rsa,
        chain: &[],
        key: &other.key,
    };
    assert_eq!(
        sign(entity(), &signer, &SignOptions::default(), NOW, &writer()),
        Err(SignError::WrongKey)
    );
    let to = |people: &[Person]| {
        let cipher = ContentCipher::default();
        encrypt_to(people, entity(), cipher, RsaPadding::Pkcs1)
    };
    assert_eq!(to(&[]), Err(EncryptError::NoRecipients));
    assert_eq!(to(&[RSA, ED25519]), Err(EncryptError::WrongUsage(1)));
}
