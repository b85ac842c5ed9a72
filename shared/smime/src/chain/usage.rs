//! What a certificate's key may be used for: basic constraints, key usage, extended key usage
//! (RFC 5280 §4.2.1.3, §4.2.1.9, §4.2.1.12; RFC 8550 §4.4).

use der::oid::ObjectIdentifier;

use super::link::Link;
use crate::asn1::{Asn1Error, Element, oid, tag};

/// What the target certificate is wanted for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Usage {
    /// Anything: RFC 5280 alone decides.
    Any,
    /// E-mail, signing or encrypting.
    #[default]
    Email,
    /// Verifying signatures of mail.
    EmailSigning,
    /// Encrypting mail to it.
    EmailEncryption,
    /// Verifying signatures of revocation lists.
    CrlSigning,
    /// Verifying OCSP responses on behalf of its issuer (RFC 6960 §4.2.2.2).
    OcspSigning,
}

/// The extension `basicConstraints`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BasicConstraints {
    pub(crate) is_authority: bool,
    /// How many authorities may stand below, self-issued ones not counted.
    pub(crate) path_length: Option<u64>,
}

impl BasicConstraints {
    /// Reads the extension's value.
    pub(crate) fn read(value: &[u8]) -> Result<Self, Asn1Error> {
        let mut parts = Element::only(value, tag::SEQUENCE)?.reader();
        let is_authority = parts
            .optional(tag::BOOLEAN)?
            .map_or(Ok(false), |flag| flag.boolean())?;
        let path_length = parts
            .optional(tag::INTEGER)?
            .map(|length| length.count())
            .transpose()?;
        parts.finish()?;
        Ok(Self {
            is_authority,
            path_length,
        })
    }
}

/// The extension `keyUsage`: bit 0 is the lowest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyUsage(u16);

impl KeyUsage {
    const SIGNING: u16 = 1 | 1 << 1; // digitalSignature, nonRepudiation
    const ENCRYPTING: u16 = 1 << 2 | 1 << 3 | 1 << 4; // keyEncipherment, dataEncipherment, keyAgreement
    const CERTIFICATES: u16 = 1 << 5; // keyCertSign
    const CRLS: u16 = 1 << 6; // cRLSign

    /// Reads the extension's value.
    pub(crate) fn read(value: &[u8]) -> Result<Self, Asn1Error> {
        Ok(Self(Element::only(value, tag::BIT_STRING)?.named_bits()?))
    }
}

/// Whether the key may be used with any of these bits; without the extension it may.
fn key_may(link: &Link<'_>, bits: u16) -> bool {
    link.key_usage.is_none_or(|usage| usage.0 & bits != 0)
}

/// Whether the extended usages are absent or name this one or all.
fn is_meant_for(link: &Link<'_>, usage: ObjectIdentifier) -> bool {
    link.extended_key_usage.as_ref().is_none_or(|usages| {
        usages.contains(&usage) || usages.contains(&oid::ANY_EXTENDED_KEY_USAGE)
    })
}

/// What forbids the target's use, in words for a person.
pub(crate) fn of_target(link: &Link<'_>, usage: Usage) -> Result<(), &'static str> {
    let (bits, key) = match usage {
        Usage::Any => return Ok(()),
        Usage::Email => (
            KeyUsage::SIGNING | KeyUsage::ENCRYPTING,
            "its key may neither sign nor encrypt mail",
        ),
        Usage::EmailSigning => (KeyUsage::SIGNING, "its key may not sign mail"),
        Usage::EmailEncryption => (KeyUsage::ENCRYPTING, "its key may not encrypt mail"),
        Usage::CrlSigning => (KeyUsage::CRLS, "its key may not sign revocation lists"),
        Usage::OcspSigning => (KeyUsage::SIGNING, "its key may not sign OCSP responses"),
    };
    if !key_may(link, bits) {
        return Err(key);
    }
    match usage {
        // RFC 6960 §4.2.2.2: the responder's usage must be named, not merely not excluded.
        Usage::OcspSigning => link
            .extended_key_usage
            .as_ref()
            .is_some_and(|usages| usages.contains(&oid::OCSP_SIGNING))
            .then_some(())
            .ok_or("it is not meant for OCSP responses"),
        Usage::CrlSigning => Ok(()),
        _ if is_meant_for(link, oid::EMAIL_PROTECTION) => Ok(()),
        _ => Err("it is not meant for e-mail"),
    }
}

/// What forbids that an authority issued what stands below it. Extended usages of an authority
/// restrict those below, as every maker of mail software has it (S/MIME Baseline Requirements
/// §7.1.2.2).
pub(crate) fn of_authority(link: &Link<'_>, usage: Usage) -> Result<(), &'static str> {
    if !link.is_authority() {
        Err("it is not an authority's certificate")
    } else if !key_may(link, KeyUsage::CERTIFICATES) {
        Err("its key may not sign certificates")
    } else if matches!(
        usage,
        Usage::Email | Usage::EmailSigning | Usage::EmailEncryption
    ) && !is_meant_for(link, oid::EMAIL_PROTECTION)
    {
        Err("it is not meant to issue certificates for e-mail")
    } else {
        Ok(())
    }
}

/// What forbids that an anchor issued what stands below it: who trusts a person's certificate trusts no others for it.
/// Roots of version 1 do not say that they are authorities.
pub(crate) fn of_anchor(link: &Link<'_>) -> Result<(), &'static str> {
    let is_authority = match link.basic_constraints {
        Some(constraints) => constraints.is_authority,
        None => !link.has_extensions && link.is_self_issued(),
    };
    if !is_authority {
        Err("it is not an authority's certificate")
    } else if !key_may(link, KeyUsage::CERTIFICATES) {
        Err("its key may not sign certificates")
    } else {
        Ok(())
    }
}

/// Whether the key of an authority or CRL issuer may sign revocation lists.
pub(crate) fn may_sign_crls(link: &Link<'_>) -> bool {
    key_may(link, KeyUsage::CRLS)
}
