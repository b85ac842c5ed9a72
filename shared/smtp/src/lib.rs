//! SMTP conversations (RFC 5321) without I/O: the client and the server side.
//!
//! Bytes go in through `receive`, what to do comes out of `poll`. Neither side knows sockets,
//! clocks or TLS: the relay drives them with tokio, the Worker with its own sockets.
//!
//! - [`Client`] hands a message to the next hop, one transaction after another.
//! - [`Session`] is the server's end: one client, its commands, its messages.
//! - [`stuffed`] is a message as it goes over the wire after DATA, without a second copy.
//! - [`Reply`] is what servers say.

mod client;
mod credentials;
mod dot;
mod envelope;
mod reply;
mod server;

pub use client::{Action, Client, ClientConfig, ClientError, Outcome, TlsMode};
pub use credentials::Credentials;
pub use dot::{Stuffed, stuffed};
pub use envelope::Envelope;
pub use reply::{EnhancedCode, REPLY_LINE_OCTETS_MAX, REPLY_LINES_MAX, Reply, ReplyError};
pub use server::{
    COMMAND_LINE_OCTETS_MAX, Event, FAILED_LOGINS_MAX, Hello, IDLE_COMMANDS_MAX, LoginAnswer,
    LoginPolicy, Path, Session, SessionConfig, Transaction, WRONG_COMMANDS_MAX,
};
