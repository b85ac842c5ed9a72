//! The program under test, by its command line alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::case::{Cipher, Encryption, Key, Signing};
use crate::command::run;
use crate::lab::{Lab, PASSWORD};

pub(crate) struct Sealgate {
    program: PathBuf,
}

impl Sealgate {
    pub(crate) fn new(program: PathBuf) -> Self {
        Self { program }
    }

    pub(crate) fn sign(&self, lab: &Lab, signing: Signing, output: &Path) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.arg("sign").arg(lab.message());
        command.arg("--key").arg(lab.key(signing.key));
        command.arg("--cert").arg(lab.certificate(signing.key));
        command.args(["--digest", signing.digest.name()]);
        command.args(signing.is_opaque.then_some("--opaque"));
        command.args(signing.is_pss.then_some("--pss"));
        command.arg("--out").arg(output);
        run(&mut command)?;
        Ok(())
    }

    /// Verifies; a bare detached signature comes with its content in a file of its own.
    pub(crate) fn verify(&self, lab: &Lab, message: &Path, content: Option<&Path>) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.arg("verify").arg(message);
        command.arg("--trust").arg(lab.authority());
        if let Some(content) = content {
            command.arg("--content").arg(content);
        }
        // What peers write has no From.
        command.arg("--no-address-check");
        run(&mut command)?;
        Ok(())
    }

    pub(crate) fn encrypt(&self, lab: &Lab, encryption: Encryption, output: &Path) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.arg("encrypt").arg(lab.message());
        command.arg("--to").arg(lab.certificate(encryption.key));
        command.args(["--cipher", encryption.cipher.name()]);
        command.args(encryption.is_oaep.then_some("--oaep"));
        command.arg("--out").arg(output);
        run(&mut command)?;
        Ok(())
    }

    /// Decrypts, and compares what comes out.
    pub(crate) fn decrypt(&self, lab: &Lab, encryption: Encryption, message: &Path) -> Result<()> {
        let output = message.with_extension("opened");
        let mut command = Command::new(&self.program);
        command.arg("decrypt").arg(message);
        command.arg("--key").arg(lab.key(encryption.key));
        command.arg("--cert").arg(lab.certificate(encryption.key));
        command.args(["--json", "--out"]).arg(&output);
        let said = run(&mut command)?;
        ensure!(
            Lab::is_content(&std::fs::read(output)?),
            "the content is not the one that was encrypted"
        );
        // A peer that quietly took another cipher would make the row say what is not so.
        if encryption.cipher != Cipher::TripleDes {
            let said = String::from_utf8_lossy(&said);
            ensure!(
                said.contains(encryption.cipher.name()),
                "not encrypted with {}: {said}",
                encryption.cipher.name()
            );
        }
        Ok(())
    }

    /// Opens what is encrypted to a key, whatever the cipher.
    pub(crate) fn open(&self, lab: &Lab, key: Key, message: &Path) -> Result<()> {
        let mut command = self.decrypting(message);
        command.arg("--key").arg(lab.key(key));
        command.arg("--cert").arg(lab.certificate(key));
        Self::check_opened(&mut command, message)
    }

    pub(crate) fn open_with_password(&self, lab: &Lab, message: &Path) -> Result<()> {
        let file = lab.path("password");
        std::fs::write(&file, PASSWORD)?;
        let mut command = self.decrypting(message);
        command.arg("--password-file").arg(file);
        Self::check_opened(&mut command, message)
    }

    fn decrypting(&self, message: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("decrypt").arg(message);
        command.arg("--out").arg(message.with_extension("opened"));
        command
    }

    fn check_opened(command: &mut Command, message: &Path) -> Result<()> {
        run(command)?;
        let opened = std::fs::read(message.with_extension("opened"))?;
        ensure!(Lab::is_content(&opened), "another content");
        Ok(())
    }

    pub(crate) fn inspect(&self, message: &Path) -> Result<String> {
        let said = run(Command::new(&self.program)
            .arg("inspect")
            .arg(message)
            .arg("--json"))?;
        Ok(String::from_utf8(said)?)
    }
}
