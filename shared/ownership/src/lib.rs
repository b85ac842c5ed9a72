//! Whether a domain is the organisation's: the proof in the DNS, and what follows from it over time.
//!
//! An organisation claims a domain and is given a random value. Who can put that value into a TXT
//! record below the domain decides about the domain's mail.

mod claim;
mod finding;
mod lookup;
mod state;

pub use claim::{ClaimError, claim, proof_name};
pub use finding::Finding;
pub use lookup::{ANSWER_OCTETS_MAX, DNS_MESSAGE, LookupError, Question, Wanted};
pub use state::{GRACE_DAYS, Sight, State, Voucher};
