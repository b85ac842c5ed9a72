//! OpenSSL's command line, as a partner would use it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Runs `openssl` in a folder; it must succeed.
pub(crate) fn openssl(folder: &Path, arguments: &[&str]) -> Result<()> {
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(arguments)
        .output()
        .context("openssl")?;
    if !output.status.success() {
        bail!(
            "openssl {} failed: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

/// A self-signed certificate for a mailbox, in `NAME.pem` with its key in `NAME.key`.
pub(crate) fn self_signed(folder: &Path, name: &str, address: &str) -> Result<()> {
    openssl(
        folder,
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "30",
            "-subj",
            &format!("/CN={address}"),
            "-addext",
            &format!("subjectAltName=email:{address}"),
            "-addext",
            "keyUsage=critical,digitalSignature,keyEncipherment",
            "-addext",
            "extendedKeyUsage=emailProtection",
            "-keyout",
            &format!("{name}.key"),
            "-out",
            &format!("{name}.pem"),
        ],
    )
}

/// An authority of its own in `ca.pem` with its key in `ca.key`.
pub(crate) fn authority(folder: &Path, subject: &str) -> Result<()> {
    openssl(
        folder,
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "60",
            "-subj",
            subject,
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
        ],
    )
}

/// A key in `NAME.key` and the request for its certificate in `NAME.csr`.
pub(crate) fn request(folder: &Path, name: &str, address: &str) -> Result<()> {
    let (request, key) = (format!("{name}.csr"), format!("{name}.key"));
    let subject = format!("/CN={address}");
    let make = ["req", "-newkey", "rsa:2048", "-nodes", "-subj", &subject];
    openssl(
        folder,
        &[&make[..], &["-keyout", &key, "-out", &request]].concat(),
    )
}

/// The extensions of a mailbox's certificate, a line each.
pub(crate) fn extensions(address: &str) -> String {
    format!(
        "basicConstraints=CA:FALSE\nsubjectAltName=email:{address}\n\
         keyUsage=critical,digitalSignature,keyEncipherment\n\
         extendedKeyUsage=emailProtection\n\
         subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    )
}

/// An authority in `ca.pem` and a mailbox certificate of it in `NAME.pem` with its key in `NAME.key`.
pub(crate) fn certified(folder: &Path, name: &str, address: &str) -> Result<()> {
    request(folder, name, address)?;
    answer(folder, name, address)
}

/// Has the authority in `ca.pem` answer the request in `NAME.csr` with the certificate `NAME.pem`.
pub(crate) fn answer(folder: &Path, name: &str, address: &str) -> Result<()> {
    if !folder.join("ca.pem").exists() {
        authority(folder, "/O=Partner/CN=Partner Root")?;
    }
    let file = format!("{name}.ext");
    fs::write(folder.join(&file), extensions(address))?;
    openssl(
        folder,
        &[
            "x509",
            "-req",
            "-in",
            &format!("{name}.csr"),
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "30",
            "-extfile",
            &file,
            "-out",
            &format!("{name}.pem"),
        ],
    )
}

/// What a mail made by OpenSSL says beside its content.
pub(crate) struct Fields<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) subject: &'a str,
}

/// A mail with a line of text, signed with the key in `NAME.key`.
pub(crate) fn signed(
    folder: &Path,
    name: &str,
    fields: &Fields<'_>,
    text: &str,
) -> Result<Vec<u8>> {
    let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
    let sign = ["-sign", "-signer", &certificate, "-inkey", &key];
    mail(folder, &sign, fields, text, &[])
}

/// A mail with a line of text, encrypted to the certificate in `NAME.pem`.
pub(crate) fn encrypted(
    folder: &Path,
    name: &str,
    cipher: &str,
    fields: &Fields<'_>,
    text: &str,
) -> Result<Vec<u8>> {
    let certificate = format!("{name}.pem");
    mail(folder, &["-encrypt", cipher], fields, text, &[&certificate])
}

/// OpenSSL writes no Message-ID, so it is the subject's; and SMTP wants CRLF where it ends lines as the
/// platform does.
fn mail(
    folder: &Path,
    how: &[&str],
    fields: &Fields<'_>,
    text: &str,
    recipients: &[&str],
) -> Result<Vec<u8>> {
    let Fields { from, to, subject } = fields;
    fs::write(
        folder.join("body"),
        format!("Content-Type: text/plain\r\n\r\n{text}\r\n"),
    )?;
    let files = ["-in", "body", "-out", "made.eml"];
    let header = ["-from", from, "-to", to, "-subject", subject];
    openssl(
        folder,
        &[&["cms"][..], how, &files, &header, recipients].concat(),
    )?;
    let made = fs::read_to_string(folder.join("made.eml")).context("OpenSSL's output")?;
    let made = made.replace("\r\n", "\n").replace('\n', "\r\n");
    Ok(format!("Message-ID: <{subject}@partner.test>\r\n{made}").into_bytes())
}
