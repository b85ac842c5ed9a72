//! Certificates that come in as bodies.

use smime::Certificate;
use worker::Request;

use super::body;
use crate::failure::Failure;

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
