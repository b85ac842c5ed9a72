//! The header field that tells the mailbox's owner, and the filters of the mail server, what the
//! gateway found. Only the gateway may write it: what strangers write under our name is removed.

use std::fmt;

use mail::{Buffer, Entity};

/// Fields whose names begin so are the gateway's alone.
const OUR_PREFIX: &str = "Sealgate-";

/// The result, `Sealgate-Result: encryption=decrypted; signature=verified; signer=bob@partner.test`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ResultField<'a> {
    pub(crate) is_decrypted: bool,
    pub(crate) signature: Signature<'a>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Signature<'a> {
    None,
    Verified {
        signer: &'a str,
        /// Whether nobody tells if the signer's certificate was revoked.
        is_revocation_unknown: bool,
    },
    Bad {
        reason: &'static str,
    },
}

impl fmt::Display for ResultField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encryption = if self.is_decrypted {
            "decrypted"
        } else {
            "none"
        };
        write!(f, "{OUR_PREFIX}Result: encryption={encryption}; ")?;
        match self.signature {
            Signature::None => f.write_str("signature=none"),
            Signature::Verified {
                signer,
                is_revocation_unknown,
            } => {
                f.write_str("signature=verified")?;
                if is_plain(signer) {
                    write!(f, "; signer={signer}")?;
                }
                if is_revocation_unknown {
                    f.write_str("; revocation=unknown")?;
                }
                Ok(())
            }
            Signature::Bad { reason } => write!(f, "signature=bad; reason={reason}"),
        }
    }
}

/// Whether an address can stand in the field as it is: visible ASCII without what separates.
fn is_plain(signer: &str) -> bool {
    signer
        .chars()
        .all(|c| c.is_ascii_graphic() && !";\"\\".contains(c))
}

/// How many fields of a message bear our name.
pub(crate) fn strangers_fields(message: &Entity<'_>) -> usize {
    let fields = message.fields().iter();
    fields
        .filter(|field| {
            let start = field.name.get(..OUR_PREFIX.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(OUR_PREFIX.as_bytes()))
        })
        .count()
}

/// The message without those fields.
pub(crate) fn without_strangers_fields(mut message: Buffer) -> Buffer {
    mail::remove_fields(&mut message, OUR_PREFIX);
    message
}

/// The message without strangers' fields and with our own on top.
pub(crate) fn marked(message: Buffer, result: &ResultField<'_>) -> Buffer {
    let mut message = without_strangers_fields(message);
    let mut field = result.to_string().into_bytes();
    field.extend_from_slice(line_end(&message));
    message.prepend(&field);
    message
}

/// The line end of the message itself.
fn line_end(message: &[u8]) -> &'static [u8] {
    let first = message.split_inclusive(|octet| *octet == b'\n').next();
    let is_bare = first.is_some_and(|line| line.ends_with(b"\n") && !line.ends_with(b"\r\n"));
    if is_bare { b"\n" } else { b"\r\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &[u8], signature: Signature<'_>, expected: &[u8]) {
        let result = ResultField {
            is_decrypted: true,
            signature,
        };
        let marked = marked(message.into(), &result);
        assert_eq!(
            String::from_utf8_lossy(&marked),
            String::from_utf8_lossy(expected)
        );
    }

    #[test]
    fn the_field_stands_on_top_with_the_messages_own_line_end() {
        check(
            b"A: 1\r\n\r\nx",
            Signature::Bad { reason: "expired" },
            b"Sealgate-Result: encryption=decrypted; signature=bad; reason=expired\r\nA: 1\r\n\r\nx",
        );
        check(
            b"A: 1\n\nx",
            Signature::None,
            b"Sealgate-Result: encryption=decrypted; signature=none\nA: 1\n\nx",
        );
    }

    #[test]
    fn a_signer_that_could_add_to_the_field_is_left_out() {
        let verified = |signer| Signature::Verified {
            signer,
            is_revocation_unknown: false,
        };
        for signer in [
            "a@b; signature=none",
            "a b@c",
            "\"a;\"@b",
            "gr\u{fc}\u{df}e@b",
            "a@b\r\nX: y",
        ] {
            check(
                b"\r\n",
                verified(signer),
                b"Sealgate-Result: encryption=decrypted; signature=verified\r\n\r\n",
            );
        }
    }

    #[test]
    fn fields_in_our_name_go_whatever_their_case() {
        let message = b"SEALGATE-Anything: 1\r\nSealgate: stays\r\n\r\nSealgate-Body: stays";
        assert_eq!(strangers_fields(&Entity::parse(message)), 1);
        assert_eq!(
            without_strangers_fields(message.as_slice().into()),
            b"Sealgate: stays\r\n\r\nSealgate-Body: stays"
        );
    }
}
