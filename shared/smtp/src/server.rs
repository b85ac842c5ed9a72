//! The server's side: one session with one client.

use crate::{Credentials, EnhancedCode, Reply};

mod auth;
mod command;
mod data;
mod path;

use auth::{Exchange, Login, Progress};
pub use command::COMMAND_LINE_OCTETS_MAX;
use command::{Command, Mail, check_utf8, is_recipient_next, take_line};
use data::{DataReceiver, Received};
pub use path::Path;

/// Most commands that a session may send without handing over a message.
pub const IDLE_COMMANDS_MAX: usize = 1000;
/// Most commands that a session may get wrong; what goes on beyond that is no mail client.
pub const WRONG_COMMANDS_MAX: usize = 20;
/// Most failed logins of one session, so that guessing needs a connection for each few tries.
pub const FAILED_LOGINS_MAX: usize = 3;

/// What a session offers and where it ends.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// Our name in the greeting.
    pub hostname: String,
    /// Largest message in octets, announced as `SIZE` (RFC 1870).
    pub message_octets_max: usize,
    /// Most recipients of one transaction; RFC 5321 §4.5.3.1.8 asks for at least 100.
    pub recipients_max: usize,
    /// Most octets of all recipients of one transaction together.
    pub recipients_octets_max: usize,
    /// Whether STARTTLS is offered.
    pub starttls: bool,
    /// Whether clients log in.
    pub login: LoginPolicy,
}

/// Whether clients log in. It is offered in TLS only.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LoginPolicy {
    /// Nobody can.
    Off,
    /// Whoever wants can.
    Offered,
    /// No mail without it.
    Required,
}

/// What the driver is to do next.
pub enum Event {
    /// Write these octets.
    Send(Vec<u8>),
    /// Read, and hand what came to [`Session::receive`]; if nothing came, close.
    Receive,
    /// Start TLS on the connection and tell it with [`Session::tls_started`].
    StartTls,
    /// Check this and answer with [`Session::logged_in`].
    Login(Credentials),
    /// Decide on these further recipients and answer with [`Session::recipients`]. All that came
    /// together under PIPELINING are asked for together.
    Recipients(Vec<Path>),
    /// The client wants to send the message: answer with [`Session::begin_data`].
    Data,
    /// The message, behind the prefix given to [`Session::begin_data`]. Take responsibility for it
    /// and answer with [`Session::finish`].
    Message(Vec<u8>),
    /// Close the connection.
    Close,
}

/// The envelope so far.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Transaction {
    /// The reverse path; `None` is the null sender.
    pub from: Option<Path>,
    /// The recipients that were accepted.
    pub to: Vec<Path>,
    /// The client declared `SMTPUTF8`.
    pub smtputf8: bool,
    /// The size that the client announced, 0 if it did not.
    pub size: usize,
}

/// What came of a login.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LoginAnswer {
    /// The credentials are right.
    Accepted {
        /// Whose they are.
        user: String,
    },
    /// They are not.
    Wrong,
}

/// What the session does with what comes in.
enum State {
    Commands,
    Login(Exchange),
    Data(DataReceiver),
    /// The driver owes an answer.
    Asked(Asked),
    Closing,
}

/// The answer that the driver owes.
enum Asked {
    Tls,
    Login,
    /// `Err` is a recipient that was refused without asking.
    Recipients(Vec<Result<Path, Reply>>),
    Data,
    Message,
}

/// A session with one client. See [`Event`] for how to drive it.
pub struct Session {
    config: SessionConfig,
    state: State,
    pending: Vec<u8>,
    out: Vec<u8>,
    event: Option<Event>,
    hello: Option<Hello>,
    in_tls: bool,
    user: Option<String>,
    transaction: Option<Transaction>,
    idle_commands: usize,
    wrong_commands: usize,
    failed_logins: usize,
}

/// How the client introduced itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hello {
    /// What it calls itself; nothing proves it.
    pub name: String,
    /// EHLO, not HELO.
    pub extended: bool,
}

impl Session {
    /// A session on a new connection; `in_tls` where TLS comes first (RFC 8314 §3.3).
    pub fn new(config: SessionConfig, in_tls: bool) -> Self {
        let mut session = Self {
            state: State::Commands,
            pending: Vec::new(),
            out: Vec::new(),
            event: None,
            hello: None,
            in_tls,
            user: None,
            transaction: None,
            idle_commands: 0,
            wrong_commands: 0,
            failed_logins: 0,
            config,
        };
        session.say(&Reply::plain(
            220,
            format!("{} ESMTP Sealgate", session.config.hostname),
        ));
        session
    }

