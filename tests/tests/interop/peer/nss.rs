//! NSS's `cmsutil`: the engine of Thunderbird.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use super::Peer;
use crate::case::{Cipher, Encryption, Signing};
use crate::command::{is_on_path, run};
use crate::lab::{CLASSIC_KEYS, Lab, PASSWORD};
use crate::mime;

pub(crate) const NAME: &str = "NSS";

struct Nss {
    database: PathBuf,
}

pub(crate) fn start(lab: &Lab) -> Result<Option<Box<dyn Peer>>> {
    if ["cmsutil", "certutil", "pk12util"]
        .into_iter()
        .any(|program| !is_on_path(program))
    {
        return Ok(None);
    }
    let peer = Nss {
        database: lab.path("nss"),
    };
    fs::create_dir(&peer.database)?;
    run(peer.command("certutil").args(["-N", "--empty-password"]))?;
    let mut trust = peer.command("certutil");
    trust.args(["-A", "-n", "ca", "-t", ",C,", "-i"]);
    run(trust.arg(lab.authority()))?;
    for (key, _) in CLASSIC_KEYS {
        let mut import = peer.command("pk12util");
        import.args(["-W", PASSWORD, "-i"]).arg(lab.pkcs12(key));
        // It does not know the keys of RFC 8410; their cells say so.
        let _ = run(&mut import);
    }
    Ok(Some(Box::new(peer)))
}

impl Nss {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg("-d").arg(&self.database);
        command
    }
}

/// `cmsutil` wants its verb first.
fn cmsutil(nss: &Nss, verb: &str) -> Command {
    let mut command = Command::new("cmsutil");
    command.arg(verb).arg("-d").arg(&nss.database);
    command
}

impl Peer for Nss {
    fn name(&self) -> &'static str {
        NAME
    }

    fn sign(&mut self, lab: &Lab, signing: Signing, output: &Path) -> Result<()> {
        ensure!(!signing.is_pss, "no option to sign with PSS");
        let mut command = cmsutil(self, "-S");
        command.args(["-N", signing.key.name(), "-G", "-P"]);
        command.args(["-H", &signing.digest.name().to_uppercase()]);
        command.args((!signing.is_opaque).then_some("-T"));
        command.arg("-i").arg(lab.entity());
        run(command.arg("-o").arg(output))?;
        Ok(())
    }

    fn verify(&mut self, _: &Lab, signing: Signing, message: &Path) -> Result<()> {
        let message_octets = fs::read(message)?;
        let object = message.with_extension("nss");
        let content = message.with_extension("nss-content");
        let mut command = cmsutil(self, "-D");
        command.arg("-i").arg(&object);
        if signing.is_opaque {
            fs::write(&object, mime::cms(&message_octets)?)?;
            run(command.arg("-o").arg(&content))?;
            ensure!(Lab::is_content(&fs::read(content)?), "another content");
        } else {
            let (signed, signature) = mime::split_signed(&message_octets)?;
            fs::write(&object, signature)?;
            fs::write(&content, &signed)?;
            run(command.arg("-c").arg(&content))?;
            ensure!(Lab::is_content(&signed), "another content");
        }
        Ok(())
    }

    fn encrypt(&mut self, lab: &Lab, encryption: Encryption, output: &Path) -> Result<()> {
        ensure!(!encryption.is_oaep, "no option to encrypt with OAEP");
        ensure!(
            encryption.cipher == Cipher::Aes128Cbc,
            "no option for the cipher"
        );
        let mut command = cmsutil(self, "-E");
        command.args(["-r", encryption.key.name()]);
        command.arg("-i").arg(lab.entity());
        run(command.arg("-o").arg(output))?;
        Ok(())
    }

    fn decrypt(&mut self, _: &Lab, _: Encryption, message: &Path) -> Result<()> {
        let object = message.with_extension("nss");
        let content = message.with_extension("nss-content");
        fs::write(&object, mime::cms(&fs::read(message)?)?)?;
        let mut command = cmsutil(self, "-D");
        command.arg("-i").arg(&object);
        run(command.arg("-o").arg(&content))?;
        ensure!(Lab::is_content(&fs::read(content)?), "another content");
        Ok(())
    }
}
