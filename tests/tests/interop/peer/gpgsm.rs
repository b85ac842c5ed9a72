//! `gpgsm` of the GNU Privacy Guard, with a home folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::Peer;
use crate::case::{Cipher, Encryption, Key, Signing};
use crate::command::{is_on_path, run, run_with_input};
use crate::lab::{CLASSIC_KEYS, Lab, PASSWORD};
use crate::mime;

pub(crate) const NAME: &str = "gpgsm";

struct Gpgsm {
    home: PathBuf,
}

pub(crate) fn start(lab: &Lab) -> Result<Option<Box<dyn Peer>>> {
    if !is_on_path("gpgsm") {
        return Ok(None);
    }
    let peer = Gpgsm {
        home: lab.path("gnupg"),
    };
    fs::create_dir(&peer.home)?;
    run(Command::new("chmod").arg("700").arg(&peer.home))?;
    // There is nothing to ask for revocation lists on this network.
    fs::write(
        peer.home.join("gpgsm.conf"),
        "disable-crl-checks\ndisable-dirmngr\n",
    )?;
    let print = run(Command::new("openssl")
        .args(["x509", "-noout", "-fingerprint", "-sha1", "-in"])
        .arg(lab.authority()))?;
    let print = String::from_utf8(print)?;
    let (_, print) = print.trim().split_once('=').context("no fingerprint")?;
    fs::write(
        peer.home.join("trustlist.txt"),
        format!("{print} S relax\n"),
    )?;
    run(peer.command().arg("--import").arg(lab.authority()))?;
    for (key, _) in CLASSIC_KEYS {
        run(peer.command().arg("--import").arg(lab.certificate(key)))?;
    }
    let import = run_with_password(
        peer.with_password()
            .arg("--import")
            .arg(lab.pkcs12(Key::Rsa)),
    );
    import.context("gpgsm cannot import an RSA key")?;
    fs::create_dir_all(peer.home.join("private-keys-v1.d"))?;
    for (key, curve, octets) in [
        (Key::P256, "NIST P-256", 32),
        (Key::P384, "NIST P-384", 48),
        (Key::P521, "NIST P-521", 66),
    ] {
        peer.place_key(lab, key, curve, octets)?;
    }
    Ok(Some(Box::new(peer)))
}

impl Gpgsm {
    /// Importing an EC key from PKCS#12 ends it, so the key is put where its agent keeps keys, in the agent's form.
    fn place_key(&self, lab: &Lab, key: Key, curve: &str, octets: usize) -> Result<()> {
        let listed = run(self
            .command()
            .args(["--with-colons", "--with-keygrip", "--list-keys"])
            .arg(format!("CN=Alice {}", key.name())))?;
        let listed = String::from_utf8(listed)?;
        let mut lines = listed.lines().filter_map(|line| line.strip_prefix("grp:"));
        let grip = lines.next().context("no keygrip")?.trim_matches(':');
        let mut convert = Command::new("openssl");
        convert.args(["ec", "-outform", "DER", "-in"]);
        // ECPrivateKey (RFC 5915): version, the secret, the curve, the point.
        let der = run(convert.arg(lab.key(key)))?;
        let start = [&[2, 1, 1, 4][..], &[u8::try_from(octets)?]].concat();
        let at = der.windows(start.len()).position(|found| found == start);
        let secret = at.map(|at| at + start.len()).context("no secret")?;
        let secret = der.get(secret..secret + octets).context("no secret")?;
        let point = der.len().checked_sub(2 * octets + 1);
        let point = point.and_then(|at| der.get(at..)).context("no point")?;
        let mut expression = b"(11:private-key(3:ecc".to_vec();
        for (name, value) in [
            ("5:curve", curve.as_bytes()),
            ("1:q", point),
            ("1:d", secret),
        ] {
            expression.extend_from_slice(format!("({name}{}:", value.len()).as_bytes());
            expression.extend_from_slice(value);
            expression.push(b')');
        }
        expression.extend_from_slice(b"))");
        let file = self.home.join(format!("private-keys-v1.d/{grip}.key"));
        Ok(fs::write(file, expression)?)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("gpgsm");
        command.arg("--homedir").arg(&self.home);
        command.args(["--batch", "--yes", "--quiet"]);
        command
    }

