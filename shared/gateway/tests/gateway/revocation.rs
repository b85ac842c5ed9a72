//! What is asked about revocation, and what the answers mean.

use std::cell::RefCell;

use gateway::{
    ANSWERS_OCTETS_MAX, Answer, Decision, Envelope, Need, Outcome, PartnerSource, Protection,
    RevocationChecks, SOURCES_ASKED_MAX, Said,
};
use mail::UnixTime;
use policy::OutboundOption;
use smime::{KeyKind, RevocationSource};

use crate::admit::replies;
use crate::support::{
    ALICE, BOB, CRL_URL, NOW, Person, World, address, codes, delivered, inbound, mail, outbound,
    refused, text,
};

use RevocationChecks::{Off, Require, Warn};

/// A world with Alice and Bob, where encryption is enforced.
fn world(checks: RevocationChecks) -> (World, Person, Person) {
    let (mut world, alice, bob) = World::with_alice_and_bob();
    world.snapshot.settings.revocation = checks;
    world.outbound_rule(OutboundOption::EnforceEncryption);
    (world, alice, bob)
}

/// Runs the pipeline; the partner's server has this list, or does not answer. Also what it was asked
/// for.
fn run(
    world: &World,
    envelope: &Envelope,
    raw: &[u8],
    list: Option<&[u8]>,
) -> (Decision, Vec<String>) {
    let asked = RefCell::new(Vec::new());
    let decision = world.run_with(envelope, raw, |need| match need {
        Need::Key(_) => world.key(need),
        Need::Revocation(source) => {
            asked.borrow_mut().push(source.url().to_owned());
            Answer::Revocation(said(world, source, list))
        }
    });
    (decision, asked.into_inner())
}

fn said(world: &World, source: &RevocationSource, list: Option<&[u8]>) -> Said {
    let read = list.and_then(|list| source.read(list, NOW, world.provider.as_ref()));
    read.map_or(Said::Nothing, Said::Info)
}

/// A list that revokes nobody, one that revokes Bob, and a server that does not answer.
fn lists(world: &World, bob: &Person) -> [Option<Vec<u8>>; 3] {
    let provider = world.provider.as_ref();
    let good = world.partner.crl(&[], provider);
    [Some(good), Some(world.partner.crl(&[bob], provider)), None]
}

#[test]
fn every_setting_and_every_answer_for_a_recipient() {
    for source in [PartnerSource::Harvested, PartnerSource::Uploaded] {
        for (checks, expected) in [
            (
                Require,
                [
                    Ok(None),
                    Err("recipient-key-revoked"),
                    Err("revocation-unknown"),
                ],
            ),
            (
                Warn,
                [
                    Ok(None),
                    Err("recipient-key-revoked"),
                    Ok(Some("revocation-unknown")),
                ],
            ),
            (Off, [Ok(None), Ok(None), Ok(None)]),
        ] {
            let (mut world, _, bob) = world(checks);
            let partner = world.directory.external.get_mut(&address(BOB)).unwrap();
            partner.certificates[0].source = source;
            for (list, expected) in lists(&world, &bob).iter().zip(expected) {
                let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
                let (decision, asked) = run(&world, &envelope, &raw, list.as_deref());
                let record = &decision.records[0];
                let found = match record.outcome {
                    Outcome::Deliver => Ok(record.reason),
                    _ => Err(record.reason.unwrap()),
                };
                assert_eq!(found, expected, "{checks:?}: {:?}", record.trace);
                if found.is_ok() {
                    assert!(record.protection.contains(&Protection::Encrypted));
                } else {
                    assert!(refused(&decision).line().starts_with("550 5.7.5 "));
                }
                let expected = if checks == Off { vec![] } else { vec![CRL_URL] };
                assert_eq!(asked, expected);
            }
        }
    }
}

