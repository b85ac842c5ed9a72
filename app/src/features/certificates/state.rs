//! Filters of both lists, and what kind of file a certificate came in.

use api::{AuthoritiesQuery, AuthoritySource, AuthorityTrust, PartnerQuery, PartnerTrust};
use serde::{Deserialize, Serialize};

use crate::listing;

/// Largest file that is sent as a certificate: ten times the largest seen with ML-DSA keys.
pub const CERTIFICATE_OCTETS_MAX: usize = 100_000;

/// The media type of a certificate by its first octets: PEM is text, DER begins with a SEQUENCE.
pub fn media_type(octets: &[u8]) -> &'static str {
    if octets.first() == Some(&0x30) {
        "application/pkix-cert"
    } else {
        "application/x-pem-file"
    }
}

/// Which partners to show.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct PartnerFilter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust: Option<PartnerTrust>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl listing::Filter for PartnerFilter {
    fn is_narrow(&self) -> bool {
        self.q.is_some() || self.trust.is_some()
    }

    fn cursor(&mut self) -> &mut Option<String> {
        &mut self.cursor
    }
}

impl PartnerFilter {
    /// What to ask the edge.
    pub fn query(&self) -> PartnerQuery {
        PartnerQuery {
            q: self.q.clone(),
            trust: self.trust,
            limit: None,
            cursor: self.cursor.clone(),
        }
    }
}

/// Which authorities to show.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct AuthorityFilter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust: Option<AuthorityTrust>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<AuthoritySource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl listing::Filter for AuthorityFilter {
    fn is_narrow(&self) -> bool {
        self.q.is_some() || self.trust.is_some() || self.source.is_some()
    }

    fn cursor(&mut self) -> &mut Option<String> {
        &mut self.cursor
    }
}

impl AuthorityFilter {
    /// What to ask the edge.
    pub fn query(&self) -> AuthoritiesQuery {
        AuthoritiesQuery {
            q: self.q.clone(),
            trust: self.trust,
            source: self.source,
            limit: None,
            cursor: self.cursor.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::Filter as _;

    #[test]
    fn der_and_pem_are_told_apart_by_their_first_octet() {
        assert_eq!(media_type(&[0x30, 0x82]), "application/pkix-cert");
        assert_eq!(
            media_type(b"-----BEGIN CERTIFICATE-----"),
            "application/x-pem-file"
        );
        assert_eq!(media_type(b""), "application/x-pem-file");
    }

    #[test]
    fn filters_are_their_address() {
        let text = "trust=undecided&source=seen";
        let filter: AuthorityFilter = serde_urlencoded::from_str(text).unwrap();
        assert_eq!(serde_urlencoded::to_string(&filter).unwrap(), text);
        assert!(filter.is_narrow());
        let filter: PartnerFilter = serde_urlencoded::from_str("q=bob").unwrap();
        assert_eq!(filter.query().q.as_deref(), Some("bob"));
    }
}
