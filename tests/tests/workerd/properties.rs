//! What holds for any MIME entity: what workerd protects, workerd gives back.

use cases::entity::{entity, leaves};
use mail::Entity;
use probe::verdict::{Answer, Question, Verb};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use smime::KeyKind;
use tests::identity::{Authority, Person, now};
use tests::workerd::Workerd;

use crate::alike;

/// Fewer than natively, because each takes several calls.
const CASES: u32 = 24;
/// What stays outside of the entity.
const HEADER: &[u8] = b"From: alice@acme.test\r\n";

pub(crate) fn encrypted_entities_come_back(workerd: &Workerd) {
    let setting = Setting::new(workerd);
    check(|entity| {
        let sealed = setting.run("encrypt", "properties-encrypt", &entity);
        let opened = setting.judge(Verb::Decrypt, sealed);
        prop_assert_eq!(opened.entity.unwrap(), canonical(&entity));
        Ok(())
    });
}

pub(crate) fn signed_entities_verify(workerd: &Workerd) {
    let setting = Setting::new(workerd);
    check(|entity| {
        let signed = setting.run("sign", "properties-sign", &entity);
        let outer = Entity::parse(&signed);
        let multipart = outer.multipart().unwrap();
        prop_assert_eq!(leaves(multipart.parts[0]), leaves(&canonical(&entity)));
        let verified = setting.judge(Verb::Verify, signed.clone());
        let report: Value = serde_json::from_str(&verified.report).unwrap();
        prop_assert_eq!(&report["verdict"], "good");
        Ok(())
    });
}

fn check(holds: impl Fn(Vec<u8>) -> Result<(), TestCaseError>) {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(CASES)
    };
    let outcome = TestRunner::new(config).run(&entity(), holds);
    outcome.unwrap();
}

struct Setting<'a> {
    workerd: &'a Workerd,
    authority: Authority,
    alice: Person,
}

impl<'a> Setting<'a> {
    fn new(workerd: &'a Workerd) -> Self {
        let authority = Authority::new("Properties").unwrap();
        let alice = authority
            .enrol("alice@acme.test", KeyKind::Rsa { bits: 2048 })
            .unwrap();
        Self {
            workerd,
            authority,
            alice,
        }
    }

    /// Protects the entity of a message there. Names begin with `place`, so that tests do not meet.
    fn run(&self, operation: &str, place: &str, entity: &[u8]) -> Vec<u8> {
        let name = |what: &str| format!("{place}-{what}");
        let message = [HEADER, entity].concat();
        let pem = self.alice.certificate.to_pem();
        for (what, octets) in [
            ("message", message.as_slice()),
            ("key", self.alice.key.expose_pkcs8()),
            ("certificate", pem.as_bytes()),
        ] {
            self.workerd.put(&name(what), octets).unwrap();
        }
        let question = json!({
            "contestant": "sealgate",
            "operation": operation,
            "times": 1,
            "result": name("result"),
            "message": name("message"),
            "key": name("key"),
            "certificate": name("certificate"),
            "recipients": name("certificate"),
        });
        self.workerd.ask::<_, Value>("run", &question).unwrap();
        self.workerd.get(&name("result")).unwrap()
    }

    fn judge(&self, verb: Verb, message: Vec<u8>) -> Answer {
        let der = self.alice.certificate.der().to_vec();
        let question = Question {
            verb,
            message,
            keys: vec![(self.alice.key.expose_pkcs8().to_vec(), Some(der))],
            trust: vec![self.authority.certificate().unwrap().der().to_vec()],
            at: now().0,
            checks_address: true,
            ..Question::default()
        };
        alike(self.workerd, &question).unwrap()
    }
}

fn canonical(entity: &[u8]) -> Vec<u8> {
    mail::into_canonical(entity.into()).into_vec()
}
