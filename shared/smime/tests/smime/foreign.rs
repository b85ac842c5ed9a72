//! Objects that OpenSSL made and nothing here makes: read all the same.

use mail::Entity;
use smime::{ContentCipher, LayerKind, Opened, Reason, RsaPadding, open, open_with_password};

use crate::support::{RSA, encrypt_to, reading};

const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nhello\r\n";
const PASSWORD: &str = "Schl\u{fc}ssel 1";

fn opened(message: &[u8], password: Option<&str>) -> Opened {
    reading(&[RSA.key_pair()], false, |context| match password {
        Some(password) => open_with_password(message, context, password),
        None => open(message, context),
    })
}

/// RFC 3211, with the wrap under AES and under Triple DES.
#[test]
fn a_password_opens_what_was_encrypted_to_it() {
    for object in [
        include_bytes!("../fixtures/password-aes.der").as_slice(),
        include_bytes!("../fixtures/password-3des.der").as_slice(),
    ] {
        let found = opened(object, Some(PASSWORD));
        assert_eq!(found.entity.as_deref(), Some(ENTITY));
        for password in [None, Some(""), Some("Schlüssel 2")] {
            let found = opened(object, password);
            let problem = found.decryption_verdict().unwrap().unwrap_err();
            assert_eq!(problem.reason, Reason::NoMatchingKey);
            let LayerKind::Encrypted { recipients, .. } = &found.layers[0].kind else {
                panic!("not encrypted");
            };
            assert_eq!(recipients[0].algorithm, "password");
        }
        // The last octets are content.
        let mut altered = object.to_vec();
        *altered.last_mut().unwrap() ^= 1;
        assert!(opened(&altered, Some(PASSWORD)).entity.is_none());
    }
}

/// CBC content that is no mail looks as if it was tampered with, and in a mail it is taken for that.
#[test]
fn an_object_by_itself_may_hold_a_file() {
    const FILE: &[u8] = b"%PDF-1.7\n\x8f\0\x01\x02\r\n";
    let object = include_bytes!("../fixtures/file.der");
    assert_eq!(opened(object, None).entity.as_deref(), Some(FILE));
    let mut mail = b"Content-Type: application/pkcs7-mime\r\n\
                     Content-Transfer-Encoding: base64\r\n\r\n"
        .to_vec();
    mail::encode_base64(object, &mut mail);
    let found = opened(&mail, None);
    let problem = found.decryption_verdict().unwrap().unwrap_err();
    assert_eq!(problem.reason, Reason::IntegrityFailure);
}

/// What is compressed inside of an encryption comes out as everybody can read it.
#[test]
fn compressed_content_is_delivered_inflated() {
    let mut compressed =
        b"Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            .to_vec();
    mail::encode_base64(
        include_bytes!("../fixtures/compressed.der"),
        &mut compressed,
    );
    let kinds = |found: &Opened| {
        let layers = found.layers.iter();
        let compressed = layers.filter(|layer| matches!(layer.kind, LayerKind::Compressed));
        compressed.filter(|layer| layer.problem.is_none()).count()
    };
    let found = opened(&compressed, None);
    assert!(kinds(&found) == 1 && !found.has_message());
    let sealed = |entity: &[u8]| {
        encrypt_to(&[RSA], entity, ContentCipher::Aes128Cbc, RsaPadding::Pkcs1).unwrap()
    };
    let mut found = opened(&sealed(&compressed), None);
    assert_eq!(kinds(&found), 1);
    assert_eq!(found.entity.as_deref(), Some(ENTITY));
    let delivered = found.take_message().unwrap();
    assert_eq!(Entity::parse(&delivered).body(), b"hello\r\n");
    // Beside other content it is an attachment.
    let mixed = [
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
        compressed.as_slice(),
        b"\r\n--b--\r\n",
    ]
    .concat();
    assert_eq!(opened(&sealed(&mixed), None).entity.unwrap(), mixed);
}
