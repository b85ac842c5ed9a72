//! Certificates as bodies: those that come in, and those that are fetched as files.

use smime::Certificate;
use worker::{Headers, Request, Response};

use super::exchange::{self, Exchange};
use super::{body, session};
use crate::crypto;
use crate::failure::Failure;
use crate::store::mailboxes;

/// Largest upload: one certificate with a chain.
const UPLOAD_OCTETS_MAX: usize = 256 * 1024;

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
    let stored = mailboxes::certificate(&exchange.desk.db, &member.organisation, fingerprint);
    let der = stored.await?.ok_or_else(unknown)?;
    let broken = || Failure::broken("a stored certificate cannot be read");
    let der = crypto::from_base64(&der).map_err(|_| broken())?;
    match kind {
        "der" => reply("application/pkix-cert", der),
        "pem" => {
            let certificate = Certificate::from_der(&der).map_err(|_| broken())?;
            reply("application/x-pem-file", certificate.to_pem().into_bytes())
        }
        _ => Err(unknown()),
    }
}

fn reply(media_type: &str, body: Vec<u8>) -> Result<Response, Failure> {
    let headers = Headers::new();
    exchange::guard(&headers)?;
    headers.set("content-type", media_type)?;
    Ok(Response::builder().with_headers(headers).fixed(body))
}
