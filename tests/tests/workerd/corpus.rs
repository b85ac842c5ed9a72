//! The messages of other software, which lie outside the project: in the folder that `SEALGATE_CORPUS`
//! names, else in `shared/corpus` beside the project. What is right to say of them is tested natively.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mail::UnixTime;
use probe::verdict::{Question, Verb};
use smime::{Certificate, Crl, Pkcs12, PrivateKey, Provider as _, pem};
use tests::identity::provider;
use tests::workerd::Workerd;

use crate::alike;

/// Where a row does not say when; any time serves that is the same on both sides.
const AT: &str = "2026-11-24T12:00:00Z";

pub(crate) fn is_inspected_alike(workerd: &Workerd) {
    compare(workerd, "inspect", Verb::Inspect);
}

pub(crate) fn is_verified_alike(workerd: &Workerd) {
    compare(workerd, "verify", Verb::Verify);
}

pub(crate) fn is_decrypted_alike(workerd: &Workerd) {
    compare(workerd, "decrypt", Verb::Decrypt);
}

/// The corpus, where it is.
pub(crate) fn folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let folder = std::env::var_os("SEALGATE_CORPUS").map_or_else(beside, PathBuf::from);
    folder.join("MANIFEST.tsv").is_file().then_some(folder)
}

fn compare(workerd: &Workerd, name: &str, verb: Verb) {
    let Some(folder) = folder() else {
        println!("skipped: the corpus in workerd ({name}): SEALGATE_CORPUS names no corpus");
        return;
    };
    let manifest = fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let rows = manifest.lines().map(|line| line.split('\t').collect());
    let rows: Vec<Vec<&str>> = rows.filter(|row: &Vec<&str>| row[1] == name).collect();
    assert!(rows.len() > 100, "only {} rows", rows.len());
    let mut different = Vec::new();
    for row in rows {
        let question = Question {
            verb,
            message: fs::read(folder.join(row[2])).unwrap(),
            ..question(&folder, row[3])
        };
        if let Err(answers) = alike(workerd, &question) {
            different.push(format!("{}: {answers}", row[0]));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// What the arguments of the command name. A file that cannot be read is left out on both sides.
fn question(folder: &Path, arguments: &str) -> Question {
    let mut files: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
    let mut at = AT;
    let mut words = arguments.split_whitespace();
    while let Some(option) = words.next() {
        match option {
            "--no-address-check" => drop(files.entry(option).or_default()),
            "--at" => at = words.next().unwrap(),
            _ => {
                let file = fs::read(folder.join(words.next().unwrap())).unwrap();
                files.entry(option).or_default().push(file);
            }
        }
    }
    let given = |option: &str| files.get(option).map_or(&[][..], Vec::as_slice);
    let password = given("--password-file").first();
    let password = password.map_or("", |file| std::str::from_utf8(file).unwrap());
    Question {
        keys: keys(
            given("--key"),
            certificates(given("--cert")),
            password.lines().next().unwrap_or_default(),
        ),
        trust: der(&certificates(given("--trust"))),
        intermediates: der(&certificates(given("--intermediates"))),
        crls: files
            .get("--crl")
            .map(|files| files.iter().flat_map(|file| crls(file)).collect()),
        content: given("--content").first().cloned(),
        at: UnixTime::parse_rfc3339(at).unwrap().0,
        checks_address: !files.contains_key("--no-address-check"),
        ..Question::default()
    }
}

fn certificates(files: &[Vec<u8>]) -> Vec<Certificate> {
    let read = |file: &Vec<u8>| Certificate::all_from_pem_or_der(file).unwrap_or_default();
    files.iter().flat_map(read).collect()
}

fn der(certificates: &[Certificate]) -> Vec<Vec<u8>> {
    let der = certificates.iter().map(Certificate::der);
    der.map(<[u8]>::to_vec).collect()
}

fn crls(file: &[u8]) -> Vec<Vec<u8>> {
    let blocks = pem::blocks(file).into_iter().map(|block| block.der);
    let blocks: Vec<Vec<u8>> = blocks.collect();
    let files = if blocks.is_empty() {
        vec![file.to_vec()]
    } else {
        blocks
    };
    let is_list = |file: &Vec<u8>| Crl::all_from_pem_or_der(file).is_ok();
    files.into_iter().filter(is_list).collect()
}

/// Every key with the certificate that is its own, if there is one.
fn keys(
    files: &[Vec<u8>],
    mut certificates: Vec<Certificate>,
    password: &str,
) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let mut keys = Vec::new();
    for file in files {
        if let Ok(key) = PrivateKey::from_pem_or_der(file) {
            keys.push(key);
        } else if let Ok(opened) = Pkcs12::open(file, password) {
            keys.extend(opened.keys);
            certificates.extend(opened.certificates);
        }
    }
    let provider = provider();
    let own = |key: &PrivateKey| {
        let public = provider.public_key(key).ok()?;
        let own = certificates.iter().find(|one| one.spki() == public);
        own.map(|certificate| certificate.der().to_vec())
    };
    let pairs = keys
        .iter()
        .map(|key| (key.expose_pkcs8().to_vec(), own(key)));
    pairs.collect()
}
