//! The verbs through the real binary: round trips, verdicts, exit codes, files.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{FileTypeExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, SanType, SerialNumber,
};
use serde_json::Value;
use tempfile::TempDir;

const MESSAGE: &str = "From: Alice <alice@acme.test>\r\nTo: bob@partner.test\r\nSubject: x\r\n\
    MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nattack at dawn\r\n";
const ENTITY: &str = "Content-Type: text/plain; charset=us-ascii\r\n\r\nattack at dawn\r\n";

/// `SignedData` with a number where its digests should be.
const BROKEN_SIGNATURE: &str = "MBUGCSqGSIb3DQEHAqAIMAYCAQECAQM=";
/// A CMS object of the type digestedData.
const UNKNOWN_OBJECT: &str = "MA8GCSqGSIb3DQEHBqACMAA=";

/// A folder with a CA (`ca.pem`, `ca.crl`), two people (`alice.pem`, `alice.key`, `bob…`) and a message (`m.eml`).
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "CA");
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        folder.write("ca.pem", &ca.pem());
        let list = CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2020, 1, 1),
            next_update: rcgen::date_time_ymd(4000, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        folder.write("ca.crl", &list.signed_by(&ca).unwrap().pem().unwrap());
        for (name, address) in [("alice", "alice@acme.test"), ("bob", "bob@partner.test")] {
            let mut params = CertificateParams::default();
            params
                .distinguished_name
                .push(rcgen::DnType::CommonName, name);
            params.subject_alt_names = vec![SanType::Rfc822Name(address.try_into().unwrap())];
            params.key_usages = vec![
                KeyUsagePurpose::DigitalSignature,
                KeyUsagePurpose::KeyAgreement,
            ];
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
            let key = KeyPair::generate().unwrap();
            let certificate = params.signed_by(&key, &ca).unwrap();
            folder.write(&format!("{name}.pem"), &certificate.pem());
            folder.write(&format!("{name}.key"), &key.serialize_pem());
        }
        folder.write("m.eml", MESSAGE);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    fn has(&self, name: &str) -> bool {
        self.0.path().join(name).exists()
    }

    /// Runs a verb; arguments are separated by spaces.
    fn run(&self, arguments: &str) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealgate"));
        command
            .current_dir(self.0.path())
            .args(arguments.split(' '));
        command
    }

    /// Runs a verb with `--json`: the exit code and the object.
    fn json(&self, arguments: &str) -> (i32, Value) {
        let output = self.run(&format!("{arguments} --json"));
        let object = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code().unwrap(), object)
    }

    /// The exit code and the reason.
    fn verdict(&self, arguments: &str) -> (i32, String) {
        let (exit, object) = self.json(arguments);
        (
            exit,
            object["reason"].as_str().unwrap_or_default().to_owned(),
        )
    }
}

fn bad(reason: &str) -> (i32, String) {
    (1, reason.to_owned())
}

/// Mail still comes that names the certificate from before a renewal.
#[test]
fn a_key_opens_what_names_its_older_certificate() {
    let folder = Folder::new();
    folder.run("encrypt m.eml --to bob.pem --out e.eml");
    let key = KeyPair::from_pem(&folder.read("bob.key")).unwrap();
    let renewed = CertificateParams::default().self_signed(&key).unwrap();
    folder.write("renewed.pem", &renewed.pem());
    let decrypt = "decrypt e.eml --out d.eml --key";
    let verdict = folder.verdict(&format!("{decrypt} bob.key --cert renewed.pem"));
    assert_eq!(verdict, (0, String::new()));
    let verdict = folder.verdict(&format!("{decrypt} alice.key --cert alice.pem"));
    assert_eq!(verdict, (1, "no-matching-key".to_owned()));
}

#[test]
fn what_is_signed_verifies() {
    let folder = Folder::new();
    for options in ["", " --opaque", " --digest sha384"] {
        let sign = format!("sign m.eml --key alice.key --cert alice.pem{options} --out s.eml");
        let (exit, object) = folder.json(&sign);
        assert_eq!((exit, &object["verdict"]), (0, &"good".into()));
        assert_eq!(object["bytes"], folder.read("s.eml").len());
        let (exit, object) = folder.json("verify s.eml --trust ca.pem");
        assert_eq!((exit, &object["verdict"]), (0, &"good".into()));
        let signer = &object["signers"][0];
        assert_eq!(signer["address"], "alice@acme.test");
        assert_eq!(signer["verdict"], "good");
        assert!(signer["algorithm"].as_str().unwrap().starts_with("ecdsa-"));
    }
}

