//! The web server of a certification authority: it serves files, redirects, or does not stop, and counts how often
//! it is asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Result;

/// What is called endless: far more than anybody should take.
pub const ENDLESS_OCTETS: usize = 256 * 1024 * 1024;

/// How long a client may take nothing of what is sent.
const STALLED: Duration = Duration::from_secs(10);

/// A server that listens until the process ends.
pub struct Publisher {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    places: BTreeMap<String, Place>,
    asked: Vec<String>,
    endless_taken: usize,
}

/// What there is at a path.
#[derive(Clone)]
enum Place {
    File(Vec<u8>),
    Redirection(String),
    Endless,
}

impl Publisher {
    /// Listens on a port of the system's choice.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let served = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = Arc::clone(&served);
                // A client that breaks off is its own matter.
                thread::spawn(move || serve(stream, &served));
            }
        });
        Ok(Self { address, state })
    }

    /// Where a file is, given its path, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Serves these octets at a path from now on; whatever has none is hung up on.
    pub fn publish(&self, path: &str, file: Vec<u8>) {
        self.put(path, Place::File(file));
    }

    /// Sends whoever asks for a path to a URL.
    pub fn redirect(&self, path: &str, to: &str) {
        self.put(path, Place::Redirection(to.to_owned()));
    }

    /// Serves [`ENDLESS_OCTETS`] at a path, without saying how many there are.
    pub fn publish_endless(&self, path: &str) {
        self.put(path, Place::Endless);
    }

    /// How many octets of endless files were taken so far.
    pub fn endless_taken(&self) -> usize {
        lock(&self.state).endless_taken
    }

    fn put(&self, path: &str, place: Place) {
        lock(&self.state).places.insert(path.to_owned(), place);
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        let state = lock(&self.state);
        state.asked.iter().filter(|asked| *asked == path).count()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) -> Result<()> {
    let mut lines = BufReader::new(&stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let place = {
        let mut state = lock(state);
        state.asked.push(path.clone());
        state.places.get(&path).cloned()
    };
    let head = "content-type: application/pkix-crl\r\nconnection: close";
    match place {
        None => {}
        Some(Place::File(file)) => {
            let length = file.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\n{head}\r\ncontent-length: {length}\r\n\r\n"
            )?;
            stream.write_all(&file)?;
        }
        Some(Place::Redirection(to)) => write!(
            stream,
            "HTTP/1.1 302 Found\r\n{head}\r\ncontent-length: 0\r\nlocation: {to}\r\n\r\n"
        )?,
        Some(Place::Endless) => {
            stream.set_write_timeout(Some(STALLED))?;
            write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\n\r\n")?;
            let piece = [0; 8 * 1024];
            for _ in 0..ENDLESS_OCTETS / piece.len() {
                stream.write_all(&piece)?;
                lock(state).endless_taken += piece.len();
            }
        }
    }
    Ok(())
}
