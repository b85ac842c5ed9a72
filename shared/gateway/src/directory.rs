//! Facts about the addresses of one envelope, as one read of the store gives them.

use std::collections::BTreeMap;

use mail::Address;
use policy::Direction;

use crate::Envelope;

/// Which addresses a [`Directory`] must cover for an envelope.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Lookup {
    /// To be looked up among the managed mailboxes.
    pub managed: Vec<Address>,
    /// To be looked up among the partners.
    pub external: Vec<Address>,
}

/// What must be known before [`crate::admit`] and [`crate::start`] are asked about `envelope`.
///
/// On the way out each recipient is looked up on both sides: a managed mailbox that another one
/// writes to through the outbound listener counts as external, and its own certificate is its key.
pub fn lookup(envelope: &Envelope) -> Lookup {
    let from = envelope.from.iter().cloned();
    let to = envelope.to.iter().cloned();
    match envelope.direction {
        Direction::Outbound => Lookup {
            managed: from.chain(to.clone()).collect(),
            external: to.collect(),
        },
        Direction::Inbound => Lookup {
            managed: to.collect(),
            external: from.collect(),
        },
    }
}

/// The facts. An address that is not there is simply not known.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Directory {
    /// Managed mailboxes.
    pub managed: BTreeMap<Address, Mailbox>,
    /// Partners.
    pub external: BTreeMap<Address, Partner>,
}

/// What is known of a managed mailbox.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Mailbox {
    /// The certificate it signs with and is written to; `None` while it is not active.
    pub active: Option<OwnCertificate>,
    /// Certificates it had before, revoked and expired ones too: old mail stays decryptable.
    pub earlier: Vec<OwnCertificate>,
}

/// A certificate of a managed mailbox, and the name of its key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OwnCertificate {
    /// DER.
    pub certificate: Vec<u8>,
    /// Issuers that go into signatures, DER, nearest first.
    pub chain: Vec<Vec<u8>>,
    /// Names the private key.
    pub key: KeyId,
    /// Whether the built-in CA issued it. Then nobody is asked whether it was revoked: the directory only
    /// has an active one that was not.
    pub is_built_in: bool,
}

/// Names a private key in the key store.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(pub String);

/// What is known of a partner's address.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Partner {
    /// The trusted certificates that name it, the one to prefer first.
    pub certificates: Vec<PartnerCertificate>,
}

/// A partner's certificate that an administrator or a verified signature vouches for. Whether the
/// trust still holds is the store's to know: only trusted certificates belong here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PartnerCertificate {
    /// DER.
    pub certificate: Vec<u8>,
    /// Certificates between it and the authority that vouched for it, DER, nearest first: the path of
    /// a harvested one is validated again whenever it is used.
    pub chain: Vec<Vec<u8>>,
    /// How it came in.
    pub source: PartnerSource,
    /// The newest `SMIMECapabilities` (RFC 8551 §2.5.2, DER) of its owner's verified signatures.
    pub capabilities: Option<Vec<u8>>,
}

/// How a partner's certificate came in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PartnerSource {
    /// From signed mail that verified.
    Harvested,
    /// By an administrator.
    Uploaded,
}
