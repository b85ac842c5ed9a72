//! Keys, certificates and the message, made afresh by OpenSSL for each run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::case::{Key, ML_DSA, ML_KEM, SLH_DSA};
use crate::command::run;

/// The sender and recipient of every message.
pub(crate) const ADDRESS: &str = "alice@interop.test";
/// The password of the PKCS#12 files, and of what is encrypted to one.
pub(crate) const PASSWORD: &str = "interop";

const HEADER: &str = "From: Alice <alice@interop.test>\r\nTo: alice@interop.test\r\n\
     Subject: Interoperability\r\nDate: Tue, 03 Nov 2026 10:00:00 +0000\r\n\
     Message-ID: <1@interop.test>\r\nMIME-Version: 1.0\r\n";

/// With what mail software likes to change: trailing spaces, a leading dot, a line that begins like an mbox
/// separator, and empty lines at the end.
const ENTITY: &str = "Content-Type: text/plain; charset=us-ascii\r\n\
     Content-Transfer-Encoding: 7bit\r\n\r\n\
     Dear Alice,\r\n\r\n\
     From here on, lines end in spaces.  \r\n\
     .\r\n\
     . dots begin lines\r\n\
     -- \r\n\
     A signature delimiter stands above.\r\n\r\n\r\n";

/// The keys that every peer is offered, with what their certificates allow.
pub(crate) const CLASSIC_KEYS: [(Key, &str); 6] = [
    (Key::Rsa, "digitalSignature,keyEncipherment"),
    (Key::P256, "digitalSignature,keyAgreement"),
    (Key::P384, "digitalSignature,keyAgreement"),
    (Key::P521, "digitalSignature,keyAgreement"),
    (Key::Ed25519, "digitalSignature"),
    (Key::X25519, "keyAgreement"),
];

/// A folder with everything.
pub(crate) struct Lab {
    folder: TempDir,
    /// An OpenSSL that knows what withstands quantum computers.
    new_openssl: Option<PathBuf>,
}

impl Lab {
    /// Makes the keys; those that withstand quantum computers where there is an OpenSSL for them.
    pub(crate) fn build(new_openssl: Option<PathBuf>) -> Result<Self> {
        // Not in the target folder: GnuPG's sockets need short paths.
        let lab = Self {
            folder: tempfile::Builder::new().prefix("interop").tempdir()?,
            new_openssl,
        };
        fs::write(lab.path("message.eml"), format!("{HEADER}{ENTITY}"))?;
        fs::write(lab.path("entity.eml"), ENTITY)?;
        lab.make_authority()?;
        let signing = ML_DSA.map(Key::MlDsa).into_iter();
        let signing = signing.chain(SLH_DSA.map(|(set, _)| Key::SlhDsa(set)));
        let receiving = ML_KEM.map(Key::MlKem).into_iter();
        let post_quantum = signing
            .map(|key| (key, "digitalSignature"))
            .chain(receiving.map(|key| (key, "keyEncipherment")))
            .filter(|_| lab.new_openssl.is_some());
        for (serial, (key, usage)) in CLASSIC_KEYS.into_iter().chain(post_quantum).enumerate() {
            lab.make_certificate(key, usage, serial + 2)?;
        }
        Ok(lab)
    }

