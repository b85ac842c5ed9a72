//! Mail that comes in: decrypted as the rule of each recipient wants, its signature judged, its
//! sender's certificate learnt.

mod findings;
mod signers;

use std::collections::BTreeSet;

use mail::{Address, Buffer};
use policy::{InboundFacts, InboundOption, InboundRefusal, InboundTreatment};
use smime::{Certificate, KeyPair, OpenContext, Opened, PrivateKey, RecipientId, TrustStore};

use crate::admit;
use crate::decision::{Decision, Protection};
use crate::directory::OwnCertificate;
use crate::pipeline::{Need, Stage, Step, Waiting};
use crate::refusal::{COPIES_OCTETS_MAX, Refusal};
use crate::result_field::{marked, strangers_fields, without_strangers_fields};
use crate::revocation::Standing;
use crate::ruling::rule;
use crate::trace::{
    DECRYPTED, KEY_NOT_YET, LEFT_AS_IS, LEFT_ENCRYPTED, NOT_DECRYPTED, NOT_ENCRYPTED,
    STRANGER_FIELDS_REMOVED,
};
use crate::verdict::{Case, Copies, Fate, Lack, Sentence, Version};
use findings::{Encryption, Findings};
pub use findings::{SIGNING_TIME_AHEAD_SECONDS_MAX, UNKNOWN_AUTHORITIES_MAX};
pub(crate) use signers::Read;

/// Most private keys that are asked for to open one message: that of each recipient is tried until
/// one opens it, and a hostile mail may name hundreds.
pub const KEYS_TRIED_MAX: usize = 8;

/// A message on its way to being opened.
pub(crate) struct Sealed<'a> {
    case: Case<'a>,
    raw: Buffer,
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

