//! Mail that leaves.

use gateway::{
    Action, Answer, COPIES_OCTETS_MAX, COPY_OCTETS_MAX, Decision, Outcome, PartnerSource,
    Protection, TraceLevel,
};
use mail::{Entity, UnixTime};
use policy::{Direction, Known, OutboundOption, OutboundTreatment, explain_outbound};
use smime::{Capabilities, ContentCipher, KeyKind, LayerKind, Opened};

use crate::support::{
    ALICE, BOB, NOW, World, address, codes, deferred, delivered, deliveries, divided, inbound,
    lengthen, mail, outbound, refused, rsa_key, text,
};

/// What happened to one mail from Alice to Bob.
#[derive(Debug, Eq, PartialEq)]
enum Fate {
    AsItIs,
    Signed,
    Encrypted,
    Refused(&'static str),
}

/// Every option in every situation of certificate and key, as the mission says.
#[test]
fn options_and_situations() {
    use Fate::{AsItIs, Encrypted, Refused, Signed};
    use OutboundOption::{EnforceEncryption, Neither, OptionalEncryption, SignOnly};
    let no_certificate = || Refused("no-sender-certificate");
    // Alice's certificate and Bob's: both, hers only, his only, none.
    for (option, expected) in [
        (Neither, [AsItIs, AsItIs, AsItIs, AsItIs]),
        (SignOnly, [Signed, Signed, AsItIs, AsItIs]),
        (OptionalEncryption, [Encrypted, Signed, AsItIs, AsItIs]),
        (
            EnforceEncryption,
            [
                Encrypted,
                Refused("no-recipient-key"),
                no_certificate(),
                no_certificate(),
            ],
        ),
    ] {
        let situations = [(true, true), (true, false), (false, true), (false, false)];
        for ((active, known), expected) in situations.into_iter().zip(expected) {
            let found = situation(option, active, known);
            assert_eq!(
                found, expected,
                "{option:?}, active {active}, known {known}"
            );
        }
    }
}

fn situation(option: OutboundOption, active: bool, known: bool) -> Fate {
    let mut world = World::new();
    world.outbound_rule(option);
    let _alice = active.then(|| world.activate(ALICE));
    let bob = known.then(|| world.meet(BOB));
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let decision = world.run(&envelope, &raw);

    let record = &decision.records[0];
    foretold(&world, &decision, active, known);
    assert_eq!(record.rule.as_ref().unwrap().name, "the rule");
    assert_eq!(decision.policy_version, 7);
    assert_eq!(decision.message_id, "1@test");
    if record.outcome == Outcome::Refuse {
        let reply = refused(&decision);
        assert_eq!((reply.code(), reply.enhanced()), (550, "5.7.5"));
        assert!(record.protection.is_empty());
        assert_eq!(record.trace.last().unwrap().level, TraceLevel::Bad);
        return Fate::Refused(record.reason.unwrap());
    }
    let message = delivered(&decision);
    assert!(Entity::parse(message).field("Subject").is_some());
    let mut opened = world.open(message, bob.as_ref());
    match record.protection[..] {
        [] => {
            assert_eq!(message, raw);
            Fate::AsItIs
        }
        [Protection::Signed] => {
            assert_eq!(opened.signature_verdict(), Some(Ok(())));
            assert!(opened.decryption_verdict().is_none() && text(message).contains("the secret"));
            Fate::Signed
        }
        [Protection::Signed, Protection::Encrypted] => {
            assert_eq!(opened.signature_verdict(), Some(Ok(())));
            assert!(opened.decryption_verdict().is_some() && !text(message).contains("the secret"));
            let inside = opened.take_message().unwrap();
            assert!(text(&inside).contains("the secret"));
            Fate::Encrypted
        }
        _ => panic!("{:?}", record.protection),
    }
}

/// What RCPT time answers and what the portal's preview shows is what happens.
fn foretold(world: &World, decision: &Decision, active: bool, known: bool) {
    let reply = match &decision.action {
        Action::Refuse(reply) => Some(reply.clone()),
        _ => None,
    };
    let envelope = outbound(ALICE, &[BOB]);
    let admitted = gateway::admit(
        &envelope,
        &world.snapshot,
        &world.directory,
        &world.memory,
        NOW,
        world.provider.as_ref(),
    );
    let told = admitted[0].as_ref().map(|refused| refused.reply.clone());
    assert_eq!(told, reply);
    if let Some(refused) = &admitted[0] {
        let later = &decision.records[0];
        assert_eq!(
            (refused.record.reason, &refused.record.rule),
            (later.reason, &later.rule)
        );
    }

    let facts = Known {
        sender_certificate: Some(active),
        recipient_key: Some(known),
    };
    let rules = &world.snapshot.rules;
    let preview = explain_outbound(rules, &address(ALICE), &address(BOB), facts);
    let expected = match preview.cases[0].1 {
        Ok(OutboundTreatment::Leave) => Some(0),
        Ok(OutboundTreatment::Sign | OutboundTreatment::Encrypt) => Some(1),
        Ok(OutboundTreatment::SignAndEncrypt) => Some(2),
        Err(_) => None,
    };
    let record = &decision.records[0];
    let found = (record.outcome == Outcome::Deliver).then_some(record.protection.len());
    assert_eq!(found, expected);
}

#[test]
fn the_defaults_sign() {
    let (world, ..) = World::with_alice_and_bob();
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let decision = world.run(&envelope, &raw);
    let record = &decision.records[0];
    assert_eq!(record.protection, [Protection::Signed]);
    assert_eq!(record.rule, None);
    assert_eq!(codes(record), ["defaults-decided", "signed"]);
}

#[test]
fn the_sender_can_read_what_was_sent() {
    let (mut world, alice, _) = World::with_alice_and_bob();
    world.outbound_rule(OutboundOption::OptionalEncryption);
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let decision = world.run(&envelope, &raw);
    let mut opened = world.open(delivered(&decision), Some(&alice));
    assert!(text(&opened.take_message().unwrap()).contains("the secret"));
    assert_eq!(smime::recipients(delivered(&decision)).len(), 2);
}

#[test]
fn rsa_keys_serve_too() {
    let mut world = World::new();
    let provider = world.provider.as_ref();
    let alice = world.acme.certify(ALICE, rsa_key(), NOW, provider);
    let bob = world.partner.certify(BOB, rsa_key(), NOW, provider);
    world.install(&alice);
    world.introduce(&bob, None);
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let decision = world.run(&envelope, &raw);
    let opened = world.open(delivered(&decision), Some(&bob));
    assert_eq!(opened.signature_verdict(), Some(Ok(())));
}

/// A certificate that only signs: the recipient reads the mail, the sender does not.
#[test]
fn a_signing_certificate_is_not_encrypted_to() {
    let mut world = World::new();
    let provider = world.provider.as_ref();
    let key = provider.generate_key(KeyKind::Ed25519).unwrap();
    let alice = world.acme.certify(ALICE, key, NOW, provider);
    world.install(&alice);
    let bob = world.meet(BOB);
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let decision = world.run(&envelope, &raw);
    assert_eq!(smime::recipients(delivered(&decision)).len(), 1);
    let opened = world.open(delivered(&decision), Some(&bob));
    assert_eq!(opened.signature_verdict(), Some(Ok(())));
    assert!(codes(&decision.records[0]).contains(&"not-to-sender"));
}

/// Among colleagues the other's own certificate is the key.
#[test]
fn mail_to_a_colleague_is_encrypted() {
    let mut world = World::new();
    world.activate(ALICE);
    let carol = world.activate("carol@acme.test");
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let envelope = outbound(ALICE, &["carol@acme.test"]);
    let raw = mail(ALICE, "carol@acme.test");
    let decision = world.run(&envelope, &raw);
    let mut opened = world.open(delivered(&decision), Some(&carol));
    assert!(text(&opened.take_message().unwrap()).contains("the secret"));
}

/// The second certificate serves where the first has expired.
#[test]
fn the_first_usable_certificate_serves() {
    let (mut world, _, bob) = World::with_alice_and_bob();
    let provider = world.provider.as_ref();
    let long_ago = UnixTime(NOW.0).plus_days(-400);
    let expired = world.partner.certify(BOB, rsa_key(), long_ago, provider);
    world.directory.external.clear();
    world.introduce(&expired, None);
    world.introduce(&bob, None);
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let decision = world.run(&envelope, &raw);
    assert!(
        world
            .open(delivered(&decision), Some(&bob))
            .entity
            .is_some()
    );
    let codes = codes(&decision.records[0]);
    assert!(codes.contains(&"recipient-key-unusable") && codes.contains(&"recipient-key-found"));
}

/// A key that the store does not show yet: later, never a refusal, never plain mail, for nobody.
#[test]
fn a_missing_key_defers_the_whole_message() {
    let (mut world, ..) = World::with_alice_and_bob();
    world.outbound_rule(OutboundOption::OptionalEncryption);
    let (envelope, raw) = (
        outbound(ALICE, &[BOB, "ann@partner.test"]),
        mail(ALICE, BOB),
    );
    let decision = world.run_with(&envelope, &raw, |_| Answer::NotYet);
    assert_eq!(deferred(&decision).line().get(..10), Some("451 4.3.0 "));
    for record in &decision.records {
        assert_eq!(record.outcome, Outcome::Defer);
        assert_eq!(record.reason, Some("key-not-yet"));
        assert!(record.protection.is_empty());
    }
}

#[test]
fn an_answer_that_is_missing_counts_as_not_yet() {
    let (world, ..) = World::with_alice_and_bob();
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let provider = world.provider.as_ref();
    let step = gateway::start(
        &envelope,
        raw.into(),
        &world.snapshot,
        &world.directory,
        &world.memory,
        NOW,
        provider,
    );
    let gateway::Step::Need(waiting, needs) = step else {
        panic!("it needs the key");
    };
    assert_eq!(needs.len(), 1);
    let gateway::Step::Done(decision) = waiting.resume([]) else {
        panic!("it is decided");
    };
    deferred(&decision);
}

#[test]
fn a_key_of_another_certificate_defers() {
    let (world, _, bob) = World::with_alice_and_bob();
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let decision = world.run_with(&envelope, &raw, |_| Answer::Found(bob.key.clone()));
    deferred(&decision);
    assert_eq!(decision.records[0].reason, Some("key-unusable"));
}

/// One is served, one is not: the sender gets a report, and it tells nothing of the content.
#[test]
fn who_is_refused_beside_others_is_reported() {
    let (mut world, _, bob) = World::with_alice_and_bob();
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let envelope = outbound(ALICE, &["ann@partner.test", BOB]);
    let raw = mail(ALICE, "ann@partner.test, bob@partner.test");
    let decision = world.run(&envelope, &raw);
    let [mail, report] = deliveries(&decision) else {
        panic!("{decision:?}");
    };
    assert_eq!(
        (mail.hop, &mail.to[..]),
        (Direction::Outbound, &[address(BOB)][..])
    );
    assert!(world.open(&mail.message, Some(&bob)).entity.is_some());

    assert_eq!((report.hop, &report.from), (Direction::Inbound, &None));
    assert_eq!(report.to, [address(ALICE)]);
    let report = text(&report.message);
    assert!(report.contains("Final-Recipient: rfc822; ann@partner.test"));
    assert!(!report.contains("secret") && !report.contains("the subject"));

    let outcomes: Vec<_> = decision
        .records
        .iter()
        .map(|record| record.outcome)
        .collect();
    assert_eq!(outcomes, [Outcome::Refuse, Outcome::Deliver]);
    assert!(codes(&decision.records[0]).ends_with(&["refused", "sender-told"]));
}

#[test]
fn recipients_with_different_rules_get_different_messages() {
    let (mut world, ..) = World::with_alice_and_bob();
    world.outbound_rule(OutboundOption::OptionalEncryption);
    let mut rule = world.snapshot.rules.rules[0].clone();
    rule.id = policy::RuleId("plain".to_owned());
    rule.draft.external = policy::ExternalSelector::Address {
        value: address("list@elsewhere.test"),
    };
    rule.draft.outbound = Some(OutboundOption::Neither);
    world.snapshot.rules.rules.insert(0, rule);
    let envelope = outbound(ALICE, &["list@elsewhere.test", BOB, "ann@partner.test"]);
    let raw = mail(
        ALICE,
        "list@elsewhere.test, bob@partner.test, ann@partner.test",
    );
    let decision = world.run(&envelope, &raw);
    let protection: Vec<_> = decision
        .records
        .iter()
        .map(|r| r.protection.len())
        .collect();
    assert_eq!(protection, [0, 2, 1]);
    assert_eq!(deliveries(&decision).len(), 3);
    assert_eq!(deliveries(&decision)[0].message, raw);
}

#[test]
fn a_blind_copy_is_encrypted_apart() {
    let (mut world, _, bob) = World::with_alice_and_bob();
    let ann = world.meet("ann@partner.test");
    let hidden = world.meet("hidden@partner.test");
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let envelope = outbound(ALICE, &["hidden@partner.test", BOB, "ann@partner.test"]);
    let raw = mail(ALICE, "bob@partner.test, Ann <ann@partner.test>");
    let decision = world.run(&envelope, &raw);
    let [together, apart] = deliveries(&decision) else {
        panic!("{decision:?}");
    };
    assert_eq!(together.to, [address(BOB), address("ann@partner.test")]);
    assert_eq!(apart.to, [address("hidden@partner.test")]);
    let opens = |message: &[u8], person| world.open(message, Some(person)).entity.is_some();
    assert!(opens(&together.message, &bob) && opens(&together.message, &ann));
    assert!(!opens(&together.message, &hidden) && opens(&apart.message, &hidden));
    assert_eq!(smime::recipients(&together.message).len(), 3);
    assert_eq!(smime::recipients(&apart.message).len(), 2);
    assert!(codes(&decision.records[0]).contains(&"bcc-apart"));
}

/// Copies that are too large together are made one after the other: for each group the message comes
/// again, and then there is one.
#[test]
fn copies_have_a_limit() {
    let (mut world, ..) = World::with_alice_and_bob();
    let (hidden, keyless) = ("hidden@partner.test", "keyless@elsewhere.test");
    world.meet(hidden);
    world.outbound_rule(OutboundOption::OptionalEncryption);
    let mut raw = mail(ALICE, "bob@partner.test, keyless@elsewhere.test");
    lengthen(&mut raw, COPIES_OCTETS_MAX / 2);
    let one = |text| vec![address(text)];
    for (to, groups) in [
        ([BOB, keyless], [one(BOB), one(keyless)]),
        ([hidden, BOB], [one(BOB), one(hidden)]),
    ] {
        let decision = world.run(&outbound(ALICE, &to), &raw);
        assert_eq!(divided(&decision), groups);
        assert!(decision.records.is_empty(), "nothing has happened yet");
    }
    let decision = world.run(&outbound(ALICE, &[hidden]), &mail(ALICE, BOB));
    assert!(codes(&decision.records[0]).contains(&"bcc-apart"));
    raw = mail(ALICE, BOB);
    lengthen(&mut raw, COPIES_OCTETS_MAX / 3);
    let decision = world.run(&outbound(ALICE, &[BOB, keyless]), &raw);
    let octets = deliveries(&decision).iter().map(|one| one.message.len());
    assert!(octets.sum::<usize>() <= COPIES_OCTETS_MAX);
}

/// Who is refused goes with the first group, so that one report tells the sender.
#[test]
fn the_refused_are_no_group() {
    let (mut world, ..) = World::with_alice_and_bob();
    world.meet("hidden@partner.test");
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let to = ["keyless@elsewhere.test", BOB, "hidden@partner.test"];
    let mut raw = mail(ALICE, BOB);
    lengthen(&mut raw, COPIES_OCTETS_MAX / 2);
    let decision = world.run(&outbound(ALICE, &to), &raw);
    let [keyless, bob, hidden] = to.map(address);
    assert_eq!(divided(&decision), [vec![bob, keyless], vec![hidden]]);
}

/// Text of 8 bits is three times as long when it is encoded.
#[test]
fn a_copy_has_a_limit() {
    let (mut world, ..) = World::with_alice_and_bob();
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let mut raw = mail(ALICE, BOB);
    raw.extend("ü".repeat(COPY_OCTETS_MAX / 8).as_bytes());
    let decision = world.run(&outbound(ALICE, &[BOB]), &raw);
    assert_eq!(refused(&decision).enhanced(), "5.3.4");
    assert_eq!(decision.records[0].reason, Some("grows-too-large"));
}

/// The cipher that was used, as the recipient finds it.
fn cipher(opened: &Opened) -> &str {
    let LayerKind::Encrypted { cipher, .. } = &opened.layers[0].kind else {
        panic!("not encrypted");
    };
    cipher
}

#[test]
fn the_cipher_is_one_that_all_can_read() {
    let list = |ciphers: &[ContentCipher]| Capabilities {
        ciphers: ciphers.to_vec(),
        reads_oaep: false,
    };
    let gcm = list(&[ContentCipher::Aes256Gcm, ContentCipher::Aes256Cbc]);
    let old = list(&[ContentCipher::Aes128Cbc]);
    for (bob, ann, preferred, expected) in [
        (None, None, gateway::Cipher::Aes256Cbc, "aes-256-cbc"),
        (None, None, gateway::Cipher::Aes256Gcm, "aes-256-gcm"),
        (
            Some(&gcm),
            Some(&gcm),
            gateway::Cipher::Aes256Cbc,
            "aes-256-gcm",
        ),
        (Some(&gcm), None, gateway::Cipher::Aes256Cbc, "aes-256-cbc"),
        (
            Some(&gcm),
            Some(&old),
            gateway::Cipher::Aes256Gcm,
            "aes-128-cbc",
        ),
    ] {
        let mut world = World::new();
        world.activate(ALICE);
        let person = world.partner.person(BOB, world.provider.as_ref());
        world.introduce(&person, bob);
        let other = world
            .partner
            .person("ann@partner.test", world.provider.as_ref());
        world.introduce(&other, ann);
        world.snapshot.settings.cipher = preferred;
        world.outbound_rule(OutboundOption::EnforceEncryption);
        let envelope = outbound(ALICE, &[BOB, "ann@partner.test"]);
        let raw = mail(ALICE, "bob@partner.test, ann@partner.test");
        let decision = world.run(&envelope, &raw);
        let opened = world.open(delivered(&decision), Some(&person));
        assert_eq!(cipher(&opened), expected);
    }
}

/// What the sender's client has done is left alone.
#[test]
fn a_clients_own_protection_is_kept() {
    let (mut world, alice, bob) = World::with_alice_and_bob();
    let envelope = outbound(ALICE, &[BOB]);
    let signed = world.sign(&mail(ALICE, BOB), &alice);
    let encrypted = world.encrypt(&mail(ALICE, BOB), &[&bob]);
    world.outbound_rule(OutboundOption::EnforceEncryption);

    let decision = world.run(&envelope, &encrypted);
    assert_eq!(delivered(&decision), encrypted);
    assert!(codes(&decision.records[0]).contains(&"already-encrypted"));

    let decision = world.run(&envelope, &signed);
    let opened = world.open(delivered(&decision), Some(&bob));
    assert_eq!(opened.signatures.len(), 1);
    assert_eq!(opened.signature_verdict(), Some(Ok(())));
    assert_eq!(decision.records[0].protection, [Protection::Encrypted]);

    // Some gateways lose the protocol on the way.
    let text = String::from_utf8(signed.clone()).unwrap();
    let bare = text.replacen("protocol=\"application/pkcs7-signature\"", "x=y", 1);
    assert_ne!(bare, text);
    world.outbound_rule(OutboundOption::SignOnly);
    for signed in [signed, bare.into_bytes()] {
        let decision = world.run(&envelope, &signed);
        assert_eq!(delivered(&decision), signed);
        assert!(codes(&decision.records[0]).contains(&"already-signed"));
    }
}

/// Only the envelope's sender may speak, and only in its own name.
#[test]
fn from_must_be_a_mailbox_of_the_senders_certificate() {
    for (from, option, expected) in [
        ("ceo@acme.test", OutboundOption::SignOnly, Ok(())),
        (
            "ceo@acme.test",
            OutboundOption::EnforceEncryption,
            Err("from-mismatch"),
        ),
        ("eve@evil.test", OutboundOption::OptionalEncryption, Ok(())),
    ] {
        let (mut world, ..) = World::with_alice_and_bob();
        world.activate("ceo@acme.test");
        world.outbound_rule(option);
        let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(from, BOB));
        let decision = world.run(&envelope, &raw);
        let record = &decision.records[0];
        assert!(
            codes(record).contains(&"from-mismatch"),
            "{:?}",
            codes(record)
        );
        assert_eq!(record.reason.map_or(Ok(()), Err), expected);
        if expected.is_ok() {
            assert_eq!(delivered(&decision), raw);
        }
    }
}

