//! Mail that comes in.

use gateway::{
    Answer, COPIES_OCTETS_MAX, KEYS_TRIED_MAX, Outcome, Protection, SIGNING_TIME_AHEAD_SECONDS_MAX,
};
use mail::UnixTime;
use policy::{Direction, InboundOption};
use smime::Certificate;

use crate::support::{
    ALICE, BOB, NOW, Person, World, address, codes, deferred, delivered, deliveries, divided,
    inbound, lengthen, mail, refused, text,
};

const CAROL: &str = "carol@acme.test";

#[derive(Debug, Eq, PartialEq)]
enum Fate {
    AsItCame,
    Decrypted,
    StillEncrypted,
    Refused(&'static str),
}

/// Every option for plain mail, mail that can be decrypted and mail that cannot.
#[test]
fn options_and_situations() {
    use Fate::{AsItCame, Decrypted, Refused, StillEncrypted};
    use InboundOption::{AlwaysDecrypt, DoNotDecrypt, ForceDecryption, OptionalDecryption};
    for (option, expected) in [
        (DoNotDecrypt, [AsItCame, StillEncrypted, StillEncrypted]),
        (OptionalDecryption, [AsItCame, Decrypted, StillEncrypted]),
        (
            AlwaysDecrypt,
            [AsItCame, Decrypted, Refused("not-decryptable")],
        ),
        (
            ForceDecryption,
            [
                Refused("not-encrypted"),
                Decrypted,
                Refused("not-decryptable"),
            ],
        ),
    ] {
        let mut world = World::new();
        world.inbound_rule(option);
        let alice = world.activate(ALICE);
        let stranger = world.acme.person(CAROL, world.provider.as_ref());
        let plain = mail(BOB, ALICE);
        let messages = [
            plain.clone(),
            world.encrypt(&plain, &[&alice]),
            world.encrypt(&plain, &[&stranger]),
        ];
        for (raw, expected) in messages.iter().zip(expected) {
            assert_eq!(situation(&world, raw), expected, "{option:?}");
        }
    }
}

fn situation(world: &World, raw: &[u8]) -> Fate {
    let envelope = inbound(BOB, &[ALICE]);
    let decision = world.run(&envelope, raw);
    let record = &decision.records[0];
    if record.outcome == Outcome::Refuse {
        let reply = refused(&decision);
        assert_eq!(reply.code(), 550);
        assert!(reply.line().contains(ALICE));
        return Fate::Refused(record.reason.unwrap());
    }
    let message = delivered(&decision);
    match record.protection[..] {
        [] => {
            assert_eq!(message, raw);
            Fate::AsItCame
        }
        [Protection::Decrypted] => {
            let message = text(message);
            assert!(
                message.starts_with("Sealgate-Result: encryption=decrypted; signature=none\r\n")
            );
            assert!(message.contains("Subject: the subject") && message.contains("the secret"));
            Fate::Decrypted
        }
        [Protection::StillEncrypted] => {
            assert_eq!(message, raw, "byte for byte");
            Fate::StillEncrypted
        }
        _ => panic!("{:?}", record.protection),
    }
}

/// What only claims to be encrypted does not pass where undecryptable mail is refused.
#[test]
fn a_broken_envelope_counts_as_encrypted() {
    for (option, expected) in [
        (InboundOption::OptionalDecryption, None),
        (InboundOption::AlwaysDecrypt, Some("not-decryptable")),
        (InboundOption::ForceDecryption, Some("not-decryptable")),
    ] {
        let mut world = World::new();
        world.inbound_rule(option);
        let raw = text(&mail(BOB, ALICE)).replace(
            "text/plain; charset=utf-8",
            "application/pkcs7-mime; smime-type=enveloped-data",
        );
        let envelope = inbound(BOB, &[ALICE]);
        let decision = world.run(&envelope, raw.as_bytes());
        let record = &decision.records[0];
        if expected.is_some() {
            assert_eq!(record.reason, expected);
        } else {
            assert_eq!(record.protection, [Protection::StillEncrypted]);
            assert_eq!(record.reason, Some("malformed"));
        }
    }
}

/// A mail with an attachment.
fn with_attachment(fields: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "From: <{BOB}>\r\nTo: <{ALICE}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ntext\r\n--x\r\n{fields}\r\n"
    );
    [head.as_bytes(), content, b"\r\n--x--\r\n"].concat()
}

const BROKEN: &str = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\
                      Content-Transfer-Encoding: base64\r\n";

