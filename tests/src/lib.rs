//! Fixtures of the tests that cross crates, of the demo and of the measurements: people with
//! certificates, their mail, an SMTP client, servers for mail, revocation and the DNS, the stack itself,
//! and the engine alone in workerd.

pub mod api_client;
pub mod at_once;
pub mod identity;
pub mod message;
pub mod publisher;
pub mod resolver;
pub mod sink;
pub mod smtp_client;
pub mod stack;
pub mod tls;
pub mod workerd;
