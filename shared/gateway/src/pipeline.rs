//! The pipeline as a machine of steps: it runs until it needs a private key or a word about revocation,
//! says which, and goes on when it has the answers.

use mail::{Buffer, Defect, UnixTime};
use policy::Direction;
use smime::{PrivateKey, Provider, RevocationSource};

use crate::keys::Facts;
use crate::refusal::{MESSAGE_OCTETS_MAX, RECEIVED_FIELDS_MAX, Refusal, TRACE_OCTETS_MAX};
use crate::revocation::{RevocationMemory, Said};
use crate::verdict::{Case, Copies, Fate, Lessons, Sentence};
use crate::{Decision, Directory, Envelope, KeyId, Snapshot, inbound, outbound};

/// What is there to do next.
pub enum Step<'a> {
    /// The gateway needs these before it can go on: get them and call [`Waiting::resume`].
    Need(Waiting<'a>, Vec<Need>),
    /// It is decided.
    Done(Decision),
}

/// Something that the gateway does not have.
#[derive(Clone, Debug)]
pub enum Need {
    /// The private key of this name, from the key store.
    Key(KeyId),
    /// What this place says of revocation, as [`RevocationSource::read`] believes it. At most
    /// [`crate::SOURCES_ASKED_MAX`] for one message; those of one step are best asked all at once.
    Revocation(RevocationSource),
}

/// The answer to a [`Need`].
pub enum Answer {
    /// Here is the key.
    Found(PrivateKey),
    /// The store does not have the key yet. This defers the message; it never refuses it, and it never
    /// lets it pass unprotected.
    NotYet,
    /// What the place said.
    Revocation(Said),
}

/// A message that waits for answers.
pub struct Waiting<'a>(Box<Stage<'a>>);

pub(crate) enum Stage<'a> {
    /// Asks about the certificates of recipients.
    Planning(outbound::Planning<'a>),
    /// Asks for the sender's key.
    Planned(outbound::Planned<'a>),
    /// Asks for a key that opens the message.
    Sealed(inbound::Sealed<'a>),
    /// Asks about the certificates of signers.
    Read(inbound::Read<'a>),
}

impl<'a> Waiting<'a> {
    pub(crate) fn new(stage: Stage<'a>) -> Self {
        Self(Box::new(stage))
    }

    /// Goes on with the answers, in the order of the needs; one that is missing counts as
    /// [`Answer::NotYet`] or [`Said::Nothing`]. The number of rounds is bounded by
    /// [`crate::KEYS_TRIED_MAX`] and [`crate::SOURCES_ASKED_MAX`].
    pub fn resume(self, answers: impl IntoIterator<Item = Answer>) -> Step<'a> {
        let mut answers = answers.into_iter();
        let mut key = || match answers.next() {
            Some(Answer::Found(key)) => Some(key),
            _ => None,
        };
        match *self.0 {
            Stage::Planned(planned) => Step::Done(planned.with_key(key().as_ref())),
            Stage::Sealed(sealed) => sealed.with_key(key()),
            Stage::Planning(planning) => planning.with_answers(answers),
            Stage::Read(read) => read.with_answers(answers),
        }
    }
}

/// What to do with one message, whose buffer becomes what is delivered. Pure: `now`, every fact and the
/// source of randomness (inside `provider`) come in as arguments.
///
/// `directory` must cover [`crate::lookup`] of the envelope; what `memory` recalls is not asked.
pub fn start<'a>(
    envelope: &'a Envelope,
    raw: Buffer,
    snapshot: &'a Snapshot,
    directory: &'a Directory,
    memory: &'a RevocationMemory,
    now: UnixTime,
    provider: &'a dyn Provider,
) -> Step<'a> {
    let facts = Facts {
        snapshot,
        directory,
        memory,
        now,
        provider,
    };
    let case = Case::new(envelope, &raw, facts);
    if let Some(refusal) = unacceptable(&case) {
        return Step::Done(refuse_all(case, &refusal));
    }
    match envelope.direction {
        Direction::Outbound => outbound::start(case, raw),
        Direction::Inbound => inbound::start(case, raw),
    }
}

/// What no rule can mend.
fn unacceptable(case: &Case<'_>) -> Option<Refusal> {
    if case.octets > MESSAGE_OCTETS_MAX + TRACE_OCTETS_MAX {
        return Some(Refusal::TooLarge);
    }
    let header = case.header();
    let fields = header.fields().iter();
    if fields.filter(|field| field.is("Received")).count() > RECEIVED_FIELDS_MAX {
        return Some(Refusal::MailLoop);
    }
    if case.defects.contains(&Defect::LimitExceeded)
        || mail::has_bare_carriage_return(header.header())
    {
        return Some(Refusal::BrokenHeader);
    }
    None
}

fn refuse_all(case: Case<'_>, refusal: &Refusal) -> Decision {
    let sentences = case.envelope.to.iter().map(|recipient| {
        let mut sentence = Sentence::new(recipient);
        sentence.fate = Fate::Refuse(refusal.clone());
        sentence
    });
    let sentences = sentences.collect();
    case.decide(sentences, Copies::new(), Lessons::default())
}
