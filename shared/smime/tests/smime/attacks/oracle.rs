//! The million-message attack (RFC 3218): an answer that tells a wrong padding from a wrong key decrypts for whoever asks
//! often enough. So every failure behind a key that fits has one answer.

use smime::{ContentCipher, Opened, Provider as _, Reason, RsaPadding};

use super::{der, encrypted};
use crate::support::{RSA, opened, writer};

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

#[test]
fn every_failure_has_one_answer() {
    let spki = RSA.certificate().spki().to_vec();
    for padding in [RsaPadding::Pkcs1, RsaPadding::OAEP_SHA256] {
        for cipher in ContentCipher::ALL {
            let object = encrypted(ENTITY, cipher, padding);
            assert_eq!(opened(&object).entity.as_deref(), Some(ENTITY));
            let key = der::content(der::at(&object, &ENCRYPTED_KEY)).to_vec();
            let content = der::content(der::at(&object, &CIPHERTEXT)).to_vec();
            let with_key = |key: &[u8]| der::with(&object, &ENCRYPTED_KEY, key);
            let with_content = |content: &[u8]| der::with(&object, &CIPHERTEXT, content);
            let sealed = |key: &[u8]| with_key(&writer().rsa_encrypt(padding, &spki, key).unwrap());
            let mut wrong_padding = key.clone();
            wrong_padding[100] ^= 1;
            let mut wrong_block = content.clone();
            *wrong_block.last_mut().unwrap() ^= 1;
            let attempts = [
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
                ("content", with_content(&wrong_block)),
                ("content cut by an octet", with_content(&content[1..])),
                ("content cut by a block", with_content(&content[..16])),
                ("no content", with_content(&[])),
            ];
            let mut answers = attempts.iter().map(|(what, object)| {
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
