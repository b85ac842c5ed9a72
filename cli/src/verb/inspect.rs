//! `sealgate inspect`

use std::path::PathBuf;

use clap::Args;
use findings::Report;
use mail::UnixTime;
use native_crypto::Native;
use smime::{OpenContext, TrustStore};

use crate::report::UsageError;
use crate::{clock, input};

/// Tell what a message is: MIME tree, S/MIME layers outermost first, signers, recipients, certificates.
#[derive(Args)]
pub(crate) struct Inspect {
    message: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// The time of validation, RFC 3339; default is now.
    #[arg(long, value_name = "TIME", value_parser = input::time)]
    at: Option<UnixTime>,
}

impl Inspect {
    pub(crate) fn run(&self) -> Result<Report, UsageError> {
        let message = input::read(&self.message)?;
        let trust = TrustStore::default();
        let opened = smime::open(
            &message,
            &OpenContext {
                keys: &[],
                trust: &trust,
                now: self.at.unwrap_or_else(clock::now),
                provider: &Native,
                content: None,
                checks_address: false,
            },
        );
        Ok(findings::inspected(&message, opened).located(self.message.display()))
    }
}
