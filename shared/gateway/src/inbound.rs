//! Mail that comes in: decrypted as the rule of each recipient wants, its signature judged, its
//! sender's certificate learnt.

mod findings;

use std::collections::BTreeSet;

use mail::Address;
use policy::{InboundFacts, InboundOption, InboundRefusal, InboundTreatment};
use smime::{Certificate, KeyPair, OpenContext, Opened, RecipientId, TrustStore};

use crate::admit;
use crate::decision::{Decision, Protection};
use crate::directory::OwnCertificate;
use crate::pipeline::{Answer, Need, Stage, Step, Waiting};
use crate::refusal::Refusal;
use crate::result_field::{marked, strangers_fields, without_strangers_fields};
use crate::ruling::rule;
use crate::trace::{
    DECRYPTED, KEY_NOT_YET, LEFT_AS_IS, LEFT_ENCRYPTED, NOT_DECRYPTED, NOT_ENCRYPTED,
    STRANGER_FIELDS_REMOVED,
};
use crate::verdict::{Case, Copies, Fate, Lack, Sentence};
use findings::Findings;
pub use findings::SIGNING_TIME_AHEAD_SECONDS_MAX;

/// Most private keys that are asked for to open one message: that of each recipient is tried until
/// one opens it, and a hostile mail may name hundreds.
pub const KEYS_TRIED_MAX: usize = 8;

/// A message on its way to being opened.
pub(crate) struct Sealed<'a> {
    case: Case<'a>,
    trust: TrustStore,
    plans: Vec<Plan<'a>>,
    /// Keys still to try, the next one last.
    candidates: Vec<Candidate<'a>>,
    /// Whose key the store does not have yet.
    lacking: Option<&'a Address>,
}

/// What is known about one recipient before the message is opened.
struct Plan<'a> {
    sentence: Sentence<'a>,
    /// `None` where the recipient is refused whatever the message is.
    option: Option<InboundOption>,
    /// Whether the message is encrypted to a certificate that the recipient has, or once had.
    is_addressed: bool,
}

/// A private key that the message names.
struct Candidate<'a> {
    mailbox: &'a Address,
    own: &'a OwnCertificate,
    certificate: Certificate,
}

pub(crate) fn start(case: Case<'_>) -> Step<'_> {
    let plans: Vec<Plan<'_>> = case.envelope.to.iter().map(|to| plan(&case, to)).collect();
    let mut sealed = Sealed {
        trust: case.facts.snapshot.trust(),
        plans,
        candidates: Vec::new(),
        lacking: None,
        case,
    };
    if sealed.plans.iter().any(Plan::wants_decryption) {
        sealed.find_candidates();
    }
    sealed.go_on()
}

fn plan<'a>(case: &Case<'a>, recipient: &'a Address) -> Plan<'a> {
    let mut sentence = Sentence::new(recipient);
    let option = match admit::inbound(&case.facts, recipient) {
        Ok(()) => {
            let external = case.envelope.from.as_ref();
            let ruling = rule::<InboundOption>(&case.facts.snapshot.rules, recipient, external);
            sentence.rule = ruling.rule;
            sentence.trace = ruling.trace;
            Some(ruling.option)
        }
        Err(refusal) => {
            sentence.fate = Fate::Refuse(refusal);
            None
        }
    };
    Plan {
        sentence,
        option,
        is_addressed: false,
    }
}

impl Plan<'_> {
    fn wants_decryption(&self) -> bool {
        self.option.is_some_and(InboundOption::decrypts)
    }
}

impl<'a> Sealed<'a> {
    /// Finds the keys that the message names among those of the recipients who want it decrypted.
    fn find_candidates(&mut self) {
        let named = smime::recipients(self.case.raw);
        if named.is_empty() {
            return;
        }
        let directory = self.case.facts.directory;
        let mut seen = BTreeSet::new();
        for plan in &mut self.plans {
            if !plan.wants_decryption() {
                continue;
            }
            let mailbox = plan.sentence.recipient;
            let Some(known) = directory.managed.get(mailbox) else {
                continue;
            };
            for own in known.active.iter().chain(&known.earlier) {
                let Some(certificate) = answering(&named, own) else {
                    continue;
                };
                plan.is_addressed = true;
                if seen.insert(&own.key) {
                    self.candidates.push(Candidate {
                        mailbox,
                        own,
                        certificate,
                    });
                }
            }
        }
        self.candidates.truncate(KEYS_TRIED_MAX);
        self.candidates.reverse();
    }

