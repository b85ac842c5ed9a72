//! What a caller shows to be known.

use crate::crypto::sha256_hex;

/// The cookie of a session.
pub(crate) const COOKIE: &str = "sealgate_session";

/// What a caller shows. Only the SHA-256 of a secret is ever compared or looked up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Credential {
    /// Nothing.
    None,
    /// `Authorization: Bearer`: an API token or the operator's.
    Bearer(Hash),
    /// A session's cookie.
    Cookie(Hash),
}

/// SHA-256 of a token, in hex.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Hash(pub(crate) String);

impl Hash {
    /// Of a token.
    pub(crate) fn of(token: &str) -> Self {
        Self(sha256_hex(token.as_bytes()))
    }
}

impl Credential {
    /// Reads the header fields; `Authorization` goes before a cookie.
    pub(crate) fn read(authorization: Option<&str>, cookies: Option<&str>) -> Self {
        if let Some(token) = authorization.and_then(bearer) {
            return Self::Bearer(Hash::of(token));
        }
        match cookies.and_then(session_cookie) {
            Some(token) => Self::Cookie(Hash::of(token)),
            None => Self::None,
        }
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn session_cookie(header: &str) -> Option<&str> {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE && !value.is_empty()).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bearer_tokens_are_read_as_rfc_6750_writes_them() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("Bearer "), None);
        assert_eq!(bearer("Bearer"), None);
    }

    #[test]
    fn the_session_is_found_among_cookies() {
        assert_eq!(
            session_cookie("a=b; sealgate_session=xyz; c=d"),
            Some("xyz")
        );
        assert_eq!(session_cookie("xsealgate_session=xyz"), None);
        assert_eq!(session_cookie("sealgate_session="), None);
    }
}