    /// To be run by [`run_with_password`].
    fn with_password(&self) -> Command {
        let mut command = self.command();
        command.args(["--pinentry-mode", "loopback", "--passphrase-fd", "0"]);
        command
    }
}

fn run_with_password(command: &mut Command) -> Result<Vec<u8>> {
    run_with_input(command, PASSWORD.as_bytes())
}

impl Peer for Gpgsm {
    fn name(&self) -> &'static str {
        NAME
    }

    fn sign(&mut self, lab: &Lab, signing: Signing, output: &Path) -> Result<()> {
        ensure!(!signing.is_pss, "no option to sign with PSS");
        let mut command = self.with_password();
        command.arg(if signing.is_opaque {
            "--sign"
        } else {
            "--detach-sign"
        });
        command.args(["--digest-algo", signing.digest.name()]);
        command.args(["--local-user", &format!("CN=Alice {}", signing.key.name())]);
        command.arg("--output").arg(output).arg(lab.entity());
        run_with_password(&mut command)?;
        Ok(())
    }

    fn verify(&mut self, _: &Lab, signing: Signing, message: &Path) -> Result<()> {
        let message_octets = fs::read(message)?;
        let mut command = self.command();
        if signing.is_opaque {
            let object = message.with_extension("gpgsm");
            let content = message.with_extension("gpgsm-content");
            fs::write(&object, mime::cms(&message_octets)?)?;
            command.arg("--output").arg(&content);
            run(command.arg("--verify").arg(object))?;
            ensure!(Lab::is_content(&fs::read(content)?), "another content");
            return Ok(());
        }
        let (content, signature) = mime::split_signed(&message_octets)?;
        let content_file = message.with_extension("gpgsm-content");
        let signature_file = message.with_extension("gpgsm");
        fs::write(&content_file, &content)?;
        fs::write(&signature_file, signature)?;
        run(command
            .arg("--verify")
            .arg(signature_file)
            .arg(content_file))?;
        ensure!(Lab::is_content(&content), "another content");
        Ok(())
    }

    fn encrypt(&mut self, lab: &Lab, encryption: Encryption, output: &Path) -> Result<()> {
        ensure!(!encryption.is_oaep, "no option to encrypt with OAEP");
        let cipher = match encryption.cipher {
            Cipher::Aes128Cbc => "AES",
            Cipher::Aes192Cbc => "AES192",
            Cipher::Aes256Cbc => "AES256",
            Cipher::TripleDes => "3DES",
            Cipher::Aes128Gcm | Cipher::Aes256Gcm | Cipher::ChaCha20Poly1305 => {
                anyhow::bail!("no option to encrypt with an authenticated cipher")
            }
        };
        let mut command = self.command();
        command.args(["--cipher-algo", cipher, "--recipient"]);
        command.arg(format!("CN=Alice {}", encryption.key.name()));
        command.arg("--output").arg(output);
        run(command.arg("--encrypt").arg(lab.entity()))?;
        Ok(())
    }

    fn decrypt(&mut self, _: &Lab, _: Encryption, message: &Path) -> Result<()> {
        let object = message.with_extension("gpgsm");
        fs::write(&object, mime::cms(&fs::read(message)?)?)?;
        let mut command = self.with_password();
        let content = run_with_password(command.arg("--decrypt").arg(object))?;
        ensure!(Lab::is_content(&content), "another content");
        Ok(())
    }
}

impl Drop for Gpgsm {
    fn drop(&mut self) {
        // Its agent would outlive the test.
        let mut command = Command::new("gpgconf");
        command.arg("--homedir").arg(&self.home);
        let _ = run(command.args(["--kill", "all"]));
    }
}
