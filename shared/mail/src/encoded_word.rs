//! Encoded words in header fields (RFC 2047), as people read them.

use crate::{decode_base64, decode_quoted_printable};

/// The text with its encoded words decoded. A word in a charset that is not known here stays as it is.
pub fn decode_encoded_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // The octets of words that follow each other: a character may begin in one and end in the next.
    let mut open: Option<(Charset, Vec<u8>)> = None;
    let mut rest = text;
    while let Some(at) = rest.find("=?") {
        let (before, word) = rest.split_at_checked(at).unwrap_or((rest, ""));
        // Blanks between two words belong to their encoding (§6.2).
        if !before.trim().is_empty() {
            close(&mut open, &mut out);
        }
        let Some((charset, octets, after)) = read_word(word) else {
            close(&mut open, &mut out);
            out.push_str(before);
            out.push_str("=?");
            rest = word.get(2..).unwrap_or_default();
            continue;
        };
        match &mut open {
            Some((known, found)) if *known == charset => found.extend(octets),
            _ => {
                if open.is_none() {
                    out.push_str(before);
                }
                close(&mut open, &mut out);
                open = Some((charset, octets));
            }
        }
        rest = after;
    }
    close(&mut open, &mut out);
    out.push_str(rest);
    out
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Charset {
    Utf8,
    Latin1,
}

/// Appends the words so far.
fn close(open: &mut Option<(Charset, Vec<u8>)>, out: &mut String) {
    match open.take() {
        Some((Charset::Utf8, octets)) => out.push_str(&String::from_utf8_lossy(&octets)),
        Some((Charset::Latin1, octets)) => out.extend(octets.into_iter().map(char::from)),
        None => {}
    }
}

/// `=?charset?encoding?text?=`: its octets, and what follows it.
fn read_word(word: &str) -> Option<(Charset, Vec<u8>, &str)> {
    let (charset, rest) = word.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (text, after) = rest.split_once("?=")?;
    // RFC 2231 §5 lets a language follow the charset.
    let charset = charset.split('*').next().unwrap_or_default();
    let charset = match charset.to_ascii_lowercase().as_str() {
        "utf-8" | "us-ascii" => Charset::Utf8,
        "iso-8859-1" => Charset::Latin1,
        _ => return None,
    };
    let octets = match encoding {
        "B" | "b" => decode_base64(text.as_bytes()).0,
        "Q" | "q" => decode_quoted_printable(text.replace('_', "=20").as_bytes()),
        _ => return None,
    };
    Some((charset, octets, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_text() {
        for (text, expected) in [
            ("plain =? text", "plain =? text"),
            ("=?utf-8?q?gr=C3=BC=C3=9Fe_!?=", "grüße !"),
            ("Re: =?UTF-8*de?B?w7w=?= x", "Re: ü x"),
            ("=?iso-8859-1?Q?=FC?= =?iso-8859-1?q?b?=", "üb"),
            // One character in two words.
            ("=?utf-8?b?ww==?=\t=?utf-8?q?=BC?=", "ü"),
            ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
            ("=?utf-8?q?a?= =?iso-8859-1?q?=FC?=", "aü"),
            ("=?koi8-r?q?=C1?=", "=?koi8-r?q?=C1?="),
            ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
            ("=?utf-8?q?never ended", "=?utf-8?q?never ended"),
            ("=?utf-8?q?a?= =?koi8-r?q?b?=", "a =?koi8-r?q?b?="),
        ] {
            assert_eq!(decode_encoded_words(text), expected, "{text}");
        }
    }
}
