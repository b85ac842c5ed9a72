//! Header protection (RFC 9788), both ways.

mod appendix_c;
mod reading;
mod writing;

use mail::{Buffer, Entity};
use smime::{
    ContentCipher, EncryptError, HeaderProtection, Opened, RsaPadding, SignOptions, protect,
    protect_with_header,
};

use crate::support::{P256, RSA, encrypt_to};

/// The header that everybody on the way sees.
const VISIBLE: &str = "Received: from x\r\n\tby y\r\nFrom: <p256@acme.test>\r\nTo: bob@partner.test\r\n\
     Subject: [...]\r\nDate: Tue, 24 Nov 2026 21:00:00 +0000\r\nMessage-ID: <1@acme.test>\r\n";

fn encrypted(entity: &[u8]) -> Vec<u8> {
    sealed(entity).unwrap().into_vec()
}

fn sealed(entity: impl Into<Buffer>) -> Result<Buffer, EncryptError> {
    encrypt_to(
        &[RSA],
        entity,
        ContentCipher::Aes256Cbc,
        RsaPadding::default(),
    )
}

fn message(visible: &str, entity: &[u8]) -> Vec<u8> {
    mail::with_content(&Entity::parse(format!("{visible}\r\n").as_bytes()), entity)
}

fn value(message: &[u8], name: &str) -> Option<String> {
    let entity = Entity::parse(message);
    entity.field(name).map(|field| field.text().into_owned())
}

fn text(message: &[u8]) -> String {
    String::from_utf8(message.to_vec()).unwrap()
}

fn written(raw: &[u8], protection: HeaderProtection) -> Vec<u8> {
    let signed = protect_with_header(raw.into(), protection, |entity| {
        P256.sign(entity, SignOptions::default())
    });
    let signed: Buffer = signed.unwrap();
    let written = match protection {
        HeaderProtection::Clear => signed,
        HeaderProtection::Cipher => protect(signed, sealed).unwrap(),
    };
    written.into_vec()
}

/// What is delivered of a message: decrypted, with its header put back, or as it came.
fn delivered(mut found: Opened, raw: &[u8]) -> Vec<u8> {
    let message = found.take_message();
    let restored = found.restored.map(|header| header.apply(raw.into()));
    message.or(restored).map_or(raw.to_vec(), Buffer::into_vec)
}
