//! Protecting a whole message: its own header fields stay outside, in order and byte for byte; the fields
//! that describe the content (Content-*) go with the body into the protected entity.

use mail::{Entity, content_entity, into_content_entity, outer_header};

/// Applies `wrap` (signing, encrypting or both) to the MIME entity of an RFC 5322 message and puts the
/// result under the message's other header fields.
pub fn protect<E>(
    message: &[u8],
    wrap: impl FnOnce(Vec<u8>) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    let outer = Entity::parse(message);
    let header = outer_header(&outer);
    Ok(below(header, wrap(content_entity(&outer))?))
}

/// The same for a message that nobody needs any more: its buffer becomes the entity, so that a large
/// message is held once less.
pub fn protect_owned<E>(
    message: Vec<u8>,
    wrap: impl FnOnce(Vec<u8>) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    let header = outer_header(&Entity::parse(&message));
    Ok(below(header, wrap(into_content_entity(message))?))
}

/// The result has room in front of it, so this moves a large message but does not hold it twice.
fn below(header: Vec<u8>, mut wrapped: Vec<u8>) -> Vec<u8> {
    wrapped.splice(0..0, header);
    wrapped
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn an_owned_message_is_protected_like_a_borrowed_one() {
        for message in [
            "From: a@x.test\r\nContent-Type: text/html\r\nMIME-Version: 1.0\r\n\r\n<p>\r\n",
            "From: a@x.test\nSubject: line feeds\n\none\ntwo\n",
            "Content-Type: text/plain;\n\tcharset=utf-8\nFrom: a@x.test\n\nbody\r\n",
            "From: a@x.test\r\n\r\n",
            "From: a@x.test\r\n",
            "no header at all",
            "",
        ] {
            let wrap =
                |entity: Vec<u8>| Ok::<_, Infallible>([b"<", entity.as_slice(), b">"].concat());
            let borrowed = protect(message.as_bytes(), wrap);
            assert_eq!(protect_owned(message.into(), wrap), borrowed, "{message:?}");
        }
    }
}
