//! Building paths (RFC 4158): from the target upwards, issuer by issuer, until an anchor is reached.
//!
//! Signatures are verified on the way up, so that whoever offers certificates cannot make the
//! search wander through ones that were never issued; what is left of that art, authorities that
//! certify each other in all combinations, ends with the [`Budget`].

use std::collections::BTreeMap;

use super::budget::{Budget, Exhausted};
use super::error::{PathError, Stop};
use super::link::{Link, Signed};
use super::pool::{Index, Pool};
use super::signature::{self, Unbelieved};
use super::validate::{self, Goal};
use crate::revocation::Evidence;
use crate::{Provider, Reason};

/// One question on its way to an answer.
pub(crate) struct Search<'q, 'a> {
    pub(crate) pool: &'q Pool<'a>,
    /// What is known of revocation, if it is asked for.
    pub(crate) evidence: Option<&'q Evidence<'a>>,
    pub(crate) budget: Budget,
    /// Certificates whose status is being found out, so that no list vouches for its own signer
    /// (of all PKITS only 4.14.30 wants that it may).
    pub(crate) pending: Vec<Index>,
    pub(crate) provider: &'q dyn Provider,
    /// Verdicts so far: no signature is verified twice.
    verified: BTreeMap<Binding<'a>, Result<(), Unbelieved>>,
}

/// A message, its signature and the key that is said to have made it.
type Binding<'a> = (&'a [u8], &'a [u8], &'a [u8]);

impl<'q, 'a> Search<'q, 'a> {
    pub(crate) fn new(
        pool: &'q Pool<'a>,
        evidence: Option<&'q Evidence<'a>>,
        provider: &'q dyn Provider,
        budget: Budget,
    ) -> Self {
        Self {
            pool,
            evidence,
            budget,
            pending: Vec::new(),
            provider,
            verified: BTreeMap::new(),
        }
    }

    /// A valid path to `target`, anchor first; to that one anchor if `only` names it.
    pub(crate) fn find(
        &mut self,
        target: Index,
        goal: &Goal<'_>,
        only: Option<Index>,
    ) -> Result<Vec<Index>, Stop> {
        let mut attempt = Attempt {
            goal,
            only,
            path: vec![target],
            best: PathError::new(Reason::UntrustedRoot, 0, "no path leads to a trust anchor"),
        };
        if self.is_anchor(target, only) {
            self.judge_anchor_itself(target)?;
            if self.try_path(&mut attempt)? {
                return Ok(attempt.path);
            }
        } else if self.extend(&mut attempt)? {
            attempt.path.reverse();
            return Ok(attempt.path);
        }
        Err(attempt.best.into())
    }

    /// Goes on from the last certificate of the path; true if a valid path stands there.
    fn extend(&mut self, attempt: &mut Attempt<'_>) -> Result<bool, Stop> {
        let Some(&child) = attempt.path.last() else {
            return Ok(false);
        };
        for issuer in self.possible_issuers(child, attempt.goal) {
            self.budget.step()?;
            if self.repeats(&attempt.path, issuer) {
                continue;
            }
            if let Err(unbelieved) = self.is_signed_by(child, issuer)? {
                attempt.note(not_signed(unbelieved, attempt.path.len() - 1));
                continue;
            }
            if attempt.path.len() >= self.budget.path_length {
                return Err(Exhausted("certificates in a path").into());
            }
            attempt.path.push(issuer);
            let found = if self.is_anchor(issuer, attempt.only) {
                self.try_path(attempt)?
            } else {
                self.extend(attempt)?
            };
            if found {
                return Ok(true);
            }
            attempt.path.pop();
        }
        Ok(false)
    }

    /// Whether the path, which has reached an anchor, is valid.
    fn try_path(&mut self, attempt: &mut Attempt<'_>) -> Result<bool, Stop> {
        self.budget.path()?;
        let path: Vec<Index> = attempt.path.iter().rev().copied().collect();
        let verdict = validate::validate(&self.pool.links(&path), attempt.goal, &mut self.budget)
            .and_then(|()| self.check_revocation(&path, attempt.goal.now));
        match verdict {
            Ok(()) => Ok(true),
            Err(Stop::Refused(error)) => {
                attempt.note(error);
                Ok(false)
            }
            Err(exhausted) => Err(exhausted),
        }
    }

