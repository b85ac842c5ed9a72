//! The other implementations.

mod bouncycastle;
mod driven;
mod gpgsm;
mod nss;
mod openssl;
mod pkijs;
mod python;

use std::path::Path;

use anyhow::{Result, bail};

use crate::case::{Encryption, Signing};
use crate::form::Form;
use crate::lab::Lab;

/// An S/MIME implementation of somebody else.
///
/// Readers get Sealgate's whole message and return an error if they do not find the content in it. Writers take the
/// lab's entity and write a MIME entity or a bare CMS object, whichever they make.
pub(crate) trait Peer: Send {
    /// As the table and the holes call it.
    fn name(&self) -> &'static str;
    fn sign(&mut self, lab: &Lab, signing: Signing, output: &Path) -> Result<()>;
    fn verify(&mut self, lab: &Lab, signing: Signing, message: &Path) -> Result<()>;
    fn encrypt(&mut self, lab: &Lab, encryption: Encryption, output: &Path) -> Result<()>;
    fn decrypt(&mut self, lab: &Lab, encryption: Encryption, message: &Path) -> Result<()>;
    /// Writes a form that is more than a signature with MIME around it.
    fn write(&mut self, _: &Lab, form: Form, _: &Path) -> Result<()> {
        bail!("no way to write: {form}")
    }
}

/// Peers, each in a column of its own.
pub(crate) type Peers = Vec<Box<dyn Peer>>;

fn boxed(peer: impl Peer + 'static) -> Box<dyn Peer> {
    Box::new(peer)
}

/// The peers that are here, and what each of the others needs.
pub(crate) fn all(lab: &Lab) -> Result<(Peers, Vec<String>)> {
    let mut peers: Peers = vec![Box::new(openssl::OpenSsl::of_the_system())];
    let mut missing = Vec::new();
    let mut add = |name: &str, needs: &str, peer: Option<Box<dyn Peer>>| match peer {
        Some(peer) => peers.push(peer),
        None => missing.push(format!("{name}: needs {needs}")),
    };
    let new_openssl = openssl::OpenSsl::new(lab);
    add(
        openssl::NEW,
        "its program, named by SEALGATE_OPENSSL (`xtask/openssl` builds it with perl, make and a C compiler)",
        new_openssl.map(boxed),
    );
    add(
        gpgsm::NAME,
        "`gpgsm` (Debian's package `gpgsm`)",
        gpgsm::start(lab)?,
    );
    add(
        nss::NAME,
        "`cmsutil` (Debian's package `libnss3-tools`)",
        nss::start(lab)?,
    );
    add(
        bouncycastle::NAME,
        "a JDK and BouncyCastle (Debian's packages `default-jdk-headless` and `libbcmail-java`)",
        bouncycastle::start(lab)?,
    );
    add(
        pkijs::NAME,
        "Node.js and `npm ci` in the project's folder",
        pkijs::start()?,
    );
    for (name, script) in [(python::NAME, "driver.py"), (python::BY_HAND, "by_hand.py")] {
        add(
            name,
            "Python with the package `cryptography`, named by SEALGATE_PYTHON if it is not `python3`",
            python::start(name, script)?,
        );
    }
    Ok((peers, missing))
}
