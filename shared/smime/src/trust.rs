//! Whom to trust: anchors, and what helps to reach them.

use mail::{Address, Domain};

use crate::{Certificate, Problem, revocation::Crl};

/// Everything that path validation may use besides the message itself.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    /// Where paths may end.
    pub anchors: Vec<TrustAnchor>,
    /// Certificates that may stand between.
    pub intermediates: Vec<Certificate>,
    /// Revocation lists. If they are asked, every certificate below the anchor must be covered by one, also
    /// where there is none.
    pub crls: Option<Vec<Crl>>,
    /// Certificates known not to count, and why: a path with one of them is not believed.
    pub distrusted: Vec<(Certificate, Problem)>,
    /// Whether a message's signature over SHA-1 counts. Whoever can have a text of theirs signed can
    /// make a second one with the same SHA-1; nobody can for a text that is already signed. So such a
    /// signature may be shown as good, but teaches nothing, and no certificate may rest on one.
    pub accepts_sha1: bool,
}

impl TrustStore {
    /// Anchors for every domain, nothing else.
    pub fn from_anchors(anchors: impl IntoIterator<Item = Certificate>) -> Self {
        Self {
            anchors: anchors.into_iter().map(TrustAnchor::for_all).collect(),
            ..Self::default()
        }
    }
}

/// A certificate whose key is trusted to issue others.
#[derive(Clone, Debug)]
pub struct TrustAnchor {
    /// The certificate.
    pub certificate: Certificate,
    /// The domains whose addresses it may vouch for; `None`: all.
    pub scope: Option<Vec<Domain>>,
}

impl TrustAnchor {
    /// Trusted for all domains.
    pub fn for_all(certificate: Certificate) -> Self {
        Self {
            certificate,
            scope: None,
        }
    }

    /// Whether it may vouch for this address.
    pub fn covers(&self, address: &Address) -> bool {
        self.scope.as_ref().is_none_or(|domains| {
            domains
                .iter()
                .any(|domain| domain == address.domain() || address.domain().is_below(domain))
        })
    }
}
