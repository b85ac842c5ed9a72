//! Responses of the Online Certificate Status Protocol (RFC 6960), as bytes that somebody fetched.

use mail::UnixTime;

use super::{CLOCKS_APART_SECONDS_MAX, ENDLESS_ANSWER_SECONDS, RESPONDERS_MAX};
use crate::asn1::{Asn1Error, Element, Reader, Writer, oid, read_time, tag};
use crate::chain::{Extension, Link, Signed};
use crate::{Certificate, Digest, Provider, hazmat};

/// A response, decoded but for its signers' certificates.
#[derive(Clone, Debug)]
pub(crate) struct Response<'a> {
    pub(crate) signed: Signed<'a>,
    answers: Vec<Answer<'a>>,
    certificates: Vec<&'a [u8]>,
}

/// What it says of one certificate (`SingleResponse`, RFC 6960 §4.2.1).
#[derive(Clone, Copy, Debug)]
struct Answer<'a> {
    digest: Digest,
    issuer_name: &'a [u8],
    issuer_key: &'a [u8],
    serial: &'a [u8],
    status: Word,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
}

/// The responder's word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Word {
    /// Not revoked.
    Good,
    /// Revoked, or on hold.
    Revoked,
    /// The responder does not know the certificate.
    Unknown,
}

impl<'a> Response<'a> {
    /// Reads `OCSPResponse`; one that reports an error, or of another type than basic, is none.
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, Asn1Error> {
        const SUCCESSFUL: &[u8] = &[0];
        let mut outer = Reader::new(der).sequence()?;
        if outer.expect(tag::ENUMERATED)?.content != SUCCESSFUL {
            return Err(Asn1Error::BadValue);
        }
        let mut bytes = outer.expect(tag::context(0))?.reader().sequence()?;
        if bytes.oid()? != oid::OCSP_BASIC {
            return Err(Asn1Error::BadValue);
        }
        let mut basic = Reader::new(bytes.octets()?).sequence()?;
        let (signed, mut data) = Signed::read_next(&mut basic)?;
        data.optional(tag::context(0))?; // version
        data.any()?; // responderID: whose key it is shows when it verifies
        data.expect(tag::GENERALIZED_TIME)?; // producedAt
        let answers = data
            .sequence()?
            .elements()
            .map(|answer| Answer::read(&answer?))
            .collect::<Result<_, _>>()?;
        no_critical_extension(data.optional(tag::context(1))?)?;
        let certificates = match basic.optional(tag::context(0))? {
            Some(list) => list.reader().sequence()?,
            None => Reader::new(&[]),
        };
        Ok(Self {
            signed,
            answers,
            certificates: certificates
                .elements()
                .map(|element| Ok(element?.raw))
                .collect::<Result<_, _>>()?,
        })
    }

    /// What the response says of `certificate`, issued by `issuer`, at this time. The signature is
    /// not looked at here.
    pub(crate) fn word_on(
        &self,
        certificate: &Link<'_>,
        issuer: &Link<'_>,
        now: UnixTime,
        provider: &dyn Provider,
    ) -> Option<Word> {
        let issuer_key = hazmat::keys::spki_key(issuer.spki).ok()?;
        self.answers
            .iter()
            .filter(|answer| answer.is_current(now) && answer.serial == certificate.serial)
            .find(|answer| {
                let digest = |octets| provider.digest(answer.digest, &[octets]);
                answer.issuer_name == digest(certificate.issuer_der)
                    && answer.issuer_key == digest(issuer_key)
            })
            .map(|answer| answer.status)
    }

    /// Until when all of its answers hold.
    pub(crate) fn until(&self) -> Option<UnixTime> {
        self.answers.iter().map(Answer::until).min()
    }

    /// The certificates that came with it, for a responder that is not the issuer itself.
    pub(crate) fn responders(&self) -> impl Iterator<Item = Link<'a>> {
        self.certificates
            .iter()
            .take(RESPONDERS_MAX)
            .filter_map(|der| Link::read(der).ok())
    }
}

impl<'a> Answer<'a> {
    fn read(answer: &Element<'a>) -> Result<Self, Asn1Error> {
        const GOOD: u8 = tag::context_primitive(0);
        const REVOKED: u8 = tag::context(1);
        let mut parts = answer.reader();
        let mut id = parts.sequence()?;
        let digest = match id.sequence()?.oid()? {
            oid::SHA1 => Digest::Sha1,
            oid::SHA256 => Digest::Sha256,
            oid::SHA384 => Digest::Sha384,
            oid::SHA512 => Digest::Sha512,
            _ => return Err(Asn1Error::BadValue),
        };
        let (issuer_name, issuer_key) = (id.octets()?, id.octets()?);
        let serial = id.expect(tag::INTEGER)?.content;
        let status = match parts.any()?.tag {
            GOOD => Word::Good,
            REVOKED => Word::Revoked,
            _ => Word::Unknown,
        };
        let this_update = read_time(parts.any()?)?;
        let next_update = match parts.optional(tag::context(0))? {
            Some(wrapper) => Some(read_time(wrapper.reader().any()?)?),
            None => None,
        };
        no_critical_extension(parts.optional(tag::context(1))?)?;
        Ok(Self {
            digest,
            issuer_name,
            issuer_key,
            serial,
            status,
            this_update,
            next_update,
        })
    }

    fn is_current(&self, now: UnixTime) -> bool {
        let has_begun = self.this_update.0.saturating_sub(now.0) <= CLOCKS_APART_SECONDS_MAX;
        has_begun && now <= self.until()
    }

    /// Until when it holds. Without an end it was true only when it was given (RFC 6960 §4.2.2.1).
    fn until(&self) -> UnixTime {
        let endless = self.this_update.0.saturating_add(ENDLESS_ANSWER_SECONDS);
        self.next_update.unwrap_or(UnixTime(endless))
    }
}

/// None of the extensions of responses is critical by its definition (RFC 6960 §4.4).
fn no_critical_extension(wrapper: Option<Element<'_>>) -> Result<(), Asn1Error> {
    let Some(wrapper) = wrapper else {
        return Ok(());
    };
    let extensions = Extension::read_all(wrapper.content)?;
    if extensions.iter().any(|extension| extension.critical) {
        return Err(Asn1Error::BadValue);
    }
    Ok(())
}

/// The question to send to a responder (`OCSPRequest`, RFC 6960 §4.1.1), as DER. With SHA-1, which
/// only names the issuer here and which every responder knows (RFC 5019 §2.1.1). `None` if the
/// issuer's key cannot be read.
pub fn ocsp_request(
    certificate: &Certificate,
    issuer: &Certificate,
    provider: &dyn Provider,
) -> Option<Vec<u8>> {
    let digest = |octets: &[u8]| provider.digest(Digest::Sha1, &[octets]);
    let key = hazmat::keys::spki_key(issuer.spki()).ok()?;
    let id = Writer::new()
        .raw(&Writer::new().oid(oid::SHA1).null().sequence())
        .octets(&digest(certificate.issuer_der()))
        .octets(&digest(key))
        .element(tag::INTEGER, certificate.serial())
        .sequence();
    let request = Writer::new().raw(&id).sequence();
    let list = Writer::new().raw(&request).sequence();
    let tbs = Writer::new().raw(&list).sequence();
    Some(Writer::new().raw(&tbs).sequence())
}
