//! Certificate policies (RFC 5280 §6.1, with the graph of RFC 9618 in place of the tree, whose size
//! an attacker could make exponential).
//!
//! Of the graph only the newest level is kept. What the end asks of older ones, whether a node
//! descends from a policy that the caller accepts, is carried along in each node.

use std::collections::{BTreeMap, BTreeSet};

use der::oid::ObjectIdentifier;

use super::budget::{Budget, Exhausted};
use super::link::Link;
use crate::asn1::oid;

/// What the caller asks of policies: the inputs (c) to (g) of RFC 5280 §6.1.1.
#[derive(Clone, Debug, Default)]
pub struct PolicyInputs {
    /// Policies that are accepted; none means any.
    pub accepted: Vec<ObjectIdentifier>,
    /// The path must be valid for one of the accepted policies.
    pub require_explicit: bool,
    /// `anyPolicy` in a certificate counts for nothing.
    pub inhibit_any: bool,
    /// Policies of one domain are not taken for those of another.
    pub inhibit_mapping: bool,
}

/// The extension `policyConstraints` (RFC 5280 §4.2.1.11): how many more certificates until each
/// takes effect.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PolicyConstraints {
    pub(crate) require_explicit: Option<u64>,
    pub(crate) inhibit_mapping: Option<u64>,
}

/// What is wrong with the policies of a path.
pub(crate) enum Refusal {
    /// A mapping from or to `anyPolicy` (RFC 5280 §6.1.4 (a)).
    AnyPolicyMapped,
    /// An explicit policy is required and none is left.
    NonePermitted,
    /// The nodes allowed are spent.
    Exhausted(Exhausted),
}

impl From<Exhausted> for Refusal {
    fn from(exhausted: Exhausted) -> Self {
        Self::Exhausted(exhausted)
    }
}

/// The state while a path is walked from the anchor down.
pub(crate) struct Policies<'a> {
    inputs: &'a PolicyInputs,
    level: BTreeMap<ObjectIdentifier, Node>,
    explicit_policy: u64,
    policy_mapping: u64,
    inhibit_any: u64,
}

/// A policy that the path is valid for so far.
#[derive(Clone, Debug, Default)]
struct Node {
    /// What the next certificate may call it.
    expected: BTreeSet<ObjectIdentifier>,
    /// It is, or was mapped from, a policy that the caller accepts.
    accepted: bool,
}

impl<'a> Policies<'a> {
    /// The start of a path of `length` certificates below the anchor (RFC 5280 §6.1.2).
    pub(crate) fn new(inputs: &'a PolicyInputs, length: usize) -> Self {
        let after_all = u64::try_from(length).unwrap_or(u64::MAX).saturating_add(1);
        let countdown = |at_once: bool| if at_once { 0 } else { after_all };
        let root = Node {
            expected: BTreeSet::from([oid::ANY_POLICY]),
            accepted: true,
        };
        Self {
            inputs,
            level: BTreeMap::from([(oid::ANY_POLICY, root)]),
            explicit_policy: countdown(inputs.require_explicit),
            policy_mapping: countdown(inputs.inhibit_mapping),
            inhibit_any: countdown(inputs.inhibit_any),
        }
    }

    /// The policies of one certificate (RFC 5280 §6.1.3 (d) to (f)).
    pub(crate) fn enter(
        &mut self,
        certificate: &Link<'_>,
        is_last: bool,
        budget: &mut Budget,
    ) -> Result<(), Refusal> {
        let any_counts = self.inhibit_any > 0 || (!is_last && certificate.is_self_issued());
        self.level = match &certificate.policies {
            Some(policies) => self.next_level(policies, any_counts, budget)?,
            None => BTreeMap::new(),
        };
        if self.explicit_policy == 0 && self.level.is_empty() {
            return Err(Refusal::NonePermitted);
        }
        Ok(())
    }

