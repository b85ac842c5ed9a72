//! What no well-meaning client sends.

use gateway::{
    FIELD_CHARS_MAX, MESSAGE_OCTETS_MAX, Outcome, PASSED_RULES_MAX, RECEIVED_FIELDS_MAX,
    REPLY_LINE_OCTETS_MAX, TRACE_OCTETS_MAX,
};
use policy::OutboundOption;
use proptest::prelude::*;

use crate::support::{ALICE, BOB, World, codes, deliveries, inbound, mail, outbound, refused};

#[test]
fn a_message_may_be_large_but_not_larger() {
    let world = World::new();
    let envelope = inbound(BOB, &[ALICE]);
    let mut raw = mail(BOB, ALICE);
    // The field of the server in front of us does not count.
    raw.resize(MESSAGE_OCTETS_MAX + TRACE_OCTETS_MAX, b'\n');
    assert_eq!(deliveries(&world.run(&envelope, &raw)).len(), 1);
    raw.push(b'\n');
    let decision = world.run(&envelope, &raw);
    assert!(refused(&decision).line().starts_with("552 5.3.4 "));
    assert_eq!(decision.records[0].reason, Some("too-large"));
}

#[test]
fn a_loop_ends() {
    let world = World::new();
    for envelope in [inbound(BOB, &[ALICE]), outbound(ALICE, &[BOB])] {
        let hops = |count| [b"Received: x\r\n".repeat(count), mail(BOB, ALICE)].concat();
        let many = hops(RECEIVED_FIELDS_MAX);
        assert_eq!(deliveries(&world.run(&envelope, &many)).len(), 1);
        let too_many = hops(RECEIVED_FIELDS_MAX + 1);
        let decision = world.run(&envelope, &too_many);
        assert!(refused(&decision).line().starts_with("554 5.4.6 "));
    }
}

#[test]
fn an_envelope_without_recipients_is_refused() {
    let world = World::new();
    let (envelope, raw) = (inbound(BOB, &[]), mail(BOB, ALICE));
    assert!(
        refused(&world.run(&envelope, &raw))
            .line()
            .starts_with("554 5.5.1 ")
    );
}

/// Bytes that are hardly mail: a decision, never a panic, and nothing that the rules forbid.
#[test]
fn garbage_is_decided_about() {
    let (mut world, ..) = World::with_alice_and_bob();
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let header = "From: alice@acme.test\r\nContent-Type: ";
    let samples: Vec<Vec<u8>> = [
        "",
        "\r\n",
        "no header at all",
        ":\r\n:\r\n\r\n",
        "\0\0\0",
        "From: alice@acme.test\r\nFrom: eve@evil.test\r\n\r\nx",
        &format!("{header}multipart/signed; protocol=\"application/pkcs7-signature\"\r\n\r\n"),
        &format!("{header}multipart/signed; boundary=\r\n\r\n--\r\n--"),
        &format!("{header}multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n--b--\r\n"),
        &format!("{header}application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nAAAA"),
        &format!("{header}application/pkcs7-mime; smime-type=signed-data\r\n\r\nMIIB!!!"),
        &format!("{header}{}\r\n\r\nx", "a".repeat(100_000)),
    ]
    .into_iter()
    .map(|text| text.as_bytes().to_vec())
    .chain([vec![0xff; 4096], b"Subject: \xff\xfe\r\n\r\n\x80".to_vec()])
    .collect();
    for raw in &samples {
        let outgoing = outbound(ALICE, &[BOB]);
        let decision = world.run(&outgoing, raw);
        for delivery in match &decision.action {
            gateway::Action::Deliver(deliveries) => &deliveries[..],
            _ => &[],
        } {
            let shown = String::from_utf8_lossy(raw);
            assert!(
                !smime::recipients(&delivery.message).is_empty(),
                "in clear: {shown:?}"
            );
        }
        let incoming = inbound(BOB, &[ALICE]);
        let decision = world.run(&incoming, raw);
        assert_eq!(decision.records.len(), 1);
    }
}

