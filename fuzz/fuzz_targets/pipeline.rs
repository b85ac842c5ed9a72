//! A message through the whole gateway: in under the most curious option, and out under the strictest.

#![no_main]

use std::sync::LazyLock;

use gateway::{
    Action, Answer, Decision, Directory, Envelope, Need, Protection, Record, Snapshot, Step, start,
};
use libfuzzer_sys::fuzz_target;
use policy::{Direction, InboundOption, OutboundOption};
use smime::{KeyPair, LayerKind};

static SNAPSHOT: LazyLock<Snapshot> = LazyLock::new(|| {
    fuzz::snapshot(
        InboundOption::OptionalDecryption,
        OutboundOption::EnforceEncryption,
    )
});
static KEYS: LazyLock<Vec<KeyPair>> = LazyLock::new(fuzz::keys);
static DIRECTORY: LazyLock<Directory> = LazyLock::new(fuzz::directory);

fuzz_target!(|message: &[u8]| {
    let (alice, bob) = (fuzz::address(fuzz::ALICE), fuzz::address(fuzz::BOB));
    let inbound = Envelope {
        direction: Direction::Inbound,
        from: Some(alice.clone()),
        to: vec![bob.clone()],
    };
    let outbound = Envelope {
        direction: Direction::Outbound,
        from: Some(bob),
        to: vec![alice],
    };
    for envelope in [inbound, outbound] {
        decide(&envelope, message);
    }
});

fn decide(envelope: &Envelope, message: &[u8]) {
    let provider = fuzz::provider();
    let memory = gateway::RevocationMemory::default();
    let mut step = start(
        envelope,
        message.into(),
        &SNAPSHOT,
        &DIRECTORY,
        &memory,
        fuzz::NOW,
        &provider,
    );
    for _ in 0..=gateway::KEYS_TRIED_MAX + gateway::SOURCES_ASKED_MAX {
        match step {
            Step::Done(decision) => return check(envelope, &decision),
            Step::Need(waiting, needs) => step = waiting.resume(needs.iter().map(answer)),
        }
    }
    panic!("undecided after all answers");
}

fn answer(need: &Need) -> Answer {
    let Need::Key(id) = need else {
        return Answer::Revocation(gateway::Said::Nothing);
    };
    let pair =
        id.0.parse()
            .ok()
            .and_then(|name: usize| fuzz::keys().into_iter().nth(name));
    pair.map_or(Answer::NotYet, |pair| Answer::Found(pair.key))
}

fn check(envelope: &Envelope, decision: &Decision) {
    let recorded: Vec<_> = decision
        .records
        .iter()
        .map(|record| &record.recipient)
        .collect();
    assert_eq!(recorded, envelope.to.iter().collect::<Vec<_>>());
    let Action::Deliver(deliveries) = &decision.action else {
        return;
    };
    let is_verified = any_has(&decision.records, Protection::Verified);
    for delivery in deliveries {
        for to in &delivery.to {
            assert!(envelope.to.contains(to) || Some(to) == envelope.from.as_ref());
        }
        // The partner's only signatures are those of the seeds.
        if is_verified && !is_opaque(&delivery.message) {
            assert!(mail::find(&delivery.message, fuzz::SIGNED).is_some());
        }
    }
    if envelope.direction == Direction::Outbound {
        let sealed = deliveries.iter().filter(|delivery| delivery.from.is_some());
        for delivery in sealed {
            check_sealed(&delivery.message, &decision.records);
        }
    }
}

/// Whether its text is inside of an object, where no search finds it.
fn is_opaque(message: &[u8]) -> bool {
    let layers = fuzz::open(message, &[]).layers;
    layers
        .iter()
        .any(|layer| !matches!(layer.kind, LayerKind::DetachedSignature))
}

/// What the sender's client encrypted names recipients; what the gateway did, the sender can open and
/// find its own signature good, whatever the client has signed inside.
fn check_sealed(message: &[u8], records: &[Record]) {
    assert!(!smime::recipients(message).is_empty());
    if any_has(records, Protection::Encrypted) {
        let opened = fuzz::open(message, &KEYS);
        assert!(opened.has_message());
        if any_has(records, Protection::Signed) {
            let own = opened.signatures.first();
            assert!(own.is_some_and(|own| own.covers_all && own.verdict.is_ok()));
        }
    }
}

fn any_has(records: &[Record], wanted: Protection) -> bool {
    let mut records = records.iter();
    records.any(|record| record.protection.contains(&wanted))
}
