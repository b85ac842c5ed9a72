//! Validation of one path, from the anchor down to the target (RFC 5280 §6.1). Signatures were
//! verified when the path was built; revocation follows when all here is right.

use mail::UnixTime;

use super::budget::Budget;
use super::error::{PathError, Stop};
use super::link::Link;
use super::policies::{Policies, PolicyInputs};
use super::{constraints, policies, signature, usage};
use crate::Reason;
use usage::Usage;

/// What the target must be good for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal<'q> {
    pub(crate) usage: Usage,
    pub(crate) policies: &'q PolicyInputs,
    pub(crate) now: UnixTime,
}

/// A path from the anchor, first, to the target, last.
#[derive(Clone, Copy)]
struct Path<'p, 'a>(&'p [&'p Link<'a>]);

impl<'p, 'a> Path<'p, 'a> {
    /// Each certificate with its distance from the target.
    fn certificates(self) -> impl Iterator<Item = (usize, &'p Link<'a>)> {
        let distances = (0..self.0.len()).rev();
        distances.zip(self.0.iter().copied())
    }

    /// Those that are judged: all but the anchor, or the target alone if it is the anchor.
    fn below_anchor(self) -> impl Iterator<Item = (usize, &'p Link<'a>)> {
        let skip = usize::from(self.0.len() > 1);
        self.certificates().skip(skip)
    }
}

/// Everything of RFC 5280 §6.1 but signatures and revocation.
pub(crate) fn validate(
    path: &[&Link<'_>],
    goal: &Goal<'_>,
    budget: &mut Budget,
) -> Result<(), Stop> {
    let path = Path(path);
    check_keys(path)?;
    check_validity(path, goal.now)?;
    check_usage(path, goal.usage)?;
    check_path_length(path)?;
    check_names(path, budget)?;
    check_policies(path, goal.policies, budget)
}

/// Whether a certificate may answer for its issuer by OCSP; its issuer is verified elsewhere.
pub(crate) fn validate_responder(link: &Link<'_>, now: UnixTime) -> Result<(), PathError> {
    let path = &[link];
    check_keys(Path(path))?;
    check_validity(Path(path), now)?;
    check_usage(Path(path), Usage::OcspSigning)
}

fn check_keys(path: Path<'_, '_>) -> Result<(), PathError> {
    for (at, link) in path.certificates() {
        if signature::is_weak_key(link.spki) {
            return Err(refuse(
                Reason::WeakAlgorithm,
                at,
                "its key is DSA or RSA under 2048 bits",
            ));
        }
        if signature::has_explicit_curve(link.spki) {
            let detail = "its key spells a curve out instead of naming it";
            return Err(refuse(Reason::UnsupportedAlgorithm, at, detail));
        }
    }
    Ok(())
}

/// Anchors too: RFC 5280 leaves it open, and no administrator expects an expired root to vouch.
fn check_validity(path: Path<'_, '_>, now: UnixTime) -> Result<(), PathError> {
    for (at, link) in path.certificates() {
        if now > link.not_after {
            let detail = format!("it ended at {}", link.not_after);
            return Err(refuse(Reason::Expired, at, &detail));
        }
        if now < link.not_before {
            let detail = format!("it begins at {}", link.not_before);
            return Err(refuse(Reason::NotYetValid, at, &detail));
        }
    }
    Ok(())
}

fn check_usage(path: Path<'_, '_>, usage: Usage) -> Result<(), PathError> {
    if let Some((at, anchor)) = path.certificates().next().filter(|(at, _)| *at > 0) {
        usage::of_anchor(anchor).map_err(|detail| refuse(Reason::WrongUsage, at, detail))?;
    }
    for (at, link) in path.below_anchor() {
        if let Some(extension) = link.unknown_critical {
            let detail = format!("its critical extension {extension} is not known");
            return Err(refuse(Reason::WrongUsage, at, &detail));
        }
        if at == 0 {
            usage::of_target(link, usage)
        } else {
            usage::of_authority(link, usage)
        }
        .map_err(|detail| refuse(Reason::WrongUsage, at, detail))?;
    }
    Ok(())
}

/// `pathLenConstraint`, the anchor's too (RFC 5937 §3).
fn check_path_length(path: Path<'_, '_>) -> Result<(), PathError> {
    let mut left: Option<u64> = None;
    for (at, link) in path.certificates().filter(|(at, _)| *at > 0) {
        let is_anchor = at + 1 == path.0.len();
        if !is_anchor && !link.is_self_issued() {
            left = match left {
                Some(0) => {
                    let detail = "an authority above it allows no further authority below";
                    return Err(refuse(Reason::WrongUsage, at, detail));
                }
                left => left.map(|left| left - 1),
            };
        }
        let allowed = link
            .basic_constraints
            .and_then(|constraints| constraints.path_length);
        left = left.into_iter().chain(allowed).min();
    }
    Ok(())
}

/// Name constraints, the anchor's too (RFC 5937 §3).
fn check_names(path: Path<'_, '_>, budget: &mut Budget) -> Result<(), Stop> {
    let mut above = Vec::new();
    for (at, link) in path.certificates() {
        if !above.is_empty() && (at == 0 || !link.is_self_issued()) {
            let names = link.names();
            for &constraints in &above {
                allow(constraints, &names, at, budget)?;
            }
        }
        above.extend(link.name_constraints.as_ref());
    }
    Ok(())
}

fn allow(
    constraints: &constraints::NameConstraints<'_>,
    names: &[super::names::GeneralName<'_>],
    at: usize,
    budget: &mut Budget,
) -> Result<(), Stop> {
    constraints
        .allow(names, budget)
        .map_err(|refusal| match refusal {
            constraints::Refusal::Exhausted(exhausted) => exhausted.into(),
            constraints::Refusal::Name(name) => {
                let detail = format!("an authority above it may not certify {name}");
                refuse(Reason::WrongUsage, at, &detail).into()
            }
        })
}

fn check_policies(
    path: Path<'_, '_>,
    inputs: &PolicyInputs,
    budget: &mut Budget,
) -> Result<(), Stop> {
    let length = path.below_anchor().count();
    let mut policies = Policies::new(inputs, length);
    for (at, link) in path.below_anchor() {
        let refused = |refusal| policy_refused(&refusal, at);
        policies.enter(link, at == 0, budget).map_err(refused)?;
        if at > 0 {
            policies.descend(link, budget).map_err(refused)?;
        } else {
            return policies.finish(link).map_err(refused);
        }
    }
    Ok(())
}

fn policy_refused(refusal: &policies::Refusal, at: usize) -> Stop {
    let detail = match refusal {
        policies::Refusal::Exhausted(exhausted) => return (*exhausted).into(),
        policies::Refusal::AnyPolicyMapped => "it maps the policy that stands for all",
        policies::Refusal::NonePermitted => "its certificate policies are not among those required",
    };
    refuse(Reason::WrongUsage, at, detail).into()
}

/// A sentence that names the certificate by its place.
fn refuse(reason: Reason, at: usize, detail: &str) -> PathError {
    let subject = match at {
        0 => "the certificate",
        _ => "an authority's certificate",
    };
    PathError::new(reason, at, format!("{subject} is refused: {detail}"))
}
