//! The built-in CA, judged by our own reader and, where it is installed, by OpenSSL.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "tests may, but clippy sees that only in the test functions themselves"
)]

use std::cell::Cell;
use std::process::Command;

use issuing::{
    CRL_DAYS, CrlContent, IssueError, Issuer, MAILBOX_DAYS, MailboxContent,
    OCSP_REQUEST_OCTETS_MAX, OcspRefusal, OcspRequest, Revocation, RevocationReason, RootContent,
    Serial, make_root,
};
use mail::{Address, UnixTime};
use smime::{Certificate, KeyKind, PrivateKey, Provider, ProviderError, RustCrypto};

const NOW: UnixTime = UnixTime(1_795_555_399); // 2026-11-24T21:23:19Z
const RSA_KEY: &[u8] = include_bytes!("rsa.pem");
const CRL_URL: &str = "http://gateway.acme.test/pki/acme/crl";
const ISSUER_URL: &str = "http://gateway.acme.test/pki/acme/root.der";
const OCSP_URL: &str = "http://gateway.acme.test/pki/acme/ocsp";

/// Bytes that differ from call to call and not from run to run.
fn entropy() -> impl Fn(&mut [u8]) -> Result<(), ProviderError> {
    let state = Cell::new(0x9e37_79b9_7f4a_7c15_u64);
    move |out| {
        for byte in out {
            let mut x = state.get();
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            state.set(x);
            let [first, ..] = x.to_be_bytes();
            *byte = first;
        }
        Ok(())
    }
}

fn key(kind: KeyKind, provider: &dyn Provider) -> PrivateKey {
    match kind {
        // Making an RSA key takes seconds without optimisation.
        KeyKind::Rsa { .. } => PrivateKey::from_pem_or_der(RSA_KEY).unwrap(),
        kind => provider.generate_key(kind).unwrap(),
    }
}

fn serial(byte: u8) -> Serial {
    Serial::from_random([byte; 16])
}

/// A CA with a key of `ca`, and a certificate for `address` with a key of `subject`.
fn issue(ca: KeyKind, subject: KeyKind, address: &str) -> (Vec<u8>, Vec<u8>) {
    let provider = RustCrypto::new(entropy());
    let ca_key = key(ca, &provider);
    let root = make_root(root_content("Acme GmbH"), &ca_key, &provider).unwrap();
    let issuer = Issuer::new(&root, &ca_key, &provider).unwrap();
    let spki = provider.public_key(&key(subject, &provider)).unwrap();
    let certificate = issuer.issue(MailboxContent {
        address: &Address::parse(address).unwrap(),
        spki: &spki,
        serial: serial(2),
        now: NOW,
        crl_url: CRL_URL,
        issuer_url: ISSUER_URL,
        ocsp_url: OCSP_URL,
    });
    (root, certificate.unwrap())
}

fn root_content(organisation: &str) -> RootContent<'_> {
    RootContent {
        organisation,
        serial: serial(1),
        now: NOW,
    }
}

const RSA: KeyKind = KeyKind::Rsa { bits: 2048 };

#[test]
fn a_mailbox_certificate_says_what_the_profile_wants() {
    let (root, certificate) = issue(KeyKind::P256, RSA, "alice@acme.test");
    let root = Certificate::from_der(&root).unwrap();
    let certificate = Certificate::from_der(&certificate).unwrap();

    assert_eq!(certificate.subject(), "CN=alice@acme.test");
    assert_eq!(certificate.issuer(), root.subject());
    assert_eq!(
        certificate.addresses(),
        [Address::parse("alice@acme.test").unwrap()]
    );
    assert!(certificate.may_sign() && certificate.may_encrypt() && !certificate.is_ca());
    assert_eq!(
        certificate.authority_key_identifier(),
        root.subject_key_identifier()
    );
    assert_eq!(certificate.not_after(), NOW.plus_days(MAILBOX_DAYS));
    assert!(
        certificate.is_valid_at(UnixTime(NOW.0 - 60)),
        "a slow clock sees it valid"
    );
    assert!(certificate.serial_hex().len() == 32);
}

