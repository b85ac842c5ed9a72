//! Private keys from files: PEM, DER and PKCS#12, with the certificates that belong to them.

use std::path::{Path, PathBuf};

use findings::Report;
use smime::{Certificate, KeyKind, KeyPair, PasswordError, Pkcs12, PrivateKey, Provider, pem};
use zeroize::Zeroizing;

use crate::input::{self, Stop, files, is_labelled, pem_blocks};
use crate::report::UsageError;

/// What key and certificate files hold.
#[derive(Default)]
pub(crate) struct Found {
    keys: Vec<PrivateKey>,
    /// Of certificate files.
    named: Vec<Certificate>,
    /// That came with the keys.
    beside: Vec<Certificate>,
}

/// Reads key files and certificate files.
pub(crate) fn load(
    key_files: &[PathBuf],
    certificate_files: &[PathBuf],
    password_file: Option<&Path>,
) -> Result<Found, Stop> {
    let password = password_file.map(first_line).transpose()?;
    let mut found = Found {
        named: input::certificates(certificate_files)?,
        ..Found::default()
    };
    for path in key_files {
        let before = found.keys.len();
        for file in files(path)? {
            let octets = Zeroizing::new(input::read(&file)?);
            match found.read(&octets, password.as_deref().map(String::as_str)) {
                // A folder may hold other things too; a file that is named is meant.
                Err(error) if path.is_dir() && error.is_no_key() => {}
                read => read.map_err(|error| error.at(&file))?,
            }
        }
        if found.keys.len() == before {
            return Err(KeyFileError::NoKey.at(path));
        }
    }
    Ok(found)
}

/// The password in the first line of the file.
pub(crate) fn first_line(file: &Path) -> Result<Zeroizing<String>, UsageError> {
    let octets = Zeroizing::new(input::read(file)?);
    let text = std::str::from_utf8(&octets)
        .map_err(|_| UsageError::Wrong(format!("{}: the password is not UTF-8", file.display())))?;
    Ok(Zeroizing::new(
        text.lines().next().unwrap_or_default().to_owned(),
    ))
}

