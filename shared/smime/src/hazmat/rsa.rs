//! RSA key transport and signatures (RFC 8017). Private operations are blinded with the caller's randomness.

use rand_core::TryCryptoRng;
use rsa::traits::{PaddingScheme, PublicKeyParts as _, SignatureScheme as _};
use rsa::{Oaep, Pkcs1v15Encrypt, Pkcs1v15Sign, pkcs1::DecodeRsaPrivateKey as _};

use crate::{
    hazmat,
    key::PrivateKey,
    provider::{Digest, ProviderError, RSA_BITS_MAX, RsaPadding, SignatureScheme},
    sensitive::Sensitive,
};

/// The key for the arithmetic.
pub(crate) fn private(key: &PrivateKey) -> Result<rsa::PrivateKey, ProviderError> {
    rsa::PrivateKey::from_pkcs1_der(key.inner()?).map_err(|_| ProviderError::BadKey)
}

/// Calls `$run` with `$digest` bound to the digest's type.
macro_rules! with_digest {
    ($kind:expr, $digest:ident, $run:expr) => {
        match $kind {
            Digest::Md5 => Err(ProviderError::Unsupported),
            Digest::Sha1 => {
                type $digest = sha1::Sha1;
                $run
            }
            Digest::Sha224 => {
                type $digest = sha2::Sha224;
                $run
            }
            Digest::Sha256 => {
                type $digest = sha2::Sha256;
                $run
            }
            Digest::Sha384 => {
                type $digest = sha2::Sha384;
                $run
            }
            Digest::Sha512 => {
                type $digest = sha2::Sha512;
                $run
            }
        }
    };
}

pub(crate) fn encrypt(
    rng: &mut impl TryCryptoRng,
    padding: RsaPadding,
    spki: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    let key = hazmat::keys::rsa_public(spki)?;
    match padding {
        RsaPadding::Pkcs1 => key
            .encrypt(rng, Pkcs1v15Encrypt, plaintext)
            .map_err(|_| ProviderError::BadKey),
        RsaPadding::Oaep { digest, mask } => with_digest!(
            digest,
            Label,
            with_digest!(
                mask,
                Mask,
                Oaep::<Label, Mask>::new_with_mgf_hash()
                    .encrypt(rng, &key, plaintext)
                    .map_err(|_| ProviderError::BadKey)
            )
        ),
    }
}

/// PKCS#1 v1.5 with implicit rejection: a wrong padding gives pseudorandom bytes instead of an error,
/// which takes the oracle from the million message attack (RFC 3218).
pub(crate) fn decrypt(
    rng: &mut impl TryCryptoRng,
    padding: RsaPadding,
    label: &[u8],
    key: &PrivateKey,
    ciphertext: &[u8],
) -> Result<Sensitive<Vec<u8>>, ProviderError> {
    let key = private(key)?;
    let plaintext = match padding {
        RsaPadding::Pkcs1 => key
            .decrypt_blinded(rng, Pkcs1v15Encrypt, ciphertext)
            .map_err(|_| ProviderError::CheckFailed),
        RsaPadding::Oaep { digest, mask } => with_digest!(
            digest,
            Label,
            with_digest!(
                mask,
                Mask,
                key.decrypt_blinded(
                    rng,
                    Oaep::<Label, Mask>::new_with_mgf_hash_and_label(label),
                    ciphertext
                )
                .map_err(|_| ProviderError::CheckFailed)
            )
        ),
    };
    plaintext.map(Sensitive::new)
}

pub(crate) fn sign(
    rng: &mut impl TryCryptoRng,
    scheme: SignatureScheme,
    key: &PrivateKey,
    message: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    let key = private(key)?;
    match scheme {
        SignatureScheme::RsaPkcs1(digest) => with_digest!(
            digest,
            Hash,
            key.sign_with_rng(
                rng,
                Pkcs1v15Sign::new::<Hash>(),
                &hazmat::digest::digest(digest, &[message])
            )
            .map_err(|_| ProviderError::BadKey)
        ),
        SignatureScheme::RsaPss {
            digest,
            mask,
            salt_octets,
        } if digest == mask => with_digest!(
            digest,
            Hash,
            key.sign_with_rng(
                rng,
                rsa::Pss::<Hash>::new_blinded_with_salt(salt_octets),
                &hazmat::digest::digest(digest, &[message])
            )
            .map_err(|_| ProviderError::BadKey)
        ),
        _ => Err(ProviderError::Unsupported),
    }
}

