//! Replies: a code, an enhanced code (RFC 3463) and text, on one line or several.

use std::fmt;

/// Longest reply line that is read, in octets. RFC 5321 §4.5.3.1.5 allows 512; servers in the field
/// send more, and the limit is there only against lines without an end.
pub const REPLY_LINE_OCTETS_MAX: usize = 2048;
/// Most lines of one reply that are read; the longest replies are those to EHLO, some 20 lines.
pub const REPLY_LINES_MAX: usize = 100;
/// Longest text written on one line, so that the line stays below the 512 octets of RFC 5321.
const TEXT_OCTETS_MAX: usize = 480;

/// An enhanced status code (RFC 3463), `5.7.1`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EnhancedCode(pub u8, pub u16, pub u16);

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl EnhancedCode {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let class = parts.next()?;
        if !matches!(class, "2" | "4" | "5") {
            return None;
        }
        let code = Self(
            class.parse().ok()?,
            number(parts.next()?)?,
            number(parts.next()?)?,
        );
        parts.next().is_none().then_some(code)
    }
}

fn number(digits: &str) -> Option<u16> {
    let ok = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if ok { digits.parse().ok() } else { None }
}

/// What a server says to a command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// Three digits, 200 to 599.
    pub code: u16,
    /// The enhanced code, where there is one.
    pub enhanced: Option<EnhancedCode>,
    /// The text; lines are separated by LF, other control characters do not occur.
    pub text: String,
}

impl Reply {
    /// A reply with an enhanced code.
    pub fn new(code: u16, enhanced: EnhancedCode, text: impl AsRef<str>) -> Self {
        Self {
            code,
            enhanced: Some(enhanced),
            text: clean(text.as_ref()),
        }
    }

    /// A reply without an enhanced code: greetings, and those to EHLO and of class 3 (RFC 2034 §4).
    pub fn plain(code: u16, text: impl AsRef<str>) -> Self {
        Self {
            code,
            enhanced: None,
            text: clean(text.as_ref()),
        }
    }

    /// Reads a reply written as one line, `550 5.7.1 text`; `None` if it does not begin with a
    /// code or the two codes are of different classes.
    pub fn parse(line: &str) -> Option<Self> {
        let (code, text) = split_code(line)?;
        let (enhanced, text) = split_enhanced(code, text);
        Some(Self {
            code,
            enhanced,
            text: clean(text),
        })
    }

    /// Done (class 2).
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// May be tried again (class 4).
    pub fn is_transient(&self) -> bool {
        self.code / 100 == 4
    }

    /// Will not be done (class 5).
    pub fn is_permanent(&self) -> bool {
        self.code / 100 == 5
    }

    /// Appends the reply as it goes over the wire, long texts wrapped.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        let lines: Vec<&str> = self.text.split('\n').flat_map(wrapped).collect();
        let last = lines.len().saturating_sub(1);
        for (place, line) in lines.into_iter().enumerate() {
            let separator = if place == last { ' ' } else { '-' };
            let enhanced = self.enhanced.map(|code| format!("{code} "));
            let enhanced = enhanced.unwrap_or_default();
            out.extend_from_slice(
                format!("{}{separator}{enhanced}{line}\r\n", self.code).as_bytes(),
            );
        }
    }
}

/// One line, whatever the text: for logs and for the API.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(enhanced) = self.enhanced {
            write!(f, " {enhanced}")?;
        }
        write!(f, " {}", self.text.replace('\n', " "))
    }
}

fn split_code(line: &str) -> Option<(u16, &str)> {
    let (digits, text) = line.split_at_checked(3)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let code = digits
        .parse()
        .ok()
        .filter(|code| (200..600).contains(code))?;
    match text.strip_prefix([' ', '-']) {
        Some(text) => Some((code, text)),
        None => text.is_empty().then_some((code, "")),
    }
}

/// The enhanced code only counts if its class is that of the code (RFC 2034 §4).
fn split_enhanced(code: u16, text: &str) -> (Option<EnhancedCode>, &str) {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    match EnhancedCode::parse(word).filter(|enhanced| u16::from(enhanced.0) == code / 100) {
        Some(enhanced) => (Some(enhanced), rest),
        None => (None, text),
    }
}

/// Text that cannot end a line by itself, whoever wrote it.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .collect()
}

fn wrapped(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let line = rest?;
        let mut end = TEXT_OCTETS_MAX.min(line.len());
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        let (head, tail) = line.split_at_checked(end)?;
        rest = Some(tail).filter(|tail| !tail.is_empty());
        Some(head)
    })
}

/// Collects replies from the bytes of a connection.
#[derive(Debug, Default)]
pub(crate) struct ReplyReader {
    pending: Vec<u8>,
    lines: usize,
    partial: Option<Reply>,
}

