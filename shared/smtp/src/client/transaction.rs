//! One transaction: MAIL, RCPT, DATA, the message.

use std::collections::VecDeque;

use super::{ClientError, Extensions};
use crate::{EnhancedCode, Envelope, Reply};

/// How a transaction ended.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Outcome {
    /// One per forward path, in the order of the envelope; positive means delivered.
    pub replies: Vec<Reply>,
    /// The server said nothing to this transaction: the connection was dead or ended with 421. On a
    /// connection that was used before, a new one is worth a try.
    pub unheard: bool,
}

impl Outcome {
    pub(super) fn same_for_all(envelope: &Envelope, reply: &Reply) -> Self {
        Self {
            replies: vec![reply.clone(); envelope.to.len()],
            unheard: false,
        }
    }
}

/// What a command's reply leads to.
pub(super) enum Command {
    /// Send further commands, if there are any to send.
    Go,
    /// Send the message.
    Message,
    /// Send the end of an empty message: every recipient was refused, but the server took DATA.
    Nothing,
    /// It is over; `clean` if the server knows that too.
    Finish { clean: bool },
    /// The reply makes no sense.
    Fail(Reply),
}

/// A command that was sent or will be, and awaits its reply.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Step {
    Reset,
    Mail,
    Recipient(usize),
    Data,
    Message,
}

pub(super) struct Transaction {
    commands: VecDeque<(Step, String)>,
    awaited: VecDeque<Step>,
    pipelining: bool,
    heard: bool,
    refused: Option<Reply>,
    recipients: Vec<Option<Reply>>,
}

impl Transaction {
    pub(super) fn new(envelope: &Envelope, extensions: &Extensions, reset: bool) -> Self {
        let mut commands = VecDeque::new();
        if reset {
            commands.push_back((Step::Reset, "RSET\r\n".to_owned()));
        }
        commands.push_back((Step::Mail, mail(envelope, extensions)));
        for (place, path) in envelope.to.iter().enumerate() {
            let command = format!("RCPT TO:<{}>\r\n", printable(path));
            commands.push_back((Step::Recipient(place), command));
        }
        commands.push_back((Step::Data, "DATA\r\n".to_owned()));
        Self {
            commands,
            awaited: VecDeque::new(),
            pipelining: extensions.pipelining,
            heard: false,
            refused: None,
            recipients: vec![None; envelope.to.len()],
        }
    }

    /// The commands that may go out now: all of them under PIPELINING (RFC 2920), else one.
    pub(super) fn take_commands(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while self.pipelining || self.awaited.is_empty() {
            let Some((step, command)) = self.commands.pop_front() else {
                break;
            };
            bytes.extend_from_slice(command.as_bytes());
            self.awaited.push_back(step);
        }
        bytes
    }

    pub(super) fn reply(&mut self, reply: Reply) -> Command {
        self.heard = true;
        match self.awaited.pop_front() {
            Some(Step::Reset) if reply.is_positive() => Command::Go,
            None | Some(Step::Reset) => Command::Fail(reply),
            Some(Step::Mail) => {
                self.refused = refusal(reply);
                self.go_on()
            }
            // Behind a refused MAIL, RCPT is refused for want of a transaction: that tells nothing.
            Some(Step::Recipient(_)) if self.refused.is_some() => self.go_on(),
            Some(Step::Recipient(place)) => {
                if let Some(recipient) = self.recipients.get_mut(place) {
                    *recipient = refusal(reply);
                }
                self.go_on()
            }
            Some(Step::Data) => self.data(reply),
            Some(Step::Message) => {
                if self.is_wanted() {
                    self.fill(&refusal(reply.clone()).unwrap_or(reply));
                }
                Command::Finish { clean: true }
            }
        }
    }

    /// Whether anyone is to get the message, as far as is known.
    fn is_wanted(&self) -> bool {
        self.refused.is_none() && self.recipients.iter().any(Option::is_none)
    }

    fn go_on(&mut self) -> Command {
        // Without pipelining nothing more was sent, so a lost cause ends here.
        if self.awaited.is_empty() && !self.is_wanted() {
            return Command::Finish { clean: false };
        }
        Command::Go
    }

    fn data(&mut self, reply: Reply) -> Command {
        if reply.code == 354 {
            self.awaited.push_back(Step::Message);
            return if self.is_wanted() {
                Command::Message
            } else {
                Command::Nothing
            };
        }
        if self.is_wanted() {
            // Nothing was sent yet, so a good word is none.
            let unexpected = ClientError::Unexpected(reply.clone()).to_reply();
            self.refused = refusal(reply).or(Some(unexpected));
        }
        Command::Finish { clean: false }
    }

    fn fill(&mut self, reply: &Reply) {
        for recipient in &mut self.recipients {
            recipient.get_or_insert_with(|| reply.clone());
        }
    }

    pub(super) fn into_outcome(mut self) -> Outcome {
        if let Some(refused) = self.refused.take() {
            self.fill(&refused);
        }
        // Of a recipient that nothing was said about nobody may think that it has the message.
        let silence = || Reply::new(451, EnhancedCode(4, 5, 0), "the next hop did not say");
        let replies = self.recipients.into_iter();
        Outcome {
            replies: replies.map(|reply| reply.unwrap_or_else(silence)).collect(),
            unheard: false,
        }
    }

    /// The outcome of a transaction that broke off; refusals that were heard stay.
    pub(super) fn into_failure(mut self, reply: &Reply) -> Outcome {
        let unheard = !self.heard;
        self.refused.get_or_insert_with(|| reply.clone());
        Outcome {
            unheard,
            ..self.into_outcome()
        }
    }

    pub(super) fn timeout_seconds(&self) -> u64 {
        match self.awaited.front() {
            Some(Step::Message) => 600,
            Some(Step::Data) => 120,
            _ => 300,
        }
    }
}

/// The reply if it is not positive. A reply of class 3 to a command that wants none is a refusal
/// that may be tried again.
fn refusal(reply: Reply) -> Option<Reply> {
    if reply.is_positive() {
        return None;
    }
    if reply.code == 530 {
        return Some(ClientError::LoginWanted(reply).to_reply());
    }
    if reply.is_transient() || reply.is_permanent() {
        return Some(reply);
    }
    Some(ClientError::Unexpected(reply).to_reply())
}

fn mail(envelope: &Envelope, extensions: &Extensions) -> String {
    let size = match extensions.size {
        Some(_) => format!(" SIZE={}", envelope.size),
        None => String::new(),
    };
    let body = if envelope.eight_bit && extensions.eight_bit_mime {
        " BODY=8BITMIME"
    } else {
        ""
    };
    let utf8 = if envelope.smtputf8 { " SMTPUTF8" } else { "" };
    let from = printable(&envelope.from);
    format!("MAIL FROM:<{from}>{size}{body}{utf8}\r\n")
}

/// A path that cannot end its command, whoever wrote it.
fn printable(path: &str) -> String {
    path.chars().filter(|c| !c.is_control()).collect()
}
