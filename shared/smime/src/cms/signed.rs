//! `SignedData` (RFC 5652 §5).

use std::borrow::Cow;

use der::oid::ObjectIdentifier;
use mail::UnixTime;

use crate::{
    Capabilities, Digest, algorithm,
    asn1::{self, Asn1Error, Element, Reader, Writer, ber, oid, tag},
    content_digest::ContentDigest,
    open::RecipientId,
};

/// Most certificates taken from one object; a path has four.
pub(crate) const CERTIFICATES_MAX: usize = 64;
/// Most signers of one object; each costs a path validation.
pub(crate) const SIGNERS_MAX: usize = 16;

pub(crate) struct SignedData<'a> {
    pub(crate) content_type: ObjectIdentifier,
    /// Absent in detached signatures.
    pub(crate) content: Option<Cow<'a, [u8]>>,
    /// DER of the X.509 certificates.
    pub(crate) certificates: Vec<&'a [u8]>,
    /// `RevocationInfoChoices`.
    pub(crate) revocation: Option<Element<'a>>,
    pub(crate) signers: Vec<SignerInfo<'a>>,
}

pub(crate) struct SignerInfo<'a> {
    pub(crate) id: RecipientId,
    /// `None` if the digest is not known here.
    pub(crate) digest: Option<ContentDigest>,
    pub(crate) attributes: Option<SignedAttributes<'a>>,
    /// `AlgorithmIdentifier`.
    pub(crate) signature_algorithm: &'a [u8],
    pub(crate) signature: &'a [u8],
}

/// The signed attributes (RFC 5652 §5.3), in the order in which they were signed.
pub(crate) struct SignedAttributes<'a> {
    content: &'a [u8],
}

impl<'a> SignedData<'a> {
    pub(crate) fn parse(element: Element<'a>) -> Result<Self, Asn1Error> {
        let mut fields = element.reader();
        fields.small_integer()?;
        fields.expect(tag::SET)?;
        let mut encapsulated = fields.sequence()?;
        let content_type = encapsulated.oid()?;
        let content = match encapsulated.optional(tag::context(0))? {
            Some(explicit) => Some(content_octets(explicit)?),
            None => None,
        };
        let mut certificates = Vec::new();
        if let Some(set) = fields.optional(tag::context(0))? {
            let mut list = set.reader();
            while !list.is_empty() {
                let certificate = list.any()?;
                // Attribute certificates and others have context tags.
                if certificate.tag == tag::SEQUENCE {
                    certificates.push(certificate.raw);
                }
                if certificates.len() > CERTIFICATES_MAX {
                    return Err(Asn1Error::TooComplex);
                }
            }
        }
        let revocation = fields.optional(tag::context(1))?;
        let mut signers = Vec::new();
        let mut list = fields.expect(tag::SET)?.reader();
        while !list.is_empty() {
            signers.push(SignerInfo::parse(list.expect(tag::SEQUENCE)?)?);
            if signers.len() > SIGNERS_MAX {
                return Err(Asn1Error::TooComplex);
            }
        }
        Ok(Self {
            content_type,
            content,
            certificates,
            revocation,
            signers,
        })
    }
}