/// What is encrypted in a part is content like any other: neither is the mail encrypted by it, nor closed.
#[test]
fn encryption_of_a_part_is_not_that_of_the_mail() {
    use InboundOption::{AlwaysDecrypt, ForceDecryption, OptionalDecryption};
    let mut world = World::new();
    let (alice, bob) = (
        world.activate(ALICE),
        world.partner.person(BOB, world.provider.as_ref()),
    );
    let stranger = world.acme.person(CAROL, world.provider.as_ref());
    let forwarded = world.encrypt(&mail("eve@evil.test", CAROL), &[&stranger]);
    for raw in [
        with_attachment("Content-Type: message/rfc822\r\n", &forwarded),
        with_attachment(BROKEN, b"bm90IGEgQ01TIG9iamVjdA=="),
    ] {
        world.snapshot.rules = policy::RuleSet::default();
        world.inbound_rule(ForceDecryption);
        assert_eq!(situation(&world, &raw), Fate::Refused("not-encrypted"));
        for option in [AlwaysDecrypt, OptionalDecryption] {
            world.snapshot.rules = policy::RuleSet::default();
            world.inbound_rule(option);
            assert_eq!(situation(&world, &raw), Fate::AsItCame);

            let envelope = inbound(BOB, &[ALICE]);
            let signed = world.sign(&raw, &bob);
            let decision = world.run(&envelope, &signed);
            let message = text(delivered(&decision));
            assert!(message.starts_with(
                "Sealgate-Result: encryption=none; signature=verified; signer=bob@partner.test\r\n"
            ));
            let sealed = world.encrypt(&signed, &[&alice]);
            let decision = world.run(&envelope, &sealed);
            let protection = &decision.records[0].protection;
            assert_eq!(*protection, [Protection::Decrypted, Protection::Verified]);
        }
    }
}

/// A signature around it makes a broken envelope no plain mail; neither do two types, of which readers take one.
#[test]
fn a_broken_envelope_counts_as_encrypted_at_any_depth() {
    let mut world = World::new();
    world.inbound_rule(InboundOption::AlwaysDecrypt);
    let bob = world.partner.person(BOB, world.provider.as_ref());
    let envelope = format!("From: <{BOB}>\r\n{BROKEN}\r\nbm90IGEgQ01TIG9iamVjdA==\r\n");
    let signer = smime::Signer {
        certificate: &bob.certificate,
        chain: &[],
        key: &bob.key,
    };
    let options = smime::SignOptions {
        opaque: true,
        ..smime::SignOptions::default()
    };
    let ambiguous = format!(
        "From: <{BOB}>\r\n{BROKEN}Content-Type: text/plain\r\n\r\nbm90IGEgQ01TIG9iamVjdA==\r\n"
    );
    let sole = format!(
        "From: <{BOB}>\r\nContent-Type: multipart/mixed; boundary=x; boundary=y\r\n\r\n\
         --x\r\n{BROKEN}\r\nbm90IGEgQ01TIG9iamVjdA==\r\n--x--\r\n"
    );
    for content in [envelope, ambiguous, sole] {
        let opaque = smime::protect(content.as_bytes().into(), |entity| {
            smime::sign(entity, &signer, &options, NOW, world.provider.as_ref())
        });
        let clear = text(&world.sign(content.as_bytes(), &bob));
        // Some readers find another part behind the last.
        let disputed = format!("{clear}--z\r\n");
        for raw in [
            content.into_bytes(),
            opaque.unwrap().into_vec(),
            clear.into_bytes(),
            disputed.into_bytes(),
        ] {
            let refused = Fate::Refused("not-decryptable");
            assert_eq!(situation(&world, &raw), refused, "{}", text(&raw));
        }
    }
}

/// Bob's signed answer is decrypted, verified, and teaches his certificate.
#[test]
fn a_signed_and_encrypted_answer() {
    let mut world = World::new();
    let alice = world.activate(ALICE);
    let bob = world.partner.person(BOB, world.provider.as_ref());
    let signed = world.sign(&mail(BOB, ALICE), &bob);
    let raw = world.encrypt(&signed, &[&alice]);
    let envelope = inbound(BOB, &[ALICE]);
    let decision = world.run(&envelope, &raw);

    let record = &decision.records[0];
    assert_eq!(
        record.protection,
        [Protection::Decrypted, Protection::Verified]
    );
    assert_eq!(
        codes(record),
        [
            "defaults-decided",
            "decrypted",
            "signature-good",
            "certificate-learnt"
        ]
    );
    let message = text(delivered(&decision));
    assert!(message.starts_with(
        "Sealgate-Result: encryption=decrypted; signature=verified; signer=bob@partner.test\r\n"
    ));
    check_learnt(&decision.learnt, &bob);
}

