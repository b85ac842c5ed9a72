//! As much of MIME as is needed to hand a message's CMS object to a peer that knows no MIME.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The two parts of a `multipart/signed`: the signed octets and the signature's DER.
pub(crate) fn split_signed(message: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
    let text = std::str::from_utf8(message)?;
    let (header, body) = split_header(text)?;
    let header = unfold(header);
    let (_, boundary) = header.split_once("boundary=").context("no boundary")?;
    let boundary = boundary.split([';', '\r']).next().unwrap_or_default();
    let delimiter = format!("--{}", boundary.trim_matches('"'));
    let mut parts = body.split(&delimiter);
    parts.next();
    let content = parts.next().context("no first part")?;
    let signature = parts.next().context("no second part")?;
    // The line end before a delimiter belongs to it (RFC 2046 §5.1.1).
    let content = content.strip_prefix("\r\n").context("a torn delimiter")?;
    let content = content.strip_suffix("\r\n").context("a torn delimiter")?;
    Ok((content.into(), decode_body(signature.trim_start())?))
}

/// What a peer wrote as a detached signature over `content`, as `multipart/signed`; some write that themselves.
pub(crate) fn signed_entity(written: &[u8], content: &[u8]) -> Result<String> {
    const FIELD: &str = "Content-Type: multipart/signed";
    if let Ok(text) = std::str::from_utf8(written)
        && let Some((_, rest)) = text.split_once(FIELD)
    {
        return Ok([FIELD, rest].concat());
    }
    let content = std::str::from_utf8(content)?;
    Ok(format!(
        "{FIELD}; protocol=\"application/pkcs7-signature\"; boundary=signed\r\n\r\n--signed\r\n{content}\r\n--signed\r\n\
         Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--signed--\r\n",
        STANDARD.encode(written)
    ))
}

/// The CMS object of an `application/pkcs7-mime`.
pub(crate) fn cms(message: &[u8]) -> Result<Vec<u8>> {
    decode_body(std::str::from_utf8(message)?)
}

fn decode_body(entity: &str) -> Result<Vec<u8>> {
    let (_, body) = split_header(entity)?;
    let digits: String = body.split_whitespace().collect();
    Ok(STANDARD.decode(digits)?)
}

fn split_header(entity: &str) -> Result<(&str, &str)> {
    entity.split_once("\r\n\r\n").context("no empty line")
}

fn unfold(header: &str) -> String {
    header.replace("\r\n ", " ").replace("\r\n\t", " ")
}
