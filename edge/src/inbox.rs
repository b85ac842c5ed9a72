//! The e-mail event: mail that Cloudflare takes in for a domain of ours.
//!
//! A refusal is `setReject`, permanent; everything that passes by itself is a rejected promise, which
//! the platform turns into a temporary error, so that the sender's server tries again. The event may
//! come more than once; whatever was delivered before is delivered again rather than lost.

use api::{Code, Outcome};
use gateway::{Action, Delivery, Envelope, MESSAGE_OCTETS_MAX};
use mail::{Address, Buffer};
use policy::Direction;
use worker::{Env, ForwardableEmailMessage};

use crate::admission::Room;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::mailroom::{self, Case};
use crate::piecewise::{self, ReadError};
use crate::store::facts::Scope;
use crate::store::{messages, routes};
use crate::{next_hop, outbound};

/// What the sender's server is told.
pub(crate) enum Answer {
    /// The mail is ours now.
    Taken,
    /// Refused for good.
    Refused(String),
}

/// Takes one message for one recipient.
pub(crate) async fn receive(
    message: &ForwardableEmailMessage,
    env: Env,
) -> Result<Answer, Failure> {
    let octets = octets(message.raw_size());
    let Ok(to) = Address::parse(&message.to()) else {
        return refuse("5.1.3 the recipient is no address that this server understands");
    };
    let from = message.from();
    let from = match from.trim_matches(['<', '>']) {
        "" => None,
        address => match Address::parse(address) {
            Ok(address) => Some(address),
            Err(_) => return refuse("5.1.7 the sender is no address that this server understands"),
        },
    };
    let desk = Desk::new(env).await?;
    let envelope = Envelope {
        direction: Direction::Inbound,
        from,
        to: vec![to.clone()],
    };
    let case = mailroom::open(&desk, &Scope::Domain(to.domain()), &envelope).await?;
    let Some(case) = case else {
        return refuse("5.1.2 this server takes no mail for the recipient's domain");
    };
    if octets > MESSAGE_OCTETS_MAX {
        let refused = gateway::too_large(&envelope);
        case.record_refused(&desk, &envelope, octets, refused.iter())
            .await?;
        return refuse("5.3.4 the message is larger than this server takes");
    }
    let (mut room, buffer) = mailroom::admit(&envelope, octets)?;
    let raw = piecewise::read(&message.raw(), buffer, octets).await;
    let raw = raw.map_err(|error| match error {
        ReadError::TooLarge => Failure::broken("a mail longer than it is said to be"),
        ReadError::Broken(error) => worker::Error::from(error).into(),
    })?;
    // Next hops get addresses as the sender's server spelled them (RFC 5321 §2.4).
    let spelled = |address: &Address| {
        if *address == to {
            message.to()
        } else if envelope.from.as_ref() == Some(address) {
            message.from().trim_matches(['<', '>']).to_owned()
        } else {
            address.to_string()
        }
    };
    decide(&desk, &case, &envelope, raw, &mut room, &spelled).await
}

/// How an address of the envelope is spelled.
type Spelling<'a> = dyn Fn(&Address) -> String + 'a;

async fn decide(
    desk: &Desk,
    case: &Case,
    envelope: &Envelope,
    raw: Buffer,
    room: &mut Room,
    spelled: &Spelling<'_>,
) -> Result<Answer, Failure> {
    let decision = case.decide(desk, envelope, raw).await?;
    room.resize(mailroom::octets_held(&decision))?;
    let id = case
        .record(desk, envelope, &decision, Outcome::Pending)
        .await?;
    match decision.action {
        Action::Refuse(reply) => refuse(&format!("{} {}", reply.enhanced(), reply.text())),
        Action::Defer(_) => Err(Failure::Lack(
            Code::Deferred,
            "Something is missing for now.",
        )),
        // There is one recipient.
        Action::Divide(_) => Err(Failure::broken("a mail to divide among one recipient")),
        Action::Deliver(deliveries) => {
            let mut answer = Answer::Taken;
            for delivery in deliveries {
                if let Answer::Refused(reason) = deliver(desk, case, &id, delivery, spelled).await?
                {
                    answer = Answer::Refused(reason);
                }
            }
            Ok(answer)
        }
    }
}

/// Delivers by the recipient's route, and writes down what the next hop said.
async fn deliver(
    desk: &Desk,
    case: &Case,
    id: &str,
    delivery: Delivery,
    spelled: &Spelling<'_>,
) -> Result<Answer, Failure> {
    let organisation = &case.facts.organisation;
    let mut answer = Answer::Taken;
    for to in &delivery.to {
        let hop = routes::next_hop(desk, organisation, to).await?;
        let reply = match hop {
            Some(hop) => {
                let from = delivery.from.as_ref().map(spelled);
                let envelope = smtp::Envelope::new(
                    from.unwrap_or_default(),
                    vec![spelled(to)],
                    &delivery.message,
                    false,
                );
                let replies = outbound::deliver(hop, envelope, &delivery.message).await;
                replies.into_iter().next()
            }
            None => Some(smtp::Reply::plain(451, "no route for the recipient")),
        };
        let taken = reply.as_ref().is_some_and(smtp::Reply::is_positive);
        let line = match &reply {
            _ if taken => None,
            Some(reply) => Some(reply.to_string()),
            None => Some("451 the next hop said nothing".to_owned()),
        };
        let corrected = next_hop::corrected(to, line.as_deref());
        messages::correct(&desk.db, organisation, id, &[corrected]).await?;
        match reply {
            _ if taken => {}
            Some(reply) if reply.is_permanent() => answer = Answer::Refused(reply.to_string()),
            _ => {
                return Err(Failure::Lack(
                    Code::NextHopUnavailable,
                    "The next hop did not take the message.",
                ));
            }
        }
    }
    Ok(answer)
}

#[expect(clippy::unnecessary_wraps, reason = "reads as the answer that it is")]
fn refuse(reason: &str) -> Result<Answer, Failure> {
    Ok(Answer::Refused(reason.to_owned()))
}

/// JavaScript counts in doubles; what is no length is too long.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::as_conversions,
    reason = "the conversion saturates"
)]
fn octets(size: f64) -> usize {
    if size.is_finite() {
        size as usize
    } else {
        usize::MAX
    }
}