#[test]
fn a_label_alone_does_not_pass_enforced_encryption() {
    let mut world = World::new();
    world.activate(ALICE);
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let envelope = outbound(ALICE, &[BOB]);
    let raw = text(&mail(ALICE, BOB)).replace(
        "text/plain; charset=utf-8",
        "application/pkcs7-mime; smime-type=enveloped-data",
    );
    let decision = world.run(&envelope, raw.as_bytes());
    assert_eq!(refused(&decision).enhanced(), "5.7.5");
}

#[test]
fn a_bounce_leaves_unsigned() {
    let mut world = World::new();
    world.outbound_rule(OutboundOption::OptionalEncryption);
    let (envelope, raw) = (outbound("", &[BOB]), mail("mailer-daemon@acme.test", BOB));
    let decision = world.run(&envelope, &raw);
    assert_eq!(delivered(&decision), raw);
    assert_eq!(codes(&decision.records[0]), ["null-sender"]);
}

/// It may quote what was decrypted, and any client may leave the sender out.
#[test]
fn without_a_sender_nothing_goes_where_encryption_is_enforced() {
    let mut world = World::new();
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let envelope = outbound("", &[BOB]);
    for from in ["mailer-daemon@acme.test", ALICE] {
        let decision = world.run(&envelope, &mail(from, BOB));
        assert_eq!(refused(&decision).enhanced(), "5.7.1");
        assert_eq!(decision.records[0].reason, Some("no-sender"));
    }
    // Not the organisation's word.
    let raw = mail("mailer-daemon@elsewhere.test", BOB);
    assert_eq!(delivered(&world.run(&envelope, &raw)), raw);
}

