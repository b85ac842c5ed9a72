//! What to do with one message: the pipeline as a pure function.

mod decision;
mod directory;
mod envelope;
mod reply;
mod snapshot;
mod trace;

pub use decision::{Action, Decision, Delivery, Learnt, Outcome, Protection, Record, RuleRef};
pub use directory::{
    Directory, KeyId, Lookup, Mailbox, OwnCertificate, Partner, PartnerCertificate, PartnerSource,
    lookup,
};
pub use envelope::Envelope;
pub use reply::{REPLY_LINE_OCTETS_MAX, Reply};
pub use snapshot::{
    Anchor, Cipher, DomainPattern, Organisation, SNAPSHOT_FORMAT, Settings, Snapshot, SnapshotError,
};
pub use trace::{TraceLevel, TraceStep};
