//! Attacks on S/MIME that were published, one table each: what an attacker sends, and what is made of it.

mod counts;
mod der;
mod efail;
mod guesses;
mod oracle;
mod signers;
mod spoofing;

use mail::Entity;
use smime::{ContentCipher, RsaPadding};

use crate::support::{RSA, encrypt_to};

/// What is encrypted to the victim, as DER.
fn encrypted(entity: &[u8], cipher: ContentCipher, padding: RsaPadding) -> Vec<u8> {
    let entity = encrypt_to(&[RSA], entity, cipher, padding).unwrap();
    mail::decode_base64(Entity::parse(&entity).body()).0
}

/// A DER object as a MIME entity.
fn entity_of(object: &[u8]) -> Vec<u8> {
    let mut entity =
        b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            .to_vec();
    mail::encode_base64(object, &mut entity);
    entity
}

fn multipart(subtype: &str, parts: &[&str]) -> String {
    let parts = parts.join("\r\n--x\r\n");
    format!("Content-Type: multipart/{subtype}; boundary=x\r\n\r\n--x\r\n{parts}\r\n--x--\r\n")
}