    /// What to do next. Replies are gathered as long as nothing has to be waited for (RFC 2920 §3.2).
    pub fn poll(&mut self) -> Event {
        while self.event.is_none() && self.step() {}
        match self.event.take() {
            Some(event @ (Event::Recipients(_) | Event::Data)) => event,
            event if !self.out.is_empty() => {
                self.event = event;
                Event::Send(std::mem::take(&mut self.out))
            }
            Some(event) => event,
            None if matches!(self.state, State::Closing) => Event::Close,
            None => Event::Receive,
        }
    }

    /// Takes octets from the client.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// How the client introduced itself.
    pub fn hello(&self) -> Option<&Hello> {
        self.hello.as_ref()
    }

    /// Whether the connection is in TLS.
    pub fn is_in_tls(&self) -> bool {
        self.in_tls
    }

    /// Who logged in.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The transaction that is open.
    pub fn transaction(&self) -> Option<&Transaction> {
        self.transaction.as_ref()
    }

    /// TLS is up, as asked for by [`Event::StartTls`]. What was said before is forgotten
    /// (RFC 3207 §4.2).
    pub fn tls_started(&mut self) {
        self.in_tls = true;
        self.hello = None;
        self.transaction = None;
        self.state = State::Commands;
    }

    /// The answer to [`Event::Login`].
    pub fn logged_in(&mut self, answer: LoginAnswer) {
        self.state = State::Commands;
        match answer {
            LoginAnswer::Accepted { user } => {
                self.user = Some(user);
                self.say(&reply(235, (2, 7, 0), "welcome"));
            }
            LoginAnswer::Wrong => {
                self.say(&reply(535, (5, 7, 8), "user name or password is wrong"));
                self.failed_logins += 1;
                if self.failed_logins >= FAILED_LOGINS_MAX {
                    self.close(&reply(421, (4, 7, 0), "too many failed logins"));
                }
            }
        }
    }

    /// The replies to the recipients of [`Event::Recipients`], in their order; `None` accepts.
    pub fn recipients(&mut self, replies: Vec<Option<Reply>>) {
        let State::Asked(Asked::Recipients(asked)) =
            std::mem::replace(&mut self.state, State::Commands)
        else {
            return;
        };
        let mut replies = replies.into_iter();
        for path in asked {
            match path.map(|path| (path, replies.next().unwrap_or_else(|| Some(unanswered())))) {
                Ok((path, None)) => self.accept(path),
                Ok((_, Some(refusal))) | Err(refusal) => self.say(&refusal),
            }
        }
    }

    /// Lets the client send the message. `prefix` is put before it: the trace fields.
    pub fn begin_data(&mut self, prefix: Vec<u8>) {
        self.say(&Reply::plain(354, "end with a dot on a line of its own"));
        let announced = self.transaction.as_ref().map_or(0, |open| open.size);
        let max = self.config.message_octets_max;
        self.state = State::Data(DataReceiver::new(prefix, announced, max));
    }

    /// The reply to the message; the transaction is over.
    pub fn finish(&mut self, reply: &Reply) {
        self.transaction = None;
        self.state = State::Commands;
        self.idle_commands = 0;
        self.say(reply);
    }

    /// Ends the session after what was said so far.
    pub fn close(&mut self, reply: &Reply) {
        self.say(reply);
        self.state = State::Closing;
    }

    fn say(&mut self, reply: &Reply) {
        reply.write_to(&mut self.out);
    }

    /// Makes progress with what is there; `false` if more must come first.
    fn step(&mut self) -> bool {
        match &mut self.state {
            State::Data(receiver) => {
                let (used, result) = receiver.receive(&self.pending);
                self.pending.drain(..used);
                self.data(result)
            }
            State::Commands | State::Login(_) => {
                let Some(line) = take_line(&mut self.pending) else {
                    return false;
                };
                self.line(line);
                true
            }
            State::Asked(_) | State::Closing => false,
        }
    }

