//! Whether the certificates of a path are revoked, by the lists at hand (RFC 5280 §6.3).

use mail::UnixTime;

use super::list::{Entry, List};
use super::ocsp::{Response, Word};
use super::point::{DistributionPoint, Reasons};
use super::{RevocationInfo, RevocationStatus as Status};
use crate::chain::{
    Budget, Exhausted, Goal, Index, Link, PathError, PolicyInputs, Pool, Search, Stop, Usage,
    may_sign_crls, validate_responder,
};
use crate::{Certificate, Provider, Reason};

/// What is known of each certificate of a path, from its target up; the anchor, its last, is trusted
/// and not asked about. The path is a valid one, as [`crate::PathBuilder`] finds it.
pub fn revocation_of(
    path: &[Certificate],
    known: &[RevocationInfo],
    now: UnixTime,
    provider: &dyn Provider,
) -> Vec<Status> {
    let mut pool = Pool::default();
    let anchor_first: Vec<Index> = path
        .iter()
        .rev()
        .enumerate()
        .map(|(position, certificate)| pool.add(certificate, position == 0))
        .collect();
    let evidence = Evidence::at(
        now,
        known.iter().filter_map(RevocationInfo::list),
        known.iter().filter_map(RevocationInfo::response),
    );
    let mut search = Search::new(&pool, Some(&evidence), provider, Budget::default());
    (1..anchor_first.len())
        .rev()
        .map(|position| {
            let status = search.status_at(&anchor_first, position, &evidence, now);
            status.unwrap_or(Status::Unknown)
        })
        .collect()
}

/// What is known of revocation: read once, used for every path of a question.
#[derive(Debug, Default)]
pub(crate) struct Evidence<'a> {
    /// Newest first, so that of two that hold the newer one speaks.
    lists: Vec<List<'a>>,
    responses: Vec<Response<'a>>,
}

impl<'a> Evidence<'a> {
    /// The lists that hold at this time, and responses.
    pub(crate) fn at(
        now: UnixTime,
        lists: impl Iterator<Item = List<'a>>,
        responses: impl Iterator<Item = Response<'a>>,
    ) -> Self {
        let mut lists: Vec<_> = lists.filter(|list| list.is_current(now)).collect();
        lists.sort_by(|one, other| other.by_age(one));
        Self {
            lists,
            responses: responses.collect(),
        }
    }
}

/// The certificate whose standing is asked.
#[derive(Clone, Copy)]
struct Subject<'p, 'q, 'a> {
    index: Index,
    link: &'q Link<'a>,
    /// The path above it, anchor first.
    above: &'p [Index],
    now: UnixTime,
}

impl<'q, 'a> Search<'q, 'a> {
    /// Every certificate below the anchor must be known not to be revoked, if revocation is asked
    /// for. From the anchor down, so that a list counts only when its signer is known to be good.
    pub(crate) fn check_revocation(&mut self, path: &[Index], now: UnixTime) -> Result<(), Stop> {
        let Some(evidence) = self.evidence else {
            return Ok(());
        };
        for position in 1..path.len() {
            let (reason, detail) = match self.status_at(path, position, evidence, now)? {
                Status::Good => continue,
                Status::Revoked => (Reason::Revoked, "a certificate of the path was revoked"),
                Status::Unknown => (
                    Reason::RevocationUnknown,
                    "nothing current tells whether a certificate of the path is revoked",
                ),
            };
            return Err(PathError::new(reason, path.len() - 1 - position, detail).into());
        }
        Ok(())
    }

    /// What is known of the certificate at a position of a path that begins with its anchor.
    pub(crate) fn status_at(
        &mut self,
        path: &[Index],
        position: usize,
        evidence: &'q Evidence<'a>,
        now: UnixTime,
    ) -> Result<Status, Stop> {
        let (above, rest) = path.split_at(position.min(path.len()));
        let Some((index, link)) = rest.first().and_then(|&i| Some((i, self.pool.get(i)?))) else {
            return Ok(Status::Unknown);
        };
        let subject = Subject {
            index,
            link,
            above,
            now,
        };
        self.status(evidence, subject)
    }

    /// By lists and responses. Who says that it is revoked is believed before who says that it is not: the mail of a
    /// thief brings what still speaks well of the certificate.
    fn status(
        &mut self,
        evidence: &'q Evidence<'a>,
        subject: Subject<'_, 'q, 'a>,
    ) -> Result<Status, Stop> {
        let listed = self.status_by_lists(evidence, subject)?;
        if listed == Status::Revoked {
            return Ok(listed);
        }
        Ok(listed.or(self.status_by_responses(evidence, subject)?))
    }

