//! What an option means for a message: the truth tables of the mission, in one place.
//!
//! The gateway asks them about real messages and the portal about the cases of its preview, so what
//! the preview promises is what happens.

use crate::{InboundOption, OutboundOption};

/// What matters of an outgoing message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OutboundFacts {
    /// What the sender's own client has done already.
    pub content: Content,
    /// Whether the sender has an active certificate that may speak for this message.
    pub sender_certificate: bool,
    /// Whether a key of the recipient is known.
    pub recipient_key: bool,
}

/// How a message is protected before the gateway touches it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Content {
    /// Not at all.
    Plain,
    /// Signed as a whole.
    Signed,
    /// Encrypted as a whole, whether signed or not.
    Encrypted,
}

/// What is done to an outgoing message.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum OutboundTreatment {
    /// It leaves as it is.
    Leave,
    /// It leaves signed.
    Sign,
    /// It leaves encrypted; it was signed already.
    Encrypt,
    /// It leaves signed and encrypted.
    SignAndEncrypt,
}

/// Why an outgoing message is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OutboundRefusal {
    /// Encryption is enforced, and the sender has no active certificate.
    NoSenderCertificate,
    /// Encryption is enforced, and no key of the recipient is known.
    NoRecipientKey,
}

impl OutboundOption {
    /// What happens to a message under this option.
    ///
    /// What a client has protected is not protected twice: its signature is kept, and what it
    /// encrypted is encrypted already, as *enforce encryption* wants.
    #[expect(clippy::match_same_arms, reason = "a truth table is read row by row")]
    pub const fn treat(self, facts: OutboundFacts) -> Result<OutboundTreatment, OutboundRefusal> {
        let signed = matches!(facts.content, Content::Signed);
        let sign = if signed {
            OutboundTreatment::Leave
        } else {
            OutboundTreatment::Sign
        };
        let encrypt = if signed {
            OutboundTreatment::Encrypt
        } else {
            OutboundTreatment::SignAndEncrypt
        };
        match (self, facts.sender_certificate, facts.recipient_key) {
            _ if matches!(facts.content, Content::Encrypted) => Ok(OutboundTreatment::Leave),
            (Self::Neither, ..) => Ok(OutboundTreatment::Leave),
            (Self::EnforceEncryption, false, _) => Err(OutboundRefusal::NoSenderCertificate),
            (Self::EnforceEncryption, true, false) => Err(OutboundRefusal::NoRecipientKey),
            (Self::SignOnly | Self::OptionalEncryption, false, _) => Ok(OutboundTreatment::Leave),
            (Self::SignOnly, true, _) | (Self::OptionalEncryption, true, false) => Ok(sign),
            (Self::OptionalEncryption | Self::EnforceEncryption, true, true) => Ok(encrypt),
        }
    }
}

/// What matters of an incoming message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InboundFacts {
    /// It is not encrypted.
    Plain,
    /// It is encrypted, and the recipient's key opens it.
    Decryptable,
    /// It is encrypted, and no key of the recipient opens it.
    Undecryptable,
}

/// What is done to an incoming message.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum InboundTreatment {
    /// It is delivered as it is.
    Leave,
    /// It is delivered decrypted.
    Decrypt,
}

/// Why an incoming message is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InboundRefusal {
    /// Only encrypted mail is accepted.
    NotEncrypted,
    /// Encrypted mail must be decryptable.
    NotDecryptable,
}

impl InboundOption {
    /// Whether a message under this option is decrypted where possible.
    pub const fn decrypts(self) -> bool {
        !matches!(self, Self::DoNotDecrypt)
    }

    /// What happens to a message under this option.
    #[expect(clippy::match_same_arms, reason = "a truth table is read row by row")]
    pub const fn treat(self, facts: InboundFacts) -> Result<InboundTreatment, InboundRefusal> {
        match (self, facts) {
            (Self::DoNotDecrypt, _) => Ok(InboundTreatment::Leave),
            (Self::ForceDecryption, InboundFacts::Plain) => Err(InboundRefusal::NotEncrypted),
            (_, InboundFacts::Plain) => Ok(InboundTreatment::Leave),
            (_, InboundFacts::Decryptable) => Ok(InboundTreatment::Decrypt),
            (Self::OptionalDecryption, InboundFacts::Undecryptable) => Ok(InboundTreatment::Leave),
            (Self::AlwaysDecrypt | Self::ForceDecryption, InboundFacts::Undecryptable) => {
                Err(InboundRefusal::NotDecryptable)
            }
        }
    }
}