/// A mail cut at every octet, as a broken connection or a fuzzer leaves it.
#[test]
fn every_beginning_of_a_mail_is_decided_about() {
    let mut world = World::new();
    let alice = world.activate(ALICE);
    let bob = world.meet(BOB);
    let signed = world.sign(&mail(BOB, ALICE), &bob);
    let raw = world.encrypt(&signed, &[&alice]);
    let envelope = inbound(BOB, &[ALICE]);
    // Without its padding and line end the last group of base64 is still whole.
    for end in (0..raw.len() - "==\r\n".len()).step_by(41) {
        let decision = world.run(&envelope, &raw[..end]);
        assert!(!codes(&decision.records[0]).contains(&"signature-good"));
    }
}

#[test]
fn a_defect_stands_in_the_trace() {
    let world = World::new();
    let raw = b"From: a@partner.test\r\njunk\r\n\r\nx";
    let envelope = inbound(BOB, &[ALICE]);
    let decision = world.run(&envelope, raw);
    assert_eq!(codes(&decision.records[0])[0], "malformed");
    assert_eq!(decision.records[0].outcome, Outcome::Deliver);
}

#[test]
fn a_trace_stays_small() {
    let mut world = World::new();
    for _ in 0..PASSED_RULES_MAX + 5 {
        world.rule(
            Some("nobody@acme.test"),
            None,
            Some(OutboundOption::Neither),
        );
    }
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let decision = world.run(&envelope, &raw);
    let record = &decision.records[0];
    let passed = codes(record)
        .iter()
        .filter(|code| **code == "rule-passed")
        .count();
    assert_eq!(passed, PASSED_RULES_MAX);
    assert_eq!(record.trace[0].fields["count"], "5");
    let fields = record.trace.iter().flat_map(|step| step.fields.values());
    assert!(
        fields
            .into_iter()
            .all(|value| value.chars().count() <= FIELD_CHARS_MAX)
    );
}

#[test]
fn a_reply_is_one_line_whatever_the_address() {
    let world = World::new();
    let long = format!("{}@{}.test", "\u{fc}".repeat(32), "b".repeat(60));
    let (envelope, raw) = (outbound(&long, &[BOB]), mail(ALICE, BOB));
    let decision = world.run(&envelope, &raw);
    let line = refused(&decision).line();
    assert!(line.len() + 2 <= REPLY_LINE_OCTETS_MAX);
    assert!(line.chars().all(|c| (' '..='~').contains(&c)));
}

#[test]
fn message_ids_are_kept_clean() {
    let world = World::new();
    let raw = b"From: a@partner.test\r\nMessage-ID: <a\tb@c>\r\n\r\nx";
    let envelope = inbound(BOB, &[ALICE]);
    assert_eq!(world.run(&envelope, raw).message_id, "ab@c");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is damaged in a mail: it is decided about, and where encryption is enforced nothing
    /// leaves in clear.
    #[test]
    fn damaged_mail_is_decided_about(
        at in any::<prop::sample::Index>(),
        length in 0_usize..40,
        junk in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let (mut world, alice, bob) = World::with_alice_and_bob();
        world.outbound_rule(OutboundOption::EnforceEncryption);
        let (outgoing, incoming) = (outbound(ALICE, &[BOB]), inbound(BOB, &[ALICE]));
        let plain = mail(ALICE, BOB);
        let sealed = world.encrypt(&world.sign(&mail(BOB, ALICE), &bob), &[&alice]);
        for mut raw in [plain, sealed] {
            let start = at.index(raw.len());
            let end = (start + length).min(raw.len());
            raw.splice(start..end, junk.clone());
            let decision = world.run(&outgoing, &raw);
            if let gateway::Action::Deliver(deliveries) = &decision.action {
                for delivery in deliveries {
                    prop_assert!(!smime::recipients(&delivery.message).is_empty());
                }
            }
            let decision = world.run(&incoming, &raw);
            prop_assert_eq!(decision.records.len(), 1);
        }
    }
}