#[test]
fn bad_signatures_say_why() {
    let folder = Folder::new();
    folder.run("sign m.eml --key alice.key --cert alice.pem --out s.eml");
    let whole = folder.read("s.eml");
    folder.write("changed.eml", &whole.replace("dawn", "dusk"));
    folder.write(
        "stranger.eml",
        &whole.replace("From: Alice <alice@", "From: Eve <eve@"),
    );
    for (arguments, reason) in [
        ("verify changed.eml --trust ca.pem", "digest-mismatch"),
        ("verify stranger.eml --trust ca.pem", "address-mismatch"),
        ("verify s.eml --trust bob.pem", "untrusted-root"),
        (
            "verify s.eml --trust ca.pem --at 1970-01-01T00:00:00Z",
            "not-yet-valid",
        ),
        (
            "verify s.eml --trust ca.pem --at 9999-01-01T00:00:00Z",
            "expired",
        ),
    ] {
        assert_eq!(folder.verdict(arguments), bad(reason), "{arguments}");
    }
    assert_eq!(
        folder
            .verdict("verify stranger.eml --trust ca.pem --no-address-check")
            .0,
        0
    );
}

#[test]
fn signatures_are_counted_where_they_count() {
    let folder = Folder::new();
    let sign = "sign m.eml --key alice.key --cert alice.pem --out";
    let verdict = |arguments: &str| folder.json(arguments).1["detail"].clone();
    folder.run(&format!("{sign} s.eml"));
    let verify = "verify s.eml --trust ca.pem";
    assert_eq!(verdict(verify), "1 signature, good");
    let changed = folder.read("s.eml").replace("dawn", "dusk");
    let (header, entity) = MESSAGE.split_once("Content-Type").unwrap();
    let forwarding = format!(
        "{header}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type{entity}\
         \r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{changed}\r\n--b--\r\n"
    );
    folder.write("m.eml", &forwarding);
    folder.run(&format!("{sign} s.eml"));
    let detail = "1 signature, good; 1 more in a part or a forwarded message, bad";
    assert_eq!(verdict(verify), detail);
    let encrypt = "encrypt m.eml --to bob.pem --to alice.pem --out e.eml";
    assert_eq!(verdict(encrypt), "encrypted to 2 certificates");
    assert_eq!(verdict("inspect e.eml"), "1 S/MIME layer");
}

#[test]
fn content_is_given_to_a_bare_object_alone() {
    let folder = Folder::new();
    folder.run("sign m.eml --key alice.key --cert alice.pem --out s.eml");
    let whole = folder.read("s.eml");
    let object = whole.split("smime.p7s\"\r\n\r\n").nth(1).unwrap();
    let object = object.split("\r\n--").next().unwrap();
    let object = format!("-----BEGIN CMS-----\n{object}\n-----END CMS-----\n");
    folder.write("s.pem", &object);
    folder.write("content", ENTITY);
    let verify = |message| format!("verify {message} --trust ca.pem --no-address-check");
    let given = |message| format!("{} --content content", verify(message));
    assert_eq!(folder.verdict(&given("s.pem")).0, 0);
    let output = folder.run(&given("s.eml"));
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--content"), "{said}");
}

#[test]
fn what_is_encrypted_decrypts() {
    let folder = Folder::new();
    for cipher in [
        "aes-256-gcm",
        "aes-128-gcm",
        "aes-256-cbc",
        "aes-128-cbc",
        "chacha20-poly1305",
    ] {
        let encrypt =
            format!("encrypt m.eml --to bob.pem --to alice.pem --cipher {cipher} --out e.eml");
        let (exit, object) = folder.json(&encrypt);
        assert_eq!(
            (exit, object["recipients"].as_array().unwrap().len()),
            (0, 2)
        );
        assert!(!folder.read("e.eml").contains("attack"));
        for person in ["alice", "bob"] {
            let decrypt = format!("decrypt e.eml --key {person}.key --out d.eml");
            let (exit, object) = folder.json(&decrypt);
            assert_eq!((exit, &object["cipher"]), (0, &cipher.into()));
            assert_eq!(folder.read("d.eml"), ENTITY);
        }
    }
    let output = folder.run("decrypt e.eml --key bob.key --cert bob.pem");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), ENTITY);
}

