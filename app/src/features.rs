//! One folder per feature: `page.rs` shows, `state.rs` thinks and is tested natively.

mod asked;
pub mod certificates;
pub mod domains;
pub mod home;
pub mod mailboxes;
pub mod overview;
pub mod rules;
pub mod session;
pub mod settings;
