//! Certificate revocation lists (RFC 5280 §5).

use der::asn1::{OctetString, Uint};
use mail::UnixTime;
use x509_cert::certificate::{Rfc5280, Version};
use x509_cert::crl::{RevokedCert, TbsCertList};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlNumber, CrlReason};
use x509_cert::serial_number::SerialNumber;

use crate::certificate::extension;
use crate::signing::{IssueError, Issuer, time};

/// How long a CRL holds; the Baseline Requirements (§4.9.7) want a new one every seven days and
/// allow ten.
pub const CRL_DAYS: i64 = 7;

/// What a CRL says.
#[derive(Clone, Copy, Debug)]
pub struct CrlContent<'a> {
    /// Higher than that of every CRL before (RFC 5280 §5.2.3).
    pub number: u64,
    /// When it is made.
    pub now: UnixTime,
    /// What is revoked.
    pub revoked: &'a [Revocation<'a>],
}

/// One revoked certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Revocation<'a> {
    /// Its serial number, big-endian.
    pub serial: &'a [u8],
    /// Since when.
    pub at: UnixTime,
    /// Why.
    pub reason: RevocationReason,
}

/// Why a certificate is revoked (RFC 5280 §5.3.1): those that a mailbox certificate may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RevocationReason {
    /// Not said.
    Unspecified,
    /// Somebody else may have the key.
    KeyCompromise,
    /// The mailbox is not the organisation's any more.
    AffiliationChanged,
    /// Another certificate takes its place.
    Superseded,
    /// The mailbox is not used any more.
    CessationOfOperation,
    /// The mailbox may not sign any more.
    PrivilegeWithdrawn,
}

impl Issuer<'_> {
    /// Signs a CRL; DER.
    pub fn crl(&self, content: CrlContent<'_>) -> Result<Vec<u8>, IssueError> {
        let revoked = content.revoked.iter().map(entry);
        let revoked = revoked.collect::<Result<Vec<_>, _>>()?;
        let identifier = AuthorityKeyIdentifier {
            key_identifier: Some(OctetString::new(self.key_identifier.clone())?),
            ..AuthorityKeyIdentifier::default()
        };
        let number = CrlNumber(Uint::new(&content.number.to_be_bytes())?);
        self.signer().sign(&TbsCertList::<Rfc5280> {
            version: Version::V2,
            signature: self.signer().algorithm()?,
            issuer: self.name.clone(),
            this_update: time(content.now)?,
            next_update: Some(time(content.now.plus_days(CRL_DAYS))?),
            // An empty list is left out (RFC 5280 §5.1.2.6).
            revoked_certificates: (!revoked.is_empty()).then_some(revoked),
            crl_extensions: Some(vec![
                extension(false, &identifier)?,
                extension(false, &number)?,
            ]),
        })
    }
}

/// The reason as it is written; RFC 5280 §5.3.1 wants rather none than *unspecified*.
pub(crate) fn crl_reason(reason: RevocationReason) -> Option<CrlReason> {
    match reason {
        RevocationReason::Unspecified => None,
        RevocationReason::KeyCompromise => Some(CrlReason::KeyCompromise),
        RevocationReason::AffiliationChanged => Some(CrlReason::AffiliationChanged),
        RevocationReason::Superseded => Some(CrlReason::Superseded),
        RevocationReason::CessationOfOperation => Some(CrlReason::CessationOfOperation),
        RevocationReason::PrivilegeWithdrawn => Some(CrlReason::PrivilegeWithdrawn),
    }
}

fn entry(revocation: &Revocation<'_>) -> Result<RevokedCert<Rfc5280>, IssueError> {
    let extensions = crl_reason(revocation.reason)
        .map(|reason| Ok::<_, IssueError>(vec![extension(false, &reason)?]))
        .transpose()?;
    Ok(RevokedCert {
        serial_number: SerialNumber::new(revocation.serial)?,
        revocation_date: time(revocation.at)?,
        crl_entry_extensions: extensions,
    })
}
