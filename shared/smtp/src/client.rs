//! The client's side: hand messages to one server, one transaction after another.

use std::collections::VecDeque;

use crate::{
    Credentials, EnhancedCode, Envelope, Reply, ReplyError, credentials, reply::ReplyReader,
};

mod extensions;
mod transaction;

use extensions::Extensions;
pub use transaction::Outcome;
use transaction::{Command, Transaction};

/// How the connection is protected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TlsMode {
    /// Not at all: for a next hop on the same machine or network.
    None,
    /// STARTTLS before anything else; a server that does not offer it gets no mail (RFC 3207).
    StartTls,
    /// The connection is in TLS from its first octet (RFC 8314 §3.3).
    Implicit,
}

/// How to talk to a server.
pub struct ClientConfig {
    /// Our name for EHLO.
    pub hello: String,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// Who we are, where the server asks for it. Never sent outside TLS.
    pub credentials: Option<Credentials>,
}

/// What the driver is to do next.
#[derive(Debug, Eq, PartialEq)]
pub enum Action {
    /// Write these octets. They may hold a password: keep them out of logs.
    Send(Vec<u8>),
    /// Write [`crate::stuffed`] of the message that the envelope was made for.
    SendMessage,
    /// Start TLS on the connection and tell it with [`Client::tls_started`].
    StartTls,
    /// Read, and hand what came to [`Client::receive`]; nothing means that the server closed.
    Receive,
    /// The transaction is over.
    Finished(Outcome),
    /// Nothing to do: [`Client::deliver`] another message, or [`Client::quit`].
    Ready,
    /// The conversation is over; close the connection. `None` after [`Client::quit`].
    Closed(Option<ClientError>),
}

/// Why a conversation ended before its time.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// The server did not greet, or refused EHLO.
    #[error("the next hop refused the session: {0}")]
    Refused(Reply),
    /// [`TlsMode::StartTls`], and the server does not do it.
    #[error("the next hop does not offer STARTTLS, which its configuration asks for")]
    NoTls,
    /// Bytes came in clear behind the reply to STARTTLS: someone may be injecting them.
    #[error("the next hop sent more than its reply to STARTTLS")]
    Injection,
    /// Credentials are configured, and the server takes none of PLAIN and LOGIN over TLS.
    #[error("the next hop offers no authentication over TLS, which its configuration asks for")]
    NoAuth,
    /// The server takes no mail without STARTTLS or credentials (RFC 3207 §4, RFC 4954 §6), which are not configured.
    #[error("the next hop asks for what its configuration does not have: {0}")]
    LoginWanted(Reply),
    /// The server refused the credentials.
    #[error("the next hop refused our credentials: {0}")]
    BadCredentials(Reply),
    /// What came is no SMTP.
    #[error("the next hop broke the protocol: {0}")]
    Protocol(#[from] ReplyError),
    /// A reply that nothing asked for, or of a class that makes no sense.
    #[error("the next hop sent an unexpected reply: {0}")]
    Unexpected(Reply),
    /// The connection ended.
    #[error("the next hop closed the connection")]
    Disconnected,
    /// The server ended the session with 421.
    #[error("the next hop is closing: {0}")]
    Closing(Reply),
}

impl ClientError {
    /// What this means for a recipient. It is always a temporary failure: what is wrong between us
    /// and our next hop is for administrators to mend, not a reason to return mail.
    pub fn to_reply(&self) -> Reply {
        let enhanced = match self {
            Self::NoTls | Self::NoAuth | Self::LoginWanted(_) | Self::BadCredentials(_) => {
                EnhancedCode(4, 3, 5)
            }
            Self::Injection | Self::Protocol(_) | Self::Unexpected(_) => EnhancedCode(4, 5, 0),
            Self::Refused(_) => EnhancedCode(4, 4, 1),
            Self::Disconnected | Self::Closing(_) => EnhancedCode(4, 4, 2),
        };
        Reply::new(451, enhanced, self.to_string())
    }
}

/// What the next reply will be about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    Greeting,
    Hello,
    /// HELO, after a server that does not know EHLO.
    OldHello,
    StartTls,
    /// TLS is being started by the driver.
    Handshake,
    Auth,
    /// `AUTH LOGIN`, the name is to be sent.
    LoginName,
    /// `AUTH LOGIN`, the password is to be sent.
    LoginPassword,
    Ready,
    Quit,
    Closed,
}

