//! What the engine found in a message, as JSON and as text: the same octets wherever it runs.

mod decrypt;
mod inspect;
mod render;
mod report;
mod verify;

pub use decrypt::decrypted;
pub use inspect::inspected;
pub use render::{certificate_json, certificate_text};
pub use report::{Report, Verdict, counted, printable, table};
pub use verify::verified;
