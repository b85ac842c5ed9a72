//! Signs that CBC ciphertext was rearranged (EFAIL, CVE-2017-17689).
//!
//! CBC detects no change. Whoever inserts blocks to splice text into a stranger's mail leaves 16 random octets
//! for each; these are neither UTF-8 nor free of control characters, but what S/MIME clients encrypt is. So a
//! plaintext that breaks its own transfer encoding is not believed.

use mail::{Entity, TransferEncoding, limits};

/// Whether the plaintext is one MIME entity whose parts keep to the transfer encoding that they declare.
pub(crate) fn is_one_clean_entity(plaintext: &Entity<'_>) -> bool {
    is_clean(plaintext, 0)
}

fn is_clean(entity: &Entity<'_>, depth: usize) -> bool {
    if !is_text(entity.header()) {
        return false;
    }
    if depth >= limits::DEPTH_MAX {
        return true;
    }
    if let Some(multipart) = entity.multipart() {
        return is_text(multipart.preamble)
            && is_text(multipart.epilogue)
            && multipart
                .parts
                .iter()
                .all(|part| is_clean(&Entity::parse(part), depth + 1));
    }
    let body = entity.body();
    let content_type = entity.content_type();
    let is_encoded = entity.transfer_encoding() != TransferEncoding::Identity;
    if content_type.kind == "message" && !is_encoded {
        return is_clean(&Entity::parse(body), depth + 1);
    }
    if !entity.is_8bit() && !entity.is_binary() {
        return is_text(body) || (has_other_charset(entity) && has_no_control(body));
    }
    match content_type.kind.as_str() {
        "text" if says_utf8(entity) => is_utf8(body),
        "text" => has_no_control(body),
        // What programs open, not readers of mail, may have any octets.
        _ => true,
    }
}

fn says_utf8(entity: &Entity<'_>) -> bool {
    let content_type = entity.content_type();
    let charset = content_type.param("charset");
    charset.is_some_and(|charset| charset.eq_ignore_ascii_case("utf-8"))
}

/// Old clients send text in an 8-bit charset without saying `8bit`.
fn has_other_charset(entity: &Entity<'_>) -> bool {
    entity
        .content_type()
        .param("charset")
        .is_some_and(|charset| {
            !charset.eq_ignore_ascii_case("utf-8") && !charset.eq_ignore_ascii_case("us-ascii")
        })
}

/// Most text is ASCII without controls, which one look shows.
fn is_text(octets: &[u8]) -> bool {
    let is_plain = !has_any(octets, |octet| !octet.is_ascii() || is_control(octet));
    is_plain || (is_utf8(octets) && has_no_control(octets))
}

/// ASCII is seen in a fraction of the time.
fn is_utf8(octets: &[u8]) -> bool {
    !has_any(octets, |octet| !octet.is_ascii()) || std::str::from_utf8(octets).is_ok()
}

/// Line ends, tab, form feed, backspace and the escape of ISO 2022 occur in text.
fn is_control(octet: u8) -> bool {
    (octet < 0x20 && !matches!(octet, 0x08..=0x0d | 0x1b)) || octet == 0x7f
}

fn has_no_control(octets: &[u8]) -> bool {
    !has_any(octets, is_control)
}

/// Without an early end inside of a chunk the compiler looks at many octets at once.
#[inline]
fn has_any(octets: &[u8], is_such: impl Fn(u8) -> bool) -> bool {
    let mut chunks = octets.chunks(256);
    chunks.any(|chunk| {
        chunk
            .iter()
            .fold(false, |found, octet| found | is_such(*octet))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_encrypt_is_clean() {
        for plaintext in [
            &b"Content-Type: text/plain\r\n\r\nhello\r\n"[..],
            "Content-Type: text/plain\r\n\r\nhällo\r\n".as_bytes(),
            b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nh\xe4llo\r\n",
            b"Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n\x89PNG\0",
            b"Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\nh\xe4llo\r\n",
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b--\r\n",
            b"Content-Type: image/png\r\nContent-Transfer-Encoding: binary (raw)\r\n\r\n\x89PNG\0",
            b"Content-Type: message/rfc822\r\n\r\nContent-Transfer-Encoding: 8bit\r\n\r\nh\xe4llo\r\n",
            b"",
        ] {
            assert!(
                is_one_clean_entity(&Entity::parse(plaintext)),
                "{plaintext:?}"
            );
        }
    }

    #[test]
    fn random_blocks_show() {
        for plaintext in [
            &b"Content-Type: \x8e\x02\xf1\x99 text/html\r\n\r\n<img src=\"http://evil.test/"[..],
            b"Content-Type: text/plain\r\n\r\nhello\x8e\x02\xf1\x99\r\n",
            b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nh\xe4llo\r\n",
            b"Content-Type: text/html\r\nContent-Transfer-Encoding: binary\r\n\r\nhello\x02\r\n",
            b"Content-Type: message/rfc822\r\n\r\nSubject: a\r\n\r\nh\xe4llo\r\n",
            b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: a\r\n\r\nhello\x02\r\n",
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n\x8e\x02\r\n--b\r\n\r\nhi\r\n--b--\r\n",
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\x8e\x02\r\n--b--\r\n",
        ] {
            assert!(!is_one_clean_entity(&Entity::parse(plaintext)), "{plaintext:?}");
        }
    }
}
