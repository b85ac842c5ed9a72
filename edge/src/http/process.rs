//! What the relay calls for each mail: `POST /process` and its companions.

use api::{
    Code, FROM_FIELD, HOP_FIELD, ID_FIELD, Outcome, Problem, RecipientReply, RecipientsReply,
    TO_FIELD,
};
use gateway::{Action, Delivery, Envelope, MESSAGE_OCTETS_MAX, TRACE_OCTETS_MAX};
use mail::{Address, Buffer};
use policy::Direction;
use worker::{Headers, Response};

use super::body;
use super::credential::Credential;
use super::exchange::{self, Call, Exchange};
use super::session::{self, Member};
use crate::admission::Room;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::mailroom::{self, Case};
use crate::next_hop;
use crate::store::d1;
use crate::store::facts::Scope;
use crate::store::messages;
use crate::{crypto, piecewise};

/// Most recipients of one transaction: what servers in use send at most, and a bound on the batch.
const RECIPIENTS_MAX: usize = 1000;

/// Largest body: a message with what the relay puts before it.
const BODY_OCTETS_MAX: usize = MESSAGE_OCTETS_MAX + TRACE_OCTETS_MAX;

/// `POST /process`.
pub(crate) async fn process(exchange: Exchange) -> Result<Response, Failure> {
    let envelope = envelope_of_query(exchange.url.query().unwrap_or_default())?;
    let case = open(&exchange, &envelope).await?;
    let declared = body::declared_length(&exchange.request).unwrap_or(BODY_OCTETS_MAX);
    if declared > BODY_OCTETS_MAX {
        let refused = gateway::too_large(&envelope);
        case.record_refused(&exchange.desk, &envelope, declared, refused.iter())
            .await?;
        return Err(too_large(&refused));
    }
    let (mut room, buffer) = mailroom::admit(&envelope, declared)?;
    let raw = body::message(&exchange.request, buffer, BODY_OCTETS_MAX).await?;
    let desk = &exchange.desk;
    let decision = case.decide(desk, &envelope, raw).await?;
    if let Action::Divide(groups) = &decision.action {
        return Err(too_many_copies(groups));
    }
    room.resize(mailroom::octets_held(&decision))?;
    // The relay hands on before it answers its client, and says so if that failed.
    let id = case
        .record(desk, &envelope, &decision, Outcome::Delivered)
        .await?;
    match decision.action {
        Action::Deliver(deliveries) => outputs(desk, &id, deliveries, room),
        Action::Refuse(reply) => Err(answer(422, Code::Refused, &reply)),
        Action::Defer(reply) => Err(answer(503, Code::Deferred, &reply)),
        Action::Divide(groups) => Err(too_many_copies(&groups)),
    }
}

/// `POST /process/recipients`.
pub(crate) async fn recipients(mut exchange: Exchange) -> Result<Response, Failure> {
    let body = exchange.call::<api::ProcessRecipients>().await?.body;
    let envelope = envelope(body.direction, &body.from, &body.to, "")?;
    let case = open(&exchange, &envelope).await?;
    let judged = case.admit(&exchange.desk, &envelope);
    let refused = judged.iter().flatten();
    case.record_refused(&exchange.desk, &envelope, 0, refused)
        .await?;
    let recipient = |(address, refused): (String, Option<gateway::Refused>)| RecipientReply {
        address,
        reply: refused.map(|refused| refused.reply.line()),
    };
    let recipients = body.to.into_iter().zip(judged).map(recipient).collect();
    let response = exchange::reply(&RecipientsReply { recipients })?;
    count(&exchange.desk, response.headers())?;
    Ok(response)
}

/// `POST /process/{id}/outcome`.
pub(crate) async fn outcome(
    desk: &Desk,
    member: &Member,
    call: Call<api::ProcessOutcome>,
) -> Result<(), Failure> {
    let corrected: Vec<messages::Corrected> = call
        .body
        .recipients
        .iter()
        .filter_map(|recipient| {
            let to = Address::parse(&recipient.address).ok()?;
            Some(next_hop::corrected(&to, recipient.reply.as_deref()))
        })
        .collect();
    messages::correct(&desk.db, &member.organisation, call.param(), &corrected).await?;
    Ok(())
}

/// Who calls and what is known of the addresses, in one read. The token is looked up with the facts,
/// so a token that was taken away counts no more from that moment.
async fn open(exchange: &Exchange, envelope: &Envelope) -> Result<Case, Failure> {
    let Credential::Bearer(hash) = exchange.credential()? else {
        return Err(session::unauthorized());
    };
    let case = mailroom::open(&exchange.desk, &Scope::Token(&hash.0), envelope).await?;
    let case = case.ok_or_else(session::unauthorized)?;
    if case.facts.may_write {
        return Ok(case);
    }
    Err(session::read_only())
}

