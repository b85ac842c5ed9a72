//! Peers that are libraries: a driver in their language, started once, works on CMS objects.
//!
//! A question is a line of tab-separated words. The first says what to do, the others are files and names:
//!
//! | question | words |
//! |---|---|
//! | `sign` | certificate, key, scheme, digest, `detached` or `opaque`, content, output |
//! | `verify` | authority, object, content (empty if it is inside), output |
//! | `encrypt` | certificate, key transport, cipher, content, output |
//! | `decrypt` | certificate, key, object, output |
//! | `write` | form, certificate, key, password, content, output |

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

use super::Peer;
use crate::case::{Encryption, Key, Signing};
use crate::command::{Driver, text};
use crate::form::Form;
use crate::lab::{Lab, PASSWORD};
use crate::mime;

pub(crate) struct Driven {
    name: &'static str,
    driver: Driver,
}

impl Driven {
    pub(crate) fn new(name: &'static str, driver: Driver) -> Self {
        Self { name, driver }
    }
}

impl Peer for Driven {
    fn name(&self) -> &'static str {
        self.name
    }

    fn sign(&mut self, lab: &Lab, signing: Signing, output: &Path) -> Result<()> {
        let scheme = match signing.key {
            Key::Rsa if signing.is_pss => "rsa-pss",
            Key::Rsa => "rsa-pkcs1",
            Key::Ed25519 => "ed25519",
            Key::MlDsa(set) | Key::SlhDsa(set) => set,
            _ => "ecdsa",
        };
        self.driver.ask(&[
            "sign",
            text(&lab.certificate(signing.key)),
            text(&lab.key(signing.key)),
            scheme,
            signing.digest.name(),
            if signing.is_opaque {
                "opaque"
            } else {
                "detached"
            },
            text(&lab.entity()),
            text(output),
        ])
    }

    fn verify(&mut self, lab: &Lab, signing: Signing, message: &Path) -> Result<()> {
        let message_octets = fs::read(message)?;
        let object = message.with_extension(self.name);
        let content = message.with_extension(format!("{}-content", self.name));
        let output = message.with_extension(format!("{}-output", self.name));
        let content = if signing.is_opaque {
            fs::write(&object, mime::cms(&message_octets)?)?;
            ""
        } else {
            let (signed, signature) = mime::split_signed(&message_octets)?;
            fs::write(&object, signature)?;
            fs::write(&content, signed)?;
            text(&content)
        };
        self.driver.ask(&[
            "verify",
            text(&lab.authority()),
            text(&object),
            content,
            text(&output),
        ])?;
        ensure!(Lab::is_content(&fs::read(output)?), "another content");
        Ok(())
    }

    fn encrypt(&mut self, lab: &Lab, encryption: Encryption, output: &Path) -> Result<()> {
        let transport = match encryption.key {
            Key::Rsa if encryption.is_oaep => "rsa-oaep",
            Key::Rsa => "rsa-pkcs1",
            Key::X25519 => "x25519",
            Key::MlKem(set) => set,
            _ => "ecdh",
        };
        self.driver.ask(&[
            "encrypt",
            text(&lab.certificate(encryption.key)),
            transport,
            encryption.cipher.name(),
            text(&lab.entity()),
            text(output),
        ])
    }

    fn decrypt(&mut self, lab: &Lab, encryption: Encryption, message: &Path) -> Result<()> {
        let object = message.with_extension(self.name);
        let output = message.with_extension(format!("{}-output", self.name));
        fs::write(&object, mime::cms(&fs::read(message)?)?)?;
        self.driver.ask(&[
            "decrypt",
            text(&lab.certificate(encryption.key)),
            text(&lab.key(encryption.key)),
            text(&object),
            text(&output),
        ])?;
        ensure!(Lab::is_content(&fs::read(output)?), "another content");
        Ok(())
    }

    fn write(&mut self, lab: &Lab, form: Form, output: &Path) -> Result<()> {
        self.driver.ask(&[
            "write",
            &form.to_string(),
            text(&lab.certificate(Key::Rsa)),
            text(&lab.key(Key::Rsa)),
            PASSWORD,
            text(&lab.entity()),
            text(output),
        ])
    }
}