/// Other servers would find fields behind it that were not looked at.
#[test]
fn a_header_that_is_not_read_to_its_end_is_refused() {
    let world = World::new();
    let raw = mail(ALICE, BOB);
    let many = [b"X: y\r\n".repeat(mail::limits::FIELDS_MAX), raw.clone()].concat();
    let long = [
        &vec![b'x'; mail::limits::HEADER_OCTETS_MAX],
        &b": y\r\n"[..],
        &raw,
    ]
    .concat();
    let broken = [b"X: y\rSealgate-Result: z\r\n", raw.as_slice()].concat();
    for raw in [many, long, broken] {
        for envelope in [outbound(ALICE, &[BOB]), inbound(BOB, &[ALICE])] {
            let decision = world.run(&envelope, &raw);
            assert_eq!(refused(&decision).enhanced(), "5.6.0");
        }
    }
}

/// What is signed or encrypted has no place for it, and the sender wrote it.
#[test]
fn a_header_line_that_is_no_field_is_not_lost() {
    for (option, is_served) in [
        (OutboundOption::Neither, true),
        (OutboundOption::SignOnly, false),
        (OutboundOption::EnforceEncryption, false),
    ] {
        let (mut world, ..) = World::with_alice_and_bob();
        world.outbound_rule(option);
        let envelope = outbound(ALICE, &[BOB]);
        let raw = [b"From alice Mon\r\n", mail(ALICE, BOB).as_slice()].concat();
        assert_eq!(deliveries(&world.run(&envelope, &raw)).len(), 1);
        let raw = [b"Dear Bob,\r\n", mail(ALICE, BOB).as_slice()].concat();
        let decision = world.run(&envelope, &raw);
        if is_served {
            assert_eq!(delivered(&decision), raw);
        } else {
            assert_eq!(refused(&decision).enhanced(), "5.6.0");
            assert_eq!(decision.records[0].reason, Some("broken-header"));
        }
    }
}

