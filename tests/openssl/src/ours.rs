//! The operations by this project's engine.

use mail::{Buffer, Entity, UnixTime, base64_octets, content_entity};
use native_crypto::Native;
use smime::{
    ContentCipher, OpenContext, RsaPadding, SignOptions, Signer, open as open_message, protect,
};

use crate::{Failure, identity::Identity};

fn now() -> Result<UnixTime, Failure> {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed()?;
    Ok(UnixTime(i64::try_from(since.as_secs())?))
}

/// What is signed of a message.
pub(crate) fn entity(message: &[u8]) -> Vec<u8> {
    content_entity(&Entity::parse(message))
}

/// The message as whoever receives it holds it: with room for what becomes of it.
pub(crate) fn received(message: &[u8]) -> Buffer {
    let mut buffer = Buffer::with_room_for(base64_octets(message.len() + Buffer::ROOM_OCTETS));
    buffer.append(message);
    buffer
}

pub(crate) fn sign(identity: &Identity, message: Buffer) -> Result<Buffer, Failure> {
    let signer = Signer {
        certificate: &identity.ours,
        chain: &[],
        key: &identity.pair.key,
    };
    let now = now()?;
    let signed = protect(message, |entity| {
        smime::sign(entity, &signer, &SignOptions::default(), now, &Native)
    });
    Ok(signed?)
}

pub(crate) fn sign_and_encrypt(identity: &Identity, message: Buffer) -> Result<Buffer, Failure> {
    let recipients = std::slice::from_ref(&identity.ours);
    let sealed = protect(sign(identity, message)?, |entity| {
        let (cipher, padding) = (ContentCipher::Aes256Cbc, RsaPadding::Pkcs1);
        smime::encrypt(entity, recipients, cipher, padding, &Native)
    });
    Ok(sealed?)
}

/// Decrypts and verifies; the result is a message that can be delivered.
pub(crate) fn open(identity: &Identity, sealed: &[u8]) -> Result<Buffer, Failure> {
    let context = OpenContext {
        keys: std::slice::from_ref(&identity.pair),
        trust: &identity.trust,
        now: now()?,
        provider: &Native,
        content: None,
        checks_address: true,
    };
    let mut opened = open_message(sealed, &context);
    match opened.signature_verdict() {
        Some(Ok(())) => opened
            .take_message()
            .ok_or_else(|| "it stayed closed".into()),
        other => Err(format!("{other:?}").into()),
    }
}
