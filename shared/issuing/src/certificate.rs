//! What root and mailbox certificates have in common.

use const_oid::AssociatedOid;
use der::asn1::{OctetString, SetOfVec, Utf8StringRef};
use der::{Any, Decode, Encode, Sequence};
use mail::UnixTime;
use smime::{Digest, Provider};
use spki::{AlgorithmIdentifierOwned, ObjectIdentifier, SubjectPublicKeyInfoOwned};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::certificate::Rfc5280;
use x509_cert::certificate::Version;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::Validity;

use crate::signing::{IssueError, Serial, Signer, time};

/// `ub-common-name` and `ub-organization-name` (RFC 5280 Appendix A.1), in characters.
pub(crate) const NAME_CHARS_MAX: usize = 64;

/// `TBSCertificate` (RFC 5280 §4.1): the library's own type cannot be built without its own signer.
#[derive(Sequence)]
struct Content {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: Version,
    serial_number: SerialNumber<Rfc5280>,
    signature: AlgorithmIdentifierOwned,
    issuer: Name,
    validity: Validity<Rfc5280>,
    subject: Name,
    subject_public_key_info: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Vec<Extension>,
}

/// What differs between certificates.
pub(crate) struct Draft<'a> {
    pub(crate) serial: Serial,
    pub(crate) issuer: Name,
    pub(crate) not_before: UnixTime,
    pub(crate) not_after: UnixTime,
    pub(crate) subject: Name,
    /// `SubjectPublicKeyInfo`, DER.
    pub(crate) spki: &'a [u8],
    pub(crate) extensions: Vec<Extension>,
}

impl Draft<'_> {
    /// Signs the certificate; DER.
    pub(crate) fn sign(self, signer: &Signer<'_>) -> Result<Vec<u8>, IssueError> {
        signer.sign(&Content {
            version: Version::V3,
            serial_number: SerialNumber::new(self.serial.as_bytes())?,
            signature: signer.algorithm()?,
            issuer: self.issuer,
            validity: Validity::new(time(self.not_before)?, time(self.not_after)?),
            subject: self.subject,
            subject_public_key_info: SubjectPublicKeyInfoOwned::from_der(self.spki)
                .map_err(|_| IssueError::UnsupportedKey)?,
            extensions: self.extensions,
        })
    }
}

/// An extension (RFC 5280 §4.2).
pub(crate) fn extension<E: Encode + AssociatedOid>(
    critical: bool,
    value: &E,
) -> Result<Extension, IssueError> {
    Ok(Extension {
        extn_id: E::OID,
        critical,
        extn_value: OctetString::new(value.to_der()?)?,
    })
}

/// The extension that names the key of `spki`.
pub(crate) fn subject_key_identifier(
    spki: &[u8],
    provider: &dyn Provider,
) -> Result<Extension, IssueError> {
    let identifier = OctetString::new(key_identifier(spki, provider)?)?;
    extension(false, &SubjectKeyIdentifier(identifier))
}

/// The leftmost 160 bits of the key's SHA-256 (RFC 7093 §2, method 1).
pub(crate) fn key_identifier(spki: &[u8], provider: &dyn Provider) -> Result<Vec<u8>, IssueError> {
    let spki = SubjectPublicKeyInfoOwned::from_der(spki).map_err(|_| IssueError::UnsupportedKey)?;
    let mut digest = provider.digest(Digest::Sha256, &[spki.subject_public_key.raw_bytes()]);
    digest.truncate(20);
    Ok(digest)
}

/// A distinguished name of single attributes, each a `UTF8String` cut to [`NAME_CHARS_MAX`].
pub(crate) fn name(attributes: &[(ObjectIdentifier, &str)]) -> Result<Name, IssueError> {
    let mut rdns = RdnSequence::default();
    for (oid, text) in attributes {
        let text: String = text.chars().take(NAME_CHARS_MAX).collect();
        let attribute = AttributeTypeAndValue {
            oid: *oid,
            value: Any::encode_from(&Utf8StringRef::new(&text)?)?,
        };
        let set = SetOfVec::try_from(vec![attribute])?;
        rdns.push(RelativeDistinguishedName::from(set));
    }
    Ok(Name::hazmat_from_rdn_sequence(rdns))
}
