//! Certificates that are used although they are over, or not valid yet.

use findings::{Report, printable};
use mail::UnixTime;
use smime::Certificate;

use crate::clock;

/// Tells of those that are not valid at that time, or now: what it means is for the caller to say.
pub(crate) fn with_warnings(
    report: Report,
    certificates: &[Certificate],
    at: Option<UnixTime>,
) -> Report {
    let now = at.unwrap_or_else(clock::now);
    let invalid = certificates.iter().filter(|one| !one.is_valid_at(now));
    let warnings = invalid.map(|one| {
        let (subject, from, until) = (one.subject(), one.not_before(), one.not_after());
        format!("the certificate of {subject} is valid from {from} to {until}")
    });
    let warnings: Vec<String> = warnings.collect();
    if warnings.is_empty() {
        return report;
    }
    let text = warnings
        .iter()
        .map(|one| format!("warning: {}\n", printable(one)));
    report
        .with_text(&text.collect::<String>())
        .with("warnings", warnings)
}
