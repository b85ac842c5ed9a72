//! Paths of other projects' test data: NIST PKITS, OpenSSL's verification tests, RFC 9216.
//!
//! The corpus is not part of this repository. Where it lies beside it, or where `SEALGATE_CORPUS`
//! says, every `chain` line of its MANIFEST.tsv is judged; elsewhere the test says that it did not run.

#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test, which reads its data from disk and stops at the first that is missing"
)]

use std::path::{Path, PathBuf};

use mail::UnixTime;
use smime::{Certificate, Crl, PathBuilder, PolicyInputs, ProviderError, RustCrypto, Usage};

/// One line of the manifest, its arguments read as the command `sealgate chain` reads them.
struct Case {
    target: Certificate,
    anchors: Vec<Certificate>,
    intermediates: Vec<Certificate>,
    crls: Option<Vec<Crl>>,
    usage: Usage,
    policies: PolicyInputs,
    at: UnixTime,
}

/// What the command would exit with, and why.
type Outcome = (&'static str, &'static str);

impl Case {
    fn read(corpus: &Path, file: &str, arguments: &str) -> Option<Self> {
        let certificates = |name: &str| {
            let bytes = std::fs::read(corpus.join(name)).unwrap();
            Certificate::all_from_pem_or_der(&bytes).unwrap_or_default()
        };
        let mut case = Self {
            target: certificates(file).into_iter().next()?,
            anchors: Vec::new(),
            intermediates: Vec::new(),
            crls: None,
            usage: Usage::Email,
            policies: PolicyInputs::default(),
            at: UnixTime(0),
        };
        let mut words = arguments.split(' ');
        while let Some(flag) = words.next() {
            let mut value = || words.next().unwrap();
            match flag {
                "--trust" => case.anchors.extend(certificates(value())),
                "--intermediates" => case.intermediates.extend(certificates(value())),
                "--crl" => {
                    let bytes = std::fs::read(corpus.join(value())).unwrap();
                    let crls = Crl::all_from_pem_or_der(&bytes).unwrap();
                    case.crls.get_or_insert_default().extend(crls);
                }
                "--at" => case.at = UnixTime::parse_rfc3339(value()).unwrap(),
                "--any-usage" => case.usage = Usage::Any,
                "--policy" => case.policies.accepted.push(value().parse().unwrap()),
                "--require-explicit-policy" => case.policies.require_explicit = true,
                "--inhibit-any-policy" => case.policies.inhibit_any = true,
                "--inhibit-policy-mapping" => case.policies.inhibit_mapping = true,
                other => panic!("unknown argument {other}"),
            }
        }
        Some(case)
    }

    fn judge(&self) -> Outcome {
        let builder = PathBuilder {
            anchors: self.anchors.iter().collect(),
            intermediates: self.intermediates.iter().collect(),
            crls: self.crls.as_deref(),
            usage: self.usage,
            policies: self.policies.clone(),
            ..PathBuilder::default()
        };
        let provider = RustCrypto::new(|_: &mut [u8]| Err(ProviderError::NoRandomness));
        match builder.build(&self.target, self.at, &provider) {
            Ok(_) => ("0", ""),
            Err(error) => ("1", error.reason.code()),
        }
    }
}

fn corpus() -> PathBuf {
    std::env::var_os("SEALGATE_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"),
        PathBuf::from,
    )
}

#[test]
fn every_chain_of_the_manifest() {
    let corpus = corpus();
    let Ok(manifest) = std::fs::read_to_string(corpus.join("MANIFEST.tsv")) else {
        println!("skipped: no corpus at {}", corpus.display());
        return;
    };
    let mut judged = 0;
    let mut wrong = Vec::new();
    for line in manifest.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [id, "chain", file, arguments, exits, reasons, ..] = columns[..] else {
            continue;
        };
        let outcome =
            Case::read(&corpus, file, arguments).map_or(("4", "malformed"), |case| case.judge());
        let is_expected = |expected: &str, found| expected.split('|').any(|one| one == found);
        let has_reason = outcome.0 != "1" || reasons.is_empty() || is_expected(reasons, outcome.1);
        judged += 1;
        if !is_expected(exits, outcome.0) || !has_reason {
            wrong.push(format!("{id}: {outcome:?}, expected {exits} {reasons}"));
        }
    }
    println!("{judged} paths judged");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(judged > 0);
}
