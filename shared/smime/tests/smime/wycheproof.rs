//! Project Wycheproof's vectors against the primitives in Rust.

use cases::wycheproof::{agreement, cipher, key_transport, lattice, signature};
use smime::RustCrypto;

/// Decrypting and verifying need randomness only to blind, so what it is does not change a result.
fn provider() -> RustCrypto<impl Fn(&mut [u8]) -> Result<(), smime::ProviderError>> {
    RustCrypto::new(|out: &mut [u8]| {
        out.fill(0x5a);
        Ok(())
    })
}

#[test]
fn rsa_pkcs1_signatures() {
    signature::rsa_pkcs1(&provider());
}

#[test]
fn rsa_pss() {
    signature::rsa_pss(&provider());
}

#[test]
fn ecdsa() {
    signature::ecdsa(&provider());
}

#[test]
fn ed25519() {
    signature::ed25519(&provider());
}

#[test]
fn rsa_pkcs1_decryption() {
    key_transport::rsa_pkcs1(&provider());
}

#[test]
fn rsa_oaep() {
    key_transport::rsa_oaep(&provider());
}

#[test]
fn ecdh() {
    agreement::ecdh(&provider());
}

#[test]
fn x25519() {
    agreement::x25519(&provider());
}

#[test]
fn aes_cbc() {
    cipher::aes_cbc(&provider());
}

#[test]
fn aes_gcm() {
    cipher::aes_gcm(&provider());
}

#[test]
fn chacha20_poly1305() {
    cipher::chacha20_poly1305(&provider());
}

#[test]
fn ml_dsa() {
    lattice::ml_dsa(&provider());
}

#[test]
fn ml_kem() {
    lattice::ml_kem(&provider());
}
