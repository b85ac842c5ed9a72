//! The SMTP side of the gateway.
//!
//! A mail comes in on a listener ([`connection`]), goes to the edge ([`edge`]), what comes back
//! goes to the next hops ([`delivery`], [`next_hop`]), and only then the client gets its reply. The
//! relay stores nothing: until it says 250 the mail is the client's, afterwards it is the next hop's.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use policy::Direction;
use smtp::{EnhancedCode, LoginPolicy, Reply};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

mod address_list;
mod connection;
mod delivery;
mod edge;
mod events;
mod ledger;
mod limits;
mod next_hop;
mod options;
mod parts;
mod tls;
mod trace;
mod users;
mod wire;

use crate::report;
use connection::Connection;
use delivery::Delivery;
use edge::Edge;
use events::{Event, Log, Ready};
use ledger::Ledger;
use limits::{ACCEPT_DELAY, STOP_TIMEOUT};
use next_hop::NextHop;
pub(crate) use options::Options;
use users::Users;

/// What all sessions share.
struct Relay {
    hostname: String,
    log: Log,
    edge: Edge,
    delivery: Delivery,
    ledger: Ledger,
    tls: Option<tokio_rustls::TlsAcceptor>,
    users: Option<Users>,
    trusted: Vec<ipnet::IpNet>,
    /// One permit per connection.
    room: Arc<Semaphore>,
}

/// Runs until SIGTERM or Ctrl-C. Exits with 2 if it cannot be set up as asked.
pub(crate) fn run(options: &Options) -> ExitCode {
    let runtime = tokio::runtime::Runtime::new();
    let served = runtime
        .map_err(RelayError::Runtime)
        .and_then(|runtime| runtime.block_on(serve(options)));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report::fail("sealgate relay", &error),
    }
}

async fn serve(options: &Options) -> Result<(), RelayError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(RelayError::Runtime)?;
    tls::install();
    let relay = Arc::new(Relay::new(options)?);
    let outbound = bind(options.outbound.as_deref()).await?;
    let inbound = bind(options.inbound.as_deref()).await?;
    let (stop, stopped) = watch::channel(false);
    let mut listeners = JoinSet::new();
    let mut ready = Ready::default();
    if let Some((listener, address)) = outbound {
        ready.outbound = Some(address);
        let relay = Arc::clone(&relay);
        listeners.spawn(listen(
            relay,
            listener,
            Direction::Outbound,
            stopped.clone(),
        ));
    }
    if let Some((listener, address)) = inbound {
        ready.inbound = Some(address);
        let relay = Arc::clone(&relay);
        listeners.spawn(listen(relay, listener, Direction::Inbound, stopped.clone()));
    }
    let hops = [&relay.delivery.outbound, &relay.delivery.inbound];
    for hop in hops {
        tokio::spawn(Arc::clone(hop).tidy());
    }
    ready.print();

    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    relay.log.write(&Event::Stopping);
    // Nobody listens only if both listeners are gone already.
    let _ = stop.send(true);
    if timeout(STOP_TIMEOUT, listeners.join_all()).await.is_err() {
        relay.log.write(&Event::StoppedEarly);
    }
    for hop in hops {
        hop.close().await;
    }
    Ok(())
}

/// Takes connections until told to stop, then waits for the sessions to end.
async fn listen(
    relay: Arc<Relay>,
    listener: TcpListener,
    direction: Direction,
    mut stop: watch::Receiver<bool>,
) {
    let mut sessions = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // Sessions that ended are collected as they end.
            Some(_) = sessions.join_next() => continue,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let relay = Arc::clone(&relay);
                let session = serve_client(relay, stream, peer.ip(), direction, stop.clone());
                sessions.spawn(session);
            }
            Err(error) => {
                // Out of file descriptors, most likely: sessions that end will give some back.
                let detail = &error.to_string();
                relay.log.write(&Event::AcceptFailed { detail });
                tokio::time::sleep(ACCEPT_DELAY).await;
            }
        }
    }
    drop(listener);
    sessions.join_all().await;
}

async fn serve_client(
    relay: Arc<Relay>,
    stream: TcpStream,
    client: IpAddr,
    direction: Direction,
    stop: watch::Receiver<bool>,
) {
    let Ok(mut wire) = wire::wire(stream) else {
        return;
    };
    let room = Arc::clone(&relay.room).try_acquire_owned();
    if let Some(refusal) = relay.refusal(direction, client, room.is_ok()) {
        let reply = &refusal.to_string();
        relay.log.write(&Event::Refused { client, reply });
        let mut octets = Vec::new();
        refusal.write_to(&mut octets);
        // Whether the client reads it is up to the client.
        let _ = wire.write_all(&octets).await;
        return;
    }
    Connection::new(relay, direction, client)
        .serve(wire, stop)
        .await;
    drop(room);
}

async fn bind(place: Option<&str>) -> Result<Option<(TcpListener, SocketAddr)>, RelayError> {
    let Some(place) = place else {
        return Ok(None);
    };
    let error = |error| RelayError::Listen(place.to_owned(), error);
    let listener = TcpListener::bind(place).await.map_err(error)?;
    let address = listener.local_addr().map_err(error)?;
    Ok(Some((listener, address)))
}

impl Relay {
    fn new(options: &Options) -> Result<Self, RelayError> {
        let hostname = options.hostname();
        let log = Log { json: options.json };
        let connector = tls::connector()?;
        let outbound = NextHop::new(
            options.next_hop_outbound.clone(),
            hostname.clone(),
            options.outbound_login()?,
            connector.clone(),
        );
        let inbound = NextHop::new(
            options.next_hop_inbound.clone(),
            hostname.clone(),
            options.inbound_login()?,
            connector,
        );
        let tls = match (&options.tls_cert, &options.tls_key) {
            (Some(chain), Some(key)) => Some(tls::acceptor(chain, key)?),
            _ => None,
        };
        Ok(Self {
            log,
            edge: Edge::new(&options.edge, options.token()?)?,
            delivery: Delivery {
                outbound: Arc::new(outbound),
                inbound: Arc::new(inbound),
                log,
            },
            ledger: Ledger::default(),
            tls,
            users: options.auth.as_deref().map(Users::read).transpose()?,
            trusted: options.trust_networks.clone(),
            room: Arc::new(Semaphore::new(options.connections_max)),
            hostname,
        })
    }

    fn trusts(&self, client: IpAddr) -> bool {
        let client = client.to_canonical();
        self.trusted.iter().any(|network| network.contains(&client))
    }

    /// The login policy, if there is anyone who can log in.
    fn login_or_off(&self, policy: LoginPolicy) -> LoginPolicy {
        match self.users {
            Some(_) => policy,
            None => LoginPolicy::Off,
        }
    }

    /// Why a client is not served at all.
    fn refusal(&self, direction: Direction, client: IpAddr, has_room: bool) -> Option<Reply> {
        if !has_room {
            let text = "too many connections, try again";
            return Some(Reply::new(421, EnhancedCode(4, 3, 2), text));
        }
        if direction == Direction::Outbound && self.users.is_none() && !self.trusts(client) {
            let text = "your network may not send here";
            return Some(Reply::new(554, EnhancedCode(5, 7, 1), text));
        }
        None
    }
}

/// Why the relay does not run.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error("the runtime does not start: {0}")]
    Runtime(io::Error),
    #[error("it cannot listen on {0}: {1}")]
    Listen(String, io::Error),
    #[error(transparent)]
    Options(#[from] options::OptionsError),
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    #[error(transparent)]
    Users(#[from] users::UsersError),
    #[error(transparent)]
    Edge(#[from] edge::EdgeError),
}
