//! The server at the end of the way: it keeps every message as the octets that came.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How long a message may take until it is here.
const WAIT: Duration = Duration::from_secs(30);

/// A message that arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The reverse path, without brackets.
    pub from: String,
    /// The forward paths, without brackets.
    pub to: Vec<String>,
    /// The message after dot-unstuffing.
    pub message: Vec<u8>,
    /// What its sender did before.
    pub session: Session,
}

/// How a client came in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Session {
    /// Whether by TLS.
    pub is_secured: bool,
    /// Name and password that it signed in with.
    pub signed_in: Option<(String, String)>,
}

/// How a sink is reached.
#[derive(Clone)]
pub enum Security {
    /// Without TLS.
    Plain,
    /// TLS that the client asks for.
    StartTls(Arc<ServerConfig>),
    /// TLS from the first octet.
    Implicit(Arc<ServerConfig>),
}

impl Arrival {
    /// The message as text, for looking at it.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.message).into_owned()
    }
}

/// A server that listens until the process ends.
#[derive(Clone)]
pub struct Sink {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    arrivals: Vec<Arrival>,
    /// What to answer to the end of each message instead of 250.
    refusal: Option<String>,
    /// Whether to keep messages; measurements don't.
    forgetful: bool,
}

impl Sink {
    /// Listens on a port of the system's choice.
    pub fn start() -> Result<Self> {
        Self::start_with(&Security::Plain)
    }

    /// The same with TLS. Only who comes by TLS can sign in, and as anybody.
    pub fn start_with(security: &Security) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let (served, security) = (Arc::clone(&shared), security.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, security) = (Arc::clone(&served), security.clone());
                // A client that breaks off ends its own thread only.
                thread::spawn(move || answer(stream, &security, &shared));
            }
        });
        Ok(Self { address, shared })
    }

    /// `HOST:PORT`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// From now on every message gets this reply, or is taken again with `None`.
    pub fn refuse(&self, reply: Option<&str>) {
        self.shared.lock().refusal = reply.map(str::to_owned);
    }

    /// From now on messages are taken and dropped.
    pub fn forget(&self) {
        self.shared.lock().forgetful = true;
    }

    /// How many messages are here.
    pub fn len(&self) -> usize {
        self.shared.lock().arrivals.len()
    }

    /// Whether no message is here.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first message for which `wanted` holds; waits for it.
    pub fn wait_for(&self, wanted: impl Fn(&Arrival) -> bool) -> Result<Arrival> {
        let deadline = Instant::now() + WAIT;
        let mut state = self.shared.lock();
        loop {
            if let Some(arrival) = state.arrivals.iter().find(|arrival| wanted(arrival)) {
                return Ok(arrival.clone());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!("no such message after {} s", WAIT.as_secs());
            }
            let woken = self.shared.arrived.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The message with this Message-ID; waits for it.
    pub fn wait_for_id(&self, message_id: &str) -> Result<Arrival> {
        self.wait_for(|arrival| arrival.text().contains(message_id))
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(stream: TcpStream, security: &Security, shared: &Shared) -> Result<()> {
    stream.set_nodelay(true)?;
    let greeting = "220 sink.test ESMTP";
    let secured = |stream, config: &Arc<ServerConfig>| -> Result<_> {
        let connection = ServerConnection::new(Arc::clone(config))?;
        Ok(BufReader::new(StreamOwned::new(connection, stream)))
    };
    match security {
        Security::Implicit(config) => {
            let mut stream = secured(stream, config)?;
            say(&mut stream, greeting)?;
            serve(&mut stream, true, false, shared).map(drop)
        }
        Security::Plain | Security::StartTls(_) => {
            let mut stream = BufReader::new(stream);
            say(&mut stream, greeting)?;
            let offers_tls = matches!(security, Security::StartTls(_));
            match (serve(&mut stream, false, offers_tls, shared)?, security) {
                (End::StartTls, Security::StartTls(config)) => {
                    let mut stream = secured(stream.into_inner(), config)?;
                    serve(&mut stream, true, false, shared).map(drop)
                }
                _ => Ok(()),
            }
        }
    }
}

/// Why a conversation ended.
enum End {
    Quit,
    StartTls,
}

fn serve<S: Read + Write>(
    stream: &mut BufReader<S>,
    is_secured: bool,
    offers_tls: bool,
    shared: &Shared,
) -> Result<End> {
    let mut session = Session {
        is_secured,
        signed_in: None,
    };
    let mut from = String::new();
    let mut to = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(End::Quit);
        }
        let line = line.trim_end();
        let verb = line.get(..4).unwrap_or(line).to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                let tls = if offers_tls { "250-STARTTLS\r\n" } else { "" };
                let auth = if is_secured { "250-AUTH PLAIN\r\n" } else { "" };
                let extensions = "250-SIZE 52428800\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
                     250-PIPELINING\r\n250 ENHANCEDSTATUSCODES";
                say(stream, &format!("250-sink.test\r\n{tls}{auth}{extensions}"))?;
            }
            "STAR" if offers_tls => {
                say(stream, "220 2.0.0 go ahead")?;
                return Ok(End::StartTls);
            }
            "AUTH" if is_secured => {
                session.signed_in = Some(credentials(line)?);
                say(stream, "235 2.7.0 ok")?;
            }
            "HELO" | "NOOP" => say(stream, "250 2.0.0 ok")?,
            "RSET" => {
                to.clear();
                say(stream, "250 2.0.0 ok")?;
            }
            "MAIL" => {
                from = path(line);
                to.clear();
                say(stream, "250 2.1.0 ok")?;
            }
            "RCPT" => {
                to.push(path(line));
                say(stream, "250 2.1.5 ok")?;
            }
            "DATA" => {
                say(stream, "354 go ahead")?;
                let message = read_message(stream)?;
                let arrival = Arrival {
                    from: from.clone(),
                    to: std::mem::take(&mut to),
                    message,
                    session: session.clone(),
                };
                let reply = shared.take(arrival);
                say(stream, &reply)?;
            }
            "QUIT" => {
                say(stream, "221 2.0.0 bye")?;
                return Ok(End::Quit);
            }
            _ => say(stream, "500 5.5.1 unknown")?,
        }
    }
}

