//! Header protection as the organisation wants it, and what comes of it at the other end.

use gateway::{HeaderProtection, Protection};
use mail::Entity;
use policy::OutboundOption;

use crate::support::{
    ALICE, BOB, World, codes, delivered, deliveries, inbound, mail, outbound, text,
};

const CAROL: &str = "carol@partner.test";

fn subject(message: &[u8]) -> String {
    let entity = Entity::parse(message);
    entity.field("Subject").unwrap().text().into_owned()
}

/// How the payload of a signed message says that its header is protected.
fn declared(signed: &[u8]) -> Option<String> {
    let entity = Entity::parse(signed);
    let multipart = entity.multipart().unwrap();
    let payload = Entity::parse(multipart.parts[0]);
    payload.content_type().param("hp").map(str::to_owned)
}

#[test]
fn what_each_setting_does_to_signed_and_to_encrypted_mail() {
    use HeaderProtection::{Confidential, Off, Signed};
    for (setting, hp_signed, hp_encrypted, is_hidden) in [
        (Off, None, None, false),
        (Signed, Some("clear"), Some("clear"), false),
        (Confidential, Some("clear"), Some("cipher"), true),
    ] {
        let (mut world, _alice, bob) = World::with_alice_and_bob();
        world.snapshot.settings.header_protection = setting;
        world.outbound_rule(OutboundOption::OptionalEncryption);
        // Bob's key is known and Carol's is not.
        let (envelope, raw) = (outbound(ALICE, &[BOB, CAROL]), mail(ALICE, BOB));
        let decision = world.run(&envelope, &raw);
        let [to_bob, to_carol] = &deliveries(&decision) else {
            panic!("two messages");
        };
        assert_eq!(subject(&to_carol.message), "the subject");
        assert_eq!(declared(&to_carol.message).as_deref(), hp_signed);
        let found = world.open(&to_carol.message, None);
        assert_eq!(found.signature_verdict(), Some(Ok(())));

        let expected = if is_hidden { "[...]" } else { "the subject" };
        assert_eq!(subject(&to_bob.message), expected);
        assert_eq!(text(&to_bob.message).contains("the subject"), !is_hidden);
        let mut found = world.open(&to_bob.message, Some(&bob));
        assert_eq!(found.signature_verdict(), Some(Ok(())));
        let inside = found.take_message().unwrap();
        assert_eq!(declared(&inside).as_deref(), hp_encrypted);
        assert_eq!(subject(&inside), "the subject");
        let told = decision
            .records
            .iter()
            .map(|record| codes(record).contains(&"header-hidden"));
        assert_eq!(told.collect::<Vec<_>>(), [is_hidden, false]);
    }
}

/// Only encrypting hides nothing: the signature inside is the client's (RFC 9788 §10.2).
#[test]
fn what_a_client_has_signed_gets_no_confidential_header() {
    let (mut world, alice, bob) = World::with_alice_and_bob();
    world.snapshot.settings.header_protection = HeaderProtection::Confidential;
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let raw = world.sign(&mail(ALICE, BOB), &alice);
    let envelope = outbound(ALICE, &[BOB]);
    let decision = world.run(&envelope, &raw);
    let message = delivered(&decision);
    assert_eq!(subject(message), "the subject");
    let inside = world.open(message, Some(&bob)).take_message().unwrap();
    assert_eq!(declared(&inside), None);
}

/// From one gateway to another, the Subject is where it belongs at both ends and hidden between.
#[test]
fn a_hidden_subject_comes_back() {
    let (mut world, _alice, _bob) = World::with_alice_and_bob();
    world.snapshot.settings.header_protection = HeaderProtection::Confidential;
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let colleague = "dave@acme.test";
    world.activate(colleague);
    let (leaving, raw) = (outbound(ALICE, &[colleague]), mail(ALICE, colleague));
    let sent = world.run(&leaving, &raw);
    let sent = delivered(&sent).to_vec();
    assert_eq!(subject(&sent), "[...]");

    let coming = inbound(ALICE, &[colleague]);
    let decision = world.run(&coming, &sent);
    assert_eq!(
        decision.records[0].protection,
        [Protection::Decrypted, Protection::Verified]
    );
    let message = delivered(&decision);
    assert_eq!(subject(message), "the subject");
    assert!(!text(Entity::parse(message).header()).contains("[...]"));
}

/// What is told about a message never says what its header hides.
#[test]
fn the_overview_does_not_know_the_subject() {
    let (mut world, alice, _bob) = World::with_alice_and_bob();
    world.snapshot.settings.header_protection = HeaderProtection::Confidential;
    world.outbound_rule(OutboundOption::EnforceEncryption);
    // Carol has no key, so that the sender is told of her refusal.
    let (leaving, raw) = (outbound(ALICE, &[BOB, CAROL]), mail(ALICE, BOB));
    let decision = world.run(&leaving, &raw);
    let [to_bob, report] = &deliveries(&decision) else {
        panic!("a message and a report");
    };
    for message in [&to_bob.message, &report.message] {
        assert!(!text(message).contains("the subject"));
    }
    assert!(!format!("{:?}", decision.records).contains("the subject"));

    let payload = "From: <eve@evil.test>\r\nSubject: the subject\r\nContent-Type: text/plain; hp=\"cipher\"\r\n\r\nhi\r\n";
    let raw = world.encrypt(payload.as_bytes(), &[&alice]);
    let coming = inbound(BOB, &[ALICE]);
    let decision = world.run(&coming, &raw);
    assert!(!format!("{:?}", decision.records).contains("the subject"));
}

/// Eve encrypts, and would like to be taken for Bob once the mail server has checked her own From.
#[test]
fn a_protected_from_without_a_signature_stays_inside() {
    let (world, alice, _bob) = World::with_alice_and_bob();
    let inner = format!(
        "From: <{BOB}>\r\nSubject: inner\r\nContent-Type: text/plain; hp=\"cipher\"\r\n\r\nhi\r\n"
    );
    let eve = "eve@evil.test";
    let sealed = smime::encrypt(
        inner.as_bytes(),
        std::slice::from_ref(&alice.certificate),
        smime::ContentCipher::Aes256Gcm,
        smime::RsaPadding::default(),
        world.provider.as_ref(),
    )
    .unwrap();
    let outer = format!("From: <{eve}>\r\nSubject: [...]\r\n\r\n");
    let raw = mail::with_content(&Entity::parse(outer.as_bytes()), &sealed);
    let coming = inbound(eve, &[ALICE]);
    let decision = world.run(&coming, &raw);
    let message = text(delivered(&decision));
    assert!(message.contains("From: <eve@evil.test>\r\nSubject: inner\r\n"));
    assert!(!message.contains(BOB));
    assert!(codes(&decision.records[0]).contains(&"visible-from-kept"));
}
