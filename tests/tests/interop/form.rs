//! Forms of messages beside the plain signed and the plain encrypted one. Sealgate reads them all and writes none of them.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::case::{Digest, Key, Signing};
use crate::lab::Lab;
use crate::mime;
use crate::peer::Peer;
use crate::sealgate::Sealgate;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// BER of indefinite length, written without knowing how much will come.
    StreamedSignature,
    StreamedEnvelope,
    /// The signer named by its key's identifier.
    KeyIdentifier,
    /// A signature over nothing but the content.
    NoAttributes,
    TwoSigners,
    TwoRecipients,
    /// RFC 3211
    Password,
    /// RFC 3274, inside of an encryption.
    Compressed,
    CertificatesOnly,
    /// Signed, encrypted, signed (RFC 2634 §1.1).
    Triple,
    /// What a mailing list makes of a signed message.
    ListFooter,
    /// A signed message attached to another.
    Forwarded,
}

impl Form {
    pub(crate) const ALL: [Self; 12] = [
        Self::StreamedSignature,
        Self::StreamedEnvelope,
        Self::KeyIdentifier,
        Self::NoAttributes,
        Self::TwoSigners,
        Self::TwoRecipients,
        Self::Password,
        Self::Compressed,
        Self::CertificatesOnly,
        Self::Triple,
        Self::ListFooter,
        Self::Forwarded,
    ];

    /// Whether every peer that signs can write it: only MIME is put around it.
    pub(crate) fn is_around_a_signature(self) -> bool {
        matches!(self, Self::ListFooter | Self::Forwarded)
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StreamedSignature => "signed, streamed",
            Self::StreamedEnvelope => "encrypted, streamed",
            Self::KeyIdentifier => "signer by key identifier",
            Self::NoAttributes => "signed without attributes",
            Self::TwoSigners => "two signers",
            Self::TwoRecipients => "two recipients",
            Self::Password => "encrypted to a password",
            Self::Compressed => "compressed and encrypted",
            Self::CertificatesOnly => "certificates only",
            Self::Triple => "signed, encrypted, signed",
            Self::ListFooter => "signed, with a list's footer",
            Self::Forwarded => "signed, forwarded",
        })
    }
}

pub(crate) fn write(lab: &Lab, peer: &mut dyn Peer, form: Form, file: &Path) -> Result<()> {
    if !form.is_around_a_signature() {
        return peer.write(lab, form, file);
    }
    let inner = file.with_extension("inner");
    let signing = Signing {
        key: Key::Rsa,
        digest: Digest::Sha256,
        is_pss: false,
        is_opaque: false,
    };
    peer.sign(lab, signing, &inner)?;
    let signed = mime::signed_entity(&std::fs::read(inner)?, &std::fs::read(lab.entity())?)?;
    let parts = if form == Form::ListFooter {
        [signed.as_str(), "\r\nUnsubscribe here.\r\n"].join("\r\n--list\r\n")
    } else {
        let header = "Content-Type: message/rfc822\r\n\r\nFrom: <alice@interop.test>\r\n";
        ["\r\nSee below.\r\n", &[header, signed.as_str()].concat()].join("\r\n--list\r\n")
    };
    let message = format!(
        "From: <alice@interop.test>\r\nContent-Type: multipart/mixed; boundary=list\r\n\r\n--list\r\n{parts}\r\n--list--\r\n"
    );
    Ok(std::fs::write(file, message)?)
}

/// What Sealgate has to make of it.
pub(crate) fn read(lab: &Lab, sealgate: &Sealgate, form: Form, file: &Path) -> Result<()> {
    match form {
        Form::StreamedSignature | Form::KeyIdentifier | Form::NoAttributes | Form::TwoSigners => {
            sealgate.verify(lab, file, None)
        }
        Form::StreamedEnvelope | Form::Compressed => sealgate.open(lab, Key::Rsa, file),
        // Named last.
        Form::TwoRecipients => sealgate.open(lab, Key::P256, file),
        Form::Password => sealgate.open_with_password(lab, file),
        Form::CertificatesOnly => {
            let said = sealgate.inspect(file)?;
            ensure!(said.contains("certificates-only"), "{said}");
            Ok(())
        }
        Form::Triple => {
            sealgate.verify(lab, file, None)?;
            let inner = opened_signature(lab, sealgate, file)?;
            sealgate.verify(lab, &inner, None)
        }
        Form::ListFooter | Form::Forwarded => match sealgate.verify(lab, file, None) {
            Ok(()) => bail!("the signature vouches for all"),
            Err(verdict) if format!("{verdict}").contains("partly-signed") => Ok(()),
            Err(verdict) => Err(verdict),
        },
    }
}

/// What is inside of the encryption, signed still.
fn opened_signature(lab: &Lab, sealgate: &Sealgate, file: &Path) -> Result<PathBuf> {
    sealgate.open(lab, Key::Rsa, file).or_else(|error| {
        // The content is that of the signature, not of the entity.
        ensure!(format!("{error}").contains("content"), error);
        Ok(())
    })?;
    let inner = file.with_extension("opened");
    inner.metadata().context("nothing was written")?;
    Ok(inner)
}
