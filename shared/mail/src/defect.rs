//! What is wrong with a message that is read all the same.

use std::fmt;

/// A departure from RFC 5322 or MIME. Parsing never fails; it says what it had to guess.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Defect {
    /// A line in the header section that is neither a field nor a continuation.
    BrokenHeaderLine,
    /// The header section, its fields or the parts pass a limit (`limits`).
    LimitExceeded,
    /// A multipart without a boundary parameter.
    NoBoundary,
    /// A multipart whose boundary does not occur.
    NoParts,
    /// A multipart without its closing delimiter.
    Unclosed,
    /// A field that may occur once occurs again: Content-Type, Content-Transfer-Encoding, From.
    RepeatedField,
    /// A Content-Type that cannot be read; taken as text/plain (RFC 2045 §5.2).
    BadContentType,
    /// An unknown Content-Transfer-Encoding; taken as binary.
    UnknownEncoding,
    /// Base64 with characters that do not belong there or without its end.
    DamagedBase64,
    /// Lines end with LF alone.
    BareLineFeed,
    /// NUL octets.
    Nul,
    /// The protected From names somebody else than the visible one, and no valid signature vouches for it.
    ProtectedFromDiffers,
}

impl Defect {
    /// A stable lower-case code.
    pub fn code(self) -> &'static str {
        match self {
            Self::BrokenHeaderLine => "broken-header-line",
            Self::LimitExceeded => "limit-exceeded",
            Self::NoBoundary => "no-boundary",
            Self::NoParts => "no-parts",
            Self::Unclosed => "unclosed-multipart",
            Self::RepeatedField => "repeated-field",
            Self::BadContentType => "bad-content-type",
            Self::UnknownEncoding => "unknown-encoding",
            Self::DamagedBase64 => "damaged-base64",
            Self::BareLineFeed => "bare-line-feed",
            Self::Nul => "nul",
            Self::ProtectedFromDiffers => "protected-from-differs",
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