/// A conversation with one server. See [`Action`] for how to drive it.
pub struct Client {
    config: ClientConfig,
    replies: ReplyReader,
    stage: Stage,
    extensions: Extensions,
    in_tls: bool,
    actions: VecDeque<Action>,
    waiting: VecDeque<Envelope>,
    transaction: Option<Transaction>,
    /// The last transaction was left half-way; RSET comes before the next.
    needs_reset: bool,
}

impl Client {
    /// A conversation on a connection that was just made; under [`TlsMode::Implicit`] TLS is up.
    pub fn new(config: ClientConfig) -> Self {
        Self {
            in_tls: config.tls == TlsMode::Implicit,
            config,
            replies: ReplyReader::default(),
            stage: Stage::Greeting,
            extensions: Extensions::default(),
            actions: VecDeque::new(),
            waiting: VecDeque::new(),
            transaction: None,
            needs_reset: false,
        }
    }

    /// Hands over a message as soon as the session is up and those before it are done. Each gets its
    /// [`Action::Finished`], in this order, whatever happens to the connection.
    pub fn deliver(&mut self, envelope: Envelope) {
        self.waiting.push_back(envelope);
        self.begin_waiting();
    }

    /// Ends the session; [`Action::Closed`] follows.
    pub fn quit(&mut self) {
        if self.stage != Stage::Closed {
            self.send("QUIT\r\n");
            self.stage = Stage::Quit;
        }
    }

    /// What to do next.
    pub fn poll(&mut self) -> Action {
        if let Some(action) = self.actions.pop_front() {
            return action;
        }
        match (self.stage, &self.transaction) {
            (Stage::Closed, _) => Action::Closed(None),
            (Stage::Ready, None) => Action::Ready,
            _ => Action::Receive,
        }
    }

