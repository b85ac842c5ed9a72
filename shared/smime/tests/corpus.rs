//! Third-party messages and what is right to say about them: each row of the corpus' MANIFEST.tsv.
//!
//! The corpus is not part of the project; without it the test says so and passes.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test, which reads its data from disk and stops at the first that is missing"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use mail::UnixTime;
use smime::{
    Certificate, Crl, Digest, Fingerprint, KeyPair, LayerKind, OpenContext, Opened, PrivateKey,
    Provider as _, ProviderError, Reason, RustCrypto, TrustAnchor, TrustStore, open,
};

/// Verdict of one row in the words of the command line: exit code and reason.
type Answer = (u8, Option<Reason>);

#[test]
fn every_message_gets_its_verdict() {
    let Some(folder) = corpus() else {
        eprintln!("skipped: no corpus beside the project and none in SEALGATE_CORPUS");
        return;
    };
    let manifest = fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let mut checked = 0;
    let mut wrong = Vec::new();
    for line in manifest.lines().skip(1) {
        let row = Row::parse(line);
        if !matches!(row.verb, "verify" | "decrypt" | "inspect")
            || row.args.contains("--password-file")
        {
            continue;
        }
        checked += 1;
        if let Err(found) = row.check(&folder) {
            wrong.push(format!("{}: {found}", row.id));
        }
    }
    assert!(checked > 500, "only {checked} rows were checked");
    assert!(
        wrong.is_empty(),
        "{} of {checked} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = option_env!("SEALGATE_CORPUS").map_or_else(beside, PathBuf::from);
    folder.join("MANIFEST.tsv").is_file().then_some(folder)
}

struct Row<'a> {
    id: &'a str,
    verb: &'a str,
    file: &'a str,
    args: &'a str,
    exits: Vec<u8>,
    reasons: Vec<&'a str>,
    plaintext: &'a str,
}

impl<'a> Row<'a> {
    fn parse(line: &'a str) -> Self {
        let columns: Vec<&str> = line.split('\t').collect();
        Self {
            id: columns[0],
            verb: columns[1],
            file: columns[2],
            args: columns[3],
            exits: columns[4]
                .split('|')
                .map(|exit| exit.parse().unwrap())
                .collect(),
            reasons: columns[5]
                .split('|')
                .filter(|reason| !reason.is_empty())
                .collect(),
            plaintext: columns[6],
        }
    }

    fn check(&self, folder: &Path) -> Result<(), String> {
        let message = fs::read(folder.join(self.file)).unwrap();
        let arguments = Arguments::read(self.args, folder);
        let provider = RustCrypto::new(|out: &mut [u8]| {
            getrandom::fill(out).map_err(|_| ProviderError::NoRandomness)
        });
        let opened = open(
            &message,
            &OpenContext {
                keys: &arguments.keys,
                trust: &arguments.trust,
                now: arguments.now,
                provider: &provider,
                content: arguments.content.as_deref(),
                checks_address: arguments.checks_address,
            },
        );
        let (exit, reason) = match self.verb {
            "verify" => verified(&opened),
            "decrypt" => decrypted(&opened),
            _ => inspected(&opened),
        };
        let reason_fits = exit != 1
            || self.reasons.is_empty()
            || reason.is_some_and(|reason| self.reasons.contains(&reason.code()));
        if !self.exits.contains(&exit) || !reason_fits {
            return Err(format!(
                "expected {:?} {:?}, found {exit} {reason:?} {:?}",
                self.exits,
                self.reasons,
                problems(&opened)
            ));
        }
        if !self.plaintext.is_empty() && exit == 0 {
            let entity = opened.entity.unwrap_or_default();
            let digest = provider.digest(Digest::Sha256, &[&mail::to_crlf(&entity)]);
            let expected: Fingerprint = self.plaintext.parse().unwrap();
            if digest != expected.0 {
                return Err(format!(
                    "another plaintext: {:?}",
                    String::from_utf8_lossy(&entity)
                ));
            }
        }
        Ok(())
    }
}

fn problems(opened: &Opened) -> Vec<String> {
    let layers = opened
        .layers
        .iter()
        .filter_map(|layer| layer.problem.as_ref());
    let signatures = opened
        .signatures
        .iter()
        .filter_map(|signature| signature.verdict.as_ref().err());
    layers.chain(signatures).map(ToString::to_string).collect()
}

fn verified(opened: &Opened) -> Answer {
    match opened.signature_verdict() {
        Some(Ok(())) => (0, None),
        Some(Err(problem)) => bad(problem.reason),
        None => nothing(opened),
    }
}

fn decrypted(opened: &Opened) -> Answer {
    match opened.decryption_verdict() {
        Some(Ok(())) => (0, None),
        Some(Err(problem)) => bad(problem.reason),
        None => nothing(opened),
    }
}

fn inspected(opened: &Opened) -> Answer {
    match nothing(opened) {
        (3, _) if !opened.layers.is_empty() => (0, None),
        answer => answer,
    }
}

fn bad(reason: Reason) -> Answer {
    (
        if reason == Reason::Malformed { 4 } else { 1 },
        Some(reason),
    )
}

fn nothing(opened: &Opened) -> Answer {
    let is_broken = opened
        .layers
        .iter()
        .any(|layer| matches!(layer.kind, LayerKind::Unreadable));
    (if is_broken { 4 } else { 3 }, None)
}

struct Arguments {
    keys: Vec<KeyPair>,
    trust: TrustStore,
    now: UnixTime,
    content: Option<Vec<u8>>,
    checks_address: bool,
}

impl Arguments {
    fn read(args: &str, folder: &Path) -> Self {
        let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut words = args.split_whitespace();
        while let Some(word) = words.next() {
            let value = if word == "--no-address-check" {
                ""
            } else {
                words.next().unwrap()
            };
            values.entry(word).or_default().push(value);
        }
        let files = |option: &str| -> Vec<Vec<u8>> {
            values
                .get(option)
                .into_iter()
                .flatten()
                .map(|file| fs::read(folder.join(file)).unwrap())
                .collect()
        };
        let certificates = |option: &str| -> Vec<Certificate> {
            files(option)
                .iter()
                .flat_map(|file| Certificate::all_from_pem_or_der(file).unwrap_or_default())
                .collect()
        };
        let provided = certificates("--cert");
        let keys = files("--key")
            .iter()
            .filter_map(|file| PrivateKey::from_pem_or_der(file).ok())
            .enumerate()
            .map(|(index, key)| KeyPair {
                certificate: provided.get(index).cloned(),
                key,
            })
            .collect();
        let at = values
            .get("--at")
            .map_or("2026-11-24T12:00:00Z", |at| at[0]);
        Self {
            keys,
            trust: TrustStore {
                anchors: certificates("--trust")
                    .into_iter()
                    .map(TrustAnchor::for_all)
                    .collect(),
                intermediates: certificates("--intermediates"),
                crls: files("--crl")
                    .iter()
                    .flat_map(|file| Crl::all_from_pem_or_der(file).unwrap_or_default())
                    .collect(),
                ..TrustStore::default()
            },
            now: UnixTime::parse_rfc3339(at).unwrap(),
            content: files("--content").pop(),
            checks_address: !values.contains_key("--no-address-check"),
        }
    }
}
