//! Content-Type and Content-Disposition values with their parameters (RFC 2045 §5, RFC 2183, RFC 2231).

/// A media type, or a disposition, with parameters. Names are lower-case.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ContentType {
    /// `multipart`
    pub kind: String,
    /// `signed`; empty for a disposition.
    pub subtype: String,
    params: Vec<(String, String)>,
}

impl ContentType {
    /// Reads a field's value; `None` where not even the type can be read.
    pub fn parse(value: &str) -> Option<Self> {
        let mut scanner = Scanner { rest: value };
        let kind = scanner.token()?;
        let subtype = if scanner.skip('/') {
            scanner.token()?
        } else {
            return None;
        };
        Some(Self {
            kind: kind.to_ascii_lowercase(),
            subtype: subtype.to_ascii_lowercase(),
            params: scanner.params(),
        })
    }

    /// Reads a Content-Disposition's value.
    pub fn parse_disposition(value: &str) -> Option<Self> {
        let mut scanner = Scanner { rest: value };
        let kind = scanner.token()?;
        Some(Self {
            kind: kind.to_ascii_lowercase(),
            subtype: String::new(),
            params: scanner.params(),
        })
    }

    /// What an entity is that does not say (RFC 2045 §5.2).
    pub fn text_plain() -> Self {
        Self {
            kind: "text".to_owned(),
            subtype: "plain".to_owned(),
            params: Vec::new(),
        }
    }

    /// Whether it is this type, `multipart/signed`.
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind == kind && self.subtype == subtype
    }

    /// Whether a parameter stands there more than once, so that readers differ in its value.
    pub fn repeats(&self, name: &str) -> bool {
        self.params
            .iter()
            .filter(|(found, _)| found == name)
            .count()
            > 1
    }

    /// The value of a parameter; continuations joined, percent-encoding resolved.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Whether all readers find the same type in a Content-Type, and in a multipart the same boundary: it has no comment and
/// no escape, and between its semicolons nothing but parameters, none of them in pieces (RFC 2231).
pub(crate) fn is_read_alike(value: &str) -> bool {
    let mut is_quoted = false;
    let mut pieces = value.split(|c: char| {
        is_quoted ^= c == '"';
        c == ';' && !is_quoted
    });
    let Some((kind, subtype)) = pieces.next().and_then(|piece| piece.split_once('/')) else {
        return false;
    };
    let (kind, subtype) = (kind.trim_ascii_start(), subtype.trim_ascii_end());
    is_token(kind)
        && is_token(subtype)
        && (!kind.eq_ignore_ascii_case("multipart")
            || pieces.map(str::trim_ascii).all(is_plain_parameter))
}

/// Those that say nothing of the parts need no more than quotes that end, and no comments.
fn is_plain_parameter(piece: &str) -> bool {
    let Some((name, value)) = piece.split_once('=') else {
        return piece.is_empty();
    };
    let (name, value) = (name.trim_ascii_end(), value.trim_ascii_start());
    let is_boundary = name
        .get(..BOUNDARY.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(BOUNDARY));
    if !is_boundary {
        let quotes = value.matches('"').count();
        return is_token(name) && quotes % 2 == 0 && !value.contains(['(', '\\', '\0']);
    }
    let is_plain = match value.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"').is_some_and(|text| {
            text.trim_ascii() == text && text.chars().all(|c| matches!(c, ' '..='~') && c != '"')
        }),
        None => {
            !value.is_empty()
                && value
                    .chars()
                    .all(|c| c.is_ascii_graphic() && !"\"()<".contains(c))
        }
    };
    name.len() == BOUNDARY.len() && is_plain && !value.contains('\\')
}

const BOUNDARY: &str = "boundary";

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_graphic() && !SPECIALS.contains(c))
}

/// The token that a structured field begins with, behind comments.
pub(crate) fn first_token(value: &str) -> Option<&str> {
    Scanner { rest: value }.token()
}

/// What no token has (RFC 2045 §5.1).
const SPECIALS: &str = "()<>@,;:\\\"/[]?=";

struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    /// Passes over white space and comments (RFC 5322 §3.2.2).
    fn skip_blank(&mut self) {
        let mut depth = 0usize;
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '(' => depth += 1,
                ')' if depth > 0 => depth -= 1,
                '\\' if depth > 0 => {
                    chars.next();
                }
                c if depth > 0 || c.is_whitespace() => {}
                _ => {
                    self.rest = self.rest.get(at..).unwrap_or_default();
                    return;
                }
            }
        }
        self.rest = "";
    }

    fn skip(&mut self, wanted: char) -> bool {
        self.skip_blank();
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn token(&mut self) -> Option<&'a str> {
        self.skip_blank();
        let end = self
            .rest
            .find(|c: char| c.is_whitespace() || SPECIALS.contains(c))
            .unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!token.is_empty()).then_some(token)
    }

    /// A quoted string, or everything to the next semicolon: boundaries in the wild have characters
    /// that no token may have.
    fn value(&mut self) -> String {
        self.skip_blank();
        if let Some(quoted) = self.rest.strip_prefix('"') {
            let mut value = String::new();
            let mut chars = quoted.char_indices();
            while let Some((at, c)) = chars.next() {
                match c {
                    '"' => {
                        self.rest = quoted.get(at + 1..).unwrap_or_default();
                        return value;
                    }
                    '\\' => value.extend(chars.next().map(|(_, c)| c)),
                    c => value.push(c),
                }
            }
            self.rest = "";
            return value;
        }
        let end = self
            .rest
            .find(|c: char| c == ';' || c == '(' || c.is_whitespace())
            .unwrap_or(self.rest.len());
        let (value, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        value.to_owned()
    }

    fn params(&mut self) -> Vec<(String, String)> {
        const PARAMS_MAX: usize = 64;
        let mut raw = Vec::new();
        while raw.len() < PARAMS_MAX {
            self.skip_blank();
            match self.rest.find(';') {
                Some(at) => self.rest = self.rest.get(at + 1..).unwrap_or_default(),
                None => break,
            }
            if let Some(name) = self.token() {
                let name = name.to_ascii_lowercase();
                if self.skip('=') {
                    raw.push((name, self.value()));
                }
            }
        }
        join_continuations(raw)
    }
}

