//! Messages made for the occasion: each kind of key, each cipher, as DER and as BER, whole and altered.

use cases::ber::Style;
use mail::Entity;
use probe::verdict::{Answer, Question, Verb};
use smime::{
    Certificate, ContentCipher, PrivateKey, RsaPadding, SignOptions, Signer, encrypt, sign,
};
use tests::identity::{now, provider};
use tests::workerd::Workerd;

use crate::alike;

const ENTITY: &[u8] = b"Content-Type: text/plain; charset=utf-8\r\n\
    Content-Transfer-Encoding: 8bit\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n";
/// What is written otherwise than DER would, over and over.
const BER_CHOICES: &[u8] = &[0, 1, 2, 3, 5, 8, 13, 21];

/// Files of the engine's own tests: name, certificate and key.
type Fixture = (&'static str, &'static [u8], &'static [u8]);

macro_rules! fixture {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!(
                "../../../shared/smime/tests/fixtures/",
                $name,
                ".pem"
            )),
            include_bytes!(concat!(
                "../../../shared/smime/tests/fixtures/",
                $name,
                ".key"
            )),
        )
    };
}

const ROOT: &[u8] = include_bytes!("../../../shared/smime/tests/fixtures/root.pem");
const SIGNERS: [Fixture; 5] = [
    fixture!("rsa"),
    fixture!("p256"),
    fixture!("p384"),
    fixture!("p521"),
    fixture!("ed25519"),
];
const RECIPIENTS: [Fixture; 5] = [
    fixture!("rsa"),
    fixture!("p256"),
    fixture!("p384"),
    fixture!("p521"),
    fixture!("x25519"),
];

pub(crate) fn signatures(workerd: &Workerd) {
    for (name, certificate, key) in SIGNERS {
        let person = Person::new(certificate, key);
        for pss in [false, true] {
            let signed = |opaque| {
                let signer = Signer {
                    certificate: &person.certificate,
                    chain: &[],
                    key: &person.key,
                };
                let options = SignOptions {
                    opaque,
                    pss,
                    ..SignOptions::default()
                };
                sign(ENTITY, &signer, &options, now(), &provider()).unwrap()
            };
            let verdict = |message: &[u8]| is_good(&person.ask(workerd, Verb::Verify, message));
            assert!(verdict(&signed(false)), "{name}");
            for message in forms(&signed(true)) {
                assert!(verdict(&message), "{name}");
                assert!(!verdict(&altered(&message)), "{name}");
            }
        }
    }
}

pub(crate) fn encryptions(workerd: &Workerd) {
    for (name, certificate, key) in RECIPIENTS {
        let person = Person::new(certificate, key);
        let recipients = std::slice::from_ref(&person.certificate);
        for cipher in ContentCipher::ALL {
            for padding in [RsaPadding::Pkcs1, RsaPadding::OAEP_SHA256] {
                let sealed = encrypt(ENTITY, recipients, cipher, padding, &provider()).unwrap();
                for message in forms(&sealed) {
                    let opened = |message: &[u8]| person.ask(workerd, Verb::Decrypt, message);
                    let entity = opened(&message).entity;
                    assert_eq!(entity.as_deref(), Some(ENTITY), "{name} {cipher}");
                    opened(&altered(&message));
                    opened(&message[..message.len() / 2]);
                }
            }
        }
    }
}

/// Somebody with a certificate and its key.
struct Person {
    certificate: Certificate,
    key: PrivateKey,
}

impl Person {
    fn new(certificate: &[u8], key: &[u8]) -> Self {
        Self {
            certificate: Certificate::from_pem_or_der(certificate).unwrap(),
            key: PrivateKey::from_pem_or_der(key).unwrap(),
        }
    }

    /// The answer, the same on both sides; the message is inspected too.
    fn ask(&self, workerd: &Workerd, verb: Verb, message: &[u8]) -> Answer {
        let root = Certificate::from_pem_or_der(ROOT).unwrap();
        let inspecting = Question {
            message: message.to_vec(),
            at: now().0,
            ..Question::default()
        };
        alike(workerd, &inspecting).unwrap();
        let certificate = self.certificate.der().to_vec();
        let question = Question {
            verb,
            keys: vec![(self.key.expose_pkcs8().to_vec(), Some(certificate))],
            trust: vec![root.der().to_vec()],
            // An entity has no sender.
            checks_address: false,
            ..inspecting
        };
        alike(workerd, &question).unwrap()
    }
}

fn is_good(answer: &Answer) -> bool {
    let report: serde_json::Value = serde_json::from_str(&answer.report).unwrap();
    report["verdict"] == "good"
}

/// The bare object of an entity, in DER and in BER.
fn forms(message: &[u8]) -> [Vec<u8>; 2] {
    let (der, _) = mail::decode_base64(Entity::parse(message).body());
    let ber = Style::new(BER_CHOICES).encode(&der);
    [der, ber]
}

/// With another last octet, which belongs to a signature, a tag or the ciphertext, or ends the BER.
fn altered(object: &[u8]) -> Vec<u8> {
    let mut altered = object.to_vec();
    *altered.last_mut().unwrap() ^= 1;
    altered
}
