//! What several reports show: certificates, layers, signers.

use std::fmt::Write as _;

use serde_json::{Value, json};
use smime::{Certificate, KeyKind, Layer, LayerKind, RecipientId, SignatureReport};

use crate::report::table;

/// A certificate for programs.
pub fn certificate_json(certificate: &Certificate) -> Value {
    json!({
        "subject": certificate.subject(),
        "issuer": certificate.issuer(),
        "serial": certificate.serial_hex(),
        "fingerprint": certificate.fingerprint().to_string(),
        "not_before": certificate.not_before().to_string(),
        "not_after": certificate.not_after().to_string(),
        "addresses": certificate.addresses().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "key": key_name(certificate.key_kind()),
    })
}

/// A certificate for people.
pub fn certificate_text(certificate: &Certificate) -> String {
    let validity = format!(
        "{} to {}",
        certificate.not_before(),
        certificate.not_after()
    );
    let addresses: Vec<String> = certificate
        .addresses()
        .iter()
        .map(ToString::to_string)
        .collect();
    table(
        2,
        &[
            ("subject", certificate.subject()),
            ("issuer", certificate.issuer()),
            ("serial", certificate.serial_hex()),
            ("addresses", addresses.join(", ")),
            ("valid", validity),
            ("key", key_name(certificate.key_kind())),
            ("sha-256", certificate.fingerprint().to_string()),
        ],
    )
}

fn key_name(kind: KeyKind) -> String {
    kind.to_string().to_ascii_lowercase()
}

/// A signer with its verdict, for programs: the contract's keys of `signers[]`.
pub(crate) fn signer_json(report: &SignatureReport) -> Value {
    let problem = report.verdict.as_ref().err();
    let mut value = claim_json(report);
    if let Some(fields) = value.as_object_mut() {
        let verdict = if problem.is_none() { "good" } else { "bad" };
        fields.insert("verdict".to_owned(), verdict.into());
        let reason = problem.map(|problem| problem.reason.code());
        fields.insert("reason".to_owned(), reason.into());
        let detail = problem.map(|problem| problem.detail.as_str());
        fields.insert("detail".to_owned(), detail.into());
    }
    value
}

/// Who claims to have signed, for programs.
pub(crate) fn claim_json(report: &SignatureReport) -> Value {
    json!({
        "layer": report.layer,
        "address": report.address.as_ref().map(ToString::to_string),
        "subject": report.subject,
        "issuer": report.issuer,
        "serial": report.serial,
        "algorithm": report.algorithm,
        "signing_time": report.signing_time.map(|time| time.to_string()),
    })
}

/// A signer with its verdict, for people.
pub(crate) fn signer_text(report: &SignatureReport) -> String {
    let verdict = match &report.verdict {
        Ok(()) => "good".to_owned(),
        Err(problem) => format!("bad, {}: {}", problem.reason.code(), problem.detail),
    };
    signer_table(report, verdict)
}

/// Who claims to have signed, for people.
pub(crate) fn claim_text(report: &SignatureReport) -> String {
    signer_table(report, String::new())
}

fn signer_table(report: &SignatureReport, verdict: String) -> String {
    let address = report.address.as_ref().map(ToString::to_string);
    let time = report.signing_time.map(|time| time.to_string());
    let rows = [
        ("verdict", verdict),
        ("address", address.unwrap_or_default()),
        ("subject", report.subject.clone()),
        ("issuer", report.issuer.clone()),
        ("serial", report.serial.clone()),
        ("algorithm", report.algorithm.clone()),
        ("signed at", time.unwrap_or_default()),
    ];
    format!("signer (layer {}):\n{}", report.layer + 1, table(2, &rows))
}

/// A layer for programs.
pub(crate) fn layer_json(layer: &Layer) -> Value {
    let mut value = json!({
        "kind": kind_name(&layer.kind),
        "reason": layer.problem.as_ref().map(|problem| problem.reason.code()),
        "detail": layer.problem.as_ref().map(|problem| &problem.detail),
    });
    if let (
        LayerKind::Encrypted {
            cipher,
            recipients,
            opened_by,
        },
        Some(fields),
    ) = (&layer.kind, value.as_object_mut())
    {
        let recipients: Vec<Value> = recipients.iter().map(recipient_json).collect();
        fields.insert("cipher".to_owned(), cipher.as_str().into());
        fields.insert("recipients".to_owned(), recipients.into());
        fields.insert("opened_by".to_owned(), (*opened_by).into());
    }
    value
}

/// A recipient for programs.
pub(crate) fn recipient_json(recipient: &smime::Recipient) -> Value {
    let mut value = json!({"algorithm": recipient.algorithm});
    if let Some(fields) = value.as_object_mut() {
        match &recipient.id {
            RecipientId::IssuerSerial { issuer, serial } => {
                fields.insert("issuer".to_owned(), smime::name_text(issuer).into());
                fields.insert("serial".to_owned(), hex(serial).into());
            }
            RecipientId::KeyId(id) => {
                fields.insert("key_id".to_owned(), hex(id).into());
            }
            RecipientId::Other => {}
        }
    }
    value
}

/// A layer for people.
pub(crate) fn layer_text(place: usize, layer: &Layer) -> String {
    let mut text = format!("layer {}: {}", place + 1, kind_name(&layer.kind));
    if let LayerKind::Encrypted { cipher, .. } = &layer.kind {
        let _infallible = write!(text, ", {cipher}");
    }
    text.push('\n');
    if let Some(problem) = &layer.problem {
        let rows = [(
            "problem",
            format!("{}: {}", problem.reason.code(), problem.detail),
        )];
        text.push_str(&table(2, &rows));
    }
    if let LayerKind::Encrypted {
        recipients,
        opened_by,
        ..
    } = &layer.kind
    {
        for (place, recipient) in recipients.iter().enumerate() {
            let mark = if Some(place) == *opened_by {
                ", opened"
            } else {
                ""
            };
            let row = format!(
                "{} ({}{mark})",
                recipient_text(&recipient.id),
                recipient.algorithm
            );
            text.push_str(&table(2, &[("recipient", row)]));
        }
    }
    text
}

fn recipient_text(id: &RecipientId) -> String {
    match id {
        RecipientId::IssuerSerial { issuer, serial } => {
            format!("serial {} of {}", hex(serial), smime::name_text(issuer))
        }
        RecipientId::KeyId(id) => format!("key {}", hex(id)),
        RecipientId::Other => "not by a certificate".to_owned(),
    }
}

fn kind_name(kind: &LayerKind) -> &'static str {
    match kind {
        LayerKind::DetachedSignature => "detached-signature",
        LayerKind::OpaqueSignature => "opaque-signature",
        LayerKind::Encrypted { .. } => "encrypted",
        LayerKind::Compressed => "compressed",
        LayerKind::CertificatesOnly => "certificates-only",
        LayerKind::Unreadable => "unreadable",
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _infallible = write!(text, "{octet:02x}");
        text
    })
}
