//! Whether the signers of an opened message are still good: their certificates may have been revoked.

use mail::Address;
use smime::{KeyPair, Opened, Problem, Reason};

use super::Sealed;
use crate::RevocationChecks;
use crate::pipeline::{Answer, Stage, Step, Waiting};
use crate::revocation::{Inquiry, Standing};

/// A message that has been opened as far as it goes.
pub(crate) struct Read<'a> {
    sealed: Sealed<'a>,
    opened: Box<Opened>,
    /// What opened it, to open it again.
    keys: Vec<KeyPair>,
    opened_by: Option<&'a Address>,
    inquiry: Inquiry,
}

impl<'a> Read<'a> {
    pub(super) fn new(
        sealed: Sealed<'a>,
        opened: Opened,
        keys: Vec<KeyPair>,
        opened_by: Option<&'a Address>,
    ) -> Self {
        Self {
            sealed,
            opened: Box::new(opened),
            keys,
            opened_by,
            inquiry: Inquiry::default(),
        }
    }

    /// Goes on with the answers to the needs of a word about revocation.
    pub(crate) fn with_answers(mut self, answers: impl Iterator<Item = Answer>) -> Step<'a> {
        self.inquiry.take(answers);
        self.go_on()
    }

    pub(super) fn go_on(mut self) -> Step<'a> {
        let standings = self.standings();
        let needs = self.inquiry.needs();
        if !needs.is_empty() {
            return Step::Need(Waiting::new(Stage::Read(self)), needs);
        }
        let Self {
            mut sealed,
            mut opened,
            keys,
            opened_by,
            ..
        } = self;
        let checks = sealed.case.facts.snapshot.settings.revocation;
        for (report, standing) in opened.signatures.iter().zip(&standings) {
            if let (Some(signer), Some(problem)) = (&report.certificate, fault(*standing, checks)) {
                sealed.trust.distrusted.push((signer.clone(), problem));
            }
        }
        if !sealed.trust.distrusted.is_empty() {
            // What is delivered depends on the verdict, down to the From that is shown, so nothing of
            // the first reading stays.
            drop(opened);
            opened = Box::new(sealed.open(&keys));
        }
        let overall = standings
            .iter()
            .copied()
            .max()
            .unwrap_or(Standing::NotAsked);
        Step::Done(sealed.conclude(*opened, opened_by, overall))
    }

    /// What is known of each signer. Nobody is asked about a signature that is not good anyway, or that
    /// nobody will be told of.
    fn standings(&mut self) -> Vec<Standing> {
        let is_good = matches!(self.opened.signature_verdict(), Some(Ok(())));
        let is_told = self.sealed.plans.iter().any(|plan| plan.option.is_some());
        let reports = self.opened.signatures.iter();
        reports
            .map(|report| {
                if !(is_good && is_told && report.covers_all) {
                    return Standing::NotAsked;
                }
                let (facts, carried) = (&self.sealed.case.facts, &self.opened.revocation);
                self.inquiry.standing(facts, &report.path, carried)
            })
            .collect()
    }
}

/// Why a signer with this standing is not believed.
fn fault(standing: Standing, checks: RevocationChecks) -> Option<Problem> {
    if standing == Standing::Revoked {
        let detail = "the signer's certificate, or one above it, was revoked";
        return Some(Problem::new(Reason::Revoked, detail));
    }
    let is_fault = standing.is_unknown() && checks == RevocationChecks::Require;
    let detail = "nobody tells whether the signer's certificate was revoked";
    is_fault.then(|| Problem::new(Reason::RevocationUnknown, detail))
}
