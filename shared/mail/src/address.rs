//! Mailbox addresses and domains, in the one form in which they compare.
//!
//! Domains compare case-insensitively and as A-labels, local parts ASCII-case-insensitively
//! (RFC 5321 §2.4, RFC 8551 §3.1, RFC 9788 §4.4.5), so both are normalised once, on parsing.

use std::fmt;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// Longest local part in octets (RFC 5321 §4.5.3.1.1).
pub const LOCAL_PART_OCTETS_MAX: usize = 64;
/// Longest domain in octets (RFC 5321 §4.5.3.1.2).
pub const DOMAIN_OCTETS_MAX: usize = 255;

/// What no host name has (RFC 1123 §2.1). The underscore is not among it: it is no letter of host names, but real
/// hosts that send mail have it.
const NOT_IN_HOSTS: AsciiDenyList = AsciiDenyList::new(true, "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~");

/// A domain as lower-case A-labels, `xn--bcher-kva.example`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Domain(String);

impl Domain {
    /// Reads a domain, U-labels or A-labels, in any case; a final dot is dropped.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(AddressError::EmptyDomain);
        }
        if text.starts_with('[') {
            return Err(AddressError::AddressLiteral);
        }
        let ascii = Uts46::new()
            .to_ascii(
                text.as_bytes(),
                NOT_IN_HOSTS,
                Hyphens::CheckFirstLast,
                DnsLength::Verify,
            )
            .map_err(|_| AddressError::BadDomain)?;
        if ascii.len() > DOMAIN_OCTETS_MAX {
            return Err(AddressError::BadDomain);
        }
        Ok(Self(ascii.into_owned()))
    }

    /// The A-labels, lower-case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `self` lies below `parent`: `lab.acme.test` below `acme.test`, no domain below itself.
    pub fn is_below(&self, parent: &Self) -> bool {
        self.0
            .strip_suffix(parent.as_str())
            .is_some_and(|labels| labels.ends_with('.'))
    }

    /// The U-labels, for people.
    pub fn to_unicode(&self) -> String {
        idna::domain_to_unicode(&self.0).0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An addr-spec (RFC 5322 §3.4.1, RFC 6532), normalised so that equal mailboxes are equal values.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Address {
    domain: Domain,
    local: String,
}

impl Address {
    /// Reads a bare addr-spec, `alice@acme.test`, without display name or angle brackets.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::NoAt)?;
        let local = unquote(local);
        if local.is_empty() || local.len() > LOCAL_PART_OCTETS_MAX {
            return Err(AddressError::BadLocalPart);
        }
        if local.chars().any(char::is_control) {
            return Err(AddressError::BadLocalPart);
        }
        Ok(Self {
            domain: Domain::parse(domain)?,
            local: local.to_ascii_lowercase(),
        })
    }

    /// The domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The local part, unquoted, ASCII letters lower-case.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// Whether the local part needs SMTPUTF8 (RFC 6531).
    pub fn is_internationalised(&self) -> bool {
        !self.local.is_ascii()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_dot_atom(&self.local) {
            write!(f, "{}@{}", self.local, self.domain)
        } else {
            f.write_str("\"")?;
            for c in self.local.chars() {
                if matches!(c, '"' | '\\') {
                    f.write_str("\\")?;
                }
                write!(f, "{c}")?;
            }
            write!(f, "\"@{}", self.domain)
        }
    }
}

impl std::str::FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

/// `"john doe"` is the same local part as `john doe` (RFC 5321 §4.1.2).
fn unquote(local: &str) -> String {
    let Some(inner) = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')) else {
        return local.to_owned();
    };
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        text.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    text
}

fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| {
        !atom.is_empty()
            && atom.chars().all(|c| {
                !c.is_ascii() || c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
            })
    })
}

/// Why a text is no address or domain.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AddressError {
    /// Nothing separates local part and domain.
    #[error("an address needs an @")]
    NoAt,
    /// Empty, longer than 64 octets, or with control characters.
    #[error("the part before the @ is empty, too long or has control characters")]
    BadLocalPart,
    /// Nothing after the @.
    #[error("the domain is empty")]
    EmptyDomain,
    /// Not a host name, also after conversion to A-labels.
    #[error("the domain is no valid host name")]
    BadDomain,
    /// `[192.0.2.1]`: mail to an address literal has no domain that a rule could name.
    #[error("address literals are not supported")]
    AddressLiteral,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_mailboxes_are_equal_values() {
        for (a, b) in [
            ("Alice@ACME.test", "alice@acme.test"),
            ("info@BÜCHER.example", "info@xn--bcher-kva.example"),
            ("\"alice\"@acme.test", "alice@acme.test"),
            ("alice@acme.test.", "alice@acme.test"),
            ("alice@acme。test", "alice@acme.test"),
        ] {
            assert_eq!(Address::parse(a), Address::parse(b), "{a} and {b}");
        }
    }

    #[test]
    fn hosts_of_the_wild() {
        for text in ["a@my_host.acme.test", "a@ab--cd.test"] {
            assert_eq!(Address::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn only_ascii_letters_of_a_local_part_fold() {
        assert_ne!(
            Address::parse("GRÜSSE@acme.test"),
            Address::parse("grüsse@acme.test")
        );
    }

    #[test]
    fn display_quotes_what_is_no_dot_atom() {
        let odd = Address::parse("\"a \\\"b\"@acme.test").unwrap();
        assert_eq!(odd.to_string(), "\"a \\\"b\"@acme.test");
        assert_eq!(Address::parse(&odd.to_string()), Ok(odd));
    }

    #[test]
    fn bad_addresses_say_why() {
        for (text, error) in [
            ("alice", AddressError::NoAt),
            ("@acme.test", AddressError::BadLocalPart),
            ("a\r\nb@acme.test", AddressError::BadLocalPart),
            ("alice@", AddressError::EmptyDomain),
            ("alice@acme test", AddressError::BadDomain),
            ("alice@acme,test", AddressError::BadDomain),
            ("alice@-acme.test", AddressError::BadDomain),
            ("alice@acme..test", AddressError::BadDomain),
            ("alice@[192.0.2.1]", AddressError::AddressLiteral),
        ] {
            assert_eq!(Address::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn below_means_a_whole_label() {
        let acme = Domain::parse("acme.test").unwrap();
        assert!(Domain::parse("lab.acme.test").unwrap().is_below(&acme));
        assert!(!Domain::parse("notacme.test").unwrap().is_below(&acme));
        assert!(!acme.is_below(&acme));
    }
}
