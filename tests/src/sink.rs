//! The server at the end of the way: it keeps every message as the octets that came.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

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
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let served = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&served);
                // A client that breaks off ends its own thread only.
                thread::spawn(move || serve(stream, &shared));
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

fn serve(stream: TcpStream, shared: &Shared) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut from = String::new();
    let mut to = Vec::new();
    say(&mut stream, "220 sink.test ESMTP")?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let verb = line.get(..4).unwrap_or(line).to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => say(
                &mut stream,
                "250-sink.test\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
                 250-PIPELINING\r\n250 ENHANCEDSTATUSCODES",
            )?,
            "HELO" | "NOOP" => say(&mut stream, "250 2.0.0 ok")?,
            "RSET" => {
                to.clear();
                say(&mut stream, "250 2.0.0 ok")?;
            }
            "MAIL" => {
                from = path(line);
                to.clear();
                say(&mut stream, "250 2.1.0 ok")?;
            }
            "RCPT" => {
                to.push(path(line));
                say(&mut stream, "250 2.1.5 ok")?;
            }
            "DATA" => {
                say(&mut stream, "354 go ahead")?;
                let message = read_message(&mut stream)?;
                let arrival = Arrival {
                    from: from.clone(),
                    to: std::mem::take(&mut to),
                    message,
                };
                let reply = shared.take(arrival);
                say(&mut stream, &reply)?;
            }
            "QUIT" => return say(&mut stream, "221 2.0.0 bye"),
            _ => say(&mut stream, "500 5.5.1 unknown")?,
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

fn say(stream: &mut BufReader<TcpStream>, line: &str) -> Result<()> {
    stream
        .get_mut()
        .write_all(format!("{line}\r\n").as_bytes())?;
    Ok(())
}

fn path(line: &str) -> String {
    let after = line.split_once('<').map_or("", |(_, after)| after);
    after.split('>').next().unwrap_or_default().to_owned()
}

fn read_message(stream: &mut BufReader<TcpStream>) -> Result<Vec<u8>> {
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
