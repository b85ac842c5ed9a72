//! OpenSSL's `cms` command, which reads and writes MIME itself: the one of the system and a new one.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use super::Peer;
use crate::case::{Cipher, Encryption, Key, Signing};
use crate::command::run;
use crate::lab::Lab;

pub(crate) const NAME: &str = "OpenSSL 3";
pub(crate) const NEW: &str = "OpenSSL 4";

pub(crate) struct OpenSsl {
    name: &'static str,
    program: PathBuf,
}

impl OpenSsl {
    pub(crate) fn of_the_system() -> Self {
        Self {
            name: NAME,
            program: "openssl".into(),
        }
    }

    pub(crate) fn new(lab: &Lab) -> Option<Self> {
        Some(Self {
            name: NEW,
            program: lab.new_openssl()?.to_owned(),
        })
    }

    fn cms(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["cms", verb]);
        command
    }
}

impl Peer for OpenSsl {
    fn name(&self) -> &'static str {
        self.name
    }

    fn sign(&mut self, lab: &Lab, signing: Signing, output: &Path) -> Result<()> {
        let mut command = self.cms("-sign");
        command.arg("-in").arg(lab.entity());
        command.arg("-signer").arg(lab.certificate(signing.key));
        command.arg("-inkey").arg(lab.key(signing.key));
        command.args(["-md", signing.digest.name()]);
        if signing.is_pss {
            command.args(["-keyopt", "rsa_padding_mode:pss"]);
        }
        command.args(signing.is_opaque.then_some("-nodetach"));
        run(command.arg("-out").arg(output))?;
        Ok(())
    }

    fn verify(&mut self, lab: &Lab, _: Signing, message: &Path) -> Result<()> {
        let mut command = self.cms("-verify");
        command.arg("-in").arg(message);
        command.arg("-CAfile").arg(lab.authority());
        command.args(["-purpose", "smimesign"]);
        let content = run(&mut command)?;
        ensure!(Lab::is_content(&content), "another content");
        Ok(())
    }

    fn encrypt(&mut self, lab: &Lab, encryption: Encryption, output: &Path) -> Result<()> {
        let mut command = self.cms("-encrypt");
        command.arg("-in").arg(lab.entity());
        command.arg(match encryption.cipher {
            Cipher::TripleDes => "-des3".to_owned(),
            cipher => format!("-{}", cipher.name()),
        });
        command.arg("-recip").arg(lab.certificate(encryption.key));
        if encryption.is_oaep {
            command.args(["-keyopt", "rsa_padding_mode:oaep"]);
            command.args(["-keyopt", "rsa_oaep_md:sha256"]);
        }
        // Its default, SHA-1, for one curve; what it should be for the others.
        match encryption.key {
            Key::P384 => command.args(["-keyopt", "ecdh_kdf_md:sha384"]),
            Key::P521 => command.args(["-keyopt", "ecdh_kdf_md:sha512"]),
            _ => &mut command,
        };
        run(command.arg("-out").arg(output))?;
        Ok(())
    }

    fn decrypt(&mut self, lab: &Lab, encryption: Encryption, message: &Path) -> Result<()> {
        let mut command = self.cms("-decrypt");
        command.arg("-in").arg(message);
        command.arg("-recip").arg(lab.certificate(encryption.key));
        command.arg("-inkey").arg(lab.key(encryption.key));
        let content = run(&mut command)?;
        ensure!(Lab::is_content(&content), "another content");
        Ok(())
    }
}
