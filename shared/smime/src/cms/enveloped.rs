//! `EnvelopedData` (RFC 5652 §6) and `AuthEnvelopedData` (RFC 5083).

use std::{borrow::Cow, ops::Range};

use der::oid::ObjectIdentifier;

use super::signed::read_certificate_id;
use crate::{
    KeyKind, RsaPadding, algorithm,
    asn1::{Asn1Error, Element, Reader, Writer, ber, oid, tag},
    certificate::subrange,
    hazmat,
    open::RecipientId,
    password::PasswordWrap,
    provider::Digest,
};

/// Most recipients that are read; a list of 1,000 is the largest that is sent.
pub(crate) const RECIPIENTS_MAX: usize = 4_096;

/// Everything but the encrypted content, owned, so that the content can be decrypted where it lies.
pub(crate) struct Envelope {
    pub(crate) recipients: Vec<RecipientInfo>,
    pub(crate) cipher: ObjectIdentifier,
    /// Parameters of the content-encryption algorithm, DER.
    pub(crate) parameters: Vec<u8>,
    pub(crate) content: EncryptedContent,
    /// Of `AuthEnvelopedData`.
    pub(crate) authentication: Option<Authentication>,
}

/// Where the ciphertext is.
pub(crate) enum EncryptedContent {
    /// A range of the object.
    At(Range<usize>),
    /// Put together from chunks.
    Joined(Vec<u8>),
}

pub(crate) struct Authentication {
    pub(crate) mac: Vec<u8>,
    /// The authenticated attributes as a SET, or nothing.
    pub(crate) attributes: Vec<u8>,
}

/// One recipient's way to the content key.
pub(crate) struct RecipientInfo {
    pub(crate) id: RecipientId,
    pub(crate) way: KeyWay,
}

/// A content key encrypted to an RSA key.
pub(crate) struct Transport {
    pub(crate) padding: RsaPadding,
    /// Of RSAES-OAEP; empty but for a very few.
    pub(crate) label: Vec<u8>,
    pub(crate) encrypted_key: Vec<u8>,
}

/// How the content key is protected.
pub(crate) enum KeyWay {
    /// Encrypted with RSA.
    Transport(Transport),
    /// Wrapped under a key agreed by Diffie-Hellman.
    Agreement(Box<Agreement>),
    /// Wrapped under a key that an ML-KEM ciphertext carries.
    Encapsulation(Box<Encapsulation>),
    /// Wrapped under a password.
    Password(Box<PasswordWrap>),
    /// An algorithm that is not known here, by name.
    Unknown(String),
}

pub(crate) struct Agreement {
    /// The originator's ephemeral public key; its parameters may be absent.
    pub(crate) originator_point: Vec<u8>,
    pub(crate) kdf: Kdf,
    /// Cofactor Diffie-Hellman, which differs on curves with a cofactor only.
    pub(crate) with_cofactor: bool,
    pub(crate) user_keying_material: Option<Vec<u8>>,
    /// `AlgorithmIdentifier` of the key wrap, as it enters the KDF.
    pub(crate) wrap_algorithm: Vec<u8>,
    pub(crate) wrap: ObjectIdentifier,
    pub(crate) encrypted_key: Vec<u8>,
}

pub(crate) struct Encapsulation {
    pub(crate) kem: KeyKind,
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) kdf: Digest,
    pub(crate) key_octets: usize,
    pub(crate) user_keying_material: Option<Vec<u8>>,
    /// `AlgorithmIdentifier` of the key wrap, as it enters the KDF.
    pub(crate) wrap_algorithm: Vec<u8>,
    pub(crate) encrypted_key: Vec<u8>,
}

#[derive(Clone, Copy)]
pub(crate) enum Kdf {
    X963(Digest),
    Hkdf(Digest),
}

impl RecipientInfo {
    /// `rsa-pkcs1`, `rsa-oaep`, `ecdh`, or an OID.
    pub(crate) fn algorithm_name(&self) -> String {
        match &self.way {
            KeyWay::Transport(transport) => match transport.padding {
                RsaPadding::Pkcs1 => "rsa-pkcs1".to_owned(),
                RsaPadding::Oaep { .. } => "rsa-oaep".to_owned(),
            },
            KeyWay::Agreement(_) => "ecdh".to_owned(),
            KeyWay::Encapsulation(found) => found.kem.to_string().to_ascii_lowercase(),
            KeyWay::Password(_) => "password".to_owned(),
            KeyWay::Unknown(name) => name.clone(),
        }
    }

