//! The Cryptographic Message Syntax (RFC 5652) as read: borrowed views of a normalised object.

pub(crate) mod carried;
pub(crate) mod compressed;
pub(crate) mod enveloped;
pub(crate) mod signed;

use std::borrow::Cow;

use der::oid::ObjectIdentifier;
use mail::Buffer;

use crate::{
    Problem, Reason,
    asn1::{Asn1Error, Element, Reader, ber, oid, tag},
    pem,
};

/// A content type and its content (RFC 5652 §3).
pub(crate) struct ContentInfo<'a> {
    pub(crate) content_type: ObjectIdentifier,
    pub(crate) content: Element<'a>,
}

/// Makes DER of a CMS object in DER, BER or PEM; what is DER stays where it is.
pub(crate) fn normalise(object: Buffer) -> Result<Buffer, Problem> {
    let mut object = from_pem(&object).unwrap_or(object);
    let octets = match ber::to_der_or_place(&object).map_err(broken)? {
        Cow::Borrowed(der) => der.len(),
        Cow::Owned(der) => return Ok(der.into()),
    };
    object.truncate(octets);
    Ok(object)
}

/// What but blanks and NULs stands behind an object in DER, BER or PEM; `None` where its end is not found.
pub(crate) fn behind(object: &[u8]) -> Option<&[u8]> {
    pem::behind_first_block(object)
        .or_else(|| object.get(ber::octets_of_first(object).ok()?..))
        .map(without_padding)
}

/// Without the blanks and NULs that writers and filters leave at the end.
fn without_padding(octets: &[u8]) -> &[u8] {
    let is_content = |octet: &u8| *octet != 0 && !octet.is_ascii_whitespace();
    let end = octets.iter().rposition(is_content).map_or(0, |at| at + 1);
    octets.get(..end).unwrap_or_default()
}

fn from_pem(object: &[u8]) -> Option<Buffer> {
    if !object.trim_ascii_start().starts_with(b"-----BEGIN ") {
        return None;
    }
    pem::blocks(object)
        .into_iter()
        .next()
        .map(|block| block.der.into())
}

/// Reads the outer shell of a normalised object.
pub(crate) fn content_info(der: &[u8]) -> Result<ContentInfo<'_>, Asn1Error> {
    let mut reader = Reader::new(der).sequence()?;
    let content_type = reader.oid()?;
    let content = reader.expect(tag::context(0))?.reader().any()?;
    Ok(ContentInfo {
        content_type,
        content,
    })
}

/// Whether the bytes begin like a CMS object: a SEQUENCE that opens with one of the content types.
pub(crate) fn looks_like_cms(octets: &[u8]) -> bool {
    // Tag and length twice, in BER up to six octets each, then the identifier.
    let start = octets.get(..32).unwrap_or(octets);
    start.first() == Some(&tag::SEQUENCE)
        && [
            oid::SIGNED_DATA,
            oid::ENVELOPED_DATA,
            oid::AUTH_ENVELOPED_DATA,
            oid::COMPRESSED_DATA,
        ]
        .iter()
        .any(|id| mail::find(start, id.as_bytes()).is_some_and(|at| at <= 12))
}

/// The problem that a broken structure is.
pub(crate) fn malformed(error: Asn1Error) -> Problem {
    let detail = format!("the CMS object is broken: {error}");
    Problem::new(reason(error), detail)
}

/// The same of octets that are no BER.
fn broken(ber::Broken { error, at }: ber::Broken) -> Problem {
    let detail = format!("the CMS object is broken behind octet {at}: {error}");
    Problem::new(reason(error), detail)
}

fn reason(error: Asn1Error) -> Reason {
    match error {
        Asn1Error::TooComplex => Reason::LimitExceeded,
        _ => Reason::Malformed,
    }
}