pub(crate) fn verify_pkcs1(
    digest: Digest,
    spki: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), ProviderError> {
    let key = hazmat::keys::rsa_public(spki)?;
    let hash = hazmat::digest::digest(digest, &[message]);
    with_digest!(
        digest,
        Hash,
        Pkcs1v15Sign::new::<Hash>()
            .verify(&key, &hash, signature)
            .map_err(|_| ProviderError::CheckFailed)
    )
}

pub(crate) fn verify_pss(
    digest: Digest,
    mask: Digest,
    salt_octets: usize,
    spki: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), ProviderError> {
    let key = hazmat::keys::rsa_public(spki)?;
    let hash = hazmat::digest::digest(digest, &[message]);
    if digest == mask {
        return with_digest!(
            digest,
            Hash,
            rsa::Pss::<Hash>::new_with_salt(salt_octets)
                .verify(&key, &hash, signature)
                .map_err(|_| ProviderError::CheckFailed)
        );
    }
    verify_pss_encoding(digest, mask, salt_octets, &key, &hash, signature)
}

/// EMSA-PSS-VERIFY (RFC 8017 §9.1.2) with a mask digest other than the message's, which the crate lacks.
/// All inputs are public.
fn verify_pss_encoding(
    digest: Digest,
    mask: Digest,
    salt_octets: usize,
    key: &rsa::PublicKey,
    hash: &[u8],
    signature: &[u8],
) -> Result<(), ProviderError> {
    const FAILED: ProviderError = ProviderError::CheckFailed;
    let modulus_bits = usize::try_from(key.n().bit_width_vartime()).map_err(|_| FAILED)?;
    if signature.len() != modulus_bits.div_ceil(8) || modulus_bits > RSA_BITS_MAX {
        return Err(FAILED);
    }
    let precision = key.n().bits_precision();
    let number = rsa::BoxedUint::from_be_slice(signature, precision).map_err(|_| FAILED)?;
    let opened = rsa::hazmat::rsa_encrypt(key, &number).map_err(|_| FAILED)?;
    let padded = opened.to_be_bytes();
    let encoded_bits = modulus_bits - 1;
    let encoded_octets = encoded_bits.div_ceil(8);
    let start = padded.len().checked_sub(encoded_octets).ok_or(FAILED)?;
    let (zeros, encoded) = padded.split_at_checked(start).ok_or(FAILED)?;
    let (body, trailer) = encoded.split_at_checked(encoded_octets - 1).ok_or(FAILED)?;
    let db_octets = body
        .len()
        .checked_sub(digest.output_octets())
        .ok_or(FAILED)?;
    let (masked, salted_hash) = body.split_at_checked(db_octets).ok_or(FAILED)?;
    let unused_bits = encoded_octets * 8 - encoded_bits;
    let first_mask = 0xffu8
        .checked_shr(u32::try_from(unused_bits).map_err(|_| FAILED)?)
        .ok_or(FAILED)?;
    let first = masked.first().copied().ok_or(FAILED)?;
    let marker_place = db_octets.checked_sub(1);
    let padding_octets = marker_place.and_then(|place| place.checked_sub(salt_octets));
    let padding_octets = padding_octets.ok_or(FAILED)?;
    let mut db: Vec<u8> = masked
        .iter()
        .zip(mgf1(mask, salted_hash, db_octets))
        .map(|(octet, mask)| octet ^ mask)
        .collect();
    if let Some(octet) = db.first_mut() {
        *octet &= first_mask;
    }
    let (padding, rest) = db.split_at_checked(padding_octets).ok_or(FAILED)?;
    let (marker, salt) = rest.split_first().ok_or(FAILED)?;
    let expected = hazmat::digest::digest(digest, &[&[0; 8], hash, salt]);
    let is_good = zeros.iter().all(|octet| *octet == 0)
        && trailer == [0xbc]
        && first & !first_mask == 0
        && padding.iter().all(|octet| *octet == 0)
        && *marker == 1
        && expected == salted_hash;
    if is_good { Ok(()) } else { Err(FAILED) }
}

/// RFC 8017 §B.2.1.
fn mgf1(digest: Digest, seed: &[u8], octets: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(octets + digest.output_octets());
    let mut counter = 0u32;
    while mask.len() < octets {
        mask.extend(hazmat::digest::digest(
            digest,
            &[seed, &counter.to_be_bytes()],
        ));
        counter += 1;
    }
    mask.truncate(octets);
    mask
}
