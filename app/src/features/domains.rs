//! The organisation's domains and how they are proven, and the inbound routes of their mail.

mod domain_form;
mod domain_list;
mod page;
mod route_form;
mod route_list;
mod state;

pub use page::DomainsPage;