fn check_learnt(learnt: &[gateway::Learnt], person: &Person) {
    let [learnt] = learnt else {
        panic!("{learnt:?}");
    };
    assert_eq!(learnt.address, person.address);
    assert_eq!(learnt.certificate, person.certificate);
    assert_eq!(learnt.signed_at, Some(NOW));
    assert!(learnt.capabilities.is_some());
    assert_eq!(learnt.chain, Vec::<Certificate>::new());
}

#[test]
fn a_certificate_is_learnt_from_a_good_signature_only() {
    let world = World::new();
    let bob = world.partner.person(BOB, world.provider.as_ref());
    let unknown_ca = crate::support::Authority::new("Unknown", world.provider.as_ref());
    let untrusted = unknown_ca.person(BOB, world.provider.as_ref());
    let good = world.sign(&mail(BOB, ALICE), &bob);
    let altered = text(&good).replace("the secret", "the secrEt");
    for (raw, expected) in [
        (good.clone(), None),
        (altered.into_bytes(), Some("digest-mismatch")),
        (
            world.sign(&mail(BOB, ALICE), &untrusted),
            Some("untrusted-root"),
        ),
        (
            world.sign(&mail("ceo@partner.test", ALICE), &bob),
            Some("address-mismatch"),
        ),
    ] {
        let envelope = inbound(BOB, &[ALICE]);
        let decision = world.run(&envelope, &raw);
        let record = &decision.records[0];
        assert_eq!(record.reason, expected);
        assert_eq!(
            decision.learnt.is_empty(),
            expected.is_some(),
            "{expected:?}"
        );
        let protection = match expected {
            None => Protection::Verified,
            Some(_) => Protection::SignatureBad,
        };
        assert_eq!(record.protection, [protection]);
        assert_eq!(
            record.outcome,
            Outcome::Deliver,
            "a bad signature is no reason to refuse"
        );
    }
}

#[test]
fn a_signature_from_the_future_teaches_nothing() {
    let world = World::new();
    let bob = world.partner.person(BOB, world.provider.as_ref());
    for (ahead, learnt) in [(0, 1), (1, 0)] {
        let at = UnixTime(NOW.0 + SIGNING_TIME_AHEAD_SECONDS_MAX + ahead);
        let raw = world.sign_at(&mail(BOB, ALICE), &bob, at);
        let envelope = inbound(BOB, &[ALICE]);
        let decision = world.run(&envelope, &raw);
        assert_eq!(decision.records[0].protection, [Protection::Verified]);
        assert_eq!(decision.learnt.len(), learnt);
    }
}

#[test]
fn the_organisations_own_certificates_are_not_partners() {
    let mut world = World::new();
    let alice = world.activate(ALICE);
    let raw = world.sign(&mail(ALICE, CAROL), &alice);
    let envelope = inbound(ALICE, &[CAROL]);
    let decision = world.run(&envelope, &raw);
    assert_eq!(decision.records[0].protection, [Protection::Verified]);
    assert!(decision.learnt.is_empty());
}

#[test]
fn an_earlier_key_still_opens_old_mail() {
    let mut world = World::new();
    let before = world.activate(ALICE);
    world.activate(ALICE);
    let raw = world.encrypt(&mail(BOB, ALICE), &[&before]);
    let envelope = inbound(BOB, &[ALICE]);
    let decision = world.run(&envelope, &raw);
    assert_eq!(decision.records[0].protection, [Protection::Decrypted]);
}

/// Not even *optional decryption* delivers what a key opens that is only not there yet.
#[test]
fn a_missing_key_defers() {
    for option in [
        InboundOption::OptionalDecryption,
        InboundOption::AlwaysDecrypt,
        InboundOption::ForceDecryption,
    ] {
        let mut world = World::new();
        world.inbound_rule(option);
        let alice = world.activate(ALICE);
        let raw = world.encrypt(&mail(BOB, ALICE), &[&alice]);
        let envelope = inbound(BOB, &[ALICE]);
        let decision = world.run_with(&envelope, &raw, |_| Answer::NotYet);
        assert_eq!(deferred(&decision).code(), 451);
        assert_eq!(decision.records[0].reason, Some("key-not-yet"));
    }
}

