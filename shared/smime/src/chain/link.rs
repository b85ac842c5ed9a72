//! A certificate as path validation reads it (RFC 5280 §4.1, §4.2): borrowed, decoded once.

use der::oid::ObjectIdentifier;
use mail::UnixTime;

use super::constraints::NameConstraints;
use super::names::{DistinguishedName, GeneralName, Mailboxes};
use super::policies::PolicyConstraints;
use super::usage::{BasicConstraints, KeyUsage};
use crate::asn1::{Asn1Error, Element, Reader, oid, read_time, tag};
use crate::certificate::read_addresses;

/// What is signed, how, and the signature: the outer shape of certificates, CRLs and OCSP responses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed<'a> {
    /// The octets under the signature.
    pub(crate) message: &'a [u8],
    /// `AlgorithmIdentifier`.
    pub(crate) algorithm: &'a [u8],
    /// The signature's octets.
    pub(crate) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// Reads `SEQUENCE { message SEQUENCE, AlgorithmIdentifier, BIT STRING }`; returns the message's
    /// elements too.
    pub(crate) fn read(der: &'a [u8]) -> Result<(Self, Reader<'a>), Asn1Error> {
        let mut parts = Element::only(der, tag::SEQUENCE)?.reader();
        let read = Self::read_next(&mut parts)?;
        parts.finish()?;
        Ok(read)
    }

    /// The same where more may follow in the sequence.
    pub(crate) fn read_next(parts: &mut Reader<'a>) -> Result<(Self, Reader<'a>), Asn1Error> {
        let message = parts.expect(tag::SEQUENCE)?;
        let signed = Self {
            message: message.raw,
            algorithm: parts.expect(tag::SEQUENCE)?.raw,
            signature: parts.signature()?,
        };
        Ok((signed, message.reader()))
    }
}

/// A certificate, decoded as far as a path needs it.
#[derive(Clone, Debug)]
pub(crate) struct Link<'a> {
    pub(crate) signed: Signed<'a>,
    /// Content octets of the serial number, which need not be a positive number.
    pub(crate) serial: &'a [u8],
    pub(crate) issuer: DistinguishedName,
    pub(crate) issuer_der: &'a [u8],
    pub(crate) subject: DistinguishedName,
    pub(crate) not_before: UnixTime,
    pub(crate) not_after: UnixTime,
    /// `SubjectPublicKeyInfo`, the whole element.
    pub(crate) spki: &'a [u8],
    pub(crate) subject_key_id: Option<&'a [u8]>,
    pub(crate) authority_key_id: Option<&'a [u8]>,
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) extended_key_usage: Option<Vec<ObjectIdentifier>>,
    /// The content of the subject's Name.
    subject_content: &'a [u8],
    /// `subjectAltName`, the extension's value.
    alternative_names_der: Option<&'a [u8]>,
    /// `subjectAltName`.
    pub(crate) alternative_names: Vec<GeneralName<'a>>,
    pub(crate) name_constraints: Option<NameConstraints<'a>>,
    pub(crate) policies: Option<Vec<ObjectIdentifier>>,
    pub(crate) policy_mappings: Vec<(ObjectIdentifier, ObjectIdentifier)>,
    pub(crate) policy_constraints: PolicyConstraints,
    pub(crate) inhibit_any_policy: Option<u64>,
    /// `cRLDistributionPoints`, the extension's value.
    pub(crate) distribution_points: Option<&'a [u8]>,
    /// Its key may be believed without asking for its revocation (RFC 6960 §4.2.2.2.1).
    pub(crate) is_ocsp_no_check: bool,
    /// Whether it has extensions: certificates of version 1 have none.
    pub(crate) has_extensions: bool,
    /// A critical extension that is not one of the above.
    pub(crate) unknown_critical: Option<ObjectIdentifier>,
}

