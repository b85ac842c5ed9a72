//! What the next hop said of a message, for the overview.

use api::{Outcome, TraceLevel, TraceStep};
use mail::Address;

use crate::store::messages::Corrected;

/// Longest part of a next hop's reply that is kept.
const REPLY_CHARS_MAX: usize = 200;

/// What holds for a recipient after all. `reply` is the SMTP reply line of a next hop that did not
/// take the message.
pub(crate) fn corrected(to: &Address, reply: Option<&str>) -> Corrected {
    let (outcome, reason, level, said) = match reply {
        None => (
            Outcome::Delivered,
            None,
            TraceLevel::Good,
            "The next hop took the message".to_owned(),
        ),
        Some(reply) => {
            let reply: String = reply.chars().take(REPLY_CHARS_MAX).collect();
            let reason = if reply.starts_with('5') {
                "next-hop-refused"
            } else {
                "next-hop-unavailable"
            };
            let said = format!("The next hop did not take the message: {reply}");
            (Outcome::Failed, Some(reason), TraceLevel::Bad, said)
        }
    };
    let fields = reply.map(|reply| {
        (
            "reply".to_owned(),
            reply.chars().take(REPLY_CHARS_MAX).collect(),
        )
    });
    Corrected {
        to: to.to_string(),
        outcome,
        reason,
        step: TraceStep {
            code: reason.unwrap_or("next-hop-accepted").to_owned(),
            level,
            text: format!("{said}."),
            fields: fields.into_iter().collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_become_reasons() {
        let to = Address::parse("a@b.test").unwrap();
        for (reply, reason) in [
            (None, None),
            (Some("550 5.1.1 nobody here"), Some("next-hop-refused")),
            (Some("451 4.3.0 later"), Some("next-hop-unavailable")),
        ] {
            assert_eq!(corrected(&to, reply).reason, reason);
        }
    }
}
