//! What a signature teaches of a sender who signs with one certificate and is encrypted to with another.

use crate::{
    KeyKind, OpenContext, SignOptions, Signer, TrustStore,
    chain::forge::{Authority, KEY_AGREEMENT_USAGE, NOW, SIGNING_KEY_USAGE, provider},
    open, protect, sign,
};

#[test]
fn the_certificate_to_encrypt_to_comes_with_its_own_authorities() {
    let root = Authority::root("root", 1);
    let below = root.authority("for encryption", 2);
    let signing = root.pair(KeyKind::Ed25519, SIGNING_KEY_USAGE);
    let encryption = below.pair(KeyKind::P256, KEY_AGREEMENT_USAGE).certificate;
    let encryption = encryption.unwrap();
    let message = b"From: <alice@acme.test>\r\n\r\nhello\r\n";
    let signer = Signer {
        certificate: signing.certificate.as_ref().unwrap(),
        chain: &[encryption.clone(), below.certificate.clone()],
        key: &signing.key,
    };
    let message = protect(message[..].into(), |entity| {
        sign(entity, &signer, &SignOptions::default(), NOW, &provider())
    });
    let context = OpenContext {
        keys: &[],
        trust: &TrustStore::from_anchors([root.certificate.clone()]),
        now: NOW,
        provider: &provider(),
        content: None,
        checks_address: true,
    };
    let harvest = open(&message.unwrap(), &context).harvest();
    assert_eq!(harvest.len(), 1);
    assert_eq!(harvest[0].certificate, encryption);
    assert_eq!(harvest[0].issuers, [below.certificate, root.certificate]);
}
