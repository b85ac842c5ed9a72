//! `sealgate sign`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use findings::Report;
use mail::UnixTime;
use native_crypto::Native;
use smime::{Digest, SignError, SignOptions, Signer};

use crate::input::{self, Stop};
use crate::output::Destination;
use crate::report::UsageError;
use crate::validity::with_warnings;
use crate::{clock, keys};

/// Sign a message, as multipart/signed unless told otherwise.
#[derive(Args)]
pub(crate) struct Sign {
    message: PathBuf,
    /// The signer's private key: PEM, DER or PKCS#12; of several, the one of the certificate.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The signer's certificate; a PKCS#12 brings its own.
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// A file whose first line is the password of PKCS#12 and encrypted keys.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Certificates to send along, so that the recipient finds the path. May be repeated.
    #[arg(long, value_name = "FILE")]
    intermediates: Vec<PathBuf>,
    /// Put the content into the CMS object: no server can change it, and only S/MIME clients show it.
    #[arg(long)]
    opaque: bool,
    /// The digest; by default the one that fits the key.
    #[arg(long)]
    digest: Option<DigestName>,
    /// RSASSA-PSS instead of PKCS#1 v1.5, also without asking if the key is for it alone.
    #[arg(long)]
    pss: bool,
    /// The signing time, RFC 3339; default is now.
    #[arg(long, value_name = "TIME", value_parser = input::time)]
    at: Option<UnixTime>,
    #[command(flatten)]
    destination: Destination,
    /// Print one JSON object; needs --out.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum DigestName {
    Sha256,
    Sha384,
    Sha512,
}

impl From<DigestName> for Digest {
    fn from(name: DigestName) -> Self {
        match name {
            DigestName::Sha256 => Self::Sha256,
            DigestName::Sha384 => Self::Sha384,
            DigestName::Sha512 => Self::Sha512,
        }
    }
}

impl Sign {
    pub(crate) fn run(&self) -> Result<Report, UsageError> {
        self.sign().or_else(Stop::into_result)
    }

    fn sign(&self) -> Result<Report, Stop> {
        self.destination.check(self.json)?;
        let message = input::message(&self.message)?;
        let (files, certificates) = (std::slice::from_ref(&self.key), self.cert.as_slice());
        let found = keys::load(files, certificates, self.password_file.as_deref())?;
        let (key, certificate) = found.signer(&Native)?;
        let mut chain = input::certificates(&self.intermediates)?;
        chain.extend(found.intermediates().cloned());
        let signer = Signer {
            certificate,
            chain: &chain,
            key,
        };
        let options = SignOptions {
            opaque: self.opaque,
            digest: self.digest.map(Digest::from),
            pss: self.pss,
        };
        let now = self.at.unwrap_or_else(clock::now);
        let entity = smime::protect(message.into(), |content| {
            smime::sign(content, &signer, &options, now, &Native)
        });
        match entity {
            Ok(entity) => {
                let used = std::slice::from_ref(certificate);
                let report = with_warnings(Report::good("signed"), used, self.at);
                Ok(self.destination.put(&entity, report)?)
            }
            Err(error) => Ok(Report::bad(reason(error), error.to_string())),
        }
    }
}

fn reason(error: SignError) -> &'static str {
    match error {
        SignError::WrongUsage => "wrong-usage",
        SignError::WrongKey => "no-matching-key",
        SignError::WeakKey => "weak-algorithm",
        SignError::UnsupportedKey | SignError::Provider(_) => "unsupported-algorithm",
    }
}
