//! `sealgate verify`

use std::path::PathBuf;

use clap::Args;
use findings::Report;
use mail::UnixTime;
use native_crypto::Native;
use smime::OpenContext;

use crate::clock;
use crate::input::{self, Stop};
use crate::report::UsageError;

/// Verify every signature that can be reached without a key.
#[derive(Args)]
pub(crate) struct Verify {
    message: PathBuf,
    #[command(flatten)]
    trust: Trust,
    /// The content that a bare CMS object signs, where it is elsewhere.
    #[arg(long, value_name = "FILE")]
    content: Option<PathBuf>,
    /// Accept a signer whose certificate is not for the From address.
    #[arg(long)]
    no_address_check: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Whom to trust and when.
#[derive(Args)]
pub(super) struct Trust {
    /// Certificates that paths may end in: a file (PEM, DER) or a folder. May be repeated.
    #[arg(id = "trust", long = "trust", value_name = "FILE")]
    pub(super) anchors: Vec<PathBuf>,
    /// Certificates that may stand between. May be repeated.
    #[arg(long, value_name = "FILE")]
    pub(super) intermediates: Vec<PathBuf>,
    /// Revocation lists; with one, every certificate below the anchor must be covered. May be repeated.
    #[arg(long, value_name = "FILE")]
    pub(super) crl: Vec<PathBuf>,
    /// The time of validation, RFC 3339; default is now.
    #[arg(long, value_name = "TIME", value_parser = input::time)]
    at: Option<UnixTime>,
}

impl Trust {
    pub(super) fn now(&self) -> UnixTime {
        self.at.unwrap_or_else(clock::now)
    }

    pub(super) fn store(&self) -> Result<smime::TrustStore, Stop> {
        input::trust_store(&self.anchors, &self.intermediates, &self.crl)
    }
}

impl Verify {
    pub(crate) fn run(&self) -> Result<Report, UsageError> {
        self.verify().or_else(Stop::into_result)
    }

    fn verify(&self) -> Result<Report, Stop> {
        if self.trust.anchors.is_empty() {
            return Err(UsageError::Wrong(
                "give --trust: whose certificates to believe".to_owned(),
            )
            .into());
        }
        let message = input::read(&self.message)?;
        let content = self.content.as_deref().map(input::read).transpose()?;
        if content.is_some() && !smime::is_bare_cms(&message) {
            let text = "--content is for a bare CMS object; this message holds its content itself";
            return Err(UsageError::Wrong(text.to_owned()).into());
        }
        let trust = self.trust.store()?;
        let opened = smime::open(
            &message,
            &OpenContext {
                keys: &[],
                trust: &trust,
                now: self.trust.now(),
                provider: &Native,
                content: content.as_deref(),
                checks_address: !self.no_address_check,
            },
        );
        Ok(findings::verified(&opened).located(self.message.display()))
    }
}
