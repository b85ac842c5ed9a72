//! A content key under a password (RFC 3211, RFC 5652 §6.2.4).

use der::oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::Password;
use crate::{
    asn1::{Asn1Error, Reader, oid, tag},
    hazmat::{cipher, legacy},
    sensitive::Sensitive,
};

/// What a `PasswordRecipientInfo` says.
pub(crate) struct PasswordWrap {
    /// The content of the key derivation's `AlgorithmIdentifier`.
    derivation: Vec<u8>,
    cipher: ObjectIdentifier,
    iv: Vec<u8>,
    encrypted_key: Vec<u8>,
}

impl PasswordWrap {
    /// Reads the fields behind the tag; `None` for a key that is not derived, or not wrapped, in the usual way.
    pub(crate) fn read(mut fields: Reader<'_>) -> Result<Option<Self>, Asn1Error> {
        fields.small_integer()?;
        let Some(derivation) = fields.optional(tag::context(0))? else {
            return Ok(None);
        };
        let mut wrap = fields.sequence()?;
        if wrap.oid()? != oid::PASSWORD_WRAP {
            return Ok(None);
        }
        let mut scheme = wrap.sequence()?;
        Ok(Some(Self {
            derivation: derivation.content.to_vec(),
            cipher: scheme.oid()?,
            iv: scheme.octets()?.to_vec(),
            encrypted_key: fields.octets()?.to_vec(),
        }))
    }

    /// The content key; `None` if the password is another, or something about the wrap is not known here.
    pub(crate) fn open(&self, password: &Password) -> Option<Sensitive<Vec<u8>>> {
        let (key_octets, block_octets) = match self.cipher {
            oid::AES128_CBC => (16, cipher::BLOCK_OCTETS),
            oid::AES192_CBC => (24, cipher::BLOCK_OCTETS),
            oid::AES256_CBC => (32, cipher::BLOCK_OCTETS),
            oid::TRIPLE_DES_CBC => (24, legacy::BLOCK_OCTETS),
            _ => return None,
        };
        let derivation = Reader::new(&self.derivation);
        let key = password.derive_pbkdf2(derivation, key_octets).ok()?;
        let decrypt = |iv: &[u8], blocks: &mut [u8]| {
            if block_octets == legacy::BLOCK_OCTETS {
                legacy::triple_des_cbc_decrypt(&key, iv, blocks).ok()
            } else {
                cipher::aes_cbc_decrypt(&key, iv.try_into().ok()?, blocks).ok()
            }
        };
        // It is encrypted twice in a row, the second time with the first one's last block for an IV (RFC 3211 §2.3.2).
        let mut blocks = Zeroizing::new(self.encrypted_key.clone());
        let last = blocks.len().checked_sub(block_octets)?;
        let before = last.checked_sub(block_octets)?;
        let iv = blocks.get(before..last)?.to_vec();
        decrypt(&iv, blocks.get_mut(last..)?)?;
        let iv = Zeroizing::new(blocks.get(last..)?.to_vec());
        decrypt(&iv, blocks.get_mut(..last)?)?;
        decrypt(&self.iv, &mut blocks)?;
        // A count, three octets that are the complement of the key's first, the key.
        let (count, rest) = blocks.split_first()?;
        let (check, rest) = rest.split_at_checked(3)?;
        let found = rest.get(..usize::from(*count))?;
        let is_right = found.len() >= 3
            && check
                .iter()
                .zip(found)
                .all(|(check, octet)| check ^ octet == 0xff);
        is_right.then(|| Sensitive::new(found.to_vec()))
    }
}
