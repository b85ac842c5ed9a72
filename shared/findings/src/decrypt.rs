//! The verdict on encryption, and on the signatures inside where they were asked for.

use serde_json::Value;
use smime::{Layer, LayerKind, Opened, Recipient};

use crate::render::{layer_json, layer_text, recipient_json, signer_json, signer_text};
use crate::report::Report;
use crate::verify::{unreadable, verdict};

/// What `sealgate decrypt` says; with `verifies` it judges the signatures too.
pub fn decrypted(opened: &Opened, verifies: bool) -> Report {
    let report = match opened.entity {
        Some(_) if verifies => verified_inside(opened),
        Some(_) => Report::good("decrypted"),
        None => failure(opened),
    };
    let (cipher, recipient) = opened.layers.iter().find_map(opened_by).unzip();
    let layers = opened.layers.iter();
    let text: String = layers
        .clone()
        .enumerate()
        .map(|(place, layer)| layer_text(place, layer))
        .collect();
    let report = report
        .with("layers", layers.map(layer_json).collect::<Vec<_>>())
        .with("cipher", cipher)
        .with("recipient", recipient.flatten().map(recipient_json))
        .with("confidential", &opened.confidential)
        .with_text(&text);
    if !verifies {
        return report;
    }
    let signers: Vec<Value> = opened.signatures.iter().map(signer_json).collect();
    let text: String = opened.signatures.iter().map(signer_text).collect();
    report.with("signers", signers).with_text(&text)
}

fn verified_inside(opened: &Opened) -> Report {
    if opened.is_signed() {
        return verdict(opened);
    }
    Report::bad(
        "partly-signed",
        "it was decrypted, but nothing in it is signed",
    )
}

/// Cipher and recipient of an opened layer.
fn opened_by(layer: &Layer) -> Option<(&str, Option<&Recipient>)> {
    match &layer.kind {
        LayerKind::Encrypted {
            cipher,
            recipients,
            opened_by: Some(place),
        } => Some((cipher, recipients.get(*place))),
        _ => None,
    }
}

/// Why nothing was decrypted.
fn failure(opened: &Opened) -> Report {
    match opened.decryption_verdict() {
        Some(Err(problem)) => Report::of(problem),
        _ => unreadable(opened)
            .unwrap_or_else(|| Report::none("nothing in the message is encrypted")),
    }
}