    pub(crate) fn new_openssl(&self) -> Option<&Path> {
        self.new_openssl.as_deref()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The whole message, with the header fields of its sender.
    pub(crate) fn message(&self) -> PathBuf {
        self.path("message.eml")
    }

    /// What is signed or encrypted of it.
    pub(crate) fn entity(&self) -> PathBuf {
        self.path("entity.eml")
    }

    pub(crate) fn authority(&self) -> PathBuf {
        self.path("ca.pem")
    }

    pub(crate) fn certificate(&self, key: Key) -> PathBuf {
        self.path(&format!("{}.pem", key.name()))
    }

    pub(crate) fn key(&self, key: Key) -> PathBuf {
        self.path(&format!("{}.key", key.name()))
    }

    pub(crate) fn pkcs12(&self, key: Key) -> PathBuf {
        self.path(&format!("{}.p12", key.name()))
    }

    /// Whether what a reader got is the message's content, however its line ends came out.
    pub(crate) fn is_content(opened: &[u8]) -> bool {
        let text = String::from_utf8_lossy(opened);
        let text = text.replace("\r\n", "\n");
        let body = ENTITY.replace("\r\n", "\n");
        let body = body.split_once("\n\n").map_or("", |(_, body)| body);
        text.ends_with(body)
    }

    /// A copy with one word of the content changed.
    pub(crate) fn alter(file: &Path) -> Result<PathBuf> {
        let altered = file.with_extension("altered");
        let text = String::from_utf8(fs::read(file)?)?;
        ensure!(text.contains("Dear Alice"), "the content is not readable");
        fs::write(&altered, text.replace("Dear Alice", "Dear Malice"))?;
        Ok(altered)
    }

    fn make_authority(&self) -> Result<()> {
        self.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-noenc",
            "-sha256",
            "-days",
            "30",
            "-subj",
            "/O=Interop/CN=Interop CA",
            "-set_serial",
            "1",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign",
        ])
    }

    fn make_certificate(&self, key: Key, usage: &str, serial: usize) -> Result<()> {
        let name = key.name();
        let algorithm: &[&str] = match key {
            Key::Rsa => &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            Key::P256 => &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            Key::P384 => &["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
            Key::P521 => &["EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
            Key::Ed25519 => &["ED25519"],
            Key::X25519 => &["X25519"],
            Key::MlDsa(set) | Key::MlKem(set) | Key::SlhDsa(set) => &[set],
        };
        let (private, public) = (format!("{name}.key"), format!("{name}.pub"));
        let (certificate, pkcs12) = (format!("{name}.pem"), format!("{name}.p12"));
        let generate = [&["genpkey", "-out", &private, "-algorithm"], algorithm].concat();
        self.openssl_for(key, &generate)?;
        self.openssl_for(key, &["pkey", "-in", &private, "-pubout", "-out", &public])?;
        fs::write(
            self.path("extensions"),
            format!(
                "basicConstraints=critical,CA:false\nkeyUsage=critical,{usage}\n\
                 extendedKeyUsage=emailProtection\nsubjectAltName=email:{ADDRESS}\n\
                 subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
            ),
        )?;
        // Not every key can sign a request of its own, so all requests are the authority's.
        let subject = format!("/O=Interop/CN=Alice {name}");
        self.openssl(&[
            "req", "-new", "-key", "ca.key", "-subj", &subject, "-out", "request",
        ])?;
        let serial = serial.to_string();
        let issue = [
            &["x509", "-req", "-in", "request", "-force_pubkey", &public][..],
            &["-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", &serial],
            &["-days", "20", "-sha256", "-extfile", "extensions"],
            &["-out", &certificate],
        ];
        self.openssl_for(key, &issue.concat())?;
        if key.is_post_quantum() {
            // Only peers that take PEM know such keys.
            return Ok(());
        }
        // The algorithms that NSS and GnuPG of Debian read.
        self.openssl(&[
            "pkcs12",
            "-export",
            "-inkey",
            &private,
            "-in",
            &certificate,
            "-certfile",
            "ca.pem",
            "-name",
            name,
            "-certpbe",
            "PBE-SHA1-3DES",
            "-keypbe",
            "PBE-SHA1-3DES",
            "-macalg",
            "sha1",
            "-passout",
            &format!("pass:{PASSWORD}"),
            "-out",
            &pkcs12,
        ])
    }

    /// The OpenSSL that knows a key.
    fn openssl_for(&self, key: Key, arguments: &[&str]) -> Result<()> {
        let new = self.new_openssl.as_ref().filter(|_| key.is_post_quantum());
        let program = new.map_or(Path::new("openssl"), PathBuf::as_path);
        self.run(program, arguments)
    }

    fn openssl(&self, arguments: &[&str]) -> Result<()> {
        self.run(Path::new("openssl"), arguments)
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Result<()> {
        run(Command::new(program)
            .current_dir(self.folder())
            .args(arguments))?;
        Ok(())
    }
}
