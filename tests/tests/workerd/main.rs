//! The engine in workerd says what it says natively: verdicts octet for octet, primitives vector for
//! vector, and whatever is protected there comes back there.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "clippy allows this in a test, but not in the functions beside it"
)]

mod corpus;
mod generated;
mod properties;
mod remote;
mod vectors;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use probe::verdict::{Answer, Question};
use tests::identity::provider;
use tests::workerd::Workerd;

type Test = fn(&Workerd);

const TESTS: &[(&str, Test)] = &[
    ("the corpus is inspected alike", corpus::is_inspected_alike),
    ("the corpus is verified alike", corpus::is_verified_alike),
    ("the corpus is decrypted alike", corpus::is_decrypted_alike),
    ("every signature is judged alike", generated::signatures),
    ("every encryption is judged alike", generated::encryptions),
    (
        "encrypted entities come back",
        properties::encrypted_entities_come_back,
    ),
    (
        "signed entities verify and stay",
        properties::signed_entities_verify,
    ),
    ("RSA PKCS#1 v1.5 signatures", vectors::rsa_pkcs1_signatures),
    ("RSA PSS signatures", vectors::rsa_pss_signatures),
    ("ECDSA signatures", vectors::ecdsa_signatures),
    ("Ed25519 signatures", vectors::ed25519_signatures),
    ("RSA PKCS#1 v1.5 decryption", vectors::rsa_pkcs1_decryption),
    ("RSA OAEP decryption", vectors::rsa_oaep_decryption),
    ("AES-CBC", vectors::aes_cbc),
    ("AES-GCM", vectors::aes_gcm),
    ("AES-GCM with a cut tag", vectors::cut_tags),
    ("what is made there is read here", vectors::made_there),
    ("the keys of RFC 9216", vectors::keys_of_rfc_9216),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let workerd = match Workerd::start() {
        Ok(workerd) => Arc::new(workerd),
        Err(error) => {
            eprintln!("workerd did not start: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let trials = TESTS.iter().map(|(name, test)| {
        let workerd = Arc::clone(&workerd);
        Trial::test(*name, move || {
            test(&workerd);
            Ok(())
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// The answer, if it is the same octets natively and in workerd; else both.
fn alike(workerd: &Workerd, question: &Question) -> Result<Answer, String> {
    let native = question.answer(&provider());
    let there: Answer = workerd.ask("judge", question).unwrap();
    if there == native {
        return Ok(there);
    }
    Err(format!(
        "natively {}\nin workerd {}",
        native.report, there.report
    ))
}