#[test]
fn a_stranger_cannot_send() {
    let world = World::new();
    let (envelope, raw) = (
        outbound("eve@evil.test", &[BOB]),
        mail("eve@evil.test", BOB),
    );
    let decision = world.run(&envelope, &raw);
    assert_eq!(refused(&decision).enhanced(), "5.7.1");
}

#[test]
fn an_expired_certificate_does_not_sign() {
    let (mut world, alice, _) = World::with_alice_and_bob();
    let long_ago = UnixTime(NOW.0).plus_days(-400);
    let expired = world
        .acme
        .certify(ALICE, alice.key, long_ago, world.provider.as_ref());
    world.install(&expired);
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let decision = world.run(&envelope, &raw);
    assert_eq!(delivered(&decision), raw);
    assert!(codes(&decision.records[0]).contains(&"sender-certificate-unusable"));
}

#[test]
fn the_same_mail_is_decided_the_same_twice() {
    let trace = || {
        let (mut world, ..) = World::with_alice_and_bob();
        world.outbound_rule(OutboundOption::EnforceEncryption);
        let (envelope, raw) = (outbound(ALICE, &[BOB, "x@y.test"]), mail(ALICE, BOB));
        let decision = world.run(&envelope, &raw);
        let messages: Vec<_> = deliveries(&decision)
            .iter()
            .map(|d| d.message.to_vec())
            .collect();
        (decision.records, messages)
    };
    assert_eq!(trace(), trace());
}

