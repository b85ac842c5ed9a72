//! From the edge's answer to the one reply that the client gets.

use std::sync::Arc;

use mail::Address;
use policy::Direction;
use smtp::{EnhancedCode, Envelope, Path, Reply, Transaction};

use super::events::{Event, Log};
use super::next_hop::NextHop;
use super::parts::Part;

/// The two next hops.
pub(super) struct Delivery {
    pub(super) outbound: Arc<NextHop>,
    pub(super) inbound: Arc<NextHop>,
    pub(super) log: Log,
}

/// What became of one recipient.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Delivered {
    /// As the edge wrote it.
    pub(super) to: String,
    /// What the next hop said.
    pub(super) reply: Reply,
    /// The part is an error report to the sender, not the sender's message.
    pub(super) is_report: bool,
}

impl Delivery {
    /// Delivers the parts that the edge made of a transaction; one result per part and recipient.
    pub(super) async fn deliver(&self, parts: &[Part], of: &Transaction) -> Vec<Delivered> {
        let mut results = Vec::new();
        for part in parts {
            let to = part.to.iter().map(|to| spelling(to, of)).collect();
            let from = spelling(&part.from, of);
            let envelope = Envelope::new(from, to, &part.message, of.smtputf8);
            let hop = match part.hop {
                Direction::Outbound => &self.outbound,
                Direction::Inbound => &self.inbound,
            };
            let replies = hop.deliver(&envelope, &part.message).await;
            for (to, reply) in part.to.iter().zip(replies) {
                self.note(part.hop, to, &reply);
                results.push(Delivered {
                    to: to.clone(),
                    reply,
                    is_report: part.is_report(of),
                });
            }
        }
        results
    }

    fn note(&self, hop: Direction, to: &str, reply: &Reply) {
        if !reply.is_positive() {
            let reply = &reply.to_string();
            self.log.write(&Event::NextHopRefused { hop, to, reply });
        }
    }
}

/// The edge compares addresses in their normal form; next hops get them as the client spelled them
/// (RFC 5321 §2.4).
fn spelling(path: &str, of: &Transaction) -> String {
    let address = Address::parse(path).ok();
    let mut spelled = of.to.iter().chain(&of.from);
    let spelled = spelled.find(|spelled| Some(&spelled.address) == address.as_ref());
    spelled.map_or_else(|| path.to_owned(), |spelled| spelled.text.clone())
}

/// The client's reply, out of what became of this try and of those who have the message from an
/// earlier one. In this order:
/// 1. Someone may get it later: 451, and the client sends it again.
/// 2. Someone will not get it: that refusal. If others have it, it says so, because the client will
///    tell its user of a failure.
/// 3. Else 250.
///
/// An error report that is refused for good changes nothing: there is nobody left to tell.
pub(super) fn verdict(held: &[&Path], results: &[Delivered], id: &str) -> Reply {
    if let Some(later) = results.iter().find(|result| result.reply.is_transient()) {
        return try_again(&later.reply);
    }
    let refused = |result: &&Delivered| !result.reply.is_positive() && !result.is_report;
    let Some(first) = results.iter().find(refused) else {
        return Reply::new(250, EnhancedCode(2, 0, 0), format!("delivered, id {id}"));
    };
    let mail = results.iter().filter(|result| !result.is_report);
    let (taken, lost): (Vec<_>, Vec<_>) = mail.partition(|result| result.reply.is_positive());
    if held.is_empty() && taken.is_empty() && lost.iter().all(|result| result.reply == first.reply)
    {
        return first.reply.clone();
    }
    let mut text: Vec<String> = lost
        .iter()
        .map(|result| format!("not delivered to <{}>: {}", result.to, result.reply))
        .collect();
    let held = held.iter().map(|path| path.address.to_string());
    let taken = taken.iter().map(|result| result.to.clone());
    text.extend(held.chain(taken).map(|to| format!("delivered to <{to}>")));
    Reply {
        text: text.join("\n"),
        ..first.reply.clone()
    }
}

/// 451 whatever the next hop's code was: other codes of class 4 have a meaning of their own at the
/// end of a message. The enhanced code says what it is.
fn try_again(reply: &Reply) -> Reply {
    let enhanced = reply.enhanced.unwrap_or(EnhancedCode(4, 3, 0));
    match reply.code {
        451 => Reply::new(451, enhanced, &reply.text),
        _ => Reply::new(451, enhanced, format!("the next hop says {reply}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(to: &str, reply: &str) -> Delivered {
        Delivered {
            to: to.to_owned(),
            reply: Reply::parse(reply).unwrap(),
            is_report: false,
        }
    }

    fn path(text: &str) -> Path {
        Path {
            address: Address::parse(text).unwrap(),
            text: text.to_owned(),
        }
    }

    fn verdict_of(replies: &[&str]) -> String {
        let results: Vec<_> = replies
            .iter()
            .map(|reply| result("b@p.test", reply))
            .collect();
        verdict(&[], &results, "1").to_string()
    }

    #[test]
    fn one_reply_stands_for_all() {
        for (replies, expected) in [
            (&["250 ok", "250 2.0.0 ok"][..], "250 2.0.0 delivered, id 1"),
            (&["250 ok", "451 4.4.1 down"], "451 4.4.1 down"),
            (
                &["550 5.1.1 unknown", "450 4.2.2 full"],
                "451 4.2.2 the next hop says 450 4.2.2 full",
            ),
            (
                &["250 ok", "421 bye"],
                "451 4.3.0 the next hop says 421 bye",
            ),
            (&["550 5.1.1 unknown"], "550 5.1.1 unknown"),
            (&["554 5.7.1 spam", "554 5.7.1 spam"], "554 5.7.1 spam"),
            (
                &["250 ok", "550 5.1.1 unknown"],
                "550 5.1.1 not delivered to <b@p.test>: 550 5.1.1 unknown delivered to <b@p.test>",
            ),
        ] {
            assert_eq!(verdict_of(replies), expected);
        }
    }

    #[test]
    fn a_refused_error_report_does_not_refuse_the_mail() {
        let report = |reply| Delivered {
            is_report: true,
            ..result("a@acme.test", reply)
        };
        let results = [result("b@p.test", "250 ok"), report("550 no")];
        assert_eq!(verdict(&[], &results, "1").code, 250);
        let results = [result("b@p.test", "250 ok"), report("450 later")];
        assert_eq!(verdict(&[], &results, "1").code, 451);
    }

    #[test]
    fn who_has_the_mail_from_an_earlier_try_is_named() {
        let held = path("ann@p.test");
        let verdict = |reply| verdict(&[&held], &[result("b@p.test", reply)], "1").to_string();
        assert_eq!(
            verdict("550 5.1.1 unknown"),
            "550 5.1.1 not delivered to <b@p.test>: 550 5.1.1 unknown delivered to <ann@p.test>"
        );
        assert_eq!(verdict("451 4.4.1 down"), "451 4.4.1 down");
        assert_eq!(verdict("250 ok"), "250 2.0.0 delivered, id 1");
    }

    #[test]
    fn next_hops_get_the_spelling_of_the_client() {
        let of = Transaction {
            from: Some(path("prvs=12AbC@Acme.test")),
            to: vec![path("Bob@Partner.test")],
            smtputf8: false,
            size: 0,
        };
        assert_eq!(spelling("bob@partner.test", &of), "Bob@Partner.test");
        assert_eq!(
            spelling("prvs=12abc@acme.test", &of),
            "prvs=12AbC@Acme.test"
        );
        assert_eq!(spelling("eve@partner.test", &of), "eve@partner.test");
        assert_eq!(spelling("", &of), "");
    }
}