    fn data(&mut self, result: Received) -> bool {
        match result {
            Received::More => return false,
            Received::Message(message) => self.ask(Asked::Message, Event::Message(message)),
            Received::TooLarge => self.finish(&too_large()),
            Received::BareLineEnd => {
                let text = "the message has a CR or LF that is not part of a CRLF";
                self.finish(&reply(550, (5, 5, 2), text));
            }
            Received::Endless => self.close(&too_large()),
        }
        true
    }

    fn ask(&mut self, asked: Asked, event: Event) {
        self.state = State::Asked(asked);
        self.event = Some(event);
    }

    fn line(&mut self, line: Result<String, Reply>) {
        self.idle_commands += 1;
        if self.idle_commands > IDLE_COMMANDS_MAX {
            return self.close(&reply(
                421,
                (4, 7, 0),
                "too many commands without a message",
            ));
        }
        match (std::mem::replace(&mut self.state, State::Commands), line) {
            (State::Login(exchange), Ok(line)) => self.exchange(exchange.answer(line.trim_end())),
            (_, line) => self.command(line.and_then(|line| command::parse(&line))),
        }
    }

    fn command(&mut self, command: Result<Command, Reply>) {
        match command {
            Ok(Command::Hello(hello)) => self.greet(hello),
            Ok(Command::StartTls) => self.start_tls(),
            Ok(Command::Auth(login)) => self.log_in(login),
            Ok(Command::Mail(mail)) => self.mail(mail),
            Ok(Command::Recipient(path)) => self.gather_recipients(path),
            Ok(Command::Data) => self.begin(),
            Ok(Command::Reset) => {
                self.transaction = None;
                self.say(&reply(250, (2, 0, 0), "ok"));
            }
            Ok(Command::Noop) => self.say(&reply(250, (2, 0, 0), "ok")),
            Ok(Command::Verify) => {
                self.say(&reply(252, (2, 1, 5), "send some mail, and you will know"));
            }
            Ok(Command::Help) => self.say(&reply(214, (2, 0, 0), "RFC 5321")),
            Ok(Command::Quit) => self.close(&reply(221, (2, 0, 0), "bye")),
            Err(refusal) if refusal.code == 421 => self.close(&refusal),
            Err(refusal) => self.wrong(&refusal),
        }
    }

    /// Refuses a command that the client should not have sent.
    fn wrong(&mut self, refusal: &Reply) {
        self.say(refusal);
        self.wrong_commands += 1;
        if self.wrong_commands >= WRONG_COMMANDS_MAX {
            self.close(&reply(421, (4, 7, 0), "too many wrong commands"));
        }
    }

    fn greet(&mut self, hello: Hello) {
        self.transaction = None;
        let mut lines = vec![self.config.hostname.clone()];
        if hello.extended {
            lines.extend(
                ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"].map(str::to_owned),
            );
            lines.push(format!("SIZE {}", self.config.message_octets_max));
            if self.config.starttls && !self.in_tls {
                lines.push("STARTTLS".to_owned());
            }
            if self.config.login != LoginPolicy::Off && self.in_tls && self.user.is_none() {
                lines.push("AUTH PLAIN LOGIN".to_owned());
            }
        }
        self.hello = Some(hello);
        self.say(&Reply::plain(250, lines.join("\n")));
    }

    fn start_tls(&mut self) {
        if !self.config.starttls {
            return self.wrong(&reply(502, (5, 5, 1), "STARTTLS is not offered"));
        }
        if self.in_tls {
            return self.wrong(&reply(503, (5, 5, 1), "TLS is up already"));
        }
        // RFC 3207 §4: the last command of a group; more behind it would be commands in clear
        // that pretend to have come in TLS.
        if !self.pending.is_empty() {
            return self.close(&reply(554, (5, 5, 1), "nothing may follow STARTTLS"));
        }
        self.say(&reply(220, (2, 0, 0), "go ahead"));
        self.ask(Asked::Tls, Event::StartTls);
    }

    fn log_in(&mut self, login: Login) {
        if self.config.login == LoginPolicy::Off {
            return self.wrong(&reply(502, (5, 5, 1), "logging in is not offered"));
        }
        if !self.in_tls {
            return self.wrong(&reply(538, (5, 7, 11), "log in after STARTTLS"));
        }
        if self.hello.is_none() || self.user.is_some() || self.transaction.is_some() {
            return self.wrong(&reply(503, (5, 5, 1), "AUTH makes no sense here"));
        }
        self.exchange(login.begin());
    }

