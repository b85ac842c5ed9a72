//! What to do with one message: the pipeline as a pure function.

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
mod ruling;
mod snapshot;
mod trace;
mod verdict;

pub use admit::admit;
pub use decision::{Action, Decision, Delivery, Learnt, Outcome, Protection, Record, RuleRef};
pub use directory::{
    Directory, KeyId, Lookup, Mailbox, OwnCertificate, Partner, PartnerCertificate, PartnerSource,
    lookup,
};
pub use envelope::Envelope;
pub use inbound::KEYS_TRIED_MAX;
pub use pipeline::{Answer, Need, Step, Waiting, start};
pub use refusal::{HIDDEN_COPIES_OCTETS_MAX, MESSAGE_OCTETS_MAX, RECEIVED_FIELDS_MAX, Refusal};
pub use reply::{REPLY_LINE_OCTETS_MAX, Reply};
pub use ruling::PASSED_RULES_MAX;
pub use snapshot::{
    Anchor, Cipher, DomainPattern, Organisation, SNAPSHOT_FORMAT, Settings, Snapshot, SnapshotError,
};
pub use trace::{FIELD_CHARS_MAX, STEPS, StepKind, TraceLevel, TraceStep};
pub use verdict::MESSAGE_ID_CHARS_MAX;