    /// By the responses that the certificate's issuer answers for.
    fn status_by_responses(
        &mut self,
        evidence: &'q Evidence<'a>,
        subject: Subject<'_, 'q, 'a>,
    ) -> Result<Status, Exhausted> {
        let mut known = Status::Unknown;
        let issuer = subject.above.last().copied();
        let Some((index, issuer)) = issuer.and_then(|i| Some((i, self.pool.get(i)?))) else {
            return Ok(known);
        };
        for response in &evidence.responses {
            let word = response.word_on(subject.link, issuer, subject.now, self.provider);
            let status = match word {
                Some(Word::Good) => Status::Good,
                Some(Word::Revoked) => Status::Revoked,
                Some(Word::Unknown) | None => continue,
            };
            if self.is_answered_by(response, index, issuer, subject.now)? {
                known = known.or(status);
            }
        }
        Ok(known)
    }

    /// Whether the issuer signed the response, or a responder that it certified for that and that
    /// needs no asking in turn (RFC 6960 §4.2.2.2).
    fn is_answered_by(
        &mut self,
        response: &Response<'a>,
        index: Index,
        issuer: &Link<'a>,
        now: UnixTime,
    ) -> Result<bool, Exhausted> {
        if self.verify(&response.signed, index)?.is_ok() {
            return Ok(true);
        }
        for responder in response.responders() {
            if responder.issuer == issuer.subject
                && responder.is_ocsp_no_check
                && validate_responder(&responder, now).is_ok()
                && self.verify(&responder.signed, index)?.is_ok()
                && self.verify_with(&response.signed, responder.spki)?.is_ok()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The algorithm of RFC 5280 §6.3.3.
    fn status_by_lists(
        &mut self,
        evidence: &'q Evidence<'a>,
        subject: Subject<'_, 'q, 'a>,
    ) -> Result<Status, Stop> {
        let Ok(points) = DistributionPoint::of(subject.link) else {
            return Ok(Status::Unknown);
        };
        let is_authority = subject.link.is_authority();
        let mut known = Reasons::NONE;
        for point in &points {
            for crl in &evidence.lists {
                let reasons = point.reasons.and(crl.scope.reasons);
                if crl.is_delta() || !crl.covers(point, is_authority) || reasons.is_within(known) {
                    continue;
                }
                let Some(signer) = self.crl_signer(crl, subject)? else {
                    continue;
                };
                match self.entry(evidence, crl, signer, subject)? {
                    Entry::Revoked => return Ok(Status::Revoked),
                    Entry::Absent | Entry::Removed => known = known.or(reasons),
                    Entry::Unusable => {}
                }
            }
        }
        Ok(if Reasons::ALL.is_within(known) {
            Status::Good
        } else {
            Status::Unknown
        })
    }

    /// What a complete list says, or the delta that updates it (RFC 5280 §6.3.3 (h) to (k)).
    fn entry(
        &mut self,
        evidence: &'q Evidence<'a>,
        complete: &List<'a>,
        signer: Index,
        subject: Subject<'_, 'q, 'a>,
    ) -> Result<Entry, Exhausted> {
        let (serial, issuer) = (subject.link.serial, &subject.link.issuer);
        for delta in &evidence.lists {
            if delta.updates(complete) && self.verify(&delta.signed, signer)?.is_ok() {
                let entry = delta.look_up(serial, issuer, &mut self.budget)?;
                if entry != Entry::Absent {
                    return Ok(entry);
                }
            }
        }
        complete.look_up(serial, issuer, &mut self.budget)
    }

    /// The certificate whose key signed the list and may do so: one of the path above, or another
    /// that has a valid path of its own to the same anchor (RFC 5280 §6.3.3 (f), (g)).
    fn crl_signer(
        &mut self,
        crl: &List<'a>,
        subject: Subject<'_, 'q, 'a>,
    ) -> Result<Option<Index>, Stop> {
        let named = self.pool.named(&crl.issuer).iter().copied();
        let (above, beside): (Vec<_>, Vec<_>) =
            named.partition(|candidate| subject.above.contains(candidate));
        for candidate in above.iter().chain(&beside).copied() {
            let may_sign = self.pool.get(candidate).is_some_and(may_sign_crls);
            if may_sign
                && self.verify(&crl.signed, candidate)?.is_ok()
                && (above.contains(&candidate) || self.has_path_beside(candidate, subject)?)
            {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    fn has_path_beside(
        &mut self,
        signer: Index,
        subject: Subject<'_, 'q, 'a>,
    ) -> Result<bool, Stop> {
        let is_too_deep = self.pending.len() >= self.budget.crl_signer_depth;
        if is_too_deep || self.pending.contains(&subject.index) {
            return Ok(false);
        }
        let policies = PolicyInputs::default();
        let goal = Goal {
            usage: Usage::CrlSigning,
            policies: &policies,
            now: subject.now,
        };
        self.pending.push(subject.index);
        let found = self.find(signer, &goal, subject.above.first().copied());
        self.pending.pop();
        match found {
            Ok(_) => Ok(true),
            Err(Stop::Refused(_)) => Ok(false),
            Err(exhausted) => Err(exhausted),
        }
    }
}