    fn next_level(
        &self,
        policies: &[ObjectIdentifier],
        any_counts: bool,
        budget: &mut Budget,
    ) -> Result<BTreeMap<ObjectIdentifier, Node>, Refusal> {
        let mut next = BTreeMap::new();
        let under_any = self.level.contains_key(&oid::ANY_POLICY);
        let expected = self.accepted_by_expectation(budget)?;
        let node = |policy: ObjectIdentifier, accepted: bool| {
            let expected = BTreeSet::from([policy]);
            (policy, Node { expected, accepted })
        };
        for &policy in policies.iter().filter(|&&policy| policy != oid::ANY_POLICY) {
            budget.policy_node()?;
            match expected.get(&policy) {
                Some(&accepted) => next.extend([node(policy, accepted)]),
                None if under_any => next.extend([node(policy, self.accepts(policy))]),
                None => {}
            }
        }
        if any_counts && policies.contains(&oid::ANY_POLICY) {
            for (policy, accepted) in expected {
                budget.policy_node()?;
                next.entry(policy)
                    .or_insert_with(|| node(policy, accepted).1);
            }
        }
        Ok(next)
    }

    /// The policies that the level above expects here, each with whether one that expects it is
    /// accepted.
    fn accepted_by_expectation(
        &self,
        budget: &mut Budget,
    ) -> Result<BTreeMap<ObjectIdentifier, bool>, Exhausted> {
        let mut expectations = BTreeMap::new();
        for node in self.level.values() {
            for &policy in &node.expected {
                budget.policy_node()?;
                *expectations.entry(policy).or_insert(false) |= node.accepted;
            }
        }
        Ok(expectations)
    }

    fn accepts(&self, policy: ObjectIdentifier) -> bool {
        let accepted = &self.inputs.accepted;
        accepted.is_empty() || accepted.contains(&oid::ANY_POLICY) || accepted.contains(&policy)
    }

    /// Prepares for the certificate below an authority's (RFC 5280 §6.1.4 (a), (b), (h) to (j)).
    pub(crate) fn descend(
        &mut self,
        authority: &Link<'_>,
        budget: &mut Budget,
    ) -> Result<(), Refusal> {
        self.map(&authority.policy_mappings, budget)?;
        if !authority.is_self_issued() {
            for counter in [
                &mut self.explicit_policy,
                &mut self.policy_mapping,
                &mut self.inhibit_any,
            ] {
                *counter = counter.saturating_sub(1);
            }
        }
        let constraints = authority.policy_constraints;
        lower(&mut self.explicit_policy, constraints.require_explicit);
        lower(&mut self.policy_mapping, constraints.inhibit_mapping);
        lower(&mut self.inhibit_any, authority.inhibit_any_policy);
        Ok(())
    }

    fn map(
        &mut self,
        mappings: &[(ObjectIdentifier, ObjectIdentifier)],
        budget: &mut Budget,
    ) -> Result<(), Refusal> {
        let mut mapped: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for &(issuer_domain, subject_domain) in mappings {
            budget.policy_node()?;
            if issuer_domain == oid::ANY_POLICY || subject_domain == oid::ANY_POLICY {
                return Err(Refusal::AnyPolicyMapped);
            }
            mapped
                .entry(issuer_domain)
                .or_default()
                .insert(subject_domain);
        }
        for (policy, expected) in mapped {
            if self.policy_mapping == 0 {
                self.level.remove(&policy);
            } else if let Some(node) = self.level.get_mut(&policy) {
                node.expected = expected;
            } else if self.level.contains_key(&oid::ANY_POLICY) {
                let accepted = self.accepts(policy);
                self.level.insert(policy, Node { expected, accepted });
            }
        }
        Ok(())
    }

    /// The end of the path (RFC 5280 §6.1.5 (a), (b), (g)).
    pub(crate) fn finish(mut self, target: &Link<'_>) -> Result<(), Refusal> {
        self.explicit_policy = self.explicit_policy.saturating_sub(1);
        if target.policy_constraints.require_explicit == Some(0) {
            self.explicit_policy = 0;
        }
        if self.explicit_policy > 0 || self.level.values().any(|node| node.accepted) {
            Ok(())
        } else {
            Err(Refusal::NonePermitted)
        }
    }
}

fn lower(counter: &mut u64, to: Option<u64>) {
    if let Some(limit) = to {
        *counter = limit.min(*counter);
    }
}
