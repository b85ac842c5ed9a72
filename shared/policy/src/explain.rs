//! What a rule set would do for one pair of mailboxes: the portal's live preview.

use mail::Address;

use crate::{
    Content, InboundFacts, InboundOption, InboundRefusal, InboundTreatment, OutboundFacts,
    OutboundOption, OutboundRefusal, OutboundTreatment, RuleSet, Verdict, evaluate,
};

/// Which option holds, why, and what that means in each case that may occur.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Explanation<O, F, T, R> {
    /// The option, who decided, and why earlier rules did not.
    pub verdict: Verdict<O>,
    /// Each case with what happens in it.
    pub cases: Vec<(F, Result<T, R>)>,
}

/// The explanation of outgoing mail.
pub type OutboundExplanation =
    Explanation<OutboundOption, OutboundFacts, OutboundTreatment, OutboundRefusal>;

/// The explanation of incoming mail.
pub type InboundExplanation =
    Explanation<InboundOption, InboundFacts, InboundTreatment, InboundRefusal>;

/// What is known when a preview is asked for; `None` shows the case with and the case without.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Known {
    /// Whether the managed mailbox has an active certificate.
    pub sender_certificate: Option<bool>,
    /// Whether a key of the external mailbox is known.
    pub recipient_key: Option<bool>,
}

/// Explains what happens to mail from `managed` to `external` that no client has protected.
pub fn explain_outbound(
    rules: &RuleSet,
    managed: &Address,
    external: &Address,
    known: Known,
) -> OutboundExplanation {
    let verdict: Verdict<OutboundOption> = evaluate(rules, managed, external);
    let mut cases = Vec::new();
    for sender_certificate in possible(known.sender_certificate) {
        for recipient_key in possible(known.recipient_key) {
            let facts = OutboundFacts {
                content: Content::Plain,
                sender_certificate,
                recipient_key,
            };
            cases.push((facts, verdict.option.treat(facts)));
        }
    }
    Explanation { verdict, cases }
}

/// Explains what happens to mail from `external` to `managed`.
pub fn explain_inbound(
    rules: &RuleSet,
    managed: &Address,
    external: &Address,
) -> InboundExplanation {
    let verdict: Verdict<InboundOption> = evaluate(rules, managed, external);
    let cases = [
        InboundFacts::Plain,
        InboundFacts::Decryptable,
        InboundFacts::Undecryptable,
    ]
    .map(|facts| (facts, verdict.option.treat(facts)))
    .to_vec();
    Explanation { verdict, cases }
}

fn possible(known: Option<bool>) -> Vec<bool> {
    known.map_or_else(|| vec![true, false], |fact| vec![fact])
}
