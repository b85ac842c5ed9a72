//! What the server said it can do (RFC 5321 §4.1.1.1).

use crate::{EnhancedCode, Envelope, Reply};

/// The extensions that matter to a client, as the reply to EHLO names them.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a keyword of its own on the wire"
)]
pub(super) struct Extensions {
    pub(super) starttls: bool,
    pub(super) pipelining: bool,
    pub(super) eight_bit_mime: bool,
    pub(super) smtputf8: bool,
    pub(super) auth_plain: bool,
    pub(super) auth_login: bool,
    /// `SIZE`; `Some(0)` and a bare `SIZE` announce no limit (RFC 1870 §4).
    pub(super) size: Option<usize>,
}

impl Extensions {
    pub(super) fn of(ehlo: &Reply) -> Self {
        let mut found = Self::default();
        // The first line is the server's name.
        for line in ehlo.text.lines().skip(1) {
            // Some servers write `AUTH=PLAIN` for clients older than RFC 4954.
            let line = line.to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1);
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("STARTTLS") => found.starttls = true,
                Some("PIPELINING") => found.pipelining = true,
                Some("8BITMIME") => found.eight_bit_mime = true,
                Some("SMTPUTF8") => found.smtputf8 = true,
                Some("SIZE") => found.size = Some(words.next().map_or(0, limit)),
                Some("AUTH") => {
                    for word in words {
                        found.auth_plain |= word == "PLAIN";
                        found.auth_login |= word == "LOGIN";
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// Why this server cannot take the message, known without asking it.
    pub(super) fn refusal(&self, envelope: &Envelope) -> Option<Reply> {
        let limit = self.size.filter(|limit| *limit > 0);
        if limit.is_some_and(|limit| envelope.size > limit) {
            let text = "the message is larger than the next hop takes";
            return Some(Reply::new(552, EnhancedCode(5, 3, 4), text));
        }
        if envelope.smtputf8 && !self.smtputf8 {
            let text = "an address or header field needs SMTPUTF8, which the next hop does not do";
            return Some(Reply::new(550, EnhancedCode(5, 6, 7), text));
        }
        // RFC 6152 §3: without 8BITMIME the message is converted or returned. Converting would
        // break signatures of others, so it is returned.
        if envelope.eight_bit && !self.eight_bit_mime {
            let text = "the message has 8-bit octets, which the next hop does not take";
            return Some(Reply::new(554, EnhancedCode(5, 6, 3), text));
        }
        None
    }
}

fn limit(digits: &str) -> usize {
    digits.parse().unwrap_or(0)
}
