//! The edge's side of the HTTP contract.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request that came.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) authorization: String,
    pub(crate) body: String,
}

/// What `/process` answers.
#[derive(Clone)]
pub(crate) enum Answer {
    Http(u16, String, Vec<u8>),
    Hangup,
}

impl Answer {
    pub(crate) fn message(message: &[u8]) -> Self {
        let head = "Content-Type: message/rfc822\r\nSealgate-Message: m-1\r\n";
        Self::Http(200, head.to_owned(), message.to_vec())
    }

    pub(crate) fn parts(parts: &[(&str, &str, &str, &[u8])]) -> Self {
        let mut body = Vec::new();
        for (from, to, hop, message) in parts {
            let head = format!(
                "--sealgate\r\nContent-Type: message/rfc822\r\n{}: {from}\r\n{}: {to}\r\n{}: {hop}\r\n\r\n",
                api::FROM_FIELD,
                api::TO_FIELD,
                api::HOP_FIELD
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(message);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--sealgate--\r\n");
        let head = "Content-Type: multipart/mixed; boundary=sealgate\r\nSealgate-Message: m-1\r\n";
        Self::Http(200, head.to_owned(), body)
    }

    pub(crate) fn refused(reply: &str) -> Self {
        let mut problem = api::Problem::new(422, api::Code::Refused, "the message is refused");
        problem.reply = Some(reply.to_owned());
        Self::of(&problem)
    }

    pub(crate) fn problem(status: u16, code: &str) -> Self {
        Self::of(&api::Problem {
            code: code.to_owned(),
            ..api::Problem::new(status, api::Code::Internal, "as the test has it")
        })
    }

    /// To come once for each of these groups.
    pub(crate) fn divided(groups: &[&[&str]]) -> Self {
        let mut problem = api::Problem::new(422, api::Code::TooManyCopies, "too large together");
        let texts = |group: &&[&str]| group.iter().map(|&to| to.to_owned()).collect();
        problem.groups = groups.iter().map(texts).collect();
        Self::of(&problem)
    }

    pub(crate) fn html(status: u16) -> Self {
        Self::Http(
            status,
            "Content-Type: text/html\r\n".to_owned(),
            b"<p>Bad gateway".to_vec(),
        )
    }

    pub(crate) fn nonsense() -> Self {
        let head = "Content-Type: multipart/mixed; boundary=x\r\n";
        Self::Http(200, head.to_owned(), b"no parts".to_vec())
    }

    pub(crate) fn hangup() -> Self {
        Self::Hangup
    }

    fn of(problem: &api::Problem) -> Self {
        let head = format!("Content-Type: {}\r\n", api::Problem::MEDIA_TYPE);
        Self::Http(problem.status, head, serde_json::to_vec(problem).unwrap())
    }
}

type Handler = Arc<dyn Fn(&[u8]) -> Answer + Send + Sync>;

struct State {
    calls: Vec<Call>,
    refused: BTreeMap<String, String>,
    process: Handler,
    connections: Vec<TcpStream>,
    stopped: bool,
}

/// An edge that serves every recipient and changes no message, unless told otherwise.
pub(crate) struct Edge {
    place: String,
    state: Arc<Mutex<State>>,
}

impl Edge {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State {
            calls: Vec::new(),
            refused: BTreeMap::new(),
            process: Arc::new(Answer::message),
            connections: Vec::new(),
            stopped: false,
        }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.lock().unwrap().stopped {
                    return;
                }
                let stream = stream.unwrap();
                let kept = stream.try_clone().unwrap();
                shared.lock().unwrap().connections.push(kept);
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self { place, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.place)
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.state.lock().unwrap().calls.clone()
    }

    pub(crate) fn process(&self, handler: impl Fn(&[u8]) -> Answer + Send + Sync + 'static) {
        self.state.lock().unwrap().process = Arc::new(handler);
    }

    pub(crate) fn refuse(&self, to: &str, reply: &str) {
        self.state
            .lock()
            .unwrap()
            .refused
            .insert(to.to_owned(), reply.to_owned());
    }

    pub(crate) fn stop(&self) {
        self.state.lock().unwrap().stopped = true;
        // Wakes the listener, which then ends.
        drop(TcpStream::connect(&self.place));
        super::relay::eventually(|| TcpStream::connect(&self.place).is_err());
        for stream in &self.state.lock().unwrap().connections {
            // The relay may have closed it already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    while let Some((call, body)) = read(&mut reader) {
        state.lock().unwrap().calls.push(call.clone());
        let answer = match call.path.as_str() {
            "/api/v1/process/recipients" => recipients(&body, &state.lock().unwrap().refused),
            path if path.starts_with("/api/v1/process?") => {
                let process = Arc::clone(&state.lock().unwrap().process);
                process(&body)
            }
            path if path.ends_with("/outcome") => Answer::Http(204, String::new(), Vec::new()),
            path => panic!("{path}"),
        };
        let Answer::Http(status, head, body) = answer else {
            stream.shutdown(Shutdown::Both).unwrap();
            return;
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\n{head}Content-Length: {}\r\n\r\n",
            body.len()
        );
        let octets = [head.as_bytes(), &body].concat();
        if (&*stream).write_all(&octets).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<(Call, Vec<u8>)> {
    let mut line = String::new();
    reader
        .read_line(&mut line)
        .ok()
        .filter(|count| *count > 0)?;
    let path = line.split(' ').nth(1).unwrap().to_owned();
    let (mut length, mut authorization) = (0, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().unwrap();
            }
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                value.clone_into(&mut authorization);
            }
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let text = String::from_utf8(body.clone()).unwrap();
    let call = Call {
        path,
        authorization,
        body: text,
    };
    Some((call, body))
}

fn recipients(body: &[u8], refused: &BTreeMap<String, String>) -> Answer {
    let query: api::RecipientsQuery = serde_json::from_slice(body).unwrap();
    let recipients = query.to.into_iter().map(|address| api::RecipientReply {
        reply: refused.get(&address).cloned(),
        address,
    });
    let reply = api::RecipientsReply {
        recipients: recipients.collect(),
    };
    let head = "Content-Type: application/json\r\n".to_owned();
    Answer::Http(200, head, serde_json::to_vec(&reply).unwrap())
}
