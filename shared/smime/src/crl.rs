//! Certificate revocation lists (RFC 5280 §5).

use std::{ops::Range, sync::Arc};

use der::oid::ObjectIdentifier;
use mail::UnixTime;

use crate::asn1::{self, Asn1Error, Reader, tag};

/// A revocation list, parsed once; a clone shares it.
#[derive(Clone)]
pub struct Crl(Arc<Parsed>);

struct Parsed {
    der: Vec<u8>,
    tbs: Range<usize>,
    issuer: Range<usize>,
    signature_algorithm: Range<usize>,
    signature: Range<usize>,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
    revoked: Range<usize>,
    extensions: Range<usize>,
}

/// An entry for one certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Revocation<'a> {
    /// When it was revoked.
    pub time: UnixTime,
    /// The content of crlEntryExtensions, a series of Extension; empty if there is none.
    pub extensions: &'a [u8],
}

impl Crl {
    /// Reads the DER of one list.
    pub fn from_der(der: &[u8]) -> Result<Self, CrlError> {
        parse(der)
            .map(|parsed| Self(Arc::new(parsed)))
            .map_err(|_| CrlError::Malformed)
    }

    /// Reads all lists of a PEM file, or DER.
    pub fn all_from_pem_or_der(file: &[u8]) -> Result<Vec<Self>, CrlError> {
        if !crate::pem::is_pem(file) {
            return Ok(vec![Self::from_der(file)?]);
        }
        crate::pem::blocks(file)
            .iter()
            .filter(|block| block.label == "X509 CRL")
            .map(|block| Self::from_der(&block.der))
            .collect()
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The issuer as DER.
    pub fn issuer_der(&self) -> &[u8] {
        self.part(&self.0.issuer)
    }

    /// When it was issued.
    pub fn this_update(&self) -> UnixTime {
        self.0.this_update
    }

    /// When the next one is due.
    pub fn next_update(&self) -> Option<UnixTime> {
        self.0.next_update
    }

    /// The signed part, tbsCertList, as DER.
    pub fn tbs(&self) -> &[u8] {
        self.part(&self.0.tbs)
    }

    /// The AlgorithmIdentifier of the signature, as DER.
    pub fn signature_algorithm(&self) -> &[u8] {
        self.part(&self.0.signature_algorithm)
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        self.part(&self.0.signature)
    }

    /// The entry for a serial number (its content octets), if the list has one.
    pub fn revocation(&self, serial: &[u8]) -> Option<Revocation<'_>> {
        let mut entries = Reader::new(self.part(&self.0.revoked));
        while let Ok(mut entry) = entries.sequence() {
            let found = entry.expect(tag::INTEGER).ok()?;
            if found.content == serial {
                let time = asn1::read_time(entry.any().ok()?).ok()?;
                let extensions = entry.any().map(|element| element.content);
                return Some(Revocation {
                    time,
                    extensions: extensions.unwrap_or_default(),
                });
            }
        }
        None
    }

    /// The list's extensions: identifier, whether critical, value.
    pub fn extensions(&self) -> Vec<(ObjectIdentifier, bool, &[u8])> {
        let mut found = Vec::new();
        let mut list = Reader::new(self.part(&self.0.extensions));
        while let Ok(mut extension) = list.sequence() {
            let Ok(id) = extension.oid() else { break };
            let is_critical = extension
                .optional(tag::BOOLEAN)
                .ok()
                .flatten()
                .is_some_and(|element| element.content != [0]);
            let Ok(value) = extension.octets() else { break };
            found.push((id, is_critical, value));
        }
        found
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.0.der.get(range.clone()).unwrap_or_default()
    }
}

impl std::fmt::Debug for Crl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Crl({}, {})",
            crate::certificate::name_text(self.issuer_der()),
            self.this_update()
        )
    }
}

fn parse(input: &[u8]) -> Result<Parsed, Asn1Error> {
    let list = Reader::new(input).expect(tag::SEQUENCE)?;
    let der = list.raw;
    let range = |part: &[u8]| crate::certificate::subrange(der, part);
    let mut outer = list.reader();
    let tbs = outer.expect(tag::SEQUENCE)?;
    let signature_algorithm = outer.expect(tag::SEQUENCE)?;
    let signature = outer.bit_string()?;
    let mut fields = tbs.reader();
    fields.optional(tag::INTEGER)?;
    fields.expect(tag::SEQUENCE)?;
    let issuer = fields.expect(tag::SEQUENCE)?;
    let this_update = asn1::read_time(fields.any()?)?;
    let next_update = match fields.peek() {
        Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(asn1::read_time(fields.any()?)?),
        _ => None,
    };
    let revoked = fields
        .optional(tag::SEQUENCE)?
        .map_or(0..0, |element| range(element.content));
    let extensions = match fields.optional(tag::context(0))? {
        Some(element) => range(element.reader().expect(tag::SEQUENCE)?.content),
        None => 0..0,
    };
    Ok(Parsed {
        tbs: range(tbs.raw),
        issuer: range(issuer.raw),
        signature_algorithm: range(signature_algorithm.raw),
        signature: range(signature),
        this_update,
        next_update,
        revoked,
        extensions,
        der: der.to_vec(),
    })
}

/// Why bytes are no revocation list.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CrlError {
    /// Not a CertificateList of RFC 5280 §5.1.
    #[error("the revocation list is malformed")]
    Malformed,
}
