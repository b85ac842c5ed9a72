//! Why a message, or one of its recipients, is not served: the stable code of each reason and the
//! sentence that the sender reads. It says why, and what to do.

use mail::Address;

use crate::Reply;

/// Largest message, in octets (25 MiB, what large providers take), as its sender counts it.
pub const MESSAGE_OCTETS_MAX: usize = 25 * 1024 * 1024;

/// Octets that the server in front of the gateway may have added to it: its trace field (RFC 5321 §4.4). They do
/// not count, so that a message of the size that this server announces is taken.
pub const TRACE_OCTETS_MAX: usize = 4 * 1024;

/// Most `Received` fields: RFC 5321 §6.3 wants loops found by counting, with a limit of at least 100.
pub const RECEIVED_FIELDS_MAX: usize = 100;

/// Most octets of all the copies that one message becomes, where they are several; beyond, they are made
/// one after the other ([`crate::Action::Divide`]). It is what the largest message becomes when it is
/// encrypted, so that whoever has room for that has room for any.
pub const COPIES_OCTETS_MAX: usize = 36 * 1024 * 1024;

/// Most octets that a message becomes for one recipient: the largest one in base64 twice, once for 7-bit
/// transport and once for the encryption. An isolate has 128 MB for everything.
pub const COPY_OCTETS_MAX: usize = 47 * 1024 * 1024;

/// Why something is not served.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// Outbound: the sender is in no domain of the organisation.
    ForeignSender {
        /// The sender.
        sender: Address,
    },
    /// Inbound: the recipient is in no domain of the organisation.
    ForeignRecipient {
        /// The recipient.
        recipient: Address,
    },
    /// Encryption is enforced, and the sender has no active certificate.
    NoSenderCertificate {
        /// The sender.
        sender: Address,
        /// The recipient that the rule is about.
        recipient: Address,
    },
    /// Encryption is enforced, and the sender's certificate does not name the From field's mailbox.
    FromMismatch {
        /// The sender.
        sender: Address,
        /// The recipient that the rule is about.
        recipient: Address,
    },
    /// Encryption is enforced, and no key of the recipient is known.
    NoRecipientKey {
        /// The recipient.
        recipient: Address,
    },
    /// Encryption is enforced, and the recipient's certificate was revoked.
    RecipientKeyRevoked {
        /// The recipient.
        recipient: Address,
    },
    /// Encryption is enforced, and nobody tells whether the recipient's certificate was revoked, which
    /// the organisation wants to know.
    RevocationUnknown {
        /// The recipient.
        recipient: Address,
    },
    /// Only encrypted mail is accepted.
    NotEncrypted {
        /// The recipient.
        recipient: Address,
    },
    /// Encrypted mail must be decryptable.
    NotDecryptable {
        /// The recipient.
        recipient: Address,
    },
    /// Encryption is enforced, and the message has no sender: it is a bounce or an automatic answer, which may quote
    /// what was decrypted, and for which nobody can sign.
    NoSender {
        /// The recipient that the rule is about.
        recipient: Address,
    },
    /// Signed and encrypted, it passes [`COPY_OCTETS_MAX`].
    GrowsTooLarge,
    /// The envelope names nobody.
    NoRecipients,
    /// Longer than [`MESSAGE_OCTETS_MAX`] and [`TRACE_OCTETS_MAX`].
    TooLarge,
    /// More than [`RECEIVED_FIELDS_MAX`] servers have seen it.
    MailLoop,
    /// The header is longer than any is read ([`mail::limits`]), or has a CR that ends no line: other servers would find
    /// fields in it that were not looked at here. Outbound: it has a line that is no field, which would be lost.
    BrokenHeader,
}

