//! The log: one JSON line per event worth a look, for people and for machines.
//!
//! No line holds an address, a subject, any other content of mail, a token or a key: messages and
//! mailboxes are named by their ids. A failure is logged once, where it is answered.

use std::fmt::Display;

use serde::Serialize;
use worker::Request;

use crate::crypto;
use crate::failure::Failure;

#[derive(Serialize)]
struct Line<'a> {
    level: &'static str,
    event: &'a str,
    instance: &'a str,
    text: &'a str,
}

/// A name for this request: the platform's, where there is one.
pub(crate) fn instance(request: &Request) -> String {
    request
        .headers()
        .get("cf-ray")
        .ok()
        .flatten()
        .filter(|ray| !ray.is_empty())
        .unwrap_or_else(crypto::random_id)
}

/// Logs what is ours; what is the caller's is told to the caller.
pub(crate) fn failure(event: &str, instance: &str, failure: &Failure) {
    match failure {
        Failure::Caller(_) => {}
        Failure::Lack(code, _) => line("warn", event, instance, code.as_str()),
        // Somebody guesses passwords, or forgot one.
        Failure::TooOften(_) => line("warn", event, instance, &failure.summary()),
        Failure::Broken(what) => line("error", event, instance, what),
    }
}

/// Logs that a place named by a certificate does not tell about revocation.
pub(crate) fn unreachable(url: &str, why: &dyn Display) {
    let text = format!("{url}: {why}");
    line("warn", "revocation-unreachable", "", &text);
}

/// Logs something that went as it should.
pub(crate) fn done(event: &str, text: &str) {
    line("info", event, "", text);
}

fn line(level: &'static str, event: &str, instance: &str, text: &str) {
    let line = Line {
        level,
        event,
        instance,
        text,
    };
    if let Ok(text) = serde_json::to_string(&line) {
        match level {
            "error" => worker::console_error!("{text}"),
            "warn" => worker::console_warn!("{text}"),
            _ => worker::console_log!("{text}"),
        }
    }
}
