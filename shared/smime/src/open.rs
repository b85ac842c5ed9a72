//! Opening a message: every layer, outermost first.

#[cfg(test)]
mod harvest;
#[cfg(test)]
mod lattice;
mod recipients;
mod walk;

pub(crate) use walk::HELD_OCTETS_MAX;

use mail::{Address, Buffer, Defect, Entity, UnixTime};

use crate::{
    Capabilities, Certificate, PrivateKey, Problem, Provider, RevocationInfo, TrustStore,
    chain::is_same_name, header_protection::deliverable_payload, password::Password,
};

/// A private key and, where known, the certificate that names it to senders.
#[derive(Clone)]
pub struct KeyPair {
    /// Without it, the key is tried on every recipient that it could fit.
    pub certificate: Option<Certificate>,
    /// The key.
    pub key: PrivateKey,
}

/// With what to open a message.
#[derive(Clone, Copy)]
pub struct OpenContext<'a> {
    /// The keys at hand; encrypted layers for others stay closed.
    pub keys: &'a [KeyPair],
    /// Whom to trust.
    pub trust: &'a TrustStore,
    /// The time of validation.
    pub now: UnixTime,
    /// The primitives.
    pub provider: &'a dyn Provider,
    /// The detached content of a bare CMS object.
    pub content: Option<&'a [u8]>,
    /// Whether the From address must be the signer's.
    pub checks_address: bool,
}

/// What was found in a message.
#[derive(Clone, Debug, Default)]
pub struct Opened {
    /// The layers, outermost first.
    pub layers: Vec<Layer>,
    /// The innermost entity behind the encryption removed; `None` if nothing was decrypted.
    pub entity: Option<Buffer>,
    /// Whether that is what people read, and not S/MIME again.
    is_payload: bool,
    /// What to deliver it under; a bare object has no message around it.
    header: Option<Vec<u8>>,
    /// The Message-ID of the message around it.
    message_id: Option<String>,
    /// Header fields that a good signature protects and that were changed on the way; `None` if none were, or
    /// if something was decrypted.
    pub restored: Option<RestoredHeader>,
    /// The address in the From that a good signature protects, where everybody on the way sees another one.
    pub protected_author: Option<Address>,
    /// Names of the header fields that the author hid from everybody on the way (RFC 9788 §4.3), by the author's own
    /// word inside of the encryption, whatever the visible header is now.
    pub confidential: Vec<&'static str>,
    /// The signatures, in the order of the layers.
    pub signatures: Vec<SignatureReport>,
    /// The certificates found in the message.
    pub certificates: Vec<Certificate>,
    /// The revocation lists and OCSP responses found in the message, for whoever asks about its
    /// signers: [`crate::revocation_of`].
    pub revocation: Vec<RevocationInfo>,
    /// What is wrong with the message as such.
    pub defects: Vec<Defect>,
}

/// A header with the protected fields in the places of those that were changed on the way (RFC 9788 §4.4).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RestoredHeader(Vec<u8>);

/// One S/MIME layer.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What it is.
    pub kind: LayerKind,
    /// Why it could not be opened or is not believed; `None` if all is well.
    pub problem: Option<Problem>,
    /// Whether what is in it is all that is shown, and not a part or an embedded message.
    covers_all: bool,
    /// Whether that is so for some readers only.
    is_disputed: bool,
}

/// Kinds of layer.
#[derive(Clone, Debug)]
pub enum LayerKind {
    /// `multipart/signed`, or a CMS object signing content that is elsewhere.
    DetachedSignature,
    /// A CMS object with the signed content inside.
    OpaqueSignature,
    /// `EnvelopedData` or `AuthEnvelopedData`.
    Encrypted {
        /// The cipher's name, `aes-256-gcm`.
        cipher: String,
        /// For whom.
        recipients: Vec<Recipient>,
        /// Which recipient's key opened it, counted from 0.
        opened_by: Option<usize>,
    },
    /// `CompressedData` (RFC 3274).
    Compressed,
    /// Certificates and revocation lists without a signature.
    CertificatesOnly,
    /// A CMS object that is broken or of an unknown type.
    Unreadable,
}

