//! Keys, certificates and the message, made afresh by OpenSSL for each run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::case::Key;
use crate::command::run;

/// The sender and recipient of every message.
pub(crate) const ADDRESS: &str = "alice@interop.test";
/// The password of the PKCS#12 files.
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

/// A folder with everything.
pub(crate) struct Lab {
    folder: TempDir,
}

impl Lab {
    /// Makes the keys.
    pub(crate) fn build() -> Result<Self> {
        // Not in the target folder: GnuPG's sockets need short paths.
        let lab = Self {
            folder: tempfile::Builder::new().prefix("interop").tempdir()?,
        };
        fs::write(lab.path("message.eml"), format!("{HEADER}{ENTITY}"))?;
        fs::write(lab.path("entity.eml"), ENTITY)?;
        lab.make_authority()?;
        for (serial, (key, usage)) in [
            (Key::Rsa, "digitalSignature,keyEncipherment"),
            (Key::P256, "digitalSignature,keyAgreement"),
            (Key::P384, "digitalSignature,keyAgreement"),
            (Key::P521, "digitalSignature,keyAgreement"),
            (Key::Ed25519, "digitalSignature"),
            (Key::X25519, "keyAgreement"),
        ]
        .into_iter()
        .enumerate()
        {
            lab.make_certificate(key, usage, serial + 2)?;
        }
        Ok(lab)
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
        };
        let (private, public) = (format!("{name}.key"), format!("{name}.pub"));
        let (certificate, pkcs12) = (format!("{name}.pem"), format!("{name}.p12"));
        self.openssl(&[&["genpkey", "-out", &private, "-algorithm"], algorithm].concat())?;
        self.openssl(&["pkey", "-in", &private, "-pubout", "-out", &public])?;
        fs::write(
            self.path("extensions"),
            format!(
                "basicConstraints=critical,CA:false\nkeyUsage=critical,{usage}\n\
                 extendedKeyUsage=emailProtection\nsubjectAltName=email:{ADDRESS}\n\
                 subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
            ),
        )?;
        // X25519 cannot sign a request of its own, so all requests are the authority's.
        let subject = format!("/O=Interop/CN=Alice {name}");
        self.openssl(&[
            "req", "-new", "-key", "ca.key", "-subj", &subject, "-out", "request",
        ])?;
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            "request",
            "-force_pubkey",
            &public,
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-set_serial",
            &serial.to_string(),
            "-days",
            "20",
            "-sha256",
            "-extfile",
            "extensions",
            "-out",
            &certificate,
        ])?;
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

    fn openssl(&self, arguments: &[&str]) -> Result<()> {
        run(Command::new("openssl")
            .current_dir(self.folder())
            .args(arguments))?;
        Ok(())
    }
}
