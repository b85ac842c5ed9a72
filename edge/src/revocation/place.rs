//! Where a stranger's certificate may send us.
//!
//! The URLs in certificates are written by whoever issued them. They may name public servers only:
//! neither this machine nor a network behind it, nor ports where something else than the web listens.
//! What a name resolves to is the platform's matter, which reaches nothing but the internet.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use worker::Url;
use worker::url::Host;

use crate::crypto;

/// Longest URL that is followed; honest ones have 100 octets, a request in one 255 more.
const URL_OCTETS_MAX: usize = 2048;

/// Longest URL with an OCSP request in it; a longer one is posted (RFC 5019 §5).
const GET_OCTETS_MAX: usize = 255;

/// Names that mean nothing outside of a network (RFC 6761, 6762, 8375, and `internal` by ICANN).
const LOCAL_NAMES: [&str; 4] = ["localhost", "local", "internal", "home.arpa"];

/// What base64 has that a path must not.
const ENCODED: &AsciiSet = NON_ALPHANUMERIC;

/// Which places are allowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reach {
    /// Public ones.
    Public,
    /// Those and 127.0.0.1 on any port: on a developer's machine.
    Loopback,
}

impl Reach {
    /// The URL, if it may be followed.
    pub(super) fn permits(self, text: &str) -> Option<Url> {
        if text.len() > URL_OCTETS_MAX {
            return None;
        }
        let mut url = Url::parse(text).ok()?;
        url.set_fragment(None);
        self.has(&url).then_some(url)
    }

    fn has(self, url: &Url) -> bool {
        let is_web = matches!(url.scheme(), "http" | "https");
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        if !is_web || !is_anonymous {
            return false;
        }
        match url.host() {
            Some(Host::Domain(name)) => url.port().is_none() && is_public(name),
            // No address is public: a certificate's place is a name, and a private address has many
            // spellings.
            Some(Host::Ipv4(address)) => self == Self::Loopback && address.is_loopback(),
            Some(Host::Ipv6(_)) | None => false,
        }
    }
}

/// Whether a name can be one of the public DNS: it has a dot, and is under no local name.
fn is_public(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_local = |local: &&str| -> bool {
        let rest = name.strip_suffix(*local);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    name.contains('.') && !LOCAL_NAMES.iter().any(is_local)
}

/// The URL by which a responder is asked with GET, which caches on the way understand; `None` where
/// that would be too long (RFC 6960 §A.1, RFC 5019 §5).
pub(super) fn asking(responder: &Url, request: &[u8]) -> Option<Url> {
    let request = crypto::base64(request);
    let request = utf8_percent_encode(&request, ENCODED);
    let text = format!("{}/{request}", responder.as_str().trim_end_matches('/'));
    let is_plain = responder.query().is_none() && text.len() <= GET_OCTETS_MAX;
    is_plain.then(|| Url::parse(&text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_names_are_permitted_and_nothing_else() {
        for (text, permitted) in [
            ("http://crl.partner.example/ca.crl", true),
            ("https://crl.partner.example:443/ca.crl", true),
            ("http://crl.partner.example./ca.crl?x=1", true),
            ("HTTP://CRL.PARTNER.EXAMPLE/", true),
            ("http://b\u{fc}cher.example/crl", true),
            ("ldap://crl.partner.example/cn=CA", false),
            ("ftp://crl.partner.example/ca.crl", false),
            ("file:///etc/passwd", false),
            ("http://user@crl.partner.example/", false),
            ("http://:secret@crl.partner.example/", false),
            ("http://crl.partner.example:8080/", false),
            ("https://crl.partner.example:80/", false),
            ("http://localhost/", false),
            ("http://localhost./", false),
            ("http://db.localhost/", false),
            ("http://printer.local/", false),
            ("http://metadata.google.internal/", false),
            ("http://router.home.arpa/", false),
            ("http://notlocal.example/", true),
            ("http://intranet/", false),
            ("http://127.0.0.1/", false),
            ("http://2130706433/", false),
            ("http://0x7f.1/", false),
            ("http://0177.0.0.1/", false),
            ("http://10.0.0.1/", false),
            ("http://169.254.169.254/latest/", false),
            ("http://192.0.2.1/", false),
            ("http://\u{ff11}\u{ff12}\u{ff17}.0.0.1/", false),
            ("http://[::1]/", false),
            ("http://[::ffff:127.0.0.1]/", false),
            ("http://[2001:db8::1]/", false),
            ("http://", false),
            ("", false),
        ] {
            let found = Reach::Public.permits(text);
            assert_eq!(found.is_some(), permitted, "{text}");
        }
    }

    #[test]
    fn only_a_developers_machine_reaches_itself() {
        let reach = Reach::Loopback;
        assert!(reach.permits("http://127.0.0.1:9000/ca.crl").is_some());
        assert!(reach.permits("http://10.0.0.1:9000/ca.crl").is_none());
        assert!(reach.permits("http://localhost:9000/").is_none());
        assert!(reach.permits("http://[::1]:9000/").is_none());
        assert!(reach.permits("http://crl.partner.example/").is_some());
    }

    #[test]
    fn a_url_has_a_longest_length_and_loses_its_fragment() {
        let start = "http://a.example/";
        let at = |octets: usize| format!("{start}{}", "x".repeat(octets - start.len()));
        assert!(Reach::Public.permits(&at(URL_OCTETS_MAX)).is_some());
        assert!(Reach::Public.permits(&at(URL_OCTETS_MAX + 1)).is_none());
        let url = Reach::Public.permits("http://a.example/x#y").unwrap();
        assert_eq!(url.as_str(), "http://a.example/x");
    }

    #[test]
    fn short_requests_are_part_of_the_url() {
        let url = |text: &str| Url::parse(text).unwrap();
        for responder in ["http://o.example/", "http://o.example"] {
            let asked = asking(&url(responder), &[0xfb, 0xff, 0xfe]).unwrap();
            assert_eq!(asked.as_str(), "http://o.example/%2B%2F%2F%2B");
        }
        let asked = asking(&url("http://o.example/a"), &[1]).unwrap();
        assert_eq!(asked.as_str(), "http://o.example/a/AQ%3D%3D");
        assert!(asking(&url("http://o.example/?q"), &[1]).is_none());
        assert!(asking(&url("http://o.example/"), &[0; 170]).is_some());
        assert!(asking(&url("http://o.example/"), &[0; 180]).is_none());
    }
}