/// For whom a layer is encrypted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recipient {
    /// How the sender named the key.
    pub id: RecipientId,
    /// How the content key is protected, `rsa-pkcs1`, `ecdh-p256`.
    pub algorithm: String,
}

/// How a sender names a recipient's key (RFC 5652 §6.2).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RecipientId {
    /// By the issuer (DER) and serial number (content octets) of its certificate.
    IssuerSerial {
        /// The issuer's name as DER.
        issuer: Vec<u8>,
        /// The content octets of the serial number.
        serial: Vec<u8>,
    },
    /// By the key identifier of its certificate.
    KeyId(Vec<u8>),
    /// By a password or another way that no certificate answers to.
    Other,
}

/// One signer of one layer.
#[derive(Clone, Debug)]
pub struct SignatureReport {
    /// Index of its layer.
    pub layer: usize,
    /// The certificate's address that is the sender's, else its first.
    pub address: Option<Address>,
    /// The signer's certificate, if it was found.
    pub certificate: Option<Certificate>,
    /// The subject of the certificate (RFC 4514).
    pub subject: String,
    /// The issuer named by the signature or certificate (RFC 4514).
    pub issuer: String,
    /// The serial number named by the signature or certificate, hexadecimal.
    pub serial: String,
    /// `rsa-pkcs1-sha256`, `ecdsa-sha384`, `ed25519`, or the OID of an unknown one.
    pub algorithm: String,
    /// When the signer says it signed.
    pub signing_time: Option<UnixTime>,
    /// From the signer's certificate to the anchor.
    pub path: Vec<Certificate>,
    /// The capabilities that the signer announces.
    pub capabilities: Option<Capabilities>,
    /// From the certificate that the signer wants to be encrypted to, to the anchor; empty if there is none.
    pub encryption_path: Vec<Certificate>,
    /// Whether what it signs is all that is shown, and not a part or an embedded message.
    pub covers_all: bool,
    /// Whether it rests on SHA-1: then it is good only where the store accepts that
    /// ([`crate::TrustStore::accepts_sha1`]), and teaches nothing.
    pub rests_on_sha1: bool,
    /// Good, or why not.
    pub verdict: Result<(), Problem>,
}

/// What a verified message teaches about its sender.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Harvest {
    /// The sender.
    pub address: Address,
    /// To encrypt to.
    pub certificate: Certificate,
    /// The authorities above it, up to the anchor.
    pub issuers: Vec<Certificate>,
    /// What the sender can read.
    pub capabilities: Option<Capabilities>,
    /// When it was said.
    pub signing_time: Option<UnixTime>,
}

impl RecipientId {
    /// Whether this certificate is meant. Names are the same in whatever type of string they stand (RFC 5280 §7.1).
    pub fn matches(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerSerial { issuer, serial } => {
                certificate.serial() == serial && is_same_name(certificate.issuer_der(), issuer)
            }
            Self::KeyId(id) => certificate.subject_key_identifier() == Some(id),
            Self::Other => false,
        }
    }
}

/// Who can open the outermost encryption of a message; empty if none is reachable without a key.
pub fn recipients(message: &[u8]) -> Vec<RecipientId> {
    recipients::outermost(message)
}

/// Opens a message as far as the keys reach and judges every signature on the way.
///
/// `message` is an RFC 5322 message, a MIME entity, or a bare CMS object (DER, BER or PEM).
pub fn open(message: &[u8], context: &OpenContext<'_>) -> Opened {
    walk::open(message, context, None)
}

/// The same with a password that the sender may have encrypted to, too (RFC 3211).
pub fn open_with_password(message: &[u8], context: &OpenContext<'_>, password: &str) -> Opened {
    walk::open(message, context, Some(&Password::new(password)))
}

impl RestoredHeader {
    /// The message that was opened, under this header.
    pub fn apply(&self, message: Buffer) -> Buffer {
        below(&self.0, message)
    }
}

