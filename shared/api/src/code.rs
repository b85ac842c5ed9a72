//! Every code of a problem, so that whoever translates them can be held to all.

macro_rules! codes {
    (
        portal { $($portal:ident = $portal_word:literal,)* }
        $($variant:ident = $word:literal,)*
    ) => {
        /// What went wrong, for a program: stable words, lower-case with hyphens.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Code {
            $(#[doc = concat!("`", $portal_word, "`")] $portal,)*
            $(#[doc = concat!("`", $word, "`")] $variant,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$portal,)* $(Self::$variant,)*];

            /// Those that replies have.
            pub const REPLIED: &[Self] = &[$(Self::$variant,)*];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$portal => $portal_word,)*
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

codes! {
    // About files and about the edge, which replies none of them
    portal {
        WrongFilePassword = "wrong-file-password",
        UnreadableFile = "unreadable-file",
        NoFile = "no-file",
        NoConnection = "no-connection",
        UnexpectedReply = "unexpected-reply",
        UnreadableReply = "unreadable-reply",
    }

    // Who asks
    Unauthorized = "unauthorized",
    WrongPassword = "wrong-password",
    TooManyAttempts = "too-many-attempts",
    ReadOnly = "read-only",
    OperatorOnly = "operator-only",
    CrossSite = "cross-site",

    // Certificates of mailboxes
    NoPrivateKey = "no-private-key",
    KeyDoesNotFit = "key-does-not-fit",
    WrongAddress = "wrong-address",
    CertificateExpired = "certificate-expired",
    CertificateNotYetValid = "certificate-not-yet-valid",
    WeakKey = "weak-key",
    NotForMail = "not-for-mail",
    NoFreeSeat = "no-free-seat",
    LicenceExpired = "licence-expired",
    DomainUnverified = "domain-unverified",
    DomainLost = "domain-lost",
    NoPendingRequest = "no-pending-request",
    UnknownMailbox = "unknown-mailbox",
    NotActive = "not-active",
    KeyInUse = "key-in-use",
    KeyCompromised = "key-compromised",
    CertificateRevoked = "certificate-revoked",
    AlreadyRevoked = "already-revoked",
    NotSealedForThis = "not-sealed-for-this",
    ImportKeyExpired = "import-key-expired",
    NotInUse = "not-in-use",
    OtherAuthority = "other-authority",

    // What is asked
    NotFound = "not-found",
    MethodNotAllowed = "method-not-allowed",
    BadJson = "bad-json",
    BadQuery = "bad-query",
    Invalid = "invalid",
    InvalidValue = "invalid-value",
    UnknownField = "unknown-field",
    UnknownWord = "unknown-word",
    MissingField = "missing-field",
    WrongType = "wrong-type",
    DuplicateField = "duplicate-field",
    TooLarge = "too-large",
    BadCursor = "bad-cursor",
    BadLimit = "bad-limit",
    BadTime = "bad-time",
    EndsBeforeItBegins = "ends-before-it-begins",
    ClockGoesForward = "clock-goes-forward",
    BadAddress = "bad-address",
    BadRecipients = "bad-recipients",
    TooManyCopies = "too-many-copies",
    BadDomain = "bad-domain",
    BadPattern = "bad-pattern",
    BadNextHop = "bad-next-hop",
    ForeignMailbox = "foreign-mailbox",
    Wildcard = "wildcard",
    PatternTaken = "pattern-taken",
    DomainExists = "domain-exists",
    TooManyDomains = "too-many-domains",
    HeldElsewhere = "held-elsewhere",

    // Rules and settings
    StaleVersion = "stale-version",
    BadName = "bad-name",
    TooManyRules = "too-many-rules",
    NotAPermutation = "not-a-permutation",
    OutOfRange = "out-of-range",

    // Certificates
    BadCertificate = "bad-certificate",
    NoAddress = "no-address",
    NotForEncryption = "not-for-encryption",
    NoAuthority = "no-authority",
    PublicAuthority = "public-authority",
    BuiltInCa = "built-in-ca",
    NotChangeable = "not-changeable",
    NoDecision = "no-decision",
    SeatsHeld = "seats-held",
    BadId = "bad-id",
    BadPassword = "bad-password",
    ShortToken = "short-token",
    WhichOrganisation = "which-organisation",

    // Ours
    Internal = "internal",
    Busy = "busy",
    IssuerKeyNotThereYet = "issuer-key-not-there-yet",
    Deferred = "deferred",
    NextHopUnavailable = "next-hop-unavailable",
    Refused = "refused",
}

impl Code {
    /// The code of a word; `None` where it is of a later version.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == word)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word with examples rather than one of an enumeration: a later version may say another one, and a
/// client made from an enumeration would not read that reply.
#[cfg(feature = "schema")]
impl schemars::JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let words: Vec<&str> = Self::REPLIED.iter().map(|code| code.as_str()).collect();
        schemars::json_schema!({
            "type": "string",
            "description": "What went wrong, for a program: stable words, to which more may be added.",
            "examples": words,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_codes_are_one_word() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
        }
    }
}
