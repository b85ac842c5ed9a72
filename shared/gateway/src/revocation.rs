//! Whether the certificates of a path are revoked: what is known, what must be asked, and what it
//! means that nobody tells.

mod memory;

use std::collections::BTreeMap;
use std::fmt::Display;

use smime::{
    Certificate, RevocationInfo, RevocationSource, RevocationStatus, SourceId, revocation_of,
};

use crate::TraceStep;
use crate::keys::Facts;
use crate::pipeline::{Answer, Need};
use crate::snapshot::RevocationChecks;
use crate::trace::{NOT_REVOKED, REVOCATION_UNPUBLISHED, REVOCATION_UNREACHABLE};
pub use memory::{
    REMEMBERED_INFO_OCTETS_MAX, REMEMBERED_OCTETS_MAX, REMEMBERED_SOURCES_MAX, RevocationMemory,
    Said,
};

/// Most sources that are asked for one message; beyond, certificates count as unknown. A path has two
/// or three, the recipients of an honest mail have few authorities, and each source is a request that
/// somebody else's certificate has the gateway send.
pub const SOURCES_ASKED_MAX: usize = 24;

/// Most octets of answers that are held for one message, beside what is remembered.
pub const ANSWERS_OCTETS_MAX: usize = 8 * 1024 * 1024;

/// What one message has found out so far. Judging notes what should be asked; once that is answered,
/// the same judging comes further, until nothing is left to ask.
#[derive(Default)]
pub(crate) struct Inquiry {
    answers: BTreeMap<SourceId, Said>,
    octets: usize,
    next: BTreeMap<SourceId, RevocationSource>,
}

/// What is known of a path as a whole; of several paths the last of these counts.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Standing {
    /// Nobody is asked: the organisation does not want it, or the path is its own anchor.
    NotAsked,
    /// None of its certificates is revoked.
    Good,
    /// They name no place that would tell.
    Unpublished,
    /// No place that they name tells.
    Unreachable,
    /// One of them is revoked.
    Revoked,
    /// Somebody is still to be asked.
    Open,
}

impl Standing {
    /// The step that tells it, if there is something to tell of a certificate of `address`.
    pub(crate) fn step(self, address: &dyn Display) -> Option<TraceStep> {
        let kind = match self {
            Self::Good => NOT_REVOKED,
            Self::Unreachable => REVOCATION_UNREACHABLE,
            Self::Unpublished => REVOCATION_UNPUBLISHED,
            Self::NotAsked | Self::Revoked | Self::Open => return None,
        };
        Some(kind.with(&[("address", address)]))
    }

    /// Whether nobody tells.
    pub(crate) fn is_unknown(self) -> bool {
        matches!(self, Self::Unreachable | Self::Unpublished)
    }
}

impl Inquiry {
    /// What is known of a valid path, which ends with its anchor; what the message carries counts
    /// before anybody is asked.
    pub(crate) fn standing(
        &mut self,
        facts: &Facts<'_>,
        path: &[Certificate],
        carried: &[RevocationInfo],
    ) -> Standing {
        let checks = facts.snapshot.settings.revocation;
        if checks == RevocationChecks::Off || path.len() < 2 {
            return Standing::NotAsked;
        }
        let sources: Vec<Vec<Source>> = path
            .iter()
            .zip(path.iter().skip(1))
            .map(|(certificate, issuer)| sources(facts, certificate, issuer))
            .collect();
        let said: BTreeMap<SourceId, &RevocationInfo> = sources
            .iter()
            .flatten()
            .filter_map(|source| match self.said(facts, source.id)? {
                Said::Info(info) => Some((source.id, info)),
                Said::Nothing => None,
            })
            .collect();
        let said: Vec<RevocationInfo> = said.into_values().cloned().collect();
        let by = |known: &[RevocationInfo]| revocation_of(path, known, facts.now, facts.provider);
        let mut statuses = by(&said);
        if !carried.is_empty() {
            // Apart, because a stranger chose it: it takes nothing from what asking may cost.
            for (status, carried) in statuses.iter_mut().zip(by(carried)) {
                *status = status.or(carried);
            }
        }
        if statuses.contains(&RevocationStatus::Revoked) {
            return Standing::Revoked;
        }
        let unknown: Vec<Vec<Source>> = statuses
            .into_iter()
            .zip(sources)
            .filter(|(status, _)| *status == RevocationStatus::Unknown)
            .map(|(_, sources)| sources)
            .collect();
        if unknown.is_empty() {
            return Standing::Good;
        }
        let is_unpublished = unknown.iter().all(Vec::is_empty);
        let mut is_open = false;
        for sources in unknown {
            is_open |= self.asks_next(facts, sources);
        }
        match (is_open, is_unpublished) {
            (true, _) => Standing::Open,
            (false, true) => Standing::Unpublished,
            (false, false) => Standing::Unreachable,
        }
    }

    /// Notes the first source that was not asked yet; whether there is one.
    fn asks_next(&mut self, facts: &Facts<'_>, sources: Vec<Source>) -> bool {
        let unasked = sources
            .into_iter()
            .find(|source| self.said(facts, source.id).is_none());
        let Some(source) = unasked else { return false };
        if self.next.contains_key(&source.id) {
            return true;
        }
        let has_room = self.answers.len() + self.next.len() < SOURCES_ASKED_MAX;
        if has_room {
            self.next.insert(source.id, source.source);
        }
        has_room
    }

    fn said<'s>(&'s self, facts: &Facts<'s>, source: SourceId) -> Option<&'s Said> {
        let remembered = || facts.memory.recall(source, facts.now);
        self.answers.get(&source).or_else(remembered)
    }

    /// What must be asked before the judging comes further.
    pub(crate) fn needs(&self) -> Vec<Need> {
        let next = self.next.values().cloned();
        next.map(Need::Revocation).collect()
    }

    /// Takes the answers to [`Self::needs`], in their order.
    pub(crate) fn take(&mut self, answers: impl IntoIterator<Item = Answer>) {
        let mut answers = answers.into_iter();
        for source in std::mem::take(&mut self.next).into_keys() {
            let said = match answers.next() {
                Some(Answer::Revocation(said)) => self.within_limit(said),
                _ => Said::Nothing,
            };
            self.answers.insert(source, said);
        }
    }

    fn within_limit(&mut self, said: Said) -> Said {
        let octets = self.octets.saturating_add(said.octets());
        if octets > ANSWERS_OCTETS_MAX {
            return Said::Nothing;
        }
        self.octets = octets;
        said
    }
}

/// A place to ask and its name.
struct Source {
    id: SourceId,
    source: RevocationSource,
}

fn sources(facts: &Facts<'_>, certificate: &Certificate, issuer: &Certificate) -> Vec<Source> {
    let sources = RevocationSource::of(certificate, issuer, facts.provider);
    let named = sources.into_iter().map(|source| Source {
        id: source.id(),
        source,
    });
    named.collect()
}