impl Opened {
    /// Whether there is a message with its encryption removed.
    pub fn has_message(&self) -> bool {
        self.entity.is_some() && self.header.is_some()
    }

    /// The message with its encryption removed and its protected header fields in their places, deliverable,
    /// in the buffer of the entity; `None` if nothing was decrypted.
    pub fn take_message(&mut self) -> Option<Buffer> {
        let (entity, header) = self.entity.take().zip(self.header.take())?;
        // What is signed stays as it was signed.
        let content = if self.is_payload {
            deliverable_payload(entity, self.message_id.as_deref())
        } else {
            entity
        };
        Some(below(&header, content))
    }

    /// Whether any layer is signed.
    pub fn is_signed(&self) -> bool {
        self.layers.iter().any(Layer::is_signature)
    }

    /// Good if there is a signature and every one is good; `None` if there is none.
    ///
    /// Below a signature over the whole message, those of its parts do not count: a forwarded mail whose
    /// certificate has expired since, or whose signature was damaged, says nothing about the mail around it.
    pub fn signature_verdict(&self) -> Option<Result<(), &Problem>> {
        let is_whole = self.signatures.iter().any(|signature| signature.covers_all);
        let counts = |covers_all| covers_all || !is_whole;
        let broken = self
            .layers
            .iter()
            .filter(|layer| layer.is_signature() && counts(layer.covers_all))
            .find_map(|layer| layer.problem.as_ref());
        let bad = self
            .signatures
            .iter()
            .filter(|signature| counts(signature.covers_all))
            .find_map(|signature| signature.verdict.as_ref().err());
        self.is_signed().then(|| broken.or(bad).map_or(Ok(()), Err))
    }

    /// Good if at least one encrypted layer was opened; `None` if there is none.
    pub fn decryption_verdict(&self) -> Option<Result<(), &Problem>> {
        let mut problem = None;
        for layer in self.layers.iter().filter(|layer| layer.is_encrypted()) {
            match &layer.problem {
                None => return Some(Ok(())),
                Some(found) => problem = problem.or(Some(found)),
            }
        }
        problem.map(Err)
    }

    /// What the signatures teach: of those that are good in every respect, while none is bad.
    pub fn harvest(&self) -> Vec<Harvest> {
        if !matches!(self.signature_verdict(), Some(Ok(()))) {
            return Vec::new();
        }
        self.signatures
            .iter()
            .filter(|signature| signature.covers_all && !signature.rests_on_sha1)
            .filter_map(|signature| {
                let (certificate, issuers) = signature.encryption_path.split_first()?;
                Some(Harvest {
                    address: signature.address.clone()?,
                    certificate: certificate.clone(),
                    issuers: issuers.to_vec(),
                    capabilities: signature.capabilities.clone(),
                    signing_time: signature.signing_time,
                })
            })
            .collect()
    }
}

impl Layer {
    /// Whether it is encrypted.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.kind, LayerKind::Encrypted { .. })
    }

    /// Whether to any reader what is in it is all that is shown, and not a part or an embedded message.
    pub fn may_cover_all(&self) -> bool {
        self.covers_all || self.is_disputed
    }

    /// Whether it is signed.
    pub fn is_signature(&self) -> bool {
        matches!(
            self.kind,
            LayerKind::DetachedSignature | LayerKind::OpaqueSignature
        )
    }
}

/// A message put together: header fields that do not describe content, and an entity's own that do.
///
/// The entity's other fields do not come out here; those that are protected have replaced their visible
/// counterparts before (RFC 9788).
fn below(header: &[u8], entity: Buffer) -> Buffer {
    let inner = Entity::parse(&entity);
    let mut head = header.to_vec();
    for field in inner.fields() {
        if field.describes_content() && !field.is("MIME-Version") {
            mail::push_field(field, &mut head);
        }
    }
    head.extend_from_slice(b"\r\n");
    let body = entity.len() - inner.body().len();
    let mut message = entity;
    message.drop_front(body);
    message.prepend(&head);
    message
}