impl<'a> Link<'a> {
    /// Reads a DER certificate of version 1 to 3.
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, Asn1Error> {
        let (signed, mut fields) = Signed::read(der)?;
        fields.optional(tag::context(0))?; // version: the extensions below tell
        let serial = fields.expect(tag::INTEGER)?.content;
        let inner_algorithm = fields.expect(tag::SEQUENCE)?.raw;
        if inner_algorithm != signed.algorithm {
            // RFC 5280 §4.1.1.2; the inner one is signed, the outer one is used.
            return Err(Asn1Error::BadValue);
        }
        let issuer = fields.expect(tag::SEQUENCE)?;
        let mut validity = fields.expect(tag::SEQUENCE)?.reader();
        let subject = fields.expect(tag::SEQUENCE)?;
        let spki = fields.expect(tag::SEQUENCE)?.raw;
        fields.optional(tag::context_primitive(1))?; // issuerUniqueID
        fields.optional(tag::context_primitive(2))?; // subjectUniqueID
        let extensions = fields.optional(tag::context(3))?;
        fields.finish()?;
        let mut link = Self {
            signed,
            serial,
            issuer: DistinguishedName::read(&issuer)?,
            issuer_der: issuer.raw,
            subject: DistinguishedName::read(&subject)?,
            not_before: read_time(validity.any()?)?,
            not_after: read_time(validity.any()?)?,
            spki,
            subject_key_id: None,
            authority_key_id: None,
            basic_constraints: None,
            key_usage: None,
            extended_key_usage: None,
            subject_content: subject.content,
            alternative_names_der: None,
            alternative_names: Vec::new(),
            name_constraints: None,
            policies: None,
            policy_mappings: Vec::new(),
            policy_constraints: PolicyConstraints::default(),
            inhibit_any_policy: None,
            distribution_points: None,
            is_ocsp_no_check: false,
            has_extensions: extensions.is_some(),
            unknown_critical: None,
        };
        if let Some(wrapper) = extensions {
            for extension in Extension::read_all(wrapper.content)? {
                link.take_extension(&extension)?;
            }
        }
        Ok(link)
    }

    /// Issuer and subject are the same: a step of key rollover, not of authority (RFC 5280 §6.1).
    pub(crate) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether the certificate may be an authority's.
    pub(crate) fn is_authority(&self) -> bool {
        self.basic_constraints
            .is_some_and(|constraints| constraints.is_authority)
    }

    /// Every name that the certificate gives its subject and that name constraints govern, among them
    /// all addresses that it may vouch for, wherever they stand (RFC 8550 §3).
    pub(crate) fn names(&self) -> Vec<GeneralName<'_>> {
        let subject =
            (!self.subject.is_empty()).then(|| GeneralName::Directory(self.subject.clone()));
        let addresses = read_addresses(self.subject_content, self.alternative_names_der);
        let addresses = addresses.into_iter().map(Mailboxes::One);
        let alternatives = self.alternative_names.iter().cloned();
        subject
            .into_iter()
            .chain(addresses.map(GeneralName::Email))
            .chain(alternatives)
            .collect()
    }

    fn take_extension(&mut self, extension: &Extension<'a>) -> Result<(), Asn1Error> {
        let value = extension.value;
        match extension.id {
            oid::SUBJECT_KEY_IDENTIFIER => {
                let key_id = Element::only(value, tag::OCTET_STRING)?;
                self.subject_key_id = Some(key_id.content);
            }
            oid::AUTHORITY_KEY_IDENTIFIER => self.authority_key_id = authority_key_id(value)?,
            oid::KEY_USAGE => self.key_usage = Some(KeyUsage::read(value)?),
            oid::EXTENDED_KEY_USAGE => {
                self.extended_key_usage = Some(identifiers(value)?);
            }
            oid::BASIC_CONSTRAINTS => self.basic_constraints = Some(BasicConstraints::read(value)?),
            oid::SUBJECT_ALT_NAME => {
                let names = Element::only(value, tag::SEQUENCE)?;
                self.alternative_names_der = Some(value);
                self.alternative_names = GeneralName::read_all(names.reader())?;
            }
            oid::NAME_CONSTRAINTS => self.name_constraints = Some(NameConstraints::read(value)?),
            oid::CERTIFICATE_POLICIES => self.policies = Some(policies(value)?),
            oid::POLICY_MAPPINGS => self.policy_mappings = policy_mappings(value)?,
            oid::POLICY_CONSTRAINTS => self.policy_constraints = policy_constraints(value)?,
            oid::INHIBIT_ANY_POLICY => {
                let skip = Element::only(value, tag::INTEGER)?;
                self.inhibit_any_policy = Some(skip.count()?);
            }
            oid::CRL_DISTRIBUTION_POINTS => self.distribution_points = Some(value),
            oid::OCSP_NO_CHECK => self.is_ocsp_no_check = true,
            // Nothing of these restricts a path, so knowing them is processing them.
            oid::ISSUER_ALT_NAME
            | oid::FRESHEST_CRL
            | oid::AUTHORITY_INFO_ACCESS
            | oid::SUBJECT_INFO_ACCESS => {}
            other if extension.critical => self.unknown_critical = Some(other),
            _ => {}
        }
        Ok(())
    }
}

