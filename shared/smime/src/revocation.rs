//! Revocation: lists (RFC 5280 §5), responses (RFC 6960), and what they say of a path. Nothing is
//! fetched here; both come as bytes and the time as an argument.

mod list;
mod ocsp;
mod place;
mod point;
mod source;
mod status;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use mail::UnixTime;

pub use ocsp::ocsp_request;
pub use place::ADDRESSES_MAX;
pub use source::{RevocationSource, SourceId};

pub(crate) use list::List;
pub(crate) use ocsp::Response;
pub(crate) use status::Evidence;
pub use status::revocation_of;

use crate::{asn1::Asn1Error, certificate, pem};

/// How far ahead of us the clock of a CRL issuer or responder may be, in seconds. One that signs when
/// it is asked would otherwise be a second too early for us, always.
pub const CLOCKS_APART_SECONDS_MAX: i64 = 5 * 60;

/// How long a response that names no end is taken for true, in seconds.
pub const ENDLESS_ANSWER_SECONDS: i64 = 5 * 60;

/// Most certificates of a response that may be its responder's; it brings one, rarely with the chain above.
/// Each costs the verification of two signatures.
const RESPONDERS_MAX: usize = 8;

/// Largest revocation list or response that is taken from elsewhere, in octets: 100,000 entries. An
/// isolate has 128 MB for everything.
pub const REVOCATION_INFO_OCTETS_MAX: usize = 4 * 1024 * 1024;

/// What is known of one certificate's revocation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RevocationStatus {
    /// Its issuer says that it is not revoked.
    Good,
    /// It is revoked, or on hold.
    Revoked,
    /// Nothing current tells.
    Unknown,
}

impl RevocationStatus {
    /// What two that know something of the same certificate know together.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Revoked, _) | (_, Self::Revoked) => Self::Revoked,
            (Self::Good, _) | (_, Self::Good) => Self::Good,
            (Self::Unknown, Self::Unknown) => Self::Unknown,
        }
    }
}

/// A revocation list or an OCSP response: what CMS calls `RevocationInfoChoice` (RFC 5652 §10.2.1,
/// RFC 5940 §2.1). A clone shares it.
#[derive(Clone, Debug)]
pub enum RevocationInfo {
    /// A list.
    Crl(Crl),
    /// A response.
    Ocsp(OcspResponse),
}

impl RevocationInfo {
    /// Until when it holds.
    pub fn until(&self) -> Option<UnixTime> {
        match self {
            Self::Crl(crl) => crl.next_update(),
            Self::Ocsp(response) => response.response()?.until(),
        }
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        match self {
            Self::Crl(crl) => crl.der(),
            Self::Ocsp(response) => response.der(),
        }
    }

    pub(crate) fn list(&self) -> Option<List<'_>> {
        match self {
            Self::Crl(crl) => crl.list(),
            Self::Ocsp(_) => None,
        }
    }

    pub(crate) fn response(&self) -> Option<Response<'_>> {
        match self {
            Self::Crl(_) => None,
            Self::Ocsp(response) => response.response(),
        }
    }
}

/// A certificate revocation list, complete or delta; a clone shares it.
#[derive(Clone)]
pub struct Crl(Arc<Parsed>);

struct Parsed {
    der: Vec<u8>,
    issuer: String,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
}

/// Why bytes are no revocation list.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CrlError {
    /// Not a `CertificateList` of RFC 5280 §5.1.
    #[error("the revocation list is malformed")]
    Malformed,
}

impl From<Asn1Error> for CrlError {
    fn from(_: Asn1Error) -> Self {
        Self::Malformed
    }
}

impl Crl {
    /// Reads one list from DER. Its signature is verified whenever it is used.
    pub fn from_der(der: &[u8]) -> Result<Self, CrlError> {
        let list = List::read(der)?;
        Ok(Self(Arc::new(Parsed {
            der: der.to_vec(),
            issuer: certificate::name_text(list.issuer_der),
            this_update: list.this_update,
            next_update: list.next_update,
        })))
    }

    /// Reads all lists of a PEM file, or one from DER.
    pub fn all_from_pem_or_der(file: &[u8]) -> Result<Vec<Self>, CrlError> {
        if !pem::is_pem(file) {
            return Ok(vec![Self::from_der(file)?]);
        }
        pem::blocks(file)
            .iter()
            .filter(|block| matches!(block.label.as_str(), "X509 CRL" | "CRL"))
            .map(|block| Self::from_der(&block.der))
            .collect()
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The issuer as RFC 4514 prints it.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// When it was issued.
    pub fn this_update(&self) -> UnixTime {
        self.0.this_update
    }

    /// Until when it holds, and may be kept.
    pub fn next_update(&self) -> Option<UnixTime> {
        self.0.next_update
    }

    /// The list as a search reads it.
    pub(crate) fn list(&self) -> Option<List<'_>> {
        List::read(self.der()).ok()
    }
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({}, {})", self.issuer(), self.this_update())
    }
}

/// A response of an OCSP responder; a clone shares it.
#[derive(Clone)]
pub struct OcspResponse(Arc<[u8]>);

/// Why bytes are no response that says anything.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OcspError {
    /// Not a successful basic response of RFC 6960 §4.2.1.
    #[error("the OCSP response is malformed or an error")]
    Malformed,
}

impl OcspResponse {
    /// Reads a response from DER. Its signature is verified whenever it is used.
    pub fn from_der(der: &[u8]) -> Result<Self, OcspError> {
        Response::read(der).map_err(|_| OcspError::Malformed)?;
        Ok(Self(der.into()))
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.0
    }

    /// The response as a search reads it.
    pub(crate) fn response(&self) -> Option<Response<'_>> {
        Response::read(self.der()).ok()
    }
}

impl fmt::Debug for OcspResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OcspResponse({} octets)", self.0.len())
    }
}
