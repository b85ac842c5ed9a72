//! From what was decided for each recipient to the decision about the message.

use std::collections::BTreeSet;

use mail::{Address, Buffer, Defect, Entity};
use policy::Direction;
use smime::Certificate;

use crate::decision::{Action, Decision, Delivery, Learnt, Outcome, Protection, Record, RuleRef};
use crate::keys::Facts;
use crate::refusal::Refusal;
use crate::trace::{DEFERRED, MALFORMED, REFUSED, SENDER_TOLD};
use crate::{Envelope, Reply, TraceStep, report};

/// What is known of one message, with everything it is judged by. The message itself is one buffer that
/// changes hands beside this.
pub(crate) struct Case<'a> {
    pub(crate) envelope: &'a Envelope,
    pub(crate) facts: Facts<'a>,
    /// Octets of the message as it came.
    pub(crate) octets: usize,
    header: Vec<u8>,
    pub(crate) defects: Vec<Defect>,
}

/// What a message taught.
#[derive(Default)]
pub(crate) struct Lessons {
    pub(crate) learnt: Vec<Learnt>,
    pub(crate) unknown_authorities: Vec<Certificate>,
}

/// What was decided for one recipient.
pub(crate) struct Sentence<'a> {
    pub(crate) recipient: &'a Address,
    pub(crate) rule: Option<RuleRef>,
    pub(crate) trace: Vec<TraceStep>,
    pub(crate) protection: Vec<Protection>,
    pub(crate) fate: Fate,
    /// Why a message that is delivered is not as it should be.
    pub(crate) remark: Option<&'static str>,
}

/// What becomes of the message for one recipient.
pub(crate) enum Fate {
    /// It is delivered as this one of the [`Copies`].
    Deliver(usize),
    /// It is not accepted.
    Refuse(Refusal),
    /// Something is missing for now.
    Defer(Lack),
}

/// What is missing for now. It may be there at the next try, so it is never a refusal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Lack {
    /// The store does not show the key yet.
    KeyNotYet,
    /// The key store's key does not do what its certificate promises.
    KeyUnusable,
    /// The message could not be encrypted.
    EncryptionFailed,
}

impl Lack {
    fn code(self) -> &'static str {
        match self {
            Self::KeyNotYet => "key-not-yet",
            Self::KeyUnusable => "key-unusable",
            Self::EncryptionFailed => "encryption-failed",
        }
    }

    /// 451 makes the sender's server try again; X.3.0 is a fault of the mail system (RFC 3463 §3.4).
    fn reply(self) -> Reply {
        let text = match self {
            Self::KeyNotYet => "a key is not available yet, please try again in a minute",
            Self::KeyUnusable => "a key cannot be used at the moment, please try again later",
            Self::EncryptionFailed => {
                "the message cannot be encrypted at the moment, please try again later"
            }
        };
        Reply::new(451, "4.3.0", text)
    }
}

impl<'a> Sentence<'a> {
    /// The beginning: the message is delivered as it came.
    pub(crate) fn new(recipient: &'a Address) -> Self {
        Self {
            recipient,
            rule: None,
            trace: Vec::new(),
            protection: Vec::new(),
            fate: Fate::Deliver(Copies::AS_IT_CAME),
            remark: None,
        }
    }

    fn outcome(&self) -> Outcome {
        match self.fate {
            Fate::Deliver(_) => Outcome::Deliver,
            Fate::Refuse(_) => Outcome::Refuse,
            Fate::Defer(_) => Outcome::Defer,
        }
    }

    pub(crate) fn into_record(mut self, sender_is_told: bool, defects: &[Defect]) -> Record {
        let malformed = defects
            .iter()
            .map(|defect| MALFORMED.with(&[("defect", defect)]));
        self.trace.splice(0..0, malformed);
        let outcome = self.outcome();
        let reason = match &self.fate {
            Fate::Deliver(_) => self.remark,
            Fate::Refuse(refusal) => {
                self.trace
                    .push(REFUSED.with(&[("why", &refusal.reply().text())]));
                if sender_is_told {
                    self.trace.push(SENDER_TOLD.bare());
                }
                Some(refusal.code())
            }
            Fate::Defer(lack) => {
                self.trace
                    .push(DEFERRED.with(&[("why", &lack.reply().text())]));
                Some(lack.code())
            }
        };
        if outcome != Outcome::Deliver {
            self.protection.clear();
        }
        Record {
            recipient: self.recipient.clone(),
            outcome,
            protection: self.protection,
            rule: self.rule,
            reason,
            trace: self.trace,
        }
    }
}

/// A version of the message that is still to be made into so many copies.
#[derive(Default)]
pub(crate) struct Version {
    message: Buffer,
    uses: usize,
}

impl Version {
    pub(crate) fn new(message: Buffer, uses: usize) -> Self {
        Self { message, uses }
    }

    pub(crate) fn octets(&self) -> usize {
        self.message.len()
    }

    /// The message for one of its uses; the last gets the buffer itself.
    pub(crate) fn take(&mut self) -> Buffer {
        self.uses = self.uses.saturating_sub(1);
        if self.uses == 0 {
            std::mem::take(&mut self.message)
        } else {
            self.message.clone()
        }
    }
}

/// The different forms in which one message is delivered.
pub(crate) struct Copies(Vec<Buffer>);

impl Copies {
    /// The first copy: the message as it came, but for what may never pass. Empty where nobody gets it so.
    pub(crate) const AS_IT_CAME: usize = 0;

