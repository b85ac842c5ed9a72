//! A private key on its way from the browser to the edge: HPKE (RFC 9180) in base mode with
//! DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305.
//!
//! Both ends use this crate, so that they cannot differ. A sealed message is the encapsulated key and
//! the ciphertext behind it; what it belongs to is its associated data, so that it opens nowhere else.

use std::convert::Infallible;

use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use zeroize::Zeroizing;

type Aead = hpke::aead::ChaCha20Poly1305;
type Kdf = hpke::kdf::HkdfSha256;
type Kem = hpke::kem::X25519HkdfSha256;

/// What all messages of this crate are for (`info` of RFC 9180 §5.1).
const INFO: &[u8] = b"sealgate certificate import 1";

/// Length of a key of X25519, public or secret, and of the encapsulated key.
pub const KEY_OCTETS: usize = 32;

/// A key pair to seal to.
pub struct KeyPair {
    /// What is told to whoever seals.
    pub public: Vec<u8>,
    /// What opens. Never printed.
    pub secret: Zeroizing<Vec<u8>>,
}

impl KeyPair {
    /// Makes a key pair of random octets (`DeriveKeyPair` of RFC 9180 §7.1.3).
    pub fn from_random(random: &[u8; KEY_OCTETS]) -> Self {
        let (secret, public) = Kem::derive_keypair(random);
        Self {
            public: public.to_bytes().to_vec(),
            secret: Zeroizing::new(secret.to_bytes().to_vec()),
        }
    }
}

/// Seals a message to a public key. `fill_random` fills a buffer with random octets and says whether
/// it did.
pub fn seal(
    public: &[u8],
    belongs_to: &str,
    message: &[u8],
    fill_random: impl FnMut(&mut [u8]) -> bool,
) -> Result<Vec<u8>, SealError> {
    let public = <Kem as hpke::Kem>::PublicKey::from_bytes(public).map_err(|_| SealError)?;
    let mut random = Random {
        fill: fill_random,
        has_failed: false,
    };
    let (encapsulated, ciphertext) = hpke::single_shot_seal_with_rng::<Aead, Kdf, Kem>(
        &OpModeS::Base,
        &public,
        INFO,
        message,
        belongs_to.as_bytes(),
        &mut random,
    )
    .map_err(|_| SealError)?;
    if random.has_failed {
        return Err(SealError);
    }
    let mut sealed = encapsulated.to_bytes().to_vec();
    sealed.extend(ciphertext);
    Ok(sealed)
}

/// Opens what [`seal`] made; fails where key, belonging or message are not the same.
pub fn open(
    secret: &[u8],
    belongs_to: &str,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (encapsulated, ciphertext) = sealed.split_at_checked(KEY_OCTETS).ok_or(SealError)?;
    let secret = <Kem as hpke::Kem>::PrivateKey::from_bytes(secret).map_err(|_| SealError)?;
    let encapsulated = <Kem as hpke::Kem>::EncappedKey::from_bytes(encapsulated);
    hpke::single_shot_open::<Aead, Kdf, Kem>(
        &OpModeR::Base,
        &secret,
        &encapsulated.map_err(|_| SealError)?,
        INFO,
        ciphertext,
        belongs_to.as_bytes(),
    )
    .map(Zeroizing::new)
    .map_err(|_| SealError)
}

/// A message that cannot be sealed or opened; it says nothing of why.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the sealed message does not open")]
pub struct SealError;

/// The caller's randomness in the form that the library takes, which knows no failure.
struct Random<F> {
    fill: F,
    has_failed: bool,
}

impl<F: FnMut(&mut [u8]) -> bool> TryRng for Random<F> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut octets = [0; 4];
        self.try_fill_bytes(&mut octets)?;
        Ok(u32::from_le_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_le_bytes(octets))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.has_failed |= !(self.fill)(out);
        Ok(())
    }
}

impl<F: FnMut(&mut [u8]) -> bool> TryCryptoRng for Random<F> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(belongs_to: &str) -> (KeyPair, Vec<u8>) {
        let pair = KeyPair::from_random(&[7; KEY_OCTETS]);
        let fill = |out: &mut [u8]| {
            out.fill(9);
            true
        };
        let sealed = seal(&pair.public, belongs_to, b"a key", fill).unwrap();
        (pair, sealed)
    }

    #[test]
    fn what_is_sealed_opens_at_its_place_only() {
        let (pair, sealed) = sealed("alice@acme.test");
        assert_eq!(
            *open(&pair.secret, "alice@acme.test", &sealed).unwrap(),
            b"a key"
        );
        assert!(open(&pair.secret, "bob@acme.test", &sealed).is_err());
        let other = KeyPair::from_random(&[8; KEY_OCTETS]);
        assert!(open(&other.secret, "alice@acme.test", &sealed).is_err());
    }

    #[test]
    fn a_damaged_message_stays_closed() {
        let (pair, sealed) = sealed("alice@acme.test");
        for place in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[place] ^= 1;
            assert!(open(&pair.secret, "alice@acme.test", &damaged).is_err());
            assert!(open(&pair.secret, "alice@acme.test", &sealed[..place]).is_err());
        }
        assert!(seal(&[0; 3], "", b"", |_| true).is_err());
        assert!(seal(&pair.public, "", b"", |_| false).is_err());
    }

    #[test]
    fn the_key_pair_is_that_of_the_standard() {
        // RFC 9180 A.2.1: ikmR, pkRm.
        let random = hex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df");
        let pair = KeyPair::from_random(&random.try_into().unwrap());
        assert_eq!(
            pair.public,
            hex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a")
        );
    }

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text
            .chars()
            .map(|c| c.to_digit(16).unwrap().try_into().unwrap())
            .collect();
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect()
    }
}
