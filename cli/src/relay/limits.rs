//! Every limit of the relay, with its reason.

use std::time::Duration;

/// Wait for a command or for more of a message (RFC 5321 §4.5.3.2.7: at least five minutes).
pub(super) const CLIENT_TIMEOUT: Duration = Duration::from_mins(5);
/// Wait for a TLS handshake: a client that does not finish it has no use for the connection.
pub(super) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(30);
/// Wait for a connection to a next hop or to the edge.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Wait for the edge's answer. With the next hop's it stays below the ten minutes that RFC 5321
/// §4.5.3.2.6 has a client wait after its final dot.
pub(super) const EDGE_TIMEOUT: Duration = Duration::from_mins(2);
/// Wait for a next hop between two replies, where RFC 5321 §4.5.3.2 would allow up to ten minutes:
/// our own client is waiting meanwhile.
pub(super) const NEXT_HOP_TIMEOUT: Duration = Duration::from_mins(4);
/// How long sessions may go on after a signal to stop.
pub(super) const STOP_TIMEOUT: Duration = Duration::from_secs(30);
/// Pause of a listener that cannot take a connection.
pub(super) const ACCEPT_DELAY: Duration = Duration::from_millis(200);
/// Delay before a failed login is answered, against guessing.
pub(super) const FAILED_LOGIN_DELAY: Duration = Duration::from_secs(2);
/// How long a connection to a next hop is kept for the next mail; servers close idle ones after
/// five minutes (RFC 5321 §4.5.3.2.7), many sooner.
pub(super) const NEXT_HOP_IDLE: Duration = Duration::from_secs(30);
/// Most kept connections per next hop; more would only occupy the server.
pub(super) const NEXT_HOP_IDLE_MAX: usize = 16;
/// Most transactions on one connection to a next hop; servers commonly end sessions at 100.
pub(super) const NEXT_HOP_TRANSACTIONS_MAX: usize = 90;

/// Most recipients of one transaction: what RFC 5321 §4.5.3.1.8 asks a server to take.
pub(super) const RECIPIENTS_MAX: usize = 100;
/// Most octets of all recipients together. They go to the edge in a URL, which may have 16 KiB;
/// percent-encoding makes three octets of one at worst.
pub(super) const RECIPIENTS_OCTETS_MAX: usize = 5 * 1024;
/// Octets read at once from a client, large enough for few system calls with large mail.
pub(super) const READ_OCTETS: usize = 64 * 1024;
/// Largest answer of the edge to `/process`. Encrypting a message of [`gateway::MESSAGE_OCTETS_MAX`]
/// and signing it add 8/3 at the most (base64 twice is 16/9), and recipients with different plans
/// get separate parts.
pub(super) const EDGE_REPLY_OCTETS_MAX: usize = 8 * gateway::MESSAGE_OCTETS_MAX;
/// Most parts of an answer: one per recipient and an error report.
pub(super) const PARTS_MAX: usize = RECIPIENTS_MAX + 1;
/// Received fields beyond which a mail goes in circles (RFC 5321 §6.3).
pub(super) const HOPS_MAX: usize = 100;
