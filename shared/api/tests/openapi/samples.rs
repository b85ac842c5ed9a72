//! What serde writes and reads, held to the schemas.

use api::{
    Addresses, All, Authority, CertificateStatus, CertificateSummary, Code, FieldProblem, Mailbox,
    MailboxDetail, MailboxSelection, MailboxStatus, MessageDetail, Page, Problem, RuleItemWrite,
    RuleView, RuleWrite,
};
use policy::{ExternalSelector, ManagedSelector};
use serde_json::{Value, json};

use crate::schema::{assert_fits, fits};

const CERTIFICATE: &str = r#"{"fingerprint":"00","subject":"CN=a","issuer":"CN=b",
    "source":"built_in_ca","not_before":"2026-01-01T00:00:00Z",
    "not_after":"2027-01-01T00:00:00Z","status":"revoked",
    "revocation":{"at":"2026-02-01T00:00:00Z","reason":"key_compromise"}}"#;

const DRAFT: &str = r#""name":"partners","enabled":true,"managed":{"kind":"any"},
    "external":{"kind":"domain","value":"partner.test","subdomains":true},
    "inbound":"not_defined","outbound":"sign_only""#;

fn mailbox(certificate: Option<CertificateSummary>) -> Mailbox {
    Mailbox {
        address: "alice@acme.test".to_owned(),
        status: MailboxStatus::RevokePending,
        certificate,
        pending_until: None,
    }
}

#[test]
fn what_is_replied_fits() {
    let certificate: CertificateSummary = serde_json::from_str(CERTIFICATE).unwrap();
    assert_eq!(certificate.status, CertificateStatus::Revoked);
    let detail = MailboxDetail {
        mailbox: mailbox(Some(certificate.clone())),
        certificates: vec![certificate],
        requested_at: None,
    };
    assert_fits("MailboxDetail", &detail);
    let page = Page {
        items: vec![mailbox(None)],
        next: None,
    };
    assert_fits("MailboxPage", &page);

    let rule = format!(r#"{{"id":"r1","priority":1,{DRAFT}}}"#);
    assert_fits("RuleView", &read::<RuleView>(&rule));
    let message = r#"{"id":"1","at":"2026-01-01T00:00:00Z","direction":"inbound","from":"",
        "to":"alice@acme.test","message_id":"m","outcome":"delivered",
        "protection":["decrypted","signature_bad"],"rule":null,"reason":null,"size":1,
        "policy_version":1,"trace":[{"code":"signed","level":"good","text":"t"},
        {"code":"rule-passed","level":"info","text":"t","fields":{"rule":"r1"}}]}"#;
    assert_fits("MessageDetail", &read::<MessageDetail>(message));

    let mut problem = Problem::new(409, Code::StaleVersion, "Read again.");
    assert_fits("Problem", &problem);
    problem.version = Some(2);
    problem.groups = vec![vec!["bob@partner.test".to_owned()]];
    problem.errors = vec![FieldProblem::new("/name", Code::BadName, "Too long.")];
    assert_fits("Problem", &problem);
}

#[test]
fn what_is_written_fits() {
    let rule = read::<RuleWrite>(&format!(r#"{{"version":3,{DRAFT}}}"#));
    assert_fits("RuleWrite", &rule);
    assert_fits(
        "RuleItemWrite",
        &read::<RuleItemWrite>(&format!("{{{DRAFT}}}")),
    );
    for selector in [
        r#"{"kind":"any"}"#,
        r#"{"kind":"domain","value":"acme.test"}"#,
        r#"{"kind":"address","value":"alice@acme.test"}"#,
    ] {
        assert_fits("ManagedSelector", &read::<ManagedSelector>(selector));
        assert_fits("ExternalSelector", &read::<ExternalSelector>(selector));
        assert_fits("ExternalSelectorWrite", &read::<Value>(selector));
    }
    for addresses in [
        Addresses::All(All::All),
        Addresses::These(vec!["a@b.test".to_owned()]),
    ] {
        assert_fits("MailboxSelection", &MailboxSelection { addresses });
    }
}

#[test]
fn a_body_may_leave_out_what_a_reply_never_does() {
    let authority = r#"{"fingerprint":"00","subject":"CN=a","not_after":"2027-01-01T00:00:00Z",
        "source":"own","trust":"trusted"}"#;
    assert_fits("AuthorityWrite", &read::<Value>(authority));
    assert!(fits("Authority", &read::<Value>(authority)).is_err());
    assert_fits("Authority", &read::<Authority>(authority));
}

/// As serde refuses them.
#[test]
fn what_is_refused_does_not_fit() {
    let rule = format!(r#"{{"version":3,{DRAFT}}}"#);
    for (from, to) in [
        ("\"enabled\"", "\"colour\":1,\"enabled\""),
        ("\"enabled\":true,", ""),
        ("sign_only", "sign_maybe"),
        ("\"not_defined\"", "null"),
        ("\"kind\":\"any\"", "\"kind\":\"any\",\"value\":\"x\""),
        ("\"partner.test\"", "1"),
    ] {
        let text = rule.replacen(from, to, 1);
        assert!(serde_json::from_str::<RuleWrite>(&text).is_err(), "{text}");
        assert!(fits("RuleWrite", &read::<Value>(&text)).is_err(), "{text}");
    }
    assert!(fits("MailboxSelection", &json!({ "addresses": "some" })).is_err());
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}