/// eContent: an OCTET STRING, or in PKCS#7 whatever was signed, without its header.
fn content_octets(explicit: Element<'_>) -> Result<Cow<'_, [u8]>, Asn1Error> {
    let inner = explicit.reader().any()?;
    if inner.tag & !0x20 == tag::OCTET_STRING {
        ber::implicit_octets(&inner)
    } else {
        Ok(Cow::Borrowed(inner.content))
    }
}

impl<'a> SignerInfo<'a> {
    fn parse(element: Element<'a>) -> Result<Self, Asn1Error> {
        let mut fields = element.reader();
        fields.small_integer()?;
        let id = read_certificate_id(&mut fields, tag::context_primitive(0))?;
        let digest = ContentDigest::from_oid(fields.sequence()?.oid()?);
        let attributes = fields
            .optional(tag::context(0))?
            .map(|element| SignedAttributes {
                content: element.content,
            });
        let signature_algorithm = fields.expect(tag::SEQUENCE)?.raw;
        let signature = fields.octets()?;
        Ok(Self {
            id,
            digest,
            attributes,
            signature_algorithm,
            signature,
        })
    }
}

/// `IssuerAndSerialNumber`, or a key identifier under `key_id_tag`.
pub(crate) fn read_certificate_id(
    fields: &mut Reader<'_>,
    key_id_tag: u8,
) -> Result<RecipientId, Asn1Error> {
    if let Some(key_id) = fields.optional(key_id_tag)? {
        return Ok(RecipientId::KeyId(key_id.content.to_vec()));
    }
    let mut reader = fields.sequence()?;
    Ok(RecipientId::IssuerSerial {
        issuer: reader.expect(tag::SEQUENCE)?.raw.to_vec(),
        serial: reader.expect(tag::INTEGER)?.content.to_vec(),
    })
}

/// `CMSAlgorithmProtection` (RFC 6211 §2).
pub(crate) struct StatedAlgorithms {
    /// `None` if the digest is not known here.
    pub(crate) digest: Option<ContentDigest>,
    /// `AlgorithmIdentifier`.
    pub(crate) signature: Vec<u8>,
}

/// An attribute that may occur once did not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct RepeatedAttribute;

impl<'a> SignedAttributes<'a> {
    /// What the signature is over: the attributes under the tag of a SET instead of `[0]`.
    pub(crate) fn signed_octets(&self) -> Vec<u8> {
        Writer::new().raw(self.content).wrap(tag::SET)
    }

    /// The one value of an attribute; more than one instance or value is an error (RFC 8551 §2.5).
    pub(crate) fn value(
        &self,
        id: ObjectIdentifier,
    ) -> Result<Option<Element<'a>>, RepeatedAttribute> {
        let mut found = None;
        let mut list = Reader::new(self.content);
        while let Ok(mut attribute) = list.sequence() {
            if attribute.oid() == Ok(id) {
                let Ok(set) = attribute.expect(tag::SET) else {
                    return Err(RepeatedAttribute);
                };
                let mut values = set.reader();
                let Ok(value) = values.any() else {
                    return Err(RepeatedAttribute);
                };
                if found.is_some() || !values.is_empty() {
                    return Err(RepeatedAttribute);
                }
                found = Some(value);
            }
        }
        Ok(found)
    }

    /// Whether every attribute that may occur once does.
    pub(crate) fn are_unambiguous(&self) -> bool {
        [
            oid::CONTENT_TYPE,
            oid::MESSAGE_DIGEST,
            oid::SIGNING_TIME,
            oid::SMIME_CAPABILITIES,
            oid::ENCRYPTION_KEY_PREFERENCE,
            oid::SIGNING_CERTIFICATE,
            oid::SIGNING_CERTIFICATE_V2,
            oid::CMS_ALGORITHM_PROTECTION,
        ]
        .iter()
        .all(|id| self.value(*id).is_ok())
    }

    fn one(&self, id: ObjectIdentifier) -> Option<Element<'a>> {
        self.value(id).ok().flatten()
    }

    pub(crate) fn content_type(&self) -> Option<ObjectIdentifier> {
        let value = self.one(oid::CONTENT_TYPE)?;
        ObjectIdentifier::from_bytes(value.content).ok()
    }

    pub(crate) fn message_digest(&self) -> Option<&'a [u8]> {
        Some(self.one(oid::MESSAGE_DIGEST)?.content)
    }

    pub(crate) fn signing_time(&self) -> Option<UnixTime> {
        asn1::read_time(self.one(oid::SIGNING_TIME)?).ok()
    }

    pub(crate) fn capabilities(&self) -> Option<Capabilities> {
        Capabilities::from_der(self.one(oid::SMIME_CAPABILITIES)?.raw)
    }

    /// The certificate that the signer wants to be encrypted to (RFC 8551 §2.5.3).
    pub(crate) fn encryption_preference(&self) -> Option<RecipientId> {
        let value = self.one(oid::ENCRYPTION_KEY_PREFERENCE)?;
        let mut reader = value.reader();
        match value.tag {
            tag if tag == tag::context(0) => Some(RecipientId::IssuerSerial {
                issuer: reader.expect(tag::SEQUENCE).ok()?.raw.to_vec(),
                serial: reader.expect(tag::INTEGER).ok()?.content.to_vec(),
            }),
            // recipientKeyId [1] IMPLICIT, subjectAltKeyIdentifier [2] IMPLICIT.
            tag if tag == tag::context(1) => {
                Some(RecipientId::KeyId(reader.octets().ok()?.to_vec()))
            }
            tag if tag == tag::context_primitive(2) => {
                Some(RecipientId::KeyId(value.content.to_vec()))
            }
            _ => None,
        }
    }

    /// The digest and hash of the signer's certificate, by signingCertificate or its second version (RFC 5035).
    pub(crate) fn certificate_hash(&self) -> Result<Option<(Digest, &'a [u8])>, Asn1Error> {
        if let Some(value) = self.one(oid::SIGNING_CERTIFICATE_V2) {
            let mut id = value.reader().sequence()?.sequence()?;
            let digest = match id.optional(tag::SEQUENCE)? {
                Some(algorithm) => algorithm::digest_from_oid(algorithm.reader().oid()?)
                    .ok_or(Asn1Error::BadValue)?,
                None => Digest::Sha256,
            };
            return Ok(Some((digest, id.octets()?)));
        }
        if let Some(value) = self.one(oid::SIGNING_CERTIFICATE) {
            let mut id = value.reader().sequence()?.sequence()?;
            return Ok(Some((Digest::Sha1, id.octets()?)));
        }
        Ok(None)
    }

    /// The algorithms that the signer says to have used (RFC 6211 §2).
    pub(crate) fn algorithms(&self) -> Result<Option<StatedAlgorithms>, Asn1Error> {
        let Some(value) = self.one(oid::CMS_ALGORITHM_PROTECTION) else {
            return Ok(None);
        };
        let mut fields = value.reader();
        let digest = ContentDigest::from_oid(fields.sequence()?.oid()?);
        let signature = fields.expect(tag::context(1))?;
        let signature = Writer::new().raw(signature.content).sequence();
        Ok(Some(StatedAlgorithms { digest, signature }))
    }
}