pub(crate) fn start(case: Case<'_>, raw: Buffer) -> Step<'_> {
    let plans: Vec<Plan<'_>> = case.envelope.to.iter().map(|to| plan(&case, to)).collect();
    let mut sealed = Sealed {
        trust: case.facts.snapshot.trust(),
        plans,
        candidates: Vec::new(),
        lacking: None,
        case,
        raw,
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
        let named = smime::recipients(&self.raw);
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
            return Step::Need(Waiting::new(Stage::Sealed(self)), needs);
        }
        let opened = self.open(&[]);
        Read::new(self, opened, Vec::new(), None).go_on()
    }

    /// Goes on with the answer to the need of a key.
    pub(crate) fn with_key(mut self, key: Option<PrivateKey>) -> Step<'a> {
        let Some(candidate) = self.candidates.pop() else {
            return self.go_on();
        };
        let Some(key) = key else {
            self.lacking = Some(candidate.mailbox);
            return self.go_on();
        };
        let keys = vec![KeyPair {
            certificate: Some(candidate.certificate),
            key,
        }];
        let opened = self.open(&keys);
        // With no key left the failure that is reported is that of the last one.
        if opened.has_message() || (self.candidates.is_empty() && self.lacking.is_none()) {
            return Read::new(self, opened, keys, Some(candidate.mailbox)).go_on();
        }
        self.go_on()
    }

    fn open(&self, keys: &[KeyPair]) -> Opened {
        let context = OpenContext {
            keys,
            trust: &self.trust,
            now: self.case.facts.now,
            provider: self.case.facts.provider,
            content: None,
            checks_address: true,
        };
        smime::open(&self.raw, &context)
    }

    fn conclude(self, opened: Opened, opened_by: Option<&Address>, standing: Standing) -> Decision {
        let mut findings = Findings::of(opened, standing, &self.case.facts);
        let strangers = strangers_fields(&self.case.header());
        let judge = Judge {
            findings: &findings,
            opened_by,
            lacking: self.lacking,
        };
        let judged = self.plans.into_iter().map(|plan| {
            let (mut sentence, form) = judge.judge(plan);
            if strangers > 0 {
                let step = STRANGER_FIELDS_REMOVED.with(&[("count", &strangers)]);
                sentence.trace.insert(0, step);
            }
            (sentence, form)
        });
        let mut judged: Vec<(Sentence<'a>, Form)> = judged.collect();

        let is_left = judged.iter().any(|(sentence, form)| {
            *form == Form::AsItCame && matches!(sentence.fate, Fate::Deliver(_))
        });
        let is_marked = judged.iter().any(|(_, form)| *form == Form::Marked);
        let content = findings.content.as_ref();
        let octets = content.map_or(self.raw.len(), |content| content.len());
        let waits = |(sentence, _): &(Sentence<'_>, Form)| matches!(sentence.fate, Fate::Defer(_));
        if is_left
            && is_marked
            && self.raw.len() + octets > COPIES_OCTETS_MAX
            && !judged.iter().any(waits)
        {
            return self.case.divide(takers(&judged));
        }
        let is_decrypted = content.is_some();
        let uses = usize::from(is_left) + usize::from(is_marked && !is_decrypted);
        let mut raw = Version::new(self.raw, uses);
        let mut copies = Copies::new();
        if is_marked {
            let content = match findings.content.take() {
                Some(decrypted) => decrypted,
                None => findings.restored(raw.take()),
            };
            let copy = copies.add(marked(content, &findings.result()));
            let takers = judged.iter_mut().filter(|(_, form)| *form == Form::Marked);
            takers.for_each(|(sentence, _)| sentence.fate = Fate::Deliver(copy));
        }
        if is_left {
            copies.set_as_it_came(without_strangers_fields(raw.take()));
        }
        let sentences = judged.into_iter().map(|(sentence, _)| sentence).collect();
        self.case.decide(sentences, copies, findings.lessons)
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

/// Who gets the message in which form.
fn takers(judged: &[(Sentence<'_>, Form)]) -> Vec<Vec<Address>> {
    let those = |wanted| {
        let takers = judged.iter().filter(move |(sentence, form)| {
            *form == wanted && matches!(sentence.fate, Fate::Deliver(_))
        });
        takers
            .map(|(sentence, _)| sentence.recipient.clone())
            .collect()
    };
    vec![those(Form::Marked), those(Form::AsItCame)]
}

/// What is known once the message is open, or will not open.
struct Judge<'o> {
    findings: &'o Findings,
    opened_by: Option<&'o Address>,
    lacking: Option<&'o Address>,
}

impl Judge<'_> {
    fn judge<'a>(&self, plan: Plan<'a>) -> (Sentence<'a>, Form) {
        let Plan {
            mut sentence,
            option,
            is_addressed,
        } = plan;
        let Some(option) = option else {
            return (sentence, Form::AsItCame);
        };
        let facts = self.facts(is_addressed);
        if facts == InboundFacts::Undecryptable
            && is_addressed
            && option.decrypts()
            && let Some(mailbox) = self.lacking
        {
            let step = KEY_NOT_YET.with(&[("mailbox", mailbox)]);
            sentence.trace.push(step);
            sentence.fate = Fate::Defer(Lack::KeyNotYet);
            return (sentence, Form::AsItCame);
        }
        self.describe(&mut sentence, option, facts, is_addressed);
        let form = match option.treat(facts) {
            Err(refused) => {
                sentence.fate = Fate::Refuse(refusal(refused, sentence.recipient));
                Form::AsItCame
            }
            Ok(InboundTreatment::Decrypt) => Form::Marked,
            Ok(InboundTreatment::Leave) => self.form_of_plain(option, facts),
        };
        (sentence, form)
    }

    /// A signed mail gets the field with its result; what is not to be decrypted, or cannot be, is
    /// delivered byte for byte.
    fn form_of_plain(&self, option: InboundOption, facts: InboundFacts) -> Form {
        if option.decrypts() && facts == InboundFacts::Plain && self.findings.is_signed {
            Form::Marked
        } else {
            Form::AsItCame
        }
    }

    fn facts(&self, is_addressed: bool) -> InboundFacts {
        match self.findings.encryption {
            Encryption::None => InboundFacts::Plain,
            Encryption::Removed if is_addressed => InboundFacts::Decryptable,
            Encryption::Removed | Encryption::Closed => InboundFacts::Undecryptable,
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