    fn exchange(&mut self, progress: Result<Progress, Reply>) {
        match progress {
            Ok(Progress::Challenge(exchange, challenge)) => {
                self.say(&Reply::plain(334, challenge));
                self.state = State::Login(exchange);
            }
            Ok(Progress::Done(credentials)) => self.ask(Asked::Login, Event::Login(credentials)),
            Err(refusal) => self.wrong(&refusal),
        }
    }

    fn mail(&mut self, mail: Mail) {
        if self.hello.is_none() {
            return self.wrong(&reply(503, (5, 5, 1), "say EHLO first"));
        }
        if self.transaction.is_some() {
            return self.wrong(&reply(503, (5, 5, 1), "a transaction is open already"));
        }
        if self.config.login == LoginPolicy::Required && self.user.is_none() {
            let text = if self.in_tls {
                "log in first"
            } else {
                "log in first, after STARTTLS"
            };
            return self.wrong(&reply(530, (5, 7, 0), text));
        }
        if mail.size > self.config.message_octets_max {
            return self.say(&too_large());
        }
        self.transaction = Some(Transaction {
            from: mail.from,
            to: Vec::new(),
            smtputf8: mail.smtputf8,
            size: mail.size,
        });
        self.say(&reply(250, (2, 1, 0), "ok"));
    }

    /// Gathers this recipient and those that the client sent right behind it.
    fn gather_recipients(&mut self, first: Path) {
        if self.transaction.is_none() {
            return self.wrong(&reply(503, (5, 5, 1), "say MAIL first"));
        }
        let mut asked = Vec::new();
        let mut next = Some(Ok(first));
        while let Some(path) = next {
            asked.push(path.and_then(|path| self.check_recipient(path, &asked)));
            next = None;
            if is_recipient_next(&self.pending) {
                self.idle_commands += 1;
                next = take_line(&mut self.pending).map(read_recipient);
            }
        }
        let paths = asked.iter().filter_map(|path| path.as_ref().ok());
        let event = Event::Recipients(paths.cloned().collect());
        self.ask(Asked::Recipients(asked), event);
    }

    /// The limits, with those that were accepted and those asked about.
    fn check_recipient(&self, path: Path, asked: &[Result<Path, Reply>]) -> Result<Path, Reply> {
        let accepted = self.transaction.iter().flat_map(|open| &open.to);
        let asked = asked.iter().filter_map(|path| path.as_ref().ok());
        let (mut count, mut octets) = (1, path.text.len());
        for other in accepted.chain(asked) {
            count += 1;
            octets += other.text.len();
        }
        if count > self.config.recipients_max || octets > self.config.recipients_octets_max {
            return Err(reply(
                452,
                (4, 5, 3),
                "too many recipients, send the others separately",
            ));
        }
        check_utf8(
            &path,
            self.transaction.as_ref().is_some_and(|open| open.smtputf8),
        )?;
        Ok(path)
    }

    fn accept(&mut self, path: Path) {
        if let Some(open) = &mut self.transaction {
            // The same mailbox twice gets the message once.
            if open.to.iter().all(|other| other.address != path.address) {
                open.to.push(path);
            }
        }
        self.say(&reply(250, (2, 1, 5), "ok"));
    }

    fn begin(&mut self) {
        match &self.transaction {
            None => self.wrong(&reply(503, (5, 5, 1), "say MAIL first")),
            Some(open) if open.to.is_empty() => {
                self.wrong(&reply(554, (5, 5, 1), "no recipient was accepted"));
            }
            Some(_) => self.ask(Asked::Data, Event::Data),
        }
    }
}

fn read_recipient(line: Result<String, Reply>) -> Result<Path, Reply> {
    match command::parse(&line?)? {
        Command::Recipient(path) => Ok(path),
        _ => Err(reply(501, (5, 5, 2), "say RCPT TO:<address>")),
    }
}

fn too_large() -> Reply {
    reply(552, (5, 3, 4), "the message is too large")
}

/// For a driver that left a recipient out of its answer.
fn unanswered() -> Reply {
    reply(451, (4, 3, 0), "the recipient could not be checked")
}

fn reply(code: u16, (class, subject, detail): (u8, u16, u16), text: &str) -> Reply {
    Reply::new(code, EnhancedCode(class, subject, detail), text)
}
