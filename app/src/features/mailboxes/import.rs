//! A PKCS#12 file on its way to the edge: opened here, so that neither it nor its password leaves the
//! browser, and sealed to the edge's key.

use api::{Code, Problem};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use leptos::prelude::*;
use smime::{Certificate, PasswordError, Pkcs12, pem};
use zeroize::Zeroizing;

/// Why a file was not sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    WrongPassword,
    /// No PKCS#12, or protected in a way that is not known.
    Unreadable,
    NoPrivateKey,
    NoCertificate,
    /// The edge's key is none.
    NotSealed,
}

impl Fault {
    /// As the edge would say it.
    pub fn problem(self) -> Problem {
        let (code, detail) = match self {
            Self::WrongPassword => (
                Code::WrongFilePassword,
                "The password does not open the file.",
            ),
            Self::Unreadable => (
                Code::UnreadableFile,
                "The file is no PKCS#12 that can be read.",
            ),
            Self::NoPrivateKey => (Code::NoPrivateKey, "The file holds no private key."),
            Self::NoCertificate => (Code::BadCertificate, "The file holds no certificate."),
            Self::NotSealed => (Code::NotSealedForThis, "The file could not be sealed."),
        };
        Problem::new(422, code, detail)
    }
}

/// Seals what a file holds to `public` (base64) for a mailbox; the result is base64.
///
/// A part of its own of the portal: reading PKCS#12 brings ciphers along that nothing else here needs.
#[lazy]
pub fn seal_file(
    file: Vec<u8>,
    password: String,
    address: String,
    public: String,
) -> Result<String, Fault> {
    let content = content(&file, &Zeroizing::new(password))?;
    let public = STANDARD.decode(public).map_err(|_| Fault::NotSealed)?;
    let fill = crate::browser::fill_random;
    sealing::seal(&public, &address, content.as_bytes(), fill)
        .map(|sealed| STANDARD.encode(sealed))
        .map_err(|_| Fault::NotSealed)
}

/// Keys and certificates of a file, as PEM.
fn content(file: &[u8], password: &str) -> Result<Zeroizing<String>, Fault> {
    let opened = Pkcs12::open(file, password).map_err(|error| match error {
        PasswordError::WrongPassword => Fault::WrongPassword,
        PasswordError::Unsupported | PasswordError::TooExpensive | PasswordError::Malformed => {
            Fault::Unreadable
        }
    })?;
    if opened.keys.is_empty() {
        return Err(Fault::NoPrivateKey);
    }
    if opened.certificates.is_empty() {
        return Err(Fault::NoCertificate);
    }
    let keys = opened.keys.iter();
    let mut parts: Vec<Zeroizing<String>> = keys
        .map(|key| Zeroizing::new(pem::encode("PRIVATE KEY", key.expose_pkcs8())))
        .collect();
    let certificates = opened.certificates.iter().map(Certificate::to_pem);
    parts.extend(certificates.map(Zeroizing::new));
    // Once long enough: a text that grows leaves copies of the key behind.
    let length = parts.iter().map(|part| part.len()).sum();
    let mut content = Zeroizing::new(String::with_capacity(length));
    for part in &parts {
        content.push_str(part);
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &[u8] = include_bytes!("../../../../shared/smime/tests/pkcs12/new.p12");
    const OLD: &[u8] = include_bytes!("../../../../shared/smime/tests/pkcs12/old.p12");

    #[test]
    fn a_file_becomes_its_key_and_certificates() {
        for file in [NEW, OLD] {
            let content = content(file, "secret").unwrap();
            let keys = content.matches("-----BEGIN PRIVATE KEY-----").count();
            assert_eq!(keys, 1);
            assert!(content.contains("-----BEGIN CERTIFICATE-----"));
        }
    }

    #[test]
    fn faults_are_told_apart() {
        assert_eq!(content(NEW, "wrong").err(), Some(Fault::WrongPassword));
        assert_eq!(content(b"no file", "").err(), Some(Fault::Unreadable));
        assert_eq!(Fault::WrongPassword.problem().code, "wrong-file-password");
    }
}
