//! The certificate of one mailbox.

use const_oid::db::{rfc4519, rfc5280, rfc5912, rfc8410};
use der::asn1::{Ia5String, OctetString, Utf8StringRef};
use der::{Any, Decode};
use mail::{Address, UnixTime};
use spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName, OtherName};
use x509_cert::ext::pkix::{
    AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, CrlDistributionPoints,
    ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName,
};

use crate::certificate::{Draft, NAME_CHARS_MAX, extension, name, subject_key_identifier};
use crate::signing::{IssueError, Issuer, Serial};

/// How long a mailbox certificate holds; the Baseline Requirements (§6.3.2) allow 825 days.
pub const MAILBOX_DAYS: i64 = 365;

/// How far a certificate begins in the past, so that a partner whose clock is slow accepts it.
pub const BACKDATE_SECONDS: i64 = 5 * 60;

/// `id-on-SmtpUTF8Mailbox` (RFC 9598 §3).
const SMTP_UTF8_MAILBOX: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.8.9");

/// What a mailbox certificate says.
#[derive(Clone, Copy, Debug)]
pub struct MailboxContent<'a> {
    /// The mailbox.
    pub address: &'a Address,
    /// Its public key: `SubjectPublicKeyInfo`, DER.
    pub spki: &'a [u8],
    /// The serial number.
    pub serial: Serial,
    /// When it is made.
    pub now: UnixTime,
    /// Where the CRL is fetched (HTTP).
    pub crl_url: &'a str,
    /// Where the CA's certificate is fetched (HTTP).
    pub issuer_url: &'a str,
    /// Where the CA answers whether the certificate is revoked (HTTP).
    pub ocsp_url: &'a str,
}

impl Issuer<'_> {
    /// Issues a certificate for a mailbox; DER.
    pub fn issue(&self, content: MailboxContent<'_>) -> Result<Vec<u8>, IssueError> {
        let subject = subject(content.address)?;
        let extensions = vec![
            extension(true, &key_usage(content.spki)?)?,
            extension(false, &extended_key_usage())?,
            // Without a subject the address has to be looked at (RFC 5280 §4.1.2.6).
            extension(subject.is_empty(), &alternative_name(content.address)?)?,
            subject_key_identifier(content.spki, self.provider())?,
            extension(
                false,
                &AuthorityKeyIdentifier {
                    key_identifier: Some(OctetString::new(self.key_identifier.clone())?),
                    ..AuthorityKeyIdentifier::default()
                },
            )?,
            extension(false, &crl_distribution_points(content.crl_url)?)?,
            extension(false, &authority_information(&content)?)?,
        ];
        Draft {
            serial: content.serial,
            issuer: self.name.clone(),
            not_before: UnixTime(content.now.0.saturating_sub(BACKDATE_SECONDS)),
            not_after: content.now.plus_days(MAILBOX_DAYS),
            subject,
            spki: content.spki,
            extensions,
        }
        .sign(self.signer())
    }
}

/// The address as common name; none where it is too long to be one.
pub(crate) fn subject(address: &Address) -> Result<x509_cert::name::Name, IssueError> {
    let text = address.to_string();
    if text.chars().count() > NAME_CHARS_MAX {
        return name(&[]);
    }
    name(&[(rfc4519::CN, &text)])
}

/// Signing, and encrypting in the way of the key's kind (Baseline Requirements §7.1.2.3).
pub(crate) fn key_usage(spki: &[u8]) -> Result<KeyUsage, IssueError> {
    let spki = SubjectPublicKeyInfoRef::from_der(spki).map_err(|_| IssueError::UnsupportedKey)?;
    Ok(KeyUsage(match spki.algorithm.oid {
        rfc5912::RSA_ENCRYPTION => KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment,
        rfc5912::ID_EC_PUBLIC_KEY => KeyUsages::DigitalSignature | KeyUsages::KeyAgreement,
        rfc8410::ID_ED_25519 => KeyUsages::DigitalSignature.into(),
        rfc8410::ID_X_25519 => KeyUsages::KeyAgreement.into(),
        _ => return Err(IssueError::UnsupportedKey),
    }))
}

/// For e-mail and nothing else.
pub(crate) fn extended_key_usage() -> ExtendedKeyUsage {
    ExtendedKeyUsage(vec![rfc5280::ID_KP_EMAIL_PROTECTION])
}

/// An `rfc822Name`, or a `SmtpUTF8Mailbox` where the local part is not ASCII (RFC 9598 §3). The
/// domain is A-labels in both.
pub(crate) fn alternative_name(address: &Address) -> Result<SubjectAltName, IssueError> {
    let text = address.to_string();
    let name = if address.is_internationalised() {
        GeneralName::OtherName(OtherName {
            type_id: SMTP_UTF8_MAILBOX,
            value: Any::encode_from(&Utf8StringRef::new(&text)?)?,
        })
    } else {
        GeneralName::Rfc822Name(Ia5String::new(&text)?)
    };
    Ok(SubjectAltName(vec![name]))
}

fn crl_distribution_points(url: &str) -> Result<CrlDistributionPoints, IssueError> {
    let name = GeneralName::UniformResourceIdentifier(Ia5String::new(url)?);
    Ok(CrlDistributionPoints(vec![DistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(vec![name])),
        reasons: None,
        crl_issuer: None,
    }]))
}

/// Where the CA is found, and where it answers.
fn authority_information(
    content: &MailboxContent<'_>,
) -> Result<AuthorityInfoAccessSyntax, IssueError> {
    let access = |method, url: &str| {
        Ok::<_, IssueError>(AccessDescription {
            access_method: method,
            access_location: GeneralName::UniformResourceIdentifier(Ia5String::new(url)?),
        })
    };
    Ok(AuthorityInfoAccessSyntax(vec![
        access(rfc5280::ID_AD_OCSP, content.ocsp_url)?,
        access(rfc5280::ID_AD_CA_ISSUERS, content.issuer_url)?,
    ]))
}
