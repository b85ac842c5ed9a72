//! One client: drives its [`Session`] and answers what the session asks.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use policy::Direction;
use smtp::{
    Credentials, EnhancedCode, Event as Asked, LoginAnswer, LoginPolicy, Path, Reply, Session,
    SessionConfig, Transaction,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::Relay;
use super::delivery::{Delivered, verdict};
use super::edge::{EdgeError, Processed};
use super::events::Event;
use super::ledger::Submission;
use super::limits::{
    CLIENT_TIMEOUT, FAILED_LOGIN_DELAY, HANDSHAKE_TIMEOUT, HOPS_MAX, READ_OCTETS, RECIPIENTS_MAX,
    RECIPIENTS_OCTETS_MAX,
};
use super::trace;
use super::wire::Wire;
use crate::clock;

/// A client's connection.
pub(super) struct Connection {
    relay: Arc<Relay>,
    direction: Direction,
    client: IpAddr,
    session: Session,
    /// Of the mail that is coming in.
    id: String,
    /// Octets of our Received field before it.
    trace_octets: usize,
}

impl Connection {
    /// A connection of `client` to the listener for `direction`.
    pub(super) fn new(relay: Arc<Relay>, direction: Direction, client: IpAddr) -> Self {
        let login = match direction {
            Direction::Inbound => LoginPolicy::Off,
            Direction::Outbound if relay.trusts(client) => relay.login_or_off(LoginPolicy::Offered),
            Direction::Outbound => relay.login_or_off(LoginPolicy::Required),
        };
        let config = SessionConfig {
            hostname: relay.hostname.clone(),
            message_octets_max: gateway::MESSAGE_OCTETS_MAX,
            recipients_max: RECIPIENTS_MAX,
            recipients_octets_max: RECIPIENTS_OCTETS_MAX,
            starttls: relay.tls.is_some(),
            login,
        };
        Self {
            relay,
            direction,
            client,
            session: Session::new(config, false),
            id: String::new(),
            trace_octets: 0,
        }
    }

    /// Serves the client until it or the relay ends the session.
    pub(super) async fn serve(mut self, mut wire: Wire, mut stop: watch::Receiver<bool>) {
        let mut buffer = vec![0; READ_OCTETS];
        loop {
            let done = match self.session.poll() {
                Asked::Send(octets) => write(&mut wire, &octets).await,
                Asked::Receive => self.receive(&mut wire, &mut buffer, &mut stop).await,
                Asked::StartTls => match self.start_tls(wire).await {
                    Some(in_tls) => {
                        wire = in_tls;
                        continue;
                    }
                    None => return,
                },
                Asked::Close => return drop(wire.shutdown().await),
                asked => {
                    self.answer(asked).await;
                    Ok(())
                }
            };
            if let Err(error) = done {
                return self.disconnected(&error);
            }
        }
    }

    async fn receive(
        &mut self,
        wire: &mut Wire,
        buffer: &mut [u8],
        stop: &mut watch::Receiver<bool>,
    ) -> io::Result<()> {
        // A client in the middle of a mail may finish it; the others are asked to come back.
        let is_idle = self.session.transaction().is_none();
        let read = tokio::select! {
            read = timeout(CLIENT_TIMEOUT, wire.read(buffer)) => read,
            _ = stop.wait_for(|stop| *stop), if is_idle => {
                self.session.close(&reply(421, (4, 3, 2), "the relay is stopping"));
                return Ok(());
            }
        };
        match read {
            Ok(Ok(0)) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(Ok(count)) => {
                self.session
                    .receive(buffer.get(..count).unwrap_or_default());
                Ok(())
            }
            Ok(Err(error)) => Err(error),
            Err(_) => {
                self.session
                    .close(&reply(421, (4, 4, 2), "nothing came for too long"));
                Ok(())
            }
        }
    }

    async fn start_tls(&mut self, wire: Wire) -> Option<Wire> {
        let acceptor = self.relay.tls.clone()?;
        let detail = match timeout(HANDSHAKE_TIMEOUT, acceptor.accept(wire)).await {
            Ok(Ok(in_tls)) => {
                self.session.tls_started();
                return Some(Box::new(in_tls));
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the handshake was not finished in time".to_owned(),
        };
        let (client, detail) = (self.client, detail.as_str());
        self.relay.log.write(&Event::TlsFailed { client, detail });
        None
    }

    fn disconnected(&self, error: &io::Error) {
        // Closing between mails without QUIT is rude, but nothing to tell.
        if self.session.transaction().is_some() {
            let (client, detail) = (self.client, &error.to_string());
            self.relay
                .log
                .write(&Event::Disconnected { client, detail });
        }
    }

    async fn answer(&mut self, asked: Asked) {
        match asked {
            Asked::Login(credentials) => self.log_in(credentials).await,
            Asked::Recipients(paths) => self.recipients(&paths).await,
            Asked::Data => self.begin_data(),
            Asked::Message(message) => self.message(message).await,
            // `serve` does these.
            Asked::Send(_) | Asked::Receive | Asked::StartTls | Asked::Close => {}
        }
    }

    async fn log_in(&mut self, credentials: Credentials) {
        let user = credentials.username.clone();
        let relay = Arc::clone(&self.relay);
        let check = move || {
            relay
                .users
                .as_ref()
                .is_some_and(|users| users.verify(&credentials))
        };
        if tokio::task::spawn_blocking(check).await.unwrap_or(false) {
            return self.session.logged_in(LoginAnswer::Accepted { user });
        }
        let (client, user) = (self.client, user.as_str());
        self.relay.log.write(&Event::LoginFailed { client, user });
        sleep(FAILED_LOGIN_DELAY).await;
        self.session.logged_in(LoginAnswer::Wrong);
    }

    async fn recipients(&mut self, paths: &[Path]) {
        let from = self.session.transaction().map_or_else(String::new, sender);
        let query = api::RecipientsQuery {
            direction: self.direction,
            from,
            to: paths.iter().map(|path| path.address.to_string()).collect(),
        };
        let replies = match self.relay.edge.recipients(&query).await {
            Ok(replies) => replies,
            Err(error) => {
                self.edge_failed("recipients", &error.to_string());
                vec![Some(error.to_reply()); paths.len()]
            }
        };
        for (to, reply) in query.to.iter().zip(&replies) {
            if let Some(reply) = reply {
                self.relay.log.write(&Event::RecipientRefused {
                    direction: self.direction,
                    client: self.client,
                    from: &query.from,
                    to,
                    reply: &reply.to_string(),
                });
            }
        }
        self.session.recipients(replies);
    }

    fn begin_data(&mut self) {
        let now = clock::now();
        self.id = trace::next_id(now);
        // It goes on before the edge sees the message, so that it stays a field of the header,
        // outside of whatever the edge signs.
        let (session, hostname) = (&self.session, &self.relay.hostname);
        let received = trace::received(session, self.client, hostname, &self.id, now);
        self.trace_octets = received.len();
        self.session.begin_data(received);
    }

    async fn message(&mut self, message: Vec<u8>) {
        let start = Instant::now();
        let octets = message.len();
        let Some(transaction) = self.session.transaction().cloned() else {
            return;
        };
        let (reply, names) = self.hand_over(Bytes::from(message), &transaction).await;
        let to: Vec<&str> = transaction
            .to
            .iter()
            .map(|path| path.text.as_str())
            .collect();
        self.relay.log.write(&Event::Message {
            direction: self.direction,
            client: self.client,
            from: &sender(&transaction),
            to: &to,
            octets,
            id: &self.id,
            message: (!names.is_empty()).then(|| names.join(", ")).as_deref(),
            reply: &reply.to_string(),
            milliseconds: start.elapsed().as_millis(),
        });
        self.session.finish(&reply);
    }

    /// Has the message processed and delivered for those who do not have it yet. Returns the client's
    /// reply and the message's names in the edge's overview.
    async fn hand_over(&self, message: Bytes, open: &Transaction) -> (Reply, Vec<String>) {
        if trace::hops(&message) > HOPS_MAX {
            let reply = reply(554, (5, 4, 6), "the mail goes in circles");
            return (reply, Vec::new());
        }
        let from = sender(open);
        let submission = self.submission(&from, &message, open);
        let (held, wanted): (Vec<&Path>, Vec<&Path>) = open
            .to
            .iter()
            .partition(|to| self.has(submission.as_ref(), to));
        if wanted.is_empty() {
            // The recipients that were missing last time are not among these.
            return (verdict(&held, &[], &self.id), Vec::new());
        }
        let to = wanted.iter().map(|path| path.address.to_string()).collect();
        let mail = Mail {
            from,
            message,
            open,
            submission,
        };
        let mut tried = Tried::default();
        if let Some(groups) = self.process(&mail, to, &mut tried).await {
            for to in groups {
                if self.process(&mail, to.clone(), &mut tried).await.is_some() {
                    let again = EdgeError::Senseless("a group is divided again".to_owned());
                    self.process_failed(&again, to, &mut tried);
                }
            }
        }
        let reply = verdict(&held, &tried.results, &self.id);
        if reply.is_positive() {
            self.forget(mail.submission.as_ref(), open);
        } else {
            self.remember(mail.submission.as_ref(), &tried.results);
        }
        (reply, tried.names)
    }

    /// Has the edge process the message for these recipients and delivers what comes back; replies
    /// the groups for each of which it has to come, if the edge wants it so.
    async fn process(
        &self,
        mail: &Mail<'_>,
        to: Vec<String>,
        tried: &mut Tried,
    ) -> Option<Vec<Vec<String>>> {
        let asked = api::ProcessQuery {
            direction: self.direction,
            from: mail.from.clone(),
            to,
        };
        match self.relay.edge.process(&asked, mail.message.clone()).await {
            Ok(Processed::Deliver { message, mut parts }) => {
                let has_report = self.has_report(mail.submission.as_ref());
                parts.retain(|part| !(part.is_report(mail.open) && has_report));
                let results = self.relay.delivery.deliver(&parts, mail.open).await;
                self.report(message.as_deref(), &results).await;
                tried.results.extend(results);
                tried.names.extend(message);
            }
            Ok(Processed::Refuse(reply)) => tried.answered(&reply, asked.to),
            Ok(Processed::Divide(groups)) => return Some(groups),
            Err(error) => self.process_failed(&error, asked.to, tried),
        }
        None
    }

    fn process_failed(&self, error: &EdgeError, to: Vec<String>, tried: &mut Tried) {
        self.edge_failed("process", &error.to_string());
        tried.answered(&error.to_reply(), to);
    }

    /// For the ledger; `None` spares hashing where it can hold nothing and will get nothing.
    fn submission(&self, from: &str, message: &[u8], open: &Transaction) -> Option<Submission> {
        if open.to.len() == 1 && self.relay.ledger.is_empty() {
            return None;
        }
        let as_sent = message.get(self.trace_octets..).unwrap_or_default();
        Some(Submission::new(self.direction, from, as_sent))
    }

    fn has(&self, submission: Option<&Submission>, to: &Path) -> bool {
        submission.is_some_and(|mail| self.relay.ledger.has(mail.to(&to.address)))
    }

    /// Whether an earlier try has told the sender already of those who will not get it.
    fn has_report(&self, submission: Option<&Submission>) -> bool {
        submission.is_some_and(|mail| self.relay.ledger.has(mail.report()))
    }

    fn remember(&self, submission: Option<&Submission>, results: &[Delivered]) {
        let Some(submission) = submission else {
            return;
        };
        let now = clock::now();
        for result in results.iter().filter(|result| result.reply.is_positive()) {
            // A report to the sender is not the copy that the sender may get as a recipient.
            if result.is_report {
                self.relay.ledger.add(submission.report(), now);
            } else if let Ok(address) = mail::Address::parse(&result.to) {
                self.relay.ledger.add(submission.to(&address), now);
            }
        }
    }

    fn forget(&self, submission: Option<&Submission>, open: &Transaction) {
        let Some(submission) = submission else {
            return;
        };
        for to in &open.to {
            self.relay.ledger.remove(submission.to(&to.address));
        }
        self.relay.ledger.remove(submission.report());
    }

    /// Corrects the edge's overview where a next hop did not take the message.
    async fn report(&self, named: Option<&str>, results: &[Delivered]) {
        let Some(message) = named else {
            return;
        };
        let mail = || results.iter().filter(|result| !result.is_report);
        if mail().all(|result| result.reply.is_positive()) {
            return;
        }
        let outcome = api::NextHopOutcome {
            recipients: mail()
                .map(|result| api::RecipientReply {
                    address: result.to.clone(),
                    reply: (!result.reply.is_positive()).then(|| result.reply.to_string()),
                })
                .collect(),
        };
        if let Err(error) = self.relay.edge.outcome(message, &outcome).await {
            self.edge_failed("outcome", &error.to_string());
        }
    }

    fn edge_failed(&self, call: &str, detail: &str) {
        self.relay.log.write(&Event::EdgeFailed { call, detail });
    }
}

/// A mail that is handed over.
struct Mail<'a> {
    from: String,
    message: Bytes,
    open: &'a Transaction,
    submission: Option<Submission>,
}

/// What became of a mail.
#[derive(Default)]
struct Tried {
    /// In the edge's overview.
    names: Vec<String>,
    results: Vec<Delivered>,
}

impl Tried {
    /// Nothing was delivered to these, because of this reply.
    fn answered(&mut self, reply: &Reply, to: Vec<String>) {
        self.results.extend(to.into_iter().map(|to| Delivered {
            to,
            reply: reply.clone(),
            is_report: false,
        }));
    }
}

/// The reverse path in normal form; empty for the null sender.
fn sender(transaction: &Transaction) -> String {
    let from = transaction.from.as_ref();
    from.map_or_else(String::new, |path| path.address.to_string())
}

async fn write(wire: &mut Wire, octets: &[u8]) -> io::Result<()> {
    let write = timeout(CLIENT_TIMEOUT, wire.write_all(octets));
    write
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn reply(code: u16, (class, subject, detail): (u8, u16, u16), text: &str) -> Reply {
    Reply::new(code, EnhancedCode(class, subject, detail), text)
}
