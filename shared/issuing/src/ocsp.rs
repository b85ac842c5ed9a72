//! Answers about single certificates (OCSP, RFC 6960) in the profile for many askers (RFC 5019): one
//! certificate, no nonce, so that an answer may be kept and given again.
//!
//! The CA signs its answers itself: a responder of its own would be one more key and certificate to
//! renew, under the same roof.

use const_oid::ObjectIdentifier;
use der::asn1::{ContextSpecific, GeneralizedTime, Null, OctetString};
use der::{Any, Choice, Decode, Encode, Sequence, TagMode, TagNumber};
use mail::UnixTime;
use smime::Digest;
use spki::AlgorithmIdentifierOwned;
use x509_cert::certificate::Rfc5280;
use x509_cert::ext::pkix::CrlReason;
use x509_cert::serial_number::SerialNumber;

use crate::crl::{Revocation, crl_reason};
use crate::signing::{IssueError, Issuer, generalized_time};

/// How long an answer holds: a day, so that a validator that keeps it hears of a revocation the next.
pub const OCSP_DAYS: i64 = 1;

/// Largest request that is read; RFC 5019 §5 has clients stay below 255 octets where they can.
pub const OCSP_REQUEST_OCTETS_MAX: usize = 4096;

/// `id-pkix-ocsp-basic` (RFC 6960 §4.2.1).
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");

/// Answers that are not signed (RFC 6960 §2.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OcspRefusal {
    /// The request is none, or asks for more than one certificate.
    Malformed,
    /// The responder cannot say now.
    TryLater,
    /// The certificate is none of this CA's (RFC 5019 §2.2.3).
    Unauthorized,
}

impl OcspRefusal {
    /// `OCSPResponse` with a status alone; DER.
    pub fn to_der(self) -> Vec<u8> {
        let status = match self {
            Self::Malformed => 1,
            Self::TryLater => 3,
            Self::Unauthorized => 6,
        };
        vec![0x30, 3, 0x0a, 1, status]
    }
}

/// `CertID` (RFC 6960 §4.1.1).
#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
struct CertId {
    hash_algorithm: AlgorithmIdentifierOwned,
    issuer_name_hash: OctetString,
    issuer_key_hash: OctetString,
    serial_number: SerialNumber<Rfc5280>,
}

/// `Request`, whose extensions are passed over.
#[derive(Sequence)]
struct SingleRequest {
    certificate: CertId,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Any>,
}

/// `TBSRequest`, whose extensions, a nonce for instance, are passed over (RFC 5019 §2.1.1).
#[derive(Sequence)]
struct RequestContent {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    version: Option<u8>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    requestor: Option<Any>,
    requests: Vec<SingleRequest>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Any>,
}

/// `OCSPRequest`, whose signature is passed over: anyone may ask.
#[derive(Sequence)]
struct Request {
    content: RequestContent,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    signature: Option<Any>,
}

/// A question about one certificate.
#[derive(Clone, Debug)]
pub struct OcspRequest(CertId);

impl OcspRequest {
    /// Reads a request; DER.
    pub fn from_der(der: &[u8]) -> Result<Self, OcspRefusal> {
        if der.len() > OCSP_REQUEST_OCTETS_MAX {
            return Err(OcspRefusal::Malformed);
        }
        let request = Request::from_der(der).map_err(|_| OcspRefusal::Malformed)?;
        let mut requests = request.content.requests.into_iter();
        match (requests.next(), requests.next()) {
            (Some(single), None) => Ok(Self(single.certificate)),
            _ => Err(OcspRefusal::Malformed),
        }
    }

    /// The serial number that is asked about, big-endian, without a leading zero.
    pub fn serial(&self) -> &[u8] {
        let serial = self.0.serial_number.as_bytes();
        serial.strip_prefix(&[0]).unwrap_or(serial)
    }

    /// Names the question, whoever asks it in whatever form: the same for the same answer.
    pub fn key(&self) -> Result<Vec<u8>, IssueError> {
        Ok(self.0.to_der()?)
    }
}

/// `RevokedInfo`.
#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
struct RevokedInfo {
    at: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    reason: Option<CrlReason>,
}

/// `CertStatus`; nothing here is *unknown*, since that would have to be signed for any number.
#[derive(Clone, Debug, Eq, PartialEq, Choice)]
enum CertStatus {
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    Good(Null),
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true")]
    Revoked(RevokedInfo),
}

/// `SingleResponse`.
#[derive(Sequence)]
struct SingleResponse {
    certificate: CertId,
    status: CertStatus,
    this_update: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    next_update: GeneralizedTime,
}

/// `ResponseData` of version 1, its responder named by key.
#[derive(Sequence)]
struct ResponseContent {
    responder: ContextSpecific<OctetString>,
    produced_at: GeneralizedTime,
    responses: Vec<SingleResponse>,
}

/// `ResponseBytes`.
#[derive(Sequence)]
struct ResponseBytes {
    response_type: ObjectIdentifier,
    response: OctetString,
}

/// `OCSPResponse` that says something.
#[derive(Sequence)]
struct Response {
    status: Any,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    bytes: ResponseBytes,
}

impl Issuer<'_> {
    /// Whether the question names this CA as the issuer, by SHA-1, as RFC 5019 §2.1.1 has it, or by
    /// SHA-256.
    pub fn is_asked(&self, request: &OcspRequest) -> Result<bool, IssueError> {
        use const_oid::db::{rfc5912::ID_SHA_1, rfc5912::ID_SHA_256};
        let OcspRequest(id) = request;
        let digest = match id.hash_algorithm.oid {
            ID_SHA_1 => Digest::Sha1,
            ID_SHA_256 => Digest::Sha256,
            _ => return Ok(false),
        };
        let hash = |octets: &[u8]| self.provider().digest(digest, &[octets]);
        Ok(id.issuer_name_hash.as_bytes() == hash(&self.name.to_der()?)
            && id.issuer_key_hash.as_bytes() == hash(&self.public_key))
    }

    /// Answers the question about a certificate that this CA issued: it is good, or revoked; DER.
    pub fn ocsp(
        &self,
        request: &OcspRequest,
        revoked: Option<&Revocation<'_>>,
        now: UnixTime,
    ) -> Result<Vec<u8>, IssueError> {
        let status = match revoked {
            None => CertStatus::Good(Null),
            Some(revocation) => CertStatus::Revoked(RevokedInfo {
                at: generalized_time(revocation.at)?,
                reason: crl_reason(revocation.reason),
            }),
        };
        let key_hash = self.provider().digest(Digest::Sha1, &[&self.public_key]);
        let response = self.signer().sign(&ResponseContent {
            responder: ContextSpecific {
                tag_number: TagNumber(2),
                tag_mode: TagMode::Explicit,
                value: OctetString::new(key_hash)?,
            },
            produced_at: generalized_time(now)?,
            responses: vec![SingleResponse {
                certificate: request.0.clone(),
                status,
                this_update: generalized_time(now)?,
                next_update: generalized_time(now.plus_days(OCSP_DAYS))?,
            }],
        })?;
        let response = Response {
            // `successful`
            status: Any::from_der(&[0x0a, 1, 0])?,
            bytes: ResponseBytes {
                response_type: BASIC,
                response: OctetString::new(response)?,
            },
        };
        Ok(response.to_der()?)
    }
}
