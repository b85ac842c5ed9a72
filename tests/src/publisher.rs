//! The web server of a certification authority: it serves files, and counts how often it is asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::Result;

/// A server that listens until the process ends.
pub struct Publisher {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    asked: Vec<String>,
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
                // A client that breaks off is its own matter.
                let _ = serve(stream, &served);
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
        lock(&self.state).files.insert(path.to_owned(), file);
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
    let file = {
        let mut state = lock(state);
        state.asked.push(path.clone());
        state.files.get(&path).cloned()
    };
    if let Some(file) = file {
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: application/pkix-crl\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            file.len()
        )?;
        stream.write_all(&file)?;
    }
    Ok(())
}
