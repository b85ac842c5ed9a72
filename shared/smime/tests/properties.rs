//! What holds for any MIME entity: signing and encrypting lose nothing, and BER says the same as DER.

#![expect(
    clippy::unwrap_used,
    reason = "a test, which stops at the first thing that is missing"
)]

use std::cell::Cell;

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
        if !opaque {
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

/// Entities as mail software writes them: text with line ends of any kind, octets of any value, parts in parts.
fn entity() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        "(?s).{0,200}".prop_map(|text| {
            let header =
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit";
            format!("{header}\r\n\r\n{text}\r\n").into_bytes()
        }),
        "[ -~\r\n]{0,2000}"
            .prop_map(|text| format!("Content-Type: text/plain\r\n\r\n{text}").into_bytes()),
        vec(any::<u8>(), 0..500).prop_map(|octets| {
            let mut entity =
                b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n".to_vec();
            mail::encode_base64(&octets, &mut entity);
            entity
        }),
    ];
    leaf.prop_recursive(3, 12, 3, |part| {
        // Each boundary occurs nowhere inside: no leaf is as long as its random part.
        (vec(part, 1..4), "[0-9A-Za-z]{40}").prop_map(|(parts, boundary)| {
            let mut entity =
                format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n").into_bytes();
            for part in parts {
                entity.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
                entity.extend_from_slice(&part);
            }
            entity.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
            entity
        })
    })
}

/// The decoded bodies of the parts that are no multiparts.
fn leaves(entity: &[u8]) -> Vec<Vec<u8>> {
    let entity = Entity::parse(entity);
    match entity.multipart() {
        Some(multipart) => multipart
            .parts
            .iter()
            .flat_map(|part| leaves(part))
            .collect(),
        None => vec![entity.decoded_body().0.into_owned()],
    }
}

fn encrypted(entity: &[u8], cipher: ContentCipher) -> Vec<u8> {
    let recipients = [key_pair().certificate.unwrap()];
    encrypt(entity, &recipients, cipher, RsaPadding::Pkcs1, &provider()).unwrap()
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
    sign(entity, &signer, &options, NOW, &provider()).unwrap()
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

/// Writes DER anew as BER (X.690 §8), by choices that come from outside.
struct Style<'a> {
    choices: std::iter::Cycle<std::slice::Iter<'a, u8>>,
}

impl<'a> Style<'a> {
    fn new(choices: &'a [u8]) -> Self {
        Self {
            choices: choices.iter().cycle(),
        }
    }

    fn choose(&mut self) -> u8 {
        self.choices.next().copied().unwrap_or_default()
    }

    /// All elements of `der`, one after the other.
    fn encode(&mut self, mut der: &[u8]) -> Vec<u8> {
        const OCTET_STRING: u8 = 0x04;
        /// In these messages only encryptedContent has it: an implicit OCTET STRING.
        const CONTEXT_0: u8 = 0x80;
        const CONSTRUCTED: u8 = 0x20;
        let mut ber = Vec::new();
        while let Some((tag, content, rest)) = split(der) {
            der = rest;
            let element = match tag {
                OCTET_STRING | CONTEXT_0 if self.choose().is_multiple_of(2) => {
                    let pieces = self.pieces(content);
                    self.element(tag | CONSTRUCTED, &pieces)
                }
                tag if tag & CONSTRUCTED != 0 => {
                    let content = self.encode(content);
                    self.element(tag, &content)
                }
                tag => self.element(tag, content),
            };
            ber.extend(element);
        }
        ber
    }

    /// A constructed string: OCTET STRINGs, some of them constructed in turn.
    fn pieces(&mut self, content: &[u8]) -> Vec<u8> {
        let size = usize::from(self.choose()) + 1;
        let mut pieces = Vec::new();
        for piece in content.chunks(size) {
            let primitive = self.element(0x04, piece);
            let is_nested = self.choose().is_multiple_of(8);
            pieces.extend(if is_nested {
                self.element(0x24, &primitive)
            } else {
                primitive
            });
        }
        pieces
    }

    /// With the shortest length, a longer one than needed, or none at all.
    fn element(&mut self, tag: u8, content: &[u8]) -> Vec<u8> {
        let is_constructed = tag & 0x20 != 0;
        match self.choose() % 4 {
            0 => [
                &[tag, 0x84],
                u32::try_from(content.len())
                    .unwrap()
                    .to_be_bytes()
                    .as_slice(),
                content,
            ]
            .concat(),
            1 | 2 if is_constructed => [&[tag, 0x80], content, &[0, 0]].concat(),
            _ => match u8::try_from(content.len()) {
                Ok(length) if length < 0x80 => [&[tag, length], content].concat(),
                _ => [
                    &[tag, 0x83],
                    &u32::try_from(content.len()).unwrap().to_be_bytes()[1..],
                    content,
                ]
                .concat(),
            },
        }
    }
}

/// The first element of DER: its tag, its content, and what follows it.
fn split(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (octets, rest) = rest.split_at(usize::from(first & 0x7f));
        let length = octets
            .iter()
            .fold(0, |length, octet| length << 8 | usize::from(*octet));
        (length, rest)
    };
    let (content, rest) = rest.split_at(length);
    Some((tag, content, rest))
}