#[test]
fn every_setting_and_every_answer_for_a_signer() {
    for (checks, expected) in [
        (
            Require,
            [Ok(None), Err("revoked"), Err("revocation-unknown")],
        ),
        (
            Warn,
            [Ok(None), Err("revoked"), Ok(Some("revocation-unknown"))],
        ),
        (Off, [Ok(None), Ok(None), Ok(None)]),
    ] {
        let (world, alice, bob) = world(checks);
        let signed = world.sign(&mail(BOB, ALICE), &bob);
        let sealed = world.encrypt(&signed, &[&alice]);
        for raw in [signed, sealed] {
            for (list, expected) in lists(&world, &bob).iter().zip(expected) {
                let envelope = inbound(BOB, &[ALICE]);
                let (decision, asked) = run(&world, &envelope, &raw, list.as_deref());
                let record = &decision.records[0];
                let is_verified = record.protection.contains(&Protection::Verified);
                let found = if is_verified {
                    Ok(record.reason)
                } else {
                    assert!(record.protection.contains(&Protection::SignatureBad));
                    Err(record.reason.unwrap())
                };
                assert_eq!(found, expected, "{checks:?}: {:?}", record.trace);
                assert_eq!(decision.learnt.len(), usize::from(is_verified));
                let field = match expected {
                    Ok(None) => "signature=verified; signer=bob@partner.test\r\n".to_owned(),
                    Ok(Some(_)) => {
                        "signature=verified; signer=bob@partner.test; revocation=unknown\r\n"
                            .to_owned()
                    }
                    Err(reason) => format!("signature=bad; reason={reason}\r\n"),
                };
                assert!(text(delivered(&decision)).contains(&field), "{field}");
                assert_eq!(asked.len(), usize::from(checks != Off));
            }
        }
    }
}

/// What a revoked signature protects is worth as little as what it signs: the visible From stays.
#[test]
fn a_revoked_signer_changes_no_from() {
    let (world, alice, bob) = world(Warn);
    let signer = smime::Signer {
        certificate: &bob.certificate,
        chain: &[],
        key: &bob.key,
    };
    let protected = smime::protect_with_header(
        mail(BOB, ALICE).into(),
        smime::HeaderProtection::Clear,
        |entity| {
            let options = smime::SignOptions::default();
            smime::sign(entity, &signer, &options, NOW, world.provider.as_ref())
        },
    )
    .unwrap();
    let shown = "From: <list@partner.test>";
    let raw = text(&protected).replacen("From: <bob@partner.test>", shown, 1);
    let raw = world.encrypt(raw.as_bytes(), &[&alice]);
    let envelope = inbound(BOB, &[ALICE]);
    let [good, revoked, _] = lists(&world, &bob);
    let (decision, _) = run(&world, &envelope, &raw, good.as_deref());
    assert!(!text(delivered(&decision)).contains(shown));
    let (decision, _) = run(&world, &envelope, &raw, revoked.as_deref());
    assert!(text(delivered(&decision)).contains(shown));
    assert!(codes(&decision.records[0]).contains(&"visible-from-kept"));
}

#[test]
fn without_a_key_that_counts_optional_encryption_only_signs() {
    let (mut world, _, bob) = world(Warn);
    world.snapshot.rules.rules[0].draft.outbound = Some(OutboundOption::OptionalEncryption);
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let [_, revoked, _] = lists(&world, &bob);
    let (decision, _) = run(&world, &envelope, &raw, revoked.as_deref());
    let record = &decision.records[0];
    assert_eq!(record.protection, [Protection::Signed]);
    assert!(codes(record).contains(&"recipient-key-revoked"));
    assert!(codes(record).contains(&"left-plain"));
}

/// The next certificate of the same partner is taken, after one was revoked.
#[test]
fn another_certificate_takes_the_place_of_a_revoked_one() {
    let (mut world, _, old) = world(Require);
    let new = world.meet(BOB);
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    let [_, revoked, _] = lists(&world, &old);
    let (decision, asked) = run(&world, &envelope, &raw, revoked.as_deref());
    assert!(world.open(delivered(&decision), Some(&new)).has_message());
    assert!(!world.open(delivered(&decision), Some(&old)).has_message());
    assert_eq!(asked.len(), 1, "one list is about both");
}