#[test]
fn encrypting_to_who_is_over_is_told() {
    let folder = Folder::new();
    let (exit, object) = folder.json("encrypt m.eml --to bob.pem --out e.eml");
    assert_eq!((exit, &object["warnings"]), (0, &Value::Null));
    let encrypt = "encrypt m.eml --to bob.pem --at 9000-01-01T00:00:00Z --out e.eml";
    let (exit, object) = folder.json(encrypt);
    assert_eq!((exit, object["warnings"].as_array().unwrap().len()), (0, 1));
    let text = String::from_utf8(folder.run(encrypt).stdout).unwrap();
    assert!(text.contains("warning: the certificate of"), "{text}");
}

#[test]
fn signed_and_encrypted_is_opened_and_judged() {
    let folder = Folder::new();
    folder.run("sign m.eml --key alice.key --cert alice.pem --out s.eml");
    folder.run("encrypt s.eml --to bob.pem --out e.eml");
    assert_eq!(
        folder.verdict("verify e.eml --trust ca.pem").0,
        3,
        "nothing to see without a key"
    );
    let decrypt = "decrypt e.eml --key bob.key --out d.eml --verify --trust";
    assert_eq!(folder.verdict(&format!("{decrypt} ca.pem")).0, 0);
    assert_eq!(
        folder.verdict(&format!("{decrypt} bob.pem")),
        bad("untrusted-root")
    );
    folder.run("encrypt m.eml --to bob.pem --out e.eml");
    assert_eq!(
        folder.verdict(&format!("{decrypt} ca.pem")),
        bad("partly-signed")
    );
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let folder = Folder::new();
    folder.run("encrypt m.eml --to alice.pem --out e.eml");
    assert_eq!(
        folder.verdict("decrypt e.eml --key bob.key --out d.eml"),
        bad("no-matching-key")
    );
    assert!(!folder.has("d.eml"));
    folder.write("d.eml", "before");
    folder.run("decrypt e.eml --key bob.key --out d.eml");
    assert_eq!(folder.read("d.eml"), "before");
    let sign = "sign m.eml --key alice.key --cert bob.pem --out s.eml";
    assert_eq!(folder.verdict(sign), bad("no-matching-key"));
    assert!(!folder.has("s.eml"));
    let names = std::fs::read_dir(folder.0.path()).unwrap().count();
    assert_eq!(names, 9, "no temporary files are left");
}

#[test]
fn links_and_special_files_stay_what_they_are() {
    let folder = Folder::new();
    let path = |name: &str| folder.0.path().join(name);
    let sign = "sign m.eml --key alice.key --cert alice.pem --out";
    std::fs::create_dir(path("far")).unwrap();
    symlink("far/near.eml", path("link")).unwrap();
    symlink("s.eml", path("far/near.eml")).unwrap();
    for state in ["absent", "there"] {
        let (exit, object) = folder.json(&format!("{sign} link"));
        assert_eq!(exit, 0, "{state}");
        assert_eq!(object["bytes"], folder.read("far/s.eml").len());
        assert!(path("link").is_symlink() && path("far/near.eml").is_symlink());
    }
    let made = Command::new("mkfifo").arg(path("pipe")).status().unwrap();
    assert!(made.success());
    // Open for both, so that nobody waits for the other end.
    let mut pipe = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path("pipe"))
        .unwrap();
    let (exit, object) = folder.json(&format!("{sign} pipe"));
    assert_eq!(exit, 0);
    assert!(path("pipe").metadata().unwrap().file_type().is_fifo());
    let mut content = vec![0; object["bytes"].as_u64().unwrap().try_into().unwrap()];
    pipe.read_exact(&mut content).unwrap();
    assert!(content.starts_with(b"From: Alice"));
}

