//! The error report to the sender when some recipients are served and others are not.

use std::fmt::Write as _;

use mail::{Address, FailedRecipient, FailureReport};
use policy::Direction;
use smime::Digest;

use crate::refusal::Refusal;
use crate::verdict::Case;

/// The report about the recipients that were refused; `None` if there are none.
pub(crate) fn refusals(
    case: &Case<'_>,
    sender: &Address,
    refused: &[(&Address, &Refusal)],
) -> Option<Vec<u8>> {
    let (first, _) = refused.first()?;
    // The organisation reports, in the name of the domain that the mail has to do with.
    let domain = match case.envelope.direction {
        Direction::Outbound => sender.domain(),
        Direction::Inbound => first.domain(),
    };
    let replies: Vec<_> = refused.iter().map(|(_, refusal)| refusal.reply()).collect();
    let lines: Vec<_> = replies.iter().map(crate::Reply::line).collect();
    let recipients: Vec<_> = refused
        .iter()
        .zip(replies.iter().zip(&lines))
        .map(|((address, _), (reply, line))| FailedRecipient {
            address,
            status: reply.enhanced(),
            reply: line,
            text: reply.text(),
        })
        .collect();
    let report = FailureReport {
        domain,
        to: sender,
        now: case.facts.now,
        unique: &unique(case),
        recipients: &recipients,
    };
    Some(report.write(&case.header()))
}

/// Names the report. It comes from the message and the time instead of from randomness, so that the
/// same mail at the same time yields the same bytes wherever the gateway runs.
fn unique(case: &Case<'_>) -> String {
    let time = case.facts.now.0.to_be_bytes();
    let parts = [case.header().header(), &time];
    let digest = case.facts.provider.digest(Digest::Sha256, &parts);
    digest
        .iter()
        .take(12)
        .fold(String::new(), |mut hex, octet| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{octet:02x}");
            hex
        })
}