#[test]
fn a_root_is_a_ca_and_no_mailbox() {
    let (root, _) = issue(KeyKind::P384, RSA, "alice@acme.test");
    let root = Certificate::from_der(&root).unwrap();
    assert!(root.is_ca() && root.is_self_issued() && !root.may_encrypt());
    assert_eq!(root.common_name().unwrap(), "Acme GmbH S/MIME Root CA");
}

#[test]
fn a_long_name_of_an_organisation_fits() {
    let provider = RustCrypto::new(entropy());
    let ca_key = key(KeyKind::P256, &provider);
    let root = make_root(root_content(&"ü".repeat(200)), &ca_key, &provider).unwrap();
    let common_name = Certificate::from_der(&root).unwrap().common_name().unwrap();
    assert_eq!(common_name.chars().count(), 64);
}

#[test]
fn long_and_international_addresses_are_named() {
    let long = format!("{}@{}.test", "a".repeat(60), "b".repeat(60));
    for address in ["grüße@bücher.example", long.as_str()] {
        let (_, certificate) = issue(KeyKind::P256, KeyKind::P256, address);
        let certificate = Certificate::from_der(&certificate).unwrap();
        assert_eq!(certificate.addresses(), [Address::parse(address).unwrap()]);
    }
}

#[test]
fn another_key_is_not_the_ca() {
    let provider = RustCrypto::new(entropy());
    let (ca_key, other) = (key(KeyKind::P256, &provider), key(KeyKind::P256, &provider));
    let root = make_root(root_content("Acme"), &ca_key, &provider).unwrap();
    for issuer in [
        Issuer::new(&root, &other, &provider),
        Issuer::new(b"no certificate", &ca_key, &provider),
    ] {
        assert_eq!(issuer.err(), Some(IssueError::BadIssuer));
    }
}

#[test]
fn serial_numbers_are_positive_and_equally_long() {
    for byte in [0x00, 0x7f, 0x80, 0xff] {
        assert!((0x40..0x80).contains(&serial(byte).as_bytes()[0]));
    }
}

/// OpenSSL follows the path, the usage and the CRL, for each kind of key.
#[test]
fn openssl_accepts_it() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: openssl is not installed");
        return;
    }
    for (ca, subject) in [
        (RSA, RSA),
        (KeyKind::P256, RSA),
        (KeyKind::P384, KeyKind::P256),
        (KeyKind::P521, KeyKind::P384),
        (KeyKind::Ed25519, KeyKind::P256),
    ] {
        for address in ["alice@acme.test", "grüße@bücher.example"] {
            let (root, certificate) = issue(ca, subject, address);
            for revoked in [false, true] {
                verify(&root, &certificate, ca, revoked);
            }
        }
    }
}

/// OpenSSL asks with either hash, and believes the answer.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test may read what OpenSSL wrote"
)]
fn openssl_believes_an_ocsp_answer() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: openssl is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (ca, hash) in [(RSA, "-sha1"), (KeyKind::P256, "-sha256")] {
        let (root, certificate) = issue(ca, RSA, "alice@acme.test");
        let pem = |der: &[u8]| smime::pem::encode("CERTIFICATE", der);
        std::fs::write(path("root.pem"), pem(&root)).unwrap();
        std::fs::write(path("certificate.pem"), pem(&certificate)).unwrap();
        let ocsp = |arguments: &[&str]| {
            let output = Command::new("openssl")
                .current_dir(folder.path())
                .args([
                    "ocsp",
                    "-issuer",
                    "root.pem",
                    hash,
                    "-cert",
                    "certificate.pem",
                ])
                .args(arguments)
                .output()
                .expect("openssl runs");
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            assert!(output.status.success(), "{said}");
            said
        };
        ocsp(&["-reqout", "request.der"]);
        let question = std::fs::read(path("request.der")).unwrap();
        let question = OcspRequest::from_der(&question).unwrap();
        let parsed = Certificate::from_der(&certificate).unwrap();
        assert_eq!(question.serial(), parsed.serial());

        let provider = RustCrypto::new(entropy());
        let ca_key = key(ca, &provider);
        let issuer = Issuer::new(&root, &ca_key, &provider).unwrap();
        assert!(issuer.is_asked(&question).unwrap());
        let revocation = Revocation {
            serial: parsed.serial(),
            at: NOW,
            reason: RevocationReason::KeyCompromise,
        };
        for (revoked, expected) in [
            (None, "certificate.pem: good"),
            (Some(&revocation), "certificate.pem: revoked"),
        ] {
            let answer = issuer.ocsp(&question, revoked, NOW).unwrap();
            std::fs::write(path("answer.der"), answer).unwrap();
            let at = NOW.0.to_string();
            let said = ocsp(&[
                "-respin",
                "answer.der",
                "-CAfile",
                "root.pem",
                "-attime",
                &at,
                // Its validity period is judged by the machine's clock, which is another.
                "-validity_period",
                "4000000000",
            ]);
            assert!(said.contains("Response verify OK"), "{said}");
            assert!(said.contains(expected), "{said}");
            assert_eq!(said.contains("keyCompromise"), revoked.is_some(), "{said}");
        }
    }
}

