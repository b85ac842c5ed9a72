//! AES-CBC, AES-GCM and ChaCha20-Poly1305, in place.

use aes::cipher::{Block, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use aes_gcm::{
    AesGcm, KeyInit,
    aead::{AeadInOut, array::Array, consts},
    aes::{Aes128, Aes192, Aes256},
};

use crate::provider::ProviderError;

/// Octets of an AES block.
pub(crate) const BLOCK_OCTETS: usize = 16;

macro_rules! with_cbc {
    ($mode:ident, $key:expr, $iv:expr, |$cipher:ident| $run:expr) => {
        match $key.len() {
            16 => {
                let mut $cipher = cbc::$mode::<aes::Aes128>::new_from_slices($key, $iv)
                    .map_err(|_| ProviderError::BadKey)?;
                $run
            }
            24 => {
                let mut $cipher = cbc::$mode::<aes::Aes192>::new_from_slices($key, $iv)
                    .map_err(|_| ProviderError::BadKey)?;
                $run
            }
            32 => {
                let mut $cipher = cbc::$mode::<aes::Aes256>::new_from_slices($key, $iv)
                    .map_err(|_| ProviderError::BadKey)?;
                $run
            }
            _ => return Err(ProviderError::Unsupported),
        }
    };
}

pub(crate) fn aes_cbc_encrypt(
    key: &[u8],
    iv: &[u8; BLOCK_OCTETS],
    blocks: &mut [u8],
) -> Result<(), ProviderError> {
    let blocks = whole_blocks(blocks)?;
    with_cbc!(Encryptor, key, iv, |cipher| cipher.encrypt_blocks(blocks));
    Ok(())
}

pub(crate) fn aes_cbc_decrypt(
    key: &[u8],
    iv: &[u8; BLOCK_OCTETS],
    blocks: &mut [u8],
) -> Result<(), ProviderError> {
    let blocks = whole_blocks(blocks)?;
    with_cbc!(Decryptor, key, iv, |cipher| cipher.decrypt_blocks(blocks));
    Ok(())
}

fn whole_blocks(bytes: &mut [u8]) -> Result<&mut [Block<Aes128>], ProviderError> {
    match Block::<Aes128>::slice_as_chunks_mut(bytes) {
        (blocks, []) => Ok(blocks),
        _ => Err(ProviderError::CheckFailed),
    }
}

type Nonce = Array<u8, consts::U12>;

fn nonce(bytes: &[u8]) -> Result<Nonce, ProviderError> {
    Nonce::try_from(bytes).map_err(|_| ProviderError::Unsupported)
}

pub(crate) fn aes_gcm_encrypt(
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<[u8; 16], ProviderError> {
    let nonce = nonce(iv)?;
    let tag = match key.len() {
        16 => seal(&gcm::<Aes128, consts::U16>(key)?, &nonce, aad, buffer)?,
        24 => seal(&gcm::<Aes192, consts::U16>(key)?, &nonce, aad, buffer)?,
        32 => seal(&gcm::<Aes256, consts::U16>(key)?, &nonce, aad, buffer)?,
        _ => return Err(ProviderError::Unsupported),
    };
    Ok(tag)
}

/// Tags of 12 to 16 octets (RFC 5084 §3.2).
pub(crate) fn aes_gcm_decrypt(
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8],
) -> Result<(), ProviderError> {
    let nonce = nonce(iv)?;
    macro_rules! with_tag {
        ($aes:ty) => {
            match tag.len() {
                12 => open(&gcm::<$aes, consts::U12>(key)?, &nonce, aad, buffer, tag),
                13 => open(&gcm::<$aes, consts::U13>(key)?, &nonce, aad, buffer, tag),
                14 => open(&gcm::<$aes, consts::U14>(key)?, &nonce, aad, buffer, tag),
                15 => open(&gcm::<$aes, consts::U15>(key)?, &nonce, aad, buffer, tag),
                16 => open(&gcm::<$aes, consts::U16>(key)?, &nonce, aad, buffer, tag),
                _ => Err(ProviderError::Unsupported),
            }
        };
    }
    match key.len() {
        16 => with_tag!(Aes128),
        24 => with_tag!(Aes192),
        32 => with_tag!(Aes256),
        _ => Err(ProviderError::Unsupported),
    }
}

fn gcm<Aes, Tag>(key: &[u8]) -> Result<AesGcm<Aes, consts::U12, Tag>, ProviderError>
where
    AesGcm<Aes, consts::U12, Tag>: KeyInit,
    Tag: aes_gcm::TagSize,
{
    AesGcm::new_from_slice(key).map_err(|_| ProviderError::BadKey)
}

pub(crate) fn chacha20_poly1305_encrypt(
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<[u8; 16], ProviderError> {
    seal(&chacha(key)?, &nonce(iv)?, aad, buffer)
}

pub(crate) fn chacha20_poly1305_decrypt(
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8],
) -> Result<(), ProviderError> {
    open(&chacha(key)?, &nonce(iv)?, aad, buffer, tag)
}

fn chacha(key: &[u8]) -> Result<chacha20poly1305::ChaCha20Poly1305, ProviderError> {
    chacha20poly1305::ChaCha20Poly1305::new_from_slice(key).map_err(|_| ProviderError::BadKey)
}

fn seal<A: AeadInOut<NonceSize = consts::U12, TagSize = consts::U16>>(
    cipher: &A,
    nonce: &Nonce,
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<[u8; 16], ProviderError> {
    cipher
        .encrypt_inout_detached(nonce, aad, buffer.into())
        .map(Into::into)
        .map_err(|_| ProviderError::BadKey)
}

fn open<A: AeadInOut<NonceSize = consts::U12>>(
    cipher: &A,
    nonce: &Nonce,
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8],
) -> Result<(), ProviderError> {
    let tag = Array::try_from(tag).map_err(|_| ProviderError::CheckFailed)?;
    cipher
        .decrypt_inout_detached(nonce, aad, buffer.into(), &tag)
        .map_err(|_| ProviderError::CheckFailed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST SP 800-38A F.2.1, first block.
    #[test]
    fn cbc_vector() {
        let key = [
            0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf,
            0x4f, 0x3c,
        ];
        let iv: [u8; 16] = std::array::from_fn(|n| u8::try_from(n).unwrap());
        let plain = [
            0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93,
            0x17, 0x2a,
        ];
        let mut block = plain;
        aes_cbc_encrypt(&key, &iv, &mut block).unwrap();
        assert_eq!(block[..4], [0x76, 0x49, 0xab, 0xac]);
        aes_cbc_decrypt(&key, &iv, &mut block).unwrap();
        assert_eq!(block, plain);
        assert!(aes_cbc_decrypt(&key, &iv, &mut [0; 15]).is_err());
    }

    #[test]
    fn aead_round_trips_and_detects_change() {
        for octets in [16, 24, 32] {
            let key = vec![7; octets];
            let mut buffer = *b"attack at dawn";
            let tag = aes_gcm_encrypt(&key, &[1; 12], b"aad", &mut buffer).unwrap();
            let sealed = buffer;
            aes_gcm_decrypt(&key, &[1; 12], b"aad", &mut buffer, &tag).unwrap();
            assert_eq!(&buffer, b"attack at dawn");
            let mut altered = sealed;
            altered[0] ^= 1;
            assert!(aes_gcm_decrypt(&key, &[1; 12], b"aad", &mut altered, &tag).is_err());
            // A shortened tag is the start of the full one (SP 800-38D §7.1).
            buffer = sealed;
            aes_gcm_decrypt(&key, &[1; 12], b"aad", &mut buffer, &tag[..12]).unwrap();
            assert!(aes_gcm_decrypt(&key, &[1; 12], b"aad", &mut buffer, &tag[..4]).is_err());
        }
        let mut buffer = *b"attack at dawn";
        let tag = chacha20_poly1305_encrypt(&[7; 32], &[1; 12], b"", &mut buffer).unwrap();
        chacha20_poly1305_decrypt(&[7; 32], &[1; 12], b"", &mut buffer, &tag).unwrap();
        assert_eq!(&buffer, b"attack at dawn");
    }
}
