//! A mail client.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto};

trait Octets: Read + Write {}

impl<T: Read + Write> Octets for T {}

pub(crate) struct Client {
    wire: Box<dyn Octets>,
    /// Of which `start_tls` makes a connection in TLS.
    socket: TcpStream,
    pub(crate) greeting: String,
}

impl Client {
    pub(crate) fn connect(place: &str) -> Self {
        let socket = TcpStream::connect(place).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        let mut client = Self {
            wire: Box::new(socket.try_clone().unwrap()),
            socket,
            greeting: String::new(),
        };
        client.greeting = client.reply();
        client
    }

    pub(crate) fn start_tls(mut self, certificate: &str) -> Self {
        assert!(self.command("STARTTLS").starts_with("220"));
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(certificate).unwrap())
            .unwrap();
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("relay.acme.test").unwrap();
        let session = ClientConnection::new(Arc::new(config), name).unwrap();
        let socket = self.socket.try_clone().unwrap();
        self.wire = Box::new(StreamOwned::new(session, socket));
        self
    }

    pub(crate) fn hello(&mut self) -> String {
        let reply = self.command("EHLO client.test");
        assert!(reply.starts_with("250"), "{reply}");
        reply
    }

    pub(crate) fn command(&mut self, command: &str) -> String {
        self.pipeline(&[command]).remove(0)
    }

    pub(crate) fn pipeline(&mut self, commands: &[&str]) -> Vec<String> {
        let text = format!("{}\r\n", commands.join("\r\n"));
        self.wire.write_all(text.as_bytes()).unwrap();
        commands.iter().map(|_| self.reply()).collect()
    }

    /// Says hello and hands over a message; the last reply.
    pub(crate) fn send(mut self, from: &str, to: &[&str], message: &str) -> String {
        self.hello();
        self.transaction(from, to, message)
    }

    pub(crate) fn transaction(&mut self, from: &str, to: &[&str], message: &str) -> String {
        self.command(&format!("MAIL FROM:<{from}>"));
        for to in to {
            let reply = self.command(&format!("RCPT TO:<{to}>"));
            assert!(reply.starts_with("250"), "{reply}");
        }
        assert!(self.command("DATA").starts_with("354"));
        for piece in smtp::stuffed(message.as_bytes()) {
            // A server that has enough may close before everything is written.
            if self.wire.write_all(piece).is_err() {
                break;
            }
        }
        self.reply()
    }

    /// A reply, its lines joined by spaces.
    fn reply(&mut self) -> String {
        let mut whole = String::new();
        loop {
            let line = self.line();
            let separator = line.as_bytes().get(3).copied();
            if whole.is_empty() {
                whole = line;
            } else {
                whole = format!("{whole} {}", &line[4..]);
            }
            if separator != Some(b'-') {
                return whole;
            }
        }
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut octet = [0];
            assert_eq!(
                self.wire.read(&mut octet).unwrap(),
                1,
                "closed after {line:?}"
            );
            line.push(octet[0]);
        }
        String::from_utf8(line).unwrap().trim_end().to_owned()
    }
}