#[test]
fn the_certificate_tells_the_key() {
    let folder = Folder::new();
    let all = ["alice.key", "bob.key", "alice.pem", "bob.pem"].map(|name| folder.read(name));
    folder.write("keys.pem", &all[..2].concat());
    folder.write("all.pem", &all.concat());
    std::fs::create_dir(folder.0.path().join("keys")).unwrap();
    let names = ["alice.key", "alice.pem", "bob.key", "bob.pem"];
    for (name, text) in names.iter().zip([&all[0], &all[2], &all[1], &all[3]]) {
        folder.write(&format!("keys/{name}"), text);
    }
    folder.write("keys/README", "no key");
    let sign = |key: &str| format!("sign m.eml --key {key} --out s.eml");
    for key in ["keys.pem", "all.pem", "keys"] {
        for person in ["alice", "bob"] {
            let sign = format!("{} --cert {person}.pem", sign(key));
            assert_eq!(folder.verdict(&sign).0, 0, "{sign}");
            let (_, object) = folder.json("inspect s.eml");
            let subject = object["signers"][0]["subject"].as_str().unwrap();
            assert_eq!(subject, format!("CN={person}"));
        }
    }
    let stranger = format!("{} --cert ca.pem", sign("keys.pem"));
    assert_eq!(folder.verdict(&stranger), bad("no-matching-key"));
    for key in ["all.pem", "keys"] {
        let exit = folder.run(&sign(key)).status.code();
        assert_eq!(exit, Some(2), "{key}: whose?");
    }
    for name in ["alice.key", "bob.key"] {
        std::fs::remove_file(folder.0.path().join("keys").join(name)).unwrap();
    }
    let exit = folder.run(&sign("keys")).status.code();
    assert_eq!(exit, Some(2), "there is no key");
}

#[test]
fn certificates_are_for_what_they_say() {
    let folder = Folder::new();
    assert_eq!(
        folder.verdict("encrypt m.eml --to ca.pem --out e.eml"),
        bad("wrong-usage")
    );
    let (exit, object) = folder.json("chain alice.pem --trust ca.pem");
    assert_eq!((exit, object["path"].as_array().unwrap().len()), (0, 2));
    assert_eq!(object["path"][0]["addresses"][0], "alice@acme.test");
    assert_eq!(
        folder.verdict("chain alice.pem --trust bob.pem"),
        bad("untrusted-root")
    );
    let policy = "chain alice.pem --trust ca.pem --policy 1.2.3 --require-explicit-policy";
    assert_eq!(folder.verdict(policy), bad("wrong-usage"));
}

#[test]
fn revocation_lists_that_are_asked_must_cover_the_path() {
    let folder = Folder::new();
    folder.run("sign m.eml --key alice.key --cert alice.pem --out s.eml");
    let list = folder.read("ca.crl");
    folder.write("label.crl", &list.replace("X509 CRL", "CRL"));
    folder.write("damaged.crl", &list.replace("MI", "!!"));
    folder.write("pkcs7.crl", &list.replace("X509 CRL", "PKCS7"));
    std::fs::create_dir(folder.0.path().join("empty")).unwrap();
    std::fs::create_dir(folder.0.path().join("others")).unwrap();
    folder.write("others/README", "no list");
    for verb in [
        "verify s.eml --trust ca.pem",
        "chain alice.pem --trust ca.pem",
    ] {
        for list in ["ca.crl", "label.crl"] {
            assert_eq!(folder.verdict(&format!("{verb} --crl {list}")).0, 0);
        }
        for folder_of_lists in ["empty", "others"] {
            let verdict = folder.verdict(&format!("{verb} --crl {folder_of_lists}"));
            assert_eq!(verdict, bad("revocation-unknown"), "{folder_of_lists}");
        }
        for option in ["--crl damaged.crl", "--crl pkcs7.crl", "--crl ca.pem"] {
            assert_names_file(&folder.json(&format!("{verb} {option}")), option);
        }
    }
}

#[test]
fn files_named_for_certificates_hold_some() {
    let folder = Folder::new();
    for options in ["--trust ca.crl", "--trust ca.pem --intermediates alice.key"] {
        let answer = folder.json(&format!("verify m.eml {options}"));
        assert_names_file(&answer, options);
    }
}

