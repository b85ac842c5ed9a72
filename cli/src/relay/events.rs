//! The log: what happened, with addresses and replies, never with content or secrets.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};

use policy::Direction;
use serde::Serialize;
use serde_json::{Map, Value};

/// Something that an administrator may want to know.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event<'a> {
    /// A connection was refused.
    Refused { client: IpAddr, reply: &'a str },
    /// A login failed.
    LoginFailed { client: IpAddr, user: &'a str },
    /// A TLS handshake with a client failed.
    TlsFailed { client: IpAddr, detail: &'a str },
    /// A recipient was refused at RCPT.
    RecipientRefused {
        direction: Direction,
        client: IpAddr,
        from: &'a str,
        to: &'a str,
        reply: &'a str,
    },
    /// A message was answered.
    Message {
        direction: Direction,
        client: IpAddr,
        from: &'a str,
        to: &'a [&'a str],
        octets: usize,
        /// Of the Received field.
        id: &'a str,
        /// Of the edge's overview.
        message: Option<&'a str>,
        reply: &'a str,
        milliseconds: u128,
    },
    /// A next hop did not take a message for a recipient.
    NextHopRefused {
        hop: Direction,
        to: &'a str,
        reply: &'a str,
    },
    /// The edge did not do what it was asked.
    EdgeFailed { call: &'a str, detail: &'a str },
    /// A connection ended in an unusual way.
    Disconnected { client: IpAddr, detail: &'a str },
    /// A listener could not take a connection.
    AcceptFailed { detail: &'a str },
    /// A signal to stop came; sessions end.
    Stopping,
    /// Sessions that did not end in time were cut off; their clients will send again.
    StoppedEarly,
}

/// Where the listeners are, once they are.
#[derive(Default, Serialize)]
pub(super) struct Ready {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) outbound: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inbound: Option<SocketAddr>,
}

impl Ready {
    /// Says that the listeners are up; a supervisor waits for this line.
    pub(super) fn print(&self) {
        let value = serde_json::to_string(self).unwrap_or_default();
        let mut out = std::io::stdout().lock();
        // A closed standard output is no reason to stop relaying, here and below.
        let _ = writeln!(out, "ready: {value}");
        let _ = out.flush();
    }
}

/// Writes events: JSON lines to standard output, or text to standard error.
#[derive(Clone, Copy)]
pub(super) struct Log {
    pub(super) json: bool,
}

impl Log {
    /// Writes one line.
    pub(super) fn write(self, event: &Event<'_>) {
        let Ok(Value::Object(mut fields)) = serde_json::to_value(event) else {
            return;
        };
        let now = crate::clock::now().to_string();
        if self.json {
            fields.insert("at".to_owned(), now.into());
            let _ = writeln!(std::io::stdout().lock(), "{}", Value::from(fields));
        } else {
            let _ = writeln!(std::io::stderr().lock(), "{now} {}", text(&mut fields));
        }
    }
}

/// `event key=value key=value`.
fn text(fields: &mut Map<String, Value>) -> String {
    let event = fields.remove("event").unwrap_or_default();
    let event = event.as_str().unwrap_or_default();
    let known = fields.iter().filter(|(_, value)| !value.is_null());
    let words = known.map(|(name, value)| format!(" {name}={value}"));
    format!("{event}{}", words.collect::<String>())
}
