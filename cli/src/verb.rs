//! The verbs: each reads its input, asks the engine once, and renders the answer.

mod chain;
mod decrypt;
mod encrypt;
mod inspect;
mod policy;
mod sign;
mod verify;

pub(crate) use chain::Chain;
pub(crate) use decrypt::Decrypt;
pub(crate) use encrypt::Encrypt;
pub(crate) use inspect::Inspect;
pub(crate) use policy::Policy;
pub(crate) use sign::Sign;
pub(crate) use verify::Verify;