#[test]
fn nobody_is_asked_about_what_nobody_can_tell_or_needs_to_know() {
    let nobody = |world: &World, envelope: &Envelope, raw: &[u8]| {
        let (decision, asked) = run(world, envelope, raw, None);
        assert_eq!(asked, Vec::<String>::new());
        decision.records[0].clone()
    };
    // Our own CA's revocations are known.
    let (mut world, _, bob) = world(Require);
    world.activate("dave@acme.test");
    let (inside, raw) = (
        outbound(ALICE, &["dave@acme.test"]),
        mail(ALICE, "dave@acme.test"),
    );
    assert!(
        nobody(&world, &inside, &raw)
            .protection
            .contains(&Protection::Encrypted)
    );

    // A signature that is not good anyway.
    let altered = text(&world.sign(&mail(BOB, ALICE), &bob)).replace("the secret", "another");
    let record = nobody(&world, &inbound(BOB, &[ALICE]), altered.as_bytes());
    assert_eq!(record.reason, Some("digest-mismatch"));

    // A recipient who gets nothing encrypted.
    let (to_bob, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    world.snapshot.rules.rules[0].draft.outbound = Some(OutboundOption::SignOnly);
    assert_eq!(
        nobody(&world, &to_bob, &raw).protection,
        [Protection::Signed]
    );
    world.snapshot.rules.rules[0].draft.outbound = Some(OutboundOption::EnforceEncryption);

    // An administrator's word, without an authority that would have anything to say.
    world.snapshot.anchors.pop();
    assert!(
        nobody(&world, &to_bob, &raw)
            .protection
            .contains(&Protection::Encrypted)
    );
}

#[test]
fn a_certificate_that_names_no_place_is_told_apart() {
    let (mut world, _, _) = world(Warn);
    let provider = world.provider.as_ref();
    let key = provider.generate_key(KeyKind::P256).unwrap();
    let nowhere = "ldap://lists.partner.test";
    let carol = world
        .partner
        .certify_naming(nowhere, "carol@partner.test", key, NOW, provider);
    world.introduce(&carol, None);
    let to = "carol@partner.test";
    let (envelope, raw) = (outbound(ALICE, &[to]), mail(ALICE, to));
    let (decision, asked) = run(&world, &envelope, &raw, None);
    let record = &decision.records[0];
    assert!(codes(record).contains(&"revocation-unpublished"));
    assert_eq!(record.reason, Some("revocation-unknown"));
    assert!(asked.is_empty());
}

#[test]
fn a_list_is_asked_for_once_for_all_recipients() {
    let (mut world, ..) = world(Require);
    let carol = world.meet("carol@partner.test");
    let to = [BOB, "carol@partner.test"];
    let (envelope, raw) = (outbound(ALICE, &to), mail(ALICE, BOB));
    let list = world.partner.crl(&[&carol], world.provider.as_ref());
    let (decision, asked) = run(&world, &envelope, &raw, Some(&list));
    assert_eq!(asked, [CRL_URL]);
    let reasons: Vec<_> = decision
        .records
        .iter()
        .map(|record| record.reason)
        .collect();
    assert_eq!(reasons, [None, Some("recipient-key-revoked")]);
    assert!(codes(&decision.records[0]).contains(&"not-revoked"));
}

#[test]
fn the_number_of_sources_asked_is_bounded() {
    let (mut world, _, _) = world(Warn);
    let people: Vec<String> = (0..SOURCES_ASKED_MAX + 3)
        .map(|number| format!("p{number}@partner.test"))
        .collect();
    for (number, name) in people.iter().enumerate() {
        let provider = world.provider.as_ref();
        let key = provider.generate_key(KeyKind::P256).unwrap();
        let url = format!("http://lists.partner.test/{number}");
        let person = world.partner.certify_naming(&url, name, key, NOW, provider);
        world.introduce(&person, None);
    }
    let to: Vec<&str> = people.iter().map(String::as_str).collect();
    let (envelope, raw) = (outbound(ALICE, &to), mail(ALICE, to[0]));
    let list = world.partner.crl(&[], world.provider.as_ref());
    let (decision, asked) = run(&world, &envelope, &raw, Some(&list));
    assert_eq!(asked.len(), SOURCES_ASKED_MAX);
    let unknown = decision
        .records
        .iter()
        .filter(|record| record.reason.is_some());
    assert_eq!(unknown.count(), 3);
}

#[test]
fn the_octets_of_answers_are_bounded() {
    let (mut world, _, _) = world(Warn);
    let provider = world.provider.as_ref();
    let revoked = world.partner.person("old@partner.test", provider);
    let many: Vec<&Person> = std::iter::repeat_n(&revoked, 80_000).collect();
    let list = world.partner.crl(&many, provider);
    let held = ANSWERS_OCTETS_MAX / list.len();
    assert!(list.len() < smime::REVOCATION_INFO_OCTETS_MAX && held > 0);
    let people: Vec<String> = (0..=held).map(|n| format!("p{n}@partner.test")).collect();
    for name in &people {
        let provider = world.provider.as_ref();
        let key = provider.generate_key(KeyKind::P256).unwrap();
        let url = format!("http://lists.partner.test/{name}");
        let person = world.partner.certify_naming(&url, name, key, NOW, provider);
        world.introduce(&person, None);
    }
    let to: Vec<&str> = people.iter().map(String::as_str).collect();
    let (envelope, raw) = (outbound(ALICE, &to), mail(ALICE, to[0]));
    let (decision, asked) = run(&world, &envelope, &raw, Some(&list));
    assert_eq!(asked.len(), people.len());
    let unknown = decision
        .records
        .iter()
        .filter(|record| record.reason.is_some());
    assert_eq!(unknown.count(), 1);
}

/// Gives Alice, or a colleague, an active certificate of another CA than the built-in one.
fn install_of_another_ca(world: &mut World, text: &str) -> Person {
    let person = world.partner.person(text, world.provider.as_ref());
    world.install(&person);
    let mailbox = world.directory.managed.get_mut(&address(text)).unwrap();
    mailbox.active.as_mut().unwrap().is_built_in = false;
    person
}

/// What another CA says of an own mailbox's certificate counts as it does for a partner's.
#[test]
fn another_ca_is_asked_about_a_colleague() {
    let carol = "carol@acme.test";
    for (number, expected) in [(0, None), (1, Some("recipient-key-revoked"))] {
        let (mut world, ..) = world(Warn);
        let person = install_of_another_ca(&mut world, carol);
        let list = lists(&world, &person)[number].clone();
        let (envelope, raw) = (outbound(ALICE, &[carol]), mail(ALICE, carol));
        let (decision, asked) = run(&world, &envelope, &raw, list.as_deref());
        assert_eq!(decision.records[0].reason, expected);
        assert_eq!(asked, [CRL_URL]);
        remember(&mut world, &person, list.as_deref(), NOW);
        assert!(run(&world, &envelope, &raw, None).1.is_empty());
    }
}

#[test]
fn another_ca_is_asked_about_the_sender() {
    for (checks, expected) in [
        (
            Require,
            [
                None,
                Some("no-sender-certificate"),
                Some("no-sender-certificate"),
            ],
        ),
        (Warn, [None, Some("no-sender-certificate"), None]),
        (Off, [None, None, None]),
    ] {
        for (number, expected) in expected.into_iter().enumerate() {
            let (mut world, ..) = world(checks);
            let alice = install_of_another_ca(&mut world, ALICE);
            let carol = "carol@acme.test";
            world.activate(carol);
            let list = lists(&world, &alice)[number].clone();
            let (envelope, raw) = (outbound(ALICE, &[carol]), mail(ALICE, carol));
            let (decision, asked) = run(&world, &envelope, &raw, list.as_deref());
            assert_eq!(decision.records[0].reason, expected, "{checks:?}");
            let places = if checks == Off { vec![] } else { vec![CRL_URL] };
            assert_eq!(asked, places);
        }
    }
}

/// Remembers what the partner's list says, as whoever runs the gateway does.
fn remember(world: &mut World, person: &Person, said: Option<&[u8]>, until: UnixTime) {
    let issuer = world.partner.root();
    let provider = world.provider.as_ref();
    let source = RevocationSource::of(&person.certificate, &issuer, provider).remove(0);
    let said = match said {
        Some(list) => Said::Info(source.read(list, NOW, provider).unwrap()),
        None => Said::Nothing,
    };
    world.memory.remember(source.id(), said, until);
}

#[test]
fn what_is_remembered_is_not_asked_again() {
    let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
    for (number, expected) in [
        (0, None),
        (1, Some("recipient-key-revoked")),
        (2, Some("revocation-unknown")),
    ] {
        let (mut world, _, bob) = world(Require);
        let list = lists(&world, &bob)[number].clone();
        remember(&mut world, &bob, list.as_deref(), NOW);
        let (decision, asked) = run(&world, &envelope, &raw, None);
        assert_eq!(decision.records[0].reason, expected);
        assert!(asked.is_empty());
        remember(&mut world, &bob, list.as_deref(), UnixTime(NOW.0 - 1));
        let (_, asked) = run(&world, &envelope, &raw, None);
        assert_eq!(asked.len(), 1, "what is over is asked again");
    }
}

/// RCPT: what is known to be revoked is refused, a lack never is.
#[test]
fn at_rcpt_only_what_is_known_counts() {
    let (mut world, _, bob) = world(Require);
    let envelope = outbound(ALICE, &[BOB]);
    assert_eq!(replies(&world, &envelope), [None]);
    remember(&mut world, &bob, None, NOW);
    assert_eq!(replies(&world, &envelope), [None]);
    let [good, revoked, _] = lists(&world, &bob);
    remember(&mut world, &bob, good.as_deref(), NOW);
    assert_eq!(replies(&world, &envelope), [None]);
    remember(&mut world, &bob, revoked.as_deref(), NOW);
    let [Some(line)] = &replies(&world, &envelope)[..] else {
        panic!("it is refused");
    };
    assert!(line.contains("was revoked"), "{line}");
}

/// A list that came with the signature saves the asking.
#[test]
fn what_a_message_carries_counts_before_anybody_is_asked() {
    let (world, _, bob) = world(Require);
    let envelope = inbound(BOB, &[ALICE]);
    let signed = world.sign(&mail(BOB, ALICE), &bob);
    for (list, expected) in lists(&world, &bob).iter().zip([None, Some("revoked")]) {
        let raw = with_list(&signed, list.as_deref().unwrap());
        let (decision, asked) = run(&world, &envelope, &raw, None);
        assert!(asked.is_empty());
        assert_eq!(decision.records[0].reason, expected);
    }
    // Another authority's says nothing, so that the place is asked.
    let raw = with_list(&signed, &world.acme.crl(&[], world.provider.as_ref()));
    let (decision, asked) = run(&world, &envelope, &raw, None);
    assert_eq!(asked, [CRL_URL]);
    assert_eq!(decision.records[0].reason, Some("revocation-unknown"));
}

/// The `multipart/signed` with a list in its `SignedData` (RFC 5652 §5.1).
fn with_list(message: &[u8], list: &[u8]) -> Vec<u8> {
    const BEFORE: &str = "smime.p7s\"\r\n\r\n";
    const AFTER: &str = "\r\n--";
    let message = text(message);
    let (head, rest) = message.split_once(BEFORE).unwrap();
    let (object, tail) = rest.split_once(AFTER).unwrap();
    let object = object.replace("\r\n", "");
    let object = base64_simd::STANDARD.decode_to_vec(object).unwrap();
    let info = children(&object);
    let data = children(children(info[1])[0]);
    let [before @ .., signers] = &data[..] else {
        panic!("no signers");
    };
    let data = [&before.concat()[..], &element(0xa1, list), signers].concat();
    let data = element(0xa0, &element(0x30, &data));
    let object = element(0x30, &[info[0], &data].concat());
    let object = base64_simd::STANDARD.encode_to_string(object);
    [head, BEFORE, &object, AFTER, tail].concat().into_bytes()
}

/// The elements inside of a DER element.
fn children(der: &[u8]) -> Vec<&[u8]> {
    let (mut rest, mut found) = (&der[header(der)..], Vec::new());
    while !rest.is_empty() {
        let (element, after) = rest.split_at(header(rest) + length(rest));
        found.push(element);
        rest = after;
    }
    found
}

fn header(der: &[u8]) -> usize {
    let more = if der[1] < 0x80 { 0 } else { der[1] & 0x7f };
    2 + usize::from(more)
}

fn length(der: &[u8]) -> usize {
    if der[1] < 0x80 {
        return der[1].into();
    }
    let octets = der[2..header(der)].iter();
    octets.fold(0, |length, octet| length << 8 | usize::from(*octet))
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x84][..], &length, content].concat()
}
