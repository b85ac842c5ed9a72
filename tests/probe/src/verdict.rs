//! What is found in a message, in the very words of the command `sealgate`.

use findings::{Report, decrypted, inspected, verified};
use mail::UnixTime;
use serde::{Deserialize, Serialize};
use smime::{
    Certificate, Crl, KeyPair, OpenContext, Opened, PrivateKey, Provider, TrustStore, open,
};

/// A message to judge and all that it takes; certificates, lists and keys are DER.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct Question {
    /// What is asked.
    pub verb: Verb,
    /// RFC 5322, a MIME entity, or a bare CMS object.
    pub message: Vec<u8>,
    /// PKCS#8, each with its certificate where that is known.
    pub keys: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// Whom to trust.
    pub trust: Vec<Vec<u8>>,
    /// Who may stand between.
    pub intermediates: Vec<Vec<u8>>,
    /// Lists of revoked certificates, if they are asked.
    pub crls: Option<Vec<Vec<u8>>>,
    /// The detached content of a bare CMS object.
    pub content: Option<Vec<u8>>,
    /// The time of validation, in seconds since 1970.
    pub at: i64,
    /// Whether the From address must be the signer's.
    pub checks_address: bool,
}

/// Verbs of the command.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum Verb {
    /// `sealgate inspect`
    #[default]
    Inspect,
    /// `sealgate verify`
    Verify,
    /// `sealgate decrypt`
    Decrypt,
}

/// The verdict.
#[derive(Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Answer {
    /// What `--json` prints.
    pub report: String,
    /// What was decrypted.
    pub entity: Option<Vec<u8>>,
}

impl Question {
    /// The answer with this provider.
    pub fn answer(&self, provider: &dyn Provider) -> Answer {
        let trust = TrustStore {
            intermediates: certificates(&self.intermediates),
            crls: self.crls.as_deref().map(crls),
            ..TrustStore::from_anchors(certificates(&self.trust))
        };
        let keys: Vec<KeyPair> = self.keys.iter().filter_map(key_pair).collect();
        let opened = open(
            &self.message,
            &OpenContext {
                keys: &keys,
                trust: &trust,
                now: UnixTime(self.at),
                provider,
                content: self.content.as_deref(),
                checks_address: self.checks_address,
            },
        );
        let entity = opened.entity.as_deref().map(<[u8]>::to_vec);
        Answer {
            report: self.report(opened).to_json().to_string(),
            entity,
        }
    }

    fn report(&self, opened: Opened) -> Report {
        match self.verb {
            Verb::Inspect => inspected(&self.message, opened),
            Verb::Verify => verified(&opened),
            Verb::Decrypt => decrypted(&opened, true),
        }
    }
}

fn certificates(files: &[Vec<u8>]) -> Vec<Certificate> {
    let read = files.iter().map(|file| Certificate::from_der(file));
    read.filter_map(Result::ok).collect()
}

fn crls(lists: &[Vec<u8>]) -> Vec<Crl> {
    let read = lists.iter().map(|list| Crl::from_der(list));
    read.filter_map(Result::ok).collect()
}

fn key_pair((key, certificate): &(Vec<u8>, Option<Vec<u8>>)) -> Option<KeyPair> {
    let certificate = certificate.as_deref().map(Certificate::from_der);
    Some(KeyPair {
        certificate: certificate.transpose().ok()?,
        key: PrivateKey::from_pkcs8(key.clone()).ok()?,
    })
}