fn envelope_of_query(query: &str) -> Result<Envelope, Failure> {
    let (mut direction, mut from, mut to) = (None, None, Vec::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "direction" => direction = Some(value),
            "from" => from = Some(value),
            "to" => to.push(value.into_owned()),
            _ => return Err(bad_query(&name, "There is no such parameter.")),
        }
    }
    let direction = match direction.as_deref() {
        Some("inbound") => Direction::Inbound,
        Some("outbound") => Direction::Outbound,
        _ => return Err(bad_query("direction", "This is `inbound` or `outbound`.")),
    };
    let from = from.ok_or_else(|| bad_query("from", "The sender is missing."))?;
    envelope(direction, &from, &to, "?")
}

/// Reads the addresses; `start` begins the pointer to one that is at fault.
fn envelope(
    direction: Direction,
    from: &str,
    to: &[String],
    start: &str,
) -> Result<Envelope, Failure> {
    let at = |name: &str, code, text: String| {
        let slash = if start.is_empty() { "/" } else { start };
        Failure::field(&format!("{slash}{name}"), code, text)
    };
    let bad = |name, error: mail::AddressError| at(name, Code::BadAddress, format!("{error}."));
    let from = match bare(from) {
        "" => None,
        address => Some(Address::parse(address).map_err(|error| bad("from", error))?),
    };
    if to.is_empty() || to.len() > RECIPIENTS_MAX {
        let text = format!("A message has 1 to {RECIPIENTS_MAX} recipients.");
        return Err(at("to", Code::BadRecipients, text));
    }
    let to = to.iter().map(|address| Address::parse(bare(address)));
    Ok(Envelope {
        direction,
        from,
        to: to
            .collect::<Result<_, _>>()
            .map_err(|error| bad("to", error))?,
    })
}

/// The address without the angle brackets of a path.
fn bare(path: &str) -> &str {
    let path = path.trim();
    path.strip_prefix('<')
        .and_then(|path| path.strip_suffix('>'))
        .unwrap_or(path)
}

fn bad_query(name: &str, text: &str) -> Failure {
    Failure::field(&format!("?{name}"), Code::BadQuery, text)
}

fn too_large(refused: &[gateway::Refused]) -> Failure {
    let detail = format!("A message has at most {MESSAGE_OCTETS_MAX} octets.");
    let mut problem = Problem::new(413, Code::TooLarge, detail);
    problem.reply = refused.first().map(|refused| refused.reply.line());
    problem.into()
}

fn too_many_copies(groups: &[Vec<Address>]) -> Failure {
    let detail = "The copies for so many recipients are too large together: hand the message over \
                  once for each group.";
    let mut problem = Problem::new(422, Code::TooManyCopies, detail);
    let texts = |group: &Vec<Address>| group.iter().map(ToString::to_string).collect();
    problem.groups = groups.iter().map(texts).collect();
    problem.into()
}

fn answer(status: u16, code: Code, reply: &gateway::Reply) -> Failure {
    let mut problem = Problem::new(status, code, reply.text());
    problem.reply = Some(reply.line());
    problem.into()
}

/// The reply of `POST /process`, as `api::process` describes it. Header fields of HTTP are ASCII: an
/// internationalised address goes into a part, which is not.
fn outputs(
    desk: &Desk,
    id: &str,
    deliveries: Vec<Delivery>,
    room: Room,
) -> Result<Response, Failure> {
    let headers = Headers::new();
    exchange::guard(&headers)?;
    headers.set(ID_FIELD, id)?;
    count(desk, &headers)?;
    let body = match <[Delivery; 1]>::try_from(deliveries) {
        Ok([only]) if fields(&only).iter().all(|(_, value)| value.is_ascii()) => {
            headers.set("content-type", "message/rfc822")?;
            for (name, value) in fields(&only) {
                headers.set(name, &value)?;
            }
            vec![only.message]
        }
        Ok(only) => multipart(&headers, only.into())?,
        Err(several) => multipart(&headers, several)?,
    };
    Ok(piecewise::reply(headers, body, room))
}

fn multipart(headers: &Headers, deliveries: Vec<Delivery>) -> Result<Vec<Buffer>, Failure> {
    let boundary = crypto::random_id();
    headers.set(
        "content-type",
        &format!("multipart/mixed; boundary={boundary}"),
    )?;
    Ok(parts(&boundary, deliveries))
}

