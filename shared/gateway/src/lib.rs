//! What to do with one message: the pipeline as a pure function.
//!
//! Whoever has a mail asks in four moves, the same at the edge, on the command line and in the
//! browser:
//!
//! 1. [`lookup`] says which addresses of the [`Envelope`] must be known; one read of the store makes
//!    them a [`Directory`]. The [`Snapshot`] is the published policy.
//! 2. [`admit`] answers each recipient before there is a message.
//! 3. [`start`] takes the message. It runs through or stops with [`Step::Need`]: a private key, or what
//!    somebody says of a certificate's revocation. [`Waiting::resume`] goes on with the answers.
//! 4. [`Step::Done`] carries the [`Decision`]: what to deliver or reply, what was learnt, and one
//!    record per recipient with the trace that says why.
//!
//! Inside, mail that leaves goes through `outbound` (plan per recipient, sign once, encrypt once per
//! group) and mail that comes in through `inbound` (open once, judge per recipient). What an option
//! means is in [`policy`]'s truth tables, and both end in `verdict`, which makes one decision out of
//! what was decided for each recipient.

mod admit;
mod content;
mod decision;
mod directory;
mod envelope;
mod inbound;
mod keys;
mod outbound;
mod pipeline;
mod refusal;
mod reply;
mod report;
mod result_field;
mod revocation;
mod ruling;
mod snapshot;
mod trace;
mod verdict;

pub use admit::{Refused, admit, too_large};
pub use decision::{Action, Decision, Delivery, Learnt, Outcome, Protection, Record, RuleRef};
pub use directory::{
    Directory, KeyId, Lookup, Mailbox, OwnCertificate, Partner, PartnerCertificate, PartnerSource,
    lookup,
};
pub use envelope::Envelope;
pub use inbound::{KEYS_TRIED_MAX, SIGNING_TIME_AHEAD_SECONDS_MAX, UNKNOWN_AUTHORITIES_MAX};
pub use pipeline::{Answer, Need, Step, Waiting, start};
pub use refusal::{
    COPIES_OCTETS_MAX, COPY_OCTETS_MAX, MESSAGE_OCTETS_MAX, RECEIVED_FIELDS_MAX, Refusal,
    TRACE_OCTETS_MAX,
};
pub use reply::{REPLY_LINE_OCTETS_MAX, Reply};
pub use revocation::{
    ANSWERS_OCTETS_MAX, REMEMBERED_INFO_OCTETS_MAX, REMEMBERED_OCTETS_MAX, REMEMBERED_SOURCES_MAX,
    RevocationMemory, SOURCES_ASKED_MAX, Said,
};
pub use ruling::PASSED_RULES_MAX;
pub use snapshot::{
    Anchor, Cipher, DomainPattern, HeaderProtection, Organisation, RevocationChecks,
    SNAPSHOT_FORMAT, Settings, Sha1Signatures, Snapshot, SnapshotError,
};
pub use trace::{FIELD_CHARS_MAX, STEPS, StepKind, TraceLevel, TraceStep};
pub use verdict::MESSAGE_ID_CHARS_MAX;
