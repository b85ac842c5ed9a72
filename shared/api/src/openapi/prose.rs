//! Sentences of the Rust documentation for readers who do not see the Rust.

use crate::{EXPIRING_DAYS, EXPIRY_WARNING_DAYS, LIMIT_MAX, RETENTION_DAYS, SUMMARY_HOURS};

/// The sentence with constants by their value, `null` where nothing is, and without links.
pub(super) fn plain(text: &str) -> String {
    let (least, most) = RETENTION_DAYS.into_inner();
    let [first, second, third] = EXPIRY_WARNING_DAYS;
    let values = [
        ("EXPIRING_DAYS", EXPIRING_DAYS.to_string()),
        (
            "EXPIRY_WARNING_DAYS",
            format!("{first}, {second} and {third}"),
        ),
        ("LIMIT_MAX", LIMIT_MAX.to_string()),
        ("RETENTION_DAYS", format!("{least} to {most}")),
        (
            "RULE_NAME_CHARS_MAX",
            policy::RULE_NAME_CHARS_MAX.to_string(),
        ),
        ("SUMMARY_HOURS", SUMMARY_HOURS.to_string()),
    ];
    values
        .iter()
        .fold(text.replace("`None`", "`null`"), |text, (name, value)| {
            text.replace(&format!("[`{name}`]"), value)
        })
        .replace("[`", "`")
        .replace("`]", "`")
        .split("\n\n")
        .map(|paragraph| paragraph.replace('\n', " "))
        .collect::<Vec<_>>()
        .join("\n\n")
}