#[test]
fn malformed_input_is_named() {
    let folder = Folder::new();
    folder.run("encrypt m.eml --to bob.pem --out e.eml");
    let block = |label: &str, base64: &str| {
        format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")
    };
    for (name, label) in [
        ("ca.pem", "CERTIFICATE"),
        ("ca.crl", "X509 CRL"),
        ("bob.key", "PRIVATE KEY"),
    ] {
        let [good, stranger] = [folder.read(name), block("STRANGER", "!!")];
        for damage in ["MIIB", "!!"] {
            let bad = block(label, damage);
            folder.write(name, &[good.as_str(), &stranger, &bad, &good].concat());
            let decrypt =
                "decrypt e.eml --verify --out d.eml --trust ca.pem --crl ca.crl --key bob.key";
            let (exit, object) = folder.json(decrypt);
            let detail = object["detail"].as_str().unwrap();
            assert_eq!(exit, 4, "{object}");
            assert!(
                detail.starts_with(&format!("{name}: PEM block 3")),
                "{detail}"
            );
        }
        folder.write(name, &[stranger, good].concat());
    }
    folder.write("broken.pem", &block("CMS", BROKEN_SIGNATURE));
    let option = "verify --trust ca.pem broken.pem";
    assert_names_file(&folder.json(option), option);
}

/// What has no place below a header is not left out in silence.
#[test]
fn input_without_a_header_is_protected_as_a_whole_or_not_at_all() {
    const HEADER_OCTETS_MAX: usize = 256 * 1024;
    let folder = Folder::new();
    folder.run("sign m.eml --opaque --key alice.key --cert alice.pem --out s.eml");
    let signed = folder.read("s.eml");
    let (_, base64) = signed.rsplit_once("\r\n\r\n").unwrap();
    let pem = format!("-----BEGIN CMS-----\n{base64}-----END CMS-----\n");
    let long = format!(
        "To: {}\n{MESSAGE}",
        "b@b.test,\n ".repeat(HEADER_OCTETS_MAX / 11 + 1)
    );
    let malformed = || (4, "malformed".to_owned());
    let good = || (0, String::new());
    for (text, line, verdict) in [
        (
            "Dear Bob,\nit is 100 EUR.\n\nAlice\n",
            "line 1 ",
            malformed(),
        ),
        ("one line", "line 1 ", malformed()),
        (
            "Subject: x\n y\nDear Bob,\n\nAlice\n",
            "line 3 ",
            malformed(),
        ),
        (&pem, "line 1 ", malformed()),
        ("0\u{1}\n", "line 1 ", malformed()),
        (&"X: y\n".repeat(2_001), "", bad("limit-exceeded")),
        (&long, "", bad("limit-exceeded")),
        (&format!("From alice Mon\n{MESSAGE}"), "", good()),
        ("\nDear Bob,\nit is 100 EUR.\n", "", good()),
        ("", "", good()),
    ] {
        folder.write("x", text);
        for (number, verb) in [
            "sign x --key alice.key --cert alice.pem",
            "encrypt x --to bob.pem",
        ]
        .iter()
        .enumerate()
        {
            let out = format!("{number}{}", verdict.0);
            let (exit, object) = folder.json(&format!("{verb} --out {out}"));
            let reason = object["reason"].as_str().unwrap_or_default();
            assert_eq!((exit, reason), (verdict.0, verdict.1.as_str()), "{object}");
            assert!(
                object["detail"].as_str().unwrap().contains(line),
                "{object}"
            );
            assert_eq!(folder.has(&out), exit == 0);
        }
    }
}

/// That the answer is on a malformed file, the last of the options.
fn assert_names_file((exit, object): &(i32, Value), options: &str) {
    assert_eq!(
        (*exit, &object["reason"]),
        (4, &"malformed".into()),
        "{options}"
    );
    let file = options.rsplit(' ').next().unwrap();
    assert!(
        object["detail"].as_str().unwrap().contains(file),
        "{object}"
    );
}

