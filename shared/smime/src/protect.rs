//! Protecting a whole message: its own header fields stay outside, in order and byte for byte; the fields
//! that describe the content (Content-*) go with the body into the protected entity.

use mail::{Entity, content_entity};

/// Applies `wrap` (signing, encrypting or both) to the MIME entity of an RFC 5322 message and puts the
/// result under the message's other header fields.
pub fn protect<E>(
    message: &[u8],
    wrap: impl FnOnce(Vec<u8>) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    let outer = Entity::parse(message);
    let mut wrapped = wrap(content_entity(&outer))?;
    // The result has room in front of it, so this moves a large message but does not hold it twice.
    wrapped.splice(0..0, mail::outer_header(&outer));
    Ok(wrapped)
}
