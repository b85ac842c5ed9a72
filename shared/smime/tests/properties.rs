//! What holds for any MIME entity: signing and encrypting lose nothing, and BER says the same as DER.

#![expect(
    clippy::unwrap_used,
    reason = "a test, which stops at the first thing that is missing"
)]

use std::cell::Cell;

use cases::ber::Style;
use cases::entity::{entity, leaves};
use mail::{Entity, UnixTime};
use proptest::collection::vec;
use proptest::prelude::*;
use smime::{
    Certificate, ContentCipher, KeyPair, OpenContext, Opened, PrivateKey, Provider, ProviderError,
    RsaPadding, RustCrypto, SignOptions, Signer, TrustStore, encrypt, open, sign,
};

const NOW: UnixTime = UnixTime(1_800_000_000);

const CIPHERS: [ContentCipher; 3] = [
    ContentCipher::Aes128Cbc,
    ContentCipher::Aes256Gcm,
    ContentCipher::ChaCha20Poly1305,
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn decrypting_gives_back_what_was_encrypted(
        entity in entity(),
        cipher in prop::sample::select(CIPHERS.as_slice()),
    ) {
        let sealed = encrypted(&entity, cipher);
        let opened = opened(&sealed);
        prop_assert_eq!(opened.entity.unwrap(), mail::to_crlf(&entity).into_owned());
    }

    #[test]
    fn what_is_signed_verifies_and_its_parts_stay(entity in entity(), opaque: bool) {
        let signed = signed(&entity, opaque);
        prop_assert!(mail::is_7bit(&signed));
        let opened = opened(&signed);
        prop_assert_eq!(opened.signature_verdict(), Some(Ok(())));
        if opaque {
            // The content lies in one piece inside, in its canonical form.
            let (object, _) = mail::decode_base64(Entity::parse(&signed).body());
            prop_assert!(mail::find(&object, &mail::to_crlf(&entity)).is_some());
        } else {
            let outer = Entity::parse(&signed);
            let multipart = outer.multipart().unwrap();
            prop_assert_eq!(leaves(multipart.parts[0]), leaves(&mail::to_crlf(&entity)));
        }
    }

    #[test]
    fn an_altered_octet_is_no_signature(entity in entity(), at: prop::sample::Index) {
        let mut signed = signed(&entity, false);
        let content = {
            let outer = Entity::parse(&signed);
            let first = outer.multipart().unwrap().parts[0].to_vec();
            mail::find(&signed, &first).unwrap()..mail::find(&signed, &first).unwrap() + first.len()
        };
        let at = content.start + at.index(content.len());
        // Line ends are no octets of their own; a digit is another octet wherever it stands.
        prop_assume!(!matches!(signed[at], b'\r' | b'\n'));
        signed[at] = if signed[at] == b'7' { b'8' } else { b'7' };
        prop_assert!(opened(&signed).signature_verdict() != Some(Ok(())));
    }

    #[test]
    fn ber_is_judged_like_der(
        entity in entity(),
        cipher in prop::sample::select(CIPHERS.as_slice()),
        style in vec(any::<u8>(), 1..64),
    ) {
        for message in [encrypted(&entity, cipher), signed(&entity, true)] {
            let (der, _) = mail::decode_base64(Entity::parse(&message).body());
            let ber = Style::new(&style).encode(&der);
            let (from_der, from_ber) = (opened(&der), opened(&ber));
            prop_assert_eq!(&from_der.entity, &from_ber.entity, "{:?}", from_ber.layers);
            prop_assert_eq!(from_der.layers.len(), from_ber.layers.len());
            prop_assert_eq!(verdicts(&from_der), verdicts(&from_ber));
        }
    }
}

fn verdicts(opened: &Opened) -> Vec<Result<(), smime::Problem>> {
    let reports = opened.signatures.iter();
    reports.map(|report| report.verdict.clone()).collect()
}

fn encrypted(entity: &[u8], cipher: ContentCipher) -> Vec<u8> {
    let recipients = [key_pair().certificate.unwrap()];
    encrypt(entity, &recipients, cipher, RsaPadding::Pkcs1, &provider())
        .unwrap()
        .into_vec()
}

fn signed(entity: &[u8], opaque: bool) -> Vec<u8> {
    let pair = key_pair();
    let signer = Signer {
        certificate: pair.certificate.as_ref().unwrap(),
        chain: &[],
        key: &pair.key,
    };
    let options = SignOptions {
        opaque,
        ..SignOptions::default()
    };
    sign(entity, &signer, &options, NOW, &provider())
        .unwrap()
        .into_vec()
}

fn opened(message: &[u8]) -> Opened {
    let root = Certificate::from_pem_or_der(include_bytes!("fixtures/root.pem")).unwrap();
    open(
        message,
        &OpenContext {
            keys: &[key_pair()],
            trust: &TrustStore::from_anchors([root]),
            now: NOW,
            provider: &provider(),
            content: None,
            // Entities have no sender.
            checks_address: false,
        },
    )
}

fn key_pair() -> KeyPair {
    let certificate = Certificate::from_pem_or_der(include_bytes!("fixtures/p256.pem"));
    KeyPair {
        certificate: Some(certificate.unwrap()),
        key: PrivateKey::from_pem_or_der(include_bytes!("fixtures/p256.key")).unwrap(),
    }
}

/// Octets that differ from call to call and not from run to run.
fn provider() -> impl Provider {
    let state = Cell::new(1_u8);
    RustCrypto::new(move |out: &mut [u8]| -> Result<(), ProviderError> {
        for octet in out {
            state.set(state.get().wrapping_mul(141).wrapping_add(3));
            *octet = state.get();
        }
        Ok(())
    })
}
