//! The victim's and the attacker's keys, and messages.

use std::cell::Cell;

use mail::{Entity, UnixTime};
use smime::{
    Certificate, ContentCipher, KeyPair, OpenContext, Opened, PrivateKey, Provider, ProviderError,
    RsaPadding, RustCrypto, SignOptions, Signer, TrustStore, encrypt, open, sign,
};

const NOW: UnixTime = UnixTime(1_800_000_000);
pub(crate) const WRITER: u64 = 1;
const READER: u64 = 2;

fn pair(certificate: &[u8], key: &[u8]) -> KeyPair {
    KeyPair {
        certificate: Some(Certificate::from_pem_or_der(certificate).unwrap()),
        key: PrivateKey::from_pem_or_der(key).unwrap(),
    }
}

/// Of rsa@acme.test, who reads.
pub(crate) fn victim() -> KeyPair {
    pair(
        include_bytes!("../fixtures/rsa.pem"),
        include_bytes!("../fixtures/rsa.key"),
    )
}

/// Of p256@acme.test, who signs.
fn signer() -> KeyPair {
    pair(
        include_bytes!("../fixtures/p256.pem"),
        include_bytes!("../fixtures/p256.key"),
    )
}

/// Randomness that repeats, so that a failure does; writers and readers have each their own.
pub(crate) fn provider(seed: u64) -> impl Provider {
    let state = Cell::new(0x2545_f491_4f6c_dd1d ^ seed);
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

pub(crate) fn opened(message: &[u8]) -> Opened {
    let root = Certificate::from_pem_or_der(include_bytes!("../fixtures/root.pem")).unwrap();
    let context = OpenContext {
        keys: &[victim()],
        trust: &TrustStore::from_anchors([root]),
        now: NOW,
        provider: &provider(READER),
        content: None,
        checks_address: true,
    };
    open(message, &context)
}

/// What is encrypted to the victim, as DER.
pub(crate) fn encrypted(entity: &[u8], cipher: ContentCipher, padding: RsaPadding) -> Vec<u8> {
    let to = [victim().certificate.unwrap()];
    let entity = encrypt(entity, &to, cipher, padding, &provider(WRITER)).unwrap();
    mail::decode_base64(Entity::parse(&entity).body()).0
}

/// A DER object as a MIME entity.
pub(crate) fn entity_of(object: &[u8]) -> Vec<u8> {
    let mut entity =
        b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            .to_vec();
    mail::encode_base64(object, &mut entity);
    entity
}

pub(crate) fn signed(entity: &[u8], opaque: bool) -> Vec<u8> {
    let pair = signer();
    let signer = Signer {
        certificate: pair.certificate.as_ref().unwrap(),
        chain: &[],
        key: &pair.key,
    };
    let options = SignOptions {
        opaque,
        ..SignOptions::default()
    };
    sign(entity, &signer, &options, NOW, &provider(WRITER))
        .unwrap()
        .into_vec()
}

pub(crate) fn multipart(subtype: &str, parts: &[&str]) -> String {
    let parts = parts.join("\r\n--x\r\n");
    format!("Content-Type: multipart/{subtype}; boundary=x\r\n\r\n--x\r\n{parts}\r\n--x--\r\n")
}