    /// Whether a key of this kind could be the recipient's.
    pub(crate) fn fits(&self, kind: KeyKind) -> bool {
        match &self.way {
            KeyWay::Transport(_) => matches!(kind, KeyKind::Rsa { .. }),
            KeyWay::Agreement(_) => matches!(
                kind,
                KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::K283 | KeyKind::X25519
            ),
            KeyWay::Encapsulation(found) => found.kem == kind,
            KeyWay::Password(_) | KeyWay::Unknown(_) => false,
        }
    }
}

impl Envelope {
    /// `object` is the whole normalised object, of which `element` is a part.
    pub(crate) fn parse(
        object: &[u8],
        element: Element<'_>,
        is_authenticated: bool,
    ) -> Result<Self, Asn1Error> {
        let mut fields = element.reader();
        fields.small_integer()?;
        fields.optional(tag::context(0))?;
        let recipients = read_recipients(fields.expect(tag::SET)?)?;
        let mut encrypted = fields.sequence()?;
        encrypted.oid()?;
        let mut cipher_algorithm = encrypted.sequence()?;
        let cipher = cipher_algorithm.oid()?;
        let parameters = cipher_algorithm
            .any()
            .map_or_else(|_| Vec::new(), |element| element.raw.to_vec());
        let octets = encrypted.any()?;
        if octets.tag & !0x20 != tag::context_primitive(0) {
            return Err(Asn1Error::UnexpectedTag);
        }
        let content = match ber::implicit_octets(&octets)? {
            Cow::Borrowed(part) => EncryptedContent::At(subrange(object, part)),
            Cow::Owned(joined) => EncryptedContent::Joined(joined),
        };
        let authentication = if is_authenticated {
            Some(read_authentication(&mut fields)?)
        } else {
            None
        };
        Ok(Self {
            recipients,
            cipher,
            parameters,
            content,
            authentication,
        })
    }
}

/// The recipients of an envelope of which only the start is here, in DER or BER: they stand before the content. An
/// error where the start does not hold them all, or is that of something else.
pub(crate) fn recipients_at_start(start: &[u8]) -> Result<Vec<RecipientInfo>, Asn1Error> {
    let mut fields = Reader::new(start);
    fields.enter(tag::SEQUENCE)?;
    if !matches!(
        fields.oid()?,
        oid::ENVELOPED_DATA | oid::AUTH_ENVELOPED_DATA
    ) {
        return Err(Asn1Error::BadValue);
    }
    fields.enter(tag::context(0))?;
    fields.enter(tag::SEQUENCE)?;
    fields.small_integer()?;
    fields.optional(tag::context(0))?;
    let set = ber::to_der(fields.rest())?;
    read_recipients(Element::only(&set, tag::SET)?)
}

fn read_authentication(fields: &mut Reader<'_>) -> Result<Authentication, Asn1Error> {
    // authAttrs is [1] IMPLICIT SET; the cipher authenticates it under the tag of a SET (RFC 5083 §2.2).
    let attributes = fields
        .optional(tag::context(1))?
        .map_or_else(Vec::new, |element| {
            Writer::new().raw(element.content).wrap(tag::SET)
        });
    Ok(Authentication {
        mac: fields.octets()?.to_vec(),
        attributes,
    })
}

fn read_recipients(set: Element<'_>) -> Result<Vec<RecipientInfo>, Asn1Error> {
    let mut recipients = Vec::new();
    let mut list = set.reader();
    while !list.is_empty() {
        let info = list.any()?;
        match info.tag {
            tag::SEQUENCE => recipients.push(read_transport(info)?),
            found if found == tag::context(1) => read_agreement(info, &mut recipients)?,
            found if found == tag::context(3) => recipients.push(read_password(info)?),
            found if found == tag::context(4) => recipients.push(read_other(info)?),
            found => recipients.push(RecipientInfo {
                id: RecipientId::Other,
                way: KeyWay::Unknown(
                    match found & 0x1f {
                        2 => "key-encryption-key",
                        _ => "other",
                    }
                    .to_owned(),
                ),
            }),
        }
        if recipients.len() > RECIPIENTS_MAX {
            return Err(Asn1Error::TooComplex);
        }
    }
    Ok(recipients)
}

/// `PasswordRecipientInfo` (RFC 5652 §6.2.4).
fn read_password(info: Element<'_>) -> Result<RecipientInfo, Asn1Error> {
    let way = PasswordWrap::read(info.reader())?.map_or_else(
        || KeyWay::Unknown("password".to_owned()),
        |wrap| KeyWay::Password(Box::new(wrap)),
    );
    let id = RecipientId::Other;
    Ok(RecipientInfo { id, way })
}

