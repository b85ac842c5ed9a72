//! A mail server to deliver to.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned, crypto};

use smtp::{EnhancedCode, Event, LoginAnswer, LoginPolicy, Reply, Session, SessionConfig};

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
    /// With it the server asks for STARTTLS and for the login `relay`, `secret`.
    tls: Option<Arc<ServerConfig>>,
    stopped: bool,
}

trait Octets: Read + Write {}

impl<T: Read + Write> Octets for T {}

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
                std::thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self { place, state }
    }

    pub(crate) fn ask_for_tls_and_login(&self, certificate: &str, key: &str) {
        let provider = Arc::new(crypto::ring::default_provider());
        let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
        let key = PrivateKeyDer::from_pem_file(key).unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        self.state.lock().unwrap().tls = Some(Arc::new(config));
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

fn serve(socket: &TcpStream, state: &Mutex<State>) {
    let tls = state.lock().unwrap().tls.clone();
    let config = SessionConfig {
        hostname: "hop.test".to_owned(),
        message_octets_max: 100_000_000,
        recipients_max: 100,
        recipients_octets_max: 10_000,
        starttls: tls.is_some(),
        login: match tls {
            Some(_) => LoginPolicy::Required,
            None => LoginPolicy::Off,
        },
    };
    let mut stream: Box<dyn Octets> = Box::new(socket.try_clone().unwrap());
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
            Event::StartTls => {
                let connection = ServerConnection::new(tls.clone().unwrap()).unwrap();
                stream = Box::new(StreamOwned::new(connection, socket.try_clone().unwrap()));
                session.tls_started();
            }
            Event::Login(credentials) => {
                let right = *credentials.password == "secret";
                let user = credentials.username;
                session.logged_in(if right {
                    LoginAnswer::Accepted { user }
                } else {
                    LoginAnswer::Wrong
                });
            }
            Event::Close => return,
        }
    }
}
