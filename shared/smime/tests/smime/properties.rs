//! What holds for any MIME entity: signing and encrypting lose nothing, and BER says the same as DER.

use cases::ber::Style;
use cases::entity::{entity, leaves};
use mail::Entity;
use proptest::collection::vec;
use proptest::prelude::*;
use smime::{ContentCipher, Opened, RsaPadding, open};

use crate::support::{P256, encrypt_to, reading, signed};

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
        prop_assert_eq!(opened.entity.unwrap(), canonical(&entity));
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
            prop_assert!(mail::find(&object, &canonical(&entity)).is_some());
        } else {
            let outer = Entity::parse(&signed);
            let multipart = outer.multipart().unwrap();
            prop_assert_eq!(leaves(multipart.parts[0]), leaves(&canonical(&entity)));
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
    let sealed = encrypt_to(&[P256], entity, cipher, RsaPadding::Pkcs1);
    sealed.unwrap().into_vec()
}

fn opened(entity: &[u8]) -> Opened {
    reading(&[P256.key_pair()], false, |context| open(entity, context))
}

fn canonical(entity: &[u8]) -> Vec<u8> {
    mail::into_canonical(entity.into()).into_vec()
}
