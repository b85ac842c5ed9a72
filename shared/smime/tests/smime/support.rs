//! The people of the fixtures, and how they sign, encrypt and open. Where a test does not say who, [`P256`]
//! signs and [`RSA`] reads.

use std::cell::Cell;

use mail::{Buffer, UnixTime};
use smime::{
    Certificate, ContentCipher, EncryptError, KeyPair, OpenContext, Opened, PrivateKey, Provider,
    ProviderError, RsaPadding, RustCrypto, SignError, SignOptions, Signer, TrustStore, encrypt,
    open, sign,
};

pub(crate) const NOW: UnixTime = UnixTime(1_800_000_000);

/// Somebody at acme.test, whose address begins with the kind of the key.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    certificate: &'static [u8],
    key: &'static [u8],
}

macro_rules! person {
    ($name:literal) => {
        Person {
            certificate: include_bytes!(concat!("../fixtures/", $name, ".pem")),
            key: include_bytes!(concat!("../fixtures/", $name, ".key")),
        }
    };
}

pub(crate) const RSA: Person = person!("rsa");
pub(crate) const P256: Person = person!("p256");
pub(crate) const P384: Person = person!("p384");
pub(crate) const P521: Person = person!("p521");
pub(crate) const ED25519: Person = person!("ed25519");
pub(crate) const X25519: Person = person!("x25519");

const ROOT: &[u8] = include_bytes!("../fixtures/root.pem");

impl Person {
    pub(crate) fn certificate(self) -> Certificate {
        Certificate::from_pem_or_der(self.certificate).unwrap()
    }

    pub(crate) fn key_pair(self) -> KeyPair {
        KeyPair {
            certificate: Some(self.certificate()),
            key: PrivateKey::from_pem_or_der(self.key).unwrap(),
        }
    }

    pub(crate) fn sign(
        self,
        entity: impl Into<Buffer>,
        options: SignOptions,
    ) -> Result<Buffer, SignError> {
        let pair = self.key_pair();
        let signer = Signer {
            certificate: &self.certificate(),
            chain: &[],
            key: &pair.key,
        };
        sign(entity, &signer, &options, NOW, &writer())
    }
}

/// Encrypts to these people.
pub(crate) fn encrypt_to(
    people: &[Person],
    entity: impl Into<Buffer>,
    cipher: ContentCipher,
    padding: RsaPadding,
) -> Result<Buffer, EncryptError> {
    let certificates: Vec<Certificate> = people.iter().map(|one| one.certificate()).collect();
    encrypt(entity, &certificates, cipher, padding, &writer())
}

pub(crate) fn signed(entity: &[u8], opaque: bool) -> Vec<u8> {
    let options = SignOptions {
        opaque,
        ..SignOptions::default()
    };
    P256.sign(entity, options).unwrap().into_vec()
}

pub(crate) fn opened(message: &[u8]) -> Opened {
    opened_with(&[RSA.key_pair()], message)
}

/// What is found in a message by who has these keys.
pub(crate) fn opened_with(keys: &[KeyPair], message: &[u8]) -> Opened {
    reading(keys, true, |context| open(message, context))
}

/// Reads with the fixtures' root trusted; an entity by itself has no author whose address could be checked.
pub(crate) fn reading<T>(
    keys: &[KeyPair],
    checks_address: bool,
    read: impl FnOnce(&OpenContext<'_>) -> T,
) -> T {
    let root = Certificate::from_pem_or_der(ROOT).unwrap();
    read(&OpenContext {
        keys,
        trust: &TrustStore::from_anchors([root]),
        now: NOW,
        provider: &provider(0x2545_f491_4f6c_dd1f),
        content: None,
        checks_address,
    })
}

/// The provider of those who sign and encrypt; readers have another one.
pub(crate) fn writer() -> impl Provider {
    provider(0x9e37_79b9_7f4a_7c15)
}

/// Randomness that repeats, so that a failure does.
fn provider(seed: u64) -> impl Provider {
    let state = Cell::new(seed);
    RustCrypto::new(move |out: &mut [u8]| -> Result<(), ProviderError> {
        for octet in out {
            let mut next = state.get();
            next ^= next << 13;
            next ^= next >> 7;
            next ^= next << 17;
            state.set(next);
            *octet = next.to_be_bytes()[0];
        }
        Ok(())
    })
}
