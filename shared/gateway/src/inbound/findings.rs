//! What opening a message brought to light, told once for all recipients.

use mail::UnixTime;
use smime::{LayerKind, Opened, Problem, Reason};

use crate::TraceStep;
use crate::decision::{Learnt, Protection};
use crate::keys::Facts;
use crate::result_field::{Encryption, ResultField, Signature};
use crate::trace::{CERTIFICATE_LEARNT, NOT_SIGNED, SIGNATURE_BAD, SIGNATURE_GOOD};
use crate::verdict::Sentence;

/// How far a sender's clock may be ahead, in seconds. A signature from a later time teaches nothing
/// (RFC 8551 §2.7.1): as the newest teaching it would stand in the way of every true one until then.
pub const SIGNING_TIME_AHEAD_SECONDS_MAX: i64 = 24 * 60 * 60;

/// The findings.
pub(super) struct Findings {
    /// The cipher of the outermost encryption.
    pub(super) cipher: String,
    /// What the signatures taught.
    pub(super) learnt: Vec<Learnt>,
    closed: Option<Problem>,
    /// `None` if nothing is signed.
    signature: Option<Result<(), Problem>>,
    signer: String,
    steps: Vec<TraceStep>,
}

impl Findings {
    pub(super) fn of(opened: &Opened, facts: &Facts<'_>) -> Self {
        let signature = opened
            .signature_verdict()
            .map(|verdict| verdict.map_err(Clone::clone));
        let learnt = match &signature {
            Some(Ok(())) => learn(opened, facts),
            _ => Vec::new(),
        };
        let mut findings = Self {
            cipher: cipher(opened),
            closed: closed(opened),
            signer: signer(opened),
            steps: Vec::new(),
            signature,
            learnt,
        };
        findings.steps = findings.signature_steps();
        findings
    }

    /// Tells a recipient who gets the content what its signature is worth.
    pub(super) fn tell(&self, sentence: &mut Sentence<'_>) {
        sentence.trace.extend(self.steps.iter().cloned());
        match &self.signature {
            None => {}
            Some(Ok(())) => sentence.protection.push(Protection::Verified),
            Some(Err(problem)) => {
                sentence.protection.push(Protection::SignatureBad);
                sentence.remark = Some(problem.reason.code());
            }
        }
    }

    /// Why the message stays closed to a recipient.
    pub(super) fn why_closed(&self, is_addressed: bool) -> Problem {
        let closed = self.closed.clone().filter(|problem| {
            // What is wrong with the encryption is wrong for everybody.
            is_addressed || problem.reason != Reason::NoMatchingKey
        });
        closed.unwrap_or_else(|| {
            let detail = "it is not encrypted to a certificate of the recipient";
            Problem::new(Reason::NoMatchingKey, detail)
        })
    }

    /// What the result field says.
    pub(super) fn result(&self, opened: &Opened) -> ResultField<'_> {
        ResultField {
            encryption: if opened.message.is_some() {
                Encryption::Decrypted
            } else {
                Encryption::None
            },
            signature: match &self.signature {
                None => Signature::None,
                Some(Ok(())) => Signature::Verified {
                    signer: &self.signer,
                },
                Some(Err(problem)) => Signature::Bad {
                    reason: problem.reason.code(),
                },
            },
        }
    }

    fn signature_steps(&self) -> Vec<TraceStep> {
        let mut steps = vec![match &self.signature {
            None => NOT_SIGNED.bare(),
            Some(Ok(())) => SIGNATURE_GOOD.with(&[("signer", &self.signer)]),
            Some(Err(problem)) => {
                SIGNATURE_BAD.with(&[("signer", &self.signer), ("why", &problem.detail)])
            }
        }];
        steps.extend(self.learnt.iter().map(|learnt| {
            CERTIFICATE_LEARNT.with(&[
                ("fingerprint", &learnt.certificate.fingerprint()),
                ("address", &learnt.address),
            ])
        }));
        steps
    }
}

fn cipher(opened: &Opened) -> String {
    let ciphers = opened.layers.iter().filter_map(|layer| match &layer.kind {
        LayerKind::Encrypted { cipher, .. } => Some(cipher.clone()),
        _ => None,
    });
    ciphers.take(1).collect()
}

/// What is wrong with the encryption that did not open.
fn closed(opened: &Opened) -> Option<Problem> {
    opened.layers.iter().find_map(|layer| match &layer.kind {
        LayerKind::Encrypted { .. } => layer.problem.clone(),
        _ => None,
    })
}

/// The first signer: its address, else the name in its certificate.
fn signer(opened: &Opened) -> String {
    let Some(report) = opened.signatures.first() else {
        return String::new();
    };
    match &report.address {
        Some(address) => address.to_string(),
        None => report.subject.clone(),
    }
}

/// Certificates of partners; the organisation knows its own.
fn learn(opened: &Opened, facts: &Facts<'_>) -> Vec<Learnt> {
    let latest = UnixTime(facts.now.0.saturating_add(SIGNING_TIME_AHEAD_SECONDS_MAX));
    let harvest = opened.harvest().into_iter();
    harvest
        .filter(|harvest| !facts.snapshot.manages(&harvest.address))
        .filter(|harvest| harvest.signing_time.is_none_or(|time| time <= latest))
        .map(|harvest| {
            let path = opened.signatures.iter().map(|report| &report.path);
            let path = path
                .filter(|path| path.first() == Some(&harvest.certificate))
                .flatten();
            // Without the certificate itself; the anchor, its last one, is known.
            let mut chain: Vec<_> = path.skip(1).cloned().collect();
            chain.pop();
            Learnt {
                address: harvest.address,
                certificate: harvest.certificate,
                chain,
                capabilities: harvest.capabilities.map(|known| known.to_der()),
                signed_at: harvest.signing_time,
            }
        })
        .collect()
}
