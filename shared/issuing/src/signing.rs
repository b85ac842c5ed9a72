//! Who signs: the CA's certificate and key, and the algorithm that its key wants.

use std::time::Duration;

use const_oid::{ObjectIdentifier, db};
use der::asn1::{BitString, GeneralizedTime, Null, UtcTime};
use der::{Any, Decode, Encode, Sequence};
use mail::UnixTime;
use smime::{Digest, KeyKind, PrivateKey, Provider, ProviderError, SignatureScheme};
use spki::AlgorithmIdentifierOwned;
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::name::Name;
use x509_cert::time::Time;

use crate::certificate::key_identifier;

/// A serial number: random bits, more than the 64 that the Baseline Requirements (§7.1) ask for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Serial([u8; 16]);

impl Serial {
    /// Makes a serial number of random bytes. Two bits are fixed, so that it is positive (RFC 5280
    /// §4.1.2.2) and all serial numbers are equally long.
    pub fn from_random(mut bytes: [u8; 16]) -> Self {
        let [first, ..] = &mut bytes;
        *first = (*first & 0x3f) | 0x40;
        Self(bytes)
    }

    /// The number, big-endian.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// The CA: its certificate, its key, and who computes.
pub struct Issuer<'a> {
    pub(crate) name: Name,
    pub(crate) key_identifier: Vec<u8>,
    /// The octets of `subjectPublicKey`, as OCSP hashes them.
    pub(crate) public_key: Vec<u8>,
    signer: Signer<'a>,
}

impl<'a> Issuer<'a> {
    /// The CA of this certificate (DER) and its private key.
    pub fn new(
        certificate: &[u8],
        key: &'a PrivateKey,
        provider: &'a dyn Provider,
    ) -> Result<Self, IssueError> {
        let certificate = Certificate::from_der(certificate).map_err(|_| IssueError::BadIssuer)?;
        let tbs = certificate.tbs_certificate();
        let spki = tbs.subject_public_key_info().to_der()?;
        if provider.public_key(key)? != spki {
            return Err(IssueError::BadIssuer);
        }
        let stated = tbs.get_extension::<SubjectKeyIdentifier>()?;
        let key_identifier = match stated {
            Some((_, identifier)) => identifier.0.into_bytes().into_vec(),
            None => key_identifier(&spki, provider)?,
        };
        Ok(Self {
            name: tbs.subject().clone(),
            key_identifier,
            public_key: tbs
                .subject_public_key_info()
                .subject_public_key
                .raw_bytes()
                .to_vec(),
            signer: Signer { key, provider },
        })
    }

    pub(crate) fn signer(&self) -> &Signer<'a> {
        &self.signer
    }

    pub(crate) fn provider(&self) -> &'a dyn Provider {
        self.signer.provider
    }
}

/// A key with whoever computes.
pub(crate) struct Signer<'a> {
    pub(crate) key: &'a PrivateKey,
    pub(crate) provider: &'a dyn Provider,
}

/// What every signed X.509 object is: content, algorithm, signature (RFC 5280 §4.1, §5.1).
#[derive(Sequence)]
struct Signed {
    content: Any,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

impl Signer<'_> {
    /// The algorithm that stands in the content and beside the signature.
    pub(crate) fn algorithm(&self) -> Result<AlgorithmIdentifierOwned, IssueError> {
        Ok(self.scheme()?.0)
    }

    /// Signs `content`, which holds [`Signer::algorithm`], and wraps both as DER.
    pub(crate) fn sign(&self, content: &impl Encode) -> Result<Vec<u8>, IssueError> {
        let content = content.to_der()?;
        let (algorithm, scheme) = self.scheme()?;
        let signature = self.provider.sign(scheme, self.key, &content)?;
        let signed = Signed {
            content: Any::from_der(&content)?,
            algorithm,
            signature: BitString::from_bytes(&signature)?,
        };
        Ok(signed.to_der()?)
    }

    /// RSA with SHA-256, ECDSA with the curve's own hash, Ed25519; as the Baseline Requirements
    /// (§7.1.3.2) encode them.
    fn scheme(&self) -> Result<(AlgorithmIdentifierOwned, SignatureScheme), IssueError> {
        use db::{rfc5912, rfc8410};
        let with_null = |oid: ObjectIdentifier| AlgorithmIdentifierOwned {
            oid,
            parameters: Some(Null.into()),
        };
        let bare = |oid: ObjectIdentifier| AlgorithmIdentifierOwned {
            oid,
            parameters: None,
        };
        Ok(match self.key.kind() {
            KeyKind::Rsa { .. } => (
                with_null(rfc5912::SHA_256_WITH_RSA_ENCRYPTION),
                SignatureScheme::RsaPkcs1(Digest::Sha256),
            ),
            KeyKind::P256 => (
                bare(rfc5912::ECDSA_WITH_SHA_256),
                SignatureScheme::Ecdsa(Digest::Sha256),
            ),
            KeyKind::P384 => (
                bare(rfc5912::ECDSA_WITH_SHA_384),
                SignatureScheme::Ecdsa(Digest::Sha384),
            ),
            KeyKind::P521 => (
                bare(rfc5912::ECDSA_WITH_SHA_512),
                SignatureScheme::Ecdsa(Digest::Sha512),
            ),
            KeyKind::Ed25519 => (bare(rfc8410::ID_ED_25519), SignatureScheme::Ed25519),
            _ => return Err(IssueError::UnsupportedKey),
        })
    }
}

/// `Time` as RFC 5280 §4.1.2.5 wants it: `UTCTime` through 2049, then `GeneralizedTime`.
pub(crate) fn time(at: UnixTime) -> Result<Time, IssueError> {
    let since_1970 = u64::try_from(at.0).map_err(|_| IssueError::BadTime)?;
    let since_1970 = Duration::from_secs(since_1970);
    UtcTime::from_unix_duration(since_1970)
        .map(Time::from)
        .or_else(|_| GeneralizedTime::from_unix_duration(since_1970).map(Time::from))
        .map_err(|_| IssueError::BadTime)
}

/// `GeneralizedTime`, as OCSP has it for every year (RFC 6960 §4.2.2.1).
pub(crate) fn generalized_time(at: UnixTime) -> Result<GeneralizedTime, IssueError> {
    let since_1970 = u64::try_from(at.0).map_err(|_| IssueError::BadTime)?;
    GeneralizedTime::from_unix_duration(Duration::from_secs(since_1970))
        .map_err(|_| IssueError::BadTime)
}

/// Why nothing was issued.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IssueError {
    /// The CA's certificate is not readable, or not that of the key.
    #[error("the certificate of the CA is not that of its key")]
    BadIssuer,
    /// The key cannot sign, or the mailbox's key is of no known kind.
    #[error("no certificate can be made with this kind of key")]
    UnsupportedKey,
    /// Before 1970 or after 9999.
    #[error("the time is outside of what a certificate can say")]
    BadTime,
    /// Something does not fit into DER.
    #[error("the certificate cannot be encoded: {0}")]
    Encoding(#[from] der::Error),
    /// The signature could not be made.
    #[error("the certificate cannot be signed: {0}")]
    Signing(#[from] ProviderError),
}