/// `OtherRecipientInfo`: `KEMRecipientInfo` (RFC 9629 §3), or something unknown.
fn read_other(info: Element<'_>) -> Result<RecipientInfo, Asn1Error> {
    let mut fields = info.reader();
    let kind = fields.oid()?;
    if kind != oid::KEM_RECIPIENT {
        return Ok(RecipientInfo {
            id: RecipientId::Other,
            way: KeyWay::Unknown(kind.to_string()),
        });
    }
    let mut fields = fields.sequence()?;
    fields.small_integer()?;
    let id = read_certificate_id(&mut fields, tag::context_primitive(0))?;
    let kem_id = fields.sequence()?.oid()?;
    let ciphertext = fields.octets()?.to_vec();
    let kdf_id = fields.sequence()?.oid()?;
    let key_octets = usize::try_from(fields.small_integer()?).map_err(|_| Asn1Error::BadValue)?;
    let user_keying_material = match fields.optional(tag::context(0))? {
        Some(element) => Some(element.reader().octets()?.to_vec()),
        None => None,
    };
    let wrap_algorithm = fields.expect(tag::SEQUENCE)?.raw.to_vec();
    let encrypted_key = fields.octets()?.to_vec();
    let kdf = match kdf_id {
        oid::HKDF_SHA256 => Some(Digest::Sha256),
        oid::HKDF_SHA384 => Some(Digest::Sha384),
        oid::HKDF_SHA512 => Some(Digest::Sha512),
        _ => None,
    };
    let way = match (hazmat::lattice::kem_from_oid(kem_id), kdf) {
        (Some(kem), Some(kdf)) => KeyWay::Encapsulation(Box::new(Encapsulation {
            kem: KeyKind::MlKem(kem),
            ciphertext,
            kdf,
            key_octets,
            user_keying_material,
            wrap_algorithm,
            encrypted_key,
        })),
        _ => KeyWay::Unknown(kem_id.to_string()),
    };
    Ok(RecipientInfo { id, way })
}

/// `KeyTransRecipientInfo` (RFC 5652 §6.2.1).
fn read_transport(info: Element<'_>) -> Result<RecipientInfo, Asn1Error> {
    let mut fields = info.reader();
    fields.small_integer()?;
    let id = read_certificate_id(&mut fields, tag::context_primitive(0))?;
    let mut key_algorithm = fields.sequence()?;
    let algorithm = key_algorithm.oid()?;
    let encrypted_key = fields.octets()?.to_vec();
    let padding = match algorithm {
        oid::RSA => Some((RsaPadding::Pkcs1, Vec::new())),
        oid::RSA_OAEP => read_oaep(&mut key_algorithm)?,
        _ => None,
    };
    let way = match padding {
        Some((padding, label)) => KeyWay::Transport(Transport {
            padding,
            label,
            encrypted_key,
        }),
        None => KeyWay::Unknown(algorithm.to_string()),
    };
    Ok(RecipientInfo { id, way })
}

/// RSAES-OAEP-params (RFC 4055 §4.1) with defaults: the padding and its label; `None` for a digest that is not known.
fn read_oaep(algorithm: &mut Reader<'_>) -> Result<Option<(RsaPadding, Vec<u8>)>, Asn1Error> {
    let mut label = Vec::new();
    let mut digest = Digest::Sha1;
    let mut mask = Digest::Sha1;
    if let Some(parameters) = algorithm.optional(tag::SEQUENCE)? {
        let mut fields = parameters.reader();
        if let Some(element) = fields.optional(tag::context(0))? {
            match algorithm::read_digest(&mut element.reader()) {
                Ok(found) => digest = found,
                Err(_) => return Ok(None),
            }
        }
        if let Some(element) = fields.optional(tag::context(1))? {
            match algorithm::read_mgf1(&mut element.reader()) {
                Ok(found) => mask = found,
                Err(_) => return Ok(None),
            }
        }
        if let Some(source) = fields.optional(tag::context(2))? {
            let mut source = source.reader().sequence()?;
            if source.oid()? != oid::P_SPECIFIED {
                return Ok(None);
            }
            label = source.octets()?.to_vec();
        }
    }
    Ok(Some((RsaPadding::Oaep { digest, mask }, label)))
}