    /// The certificates with the right name, the most promising first: anchors, then those with the
    /// key identifier asked for, then those valid now. None is left out, for identifiers may lie.
    fn possible_issuers(&self, child: Index, goal: &Goal<'_>) -> Vec<Index> {
        let Some(child) = self.pool.get(child) else {
            return Vec::new();
        };
        let wanted = child.authority_key_id;
        let mut issuers = self.pool.named(&child.issuer).to_vec();
        issuers.sort_by_cached_key(|&issuer| {
            self.pool.get(issuer).map(|link| {
                let has_other_key = wanted.is_some()
                    && link.subject_key_id.is_some()
                    && wanted != link.subject_key_id;
                let is_outdated = goal.now < link.not_before || goal.now > link.not_after;
                (!self.pool.is_anchor(issuer), has_other_key, is_outdated)
            })
        });
        issuers
    }

    /// The same authority, name and key, never stands twice in a path (RFC 4158 §2.4.2).
    fn repeats(&self, path: &[Index], candidate: Index) -> bool {
        self.pool.get(candidate).is_none_or(|candidate| {
            let is_same =
                |link: &Link<'_>| link.spki == candidate.spki && link.subject == candidate.subject;
            self.pool.links(path).into_iter().any(is_same)
        })
    }

    /// A target that is itself an anchor is trusted as it stands; but one that claims to be signed
    /// by itself must be.
    fn judge_anchor_itself(&mut self, target: Index) -> Result<(), Stop> {
        let claims_itself = self.pool.get(target).is_some_and(Link::is_self_issued);
        if !claims_itself {
            return Ok(());
        }
        self.is_signed_by(target, target)?
            .map_err(|unbelieved| not_signed(unbelieved, 0).into())
    }

    fn is_anchor(&self, index: Index, only: Option<Index>) -> bool {
        match only {
            Some(anchor) => index == anchor,
            None => self.pool.is_anchor(index),
        }
    }

    fn is_signed_by(
        &mut self,
        child: Index,
        issuer: Index,
    ) -> Result<Result<(), Unbelieved>, Exhausted> {
        match self.pool.get(child) {
            Some(child) => self.verify(&child.signed, issuer),
            None => Ok(Err(Unbelieved::Wrong)),
        }
    }

    /// Verifies one signature with the key of a certificate of the pool.
    pub(crate) fn verify(
        &mut self,
        object: &Signed<'a>,
        signer: Index,
    ) -> Result<Result<(), Unbelieved>, Exhausted> {
        match self.pool.get(signer) {
            Some(signer) => self.verify_with(object, signer.spki),
            None => Ok(Err(Unbelieved::Wrong)),
        }
    }

    /// Verifies one signature with a key; each costs of the budget.
    pub(crate) fn verify_with(
        &mut self,
        object: &Signed<'a>,
        spki: &'a [u8],
    ) -> Result<Result<(), Unbelieved>, Exhausted> {
        let binding = (object.message, object.signature, spki);
        if let Some(&known) = self.verified.get(&binding) {
            return Ok(known);
        }
        self.budget.signature(signature::cost(spki))?;
        let outcome = signature::verify(object, spki, self.provider);
        self.verified.insert(binding, outcome);
        Ok(outcome)
    }
}

/// One walk through the pool: the path so far, target first, and the best of what failed.
struct Attempt<'g> {
    goal: &'g Goal<'g>,
    only: Option<Index>,
    path: Vec<Index>,
    best: PathError,
}

impl Attempt<'_> {
    fn note(&mut self, error: PathError) {
        self.best = self.best.clone().or_better(error);
    }
}

fn not_signed(unbelieved: Unbelieved, at: usize) -> PathError {
    let (reason, detail) = match unbelieved {
        Unbelieved::Weak => (
            Reason::WeakAlgorithm,
            "a certificate is signed with MD5, SHA-1 or DSA",
        ),
        Unbelieved::Unknown => (
            Reason::SignatureInvalid,
            "a certificate is signed with an algorithm that is not known here",
        ),
        Unbelieved::Wrong => (
            Reason::SignatureInvalid,
            "a certificate is not signed by the authority that it names",
        ),
    };
    PathError::new(reason, at, detail)
}
