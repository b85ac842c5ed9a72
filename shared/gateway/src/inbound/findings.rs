//! What opening a message brought to light, told once for all recipients.

use mail::{Buffer, Defect, UnixTime};
use smime::{
    Certificate, Layer, LayerKind, Opened, PathBuilder, Problem, Reason, RestoredHeader,
    SignatureReport, Usage, topmost_authorities,
};

use crate::TraceStep;
use crate::decision::{Learnt, Protection};
use crate::keys::Facts;
use crate::result_field::{ResultField, Signature};
use crate::revocation::Standing;
use crate::trace::{
    CERTIFICATE_LEARNT, NOT_SIGNED, SIGNATURE_BAD, SIGNATURE_GOOD, SIGNATURE_OVER_SHA1,
    VISIBLE_FROM_KEPT,
};
use crate::verdict::{Lessons, Sentence};

/// How far a sender's clock may be ahead, in seconds. A signature from a later time teaches nothing
/// (RFC 8551 §2.7.1): as the newest teaching it would stand in the way of every true one until then.
pub const SIGNING_TIME_AHEAD_SECONDS_MAX: i64 = 24 * 60 * 60;

/// Most authorities that one message brings to an administrator's notice: a true one has one.
pub const UNKNOWN_AUTHORITIES_MAX: usize = 2;

/// The findings.
pub(super) struct Findings {
    /// What the encryption came to.
    pub(super) encryption: Encryption,
    /// Whether anything is signed.
    pub(super) is_signed: bool,
    /// The message with its encryption removed, if all of it was.
    pub(super) content: Option<Buffer>,
    restored: Option<RestoredHeader>,
    /// The cipher of the outermost encryption.
    pub(super) cipher: String,
    /// What the signatures taught.
    pub(super) lessons: Lessons,
    closed: Option<Problem>,
    /// `None` if nothing is signed.
    signature: Option<Result<(), Problem>>,
    signer: String,
    /// What is known of the signers' revocation.
    standing: Standing,
    /// Whether a signature that counts rests on SHA-1.
    rests_on_sha1: bool,
    steps: Vec<TraceStep>,
}

/// What the encryption of a message came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Encryption {
    /// There is none.
    None,
    /// All of it was removed.
    Removed,
    /// Some of it is still there.
    Closed,
}

impl Encryption {
    /// Out of the layers that are the mail's own encryption.
    fn of(own: &[&Layer], is_decrypted: bool) -> Self {
        let is_open = |layer: &&Layer| {
            let kind = &layer.kind;
            matches!(
                kind,
                LayerKind::Encrypted {
                    opened_by: Some(_),
                    ..
                }
            )
        };
        if own.is_empty() {
            Self::None
        } else if is_decrypted && own.iter().all(is_open) {
            Self::Removed
        } else {
            Self::Closed
        }
    }
}

impl Findings {
    pub(super) fn of(mut opened: Opened, standing: Standing, facts: &Facts<'_>) -> Self {
        let decrypted = opened.take_message();
        let restored = opened.restored.take();
        let opened = &opened;
        let own = own_encryption(opened);
        let encryption = Encryption::of(&own, decrypted.is_some());
        let signature = opened
            .signature_verdict()
            .map(|verdict| verdict.map_err(Clone::clone));
        let lessons = Lessons {
            learnt: match &signature {
                Some(Ok(())) => learn(opened, facts),
                _ => Vec::new(),
            },
            unknown_authorities: unknown_authorities(opened, facts),
        };
        let mut findings = Self {
            encryption,
            is_signed: opened.is_signed(),
            content: decrypted.filter(|_| encryption == Encryption::Removed),
            restored,
            cipher: cipher(&own),
            closed: closed(&own),
            signer: signer(opened),
            standing,
            rests_on_sha1: opened.signatures.iter().any(|report| report.rests_on_sha1),
            steps: Vec::new(),
            signature,
            lessons,
        };
        findings.steps = findings.signature_steps();
        if opened.defects.contains(&Defect::ProtectedFromDiffers) {
            findings.steps.push(VISIBLE_FROM_KEPT.bare());
        }
        findings
    }

    /// The message that came, with its protected header fields in their places.
    pub(super) fn restored(&self, raw: Buffer) -> Buffer {
        match &self.restored {
            Some(header) => header.apply(raw),
            None => raw,
        }
    }

