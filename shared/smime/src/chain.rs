//! Certification paths: from a certificate to a trust anchor (RFC 5280 §6, RFC 4158, RFC 9618).
//!
//! [`PathBuilder::build`] walks up from the target, verifying signatures on the way ([`search`]);
//! each path that reaches an anchor is walked down again and judged ([`validate`]), and its
//! certificates' revocation is looked up if that is asked for ([`crate::revocation`]). The first
//! path without fault is the answer; otherwise the failure that came closest ([`error`]).
//!
//! Nothing here reads a clock or fetches anything, and no input makes it work longer than its
//! [`Budget`] allows.

mod budget;
mod constraints;
mod error;
#[cfg(test)]
pub(crate) mod forge;
mod link;
mod names;
mod policies;
mod pool;
mod search;
mod signature;
#[cfg(test)]
mod tests;
mod usage;
mod validate;

use std::collections::BTreeSet;

use mail::UnixTime;

pub use budget::Budget;
pub use error::PathError;
pub use policies::PolicyInputs;
pub use usage::Usage;

pub(crate) use budget::Exhausted;
pub(crate) use error::Stop;
pub(crate) use link::{Extension, Link, Signed, authority_key_id};
pub(crate) use names::{DistinguishedName, GeneralName, is_same_name};
pub(crate) use pool::{Index, Pool};
pub(crate) use search::Search;
pub(crate) use signature::{
    cost as signature_cost, is_restricted_to_pss, verify as verify_signature,
};
pub(crate) use usage::{BasicConstraints, may_sign_crls};
pub(crate) use validate::{Goal, validate_responder};

use crate::revocation::{Crl, Evidence, OcspResponse};
use crate::{Certificate, Provider, Reason};

/// The question whether a certificate may be relied on, without the certificate and the time.
#[derive(Clone, Debug, Default)]
pub struct PathBuilder<'a> {
    /// Where a path may end. Certificates that are trusted by themselves, authorities or not.
    pub anchors: Vec<&'a Certificate>,
    /// Certificates that may stand between: from the message, from a store. Not trusted.
    pub intermediates: Vec<&'a Certificate>,
    /// Revocation lists. `None`: revocation is not asked for. `Some`: every certificate below the
    /// anchor must be covered.
    pub crls: Option<&'a [Crl]>,
    /// OCSP responses, which count beside the lists where revocation is asked for.
    pub responses: &'a [OcspResponse],
    /// What the target is wanted for.
    pub usage: Usage,
    /// What is asked of certificate policies.
    pub policies: PolicyInputs,
    /// What the answer may cost.
    pub budget: Budget,
}

/// A path without fault.
#[derive(Clone, Debug)]
pub struct ValidPath {
    /// From the target to the anchor.
    pub certificates: Vec<Certificate>,
}

impl ValidPath {
    /// The trust anchor that the path ends in.
    pub fn anchor(&self) -> Option<&Certificate> {
        self.certificates.last()
    }
}

impl<'a> PathBuilder<'a> {
    /// Finds a valid path from `target` to an anchor at the time `now`.
    pub fn build(
        &self,
        target: &'a Certificate,
        now: UnixTime,
        provider: &dyn Provider,
    ) -> Result<ValidPath, PathError> {
        self.build_within(&mut self.budget.clone(), target, now, provider)
    }

    /// The same out of a budget that other questions are answered from, too.
    pub(crate) fn build_within(
        &self,
        budget: &mut Budget,
        target: &'a Certificate,
        now: UnixTime,
        provider: &dyn Provider,
    ) -> Result<ValidPath, PathError> {
        Link::read(target.der()).map_err(|error| {
            let detail = format!("the certificate is malformed: {error}");
            PathError::new(Reason::Malformed, 0, detail)
        })?;
        let (pool, index) = self.pool(target);
        let evidence = self.crls.map(|crls| {
            let responses = self.responses.iter().filter_map(OcspResponse::response);
            Evidence::at(now, crls.iter().filter_map(Crl::list), responses)
        });
        let goal = Goal {
            usage: self.usage,
            policies: &self.policies,
            now,
        };
        let mut search = Search::new(&pool, evidence.as_ref(), provider, budget.clone());
        let found = search.find(index, &goal, None);
        *budget = search.budget;
        let mut path = found?;
        path.reverse();
        Ok(ValidPath {
            certificates: pool.certificates(&path),
        })
    }

    /// All certificates by name.
    fn pool(&self, target: &'a Certificate) -> (Pool<'a>, Index) {
        let mut pool = Pool::default();
        let index = pool.add(target, false);
        for anchor in &self.anchors {
            pool.add(anchor, true);
        }
        for intermediate in &self.intermediates {
            pool.add(intermediate, false);
        }
        (pool, index)
    }
}

/// The authorities among certificates whose issuer is not there: where paths end that end at nobody trusted.
pub fn topmost_authorities(certificates: &[Certificate]) -> Vec<&Certificate> {
    let subjects = certificates.iter().filter_map(Certificate::subject_name);
    let subjects: BTreeSet<&DistinguishedName> = subjects.collect();
    let is_top = |one: &&Certificate| {
        let issuer = DistinguishedName::from_der(one.issuer_der());
        issuer
            .is_ok_and(|issuer| one.subject_name() == Some(&issuer) || !subjects.contains(&issuer))
    };
    let authorities = certificates.iter().filter(|one| one.is_ca());
    authorities.filter(is_top).collect()
}
