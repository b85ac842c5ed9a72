//! RCPT time: which recipients can be served at all, before there is a message.

use mail::{Address, UnixTime};
use policy::{Content, Direction, OutboundFacts, OutboundOption, OutboundRefusal};
use smime::Provider;

use crate::keys::{Facts, NoKey};
use crate::refusal::Refusal;
use crate::revocation::{Inquiry, RevocationMemory};
use crate::ruling::rule;
use crate::verdict::{Fate, Sentence};
use crate::{Directory, Envelope, Record, Reply, Snapshot};

/// A recipient that is refused before there is a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused {
    /// What its RCPT is answered.
    pub reply: Reply,
    /// For the overview, which shows what was refused here like what was refused later.
    pub record: Record,
}

/// Judges each recipient of `envelope`, in its order; `None` where one can be served.
///
/// The message is not there yet and counts as plain: a mail that the sender's client encrypts by
/// itself is refused here too where *enforce encryption* finds no key of the recipient.
///
/// Nobody is asked about revocation here, for the sender's server waits: what `memory` knows to be
/// revoked is refused, and whatever is not known is left to [`crate::start`], for a lack is not a
/// refusal.
pub fn admit(
    envelope: &Envelope,
    snapshot: &Snapshot,
    directory: &Directory,
    memory: &RevocationMemory,
    now: UnixTime,
    provider: &dyn Provider,
) -> Vec<Option<Refused>> {
    let facts = Facts {
        snapshot,
        directory,
        memory,
        now,
        provider,
    };
    let recipients = envelope.to.iter();
    recipients
        .map(|recipient| {
            let mut sentence = Sentence::new(recipient);
            let judged = match envelope.direction {
                Direction::Inbound => inbound(&facts, recipient),
                Direction::Outbound => outbound(&facts, envelope.from.as_ref(), &mut sentence),
            };
            let refusal = judged.err()?;
            let reply = refusal.reply();
            sentence.fate = Fate::Refuse(refusal);
            Some(Refused {
                reply,
                record: sentence.into_record(false, &[]),
            })
        })
        .collect()
}

/// Refuses every recipient of a message whose declared size is over [`crate::MESSAGE_OCTETS_MAX`], so
/// that nobody has to read it.
pub fn too_large(envelope: &Envelope) -> Vec<Refused> {
    let refuse = |recipient| {
        let mut sentence = Sentence::new(recipient);
        sentence.fate = Fate::Refuse(Refusal::TooLarge);
        Refused {
            reply: Refusal::TooLarge.reply(),
            record: sentence.into_record(false, &[]),
        }
    };
    envelope.to.iter().map(refuse).collect()
}

/// Whether mail may come in for this recipient.
pub(crate) fn inbound(facts: &Facts<'_>, recipient: &Address) -> Result<(), Refusal> {
    if facts.snapshot.manages(recipient) {
        return Ok(());
    }
    Err(Refusal::ForeignRecipient {
        recipient: recipient.clone(),
    })
}

/// Whether mail may go out from this sender.
pub(crate) fn sender(facts: &Facts<'_>, sender: &Address) -> Result<(), Refusal> {
    if facts.snapshot.manages(sender) {
        return Ok(());
    }
    Err(Refusal::ForeignSender {
        sender: sender.clone(),
    })
}

fn outbound(
    facts: &Facts<'_>,
    from: Option<&Address>,
    sentence: &mut Sentence<'_>,
) -> Result<(), Refusal> {
    // Bounces of the organisation's own server leave as they are.
    let Some(from) = from else { return Ok(()) };
    sender(facts, from)?;
    let recipient = sentence.recipient;
    let ruling = rule::<OutboundOption>(&facts.snapshot.rules, from, Some(recipient));
    sentence.rule = ruling.rule;
    sentence.trace = ruling.trace;
    let (key, _) = facts.recipient(recipient, &mut Inquiry::default());
    let no_key = key
        .err()
        .filter(|no_key| *no_key != NoKey::RevocationUnknown);
    let assumed = OutboundFacts {
        content: Content::Plain,
        sender_certificate: facts.sender(from).is_ok(),
        recipient_key: no_key.is_none(),
    };
    match ruling.option.treat(assumed) {
        Ok(_) => Ok(()),
        Err(refused) => Err(Refusal::outbound(refused, no_key, from, recipient)),
    }
}

impl Refusal {
    /// The refusal that the option's truth table gives; `no_key` is why there is no key of the
    /// recipient.
    pub(crate) fn outbound(
        refused: OutboundRefusal,
        no_key: Option<NoKey>,
        sender: &Address,
        recipient: &Address,
    ) -> Self {
        let recipient = recipient.clone();
        match refused {
            OutboundRefusal::NoSenderCertificate => Self::NoSenderCertificate {
                sender: sender.clone(),
                recipient,
            },
            OutboundRefusal::NoRecipientKey => match no_key {
                Some(NoKey::Revoked) => Self::RecipientKeyRevoked { recipient },
                Some(NoKey::RevocationUnknown) => Self::RevocationUnknown { recipient },
                Some(NoKey::Unknown) | None => Self::NoRecipientKey { recipient },
            },
        }
    }
}
