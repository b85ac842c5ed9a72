//! RCPT time: which recipients can be served at all, before there is a message.

use mail::{Address, UnixTime};
use policy::{Content, Direction, OutboundFacts, OutboundOption, OutboundRefusal};

use crate::keys::Facts;
use crate::refusal::Refusal;
use crate::ruling::rule;
use crate::{Directory, Envelope, Reply, Snapshot};

/// The replies to the recipients of `envelope`, in its order; `None` where one can be served.
///
/// The message is not there yet and counts as plain: a mail that the sender's client encrypts by
/// itself is refused here too where *enforce encryption* finds no key of the recipient.
pub fn admit(
    envelope: &Envelope,
    snapshot: &Snapshot,
    directory: &Directory,
    now: UnixTime,
) -> Vec<Option<Reply>> {
    let facts = Facts {
        snapshot,
        directory,
        now,
    };
    let recipients = envelope.to.iter();
    recipients
        .map(|recipient| {
            let refused = match envelope.direction {
                Direction::Inbound => inbound(&facts, recipient).err(),
                Direction::Outbound => outbound(&facts, envelope.from.as_ref(), recipient).err(),
            };
            refused.map(|refusal| refusal.reply())
        })
        .collect()
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

fn outbound(facts: &Facts<'_>, from: Option<&Address>, recipient: &Address) -> Result<(), Refusal> {
    // Bounces of the organisation's own server leave as they are.
    let Some(from) = from else { return Ok(()) };
    sender(facts, from)?;
    let ruling = rule::<OutboundOption>(&facts.snapshot.rules, from, Some(recipient));
    let assumed = OutboundFacts {
        content: Content::Plain,
        sender_certificate: facts.sender(from).is_ok(),
        recipient_key: facts.recipient(recipient).0.is_some(),
    };
    match ruling.option.treat(assumed) {
        Ok(_) => Ok(()),
        Err(refused) => Err(Refusal::outbound(refused, from, recipient)),
    }
}

impl Refusal {
    /// The refusal that the option's truth table gives.
    pub(crate) fn outbound(
        refused: OutboundRefusal,
        sender: &Address,
        recipient: &Address,
    ) -> Self {
        let recipient = recipient.clone();
        match refused {
            OutboundRefusal::NoSenderCertificate => Self::NoSenderCertificate {
                sender: sender.clone(),
                recipient,
            },
            OutboundRefusal::NoRecipientKey => Self::NoRecipientKey { recipient },
        }
    }
}