    pub(crate) fn new() -> Self {
        Self(vec![Buffer::default()])
    }

    pub(crate) fn set_as_it_came(&mut self, message: Buffer) {
        if let Some(first) = self.0.first_mut() {
            *first = message;
        }
    }

    /// Adds a copy and names it.
    pub(crate) fn add(&mut self, message: Buffer) -> usize {
        self.0.push(message);
        self.0.len() - 1
    }
}

impl<'a> Case<'a> {
    pub(crate) fn new(envelope: &'a Envelope, raw: &[u8], facts: Facts<'a>) -> Self {
        let message = Entity::parse(raw);
        Self {
            envelope,
            facts,
            octets: raw.len(),
            header: message.header().to_vec(),
            defects: message.defects().to_vec(),
        }
    }

    /// The message's header section.
    pub(crate) fn header(&self) -> Entity<'_> {
        Entity::parse(&self.header)
    }

    /// The decision about the message, out of what was decided for each recipient.
    pub(crate) fn decide(
        self,
        sentences: Vec<Sentence<'a>>,
        copies: Copies,
        lessons: Lessons,
    ) -> Decision {
        let lack = sentences.iter().find_map(|sentence| match sentence.fate {
            Fate::Defer(lack) => Some(lack),
            _ => None,
        });
        let (action, sentences) = match lack {
            Some(lack) => (Action::Defer(lack.reply()), defer_all(sentences, lack)),
            None => (self.act(&sentences, copies), sentences),
        };
        let message_id = message_id(&self.header());
        let mut defects = self.defects;
        defects.sort_unstable();
        defects.dedup();
        let reported = matches!(&action, Action::Deliver(_)) && self.envelope.from.is_some();
        let records = sentences
            .into_iter()
            .map(|sentence| sentence.into_record(reported, &defects));
        Decision {
            action,
            learnt: lessons.learnt,
            unknown_authorities: lessons.unknown_authorities,
            records: records.collect(),
            message_id,
            size: self.octets,
            policy_version: self.facts.snapshot.version,
        }
    }

    /// The decision to hand the message over once for each of these groups of recipients. Who is in none
    /// of them is refused, and goes with the first, so that the sender is told once.
    pub(crate) fn divide(self, mut groups: Vec<Vec<Address>>) -> Decision {
        let served: BTreeSet<&Address> = groups.iter().flatten().collect();
        let recipients = self.envelope.to.iter();
        let refused = recipients.filter(|recipient| !served.contains(recipient));
        let refused: Vec<Address> = refused.cloned().collect();
        if let Some(first) = groups.first_mut() {
            first.extend(refused);
        }
        Decision {
            action: Action::Divide(groups),
            learnt: Vec::new(),
            unknown_authorities: Vec::new(),
            records: Vec::new(),
            message_id: message_id(&self.header()),
            size: self.octets,
            policy_version: self.facts.snapshot.version,
        }
    }

    fn act(&self, sentences: &[Sentence<'a>], copies: Copies) -> Action {
        let mut deliveries: Vec<Delivery> = Vec::new();
        for (number, message) in copies.0.into_iter().enumerate() {
            let takers = sentences.iter().filter_map(|sentence| match sentence.fate {
                Fate::Deliver(copy) if copy == number => Some(sentence.recipient.clone()),
                _ => None,
            });
            let to: Vec<Address> = takers.collect();
            if !to.is_empty() {
                deliveries.push(Delivery {
                    hop: self.envelope.direction,
                    from: self.envelope.from.clone(),
                    to,
                    message,
                });
            }
        }
        let refused: Vec<(&Address, &Refusal)> = sentences
            .iter()
            .filter_map(|sentence| match &sentence.fate {
                Fate::Refuse(refusal) => Some((sentence.recipient, refusal)),
                _ => None,
            })
            .collect();
        if deliveries.is_empty() {
            let reply = match refused.first() {
                Some((_, refusal)) => refusal.reply(),
                None => Refusal::NoRecipients.reply(),
            };
            return Action::Refuse(reply);
        }
        // A bounce is not answered with a bounce (RFC 5321 §6.1).
        if let Some(sender) = &self.envelope.from
            && let Some(report) = report::refusals(self, sender, &refused)
        {
            deliveries.push(Delivery {
                hop: opposite(self.envelope.direction),
                from: None,
                to: vec![sender.clone()],
                message: report.into(),
            });
        }
        Action::Deliver(deliveries)
    }
}

/// The sender's server waits for one answer, so one lack defers the message for all.
fn defer_all(mut sentences: Vec<Sentence<'_>>, lack: Lack) -> Vec<Sentence<'_>> {
    for sentence in &mut sentences {
        if !matches!(sentence.fate, Fate::Defer(_)) {
            sentence.fate = Fate::Defer(lack);
        }
    }
    sentences
}

fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Inbound => Direction::Outbound,
        Direction::Outbound => Direction::Inbound,
    }
}

/// Longest Message-ID that is kept, in characters: a line of RFC 5322 §2.1.1.
pub const MESSAGE_ID_CHARS_MAX: usize = 998;

fn message_id(message: &Entity<'_>) -> String {
    let Some(field) = message.field("Message-ID") else {
        return String::new();
    };
    let text = field.text();
    let id = text.trim_start_matches('<').trim_end_matches('>');
    let printable = id.chars().filter(|c| !c.is_control());
    printable.take(MESSAGE_ID_CHARS_MAX).collect()
}
