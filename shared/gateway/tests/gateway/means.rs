//! What a large message takes of memory on its way: at most three times its size and 16 MiB, the message itself
//! included, because an isolate has 128 MB for everything.

use allocation_counter::measure;
use gateway::{Need, Protection};
use mail::{Buffer, base64_octets};
use policy::{InboundOption, OutboundOption};
use smime::{
    ContentCipher, KeyPair, OpenContext, RsaPadding, SignOptions, Signer, TrustStore, protect,
};

use crate::support::{ALICE, BOB, NOW, World, delivered, inbound, outbound};

const OCTETS: usize = 24 * 1024 * 1024;

/// A mail with an attachment, of about so many octets.
fn large(from: &str, to: &str, octets: usize) -> Vec<u8> {
    let mut raw = format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: large\r\nMIME-Version: 1.0\r\n\
         Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    .into_bytes();
    let octets: Vec<u8> = (0..=250).cycle().take(octets / 78 * 57).collect();
    mail::encode_base64(&octets, &mut raw);
    raw
}

/// Does the work on a copy of the message, as whoever receives it would hold it: with room for what becomes of it.
fn within_means<T>(name: &str, raw: &[u8], room: usize, work: impl FnOnce(Buffer) -> T) -> T {
    let mut done = None;
    let counted = measure(|| {
        let mut message = Buffer::with_room_for(room);
        message.append(raw);
        done = Some(work(message));
    });
    let peak = usize::try_from(counted.bytes_max).unwrap();
    let tenths = peak * 10 / raw.len();
    println!("{name}: {}.{} times the message", tenths / 10, tenths % 10);
    assert!(peak <= 3 * raw.len() + 16 * 1024 * 1024, "{name}: {peak}");
    done.unwrap()
}

fn room_to_protect() -> usize {
    base64_octets(OCTETS + Buffer::ROOM_OCTETS)
}

#[test]
fn the_engine_keeps_to_them() {
    let (world, alice, bob) = World::with_alice_and_bob();
    let provider = world.provider.as_ref();
    let raw = large(ALICE, BOB, OCTETS);
    let signer = Signer {
        certificate: &alice.certificate,
        chain: &[],
        key: &alice.key,
    };
    let sign = |message| {
        protect(message, |entity| {
            smime::sign(entity, &signer, &SignOptions::default(), NOW, provider)
        })
        .unwrap()
    };
    let recipients = [bob.certificate.clone()];
    let encrypt = |message| {
        protect(message, |entity| {
            let (cipher, padding) = (ContentCipher::Aes256Cbc, RsaPadding::default());
            smime::encrypt(entity, &recipients, cipher, padding, provider)
        })
        .unwrap()
    };
    within_means("sign", &raw, raw.len(), sign);
    let sealed = within_means("sign and encrypt", &raw, room_to_protect(), |message| {
        encrypt(sign(message))
    });
    let keys = [KeyPair {
        certificate: Some(bob.certificate.clone()),
        key: bob.key.clone(),
    }];
    let context = OpenContext {
        keys: &keys,
        trust: &TrustStore::from_anchors([world.acme.root()]),
        now: NOW,
        provider,
        content: None,
        checks_address: true,
    };
    let opened = within_means("decrypt and verify", &sealed, sealed.len(), |message| {
        let mut opened = smime::open(&message, &context);
        assert_eq!(opened.signature_verdict(), Some(Ok(())));
        opened.take_message().unwrap()
    });
    assert!(opened.len() > raw.len());
}

#[test]
fn the_gateway_keeps_to_them_both_ways() {
    let (mut world, alice, bob) = World::with_alice_and_bob();
    world.outbound_rule(OutboundOption::EnforceEncryption);
    world.inbound_rule(InboundOption::ForceDecryption);
    let answer = |need: &Need| world.key(need);

    let raw = large(ALICE, BOB, OCTETS);
    let envelope = outbound(ALICE, &[BOB]);
    let decision = within_means("out", &raw, room_to_protect(), |message| {
        world.decide(&envelope, message, answer)
    });
    let protection = &decision.records[0].protection;
    assert_eq!(*protection, [Protection::Signed, Protection::Encrypted]);
    assert!(delivered(&decision).len() > raw.len());

    let raw = large(BOB, ALICE, OCTETS / 78 * 57);
    let sealed = world.encrypt(&world.sign(&raw, &bob), &[&alice]);
    let envelope = inbound(BOB, &[ALICE]);
    let decision = within_means("in", &sealed, sealed.len(), |message| {
        world.decide(&envelope, message, answer)
    });
    let protection = &decision.records[0].protection;
    assert_eq!(*protection, [Protection::Decrypted, Protection::Verified]);
    assert!(delivered(&decision).len() > raw.len());
}
