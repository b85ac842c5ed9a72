//! PKCS#12 files and encrypted keys as OpenSSL writes them.
//!
//! `tests/pkcs12` was made with OpenSSL 3.0: `pkcs12 -export` (`old.p12` with `-legacy`, `empty.p12`
//! with an empty password, the others with `secret`) and `pkcs8 -topk8 -outform DER`.

use smime::{PasswordError, Pkcs12, PrivateKey};

const NEW: &[u8] = include_bytes!("../pkcs12/new.p12");
const OLD: &[u8] = include_bytes!("../pkcs12/old.p12");
const EMPTY: &[u8] = include_bytes!("../pkcs12/empty.p12");
const KEY: &[u8] = include_bytes!("../pkcs12/key.pem");

fn check(file: &[u8], password: &str) {
    let opened = Pkcs12::open(file, password).unwrap();
    let key = PrivateKey::from_pem_or_der(KEY).unwrap();
    assert_eq!(opened.keys.len(), 1);
    assert_eq!(opened.keys[0].kind(), key.kind());
    assert_eq!(opened.certificates.len(), 1);
    assert_eq!(opened.certificates[0].subject(), "CN=A");
}

#[test]
fn files_of_every_age_open() {
    check(NEW, "secret");
    check(OLD, "secret");
    check(EMPTY, "");
}

#[test]
fn indefinite_lengths_are_read() {
    // SEQUENCE with a length of two octets becomes one that ends with end-of-contents.
    assert_eq!(NEW[..2], [0x30, 0x82]);
    let ber = [&[0x30, 0x80], &NEW[4..], &[0, 0]].concat();
    check(&ber, "secret");
}

#[test]
fn a_wrong_password_is_told() {
    for (file, password) in [(NEW, "wrong"), (OLD, ""), (EMPTY, "secret")] {
        let error = Pkcs12::open(file, password).err();
        assert_eq!(error, Some(PasswordError::WrongPassword));
    }
}

#[test]
fn a_changed_file_is_told() {
    for at in (0..NEW.len()).step_by(7) {
        let mut changed = NEW.to_vec();
        changed[at] ^= 1;
        // The MAC covers the content; what is outside may be odd without doing harm.
        if let Ok(opened) = Pkcs12::open(&changed, "secret") {
            assert_eq!(opened.keys.len(), 1, "octet {at}");
        }
    }
    for end in 0..NEW.len() {
        assert!(Pkcs12::open(&NEW[..end], "secret").is_err(), "{end} octets");
    }
}

#[test]
fn encrypted_keys_open() {
    let der = include_bytes!("../pkcs12/k8.der");
    assert!(PrivateKey::from_encrypted_pkcs8(der, "secret").is_ok());
    let error = PrivateKey::from_encrypted_pkcs8(der, "wrong").err();
    assert_eq!(error, Some(PasswordError::WrongPassword));
}

#[test]
fn too_much_work_is_refused() {
    // PBKDF2's rounds, 2048, become 2^31 - 1.
    let der = include_bytes!("../pkcs12/k8.der");
    let at = der
        .windows(4)
        .position(|four| four == [2, 2, 8, 0])
        .unwrap();
    let mut changed = der.to_vec();
    changed.splice(at..at + 4, [2, 4, 0x7f, 0xff, 0xff, 0xff]);
    // Two octets more in each of the structures around it.
    for outer in 0..at {
        let length = usize::from(changed[outer + 1]);
        if changed[outer] == 0x30 && length < 0x80 && outer + 2 + length > at {
            changed[outer + 1] += 2;
        }
    }
    changed[2] += 2;
    let error = PrivateKey::from_encrypted_pkcs8(&changed, "secret").err();
    assert_eq!(error, Some(PasswordError::TooExpensive));
}