impl Refusal {
    /// Stable code, as in the overview's `reason`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ForeignSender { .. } => "foreign-sender",
            Self::ForeignRecipient { .. } => "foreign-recipient",
            Self::NoSenderCertificate { .. } => "no-sender-certificate",
            Self::FromMismatch { .. } => "from-mismatch",
            Self::NoRecipientKey { .. } => "no-recipient-key",
            Self::RecipientKeyRevoked { .. } => "recipient-key-revoked",
            Self::RevocationUnknown { .. } => "revocation-unknown",
            Self::NotEncrypted { .. } => "not-encrypted",
            Self::NotDecryptable { .. } => "not-decryptable",
            Self::NoSender { .. } => "no-sender",
            Self::GrowsTooLarge => "grows-too-large",
            Self::NoRecipients => "no-recipients",
            Self::TooLarge => "too-large",
            Self::MailLoop => "mail-loop",
            Self::BrokenHeader => "broken-header",
        }
    }

    /// What the sender's server is told.
    pub fn reply(&self) -> Reply {
        let (code, enhanced) = self.status();
        Reply::new(code, enhanced, self.sentence())
    }

    /// Status codes are those of RFC 3463: X.7.1 policy, X.7.5 a key that is not available, X.3.4
    /// message too big, X.4.6 routing loop, X.6.0 content.
    fn status(&self) -> (u16, &'static str) {
        match self {
            Self::ForeignSender { .. }
            | Self::ForeignRecipient { .. }
            | Self::NotEncrypted { .. }
            | Self::NoSender { .. } => (550, "5.7.1"),
            Self::NoSenderCertificate { .. }
            | Self::FromMismatch { .. }
            | Self::NoRecipientKey { .. }
            | Self::RecipientKeyRevoked { .. }
            | Self::RevocationUnknown { .. }
            | Self::NotDecryptable { .. } => (550, "5.7.5"),
            Self::NoRecipients => (554, "5.5.1"),
            Self::GrowsTooLarge | Self::TooLarge => (552, "5.3.4"),
            Self::MailLoop => (554, "5.4.6"),
            Self::BrokenHeader => (550, "5.6.0"),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::ForeignSender { sender } => format!(
                "relaying denied: {sender} is no mailbox of this organisation, and mail is \
                 taken from its own domains only"
            ),
            Self::ForeignRecipient { recipient } => {
                format!("relaying denied: {recipient} is in no domain of this organisation")
            }
            Self::NoSenderCertificate { sender, recipient } => format!(
                "mail to {recipient} must be encrypted, which needs an active certificate of \
                 {sender}; ask your administrator to activate the mailbox"
            ),
            Self::FromMismatch { sender, recipient } => format!(
                "mail to {recipient} must be signed and encrypted, but the From field does \
                 not name the sender {sender}; send it with that mailbox in From"
            ),
            Self::NoRecipientKey { recipient } => format!(
                "mail to {recipient} must be encrypted, but no certificate of that mailbox is \
                 known; ask the recipient for a signed mail, or your administrator to add the \
                 certificate"
            ),
            Self::RecipientKeyRevoked { recipient } => format!(
                "mail to {recipient} must be encrypted, but the certificate of that mailbox \
                 was revoked; ask the recipient for a mail that is signed with a new one"
            ),
            Self::RevocationUnknown { recipient } => format!(
                "mail to {recipient} must be encrypted, but nobody tells now whether the \
                 certificate of that mailbox was revoked; send it again later, or ask your \
                 administrator"
            ),
            Self::NotEncrypted { recipient } => format!(
                "{recipient} takes encrypted mail only; encrypt the message with S/MIME and \
                 send it again"
            ),
            Self::NotDecryptable { recipient } => format!(
                "the message cannot be decrypted for {recipient}; encrypt it to the current \
                 certificate of that mailbox and send it again"
            ),
            Self::NoSender { recipient } => format!(
                "mail to {recipient} must be signed and encrypted, which a message without a \
                 sender cannot be"
            ),
            Self::GrowsTooLarge => format!(
                "signed and encrypted, the message becomes larger than {} MiB; send less at a time",
                COPY_OCTETS_MAX / (1024 * 1024)
            ),
            Self::NoRecipients => "no valid recipients".to_owned(),
            Self::TooLarge => format!(
                "the message is larger than {} MiB",
                MESSAGE_OCTETS_MAX / (1024 * 1024)
            ),
            Self::MailLoop => {
                "the message has passed too many servers, it seems to go in a circle".to_owned()
            }
            Self::BrokenHeader => {
                "the header of the message is too long, or has lines that are no fields or do not end \
                 as lines do"
                    .to_owned()
            }
        }
    }
}