#[test]
fn folders_and_standard_input_are_read() {
    let folder = Folder::new();
    folder.run("sign m.eml --key alice.key --cert alice.pem --out s.eml");
    std::fs::create_dir(folder.0.path().join("trust")).unwrap();
    std::fs::copy(
        folder.0.path().join("ca.pem"),
        folder.0.path().join("trust/ca.pem"),
    )
    .unwrap();
    folder.write("trust/README", "no certificate");
    let mut child = folder
        .command("verify - --trust trust")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(folder.read("s.eml").as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .starts_with("verdict: good")
    );
}

#[test]
fn inspect_tells_what_it_is() {
    let folder = Folder::new();
    folder.run("sign m.eml --key alice.key --cert alice.pem --out s.eml");
    let (exit, object) = folder.json("inspect s.eml");
    assert_eq!(
        (exit, &object["layers"][0]["kind"]),
        (0, &"detached-signature".into())
    );
    assert_eq!(object["signers"][0]["address"], "alice@acme.test");
    assert_eq!(object["certificates"][0]["key"], "p-256");
    assert_eq!(object["parts"][2]["type"], "application/pkcs7-signature");
    folder.run("encrypt s.eml --to bob.pem --out e.eml");
    let (exit, object) = folder.json("inspect e.eml");
    assert_eq!(
        (exit, &object["layers"][0]["kind"]),
        (0, &"encrypted".into())
    );
    assert!(
        object["layers"][0]["recipients"][0]["issuer"]
            .as_str()
            .unwrap()
            .contains("CN=CA")
    );
    assert_eq!(
        object["layers"][0]["reason"],
        Value::Null,
        "a closed layer is no defect"
    );
    assert_eq!(object["detail"], "1 S/MIME layer");
}

#[test]
fn inspect_tells_of_a_broken_layer() {
    let folder = Folder::new();
    let message = format!(
        "From: alice@acme.test\r\nContent-Type: multipart/signed; boundary=b; \
         protocol=\"application/pkcs7-signature\"\r\n\r\n--b\r\n{ENTITY}\r\n--b\r\n\
         Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n\
         {BROKEN_SIGNATURE}\r\n--b--\r\n"
    );
    folder.write("broken.eml", &message);
    let (exit, object) = folder.json("inspect broken.eml");
    assert_eq!(exit, 0, "the content can be read");
    let defects = serde_json::json!([{"layer": 0, "code": "malformed"}]);
    assert_eq!(object["defects"], defects);
    assert_eq!(object["detail"], "1 S/MIME layer, 1 defect");
}

#[test]
fn inspect_tells_where_it_stopped() {
    let folder = Folder::new();
    let mut nested = "Content-Type: text/plain\r\n\r\nx".to_owned();
    for level in 0..40 {
        nested = format!(
            "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n\
             --b{level}\r\n{nested}\r\n--b{level}--\r\n"
        );
    }
    folder.write("nested.eml", &nested);
    let (exit, object) = folder.json("inspect nested.eml");
    assert_eq!((exit, object["parts"].as_array().unwrap().len()), (3, 33));
    let place = vec!["1"; 33].join(".");
    let defects = serde_json::json!([{"part": place, "code": "limit-exceeded"}]);
    assert_eq!(object["defects"], defects);
    assert!(object["detail"].as_str().unwrap().contains("limits"));
}

#[test]
fn inspect_shows_defects_inside_of_objects_and_no_parts_of_bare_ones() {
    let folder = Folder::new();
    let unclosed =
        "From: alice@acme.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx";
    folder.write("m.eml", unclosed);
    folder.run("sign m.eml --key alice.key --cert alice.pem --opaque --out s.eml");
    let defects = serde_json::json!([{"code": "unclosed-multipart"}]);
    let (_, object) = folder.json("inspect s.eml");
    assert_eq!(object["defects"], defects);
    let message = folder.read("s.eml");
    let (_, object) = message.rsplit_once("\r\n\r\n").unwrap();
    let pem = format!("-----BEGIN CMS-----\n{object}-----END CMS-----\n");
    folder.write("s.pem", &pem);
    let (_, object) = folder.json("inspect s.pem");
    assert_eq!(object["parts"], serde_json::json!([]));
    assert_eq!(object["defects"], defects);
}

