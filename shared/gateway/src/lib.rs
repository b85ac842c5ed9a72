//! What to do with one message: the pipeline as a pure function.

mod admit;
mod decision;
mod directory;
mod envelope;
mod keys;
mod refusal;
mod reply;
mod ruling;
mod snapshot;
mod trace;

pub use admit::admit;
pub use decision::{Action, Decision, Delivery, Learnt, Outcome, Protection, Record, RuleRef};
pub use directory::{
    Directory, KeyId, Lookup, Mailbox, OwnCertificate, Partner, PartnerCertificate, PartnerSource,
    lookup,
};
pub use envelope::Envelope;
pub use refusal::{MESSAGE_OCTETS_MAX, RECEIVED_FIELDS_MAX, Refusal};
pub use reply::{REPLY_LINE_OCTETS_MAX, Reply};
pub use ruling::PASSED_RULES_MAX;
pub use snapshot::{
    Anchor, Cipher, DomainPattern, Organisation, SNAPSHOT_FORMAT, Settings, Snapshot, SnapshotError,
};
pub use trace::{FIELD_CHARS_MAX, STEPS, StepKind, TraceLevel, TraceStep};
