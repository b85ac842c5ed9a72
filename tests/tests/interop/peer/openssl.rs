//! OpenSSL's `cms` command, which reads and writes MIME itself: the one of the system and a new one.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail, ensure};

use super::Peer;
use crate::case::{Cipher, Encryption, Key, Signing};
use crate::command::run;
use crate::form::Form;
use crate::lab::{Lab, PASSWORD};

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

    fn write(&mut self, lab: &Lab, form: Form, output: &Path) -> Result<()> {
        let entity = lab.entity();
        let inner = |name: &str| output.with_extension(name);
        let mut command = match form {
            Form::StreamedSignature => {
                let mut command = self.signing(lab, &[Key::Rsa], &entity);
                command.args(["-nodetach", "-stream", "-outform", "DER"]);
                command
            }
            Form::StreamedEnvelope => {
                let mut command = self.encrypting(lab, &[Key::Rsa], &entity);
                command.args(["-stream", "-outform", "DER"]);
                command
            }
            Form::KeyIdentifier => {
                let mut command = self.signing(lab, &[Key::P256], &entity);
                command.arg("-keyid");
                command
            }
            Form::NoAttributes => {
                let mut command = self.signing(lab, &[Key::Rsa], &entity);
                command.arg("-noattr");
                command
            }
            Form::TwoSigners => self.signing(lab, &[Key::Rsa, Key::P384], &entity),
            Form::TwoRecipients => self.encrypting(lab, &[Key::Rsa, Key::P256], &entity),
            Form::Password => {
                let mut command = self.encrypting(lab, &[], &entity);
                command.args(["-pwri_password", PASSWORD]);
                command
            }
            Form::Compressed => {
                let mut compress = self.cms("-compress");
                compress.arg("-in").arg(entity);
                run(compress.arg("-out").arg(inner("compressed")))?;
                self.encrypting(lab, &[Key::Rsa], &inner("compressed"))
            }
            Form::CertificatesOnly => {
                let mut command = Command::new(&self.program);
                command.args(["crl2pkcs7", "-nocrl", "-outform", "DER", "-certfile"]);
                command.arg(lab.certificate(Key::Rsa));
                command
            }
            Form::Triple => {
                let mut sign = self.signing(lab, &[Key::Rsa], &entity);
                run(sign.arg("-out").arg(inner("signed")))?;
                let mut encrypt = self.encrypting(lab, &[Key::Rsa], &inner("signed"));
                run(encrypt.arg("-out").arg(inner("encrypted")))?;
                let mut command = self.signing(lab, &[Key::P521], &inner("encrypted"));
                command.arg("-nodetach");
                command
            }
            Form::ListFooter | Form::Forwarded => bail!("written around a signature"),
        };
        run(command.arg("-out").arg(output))?;
        Ok(())
    }
}

impl OpenSsl {
    fn signing(&self, lab: &Lab, keys: &[Key], entity: &Path) -> Command {
        let mut command = self.cms("-sign");
        command.arg("-in").arg(entity).args(["-md", "sha256"]);
        for key in keys {
            command.arg("-signer").arg(lab.certificate(*key));
            command.arg("-inkey").arg(lab.key(*key));
        }
        command
    }

    fn encrypting(&self, lab: &Lab, keys: &[Key], entity: &Path) -> Command {
        let mut command = self.cms("-encrypt");
        command.arg("-in").arg(entity).arg("-aes-256-cbc");
        for key in keys {
            command.arg("-recip").arg(lab.certificate(*key));
        }
        command
    }
}