/// `name*0`, `name*1*` and `name*` become `name` (RFC 2231 §3, §4).
fn join_continuations(raw: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut params: Vec<(String, String)> = Vec::new();
    let mut pieces: Vec<(String, usize, String)> = Vec::new();
    for (name, value) in raw {
        let (base, is_encoded) = match name.strip_suffix('*') {
            Some(base) => (base, true),
            None => (name.as_str(), false),
        };
        let (base, index) = match base.split_once('*') {
            Some((base, index)) => (base, index.parse().ok()),
            None => (base, is_encoded.then_some(0)),
        };
        let value = if is_encoded {
            percent_decoded(if index == Some(0) {
                // charset'language'value; everything today is UTF-8.
                value.splitn(3, '\'').nth(2).unwrap_or(&value)
            } else {
                &value
            })
        } else {
            value
        };
        match index {
            Some(index) => pieces.push((base.to_owned(), index, value)),
            None => params.push((base.to_owned(), value)),
        }
    }
    pieces.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    for (name, index, value) in pieces {
        match params.last_mut() {
            Some((last, text)) if *last == name && index > 0 => text.push_str(&value),
            _ => params.push((name, value)),
        }
    }
    params
}

fn percent_decoded(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail
            .get(..2)
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match digits {
            Some(octet) if *first == b'%' => {
                octets.push(octet);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                octets.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn param(value: &str, name: &str) -> Option<String> {
        ContentType::parse(value)?.param(name).map(str::to_owned)
    }

    #[test]
    fn types_and_parameters() {
        let found = ContentType::parse(
            "Multipart/Signed; (a comment) protocol=\"application/pkcs7-signature\" ; BOUNDARY = \"a;\\\"b\"; x",
        )
        .unwrap();
        assert!(found.is("multipart", "signed"));
        assert_eq!(found.param("protocol"), Some("application/pkcs7-signature"));
        assert_eq!(found.param("boundary"), Some("a;\"b"));
        assert_eq!(found.param("x"), None);
    }

    #[test]
    fn boundaries_with_characters_that_no_token_has() {
        assert_eq!(
            param("multipart/mixed; boundary=a=b/c?d", "boundary"),
            Some("a=b/c?d".to_owned())
        );
    }

    #[test]
    fn rfc_2231() {
        assert_eq!(
            param("a/b; name*1*=%C3%9F.p7m; name*0*=UTF-8''Gru%C3%9F", "name"),
            Some("Grußß.p7m".to_owned())
        );
        assert_eq!(
            param("a/b; name*=utf-8'en'smime.p7m", "name"),
            Some("smime.p7m".to_owned())
        );
        assert_eq!(
            param("a/b; name*0=smime; name*1=.p7m", "name"),
            Some("smime.p7m".to_owned())
        );
    }

    #[test]
    fn what_all_readers_find_the_same_in() {
        for value in [
            "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=\"a b\";",
            "Multipart/Signed;\tBOUNDARY = ----=_Part_1/2?3; ; protocol=application/pkcs7-signature",
            "multipart/mixed ; boundary='a:b'",
            "multipart/signed; micalg=; name*=utf-8''%C3%BC; name=\u{fc}; boundary=b",
            "multipart/mixed; x=\"a; boundary=b\"; boundary=c",
            "application/pkcs7-mime; name=smime (1).p7m; filename=\"\u{fc}\\\\",
        ] {
            assert!(is_read_alike(value), "{value}");
        }
        for value in [
            "multipart/signed; boundary=b zz",
            "multipart/signed; boundary=b(x)",
            "multipart/signed; boundary=b\"zz\"",
            "multipart/signed; boundary=\"b\"zz",
            "multipart/signed; boundary=\"b\" zz",
            "multipart/signed; boundary=\"b ",
            "multipart/signed; boundary=\"b \"",
            "multipart/signed; boundary=\"b\tc\"",
            "multipart/signed; boundary=\"b\\c\"",
            "multipart/signed; boundary=b\\c",
            "multipart/signed; boundary=b\0",
            "multipart/signed; boundary=\u{fc}",
            "multipart/signed; boundary; boundary=b",
            "multipart/signed; boundary=; x=y",
            "multipart/signed; boundary*0=b; boundary*1=c",
            "multipart/signed; boundary*=us-ascii''b",
            "multipart/signed (a; boundary=zz); boundary=b",
            "multipart/signed; (x) boundary=b",
            "multipart/signed, protocol=x; boundary=b",
            "multipart/signed boundary=b",
            "multipart/signed x=\"a; boundary=zz\"; boundary=b",
            "multipart /signed; boundary=b",
            "(text/html) multipart/signed; boundary=b",
            "(text/html) application/pkcs7-mime",
            "application/pkcs7-mime, text/html",
            "text",
        ] {
            assert!(!is_read_alike(value), "{value}");
        }
    }

    #[test]
    fn what_is_no_type() {
        for text in ["", "text", "/plain", "(text/plain", "text/"] {
            assert_eq!(ContentType::parse(text), None, "{text}");
        }
        assert!(ContentType::parse_disposition("attachment; filename=x").is_some());
    }
}
