//! What a transaction says beside the message.

/// The envelope of one transaction, and what its message asks of the next hop.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Envelope {
    /// The reverse path without angle brackets; empty is the null sender of error reports.
    pub from: String,
    /// The forward paths without angle brackets; at least one.
    pub to: Vec<String>,
    /// Octets of the message, for `SIZE=` (RFC 1870).
    pub size: usize,
    /// The message has octets above 127 (`BODY=8BITMIME`, RFC 6152).
    pub eight_bit: bool,
    /// An address or a header field needs UTF-8 (`SMTPUTF8`, RFC 6531).
    pub smtputf8: bool,
}

impl Envelope {
    /// The envelope of `message`. UTF-8 in a header field counts only if the sender declared it
    /// (`declared_utf8`): mail with raw 8-bit header fields has always been passed on as it is.
    pub fn new(from: String, to: Vec<String>, message: &[u8], declared_utf8: bool) -> Self {
        let eight_bit = !message.is_ascii();
        let smtputf8 = !from.is_ascii()
            || to.iter().any(|path| !path.is_ascii())
            || (declared_utf8 && eight_bit && !header_of(message).is_ascii());
        let size = message.len();
        Self {
            from,
            to,
            size,
            eight_bit,
            smtputf8,
        }
    }
}

fn header_of(message: &[u8]) -> &[u8] {
    let end = memchr::memmem::find(message, b"\r\n\r\n").unwrap_or(message.len());
    message.get(..end).unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(to: &str, message: &str, declared: bool) -> Envelope {
        let from = "a@acme.test".to_owned();
        Envelope::new(from, vec![to.to_owned()], message.as_bytes(), declared)
    }

    #[test]
    fn utf8_is_asked_for_only_where_needed() {
        let body = "Subject: x\r\n\r\nGrüße\r\n";
        let header = "Subject: Grüße\r\n\r\nx\r\n";
        assert!(envelope("b@partner.test", body, true).eight_bit);
        assert!(!envelope("b@partner.test", body, true).smtputf8);
        assert!(envelope("b@partner.test", header, true).smtputf8);
        assert!(!envelope("b@partner.test", header, false).smtputf8);
        assert!(envelope("bücher@partner.test", "x", false).smtputf8);
    }
}
