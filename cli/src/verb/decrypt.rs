//! `sealgate decrypt`

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;
use smime::{Layer, LayerKind, OpenContext, Opened, Recipient};

use super::render::{layer_json, layer_text, recipient_json, signer_json, signer_text};
use super::verify::{Trust, unreadable, verdict};
use crate::input::{self, Stop};
use crate::keys;
use crate::output::Destination;
use crate::report::{Report, UsageError};

/// Open every encryption layer that there is a key for, and write the inner entity.
#[derive(Args)]
pub(crate) struct Decrypt {
    message: PathBuf,
    /// A private key: PEM, DER or PKCS#12. May be repeated.
    #[arg(long, value_name = "FILE", required = true)]
    key: Vec<PathBuf>,
    /// The certificate of a key. May be repeated.
    #[arg(long, value_name = "FILE")]
    cert: Vec<PathBuf>,
    /// A file whose first line is the password of PKCS#12 and encrypted keys.
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

impl Decrypt {
    pub(crate) fn run(&self) -> Result<Report, UsageError> {
        self.decrypt().or_else(Stop::into_result)
    }

    fn decrypt(&self) -> Result<Report, Stop> {
        self.destination.check(self.json)?;
        let message = input::read(&self.message)?;
        let provider = input::provider();
        let found = keys::load(&self.key, &self.cert, self.password_file.as_deref())?;
        let keys = found.pairs(&provider);
        let trust = self.trust.store()?;
        let mut opened = smime::open(
            &message,
            &OpenContext {
                keys: &keys,
                trust: &trust,
                now: self.trust.now(),
                provider: &provider,
                content: None,
                checks_address: !self.no_address_check,
            },
        );
        match opened.entity.take() {
            Some(entity) => {
                let report = self.describe(self.success(&opened), &opened);
                Ok(self.destination.put(entity, report)?)
            }
            None => Ok(self.describe(failure(&opened), &opened)),
        }
    }

    fn success(&self, opened: &Opened) -> Report {
        if self.verify && opened.is_signed() {
            return verdict(opened);
        }
        if self.verify {
            return Report::bad(
                "partly-signed",
                "it was decrypted, but nothing in it is signed",
            );
        }
        Report::good("decrypted")
    }

    fn describe(&self, report: Report, opened: &Opened) -> Report {
        let (cipher, recipient) = opened.layers.iter().find_map(opened_by).unzip();
        let mut text: String = opened
            .layers
            .iter()
            .enumerate()
            .map(|(place, layer)| layer_text(place, layer))
            .collect();
        let mut report = report
            .with(
                "layers",
                opened.layers.iter().map(layer_json).collect::<Vec<_>>(),
            )
            .with("cipher", cipher)
            .with("recipient", recipient.flatten().map(recipient_json));
        if self.verify {
            text.extend(opened.signatures.iter().map(signer_text));
            let signers: Vec<Value> = opened.signatures.iter().map(signer_json).collect();
            report = report.with("signers", signers);
        }
        report.with_text(&text)
    }
}

/// Cipher and recipient of an opened layer.
fn opened_by(layer: &Layer) -> Option<(&str, Option<&Recipient>)> {
    match &layer.kind {
        LayerKind::Encrypted {
            cipher,
            recipients,
            opened_by: Some(place),
        } => Some((cipher, recipients.get(*place))),
        _ => None,
    }
}

/// Why nothing was decrypted.
fn failure(opened: &Opened) -> Report {
    match opened.decryption_verdict() {
        Some(Err(problem)) => Report::of(problem),
        _ => unreadable(opened)
            .unwrap_or_else(|| Report::none("nothing in the message is encrypted")),
    }
}
