//! A mail server to deliver to.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use smtp::{EnhancedCode, Event, LoginPolicy, Reply, Session, SessionConfig};

#[derive(Clone)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) message: String,
}

#[derive(Default)]
struct State {
    mails: Vec<Mail>,
    refused: BTreeMap<String, Reply>,
    connections: Vec<TcpStream>,
    stopped: bool,
}

/// A server that takes everything that it was not told to refuse.
pub(crate) struct Hop {
    place: String,
    state: Arc<Mutex<State>>,
}

impl Hop {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State::default()));
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
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { place, state }
    }

    pub(crate) fn place(&self) -> String {
        self.place.clone()
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.state.lock().unwrap().mails.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.lock().unwrap().connections.len()
    }

    pub(crate) fn refuse(&self, to: &str, reply: &str) {
        let reply = Reply::parse(reply).unwrap();
        self.state
            .lock()
            .unwrap()
            .refused
            .insert(to.to_owned(), reply);
    }

    pub(crate) fn accept(&self, to: &str) {
        self.state.lock().unwrap().refused.remove(to);
    }

    /// Cuts all connections, as a server does that was idle for too long.
    pub(crate) fn disconnect(&self) {
        for stream in &self.state.lock().unwrap().connections {
            stream.shutdown(Shutdown::Both).unwrap();
        }
    }

    /// Stops listening and cuts all connections.
    pub(crate) fn stop(&self) {
        self.state.lock().unwrap().stopped = true;
        // Wakes the listener, which then ends.
        drop(TcpStream::connect(&self.place));
        super::relay::eventually(|| TcpStream::connect(&self.place).is_err());
        self.disconnect();
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let config = SessionConfig {
        hostname: "hop.test".to_owned(),
        message_octets_max: 100_000_000,
        recipients_max: 100,
        recipients_octets_max: 10_000,
        starttls: false,
        login: LoginPolicy::Off,
    };
    let mut session = Session::new(config, false);
    let mut buffer = vec![0; 65536];
    loop {
        match session.poll() {
            Event::Send(octets) => {
                if stream.write_all(&octets).is_err() {
                    return;
                }
            }
            Event::Receive => match stream.read(&mut buffer) {
                Ok(count) if count > 0 => session.receive(&buffer[..count]),
                _ => return,
            },
            Event::Recipients(paths) => {
                let refused = &state.lock().unwrap().refused;
                let replies = paths.iter().map(|path| refused.get(&path.text).cloned());
                session.recipients(replies.collect());
            }
            Event::Data => session.begin_data(Vec::new()),
            Event::Message(message) => {
                let open = session.transaction().unwrap();
                let mail = Mail {
                    from: open
                        .from
                        .as_ref()
                        .map_or_else(String::new, |from| from.text.clone()),
                    to: open.to.iter().map(|to| to.text.clone()).collect(),
                    message: String::from_utf8(message).unwrap(),
                };
                state.lock().unwrap().mails.push(mail);
                session.finish(&Reply::new(250, EnhancedCode(2, 0, 0), "taken"));
            }
            Event::Close | Event::StartTls | Event::Login(_) => return,
        }
    }
}
