//! RCPT time.

use gateway::{Envelope, admit, lookup, too_large};
use mail::UnixTime;
use policy::OutboundOption;

use crate::support::{ALICE, BOB, NOW, World, address, inactive, inbound, outbound, unknown};

pub(crate) fn replies(world: &World, envelope: &Envelope) -> Vec<Option<String>> {
    admit(
        envelope,
        &world.snapshot,
        &world.directory,
        &world.memory,
        NOW,
        world.provider.as_ref(),
    )
    .into_iter()
    .map(|refused| refused.map(|refused| refused.reply.line()))
    .collect()
}

/// The reply to one recipient: nothing, or a line with this beginning and this in it.
fn check(world: &World, envelope: &Envelope, expected: Option<(&str, &str)>) {
    let found = replies(world, envelope);
    match (&found[..], expected) {
        ([None], None) => {}
        ([Some(line)], Some((start, part))) => {
            assert!(line.starts_with(start) && line.contains(part), "{line}");
        }
        _ => panic!("{found:?}, expected {expected:?}"),
    }
}

#[test]
fn no_open_relay() {
    let world = World::new();
    check(
        &world,
        &outbound("eve@evil.test", &[BOB]),
        Some(("550 5.7.1 ", "eve@evil.test")),
    );
    check(
        &world,
        &inbound(BOB, &["eve@evil.test"]),
        Some(("550 5.7.1 ", "eve@evil.test")),
    );
    check(&world, &outbound(ALICE, &[BOB]), None);
    check(&world, &inbound(BOB, &[ALICE]), None);
    check(&world, &inbound(BOB, &["anyone@lab.acme.test"]), None);
}

#[test]
fn a_declared_size_refuses_like_the_message_itself() {
    let refused = too_large(&outbound(ALICE, &[BOB]));
    assert!(refused[0].reply.line().starts_with("552 5.3.4 "));
    assert_eq!(refused[0].record.reason, Some("too-large"));
}

#[test]
fn bounces_pass_both_ways() {
    let mut world = World::new();
    world.outbound_rule(OutboundOption::EnforceEncryption);
    check(&world, &outbound("", &[BOB]), None);
    check(&world, &inbound("", &[ALICE]), None);
}

#[test]
fn enforced_encryption_needs_both_certificates() {
    for option in [
        OutboundOption::Neither,
        OutboundOption::SignOnly,
        OutboundOption::OptionalEncryption,
        OutboundOption::EnforceEncryption,
    ] {
        let enforced = option == OutboundOption::EnforceEncryption;
        let envelope = outbound(ALICE, &[BOB]);
        let expect = |part| enforced.then_some(("550 5.7.5 ", part));
        let mut world = World::new();
        world.outbound_rule(option);
        check(&world, &envelope, expect("activate the mailbox"));
        world.meet(BOB);
        check(&world, &envelope, expect("activate the mailbox"));
        world.activate(ALICE);
        check(&world, &envelope, None);
        world.directory.external.insert(address(BOB), unknown());
        check(
            &world,
            &envelope,
            expect("ask the recipient for a signed mail"),
        );
    }
}

#[test]
fn an_expired_certificate_is_none() {
    let (mut world, alice, _) = World::with_alice_and_bob();
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let long_ago = UnixTime(NOW.0).plus_days(-400);
    let expired = world
        .acme
        .certify(ALICE, alice.key, long_ago, world.provider.as_ref());
    world.install(&expired);
    check(
        &world,
        &outbound(ALICE, &[BOB]),
        Some(("550 5.7.5 ", "activate the mailbox")),
    );
}

#[test]
fn a_colleague_is_served_with_its_own_certificate() {
    let mut world = World::new();
    world.outbound_rule(OutboundOption::EnforceEncryption);
    world.activate(ALICE);
    let envelope = outbound(ALICE, &["carol@acme.test"]);
    assert!(
        lookup(&envelope)
            .managed
            .contains(&address("carol@acme.test"))
    );
    world
        .directory
        .managed
        .insert(address("carol@acme.test"), inactive());
    check(&world, &envelope, Some(("550 5.7.5 ", "carol@acme.test")));
    world.activate("carol@acme.test");
    check(&world, &envelope, None);
}

#[test]
fn each_recipient_has_a_reply_of_its_own() {
    let (mut world, ..) = World::with_alice_and_bob();
    world.outbound_rule(OutboundOption::EnforceEncryption);
    let found = replies(
        &world,
        &outbound(ALICE, &["ann@partner.test", BOB, "eve@evil.test"]),
    );
    let is_refused: Vec<bool> = found.iter().map(Option::is_some).collect();
    assert_eq!(is_refused, [true, false, true]);
}