#[test]
fn questions_about_others_are_not_answered() {
    let provider = RustCrypto::new(entropy());
    let ca_key = key(KeyKind::P256, &provider);
    let root = make_root(root_content("Acme"), &ca_key, &provider).unwrap();
    let issuer = Issuer::new(&root, &ca_key, &provider).unwrap();
    let certificate = Certificate::from_der(&root).unwrap();
    let question = smime::ocsp_request(&certificate, &certificate, &provider).unwrap();
    let question = OcspRequest::from_der(&question).unwrap();
    assert!(issuer.is_asked(&question).unwrap());
    let other_key = provider.generate_key(KeyKind::P256).unwrap();
    let other = make_root(root_content("Acme"), &other_key, &provider).unwrap();
    let other = Issuer::new(&other, &other_key, &provider).unwrap();
    assert!(!other.is_asked(&question).unwrap());
    assert_eq!(
        OcspRequest::from_der(b"no question").err(),
        Some(OcspRefusal::Malformed)
    );
    assert_eq!(
        OcspRequest::from_der(&vec![0; OCSP_REQUEST_OCTETS_MAX + 1]).err(),
        Some(OcspRefusal::Malformed)
    );
}

/// OpenSSL reads a request, finds its signature right and the address in it.
#[test]
fn openssl_reads_a_request() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: openssl is not installed");
        return;
    }
    let provider = RustCrypto::new(entropy());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("request.pem");
    for kind in [RSA, KeyKind::P256] {
        let address = Address::parse("alice@acme.test").unwrap();
        let request = issuing::request(&address, &key(kind, &provider), &provider).unwrap();
        std::fs::write(&file, smime::pem::encode("CERTIFICATE REQUEST", &request)).unwrap();
        let output = Command::new("openssl")
            .args(["req", "-verify", "-noout", "-text", "-in"])
            .arg(&file)
            .output()
            .expect("openssl runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{kind}: {said}");
        for part in [
            "CN=alice@acme.test",
            "email:alice@acme.test",
            "E-mail Protection",
            "Digital Signature",
        ] {
            assert!(said.replace(" = ", "=").contains(part), "{part}: {said}");
        }
    }
}

fn verify(root: &[u8], certificate: &[u8], ca: KeyKind, revoked: bool) {
    let provider = RustCrypto::new(entropy());
    let ca_key = key(ca, &provider);
    let serial = Certificate::from_der(certificate).unwrap();
    let entry = Revocation {
        serial: serial.serial(),
        at: NOW,
        reason: RevocationReason::CessationOfOperation,
    };
    let list = if revoked { &[entry][..] } else { &[] };
    let issuer = Issuer::new(root, &ca_key, &provider).unwrap();
    let crl = issuer.crl(CrlContent {
        number: 7,
        now: NOW,
        revoked: list,
    });

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, label: &str, der: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, smime::pem::encode(label, der)).unwrap();
        path
    };
    let output = Command::new("openssl")
        .arg("verify")
        .args(["-purpose", "smimesign", "-x509_strict", "-crl_check"])
        .args(["-attime", &NOW.plus_days(CRL_DAYS - 1).0.to_string()])
        .arg("-CAfile")
        .arg(file("root.pem", "CERTIFICATE", root))
        .arg("-CRLfile")
        .arg(file("crl.pem", "X509 CRL", &crl.unwrap()))
        .arg(file("certificate.pem", "CERTIFICATE", certificate))
        .output()
        .expect("openssl runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.success(), !revoked, "{ca:?}: {said}");
    assert_eq!(said.contains("certificate revoked"), revoked, "{said}");
}
