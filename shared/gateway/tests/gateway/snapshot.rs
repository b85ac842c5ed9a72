//! The stored form of a snapshot.

use gateway::{
    Anchor, Cipher, HeaderProtection, RevocationChecks, SNAPSHOT_FORMAT, Settings, Sha1Signatures,
    Snapshot, SnapshotError,
};
use mail::Domain;
use policy::OutboundOption;

use crate::support::{World, address};

/// Format 1 as it was first stored: it must be readable for ever.
const STORED: &[u8] = include_bytes!("snapshot-1.json");

#[test]
fn the_stored_snapshot_is_still_read() {
    assert_eq!(SNAPSHOT_FORMAT, 1, "a new format needs a vector of its own");
    let snapshot = Snapshot::from_json(STORED).unwrap();
    assert_eq!(snapshot.organisation.name, "Acme GmbH");
    assert_eq!(snapshot.version, 42);
    assert_eq!(snapshot.settings.cipher, Cipher::Aes256Gcm);
    assert_eq!(
        snapshot.rules.rules[0].draft.outbound,
        Some(OutboundOption::EnforceEncryption)
    );
    let anchor = &snapshot.anchors[0];
    assert_eq!(
        anchor.certificate.common_name().unwrap(),
        "Acme S/MIME Root CA"
    );
    assert_eq!(anchor.domain, Some(Domain::parse("partner.test").unwrap()));

    // What came later has its default, which is written down from then on.
    let settings = &snapshot.settings;
    assert_eq!(settings.header_protection, HeaderProtection::Off);
    assert_eq!(settings.revocation, RevocationChecks::Warn);
    assert_eq!(settings.sha1_signatures, Sha1Signatures::Refuse);
    let mut expected: serde_json::Value = serde_json::from_slice(STORED).unwrap();
    expected["settings"]["header_protection"] = "off".into();
    expected["settings"]["revocation"] = "warn".into();
    expected["settings"]["sha1_signatures"] = "refuse".into();
    let written: serde_json::Value = serde_json::from_slice(&snapshot.to_json().unwrap()).unwrap();
    assert_eq!(written, expected);
}

#[test]
fn what_is_written_is_read_back() {
    let mut snapshot = World::new().snapshot;
    snapshot.settings = Settings {
        cipher: Cipher::Aes256Gcm,
        header_protection: HeaderProtection::Confidential,
        revocation: RevocationChecks::Require,
        sha1_signatures: Sha1Signatures::Warn,
    };
    let certificate = snapshot.anchors[0].certificate.clone();
    snapshot.anchors.push(Anchor {
        certificate,
        domain: Some(Domain::parse("partner.test").unwrap()),
    });
    let json = snapshot.to_json().unwrap();
    assert_eq!(Snapshot::from_json(&json).unwrap(), snapshot);
}

#[test]
fn another_format_is_named() {
    let json = br#"{"format":2,"new":true}"#;
    let error = Snapshot::from_json(json).unwrap_err();
    assert!(matches!(error, SnapshotError::Format(2)), "{error}");
}

#[test]
fn what_is_no_snapshot_is_refused() {
    let stored = String::from_utf8_lossy(STORED);
    for (from, to) in [
        ("\"version\"", "\"colour\": 1, \"version\""),
        ("aes-256-gcm", "rot-13"),
        ("acme.test", "acme test"),
        ("enforce_encryption", "enforce_maybe"),
        ("MII", "!!!"),
        ("MII", "AAA"),
    ] {
        let json = stored.replacen(from, to, 1);
        assert_ne!(json, stored, "{from} stands in the vector");
        let error = Snapshot::from_json(json.as_bytes()).unwrap_err();
        assert!(matches!(error, SnapshotError::Json(_)), "{from}: {error}");
    }
}

#[test]
fn a_wildcard_covers_the_domain_and_what_is_below() {
    let snapshot = World::new().snapshot;
    for (text, managed) in [
        ("alice@acme.test", true),
        ("x@sub.acme.test", false),
        ("x@lab.acme.test", true),
        ("x@deep.down.lab.acme.test", true),
        ("x@otherlab.acme.test", false),
        ("bob@partner.test", false),
    ] {
        assert_eq!(snapshot.manages(&address(text)), managed, "{text}");
    }
}
