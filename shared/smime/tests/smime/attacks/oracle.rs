//! The million-message attack (RFC 3218): an answer that tells a wrong padding from a wrong key decrypts for whoever asks
//! often enough. So every failure behind a key that fits has one answer.

use std::cell::RefCell;

use smime::{
    ContentCipher, KeyKind, OpenContext, Opened, PrivateKey, Provider, ProviderError, Reason,
    RsaPadding, Sensitive, SignatureScheme,
};

use super::{der, encrypted};
use crate::support::{RSA, opened, reading, writer};

const ENCRYPTED_KEY: [usize; 5] = [1, 0, 1, 0, 3];
const CIPHERTEXT: [usize; 4] = [1, 0, 2, 2];
const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nnobody else reads this\r\n";

/// All that a sender could learn from: what is shown, recorded and counted.
fn told(opened: &Opened) -> String {
    format!(
        "{:?} {:?} {:?} {:?} {:?}",
        opened.layers,
        opened.entity.as_deref(),
        opened.signatures,
        opened.defects,
        opened.decryption_verdict()
    )
}

/// A message, and what an attacker makes of it who has seen it: with another key inside, or with other content.
struct Attempts {
    object: Vec<u8>,
    with_other_keys: Vec<(&'static str, Vec<u8>)>,
    with_other_content: Vec<(&'static str, Vec<u8>)>,
}

fn attempts(cipher: ContentCipher, padding: RsaPadding) -> Attempts {
    let spki = RSA.certificate().spki().to_vec();
    let object = encrypted(ENTITY, cipher, padding);
    let key = der::content(der::at(&object, &ENCRYPTED_KEY)).to_vec();
    let content = der::content(der::at(&object, &CIPHERTEXT)).to_vec();
    let with_key = |key: &[u8]| der::with(&object, &ENCRYPTED_KEY, key);
    let with_content = |content: &[u8]| der::with(&object, &CIPHERTEXT, content);
    let sealed = |key: &[u8]| with_key(&writer().rsa_encrypt(padding, &spki, key).unwrap());
    let mut wrong_padding = key.clone();
    wrong_padding[100] ^= 1;
    let mut wrong_block = content.clone();
    *wrong_block.last_mut().unwrap() ^= 1;
    Attempts {
        with_other_keys: vec![
            ("padding", with_key(&wrong_padding)),
            ("key that is zero", with_key(&[0; 256])),
            ("key above the modulus", with_key(&[0xff; 256])),
            ("key cut short", with_key(&key[1..])),
            ("empty key", with_key(&[])),
            ("content key of no octet", sealed(&[])),
            ("content key one octet short", sealed(&[7; 15])),
            ("content key one octet long", sealed(&[7; 33])),
            ("another content key of 16", sealed(&[7; 16])),
            ("another content key of 32", sealed(&[7; 32])),
        ],
        with_other_content: vec![
            ("content", with_content(&wrong_block)),
            ("content cut by an octet", with_content(&content[1..])),
            ("content cut by a block", with_content(&content[..16])),
            ("no content", with_content(&[])),
        ],
        object,
    }
}

#[test]
fn every_failure_has_one_answer() {
    for padding in [RsaPadding::Pkcs1, RsaPadding::OAEP_SHA256] {
        for cipher in ContentCipher::ALL {
            let attempts = attempts(cipher, padding);
            assert_eq!(opened(&attempts.object).entity.as_deref(), Some(ENTITY));
            let all = attempts
                .with_other_keys
                .iter()
                .chain(&attempts.with_other_content);
            let mut answers = all.map(|(what, object)| {
                let found = opened(object);
                let reason = found.decryption_verdict().unwrap().unwrap_err().reason;
                assert_eq!(reason, Reason::IntegrityFailure, "{cipher} {what}");
                (what, told(&found))
            });
            let (_, first) = answers.next().unwrap();
            for (what, answer) in answers {
                assert_eq!(answer, first, "{cipher} {padding:?} {what}");
            }
        }
    }
}

/// Time tells as much as words do: whatever was inside of the RSA block, all of the content is deciphered with a key
/// of the right length.
#[test]
fn every_wrong_key_costs_the_same_work() {
    for padding in [RsaPadding::Pkcs1, RsaPadding::OAEP_SHA256] {
        for cipher in ContentCipher::ALL {
            let attempts = attempts(cipher, padding);
            let wanted = work(&attempts.object);
            assert_eq!(wanted.len(), 2, "{wanted:?}");
            for (what, object) in &attempts.with_other_keys {
                assert_eq!(work(object), wanted, "{cipher} {padding:?} {what}");
            }
        }
    }
}

/// What opening an object asks of the primitives that see the key.
fn work(object: &[u8]) -> Vec<Step> {
    reading(&[RSA.key_pair()], true, |context| {
        let watched = Watched {
            provider: context.provider,
            steps: RefCell::default(),
        };
        smime::open(
            object,
            &OpenContext {
                provider: &watched,
                ..*context
            },
        );
        watched.steps.into_inner()
    })
}

/// A use of a key.
#[derive(Debug, Eq, PartialEq)]
enum Step {
    Rsa,
    Content {
        key_octets: usize,
        content_octets: usize,
    },
}

/// Writes down for what keys are used.
struct Watched<'a> {
    provider: &'a dyn Provider,
    steps: RefCell<Vec<Step>>,
}

impl Watched<'_> {
    fn content(&self, key: &[u8], content: &[u8]) {
        self.steps.borrow_mut().push(Step::Content {
            key_octets: key.len(),
            content_octets: content.len(),
        });
    }
}

impl Provider for Watched<'_> {
    fn fill_random(&self, out: &mut [u8]) -> Result<(), ProviderError> {
        self.provider.fill_random(out)
    }

    fn generate_key(&self, kind: KeyKind) -> Result<PrivateKey, ProviderError> {
        self.provider.generate_key(kind)
    }

    fn sign(
        &self,
        scheme: SignatureScheme,
        key: &PrivateKey,
        message: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        self.provider.sign(scheme, key, message)
    }

    fn rsa_encrypt(
        &self,
        padding: RsaPadding,
        spki: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        self.provider.rsa_encrypt(padding, spki, plaintext)
    }

    fn rsa_decrypt(
        &self,
        padding: RsaPadding,
        key: &PrivateKey,
        ciphertext: &[u8],
    ) -> Result<Sensitive<Vec<u8>>, ProviderError> {
        self.steps.borrow_mut().push(Step::Rsa);
        self.provider.rsa_decrypt(padding, key, ciphertext)
    }

    fn cbc_decrypt(
        &self,
        key: &[u8],
        iv: &[u8; 16],
        blocks: &mut [u8],
    ) -> Result<(), ProviderError> {
        self.content(key, blocks);
        self.provider.cbc_decrypt(key, iv, blocks)
    }

    fn gcm_decrypt(
        &self,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8],
    ) -> Result<(), ProviderError> {
        self.content(key, buffer);
        self.provider.gcm_decrypt(key, nonce, aad, buffer, tag)
    }

    fn chacha20_poly1305_decrypt(
        &self,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8],
    ) -> Result<(), ProviderError> {
        self.content(key, buffer);
        self.provider
            .chacha20_poly1305_decrypt(key, nonce, aad, buffer, tag)
    }
}