/// One extension of a certificate, CRL or CRL entry (RFC 5280 §4.1, §5.1).
pub(crate) struct Extension<'a> {
    pub(crate) id: ObjectIdentifier,
    pub(crate) critical: bool,
    pub(crate) value: &'a [u8],
}

impl<'a> Extension<'a> {
    /// Reads `Extensions`; the same one twice is an error (RFC 5280 §4.2).
    pub(crate) fn read_all(extensions: &'a [u8]) -> Result<Vec<Self>, Asn1Error> {
        let mut seen = std::collections::BTreeSet::new();
        Element::only(extensions, tag::SEQUENCE)?
            .reader()
            .elements()
            .map(|extension| {
                let mut parts = extension?.reader();
                let extension = Self {
                    id: parts.oid()?,
                    critical: match parts.optional(tag::BOOLEAN)? {
                        Some(critical) => critical.boolean()?,
                        None => false,
                    },
                    value: parts.octets()?,
                };
                parts.finish()?;
                if seen.insert(extension.id) {
                    Ok(extension)
                } else {
                    Err(Asn1Error::BadValue)
                }
            })
            .collect()
    }
}

/// The `keyIdentifier` of `authorityKeyIdentifier` (RFC 5280 §4.2.1.1).
pub(crate) fn authority_key_id(value: &[u8]) -> Result<Option<&[u8]>, Asn1Error> {
    let mut parts = Element::only(value, tag::SEQUENCE)?.reader();
    Ok(parts
        .optional(tag::context_primitive(0))?
        .map(|key_id| key_id.content))
}

fn identifiers(value: &[u8]) -> Result<Vec<ObjectIdentifier>, Asn1Error> {
    Element::only(value, tag::SEQUENCE)?
        .reader()
        .elements()
        .map(|identifier| Reader::new(identifier?.raw).oid())
        .collect()
}

/// RFC 5280 §4.2.1.4; qualifiers inform people and do not restrict the path.
fn policies(value: &[u8]) -> Result<Vec<ObjectIdentifier>, Asn1Error> {
    Element::only(value, tag::SEQUENCE)?
        .reader()
        .elements()
        .map(|policy| policy?.reader().oid())
        .collect()
}

/// RFC 5280 §4.2.1.5: pairs of the issuer's and the subject's domain.
fn policy_mappings(value: &[u8]) -> Result<Vec<(ObjectIdentifier, ObjectIdentifier)>, Asn1Error> {
    Element::only(value, tag::SEQUENCE)?
        .reader()
        .elements()
        .map(|pair| {
            let mut pair = pair?.reader();
            Ok((pair.oid()?, pair.oid()?))
        })
        .collect()
}

fn policy_constraints(value: &[u8]) -> Result<PolicyConstraints, Asn1Error> {
    let mut parts = Element::only(value, tag::SEQUENCE)?.reader();
    let mut skip = |number| {
        parts
            .optional(tag::context_primitive(number))?
            .map(|skip| skip.count())
            .transpose()
    };
    Ok(PolicyConstraints {
        require_explicit: skip(0)?,
        inhibit_mapping: skip(1)?,
    })
}
