//! Delivery to a server behind, over connections that are kept for the next mail.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use smtp::{
    Action, Client, ClientConfig, Credentials, EnhancedCode, Envelope, Outcome, Reply, TlsMode,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use super::limits::{
    CONNECT_TIMEOUT, HANDSHAKE_TIMEOUT, NEXT_HOP_IDLE, NEXT_HOP_IDLE_MAX, NEXT_HOP_TIMEOUT,
    NEXT_HOP_TRANSACTIONS_MAX,
};
use super::options::HopAddress;
use super::wire::{Wire, wire, write_message};

/// A server that takes mail.
pub(super) struct NextHop {
    address: HopAddress,
    hello: String,
    login: Option<Credentials>,
    tls: Arc<Tls>,
    idle: Mutex<Vec<Connection>>,
}

/// How to start TLS with the server.
struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl NextHop {
    /// The server at `address`; `hello` is our name.
    pub(super) fn new(
        address: HopAddress,
        hello: String,
        login: Option<Credentials>,
        connector: TlsConnector,
    ) -> Self {
        let name = address.name.clone();
        Self {
            address,
            hello,
            login,
            tls: Arc::new(Tls { connector, name }),
            idle: Mutex::default(),
        }
    }

    /// Delivers a message; one reply per recipient.
    pub(super) async fn deliver(&self, envelope: &Envelope, message: &[u8]) -> Vec<Reply> {
        while let Some(connection) = self.take_idle() {
            let outcome = self.deliver_on(connection, envelope, message).await;
            // A kept connection may have died meanwhile: then the next one, at last a new one.
            if !outcome.unheard {
                return outcome.replies;
            }
        }
        match self.connect().await {
            Ok(connection) => self.deliver_on(connection, envelope, message).await.replies,
            Err(error) => vec![unreachable(&error); envelope.to.len()],
        }
    }

    /// Ends kept sessions that nobody uses any more, for as long as the relay runs.
    pub(super) async fn tidy(self: Arc<Self>) {
        loop {
            sleep(NEXT_HOP_IDLE / 2).await;
            let is_old = |kept: &mut Connection| kept.idle_since.elapsed() > NEXT_HOP_IDLE;
            let old: Vec<_> = self.idle().extract_if(.., is_old).collect();
            for connection in old {
                connection.quit().await;
            }
        }
    }

    /// Ends all kept sessions.
    pub(super) async fn close(&self) {
        let kept = std::mem::take(&mut *self.idle());
        for connection in kept {
            connection.quit().await;
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_idle(&self) -> Option<Connection> {
        self.idle().pop()
    }

    async fn deliver_on(
        &self,
        mut connection: Connection,
        envelope: &Envelope,
        message: &[u8],
    ) -> Outcome {
        let outcome = connection.deliver(envelope.clone(), message).await;
        if connection.is_reusable() {
            let mut idle = self.idle();
            if idle.len() < NEXT_HOP_IDLE_MAX {
                connection.idle_since = Instant::now();
                idle.push(connection);
            }
        }
        outcome
    }

    async fn connect(&self) -> io::Result<Connection> {
        let place = (self.address.host.as_str(), self.address.port);
        let stream = within(CONNECT_TIMEOUT, TcpStream::connect(place)).await?;
        let mut wire = wire(stream)?;
        if self.address.tls == TlsMode::Implicit {
            wire = self.tls.start(wire).await?;
        }
        let config = ClientConfig {
            hello: self.hello.clone(),
            tls: self.address.tls,
            credentials: self.login.clone(),
        };
        Ok(Connection {
            wire: Some(wire),
            tls: Arc::clone(&self.tls),
            client: Client::new(config),
            transactions: 0,
            idle_since: Instant::now(),
        })
    }
}

impl Tls {
    async fn start(&self, wire: Wire) -> io::Result<Wire> {
        let handshake = self.connector.connect(self.name.clone(), wire);
        Ok(Box::new(within(HANDSHAKE_TIMEOUT, handshake).await?))
    }
}

/// A session with the server.
struct Connection {
    /// `None` after a failed handshake took it.
    wire: Option<Wire>,
    tls: Arc<Tls>,
    client: Client,
    transactions: usize,
    idle_since: Instant,
}

impl Connection {
    async fn deliver(&mut self, envelope: Envelope, message: &[u8]) -> Outcome {
        self.transactions += 1;
        self.client.deliver(envelope);
        loop {
            match self.client.poll() {
                Action::Finished(outcome) => return outcome,
                // The outcome comes before these; they are here for the compiler.
                Action::Ready | Action::Closed(_) => return Outcome::default(),
                action => self.act(action, message).await,
            }
        }
    }

    async fn act(&mut self, action: Action, message: &[u8]) {
        if self.try_to(action, message).await.is_err() {
            self.client.failed();
        }
    }

    async fn try_to(&mut self, action: Action, message: &[u8]) -> io::Result<()> {
        let patience = Duration::from_secs(self.client.timeout_seconds()).min(NEXT_HOP_TIMEOUT);
        let mut wire = self.wire.take().ok_or(io::ErrorKind::NotConnected)?;
        match action {
            Action::Send(octets) => within(patience, wire.write_all(&octets)).await?,
            Action::SendMessage => within(patience, write_message(&mut wire, message)).await?,
            Action::StartTls => {
                wire = self.tls.start(wire).await?;
                self.client.tls_started();
            }
            _ => {
                let mut buffer = [0; 4096];
                let count = within(patience, wire.read(&mut buffer)).await?;
                self.client.receive(buffer.get(..count).unwrap_or_default());
            }
        }
        self.wire = Some(wire);
        Ok(())
    }

    fn is_reusable(&mut self) -> bool {
        self.transactions < NEXT_HOP_TRANSACTIONS_MAX && self.client.poll() == Action::Ready
    }

    /// Says goodbye without waiting for an answer: nothing depends on it.
    async fn quit(mut self) {
        self.client.quit();
        if let (Action::Send(octets), Some(wire)) = (self.client.poll(), &mut self.wire) {
            let _ = timeout(Duration::from_secs(1), wire.write_all(&octets)).await;
        }
    }
}

async fn within<T>(patience: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(patience, work)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn unreachable(error: &io::Error) -> Reply {
    let text = format!("the next hop cannot be reached: {error}");
    Reply::new(451, EnhancedCode(4, 4, 1), text)
}
