//! Hands a message to a next hop by SMTP: the conversation of the crate `smtp`, over the platform's
//! sockets.

use std::future::Future;

use futures_util::future::{Either, select};
use smtp::{Action, Client, ClientConfig, Credentials, Envelope, Reply, TlsMode, stuffed};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use worker::{SecureTransport, Socket};

use crate::clock;

/// Longest wait for one reply. SMTP allows minutes (RFC 5321 §4.5.3.2), an event does not.
const WAIT_SECONDS_MAX: u64 = 60;
/// Octets per write: small pieces of a message are gathered, each write is a call of the platform.
const WRITE_OCTETS: usize = 64 * 1024;
const READ_OCTETS: usize = 4096;

/// A server that takes mail.
pub(crate) struct NextHop {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: TlsMode,
    pub(crate) credentials: Option<Credentials>,
    /// Our name.
    pub(crate) hello: String,
}

/// Delivers a message; replies what the server said for each recipient, in the envelope's order.
pub(crate) async fn deliver(hop: NextHop, envelope: Envelope, message: &[u8]) -> Vec<Reply> {
    let mut socket = connect(&hop).ok();
    let mut client = Client::new(ClientConfig {
        hello: hop.hello,
        tls: hop.tls,
        credentials: hop.credentials,
    });
    client.deliver(envelope);
    if socket.is_none() {
        client.failed();
    }
    let mut replies = Vec::new();
    loop {
        let wait = client.timeout_seconds();
        match (client.poll(), &mut socket) {
            (Action::Finished(outcome), _) => replies = outcome.replies,
            (Action::Ready, _) => client.quit(),
            // Closing the socket is left to the platform: after STARTTLS it may never report it.
            (Action::Closed(_), _) | (_, None) => return replies,
            (Action::StartTls, Some(_)) => {
                socket = socket.take().map(Socket::start_tls);
                client.tls_started();
            }
            (Action::Send(octets), Some(socket)) => {
                let written = within(wait, socket.write_all(&octets)).await;
                fail_unless(&mut client, written.is_some());
            }
            (Action::SendMessage, Some(socket)) => {
                let written = within(wait, send(socket, message)).await;
                fail_unless(&mut client, written.is_some());
            }
            (Action::Receive, Some(socket)) => {
                let mut buffer = [0; READ_OCTETS];
                let read = within(wait, socket.read(&mut buffer)).await;
                match read.and_then(|octets| buffer.get(..octets)) {
                    Some(octets) => client.receive(octets),
                    None => client.failed(),
                }
            }
        }
    }
}

fn connect(hop: &NextHop) -> worker::Result<Socket> {
    let transport = match hop.tls {
        TlsMode::None => SecureTransport::Off,
        TlsMode::StartTls => SecureTransport::StartTls,
        TlsMode::Implicit => SecureTransport::On,
    };
    Socket::builder()
        .secure_transport(transport)
        .connect(hop.host.as_str(), hop.port)
}

async fn send(socket: &mut Socket, message: &[u8]) -> std::io::Result<()> {
    let mut gathered = Vec::with_capacity(WRITE_OCTETS);
    for piece in stuffed(message) {
        for part in piece.chunks(WRITE_OCTETS) {
            if gathered.len() + part.len() > WRITE_OCTETS {
                socket.write_all(&gathered).await?;
                gathered.clear();
            }
            gathered.extend_from_slice(part);
        }
    }
    socket.write_all(&gathered).await
}

fn fail_unless(client: &mut Client, written: bool) {
    if !written {
        client.failed();
    }
}

/// What comes in time; `None` if it fails or does not.
async fn within<T>(seconds: u64, work: impl Future<Output = std::io::Result<T>>) -> Option<T> {
    let limit = clock::after(seconds.min(WAIT_SECONDS_MAX));
    match select(std::pin::pin!(work), std::pin::pin!(limit)).await {
        Either::Left((done, _)) => done.ok(),
        Either::Right(_) => None,
    }
}