#[test]
fn exit_codes_tell_usage_absence_and_malformed_input_apart() {
    let folder = Folder::new();
    folder.write(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    );
    folder.write("broken.p7m", "0\u{1}");
    for (arguments, exit) in [
        ("verify m.eml", 2),
        ("verify absent.eml --trust ca.pem", 2),
        ("verify m.eml --trust absent.pem", 2),
        ("verify m.eml --trust ca.pem --at yesterday", 2),
        ("encrypt m.eml --to bob.pem --cipher rc4", 2),
        ("encrypt m.eml --to bob.pem --json", 2),
        ("decrypt m.eml --key bob.key --json", 2),
        ("sign m.eml --key ca.pem --cert ca.pem", 2),
        ("frobnicate m.eml", 2),
        ("verify m.eml --trust ca.pem", 3),
        ("inspect m.eml", 3),
        ("decrypt m.eml --key bob.key", 3),
        ("verify m.eml --trust broken.pem", 4),
        ("chain broken.pem --trust ca.pem", 4),
        ("decrypt m.eml --key m.eml", 4),
    ] {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(exit), "{arguments}");
        let said = [output.stdout, output.stderr].concat();
        assert!(!said.is_empty(), "{arguments} says nothing");
    }
    let (exit, object) = folder.json("inspect m.eml");
    assert_eq!(
        (exit, &object["verdict"]),
        (3, &"none".into()),
        "JSON whatever the verdict"
    );
}

#[test]
fn streams_that_take_nothing_are_no_reason_to_panic() {
    let folder = Folder::new();
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    let exit = |command: &mut Command| command.status().unwrap().code();
    let mut encrypt = folder.command("encrypt m.eml --to bob.pem");
    assert_eq!(exit(encrypt.stdout(Stdio::null()).stderr(full())), Some(0));
    assert_eq!(exit(encrypt.stdout(full()).stderr(full())), Some(2));
    for arguments in [
        "verify absent.eml --trust ca.pem",
        "relay --edge https://edge.test --token x --next-hop-outbound next.test:25 \
            --next-hop-inbound next.test:25 --outbound nowhere",
    ] {
        let mut command = folder.command(arguments);
        assert_eq!(exit(command.stderr(full())), Some(2), "{arguments}");
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut verify = folder.command("verify m.eml --trust ca.pem");
    let output = verify.stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "the verdict stands");
    assert_eq!(output.stderr, b"");
}

#[test]
fn a_verdict_has_the_reason_of_the_layer() {
    let folder = Folder::new();
    let pem = |object: &str| format!("-----BEGIN CMS-----\n{object}\n-----END CMS-----\n");
    let mime = |object: &str| {
        format!(
            "From: alice@acme.test\r\nContent-Type: application/pkcs7-mime\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{object}\r\n"
        )
    };
    let malformed = || (4, "malformed".to_owned());
    folder.write("unknown", &pem(UNKNOWN_OBJECT));
    folder.write("deep", &pem(&"MIAwgDCA".repeat(22)));
    folder.write("broken", &pem(BROKEN_SIGNATURE));
    folder.write("broken.eml", &mime(BROKEN_SIGNATURE));
    for (file, verdict) in [
        ("unknown", bad("unsupported-algorithm")),
        ("deep", bad("limit-exceeded")),
        ("broken", malformed()),
        ("broken.eml", malformed()),
    ] {
        let verify = format!("verify {file} --trust ca.pem");
        assert_eq!(folder.verdict(&verify), verdict, "{file}");
        let inspected = folder.verdict(&format!("inspect {file}"));
        assert_eq!(inspected, (4, verdict.1), "{file}: nothing can be read");
    }
    for file in ["unknown", "deep"] {
        let decrypt = format!("decrypt {file} --key bob.key --out d.eml");
        assert_eq!(folder.verdict(&decrypt).0, 1, "{file}");
    }
}