/// What a signature taught holds as long as its authority does; what an administrator uploaded holds
/// without one.
#[test]
fn a_harvested_certificate_needs_an_authority_when_it_is_used() {
    let (mut world, _, _) = World::with_alice_and_bob();
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let refusals = |world: &World| {
        let admitted = gateway::admit(
            &envelope,
            &world.snapshot,
            &world.directory,
            &world.memory,
            NOW,
            world.provider.as_ref(),
        );
        let reason = world.run(&envelope, &raw).records[0].reason;
        assert_eq!(admitted[0].is_some(), reason.is_some());
        reason
    };
    let everywhere = world.snapshot.anchors.clone();
    let ours = everywhere[..1].to_vec();
    let mut elsewhere = everywhere.clone();
    elsewhere[1].domain = Some(mail::Domain::parse("other.test").unwrap());
    let mut there = everywhere.clone();
    there[1].domain = Some(mail::Domain::parse("partner.test").unwrap());

    for (source, expected) in [
        (PartnerSource::Harvested, Some("no-recipient-key")),
        (PartnerSource::Uploaded, None),
    ] {
        let bob = world.directory.external.get_mut(&address(BOB)).unwrap();
        bob.certificates[0].source = source;
        for anchors in [&everywhere, &there] {
            world.snapshot.anchors.clone_from(anchors);
            assert_eq!(refusals(&world), None, "{source:?}");
        }
        for anchors in [&ours, &elsewhere] {
            world.snapshot.anchors.clone_from(anchors);
            assert_eq!(refusals(&world), expected, "{source:?}");
        }
    }
}
