//! `sealgate decrypt`

use std::path::PathBuf;

use clap::Args;
use findings::Report;
use native_crypto::Native;
use smime::{KeyPair, OpenContext};

use super::verify::Trust;
use crate::input::{self, Stop};
use crate::keys;
use crate::output::Destination;
use crate::report::UsageError;

/// Open every encryption layer that there is a key for, and write the inner entity.
#[derive(Args)]
pub(crate) struct Decrypt {
    message: PathBuf,
    /// A private key: PEM, DER or PKCS#12. May be repeated.
    #[arg(long, value_name = "FILE", required_unless_present = "password_file")]
    key: Vec<PathBuf>,
    /// The certificate of a key. May be repeated.
    #[arg(long, value_name = "FILE")]
    cert: Vec<PathBuf>,
    /// A file whose first line is the password of PKCS#12 and encrypted keys, or of the message itself (RFC 3211).
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Verify the signatures inside too.
    #[arg(long, requires = "trust")]
    verify: bool,
    #[command(flatten)]
    trust: Trust,
    /// With --verify: accept a signer whose certificate is not for the From address.
    #[arg(long)]
    no_address_check: bool,
    #[command(flatten)]
    destination: Destination,
    /// Print one JSON object; needs --out.
    #[arg(long)]
    pub(crate) json: bool,
}

/// The same, and each key once more without its certificate: after a renewal that kept the key, mail still comes
/// that names the old one.
fn with_keys_alone(mut pairs: Vec<KeyPair>) -> Vec<KeyPair> {
    let named = pairs.iter().filter(|pair| pair.certificate.is_some());
    let alone = named.map(|pair| KeyPair {
        certificate: None,
        key: pair.key.clone(),
    });
    let alone: Vec<KeyPair> = alone.collect();
    pairs.extend(alone);
    pairs
}

impl Decrypt {
    pub(crate) fn run(&self) -> Result<Report, UsageError> {
        self.decrypt().or_else(Stop::into_result)
    }

    fn decrypt(&self) -> Result<Report, Stop> {
        self.destination.check(self.json)?;
        let message = input::read(&self.message)?;
        let found = keys::load(&self.key, &self.cert, self.password_file.as_deref())?;
        let keys = with_keys_alone(found.pairs(&Native));
        let trust = self.trust.store()?;
        let context = OpenContext {
            keys: &keys,
            trust: &trust,
            now: self.trust.now(),
            provider: &Native,
            content: None,
            checks_address: !self.no_address_check,
        };
        let password = self.password_file.as_deref().map(keys::first_line);
        let mut opened = match password.transpose()? {
            Some(password) => smime::open_with_password(&message, &context, &password),
            None => smime::open(&message, &context),
        };
        let report = findings::decrypted(&opened, self.verify).located(self.message.display());
        match opened.entity.take() {
            Some(entity) => Ok(self.destination.put(&entity, report)?),
            None => Ok(report),
        }
    }
}
