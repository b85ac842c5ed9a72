//! Mail that leaves: signed and encrypted as the rule of each recipient wants.

mod choice;
mod perform;

use mail::{Address, Buffer, Defect, sole_author};
use policy::{Content, OutboundFacts, OutboundOption, OutboundRefusal, OutboundTreatment};

use crate::admit;
use crate::content::protection_of;
use crate::keys::{NoKey, RecipientKey, Sender};
use crate::pipeline::{Answer, Need, Stage, Step, Waiting};
use crate::refusal::Refusal;
use crate::revocation::Inquiry;
use crate::ruling::rule;
use crate::trace::{
    ALREADY_ENCRYPTED, ALREADY_SIGNED, FROM_MISMATCH, LEFT_AS_IS, LEFT_PLAIN, LEFT_UNSIGNED,
    NULL_SENDER,
};
use crate::verdict::{Case, Fate, Sentence};
use crate::{KeyId, TraceStep};

/// A message whose recipients are being planned. Planning asks about their certificates and is done
/// again with the answers, until nothing is left to ask.
pub(crate) struct Planning<'a> {
    case: Case<'a>,
    raw: Buffer,
    from: &'a Address,
    speaker: Speaker<'a>,
    content: Content,
    inquiry: Inquiry,
}

/// A message whose recipients are planned; at least one of them needs the sender's key.
pub(crate) struct Planned<'a> {
    case: Case<'a>,
    raw: Buffer,
    /// `None` only where nothing has to be signed or encrypted.
    sender: Option<Sender<'a>>,
    plans: Vec<Plan<'a>>,
}

/// What shall be done for one recipient.
struct Plan<'a> {
    sentence: Sentence<'a>,
    treatment: OutboundTreatment,
    key: Option<RecipientKey>,
}

impl Plan<'_> {
    fn is_served(&self) -> bool {
        matches!(self.sentence.fate, Fate::Deliver(_))
    }

    fn signs(&self) -> bool {
        use OutboundTreatment::{Sign, SignAndEncrypt};
        self.is_served() && matches!(self.treatment, Sign | SignAndEncrypt)
    }

    fn encrypts(&self) -> bool {
        self.is_served() && encrypts(Ok(self.treatment))
    }

    fn leaves_signed(&self) -> bool {
        self.signs() && !self.encrypts()
    }

    fn leaves_as_it_came(&self) -> bool {
        self.is_served() && !self.signs() && !self.encrypts()
    }
}

pub(crate) fn start(case: Case<'_>, raw: Buffer) -> Step<'_> {
    let Some(from) = &case.envelope.from else {
        return as_it_is(case, raw).go_on();
    };
    let planning = Planning {
        from,
        speaker: Speaker::find(&case, from),
        content: protection_of(&raw),
        inquiry: Inquiry::default(),
        case,
        raw,
    };
    planning.go_on()
}

impl<'a> Planning<'a> {
    /// Goes on with the answers to the needs of a word about revocation.
    pub(crate) fn with_answers(mut self, answers: impl Iterator<Item = Answer>) -> Step<'a> {
        self.inquiry.take(answers);
        self.go_on()
    }

    fn go_on(mut self) -> Step<'a> {
        let mut plans = self.plans();
        let is_of_use = |plan: &Plan<'_>| plan.signs() || plan.encrypts();
        if plans.iter().any(is_of_use)
            && let Ok(sender) = &self.speaker.sender
            && let Some(lack) = self
                .case
                .facts
                .sender_lack(self.from, sender, &mut self.inquiry)
        {
            self.speaker.sender = Err(lack);
            plans = self.plans();
        }
        let needs = self.inquiry.needs();
        if !needs.is_empty() {
            return Step::Need(Waiting::new(Stage::Planning(self)), needs);
        }
        let planned = Planned {
            plans,
            sender: self.speaker.sender.ok(),
            case: self.case,
            raw: self.raw,
        };
        planned.go_on()
    }

    fn plans(&mut self) -> Vec<Plan<'a>> {
        let admitted = admit::sender(&self.case.facts, self.from);
        let recipients: &'a [Address] = &self.case.envelope.to;
        let plans = recipients.iter().map(|recipient| {
            let mut plan = match &admitted {
                Ok(()) => self.plan(recipient),
                Err(refusal) => refused(recipient, refusal.clone()),
            };
            plan.sentence.trace.splice(0..0, note(self.content));
            plan
        });
        plans.collect()
    }

    fn plan(&mut self, recipient: &'a Address) -> Plan<'a> {
        let (case, from, speaker, content) = (&self.case, self.from, &self.speaker, self.content);
        let ruling = rule::<OutboundOption>(&case.facts.snapshot.rules, from, Some(recipient));
        let mut sentence = Sentence::new(recipient);
        sentence.trace = ruling.trace;
        sentence.rule = ruling.rule;

        let is_wanted = ruling.option != OutboundOption::Neither && content != Content::Encrypted;
        if is_wanted && let Err(step) = &speaker.sender {
            sentence.trace.push(step.clone());
        }
        let treat = |recipient_key| {
            ruling.option.treat(OutboundFacts {
                content,
                sender_certificate: speaker.sender.is_ok(),
                recipient_key,
            })
        };
        let is_for_encryption = matches!(
            ruling.option,
            OutboundOption::OptionalEncryption | OutboundOption::EnforceEncryption
        );
        // Where there will be no use for the key, nobody is asked about it.
        let mut of_no_use = Inquiry::default();
        let inquiry = if encrypts(treat(true)) {
            &mut self.inquiry
        } else {
            &mut of_no_use
        };
        let (key, steps) = if is_wanted && is_for_encryption {
            case.facts.recipient(recipient, inquiry)
        } else {
            (Err(NoKey::Unknown), Vec::new())
        };
        sentence.trace.extend(steps);

        let treatment = match treat(key.is_ok()) {
            // The line would be lost, and it may be what the sender wrote.
            Ok(treatment)
                if treatment != OutboundTreatment::Leave
                    && case.defects.contains(&Defect::BrokenHeaderLine) =>
            {
                sentence.fate = Fate::Refuse(Refusal::BrokenHeader);
                OutboundTreatment::Leave
            }
            Ok(treatment) => {
                let left = how_it_is_left(ruling.option, treatment, content);
                sentence.trace.extend(left);
                treatment
            }
            Err(OutboundRefusal::NoSenderCertificate) if speaker.is_mismatch => {
                sentence.fate = Fate::Refuse(Refusal::FromMismatch {
                    sender: from.clone(),
                    recipient: recipient.clone(),
                });
                OutboundTreatment::Leave
            }
            Err(refused) => {
                let no_key = key.as_ref().err().copied();
                let refusal = Refusal::outbound(refused, no_key, from, recipient);
                sentence.fate = Fate::Refuse(refusal);
                OutboundTreatment::Leave
            }
        };
        Plan {
            sentence,
            treatment,
            key: key.ok(),
        }
    }
}

