//! SMTP replies that the gateway gives.

use std::fmt;

/// Longest reply line in octets, CRLF included (RFC 5321 §4.5.3.1.5).
pub const REPLY_LINE_OCTETS_MAX: usize = 512;

/// One SMTP reply: code, enhanced status code (RFC 3463) and a sentence for the sender.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    code: u16,
    enhanced: &'static str,
    text: String,
}

impl Reply {
    /// A reply; `text` may hold addresses of strangers, [`Reply::line`] makes it safe.
    pub(crate) fn new(code: u16, enhanced: &'static str, text: impl Into<String>) -> Self {
        Self {
            code,
            enhanced,
            text: text.into(),
        }
    }

    /// The reply code, `550`.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The enhanced status code, `5.7.1`.
    pub fn enhanced(&self) -> &'static str {
        self.enhanced
    }

    /// The sentence, as it was made.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line as it goes on the wire, without its CRLF: one line of printable ASCII that fits
    /// [`REPLY_LINE_OCTETS_MAX`].
    pub fn line(&self) -> String {
        let head = format!("{} {} ", self.code, self.enhanced);
        let room = REPLY_LINE_OCTETS_MAX.saturating_sub(head.len() + "\r\n".len());
        let printable = |c: char| if (' '..='~').contains(&c) { c } else { '?' };
        head + &self
            .text
            .chars()
            .map(printable)
            .take(room)
            .collect::<String>()
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_one_safe_line() {
        for (text, line) in [
            ("plain text", "550 5.7.1 plain text"),
            ("a\r\n250 ok", "550 5.7.1 a??250 ok"),
            ("gr\u{fc}\u{df}e\0", "550 5.7.1 gr??e?"),
        ] {
            assert_eq!(Reply::new(550, "5.7.1", text).line(), line);
        }
    }

    #[test]
    fn a_long_reply_is_cut_to_the_limit() {
        let line = Reply::new(550, "5.7.1", "x".repeat(2000)).line();
        assert_eq!(line.len() + 2, REPLY_LINE_OCTETS_MAX);
    }
}
