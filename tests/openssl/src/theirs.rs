//! The operations by OpenSSL.

use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::stack::Stack;
use openssl::symm::Cipher;

use crate::{Failure, identity::Identity};

/// What stands before the signed entity, and what between it and the signature, in a length that is known to
/// [`open`].
const BEFORE: &[u8] = b"Content-Type: multipart/signed; micalg=sha-256;\r\n\
    \tprotocol=\"application/pkcs7-signature\"; boundary=\"signed\"\r\n\r\n--signed\r\n";
const BETWEEN: &[u8] = b"\r\n--signed\r\nContent-Type: application/pkcs7-signature\r\n\
    Content-Transfer-Encoding: base64\r\n\r\n";
const AFTER: &[u8] = b"\r\n--signed--\r\n";

pub(crate) fn sign(identity: &Identity, entity: &[u8]) -> Result<Vec<u8>, Failure> {
    let cms = CmsContentInfo::sign(
        Some(&identity.certificate),
        Some(&identity.key),
        None,
        Some(entity),
        CMSOptions::DETACHED | CMSOptions::BINARY,
    )?;
    let pem = cms.to_pem()?;
    let mut message = Vec::with_capacity(entity.len() + pem.len() + 512);
    for part in [BEFORE, entity, BETWEEN, &pem, AFTER] {
        message.extend_from_slice(part);
    }
    Ok(message)
}

pub(crate) fn sign_and_encrypt(identity: &Identity, entity: &[u8]) -> Result<Vec<u8>, Failure> {
    let signed = sign(identity, entity)?;
    let mut recipients = Stack::new()?;
    recipients.push(identity.certificate.clone())?;
    let cipher = Cipher::aes_256_cbc();
    let cms = CmsContentInfo::encrypt(&recipients, &signed, cipher, CMSOptions::BINARY)?;
    Ok(cms.to_pem()?)
}

/// Decrypts and verifies what [`sign_and_encrypt`] made of an entity of `octets`.
pub(crate) fn open(identity: &Identity, sealed: &[u8], octets: usize) -> Result<Vec<u8>, Failure> {
    let sealed = CmsContentInfo::from_pem(sealed)?;
    let signed = sealed.decrypt(&identity.key, &identity.certificate)?;
    let start = BEFORE.len();
    let entity = signed.get(start..start + octets).ok_or("no entity")?;
    let signature = signed
        .get(start + octets + BETWEEN.len()..signed.len() - AFTER.len())
        .ok_or("no signature")?;
    CmsContentInfo::from_pem(signature)?.verify(
        None,
        Some(&identity.store),
        Some(entity),
        None,
        CMSOptions::BINARY,
    )?;
    Ok(signed)
}
