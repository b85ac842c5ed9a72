//! Project Wycheproof's vectors through `node:crypto`, held to what holds natively, and the keys of
//! RFC 9216 both ways.

use std::fs;

use cases::wycheproof::{cipher, key_transport, signature};
use smime::{Certificate, Digest, KeyKind, PrivateKey, Provider as _, RsaPadding, SignatureScheme};
use tests::identity::provider;
use tests::workerd::Workerd;

use crate::corpus;
use crate::remote::Remote;

const MESSAGE: &[u8] = b"what is signed";
const CONTENT_KEY: &[u8] = &[7; 32];
const PSS: SignatureScheme = SignatureScheme::RsaPss {
    digest: Digest::Sha256,
    mask: Digest::Sha256,
    salt_octets: 32,
};

pub(crate) fn rsa_pkcs1_signatures(workerd: &Workerd) {
    signature::rsa_pkcs1(&Remote(workerd));
}

pub(crate) fn rsa_pss_signatures(workerd: &Workerd) {
    signature::rsa_pss(&Remote(workerd));
}

pub(crate) fn ecdsa_signatures(workerd: &Workerd) {
    signature::ecdsa(&Remote(workerd));
}

pub(crate) fn ed25519_signatures(workerd: &Workerd) {
    signature::ed25519(&Remote(workerd));
}

pub(crate) fn rsa_pkcs1_decryption(workerd: &Workerd) {
    key_transport::rsa_pkcs1(&Remote(workerd));
}

pub(crate) fn rsa_oaep_decryption(workerd: &Workerd) {
    key_transport::rsa_oaep(&Remote(workerd));
}

pub(crate) fn aes_cbc(workerd: &Workerd) {
    cipher::aes_cbc(&Remote(workerd));
}

pub(crate) fn aes_gcm(workerd: &Workerd) {
    cipher::aes_gcm(&Remote(workerd));
}

/// Tags that are cut can be guessed, so those of fewer than 12 octets are refused (RFC 5084 §3.2).
pub(crate) fn cut_tags(workerd: &Workerd) {
    let (key, nonce) = ([1; 32], [2; 12]);
    let mut sealed = *b"sixteen octets!!";
    let remote = Remote(workerd);
    let tag = remote.gcm_encrypt(&key, &nonce, &[], &mut sealed).unwrap();
    for octets in 0..=tag.len() {
        let opened = remote.gcm_decrypt(&key, &nonce, &[], &mut sealed.clone(), &tag[..octets]);
        assert_eq!(opened.is_ok(), octets >= 12, "{octets}");
    }
}

/// The vectors only verify and decrypt; signatures and ciphertexts have randomness in them.
pub(crate) fn made_there(workerd: &Workerd) {
    for kind in [
        KeyKind::Rsa { bits: 2048 },
        KeyKind::P256,
        KeyKind::P384,
        KeyKind::P521,
        KeyKind::Ed25519,
    ] {
        let key = provider().generate_key(kind).unwrap();
        let spki = provider().public_key(&key).unwrap();
        signs(workerd, &key, &spki);
        if matches!(kind, KeyKind::Rsa { .. }) {
            transports(workerd, &key, &spki);
        }
    }
}

pub(crate) fn keys_of_rfc_9216(workerd: &Workerd) {
    let Some(corpus) = corpus::folder() else {
        println!("skipped: the keys of RFC 9216 in workerd: SEALGATE_CORPUS names no corpus");
        return;
    };
    let load = |name: &str| {
        let file = |name: String| fs::read(corpus.join("rfc9216").join(name)).unwrap();
        let key = PrivateKey::from_pem_or_der(&file(format!("{name}.key.pem"))).unwrap();
        let certificate = Certificate::from_pem_or_der(&file(format!("{name}.pem"))).unwrap();
        (key, certificate.spki().to_vec())
    };
    for name in ["alice.sign", "bob.sign", "carlos.sign", "dana.sign"] {
        let (key, spki) = load(name);
        signs(workerd, &key, &spki);
    }
    for name in ["alice.enc", "bob.enc"] {
        let (key, spki) = load(name);
        transports(workerd, &key, &spki);
    }
}

/// Signs there and verifies here, by each scheme of the key.
fn signs(workerd: &Workerd, key: &PrivateKey, spki: &[u8]) {
    let schemes = match key.kind() {
        KeyKind::Rsa { .. } => vec![SignatureScheme::RsaPkcs1(Digest::Sha256), PSS],
        KeyKind::Ed25519 => vec![SignatureScheme::Ed25519],
        _ => vec![SignatureScheme::Ecdsa(Digest::Sha256)],
    };
    for scheme in schemes {
        let signature = Remote(workerd).sign(scheme, key, MESSAGE).unwrap();
        provider()
            .verify(scheme, spki, MESSAGE, &signature)
            .unwrap();
        Remote(workerd)
            .verify(scheme, spki, b"another", &signature)
            .unwrap_err();
    }
}

/// Encrypts on one side and decrypts on the other.
fn transports(workerd: &Workerd, key: &PrivateKey, spki: &[u8]) {
    for padding in [RsaPadding::Pkcs1, RsaPadding::OAEP_SHA256] {
        let remote = Remote(workerd);
        let sealed = remote.rsa_encrypt(padding, spki, CONTENT_KEY).unwrap();
        let opened = provider().rsa_decrypt(padding, key, &sealed).unwrap();
        assert_eq!(opened.expose(), CONTENT_KEY);
        let sealed = provider().rsa_encrypt(padding, spki, CONTENT_KEY).unwrap();
        let opened = remote.rsa_decrypt(padding, key, &sealed).unwrap();
        assert_eq!(opened.expose(), CONTENT_KEY);
    }
}
