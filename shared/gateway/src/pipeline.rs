//! The pipeline as a machine of steps: it runs until it needs a private key, says which, and goes
//! on when it has an answer.

use mail::{Entity, UnixTime};
use policy::Direction;
use smime::{PrivateKey, Provider};

use crate::keys::Facts;
use crate::refusal::{MESSAGE_OCTETS_MAX, RECEIVED_FIELDS_MAX, Refusal};
use crate::verdict::{Case, Copies, Fate, Lessons, Sentence};
use crate::{Decision, Directory, Envelope, KeyId, Snapshot, inbound, outbound};

/// What is there to do next.
pub enum Step<'a> {
    /// The gateway needs these before it can go on: get them and call [`Waiting::resume`].
    Need(Waiting<'a>, Vec<Need>),
    /// It is decided.
    Done(Decision<'a>),
}

/// Something that only the key store has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Need {
    /// The private key of this name.
    Key(KeyId),
}

/// The answer to a [`Need`].
pub enum Answer {
    /// Here it is.
    Found(PrivateKey),
    /// The store does not have it yet. This defers the message; it never refuses it, and it never
    /// lets it pass unprotected.
    NotYet,
}

/// A message that waits for answers.
pub struct Waiting<'a>(Stage<'a>);

pub(crate) enum Stage<'a> {
    Outbound(outbound::Planned<'a>),
    Inbound(inbound::Sealed<'a>),
}

impl<'a> Waiting<'a> {
    pub(crate) fn new(stage: Stage<'a>) -> Self {
        Self(stage)
    }

    /// Goes on with the answers, in the order of the needs; one that is missing counts as
    /// [`Answer::NotYet`]. The number of rounds is bounded by [`crate::KEYS_TRIED_MAX`].
    pub fn resume(self, answers: impl IntoIterator<Item = Answer>) -> Step<'a> {
        let answer = answers.into_iter().next().unwrap_or(Answer::NotYet);
        match self.0 {
            Stage::Outbound(planned) => Step::Done(planned.with_key(answer)),
            Stage::Inbound(sealed) => sealed.with_key(answer),
        }
    }
}

/// What to do with one message. Pure: `now`, every fact and the source of randomness (inside
/// `provider`) come in as arguments.
///
/// `directory` must cover [`crate::lookup`] of the envelope.
pub fn start<'a>(
    envelope: &'a Envelope,
    raw: &'a [u8],
    snapshot: &'a Snapshot,
    directory: &'a Directory,
    now: UnixTime,
    provider: &'a dyn Provider,
) -> Step<'a> {
    let case = Case {
        envelope,
        raw,
        message: Entity::parse(raw),
        facts: Facts {
            snapshot,
            directory,
            now,
            provider,
        },
    };
    if let Some(refusal) = unacceptable(&case) {
        return Step::Done(refuse_all(case, &refusal));
    }
    match envelope.direction {
        Direction::Outbound => outbound::start(case),
        Direction::Inbound => inbound::start(case),
    }
}

/// What no rule can mend.
fn unacceptable(case: &Case<'_>) -> Option<Refusal> {
    if case.raw.len() > MESSAGE_OCTETS_MAX {
        return Some(Refusal::TooLarge);
    }
    let fields = case.message.fields().iter();
    if fields.filter(|field| field.is("Received")).count() > RECEIVED_FIELDS_MAX {
        return Some(Refusal::MailLoop);
    }
    None
}

fn refuse_all<'a>(case: Case<'a>, refusal: &Refusal) -> Decision<'a> {
    let sentences = case.envelope.to.iter().map(|recipient| {
        let mut sentence = Sentence::new(recipient);
        sentence.fate = Fate::Refuse(refusal.clone());
        sentence
    });
    let sentences = sentences.collect();
    case.decide(sentences, Copies::default(), Lessons::default())
}
