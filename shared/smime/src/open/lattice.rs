//! ML-DSA signatures (RFC 9882) and ML-KEM recipients (RFC 9936), both ways, with forged certificates:
//! the OpenSSL of today's distributions makes none.

use mail::Entity;

use crate::{
    Certificate, ContentCipher, KeyKind, KeyPair, MlKem, OpenContext, Opened, PostQuantum, Reason,
    RsaPadding, SignOptions, Signer, TrustStore,
    chain::forge::{Authority, KEY_ENCIPHERMENT_USAGE, NOW, SIGNING_KEY_USAGE, provider},
    encrypt, open, protect, sign,
};

const MESSAGE: &[u8] =
    b"From: <alice@acme.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nhello\r\n";

fn opened(message: &[u8], keys: &[KeyPair], root: &Certificate) -> Opened {
    let context = OpenContext {
        keys,
        trust: &TrustStore::from_anchors([root.clone()]),
        now: NOW,
        provider: &provider(),
        content: None,
        checks_address: true,
    };
    open(message, &context)
}

#[test]
fn ml_dsa_signs_and_verifies() {
    let root = Authority::root("root", 1);
    for set in [
        PostQuantum::MlDsa44,
        PostQuantum::MlDsa65,
        PostQuantum::MlDsa87,
    ] {
        let pair = root.pair(KeyKind::PostQuantum(set), SIGNING_KEY_USAGE);
        let signer = Signer {
            certificate: pair.certificate.as_ref().unwrap(),
            chain: &[],
            key: &pair.key,
        };
        let message = protect(MESSAGE.into(), |entity| {
            sign(entity, &signer, &SignOptions::default(), NOW, &provider())
        })
        .unwrap();
        let found = opened(&message, &[], &root.certificate);
        assert_eq!(found.signature_verdict(), Some(Ok(())), "{set:?}");
        assert_eq!(found.signatures[0].algorithm, set.name());
        let altered = String::from_utf8(message.into_vec())
            .unwrap()
            .replace("hello", "hullo");
        let found = opened(altered.as_bytes(), &[], &root.certificate);
        let problem = found.signature_verdict().unwrap().unwrap_err();
        assert_eq!(problem.reason, Reason::DigestMismatch);
    }
}

#[test]
fn ml_kem_recipients_open_what_is_sent_to_them() {
    let root = Authority::root("root", 1);
    for set in [MlKem::MlKem512, MlKem::MlKem768, MlKem::MlKem1024] {
        let pair = root.pair(KeyKind::MlKem(set), KEY_ENCIPHERMENT_USAGE);
        let certificate = pair.certificate.clone().unwrap();
        let sealed = protect(MESSAGE.into(), |entity| {
            encrypt(
                entity,
                &[certificate],
                ContentCipher::Aes256Gcm,
                RsaPadding::Pkcs1,
                &provider(),
            )
        })
        .unwrap();
        let found = opened(&sealed, &[pair], &root.certificate);
        assert_eq!(found.decryption_verdict(), Some(Ok(())), "{set:?}");
        let entity = found.entity.unwrap();
        assert_eq!(Entity::parse(&entity).body(), b"hello\r\n");
    }
}