    /// Tells a recipient who gets the content what its signature is worth.
    pub(super) fn tell(&self, sentence: &mut Sentence<'_>) {
        sentence.trace.extend(self.steps.iter().cloned());
        match &self.signature {
            None => {}
            Some(Ok(())) => {
                sentence.protection.push(Protection::Verified);
                if self.standing.is_unknown() {
                    sentence.remark = Some(Reason::RevocationUnknown.code());
                }
            }
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
    pub(super) fn result(&self) -> ResultField<'_> {
        ResultField {
            is_decrypted: self.encryption == Encryption::Removed,
            signature: match &self.signature {
                None => Signature::None,
                Some(Ok(())) => Signature::Verified {
                    signer: &self.signer,
                    is_revocation_unknown: self.standing.is_unknown(),
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
        steps.extend(self.standing.step(&self.signer));
        if self.rests_on_sha1 && matches!(self.signature, Some(Ok(()))) {
            steps.push(SIGNATURE_OVER_SHA1.bare());
        }
        steps.extend(self.lessons.learnt.iter().map(|learnt| {
            CERTIFICATE_LEARNT.with(&[
                ("fingerprint", &learnt.certificate.fingerprint()),
                ("address", &learnt.address),
            ])
        }));
        steps
    }
}

/// The layers that encrypt the mail itself: what is encrypted in a part, an attached mail of others, is content like any
/// other. Where readers differ in what the mail is, a layer that some of them take for the whole is its own.
///
/// What an object that cannot be read hides nobody knows, so it counts as encrypted: a broken label must not pass where
/// undecryptable mail is refused.
fn own_encryption(opened: &Opened) -> Vec<&Layer> {
    let layers = opened.layers.iter();
    layers
        .filter(|layer| layer.may_cover_all())
        .filter(|layer| layer.is_encrypted() || matches!(layer.kind, LayerKind::Unreadable))
        .collect()
}

fn cipher(own: &[&Layer]) -> String {
    let ciphers = own.iter().filter_map(|layer| match &layer.kind {
        LayerKind::Encrypted { cipher, .. } => Some(cipher.clone()),
        _ => None,
    });
    ciphers.take(1).collect()
}

/// What is wrong with the encryption that did not open.
fn closed(own: &[&Layer]) -> Option<Problem> {
    own.iter().find_map(|layer| layer.problem.clone())
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
            let mut chain = harvest.issuers;
            let authority = chain.pop();
            Learnt {
                address: harvest.address,
                certificate: harvest.certificate,
                chain,
                authority,
                capabilities: harvest.capabilities.map(|known| known.to_der()),
                signed_at: harvest.signing_time,
            }
        })
        .collect()
}

/// The tops of the paths that ended at nobody we trust: self-signed authorities, or the last that the
/// message has. Only what truly issued the signer's certificate counts, so that a mail cannot put the
/// name of another authority before an administrator.
fn unknown_authorities(opened: &Opened, facts: &Facts<'_>) -> Vec<Certificate> {
    let is_untrusted = |report: &&SignatureReport| matches!(&report.verdict, Err(problem) if problem.reason == Reason::UntrustedRoot);
    let untrusted = opened.signatures.iter().filter(is_untrusted);
    let signers: Vec<_> = untrusted
        .filter_map(|report| report.certificate.as_ref())
        .collect();
    if signers.is_empty() {
        return Vec::new();
    }
    let carried = &opened.certificates;
    let mut tops = topmost_authorities(carried);
    tops.retain(|top| top.is_valid_at(facts.now));
    let mut found: Vec<Certificate> = Vec::new();
    for signer in signers {
        let builder = PathBuilder {
            anchors: tops.clone(),
            intermediates: carried.iter().collect(),
            usage: Usage::EmailSigning,
            ..PathBuilder::default()
        };
        let path = builder.build(signer, facts.now, facts.provider);
        let Some(top) = path.ok().and_then(|path| path.anchor().cloned()) else {
            continue;
        };
        let is_trusted = facts
            .snapshot
            .anchors
            .iter()
            .any(|anchor| anchor.certificate == top);
        if !is_trusted && !found.contains(&top) {
            found.push(top);
        }
    }
    found.truncate(UNKNOWN_AUTHORITIES_MAX);
    found
}