fn encrypts(treated: Result<OutboundTreatment, OutboundRefusal>) -> bool {
    use OutboundTreatment::{Encrypt, SignAndEncrypt};
    matches!(treated, Ok(Encrypt | SignAndEncrypt))
}

impl<'a> Planned<'a> {
    fn go_on(self) -> Step<'a> {
        match self.key() {
            Some(key) => {
                let needs = vec![Need::Key(key.clone())];
                Step::Need(Waiting::new(Stage::Planned(self)), needs)
            }
            None => Step::Done(self.perform(None)),
        }
    }

    /// The key that is needed, if anybody gets a signed message.
    fn key(&self) -> Option<&KeyId> {
        let sender = self.sender.as_ref()?;
        self.plans
            .iter()
            .any(Plan::signs)
            .then_some(&sender.own.key)
    }
}

/// A bounce or an automatic answer of the organisation: nobody's signature belongs on it, and so it does not go where
/// its author would have to encrypt. It may quote what was decrypted.
fn as_it_is(case: Case<'_>, raw: Buffer) -> Planned<'_> {
    let author = sole_author(&case.header()).filter(|author| case.facts.snapshot.manages(author));
    let is_encrypted = protection_of(&raw) == Content::Encrypted;
    let plans = case.envelope.to.iter().map(|recipient| {
        let mut sentence = Sentence::new(recipient);
        sentence.trace.push(NULL_SENDER.bare());
        if let Some(author) = &author
            && !is_encrypted
        {
            let rules = &case.facts.snapshot.rules;
            let ruling = rule::<OutboundOption>(rules, author, Some(recipient));
            if ruling.option == OutboundOption::EnforceEncryption {
                sentence.trace.extend(ruling.trace);
                sentence.rule = ruling.rule;
                sentence.fate = Fate::Refuse(Refusal::NoSender {
                    recipient: recipient.clone(),
                });
            }
        }
        Plan {
            sentence,
            treatment: OutboundTreatment::Leave,
            key: None,
        }
    });
    Planned {
        plans: plans.collect(),
        sender: None,
        case,
        raw,
    }
}

fn refused(recipient: &Address, refusal: Refusal) -> Plan<'_> {
    let mut sentence = Sentence::new(recipient);
    sentence.fate = Fate::Refuse(refusal);
    Plan {
        sentence,
        treatment: OutboundTreatment::Leave,
        key: None,
    }
}

fn note(content: Content) -> Option<TraceStep> {
    match content {
        Content::Plain => None,
        Content::Signed => Some(ALREADY_SIGNED.bare()),
        Content::Encrypted => Some(ALREADY_ENCRYPTED.bare()),
    }
}

/// Who may speak for the message: the envelope's sender, if its certificate names the mailbox in
/// the From field. Signing as whatever From says would let every mailbox sign as every other; a
/// signature that does not fit From is worth nothing to its reader (RFC 8550 §3).
struct Speaker<'a> {
    sender: Result<Sender<'a>, TraceStep>,
    is_mismatch: bool,
}

impl<'a> Speaker<'a> {
    fn find(case: &Case<'a>, from: &Address) -> Self {
        let sender = case.facts.sender(from);
        let author = sole_author(&case.header());
        let names = |sender: &Sender<'_>| {
            author
                .as_ref()
                .is_some_and(|author| sender.certificate.addresses().contains(author))
        };
        if sender.as_ref().is_ok_and(|sender| !names(sender)) {
            let shown = author.map_or_else(|| "nobody or several".to_owned(), |a| a.to_string());
            return Self {
                sender: Err(FROM_MISMATCH.with(&[("from", &shown), ("sender", from)])),
                is_mismatch: true,
            };
        }
        Self {
            sender,
            is_mismatch: false,
        }
    }
}

/// What the option would have liked and the message does not get.
fn how_it_is_left(
    option: OutboundOption,
    treatment: OutboundTreatment,
    content: Content,
) -> Option<TraceStep> {
    use OutboundOption::{Neither, OptionalEncryption, SignOnly};
    use OutboundTreatment::{Leave, Sign};
    match (option, treatment, content) {
        (_, _, Content::Encrypted) | (Neither, ..) => Some(LEFT_AS_IS.bare()),
        (SignOnly, Leave, Content::Plain) => Some(LEFT_UNSIGNED.bare()),
        (OptionalEncryption, Leave | Sign, _) => Some(LEFT_PLAIN.bare()),
        _ => None,
    }
}