#[test]
fn what_is_not_to_be_decrypted_asks_for_no_key() {
    let mut world = World::new();
    world.inbound_rule(InboundOption::DoNotDecrypt);
    let alice = world.activate(ALICE);
    let raw = world.encrypt(&mail(BOB, ALICE), &[&alice]);
    let envelope = inbound(BOB, &[ALICE]);
    let decision = world.run_with(&envelope, &raw, |need| panic!("asked for {need:?}"));
    assert_eq!(delivered(&decision), raw);
    assert_eq!(
        codes(&decision.records[0]),
        ["rule-decided", "left-encrypted"]
    );
}

/// Each recipient is judged by its own rule and its own certificates.
#[test]
fn recipients_differ() {
    let mut world = World::new();
    let alice = world.activate(ALICE);
    let carol = world.activate(CAROL);
    world.activate("dan@acme.test");
    world.rule(Some(CAROL), Some(InboundOption::DoNotDecrypt), None);
    world.rule(
        Some("dan@acme.test"),
        Some(InboundOption::ForceDecryption),
        None,
    );
    let raw = world.encrypt(&mail(BOB, ALICE), &[&alice, &carol]);
    let envelope = inbound(BOB, &[ALICE, CAROL, "dan@acme.test"]);
    let decision = world.run(&envelope, &raw);

    let protection: Vec<_> = decision
        .records
        .iter()
        .map(|r| r.protection.clone())
        .collect();
    assert_eq!(
        protection,
        [
            vec![Protection::Decrypted],
            vec![Protection::StillEncrypted],
            vec![]
        ]
    );
    let [encrypted, decrypted, report] = deliveries(&decision) else {
        panic!("{decision:?}");
    };
    assert_eq!(
        (&encrypted.to[..], &encrypted.message[..]),
        (&[address(CAROL)][..], &raw[..])
    );
    assert_eq!(decrypted.to, [address(ALICE)]);
    assert_eq!(
        (report.hop, &report.to[..]),
        (Direction::Outbound, &[address(BOB)][..])
    );
    let report = text(&report.message);
    assert!(report.contains("dan@acme.test") && !report.contains("the secret"));
}

/// A mail that some get as it came and others with its result is two, which may be too large together.
#[test]
fn forms_that_are_too_large_together_are_made_apart() {
    let mut world = World::new();
    let bob = world.partner.person(BOB, world.provider.as_ref());
    world.rule(Some(CAROL), Some(InboundOption::DoNotDecrypt), None);
    let mut raw = mail(BOB, ALICE);
    lengthen(&mut raw, COPIES_OCTETS_MAX / 2);
    let raw = world.sign(&raw, &bob);
    let decision = world.run(&inbound(BOB, &[CAROL, ALICE]), &raw);
    let groups = [vec![address(ALICE)], vec![address(CAROL)]];
    assert_eq!(divided(&decision), groups);
    for to in [ALICE, CAROL] {
        delivered(&world.run(&inbound(BOB, &[to]), &raw));
    }
}

#[test]
fn the_next_recipients_key_is_tried_when_the_first_is_missing() {
    let mut world = World::new();
    let alice = world.activate(ALICE);
    let carol = world.activate(CAROL);
    let raw = world.encrypt(&mail(BOB, ALICE), &[&alice, &carol]);
    let envelope = inbound(BOB, &[ALICE, CAROL]);
    world
        .keys
        .retain(|id, _| id.0 == carol.certificate.fingerprint().to_string());
    let decision = world.run(&envelope, &raw);
    for record in &decision.records {
        assert_eq!(record.protection, [Protection::Decrypted]);
    }
}

#[test]
fn the_number_of_keys_asked_for_is_bounded() {
    let mut world = World::new();
    let names: Vec<String> = (0..KEYS_TRIED_MAX + 4)
        .map(|n| format!("m{n}@acme.test"))
        .collect();
    let people: Vec<_> = names.iter().map(|name| world.activate(name)).collect();
    let raw = world.encrypt(&mail(BOB, ALICE), &people.iter().collect::<Vec<_>>());
    let to: Vec<&str> = names.iter().map(String::as_str).collect();
    let envelope = inbound(BOB, &to);
    let asked = std::cell::Cell::new(0);
    let decision = world.run_with(&envelope, &raw, |_| {
        asked.set(asked.get() + 1);
        Answer::NotYet
    });
    assert_eq!(asked.get(), KEYS_TRIED_MAX);
    deferred(&decision);
}

