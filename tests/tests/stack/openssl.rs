//! OpenSSL's command line, as a partner would use it.

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

/// An authority in `ca.pem` and a mailbox certificate of it in `NAME.pem` with its key in `NAME.key`.
pub(crate) fn certified(folder: &Path, name: &str, address: &str) -> Result<()> {
    let (request, key) = (format!("{name}.csr"), format!("{name}.key"));
    let subject = format!("/CN={address}");
    let make = ["req", "-newkey", "rsa:2048", "-nodes", "-subj", &subject];
    openssl(
        folder,
        &[&make[..], &["-keyout", &key, "-out", &request]].concat(),
    )?;
    answer(folder, name, address)
}

/// Has the authority in `ca.pem` answer the request in `NAME.csr` with the certificate `NAME.pem`.
pub(crate) fn answer(folder: &Path, name: &str, address: &str) -> Result<()> {
    let ca = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "60",
        "-subj",
        "/O=Partner/CN=Partner Root",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-addext",
        "keyUsage=critical,keyCertSign,cRLSign",
    ];
    if !folder.join("ca.pem").exists() {
        openssl(folder, &ca)?;
    }
    let extensions = format!("{name}.ext");
    std::fs::write(
        folder.join(&extensions),
        format!(
            "basicConstraints=CA:FALSE\nsubjectAltName=email:{address}\n\
             keyUsage=critical,digitalSignature,keyEncipherment\n\
             extendedKeyUsage=emailProtection\n\
             subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        ),
    )?;
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
            &extensions,
            "-out",
            &format!("{name}.pem"),
        ],
    )
}
