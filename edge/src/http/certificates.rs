//! Certificates as bodies: those that come in, and those that are fetched as files.

use smime::Certificate;
use worker::{Headers, Request, Response};

use super::exchange::{self, Exchange};
use super::{body, session};
use crate::failure::Failure;
use crate::store::certificates;

/// Largest upload: one certificate with a chain.
const UPLOAD_OCTETS_MAX: usize = 256 * 1024;

/// The media type of certificates without a message (RFC 8551 §3.8).
pub(crate) const CERTS_ONLY: &str = "application/pkcs7-mime; smime-type=certs-only";

/// The first certificate of a PEM or DER body.
pub(crate) async fn upload(request: &mut Request) -> Result<Certificate, Failure> {
    let octets = body::octets(request, UPLOAD_OCTETS_MAX).await?;
    Certificate::from_pem_or_der(&octets).map_err(|error| {
        let detail = format!("The body is no certificate in PEM or DER: {error}.");
        Failure::caller(422, "bad-certificate", detail)
    })
}

/// `GET /certificates/{file}`: the fingerprint and what the file should be.
pub(crate) async fn file(exchange: Exchange) -> Result<Response, Failure> {
    let member = session::member(&exchange.desk, &exchange.credential()?).await?;
    let unknown = || Failure::unknown("certificate");
    let file = exchange.params.first().ok_or_else(unknown)?;
    let (fingerprint, kind) = file.rsplit_once('.').ok_or_else(unknown)?;
    let found = certificates::find(&exchange.desk.db, &member.organisation, fingerprint);
    let chain = found.await?.ok_or_else(unknown)?;
    let certificate = chain.first().ok_or_else(unknown)?;
    match kind {
        "der" => reply("application/pkix-cert", certificate.der().to_vec()),
        "pem" => {
            let pem: String = chain.iter().map(Certificate::to_pem).collect();
            reply("application/x-pem-file", pem.into_bytes())
        }
        "p7c" => reply(CERTS_ONLY, smime::certs_only(&chain)),
        _ => Err(unknown()),
    }
}

fn reply(media_type: &str, body: Vec<u8>) -> Result<Response, Failure> {
    let headers = Headers::new();
    exchange::guard(&headers)?;
    headers.set("content-type", media_type)?;
    Ok(Response::builder().with_headers(headers).fixed(body))
}
