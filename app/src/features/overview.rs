//! The e-mail overview: what happened to every message, and why.

mod badges;
mod detail;
mod page;
mod state;

pub use detail::MessagePage;
pub use page::MessagesPage;
pub use state::{from_word, to_word};
