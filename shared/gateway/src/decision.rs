//! What shall become of a message, as values: whoever asked performs it.

use mail::{Address, Buffer, UnixTime};
use policy::{Direction, RuleId};
use smime::Certificate;

use crate::{Reply, TraceStep};

/// What shall become of a message.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What to do with it.
    pub action: Action,
    /// What its signature taught; worth keeping whatever the action is.
    pub learnt: Vec<Learnt>,
    /// Authorities at which the path of a signature ended without being trusted: an administrator may
    /// decide about them. At most [`crate::UNKNOWN_AUTHORITIES_MAX`].
    pub unknown_authorities: Vec<Certificate>,
    /// For the overview, one per recipient in the order of the envelope; none where the message is to
    /// be divided.
    pub records: Vec<Record>,
    /// The Message-ID field without its angle brackets; empty if there is none.
    pub message_id: String,
    /// Octets, as it came in.
    pub size: usize,
    /// The version of the policy that decided.
    pub policy_version: u64,
}

/// What to do. The sender's server waits for one answer to the whole message, so one recipient's
/// temporary lack defers it for all: delivering to some now would deliver to them twice.
#[derive(Clone, Debug)]
pub enum Action {
    /// Somebody is served. Recipients that are not get their part of an error report in here.
    Deliver(Vec<Delivery>),
    /// Nobody is served, and the sender's server hears why.
    Refuse(Reply),
    /// Something is missing for now; the sender's server tries again.
    Defer(Reply),
    /// The copies that the recipients get are too large to be made at once: nothing is done and
    /// nothing recorded, and the message is to be handed over once for each of these groups.
    Divide(Vec<Vec<Address>>),
}

/// One message to hand over.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Which next hop takes it.
    pub hop: Direction,
    /// The reverse path; `None` is the null sender.
    pub from: Option<Address>,
    /// The forward paths.
    pub to: Vec<Address>,
    /// The message.
    pub message: Buffer,
}

/// What a verified signature taught about its sender.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Learnt {
    /// The sender.
    pub address: Address,
    /// The certificate to encrypt to.
    pub certificate: Certificate,
    /// Certificates between it and its trust anchor, nearest first.
    pub chain: Vec<Certificate>,
    /// The anchor.
    pub authority: Option<Certificate>,
    /// `SMIMECapabilities`, DER, if the signature has them.
    pub capabilities: Option<Vec<u8>>,
    /// Newer teachings replace older ones only (RFC 8551 §2.7.1); `None` where the signature has no
    /// time, which replaces nothing.
    pub signed_at: Option<UnixTime>,
}

/// One recipient's line in the overview.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    /// The recipient.
    pub recipient: Address,
    /// What becomes of the message for it.
    pub outcome: Outcome,
    /// What was done to the message, or found on it.
    pub protection: Vec<Protection>,
    /// The rule that decided; `None` where the defaults did.
    pub rule: Option<RuleRef>,
    /// Stable code of a refusal, a deferral, a bad signature, or a certificate whose revocation nobody
    /// tells.
    pub reason: Option<&'static str>,
    /// What happened, in order.
    pub trace: Vec<TraceStep>,
}

/// What becomes of a message for one recipient.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Handed on.
    Deliver,
    /// Not accepted by rule.
    Refuse,
    /// Not now.
    Defer,
}

/// What was done to a message, or found on it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Protection {
    /// Outbound: signed by us.
    Signed,
    /// Outbound: encrypted by us.
    Encrypted,
    /// Inbound: decrypted by us.
    Decrypted,
    /// Inbound: its signature is good.
    Verified,
    /// Inbound: its signature is not good.
    SignatureBad,
    /// Inbound: delivered encrypted.
    StillEncrypted,
}

/// The rule that decided.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RuleRef {
    /// Its identity.
    pub id: RuleId,
    /// Its name at that time.
    pub name: String,
}
