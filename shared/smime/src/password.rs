//! Content and keys under a password: PBES2 (RFC 8018), PBMAC1 (RFC 9579) and the older schemes of PKCS#12 (RFC 7292 §B).

mod pkcs12_kdf;
mod wrap;

use der::oid::ObjectIdentifier;
use hmac::Hmac;
use zeroize::Zeroizing;

use crate::{
    asn1::{Asn1Error, Reader, oid, small_integer, tag},
    decrypt::unpadded_octets,
    hazmat::{cipher, legacy},
    provider::{Digest, ProviderError},
};

use pkcs12_kdf::Purpose;
pub(crate) use wrap::PasswordWrap;

/// Most rounds of one key derivation: OpenSSL writes 2,048, careful software up to a million, which takes a second.
pub(crate) const ROUNDS_MAX: u64 = 2_000_000;

/// Why content stays closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PasswordError {
    /// The password does not open it.
    #[error("the password is wrong")]
    WrongPassword,
    /// An algorithm that is not known here.
    #[error("it is protected by an algorithm that is not supported")]
    Unsupported,
    /// More key derivation than is reasonable.
    #[error("it asks for more key derivation than is reasonable")]
    TooExpensive,
    /// Not what the standards describe.
    #[error("it is malformed")]
    Malformed,
}

impl From<Asn1Error> for PasswordError {
    fn from(_: Asn1Error) -> Self {
        Self::Malformed
    }
}

/// A password in the two forms that keys are derived from.
pub(crate) struct Password {
    /// For PBKDF2.
    utf8: Zeroizing<Vec<u8>>,
    /// For PKCS#12: UTF-16 in big-endian order with a final NUL (RFC 7292 §B.1).
    utf16: Zeroizing<Vec<u8>>,
}

impl Password {
    pub(crate) fn new(text: &str) -> Self {
        let units = text.encode_utf16().chain([0]);
        Self {
            utf8: Zeroizing::new(text.as_bytes().to_vec()),
            utf16: Zeroizing::new(units.flat_map(u16::to_be_bytes).collect()),
        }
    }

    /// No password at all, which some software does not tell from an empty one.
    pub(crate) fn absent() -> Self {
        Self {
            utf8: Zeroizing::default(),
            utf16: Zeroizing::default(),
        }
    }

    /// Decrypts content under the `AlgorithmIdentifier` that `algorithm` reads.
    pub(crate) fn decrypt(
        &self,
        mut algorithm: Reader<'_>,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, PasswordError> {
        let scheme = algorithm.oid()?;
        let mut parameters = algorithm.sequence()?;
        if scheme == oid::PBES2 {
            return self.decrypt_pbes2(parameters, ciphertext);
        }
        let (key_octets, is_rc2) = match scheme {
            id if id == oid::PBE_SHA1_TRIPLE_DES => (24, false),
            id if id == oid::PBE_SHA1_RC2_128 => (16, true),
            id if id == oid::PBE_SHA1_RC2_40 => (5, true),
            _ => return Err(PasswordError::Unsupported),
        };
        let salt = parameters.octets()?;
        let rounds = rounds(parameters.small_integer()?)?;
        let derive = |purpose, octets| {
            pkcs12_kdf::derive(Digest::Sha1, &self.utf16, salt, rounds, purpose, octets)
        };
        let (key, iv) = (derive(Purpose::Key, key_octets), derive(Purpose::Iv, 8));
        open(ciphertext, legacy::BLOCK_OCTETS, |blocks| {
            if is_rc2 {
                legacy::rc2_cbc_decrypt(&key, key_octets * 8, &iv, blocks)
            } else {
                legacy::triple_des_cbc_decrypt(&key, &iv, blocks)
            }
        })
    }

    /// RFC 8018 §6.2.
    fn decrypt_pbes2(
        &self,
        mut parameters: Reader<'_>,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, PasswordError> {
        let derivation = parameters.sequence()?;
        let mut scheme = parameters.sequence()?;
        let cipher = scheme.oid()?;
        let key_octets = match cipher {
            id if id == oid::AES128_CBC => 16,
            id if id == oid::AES192_CBC || id == oid::TRIPLE_DES_CBC => 24,
            id if id == oid::AES256_CBC => 32,
            _ => return Err(PasswordError::Unsupported),
        };
        let iv = scheme.octets()?;
        let key = self.derive_pbkdf2(derivation, key_octets)?;
        if cipher == oid::TRIPLE_DES_CBC {
            return open(ciphertext, legacy::BLOCK_OCTETS, |blocks| {
                legacy::triple_des_cbc_decrypt(&key, iv, blocks)
            });
        }
        let iv = iv.try_into().map_err(|_| PasswordError::Malformed)?;
        open(ciphertext, cipher::BLOCK_OCTETS, |blocks| {
            cipher::aes_cbc_decrypt(&key, iv, blocks)
        })
    }

    /// PBKDF2 (RFC 8018 §5.2) as its `AlgorithmIdentifier` says.
    fn derive_pbkdf2(
        &self,
        mut algorithm: Reader<'_>,
        octets: usize,
    ) -> Result<Zeroizing<Vec<u8>>, PasswordError> {
        if algorithm.oid()? != oid::PBKDF2 {
            return Err(PasswordError::Unsupported);
        }
        let mut parameters = algorithm.sequence()?;
        let salt = parameters.octets()?;
        let rounds = rounds(parameters.small_integer()?)?;
        parameters.optional(tag::INTEGER)?;
        let function = match parameters.optional(tag::SEQUENCE)? {
            Some(function) => function.reader().oid()?,
            None => oid::HMAC_SHA1,
        };
        let mut key = Zeroizing::new(vec![0; octets]);
        pbkdf2(mac_digest(function)?, &self.utf8, salt, rounds, &mut key)?;
        Ok(key)
    }