impl ReplyReader {
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// Whether bytes wait that no reply has used yet.
    pub(crate) fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// The next whole reply; `None` if more bytes are needed.
    pub(crate) fn next(&mut self) -> Result<Option<Reply>, ReplyError> {
        let mut used = 0;
        let mut reply = None;
        while let Some(rest) = self.pending.get(used..) {
            let Some(end) = memchr::memchr(b'\n', rest) else {
                if rest.len() > REPLY_LINE_OCTETS_MAX {
                    return Err(ReplyError::LineTooLong);
                }
                break;
            };
            let line = rest.get(..end).unwrap_or_default();
            used += end + 1;
            if line.len() > REPLY_LINE_OCTETS_MAX {
                return Err(ReplyError::LineTooLong);
            }
            if let Some(whole) = take_line(&mut self.partial, &mut self.lines, line)? {
                reply = Some(whole);
                break;
            }
        }
        self.pending.drain(..used);
        Ok(reply)
    }
}

fn take_line(
    partial: &mut Option<Reply>,
    lines: &mut usize,
    line: &[u8],
) -> Result<Option<Reply>, ReplyError> {
    let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
    let mut reply = Reply::parse(&line).ok_or(ReplyError::NotAReply)?;
    *lines += 1;
    if *lines > REPLY_LINES_MAX {
        return Err(ReplyError::TooManyLines);
    }
    if let Some(before) = partial.take() {
        if before.code != reply.code {
            return Err(ReplyError::MixedCodes);
        }
        reply.text = format!("{}\n{}", before.text, reply.text);
        reply.enhanced = before.enhanced.or(reply.enhanced);
    }
    if line.as_bytes().get(3) == Some(&b'-') {
        *partial = Some(reply);
        return Ok(None);
    }
    *lines = 0;
    Ok(Some(reply))
}

/// Why bytes are no reply. The connection is of no use afterwards.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReplyError {
    /// [`REPLY_LINE_OCTETS_MAX`] is exceeded.
    #[error("a reply line is longer than {REPLY_LINE_OCTETS_MAX} octets")]
    LineTooLong,
    /// [`REPLY_LINES_MAX`] is exceeded.
    #[error("a reply has more than {REPLY_LINES_MAX} lines")]
    TooManyLines,
    /// No three digits from 200 to 599 followed by a space or hyphen.
    #[error("what the server sent is no SMTP reply")]
    NotAReply,
    /// RFC 5321 §4.2.1: the code is the same on all lines.
    #[error("the lines of a reply have different codes")]
    MixedCodes,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<Reply>, ReplyError> {
        let mut reader = ReplyReader::default();
        let mut replies = Vec::new();
        for chunk in bytes.chunks(7) {
            reader.receive(chunk);
            while let Some(reply) = reader.next()? {
                replies.push(reply);
            }
        }
        Ok(replies)
    }

    fn written(reply: &Reply) -> String {
        let mut out = Vec::new();
        reply.write_to(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn replies_are_read_in_any_chunks() {
        let replies =
            read(b"250-mx.test\r\n250-SIZE 1\r\n250 HELP\r\n550 5.7.1 no\r\n354\r\n").unwrap();
        assert_eq!(
            replies,
            [
                Reply::plain(250, "mx.test\nSIZE 1\nHELP"),
                Reply::new(550, EnhancedCode(5, 7, 1), "no"),
                Reply::plain(354, ""),
            ]
        );
    }

    #[test]
    fn an_enhanced_code_of_another_class_is_text() {
        assert_eq!(
            Reply::parse("250 5.7.1 odd"),
            Some(Reply::plain(250, "5.7.1 odd"))
        );
    }

    #[test]
    fn hostile_servers_are_cut_off() {
        let long = [b"250 ".as_slice(), &[b'x'; REPLY_LINE_OCTETS_MAX]].concat();
        let many = b"250-x\r\n".repeat(REPLY_LINES_MAX + 1);
        for (bytes, error) in [
            (long.as_slice(), ReplyError::LineTooLong),
            (&many, ReplyError::TooManyLines),
            (b"HTTP/1.1 400 Bad Request\r\n", ReplyError::NotAReply),
            (b"099 x\r\n", ReplyError::NotAReply),
            (b"250-a\r\n550 b\r\n", ReplyError::MixedCodes),
        ] {
            assert_eq!(read(bytes), Err(error));
        }
        let longest = b"250-x\r\n".repeat(REPLY_LINES_MAX - 1);
        assert_eq!(
            read(&[&longest, b"250 x\r\n".as_slice()].concat())
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn text_cannot_end_a_line() {
        let reply = Reply::new(550, EnhancedCode(5, 7, 1), "a\r\n250 ok");
        assert_eq!(written(&reply), "550-5.7.1 a \r\n550 5.7.1 250 ok\r\n");
    }

    #[test]
    fn long_text_is_wrapped_between_characters() {
        let text = "ü".repeat(TEXT_OCTETS_MAX);
        let wire = written(&Reply::new(550, EnhancedCode(5, 7, 1), &text));
        assert!(wire.lines().count() > 1);
        assert!(wire.lines().all(|line| line.len() <= 510));
        let replies = read(wire.as_bytes()).unwrap();
        assert_eq!(replies[0].text.replace('\n', ""), text);
    }
}