/// `KeyAgreeRecipientInfo` (RFC 5652 §6.2.2): one originator, any number of recipients.
fn read_agreement(info: Element<'_>, recipients: &mut Vec<RecipientInfo>) -> Result<(), Asn1Error> {
    let mut fields = info.reader();
    fields.small_integer()?;
    let originator = fields.expect(tag::context(0))?.reader().any()?;
    let user_keying_material = match fields.optional(tag::context(1))? {
        Some(element) => Some(element.reader().octets()?.to_vec()),
        None => None,
    };
    let mut agreement = fields.sequence()?;
    let agreement_id = agreement.oid()?;
    let wrap_algorithm = agreement.any()?;
    let wrap = wrap_algorithm.reader().oid();
    let mut keys = fields.sequence()?;
    while !keys.is_empty() {
        let mut key = keys.sequence()?;
        let id = read_agreement_id(&mut key)?;
        let encrypted_key = key.octets()?.to_vec();
        let way = match (kdf_of(agreement_id), wrap, originator.tag) {
            (Some(kdf), Ok(wrap), found) if found == tag::context(1) => {
                let mut public = originator.reader();
                public.expect(tag::SEQUENCE)?;
                KeyWay::Agreement(Box::new(Agreement {
                    originator_point: public.bit_string()?.to_vec(),
                    kdf,
                    with_cofactor: is_cofactor(agreement_id),
                    user_keying_material: user_keying_material.clone(),
                    wrap_algorithm: wrap_algorithm.raw.to_vec(),
                    wrap,
                    encrypted_key,
                }))
            }
            _ => KeyWay::Unknown(agreement_id.to_string()),
        };
        recipients.push(RecipientInfo { id, way });
        if recipients.len() > RECIPIENTS_MAX {
            return Err(Asn1Error::TooComplex);
        }
    }
    Ok(())
}

/// `KeyAgreeRecipientIdentifier`: rKeyId is `[0]` IMPLICIT SEQUENCE with the key identifier first.
fn read_agreement_id(key: &mut Reader<'_>) -> Result<RecipientId, Asn1Error> {
    if let Some(element) = key.optional(tag::context(0))? {
        return Ok(RecipientId::KeyId(element.reader().octets()?.to_vec()));
    }
    // No key identifier has this tag here.
    read_certificate_id(key, tag::context_primitive(0))
}

fn is_cofactor(id: ObjectIdentifier) -> bool {
    matches!(
        id,
        oid::ECDH_COFACTOR_SHA1_KDF
            | oid::ECDH_COFACTOR_SHA224_KDF
            | oid::ECDH_COFACTOR_SHA256_KDF
            | oid::ECDH_COFACTOR_SHA384_KDF
            | oid::ECDH_COFACTOR_SHA512_KDF
    )
}

fn kdf_of(id: ObjectIdentifier) -> Option<Kdf> {
    Some(match id {
        oid::ECDH_SHA1_KDF | oid::ECDH_COFACTOR_SHA1_KDF => Kdf::X963(Digest::Sha1),
        oid::ECDH_SHA224_KDF | oid::ECDH_COFACTOR_SHA224_KDF => Kdf::X963(Digest::Sha224),
        oid::ECDH_SHA256_KDF | oid::ECDH_COFACTOR_SHA256_KDF => Kdf::X963(Digest::Sha256),
        oid::ECDH_SHA384_KDF | oid::ECDH_COFACTOR_SHA384_KDF => Kdf::X963(Digest::Sha384),
        oid::ECDH_SHA512_KDF | oid::ECDH_COFACTOR_SHA512_KDF => Kdf::X963(Digest::Sha512),
        oid::ECDH_HKDF_SHA256 => Kdf::Hkdf(Digest::Sha256),
        oid::ECDH_HKDF_SHA384 => Kdf::Hkdf(Digest::Sha384),
        oid::ECDH_HKDF_SHA512 => Kdf::Hkdf(Digest::Sha512),
        _ => return None,
    })
}

impl Agreement {
    /// The originator's key as `SubjectPublicKeyInfo` on the recipient's curve (its own may lack parameters,
    /// RFC 5753 §3.1.1).
    pub(crate) fn originator_spki(&self, kind: KeyKind) -> Option<Vec<u8>> {
        let algorithm = match kind {
            KeyKind::P256 => Writer::new().oid(oid::EC).oid(oid::P256),
            KeyKind::P384 => Writer::new().oid(oid::EC).oid(oid::P384),
            KeyKind::P521 => Writer::new().oid(oid::EC).oid(oid::P521),
            KeyKind::X25519 => {
                let key = self.originator_point.as_slice().try_into().ok()?;
                return Some(hazmat::keys::curve25519_spki(oid::X25519, key));
            }
            _ => return None,
        };
        let bits = [&[0], self.originator_point.as_slice()].concat();
        Some(
            Writer::new()
                .raw(&algorithm.sequence())
                .element(tag::BIT_STRING, &bits)
                .sequence(),
        )
    }
}