    /// Asks for the next key; without one the message stays closed.
    fn go_on(self) -> Step<'a> {
        if let Some(candidate) = self.candidates.last() {
            let needs = vec![Need::Key(candidate.own.key.clone())];
            return Step::Need(Waiting::new(Stage::Inbound(self)), needs);
        }
        let opened = self.open(&[]);
        Step::Done(self.conclude(&opened, None))
    }

    /// Goes on with the answer to the need of a key.
    pub(crate) fn with_key(mut self, answer: Answer) -> Step<'a> {
        let Some(candidate) = self.candidates.pop() else {
            return self.go_on();
        };
        let key = match answer {
            Answer::Found(key) => key,
            Answer::NotYet => {
                self.lacking = Some(candidate.mailbox);
                return self.go_on();
            }
        };
        let opened = self.open(&[KeyPair {
            certificate: Some(candidate.certificate),
            key,
        }]);
        // With no key left the failure that is reported is that of the last one.
        if opened.message.is_some() || (self.candidates.is_empty() && self.lacking.is_none()) {
            return Step::Done(self.conclude(&opened, Some(candidate.mailbox)));
        }
        self.go_on()
    }

    fn open(&self, keys: &[KeyPair]) -> Opened {
        let context = OpenContext {
            keys,
            trust: &self.trust,
            now: self.case.facts.now,
            provider: self.case.provider,
            content: None,
            checks_address: true,
        };
        smime::open(self.case.raw, &context)
    }

    fn conclude(self, opened: &Opened, opened_by: Option<&Address>) -> Decision<'a> {
        let findings = Findings::of(opened, &self.case.facts);
        let strangers = strangers_fields(&self.case.message);
        let mut copies = Copies::new(without_strangers_fields(self.case.raw));
        let judge = Judge {
            findings: &findings,
            opened,
            opened_by,
            lacking: self.lacking,
        };
        let mut sentences = Vec::new();
        let mut marked_copy = None;
        for plan in self.plans {
            let Plan {
                mut sentence,
                option,
                is_addressed,
            } = plan;
            if strangers > 0 {
                let step = STRANGER_FIELDS_REMOVED.with(&[("count", &strangers)]);
                sentence.trace.insert(0, step);
            }
            let Some(option) = option else {
                sentences.push(sentence);
                continue;
            };
            if judge.judge(&mut sentence, option, is_addressed) == Form::Marked {
                let copy = *marked_copy.get_or_insert_with(|| {
                    let message = opened.message.as_deref().unwrap_or(self.case.raw);
                    copies.add(marked(message, &findings.result(opened)))
                });
                sentence.fate = Fate::Deliver(copy);
            }
            sentences.push(sentence);
        }
        self.case.decide(sentences, copies, findings.learnt)
    }
}

/// The recipient's certificate, if the message is encrypted to it.
fn answering(named: &[RecipientId], own: &OwnCertificate) -> Option<Certificate> {
    let certificate = Certificate::from_der(&own.certificate).ok()?;
    let is_named = named.iter().any(|id| id.matches(&certificate));
    is_named.then_some(certificate)
}

/// In which form a recipient gets the message, if at all.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Form {
    /// As it came.
    AsItCame,
    /// Decrypted if it was encrypted, with a field that says what was found.
    Marked,
}

/// What is known once the message is open, or will not open.
struct Judge<'o> {
    findings: &'o Findings,
    opened: &'o Opened,
    opened_by: Option<&'o Address>,
    lacking: Option<&'o Address>,
}

impl Judge<'_> {
    fn judge(
        &self,
        sentence: &mut Sentence<'_>,
        option: InboundOption,
        is_addressed: bool,
    ) -> Form {
        let facts = self.facts(is_addressed);
        if facts == InboundFacts::Undecryptable
            && is_addressed
            && option.decrypts()
            && let Some(mailbox) = self.lacking
        {
            sentence
                .trace
                .push(KEY_NOT_YET.with(&[("mailbox", mailbox)]));
            sentence.fate = Fate::Defer(Lack::KeyNotYet);
            return Form::AsItCame;
        }
        self.describe(sentence, option, facts, is_addressed);
        match option.treat(facts) {
            Err(refused) => {
                sentence.fate = Fate::Refuse(refusal(refused, sentence.recipient));
                Form::AsItCame
            }
            Ok(InboundTreatment::Decrypt) => Form::Marked,
            // What is not to be decrypted is delivered byte for byte.
            Ok(InboundTreatment::Leave)
                if option.decrypts() && self.opened.is_signed() && facts == InboundFacts::Plain =>
            {
                Form::Marked
            }
            Ok(InboundTreatment::Leave) => Form::AsItCame,
        }
    }

    fn facts(&self, is_addressed: bool) -> InboundFacts {
        if !self.opened.is_encrypted() {
            return InboundFacts::Plain;
        }
        let is_open = self.opened.message.is_some() && self.opened.sealed_for().is_none();
        if is_open && is_addressed {
            InboundFacts::Decryptable
        } else {
            InboundFacts::Undecryptable
        }
    }

    /// Writes down what the message is to this recipient.
    fn describe(
        &self,
        sentence: &mut Sentence<'_>,
        option: InboundOption,
        facts: InboundFacts,
        is_addressed: bool,
    ) {
        match facts {
            InboundFacts::Plain => {
                sentence.trace.push(NOT_ENCRYPTED.bare());
                self.findings.tell(sentence);
            }
            InboundFacts::Decryptable if option.decrypts() => {
                let opener = self.opened_by.unwrap_or(sentence.recipient);
                sentence.trace.push(
                    DECRYPTED.with(&[("recipient", opener), ("cipher", &self.findings.cipher)]),
                );
                sentence.protection.push(Protection::Decrypted);
                self.findings.tell(sentence);
            }
            _ if !option.decrypts() => {
                sentence.trace.push(LEFT_ENCRYPTED.bare());
                sentence.protection.push(Protection::StillEncrypted);
            }
            _ => {
                let closed = self.findings.why_closed(is_addressed);
                sentence
                    .trace
                    .push(NOT_DECRYPTED.with(&[("why", &closed.detail)]));
                sentence.trace.push(LEFT_AS_IS.bare());
                sentence.protection.push(Protection::StillEncrypted);
                sentence.remark = Some(closed.reason.code());
            }
        }
    }
}

fn refusal(refused: InboundRefusal, recipient: &Address) -> Refusal {
    let recipient = recipient.clone();
    match refused {
        InboundRefusal::NotEncrypted => Refusal::NotEncrypted { recipient },
        InboundRefusal::NotDecryptable => Refusal::NotDecryptable { recipient },
    }
}