    /// Checks `MacData` (RFC 7292 §4) over `content`.
    pub(crate) fn check_mac(
        &self,
        mut mac_data: Reader<'_>,
        content: &[u8],
    ) -> Result<(), PasswordError> {
        let mut digest_info = mac_data.sequence()?;
        let mut algorithm = digest_info.sequence()?;
        let expected = digest_info.octets()?;
        let salt = mac_data.octets()?;
        let id = algorithm.oid()?;
        if id == oid::PBMAC1 {
            let mut parameters = algorithm.sequence()?;
            let derivation = parameters.sequence()?;
            let digest = mac_digest(parameters.sequence()?.oid()?)?;
            let key = self.derive_pbkdf2(derivation, digest.output_octets())?;
            return check(digest, &key, content, expected);
        }
        let digest = mac_digest(id)?;
        let written = mac_data.optional(tag::INTEGER)?;
        let rounds = rounds(written.map_or(Ok(1), |rounds| small_integer(rounds.content))?)?;
        let octets = digest.output_octets();
        let key = pkcs12_kdf::derive(digest, &self.utf16, salt, rounds, Purpose::Mac, octets);
        check(digest, &key, content, expected)
    }
}

fn rounds(rounds: u64) -> Result<u32, PasswordError> {
    u32::try_from(rounds)
        .ok()
        .filter(|_| (1..=ROUNDS_MAX).contains(&rounds))
        .ok_or(PasswordError::TooExpensive)
}

/// Decrypts whole blocks and removes the padding; what fails there is a wrong password, most likely.
fn open(
    ciphertext: &[u8],
    block_octets: usize,
    decrypt: impl FnOnce(&mut [u8]) -> Result<(), ProviderError>,
) -> Result<Zeroizing<Vec<u8>>, PasswordError> {
    let mut content = Zeroizing::new(ciphertext.to_vec());
    decrypt(&mut content).map_err(|_| PasswordError::Malformed)?;
    let octets = unpadded_octets(&content, block_octets).ok_or(PasswordError::WrongPassword)?;
    content.truncate(octets);
    Ok(content)
}

/// The digest of HMAC or of an older MAC, by either identifier.
fn mac_digest(id: ObjectIdentifier) -> Result<Digest, PasswordError> {
    const DIGESTS: [(ObjectIdentifier, ObjectIdentifier, Digest); 5] = [
        (oid::HMAC_SHA1, oid::SHA1, Digest::Sha1),
        (oid::HMAC_SHA224, oid::SHA224, Digest::Sha224),
        (oid::HMAC_SHA256, oid::SHA256, Digest::Sha256),
        (oid::HMAC_SHA384, oid::SHA384, Digest::Sha384),
        (oid::HMAC_SHA512, oid::SHA512, Digest::Sha512),
    ];
    let mut digests = DIGESTS.into_iter();
    let found = digests.find(|(hmac, digest, _)| id == *hmac || id == *digest);
    found
        .map(|(_, _, digest)| digest)
        .ok_or(PasswordError::Unsupported)
}

/// PBKDF2 (RFC 8018 §5.2) with HMAC of this digest.
fn pbkdf2(
    digest: Digest,
    password: &[u8],
    salt: &[u8],
    rounds: u32,
    key: &mut [u8],
) -> Result<(), PasswordError> {
    match digest {
        Digest::Sha1 => pbkdf2::pbkdf2_hmac::<sha1::Sha1>(password, salt, rounds, key),
        Digest::Sha224 => pbkdf2::pbkdf2_hmac::<sha2::Sha224>(password, salt, rounds, key),
        Digest::Sha256 => pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password, salt, rounds, key),
        Digest::Sha384 => pbkdf2::pbkdf2_hmac::<sha2::Sha384>(password, salt, rounds, key),
        Digest::Sha512 => pbkdf2::pbkdf2_hmac::<sha2::Sha512>(password, salt, rounds, key),
        Digest::Md5 => return Err(PasswordError::Unsupported),
    }
    Ok(())
}

fn check(digest: Digest, key: &[u8], content: &[u8], expected: &[u8]) -> Result<(), PasswordError> {
    let is_right = match digest {
        Digest::Sha1 => verify::<Hmac<sha1::Sha1>>(key, content, expected),
        Digest::Sha224 => verify::<Hmac<sha2::Sha224>>(key, content, expected),
        Digest::Sha256 => verify::<Hmac<sha2::Sha256>>(key, content, expected),
        Digest::Sha384 => verify::<Hmac<sha2::Sha384>>(key, content, expected),
        Digest::Sha512 => verify::<Hmac<sha2::Sha512>>(key, content, expected),
        Digest::Md5 => return Err(PasswordError::Unsupported),
    };
    if is_right {
        Ok(())
    } else {
        Err(PasswordError::WrongPassword)
    }
}

fn verify<M: hmac::Mac + hmac::KeyInit>(key: &[u8], content: &[u8], expected: &[u8]) -> bool {
    M::new_from_slice(key).is_ok_and(|mut mac| {
        mac.update(content);
        mac.verify_slice(expected).is_ok()
    })
}