    /// Takes octets from the server; none means that the server closed the connection.
    pub fn receive(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            match self.stage {
                Stage::Quit => self.close(None),
                _ => self.close(Some(ClientError::Disconnected)),
            }
            return;
        }
        self.replies.receive(bytes);
        while self.stage != Stage::Closed && self.stage != Stage::Handshake {
            match self.replies.next() {
                Ok(Some(reply)) => self.reply(reply),
                Ok(None) => break,
                Err(error) => self.close(Some(error.into())),
            }
        }
    }

    /// TLS is up, as asked for by [`Action::StartTls`].
    pub fn tls_started(&mut self) {
        self.in_tls = true;
        self.hello();
    }

    /// The connection broke in a way that only the driver knows: a timeout, a failed handshake.
    pub fn failed(&mut self) {
        self.close(Some(ClientError::Disconnected));
    }

    /// Seconds to wait for the next octet (RFC 5321 §4.5.3.2).
    pub fn timeout_seconds(&self) -> u64 {
        match &self.transaction {
            Some(transaction) => transaction.timeout_seconds(),
            None => 300,
        }
    }

    fn reply(&mut self, reply: Reply) {
        if reply.code == 421 && self.stage != Stage::Quit {
            return self.close(Some(ClientError::Closing(reply)));
        }
        match self.stage {
            Stage::Greeting if reply.is_positive() => self.hello(),
            Stage::Hello if reply.is_positive() => {
                self.extensions = Extensions::of(&reply);
                self.secure_or_log_in();
            }
            Stage::Hello if matches!(reply.code, 500 | 502) => {
                self.send(&format!("HELO {}\r\n", self.config.hello));
                self.stage = Stage::OldHello;
            }
            Stage::OldHello if reply.is_positive() => self.secure_or_log_in(),
            Stage::Greeting | Stage::Hello | Stage::OldHello => {
                self.close(Some(ClientError::Refused(reply)));
            }
            Stage::StartTls if reply.code != 220 => self.close(Some(ClientError::NoTls)),
            // RFC 3207 §5: nothing that came before the handshake may be used after it.
            Stage::StartTls if self.replies.has_pending() => {
                self.close(Some(ClientError::Injection));
            }
            Stage::StartTls => {
                self.stage = Stage::Handshake;
                self.actions.push_back(Action::StartTls);
            }
            Stage::Auth | Stage::LoginName | Stage::LoginPassword => self.log_in(reply),
            Stage::Ready => self.advance(reply),
            Stage::Quit => self.close(None),
            Stage::Handshake | Stage::Closed => {}
        }
    }

    fn hello(&mut self) {
        self.send(&format!("EHLO {}\r\n", self.config.hello));
        self.stage = Stage::Hello;
    }

    fn secure_or_log_in(&mut self) {
        if self.config.tls == TlsMode::StartTls && !self.in_tls {
            if !self.extensions.starttls {
                return self.close(Some(ClientError::NoTls));
            }
            self.send("STARTTLS\r\n");
            self.stage = Stage::StartTls;
            return;
        }
        let Some(credentials) = &self.config.credentials else {
            return self.ready();
        };
        let command = match (self.in_tls, &self.extensions) {
            (
                true,
                Extensions {
                    auth_plain: true, ..
                },
            ) => {
                self.stage = Stage::Auth;
                format!("AUTH PLAIN {}\r\n", *credentials.to_plain())
            }
            (
                true,
                Extensions {
                    auth_login: true, ..
                },
            ) => {
                self.stage = Stage::LoginName;
                "AUTH LOGIN\r\n".to_owned()
            }
            _ => return self.close(Some(ClientError::NoAuth)),
        };
        self.send(&command);
    }

    fn log_in(&mut self, reply: Reply) {
        let Some(credentials) = &self.config.credentials else {
            return self.close(Some(ClientError::Unexpected(reply)));
        };
        let (stage, answer) = match (self.stage, reply.code) {
            (Stage::Auth, 235) => return self.ready(),
            (Stage::LoginName, 334) => (
                Stage::LoginPassword,
                credentials::to_login(&credentials.username),
            ),
            (Stage::LoginPassword, 334) => {
                (Stage::Auth, credentials::to_login(&credentials.password))
            }
            _ => return self.close(Some(ClientError::BadCredentials(reply))),
        };
        self.send(&format!("{}\r\n", *answer));
        self.stage = stage;
    }

    fn ready(&mut self) {
        self.stage = Stage::Ready;
        self.begin_waiting();
    }

    fn begin_waiting(&mut self) {
        if self.stage != Stage::Ready || self.transaction.is_some() {
            return;
        }
        let Some(envelope) = self.waiting.pop_front() else {
            return;
        };
        if let Some(refusal) = self.extensions.refusal(&envelope) {
            let outcome = Outcome::same_for_all(&envelope, &refusal);
            self.actions.push_back(Action::Finished(outcome));
            return self.begin_waiting();
        }
        let reset = std::mem::take(&mut self.needs_reset);
        self.transaction = Some(Transaction::new(&envelope, &self.extensions, reset));
        self.send_commands();
    }

    fn send_commands(&mut self) {
        let Some(transaction) = &mut self.transaction else {
            return;
        };
        let bytes = transaction.take_commands();
        if !bytes.is_empty() {
            self.actions.push_back(Action::Send(bytes));
        }
    }

    fn advance(&mut self, reply: Reply) {
        let Some(transaction) = &mut self.transaction else {
            return self.close(Some(ClientError::Unexpected(reply)));
        };
        match transaction.reply(reply) {
            Command::Go => self.send_commands(),
            Command::Message => self.actions.push_back(Action::SendMessage),
            Command::Nothing => self.send(".\r\n"),
            Command::Finish { clean } => {
                self.needs_reset = !clean;
                self.finish();
                self.begin_waiting();
            }
            Command::Fail(reply) => self.close(Some(ClientError::Unexpected(reply))),
        }
    }

    fn finish(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            self.actions
                .push_back(Action::Finished(transaction.into_outcome()));
        }
    }

    /// Ends the conversation. What waits or is under way gets its outcome first.
    fn close(&mut self, error: Option<ClientError>) {
        if self.stage == Stage::Closed {
            return;
        }
        self.stage = Stage::Closed;
        self.actions
            .retain(|action| matches!(action, Action::Finished(_)));
        let reply = error
            .as_ref()
            .unwrap_or(&ClientError::Disconnected)
            .to_reply();
        if let Some(transaction) = self.transaction.take() {
            let outcome = transaction.into_failure(&reply);
            self.actions.push_back(Action::Finished(outcome));
        }
        for envelope in std::mem::take(&mut self.waiting) {
            let outcome = Outcome::same_for_all(&envelope, &reply);
            self.actions.push_back(Action::Finished(outcome));
        }
        self.actions.push_back(Action::Closed(error));
    }

    fn send(&mut self, command: &str) {
        self.actions
            .push_back(Action::Send(command.as_bytes().to_vec()));
    }
}
