//! Ciphers of old mail: decryption only, so that archives stay readable (RFC 8551 §2.7, historic).

use cbc::cipher::{Array, BlockModeDecrypt, BlockSizeUser, InnerIvInit, KeyInit, consts};
use rc2::Rc2;

use crate::{
    hazmat,
    provider::{Digest, ProviderError},
    sensitive::Sensitive,
};

/// Octets of a block of DES, Triple DES and RC2.
pub(crate) const BLOCK_OCTETS: usize = 8;

/// Triple DES in CBC mode, in place.
pub(crate) fn triple_des_cbc_decrypt(
    key: &[u8],
    iv: &[u8],
    blocks: &mut [u8],
) -> Result<(), ProviderError> {
    let cipher = des::TdesEde3::new_from_slice(key).map_err(|_| ProviderError::BadKey)?;
    decrypt(cipher, iv, blocks)
}

/// DES in CBC mode, in place.
pub(crate) fn des_cbc_decrypt(
    key: &[u8],
    iv: &[u8],
    blocks: &mut [u8],
) -> Result<(), ProviderError> {
    let cipher = des::Des::new_from_slice(key).map_err(|_| ProviderError::BadKey)?;
    decrypt(cipher, iv, blocks)
}

/// RC2 (RFC 2268) in CBC mode, in place; of the key so many bits are effective.
pub(crate) fn rc2_cbc_decrypt(
    key: &[u8],
    effective_bits: usize,
    iv: &[u8],
    blocks: &mut [u8],
) -> Result<(), ProviderError> {
    if !(1..=128).contains(&key.len()) {
        return Err(ProviderError::BadKey);
    }
    decrypt(Rc2::new_with_eff_key_len(key, effective_bits), iv, blocks)
}

/// Triple DES Key Wrap (RFC 3217 §3.2), which old ECDH recipients use.
pub(crate) fn triple_des_unwrap(
    kek: &[u8],
    wrapped: &[u8],
) -> Result<Sensitive<Vec<u8>>, ProviderError> {
    const IV: [u8; 8] = [0x4a, 0xdd, 0xa2, 0x2c, 0x79, 0xe8, 0x21, 0x05];
    if wrapped.len() != 40 {
        return Err(ProviderError::CheckFailed);
    }
    let mut octets = wrapped.to_vec();
    triple_des_cbc_decrypt(kek, &IV, &mut octets)?;
    octets.reverse();
    let (iv, rest) = octets
        .split_at_mut_checked(BLOCK_OCTETS)
        .ok_or(ProviderError::CheckFailed)?;
    triple_des_cbc_decrypt(kek, iv, rest)?;
    let (key, check) = rest
        .split_at_checked(24)
        .ok_or(ProviderError::CheckFailed)?;
    let expected = hazmat::digest::digest(Digest::Sha1, &[key]);
    if expected.get(..BLOCK_OCTETS) == Some(check) {
        Ok(Sensitive::new(key.to_vec()))
    } else {
        Err(ProviderError::CheckFailed)
    }
}

fn decrypt<C>(cipher: C, iv: &[u8], bytes: &mut [u8]) -> Result<(), ProviderError>
where
    C: cbc::cipher::BlockCipherDecrypt + BlockSizeUser<BlockSize = consts::U8>,
{
    let iv = Array::try_from(iv).map_err(|_| ProviderError::CheckFailed)?;
    match Array::<u8, consts::U8>::slice_as_chunks_mut(bytes) {
        (blocks, []) => {
            cbc::Decryptor::inner_iv_init(cipher, &iv).decrypt_blocks(blocks);
            Ok(())
        }
        _ => Err(ProviderError::CheckFailed),
    }
}
