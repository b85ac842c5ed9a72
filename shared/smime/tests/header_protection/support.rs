//! Keys, and messages built from a payload and a visible header.

use mail::{Entity, UnixTime};
use smime::{
    Certificate, ContentCipher, HeaderProtection, KeyPair, OpenContext, Opened, PrivateKey,
    Provider, ProviderError, RsaPadding, RustCrypto, SignOptions, Signer, TrustStore, encrypt,
    open, protect, protect_with_header, sign,
};

pub(crate) const NOW: UnixTime = UnixTime(1_800_000_000);

/// The header that everybody on the way sees.
pub(crate) const VISIBLE: &str = "Received: from x\r\n\tby y\r\nFrom: <p256@acme.test>\r\nTo: bob@partner.test\r\n\
     Subject: [...]\r\nDate: Tue, 24 Nov 2026 21:00:00 +0000\r\nMessage-ID: <1@acme.test>\r\n";

pub(crate) fn pair(certificate: &[u8], key: &[u8]) -> KeyPair {
    KeyPair {
        certificate: Some(Certificate::from_pem_or_der(certificate).unwrap()),
        key: PrivateKey::from_pem_or_der(key).unwrap(),
    }
}

/// p256@acme.test, who signs.
pub(crate) fn signer_pair() -> KeyPair {
    pair(
        include_bytes!("../fixtures/p256.pem"),
        include_bytes!("../fixtures/p256.key"),
    )
}

/// Who can decrypt.
pub(crate) fn reader_pair() -> KeyPair {
    pair(
        include_bytes!("../fixtures/rsa.pem"),
        include_bytes!("../fixtures/rsa.key"),
    )
}

pub(crate) fn provider() -> impl Provider {
    RustCrypto::new(|out: &mut [u8]| -> Result<(), ProviderError> {
        out.fill(7);
        Ok(())
    })
}

pub(crate) fn opened(message: &[u8]) -> Opened {
    let root = Certificate::from_pem_or_der(include_bytes!("../fixtures/root.pem")).unwrap();
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

pub(crate) fn signed(entity: &[u8], opaque: bool) -> Vec<u8> {
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
    sign(entity, &signer, &options, NOW, &provider())
        .unwrap()
        .into_vec()
}

pub(crate) fn encrypted(entity: &[u8]) -> Vec<u8> {
    let certificates = [reader_pair().certificate.unwrap()];
    let (cipher, padding) = (ContentCipher::Aes256Cbc, RsaPadding::default());
    encrypt(entity, &certificates, cipher, padding, &provider())
        .unwrap()
        .into_vec()
}

pub(crate) fn message(visible: &str, entity: &[u8]) -> Vec<u8> {
    mail::with_content(&Entity::parse(format!("{visible}\r\n").as_bytes()), entity)
}

pub(crate) fn value(message: &[u8], name: &str) -> Option<String> {
    let entity = Entity::parse(message);
    entity.field(name).map(|field| field.text().into_owned())
}

pub(crate) fn text(message: &[u8]) -> String {
    String::from_utf8(message.to_vec()).unwrap()
}

pub(crate) fn written(raw: &[u8], protection: HeaderProtection) -> Vec<u8> {
    let signed = protect_with_header(raw.into(), protection, |entity| {
        Ok::<_, smime::SignError>(signed(&entity, false).into())
    })
    .unwrap();
    let written = match protection {
        HeaderProtection::Clear => signed,
        HeaderProtection::Cipher => protect(signed, |entity| {
            Ok::<_, smime::EncryptError>(encrypted(&entity).into())
        })
        .unwrap(),
    };
    written.into_vec()
}

/// What is delivered of a message: decrypted, with its header put back, or as it came.
pub(crate) fn delivered(mut found: Opened, raw: &[u8]) -> Vec<u8> {
    let message = found.take_message();
    let restored = found.restored.map(|header| header.apply(raw.into()));
    message
        .or(restored)
        .map_or(raw.to_vec(), mail::Buffer::into_vec)
}