#[test]
fn rules_decide_and_say_why() {
    let folder = Folder::new();
    let rule = |id: &str, priority: usize, managed: &str, enabled: bool, outbound: &str| {
        serde_json::json!({
            "id": id, "priority": priority, "name": id, "enabled": enabled,
            "managed": {"kind": "address", "value": managed},
            "external": {"kind": "domain", "value": "partner.test", "subdomains": true},
            "inbound": "not_defined", "outbound": outbound,
        })
    };
    let rules = serde_json::json!({"version": 7, "items": [
        rule("off", 1, "alice@acme.test", false, "neither"),
        rule("other", 2, "carol@acme.test", true, "neither"),
        rule("ours", 3, "alice@acme.test", true, "enforce_encryption"),
    ]});
    folder.write("rules.json", &rules.to_string());
    let eval = "policy eval rules.json --managed Alice@ACME.test --external";
    let (exit, object) = folder.json(&format!("{eval} bob@lab.partner.test --direction outbound"));
    assert_eq!((exit, &object["option"]), (0, &"enforce_encryption".into()));
    assert_eq!(object["rule"]["id"], "ours");
    let decided: Vec<_> = object["trace"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["decided"].clone())
        .collect();
    assert_eq!(decided, [false, false, true]);
    let (_, object) = folder.json(&format!("{eval} bob@lab.partner.test --direction inbound"));
    assert_eq!(
        (&object["option"], &object["rule"]),
        (&"optional_decryption".into(), &Value::Null)
    );
    folder.write(
        "rules.json",
        &rules.to_string().replace("neither", "perhaps"),
    );
    let (exit, object) = folder.json(&format!("{eval} bob@partner.test --direction outbound"));
    assert_eq!(exit, 4);
    assert!(
        object["detail"].as_str().unwrap().contains("line 1 column"),
        "{object}"
    );
}

#[test]
fn openssl_reads_what_is_written_and_is_read() {
    if Command::new("openssl").arg("version").output().is_err() {
        println!("skipped: openssl is not installed");
        return;
    }
    let folder = Folder::new();
    folder.run("sign m.eml --key alice.key --cert alice.pem --out s.eml");
    openssl(
        folder.0.path(),
        "cms -verify -in s.eml -CAfile ca.pem -out v.eml",
    );
    assert_eq!(folder.read("v.eml"), ENTITY);
    folder.run("encrypt m.eml --to bob.pem --cipher aes-256-gcm --out e.eml");
    openssl(
        folder.0.path(),
        "cms -decrypt -in e.eml -inkey bob.key -recip bob.pem -out d.eml",
    );
    assert_eq!(folder.read("d.eml"), ENTITY);
    openssl(
        folder.0.path(),
        "cms -sign -in m.eml -signer alice.pem -inkey alice.key -from alice@acme.test -out s.eml",
    );
    assert_eq!(folder.verdict("verify s.eml --trust ca.pem").0, 0);
    openssl(
        folder.0.path(),
        "cms -encrypt -aes-256-cbc -in m.eml -out e.eml bob.pem",
    );
    assert_eq!(
        folder.verdict("decrypt e.eml --key bob.key --out d.eml").0,
        0
    );
    assert!(folder.read("d.eml").contains("attack at dawn"));
    openssl(
        folder.0.path(),
        "pkcs12 -export -inkey bob.key -in bob.pem -passout pass:secret -out bob.p12",
    );
    folder.write("password", "secret\n");
    assert_eq!(
        folder
            .verdict("decrypt e.eml --key bob.p12 --password-file password --out d.eml")
            .0,
        0
    );
    assert_eq!(
        folder.run("decrypt e.eml --key bob.p12").status.code(),
        Some(2),
        "no password"
    );
}

#[test]
fn a_key_for_pss_alone_signs_so() {
    if Command::new("openssl").arg("version").output().is_err() {
        println!("skipped: openssl is not installed");
        return;
    }
    let folder = Folder::new();
    openssl(
        folder.0.path(),
        "req -x509 -newkey rsa-pss -pkeyopt rsa_keygen_bits:2048 -nodes -keyout pss.key -out pss.pem \
         -subj /CN=alice -addext subjectAltName=email:alice@acme.test",
    );
    let sign = "sign m.eml --key pss.key --cert pss.pem --out s.eml";
    assert_eq!(folder.verdict(sign).0, 0);
    let (exit, object) = folder.json("verify s.eml --trust pss.pem");
    let algorithm = object["signers"][0]["algorithm"].as_str().unwrap();
    assert_eq!((exit, algorithm), (0, "rsa-pss-sha256"));
}

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(arguments.split(' '))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {said}");
}