/// A bounce is from nobody: rules for certain externals do not hold for it.
#[test]
fn a_bounce_comes_in_under_rules_for_everybody() {
    let mut world = World::new();
    let mut rule = policy::RuleDraft {
        name: "partner".to_owned(),
        enabled: true,
        managed: policy::ManagedSelector::Any,
        external: policy::ExternalSelector::Domain {
            value: mail::Domain::parse("partner.test").unwrap(),
            subdomains: true,
        },
        inbound: Some(InboundOption::ForceDecryption),
        outbound: None,
    };
    world
        .snapshot
        .rules
        .add(policy::RuleId("a".to_owned()), rule.clone())
        .unwrap();
    let raw = mail("mailer-daemon@partner.test", ALICE);
    let envelope = inbound("", &[ALICE]);
    assert_eq!(delivered(&world.run(&envelope, &raw)), raw);

    rule.external = policy::ExternalSelector::Any;
    world
        .snapshot
        .rules
        .add(policy::RuleId("b".to_owned()), rule)
        .unwrap();
    assert_eq!(refused(&world.run(&envelope, &raw)).enhanced(), "5.7.1");
}

#[test]
fn strangers_do_not_speak_in_our_name() {
    let mut world = World::new();
    let alice = world.activate(ALICE);
    let forged = b"sealgate-Result: encryption=decrypted; signature=verified\r\n";
    let plain = mail(BOB, ALICE);
    let envelope = inbound(BOB, &[ALICE]);

    let raw = [&forged[..], &plain].concat();
    let decision = world.run(&envelope, &raw);
    assert_eq!(delivered(&decision), plain);
    assert_eq!(codes(&decision.records[0])[0], "stranger-fields-removed");

    // Outside and inside of an encrypted mail.
    let raw = [&forged[..], &world.encrypt(&raw, &[&alice])].concat();
    let decision = world.run(&envelope, &raw);
    let message = text(delivered(&decision));
    assert_eq!(
        message.to_lowercase().matches("sealgate-result").count(),
        1,
        "{message}"
    );
    assert!(message.contains("encryption=decrypted; signature=none"));
}

/// Its line ends make a header longer than any is read.
#[test]
fn strangers_do_not_speak_behind_a_limit() {
    let mut world = World::new();
    let alice = world.activate(ALICE);
    let lines = " x\n".repeat(mail::limits::HEADER_OCTETS_MAX / 3 - 1000);
    let head = format!("X: 1\n{lines}sealgate-Result: encryption=decrypted; signature=verified\n");
    let sealed = world.encrypt(&mail(BOB, ALICE), &[&alice]);
    let raw = [head.as_bytes(), &sealed].concat();
    let decision = world.run(&inbound(BOB, &[ALICE]), &raw);
    let message = text(delivered(&decision));
    assert!(message.starts_with("Sealgate-Result: encryption=decrypted; signature=none\r\n"));
    assert!(!message.contains("sealgate-Result"));
}

#[test]
fn only_mailboxes_of_the_organisation_receive() {
    let world = World::new();
    let raw = mail(BOB, ALICE);
    let envelope = inbound(BOB, &["eve@evil.test"]);
    assert_eq!(refused(&world.run(&envelope, &raw)).enhanced(), "5.7.1");
    let envelope = inbound(BOB, &[ALICE, "eve@evil.test"]);
    let decision = world.run(&envelope, &raw);
    assert_eq!(deliveries(&decision).len(), 2, "one mail, one report");
}

/// The authority of a signature that leads nowhere is told, once and only where it truly issued the
/// signer's certificate and the mail carries it.
#[test]
fn an_unknown_authority_is_noticed() {
    let mut world = World::new();
    let unknown = crate::support::Authority::new("Unknown", world.provider.as_ref());
    let mallory = unknown.person(BOB, world.provider.as_ref());
    let envelope = inbound(BOB, &[ALICE]);
    let plain = mail(BOB, ALICE);
    let raw = world.sign_with_chain(&plain, &mallory, &[unknown.root()]);
    let decision = world.run(&envelope, &raw);
    assert_eq!(decision.unknown_authorities, [unknown.root()]);
    assert!(decision.learnt.is_empty());

    let another = crate::support::Authority::new("Unknown", world.provider.as_ref());
    for chain in [Vec::new(), vec![another.root()], vec![world.partner.root()]] {
        let raw = world.sign_with_chain(&plain, &mallory, &chain);
        assert!(
            world.run(&envelope, &raw).unknown_authorities.is_empty(),
            "{chain:?}"
        );
    }

    world.snapshot.anchors.push(gateway::Anchor {
        certificate: unknown.root(),
        domain: None,
    });
    let raw = world.sign_with_chain(&plain, &mallory, &[unknown.root()]);
    let decision = world.run(&envelope, &raw);
    assert!(decision.unknown_authorities.is_empty());
    assert_eq!(decision.learnt.len(), 1);
}
