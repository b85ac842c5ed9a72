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
    let request = format!("{name}.csr");
    let key = format!("{name}.key");
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
    let subject = format!("/CN={address}");
    openssl(
        folder,
        &[
            "req", "-newkey", "rsa:2048", "-nodes", "-subj", &subject, "-keyout", &key, "-out",
            &request,
        ],
    )?;
    openssl(
        folder,
        &[
            "x509",
            "-req",
            "-in",
            &request,
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