impl Shared {
    fn take(&self, arrival: Arrival) -> String {
        let mut state = self.lock();
        if let Some(refusal) = &state.refusal {
            return refusal.clone();
        }
        if !state.forgetful {
            state.arrivals.push(arrival);
            self.arrived.notify_all();
        }
        "250 2.0.0 taken".to_owned()
    }
}

fn say<S: Write>(stream: &mut BufReader<S>, line: &str) -> Result<()> {
    let stream = stream.get_mut();
    stream.write_all(format!("{line}\r\n").as_bytes())?;
    Ok(stream.flush()?)
}

/// Name and password of `AUTH PLAIN` (RFC 4616), which come with the command.
fn credentials(line: &str) -> Result<(String, String)> {
    let response = line.rsplit(' ').next().unwrap_or_default();
    let text = String::from_utf8(BASE64.decode(response)?)?;
    let mut parts = text.split('\0').skip(1).map(str::to_owned);
    let both = parts.next().zip(parts.next());
    both.context("no name and password")
}

fn path(line: &str) -> String {
    let after = line.split_once('<').map_or("", |(_, after)| after);
    after.split('>').next().unwrap_or_default().to_owned()
}

fn read_message<S: Read>(stream: &mut BufReader<S>) -> Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let start = message.len();
        if stream.read_until(b'\n', &mut message)? == 0 {
            bail!("the message has no end");
        }
        let line = message.get(start..).unwrap_or_default();
        if line == b".\r\n" {
            message.truncate(start);
            return Ok(message);
        }
        if line.starts_with(b".") {
            message.remove(start);
        }
    }
}
