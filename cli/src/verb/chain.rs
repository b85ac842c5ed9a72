//! `sealgate chain`

use std::path::PathBuf;

use clap::Args;
use der::oid::ObjectIdentifier;
use findings::{Report, certificate_json, certificate_text};
use native_crypto::Native;
use smime::{Certificate, PathBuilder, PolicyInputs, Problem, Usage};

use super::verify::Trust;
use crate::input::{self, Stop};
use crate::report::UsageError;

/// Build and validate the path from a certificate to a trust anchor (RFC 5280).
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own on the command line"
)]
pub(crate) struct Chain {
    /// The certificate; of a file with several, the first, and the others may stand between.
    cert: PathBuf,
    #[command(flatten)]
    trust: Trust,
    /// A certificate policy that is accepted; without any, all are. May be repeated.
    #[arg(long, value_name = "OID")]
    policy: Vec<ObjectIdentifier>,
    /// The path must be valid for one of the accepted policies.
    #[arg(long)]
    require_explicit_policy: bool,
    /// anyPolicy in a certificate counts for nothing.
    #[arg(long)]
    inhibit_any_policy: bool,
    /// Policies of one domain are not taken for those of another.
    #[arg(long)]
    inhibit_policy_mapping: bool,
    /// Do not ask for the usage of S/MIME.
    #[arg(long)]
    any_usage: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

impl Chain {
    pub(crate) fn run(&self) -> Result<Report, UsageError> {
        self.chain().or_else(Stop::into_result)
    }

    fn chain(&self) -> Result<Report, Stop> {
        if self.trust.anchors.is_empty() {
            return Err(UsageError::Wrong(
                "give --trust: whose certificates to believe".to_owned(),
            )
            .into());
        }
        let certificates = input::certificates_of(&self.cert)?;
        let Some((target, beside)) = certificates.split_first() else {
            return Err(input::malformed(
                &self.cert,
                &smime::CertificateError::NoCertificate,
            ));
        };
        let store = self.trust.store()?;
        let builder = PathBuilder {
            anchors: store
                .anchors
                .iter()
                .map(|anchor| &anchor.certificate)
                .collect(),
            intermediates: store.intermediates.iter().chain(beside).collect(),
            crls: store.crls.as_deref(),
            usage: if self.any_usage {
                Usage::Any
            } else {
                Usage::Email
            },
            policies: PolicyInputs {
                accepted: self.policy.clone(),
                require_explicit: self.require_explicit_policy,
                inhibit_any: self.inhibit_any_policy,
                inhibit_mapping: self.inhibit_policy_mapping,
            },
            ..PathBuilder::default()
        };
        Ok(match builder.build(target, self.trust.now(), &Native) {
            Ok(path) => {
                let shown: Vec<_> = path.certificates.iter().map(certificate_json).collect();
                let text: String = path
                    .certificates
                    .iter()
                    .enumerate()
                    .map(step_text)
                    .collect();
                Report::good("the path is valid")
                    .with("path", shown)
                    .with_text(&text)
            }
            Err(error) => Report::of(&Problem::new(error.reason, error.detail))
                .located(self.cert.display())
                .with("path", [certificate_json(target)])
                .with("at", error.at)
                .with_text(&step_text((0, target))),
        })
    }
}

fn step_text((place, certificate): (usize, &Certificate)) -> String {
    format!("certificate {place}:\n{}", certificate_text(certificate))
}