impl Found {
    fn read(&mut self, file: &[u8], password: Option<&str>) -> Result<(), KeyFileError> {
        if pem::is_pem(file) {
            return self.read_pem(file, password);
        }
        if let Ok(key) = PrivateKey::from_pem_or_der(file) {
            self.keys.push(key);
            return Ok(());
        }
        match decrypt_key(file, password) {
            Ok(key) => self.keys.push(key),
            Err(KeyFileError::Malformed) => self.read_pkcs12(file, password)?,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn read_pem(&mut self, file: &[u8], password: Option<&str>) -> Result<(), KeyFileError> {
        let before = self.keys.len();
        for (block, number) in pem_blocks(file).zip(1..) {
            self.read_block(block, password)
                .map_err(|error| KeyFileError::Block(number, Box::new(error)))?;
        }
        if self.keys.len() == before {
            return Err(KeyFileError::NoKey);
        }
        Ok(())
    }

    fn read_block(&mut self, block: &[u8], password: Option<&str>) -> Result<(), KeyFileError> {
        let is_key = is_labelled(block, "PRIVATE KEY");
        let Some(block) = pem::blocks(block).pop() else {
            return if is_key {
                Err(KeyFileError::Malformed)
            } else {
                Ok(())
            };
        };
        let der = Zeroizing::new(block.der);
        match block.label.as_str() {
            "ENCRYPTED PRIVATE KEY" => self.keys.push(decrypt_key(&der, password)?),
            label if label.ends_with("PRIVATE KEY") && block.is_encrypted => {
                return Err(KeyFileError::OldEncryption);
            }
            label if label.ends_with("PRIVATE KEY") => {
                let key = PrivateKey::from_pem_or_der(&der);
                self.keys.push(key.map_err(|_| KeyFileError::Malformed)?);
            }
            // A certificate that cannot be read belongs to no key that can be used.
            "CERTIFICATE" => self.beside.extend(Certificate::from_der(&der)),
            _ => {}
        }
        Ok(())
    }

    fn read_pkcs12(&mut self, file: &[u8], password: Option<&str>) -> Result<(), KeyFileError> {
        let opened = Pkcs12::open(file, password.unwrap_or_default());
        let opened = opened.map_err(|error| protected(error, password))?;
        if opened.keys.is_empty() {
            return Err(KeyFileError::NoKey);
        }
        self.keys.extend(opened.keys);
        self.beside.extend(opened.certificates);
        Ok(())
    }

    /// Every key with each certificate for it, or without one.
    pub(crate) fn pairs(&self, provider: &dyn Provider) -> Vec<KeyPair> {
        let mut pairs = Vec::new();
        for key in &self.keys {
            let its = self.certificates();
            let its = its.filter(|certificate| belongs(key, certificate, provider));
            let mut its: Vec<_> = its.cloned().map(Some).collect();
            if its.is_empty() {
                its.push(None);
            }
            pairs.extend(its.into_iter().map(|certificate| KeyPair {
                certificate,
                key: key.clone(),
            }));
        }
        pairs
    }

    /// The key to sign with and its certificate: one of a certificate file before one of a key file.
    pub(crate) fn signer(
        &self,
        provider: &dyn Provider,
    ) -> Result<(&PrivateKey, &Certificate), Stop> {
        let named = self.owned(&self.named, provider);
        let owned = if named.is_empty() {
            self.owned(&self.beside, provider)
        } else {
            named
        };
        let Some(&(key, certificate)) = owned.first() else {
            let is_known = |key: &PrivateKey| key.kind() != KeyKind::Other;
            let report = if self.keys.iter().any(is_known) {
                Report::bad("no-matching-key", "no certificate is the key's")
            } else {
                let detail = "the key is of a kind that is not known";
                Report::bad("unsupported-algorithm", detail)
            };
            return Err(Stop::Report(report));
        };
        if owned.iter().any(|(other, _)| !std::ptr::eq(*other, key)) {
            let text = "several keys have a certificate; give --cert with that of the signer";
            return Err(UsageError::Wrong(text.to_owned()).into());
        }
        Ok((key, certificate))
    }

    /// Those of the certificates that there is a key for, with it.
    fn owned<'a>(
        &'a self,
        certificates: &'a [Certificate],
        provider: &dyn Provider,
    ) -> Vec<(&'a PrivateKey, &'a Certificate)> {
        let owner = |certificate| {
            let mut keys = self.keys.iter();
            let key = keys.find(|key| belongs(key, certificate, provider))?;
            Some((key, certificate))
        };
        certificates.iter().filter_map(owner).collect()
    }

    /// Certificates of authorities that came along, as a PKCS#12 has them. Recipients have the roots.
    pub(crate) fn intermediates(&self) -> impl Iterator<Item = &Certificate> {
        let between =
            |certificate: &&Certificate| certificate.is_ca() && !certificate.is_self_issued();
        self.certificates().filter(between)
    }

    fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.named.iter().chain(&self.beside)
    }
}

/// A key whose public half cannot be told has no certificate.
fn belongs(key: &PrivateKey, certificate: &Certificate, provider: &dyn Provider) -> bool {
    key.belongs_to(certificate, provider).unwrap_or(false)
}

fn decrypt_key(der: &[u8], password: Option<&str>) -> Result<PrivateKey, KeyFileError> {
    let key = PrivateKey::from_encrypted_pkcs8(der, password.unwrap_or_default());
    key.map_err(|error| protected(error, password))
}

fn protected(error: PasswordError, password: Option<&str>) -> KeyFileError {
    match error {
        PasswordError::WrongPassword if password.is_none() => KeyFileError::NoPassword,
        PasswordError::Malformed => KeyFileError::Malformed,
        error => KeyFileError::Protected(error),
    }
}

/// Why a file gives no key.
#[derive(Debug, thiserror::Error)]
enum KeyFileError {
    #[error("it holds no private key")]
    NoKey,
    #[error("this is no private key (PEM, DER) and no PKCS#12")]
    Malformed,
    #[error("the key is encrypted; give --password-file")]
    NoPassword,
    #[error("this PEM encryption is not supported; convert the key with `openssl pkcs8 -topk8`")]
    OldEncryption,
    #[error(transparent)]
    Protected(PasswordError),
    #[error("PEM block {0}: {1}")]
    Block(usize, Box<KeyFileError>),
}

impl KeyFileError {
    /// Whether it is about something else than a key.
    fn is_no_key(&self) -> bool {
        matches!(self, Self::NoKey) || self.is_malformed()
    }

    fn is_malformed(&self) -> bool {
        match self {
            Self::Malformed => true,
            Self::Block(_, error) => error.is_malformed(),
            _ => false,
        }
    }

    fn at(self, file: &Path) -> Stop {
        if self.is_malformed() {
            return input::malformed(file, &self);
        }
        UsageError::Wrong(format!("{}: {self}", file.display())).into()
    }
}
