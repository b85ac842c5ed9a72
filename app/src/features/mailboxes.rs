//! The S/MIME list: which mailboxes hold a seat, and giving and taking it.

mod bulk;
mod certificate;
mod detail;
mod import;
mod own;
mod page;
mod seats;
mod state;

pub use detail::MailboxPage;
pub use page::{MailboxesPage, common_name};
pub use seats::SeatBar;
pub use state::expiry_tone;
