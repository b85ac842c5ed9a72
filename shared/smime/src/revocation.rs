//! Revocation: lists (RFC 5280 §5), responses (RFC 6960), and what they say of a path. Nothing is
//! fetched here; both come as bytes and the time as an argument.

mod list;
mod ocsp;
mod place;
mod point;
mod status;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use mail::UnixTime;

pub use ocsp::ocsp_request;
pub use place::ADDRESSES_MAX;

pub(crate) use list::List;
pub(crate) use ocsp::Response;
pub(crate) use status::Evidence;

use crate::{asn1::Asn1Error, certificate, pem};

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
            .filter(|block| block.label == "X509 CRL")
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
