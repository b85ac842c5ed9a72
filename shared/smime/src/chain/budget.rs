//! What one question may cost, however hostile the certificates in it are.

/// Counts down what one path question may spend; running out of any of it ends the search with
/// `limit-exceeded`. [`Budget::default`] is far above what honest mail needs.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Signatures of certificates and lists that may be verified, in units of one by RSA-2048
    /// (0.3 ms in Wasm). An honest path with its lists needs fewer than ten, with RSA-4096 forty.
    pub signatures: u32,
    /// Issuer candidates that may be looked at. Keeps certificates that certify each other in all
    /// combinations (the attack on RFC 4158 path building) from costing exponential time.
    pub steps: u32,
    /// Paths that reached an anchor and may be validated.
    pub paths: u32,
    /// Certificates in one path, anchor and target included. Public mail authorities use three or
    /// four, bridges seven.
    pub path_length: usize,
    /// Comparisons of a name with a name constraint: the product of two lists that an attacker
    /// fills (CVE-2021-44533, CVE-2023-0464 were of this kind).
    pub name_comparisons: u32,
    /// Policy nodes made while policies are mapped. RFC 9618 keeps them linear; this keeps them
    /// small.
    pub policy_nodes: u32,
    /// CRL entries read. The largest lists of public mail authorities have some 100,000.
    pub crl_entries: u32,
    /// Paths inside paths: the signer of a CRL needs a path, whose CRLs need signers.
    pub crl_signer_depth: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            signatures: 200,
            steps: 5_000,
            paths: 100,
            path_length: 12,
            name_comparisons: 100_000,
            policy_nodes: 5_000,
            crl_entries: 500_000,
            crl_signer_depth: 3,
        }
    }
}

/// Which part of a [`Budget`] ran out.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("too many {0}")]
pub(crate) struct Exhausted(pub(crate) &'static str);

impl Budget {
    /// What all signatures of a message may cost together: as much as a few honest questions. The signers and
    /// layers that one message may have would multiply what each may cost.
    pub(crate) fn of_a_message() -> Self {
        const QUESTIONS: u32 = 4;
        let one = Self::default();
        Self {
            signatures: one.signatures * QUESTIONS,
            steps: one.steps * QUESTIONS,
            paths: one.paths * QUESTIONS,
            name_comparisons: one.name_comparisons * QUESTIONS,
            policy_nodes: one.policy_nodes * QUESTIONS,
            crl_entries: one.crl_entries * QUESTIONS,
            ..one
        }
    }

    pub(crate) fn signature(&mut self, cost: u32) -> Result<(), Exhausted> {
        spend(&mut self.signatures, cost, "signatures to verify")
    }

    pub(crate) fn step(&mut self) -> Result<(), Exhausted> {
        spend(&mut self.steps, 1, "possible issuers")
    }

    pub(crate) fn path(&mut self) -> Result<(), Exhausted> {
        spend(&mut self.paths, 1, "possible paths")
    }

    pub(crate) fn name_comparison(&mut self) -> Result<(), Exhausted> {
        spend(&mut self.name_comparisons, 1, "names and name constraints")
    }

    pub(crate) fn policy_node(&mut self) -> Result<(), Exhausted> {
        spend(&mut self.policy_nodes, 1, "certificate policies")
    }

    pub(crate) fn crl_entry(&mut self) -> Result<(), Exhausted> {
        spend(&mut self.crl_entries, 1, "entries in revocation lists")
    }
}

fn spend(left: &mut u32, cost: u32, what: &'static str) -> Result<(), Exhausted> {
    *left = left.checked_sub(cost).ok_or(Exhausted(what))?;
    Ok(())
}
