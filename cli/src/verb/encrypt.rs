//! `sealgate encrypt`

use std::path::PathBuf;

use clap::Args;
use findings::{Report, certificate_json, counted};
use mail::UnixTime;
use native_crypto::Native;
use smime::{Certificate, ContentCipher, Digest, EncryptError, RsaPadding};

use crate::input::{self, Stop};
use crate::output::Destination;
use crate::report::UsageError;
use crate::validity::with_warnings;

/// Encrypt a message to certificates.
#[derive(Args)]
pub(crate) struct Encrypt {
    message: PathBuf,
    /// A recipient's certificate; of a file with several, the first. May be repeated.
    #[arg(long, value_name = "CERT", required = true)]
    to: Vec<PathBuf>,
    /// The cipher: aes-256-gcm, aes-128-gcm, aes-256-cbc, aes-128-cbc or chacha20-poly1305.
    #[arg(long, value_parser = cipher, default_value_t)]
    cipher: ContentCipher,
    /// RSAES-OAEP instead of PKCS#1 v1.5 for RSA keys.
    #[arg(long)]
    oaep: bool,
    /// When the certificates should be valid, RFC 3339; default is now. One that is not is told, and encrypted to.
    #[arg(long, value_name = "TIME", value_parser = input::time)]
    at: Option<UnixTime>,
    #[command(flatten)]
    destination: Destination,
    /// Print one JSON object; needs --out.
    #[arg(long)]
    pub(crate) json: bool,
}

fn cipher(name: &str) -> Result<ContentCipher, String> {
    let names = ContentCipher::ALL.map(ContentCipher::name).join(", ");
    ContentCipher::from_name(name).ok_or_else(|| format!("the ciphers are {names}"))
}

impl Encrypt {
    pub(crate) fn run(&self) -> Result<Report, UsageError> {
        self.encrypt().or_else(Stop::into_result)
    }

    fn encrypt(&self) -> Result<Report, Stop> {
        self.destination.check(self.json)?;
        let message = input::message(&self.message)?;
        let recipients = self.recipients()?;
        let padding = if self.oaep {
            RsaPadding::Oaep {
                digest: Digest::Sha256,
                mask: Digest::Sha256,
            }
        } else {
            RsaPadding::Pkcs1
        };
        let encrypted = smime::protect(message.into(), |entity| {
            smime::encrypt(entity, &recipients, self.cipher, padding, &Native)
        });
        let shown: Vec<_> = recipients.iter().map(certificate_json).collect();
        match encrypted {
            Ok(encrypted) => {
                let detail = format!("encrypted to {}", counted(recipients.len(), "certificate"));
                let report = Report::good(detail).with("recipients", shown);
                let report = with_warnings(report, &recipients, self.at);
                Ok(self
                    .destination
                    .put(&encrypted, report.with("cipher", self.cipher.name()))?)
            }
            Err(error) => Ok(refusal(error, &recipients).with("recipients", shown)),
        }
    }

    fn recipients(&self) -> Result<Vec<Certificate>, Stop> {
        let mut recipients = Vec::new();
        for path in &self.to {
            for file in input::files(path)? {
                recipients.extend(input::certificates_of(&file)?.into_iter().next());
            }
        }
        Ok(recipients)
    }
}

fn refusal(error: EncryptError, recipients: &[Certificate]) -> Report {
    let reason = match error {
        EncryptError::WrongUsage(_) => "wrong-usage",
        EncryptError::WeakKey(_) => "weak-algorithm",
        EncryptError::NoRecipients => "no-matching-key",
        EncryptError::Provider(_) => "unsupported-algorithm",
    };
    let named = |place: usize, fault: &str| {
        let subject = recipients.get(place).map(Certificate::subject);
        format!("the certificate of {} {fault}", subject.unwrap_or_default())
    };
    let detail = match error {
        EncryptError::WrongUsage(place) => named(place, "is not for encrypting mail"),
        EncryptError::WeakKey(place) => named(place, "has a key that is too weak"),
        error => error.to_string(),
    };
    Report::bad(reason, detail)
}