/// The parts, with the messages in their own buffers: what stands around them is apart, because a buffer that
/// grows may move.
fn parts(boundary: &str, deliveries: Vec<Delivery>) -> Vec<Buffer> {
    let part = |delivery: Delivery| {
        let mut head = format!("--{boundary}\r\nContent-Type: message/rfc822\r\n");
        for (name, value) in fields(&delivery) {
            head.extend([name, ": ", &value, "\r\n"]);
        }
        head.push_str("\r\n");
        [
            head.into_bytes().into(),
            delivery.message,
            b"\r\n".to_vec().into(),
        ]
    };
    let end = format!("--{boundary}--\r\n").into_bytes().into();
    deliveries.into_iter().flat_map(part).chain([end]).collect()
}

/// The envelope of an output, and which next hop takes it.
fn fields(delivery: &Delivery) -> [(&'static str, String); 3] {
    let from = delivery
        .from
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let to: Vec<String> = delivery
        .to
        .iter()
        .map(|address| format!("<{address}>"))
        .collect();
    [
        (FROM_FIELD, format!("<{from}>")),
        (TO_FIELD, to.join(", ")),
        (HOP_FIELD, d1::word(&delivery.hop)),
    ]
}

/// How often the stores were asked, for whoever watches that the warm path stays short.
fn count(desk: &Desk, headers: &Headers) -> worker::Result<()> {
    let (d1, writes, kv) = (desk.db.reads(), desk.db.writes(), desk.store.reads());
    let counts = format!("d1;desc={d1}, kv;desc={kv}, d1-write;desc={writes}");
    headers.set("server-timing", &counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(from: &str, to: &str) -> Delivery {
        Delivery {
            hop: Direction::Outbound,
            from: Address::parse(from).ok(),
            to: vec![Address::parse(to).unwrap()],
            message: b"Subject: x\r\n\r\nbody\r\n".to_vec().into(),
        }
    }

    #[test]
    fn the_query_is_an_envelope() {
        let envelope = envelope_of_query(
            "direction=outbound&from=alice%40acme.test&to=%3Cb%40x.test%3E&to=c%2Bd@x.test",
        )
        .unwrap();
        assert_eq!(envelope.from, Address::parse("alice@acme.test").ok());
        let to: Vec<String> = envelope.to.iter().map(ToString::to_string).collect();
        assert_eq!(to, ["b@x.test", "c+d@x.test"]);
        for null in [
            "direction=inbound&from=&to=a@b.test",
            "direction=inbound&from=%3C%3E&to=a@b.test",
        ] {
            assert_eq!(envelope_of_query(null).unwrap().from, None);
        }
        for bad in [
            "from=&to=a@b.test",
            "direction=sideways&from=&to=a@b.test",
            "direction=inbound&to=a@b.test",
            "direction=inbound&from=",
            "direction=inbound&from=&to=b.test",
            "direction=inbound&from=&to=a@b.test&colour=red",
        ] {
            assert!(envelope_of_query(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_problem_points_to_where_the_recipients_are() {
        let pointer = |result: Result<Envelope, Failure>| match result {
            Err(Failure::Caller(problem)) => problem.errors[0].pointer.clone(),
            other => panic!("{:?}", other.is_ok()),
        };
        let of_query = |query| pointer(envelope_of_query(query));
        assert_eq!(of_query("direction=inbound&from="), "?to");
        assert_eq!(of_query("direction=inbound&from=&to=x"), "?to");
        let of_body = pointer(envelope(Direction::Inbound, "", &[], ""));
        assert_eq!(of_body, "/to");
    }

    #[test]
    fn several_outputs_are_parts_with_their_envelopes() {
        let parts = parts(
            "b",
            vec![delivery("a@x.test", "b@y.test"), delivery("", "a@x.test")],
        );
        let expected = "--b\r\nContent-Type: message/rfc822\r\n\
            Sealgate-From: <a@x.test>\r\nSealgate-To: <b@y.test>\r\n\
            Sealgate-Next-Hop: outbound\r\n\r\nSubject: x\r\n\r\nbody\r\n\r\n\
            --b\r\nContent-Type: message/rfc822\r\n\
            Sealgate-From: <>\r\nSealgate-To: <a@x.test>\r\n\
            Sealgate-Next-Hop: outbound\r\n\r\nSubject: x\r\n\r\nbody\r\n\r\n--b--\r\n";
        assert_eq!(String::from_utf8(parts.concat()).unwrap(), expected);
    }
}
