//! A resolver that says what it is told, by DNS over HTTPS (RFC 8484) without TLS.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, sleep};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Type MX (RFC 1035 §3.2.2).
const MX: u16 = 15;
/// Type TXT.
const TXT: u16 = 16;
/// Octets of the header (RFC 1035 §4.1.1).
const HEADER: usize = 12;
/// Longer than anybody waits.
const SILENCE: Duration = Duration::from_secs(30);

/// What is said of a name.
#[derive(Clone, Debug)]
pub enum Said {
    /// Its texts, each in strings of three octets.
    Texts(Vec<String>),
    /// Its mail servers.
    Servers(Vec<String>),
    /// Nothing but an RCODE: 2 is SERVFAIL, 3 NXDOMAIN.
    Code(u8),
    /// These octets after the whole answer of no records, which they make malformed or long.
    Junk(Vec<u8>),
    /// Another HTTP status, with a place to go to.
    Status(u16, String),
    /// Nothing, for long.
    Silence,
}

/// A server that listens until the process ends. What it was told nothing of does not exist.
pub struct Resolver {
    address: SocketAddr,
    names: Arc<Mutex<Names>>,
}

/// By name and type.
type Names = BTreeMap<(String, u16), Said>;

impl Resolver {
    /// Listens on a port of the system's choice.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let names = Arc::new(Mutex::new(Names::new()));
        let told = Arc::clone(&names);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let told = Arc::clone(&told);
                // A client that breaks off is its own matter.
                thread::spawn(move || serve(stream, &told));
            }
        });
        Ok(Self { address, names })
    }

    /// Where it is asked.
    pub fn url(&self) -> String {
        format!("http://{}/dns-query", self.address)
    }

    /// What it says of the texts of a name from now on.
    pub fn say_txt(&self, name: &str, said: Said) {
        lock(&self.names).insert((name.to_owned(), TXT), said);
    }

    /// What it says of the mail servers of a name from now on.
    pub fn say_mx(&self, name: &str, said: Said) {
        lock(&self.names).insert((name.to_owned(), MX), said);
    }
}

fn lock(names: &Mutex<Names>) -> MutexGuard<'_, Names> {
    names.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut stream: TcpStream, names: &Mutex<Names>) -> Result<()> {
    let query = read(&stream)?;
    let (name, kind) = question(&query).context("no question")?;
    let said = lock(names).get(&(name, kind)).cloned();
    match said.unwrap_or(Said::Code(3)) {
        Said::Texts(texts) => reply(&mut stream, &records(&query, &texts, text)),
        Said::Servers(servers) => reply(&mut stream, &records(&query, &servers, server)),
        Said::Code(code) => reply(&mut stream, &header(&query, code, 0)),
        Said::Junk(junk) => reply(&mut stream, &[header(&query, 0, 1), junk].concat()),
        Said::Status(status, location) => Ok(write!(
            stream,
            "HTTP/1.1 {status} Else\r\nlocation: {location}\r\ncontent-length: 0\r\n\
             connection: close\r\n\r\n"
        )?),
        Said::Silence => {
            sleep(SILENCE);
            Ok(())
        }
    }
}

/// The message that was posted.
fn read(stream: &TcpStream) -> Result<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    ensure!(line.starts_with("POST /dns-query "), "{line}");
    let (mut length, mut media_type) = (0, String::new());
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((field, value)) = line.trim().split_once(": ") else {
            break;
        };
        match field.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse()?,
            "content-type" => value.clone_into(&mut media_type),
            _ => {}
        }
    }
    ensure!(media_type == "application/dns-message", "{media_type}");
    let mut message = vec![0; length];
    reader.read_exact(&mut message)?;
    Ok(message)
}

/// The name that is asked for, and the type.
fn question(query: &[u8]) -> Option<(String, u16)> {
    let mut labels = Vec::new();
    let mut rest = query.get(HEADER..)?;
    loop {
        let (&length, more) = rest.split_first()?;
        if length == 0 {
            let kind = more.get(..2)?.try_into().ok()?;
            return Some((labels.join("."), u16::from_be_bytes(kind)));
        }
        let (label, more) = more.split_at_checked(length.into())?;
        labels.push(String::from_utf8(label.to_vec()).ok()?);
        rest = more;
    }
}

/// The query as the head of its answer: a response of a resolver, with an RCODE.
fn header(query: &[u8], code: u8, records: u8) -> Vec<u8> {
    let (id, rest) = query.split_at(2.min(query.len()));
    let question = rest.get(HEADER - 2..).unwrap_or_default();
    let fixed = [0x81, 0x80 | code, 0, 1, 0, records, 0, 0, 0, 0];
    [id, &fixed, question].concat()
}

fn records(query: &[u8], all: &[String], data: fn(&str) -> (u16, Vec<u8>)) -> Vec<u8> {
    let mut answer = header(query, 0, u8::try_from(all.len()).unwrap_or(u8::MAX));
    for one in all {
        let (kind, data) = data(one);
        // The name of the question; class IN, for a minute.
        answer.extend_from_slice(&[0xc0, 12]);
        answer.extend_from_slice(&kind.to_be_bytes());
        answer.extend_from_slice(&[0, 1, 0, 0, 0, 60]);
        answer.extend_from_slice(&u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
        answer.extend_from_slice(&data);
    }
    answer
}

fn text(text: &str) -> (u16, Vec<u8>) {
    let strings = text.as_bytes().chunks(3);
    let strings: Vec<Vec<u8>> = strings.map(prefixed).collect();
    (TXT, strings.concat())
}

fn server(name: &str) -> (u16, Vec<u8>) {
    let labels: Vec<_> = name
        .split('.')
        .map(|label| prefixed(label.as_bytes()))
        .collect();
    (MX, [vec![0, 10], labels.concat(), vec![0]].concat())
}

fn prefixed(string: &[u8]) -> Vec<u8> {
    let length = u8::try_from(string.len()).unwrap_or(u8::MAX);
    [&[length], string].concat()
}

fn reply(stream: &mut TcpStream, message: &[u8]) -> Result<()> {
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/dns-message\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        message.len()
    )?;
    Ok(stream.write_all(message)?)
}
