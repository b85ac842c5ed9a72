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
use super::edge::Processed;
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
        let (reply, named) = self.hand_over(Bytes::from(message), &transaction).await;
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
            message: named.as_deref(),
            reply: &reply.to_string(),
            milliseconds: start.elapsed().as_millis(),
        });
        self.session.finish(&reply);
    }

    /// Has the message processed and delivered for those who do not have it yet. Returns the client's
    /// reply and the message's name in the edge's overview.
    async fn hand_over(&self, message: Bytes, open: &Transaction) -> (Reply, Option<String>) {
        if trace::hops(&message) > HOPS_MAX {
            return (reply(554, (5, 4, 6), "the mail goes in circles"), None);
        }
        let from = sender(open);
        let submission = self.submission(&from, &message, open);
        let (held, wanted): (Vec<&Path>, Vec<&Path>) = open
            .to
            .iter()
            .partition(|to| self.has(submission.as_ref(), to));
        if wanted.is_empty() {
            // The recipients that were missing last time are not among these.
            return (verdict(&held, &[], &self.id), None);
        }
        let asked = api::ProcessQuery {
            direction: self.direction,
            from,
            to: wanted.iter().map(|path| path.address.to_string()).collect(),
        };
        let (named, results) = self
            .process(&asked, message, open, submission.as_ref())
            .await;
        let reply = verdict(&held, &results, &self.id);
        if reply.is_positive() {
            self.forget(submission.as_ref(), open);
        } else {
            self.remember(submission.as_ref(), &results);
        }
        (reply, named)
    }

    /// Has the edge process the message and delivers what comes back. Returns the message's name in
    /// the edge's overview, and what became of each recipient.
    async fn process(
        &self,
        asked: &api::ProcessQuery,
        message: Bytes,
        open: &Transaction,
        submission: Option<&Submission>,
    ) -> (Option<String>, Vec<Delivered>) {
        let reply = match self.relay.edge.process(asked, message).await {
            Ok(Processed::Deliver {
                message: named,
                mut parts,
            }) => {
                parts.retain(|part| !(part.is_report(open) && self.has_report(submission)));
                let results = self.relay.delivery.deliver(&parts, open).await;
                self.report(named.as_deref(), &results).await;
                return (named, results);
            }
            Ok(Processed::Refuse(reply)) => reply,
            Err(error) => {
                self.edge_failed("process", &error.to_string());
                error.to_reply()
            }
        };
        let all = asked.to.iter().map(|to| Delivered {
            to: to.clone(),
            reply: reply.clone(),
            is_report: false,
        });
        (None, all.collect())
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
