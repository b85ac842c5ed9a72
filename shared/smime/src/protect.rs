//! Protecting a whole message: its own header fields stay outside, in order and byte for byte; the fields
//! that describe the content (Content-*) go with the body into the protected entity.

use mail::{Buffer, take_apart};

/// Applies `wrap` (signing, encrypting or both, which make line ends canonical) to the MIME entity of an RFC 5322
/// message and puts the result under the message's other header fields, all in the message's own buffer.
pub fn protect<E>(
    message: Buffer,
    wrap: impl FnOnce(Buffer) -> Result<Buffer, E>,
) -> Result<Buffer, E> {
    let (header, entity) = take_apart(message);
    let mut wrapped = wrap(entity)?;
    wrapped.prepend(&header);
    Ok(wrapped)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn the_content_is_wrapped_and_the_rest_stays_outside() {
        let message = b"From: a@x.test\nContent-Type: text/html\nMIME-Version: 1.0\n\n<p>\n";
        let Ok(protected) = protect(message.as_slice().into(), |mut entity| {
            entity.prepend(b"<");
            entity.append(b">");
            Ok::<_, Infallible>(entity)
        });
        assert_eq!(
            protected,
            b"From: a@x.test\r\nMIME-Version: 1.0\r\n<Content-Type: text/html\r\n\r\n<p>\n>"
        );
    }
}
