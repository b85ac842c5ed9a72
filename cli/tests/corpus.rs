//! The corpus of messages that other software made, through the real binary.
//!
//! It lies outside the project: in the folder that `SEALGATE_CORPUS` names, else in `shared/corpus`
//! beside the project. Its manifest says what a correct command answers.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// One line of the manifest.
struct Check<'a> {
    id: &'a str,
    verb: &'a str,
    file: &'a str,
    arguments: Vec<&'a str>,
    exits: Vec<i32>,
    reasons: Vec<&'a str>,
    plaintext: &'a str,
}

impl<'a> Check<'a> {
    fn parse(line: &'a str) -> Self {
        let columns: Vec<&str> = line.split('\t').collect();
        Self {
            id: columns[0],
            verb: columns[1],
            file: columns[2],
            arguments: columns[3].split_ascii_whitespace().collect(),
            exits: columns[4]
                .split('|')
                .map(|code| code.parse().unwrap())
                .collect(),
            reasons: columns[5]
                .split('|')
                .filter(|reason| !reason.is_empty())
                .collect(),
            plaintext: columns[6],
        }
    }

    /// What is wrong with the command's answer.
    fn run(&self, corpus: &Path, out: &Path) -> Result<(), String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealgate"));
        command
            .current_dir(corpus)
            .args([self.verb, self.file])
            .args(&self.arguments)
            .arg("--json");
        if self.verb == "decrypt" {
            command.arg("--out").arg(out);
        }
        let output = command.output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        let answer: serde_json::Value = serde_json::from_str(&stdout)
            .map_err(|_| format!("no JSON, but {}", String::from_utf8_lossy(&output.stderr)))?;
        let exit = output.status.code().ok_or("it crashed")?;
        let reason = answer["reason"].as_str().unwrap_or_default();
        let said = format!("exit {exit}, {reason}: {}", answer["detail"]);
        if !self.exits.contains(&exit) {
            return Err(format!("{said}, not exit {:?}", self.exits));
        }
        if exit == 1 && !self.reasons.is_empty() && !self.reasons.contains(&reason) {
            return Err(format!("{said}, not {:?}", self.reasons));
        }
        if exit == 1 && reason.is_empty() {
            return Err(format!("{said}: a bad verdict without a reason"));
        }
        if exit != 0 && out.exists() {
            return Err(format!("{said}, but it wrote something"));
        }
        if exit == 0
            && !self.plaintext.is_empty()
            && digest(&std::fs::read(out).unwrap()) != self.plaintext
        {
            return Err("another plaintext".to_owned());
        }
        Ok(())
    }
}

/// SHA-256 with CRLF line ends, as the manifest has it.
fn digest(octets: &[u8]) -> String {
    let mut canonical = Vec::new();
    let mut before = 0;
    for &octet in octets {
        if octet == b'\n' && before != b'\r' {
            canonical.push(b'\r');
        }
        canonical.push(octet);
        before = octet;
    }
    let digest = Sha256::digest(canonical);
    digest
        .iter()
        .fold(String::new(), |text, octet| format!("{text}{octet:02x}"))
}

fn corpus() -> PathBuf {
    std::env::var_os("SEALGATE_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    )
}

#[test]
fn answers_are_those_of_the_manifest() {
    let corpus = corpus();
    let Ok(manifest) = std::fs::read_to_string(corpus.join("MANIFEST.tsv")) else {
        println!(
            "skipped: there is no corpus at {}; SEALGATE_CORPUS names one",
            corpus.display()
        );
        return;
    };
    let only = std::env::var("SEALGATE_CORPUS_ONLY").unwrap_or_default();
    let checks = manifest
        .lines()
        .skip(1)
        .map(Check::parse)
        .filter(|check| check.id.contains(&only));
    let checks: Vec<Check<'_>> = checks.collect();
    assert!(!checks.is_empty(), "no line to check");
    let threads = std::thread::available_parallelism().unwrap().get();
    let mut failures: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                let checks = checks.iter().skip(worker).step_by(threads);
                let corpus = &corpus;
                scope.spawn(move || failures(checks, corpus))
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    failures.sort();
    assert!(
        failures.is_empty(),
        "{} of {} checks failed:\n{}",
        failures.len(),
        checks.len(),
        failures.join("\n")
    );
    println!("{} checks of the corpus passed", checks.len());
}

fn failures<'a>(checks: impl Iterator<Item = &'a Check<'a>>, corpus: &Path) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("entity");
    let mut failures = Vec::new();
    for check in checks {
        if let Err(failure) = check.run(corpus, &out) {
            failures.push(format!("{} {}: {failure}", check.verb, check.id));
        }
        if out.exists() {
            std::fs::remove_file(&out).unwrap();
        }
    }
    failures
}
