//! Transfer encodings (RFC 2045 §6), encoding and lenient decoding.

/// Characters on an encoded line (RFC 2045 §6.8).
const LINE_CHARACTERS: usize = 76;
/// Octets that make one full base64 line.
const LINE_OCTETS: usize = LINE_CHARACTERS / 4 * 3;

/// Appends base64 in lines of 76 characters, each ended by CRLF.
pub fn encode_base64(octets: &[u8], out: &mut Vec<u8>) {
    encode_base64_parts(&[octets], out);
}

/// Appends base64 of the parts one after the other, so that nobody needs to join them first.
pub fn encode_base64_parts(parts: &[&[u8]], out: &mut Vec<u8>) {
    let octets: usize = parts.iter().map(|part| part.len()).sum();
    out.reserve(octets.div_ceil(LINE_OCTETS) * (LINE_CHARACTERS + 2));
    // A line that spans two parts is put together here.
    let mut seam: Vec<u8> = Vec::with_capacity(LINE_OCTETS);
    for part in parts {
        let missing = (LINE_OCTETS - seam.len()) % LINE_OCTETS;
        let (head, rest) = part.split_at(missing.min(part.len()));
        seam.extend_from_slice(head);
        if seam.len() == LINE_OCTETS {
            push_line(&seam, out);
            seam.clear();
        }
        if seam.is_empty() {
            let (lines, tail) = rest.as_chunks::<LINE_OCTETS>();
            for block in lines.chunks(BLOCK_LINES) {
                push_lines(block.as_flattened(), out);
            }
            seam.extend_from_slice(tail);
        }
    }
    if !seam.is_empty() {
        push_line(&seam, out);
    }
}

/// Lines that are encoded in one go: the encoder is fast on long runs only.
const BLOCK_LINES: usize = 64;

/// Encodes whole lines, at most [`BLOCK_LINES`].
fn push_lines(octets: &[u8], out: &mut Vec<u8>) {
    let mut buffer = [0; BLOCK_LINES * LINE_CHARACTERS];
    let text = base64_simd::STANDARD.encode(octets, base64_simd::Out::from_slice(&mut buffer));
    for line in text.as_chunks::<LINE_CHARACTERS>().0 {
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
}

/// Encodes one line, of any length up to the full one.
fn push_line(octets: &[u8], out: &mut Vec<u8>) {
    let mut buffer = [0; LINE_CHARACTERS];
    let text = base64_simd::STANDARD.encode(octets, base64_simd::Out::from_slice(&mut buffer));
    out.extend_from_slice(text);
    out.extend_from_slice(b"\r\n");
}

/// Decodes base64 with any line length; what is not base64 is passed over, as RFC 2045 §6.8 asks.
/// The flag says whether anything but line ends and spaces was passed over, or the end is missing.
pub fn decode_base64(text: &[u8]) -> (Vec<u8>, bool) {
    match decode_clean_base64(text) {
        Some(octets) => (octets, false),
        None => decode_damaged_base64(text),
    }
}

/// What every client writes: lines of nothing but base64. `None` for all else.
fn decode_clean_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut compact = Vec::with_capacity(text.len());
    let mut rest = text.trim_ascii();
    while let Some(at) = memchr::memchr(b'\n', rest) {
        let (line, tail) = rest.split_at(at);
        compact.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        rest = tail.get(1..).unwrap_or_default();
    }
    compact.extend_from_slice(rest);
    let octets = base64_simd::STANDARD
        .decode_inplace(&mut compact)
        .ok()?
        .len();
    compact.truncate(octets);
    Some(compact)
}

fn decode_damaged_base64(text: &[u8]) -> (Vec<u8>, bool) {
    let mut compact = Vec::with_capacity(text.len());
    let mut is_damaged = false;
    let mut has_ended = false;
    for octet in text {
        match octet {
            b'\r' | b'\n' | b' ' | b'\t' => {}
            b'=' => has_ended = true,
            octet if !has_ended && is_base64(*octet) => compact.push(*octet),
            _ => is_damaged = true,
        }
    }
    if compact.len() % 4 == 1 {
        is_damaged = true;
        compact.pop();
    }
    // Bits beyond the last octet are zero in good encoders, but nobody needs them.
    let last = compact.len() % 4;
    if last != 0
        && let Some(octet) = compact.last_mut()
    {
        *octet = without_spare_bits(*octet, if last == 2 { 4 } else { 2 });
    }
    let octets = base64_simd::STANDARD_NO_PAD
        .decode_inplace(&mut compact)
        .map_or(0, |octets| octets.len());
    compact.truncate(octets);
    (compact, is_damaged)
}

fn is_base64(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/')
}

/// The base64 character with its lowest bits cleared.
fn without_spare_bits(octet: u8, bits: u8) -> u8 {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    ALPHABET
        .iter()
        .position(|known| *known == octet)
        .and_then(|value| ALPHABET.get(value >> bits << bits))
        .copied()
        .unwrap_or(octet)
}

/// Decodes quoted-printable (RFC 2045 §6.7); a `=` without two digits after it stays as it is.
pub fn decode_quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|octet| *octet == b'\n') {
        let content = line.trim_ascii_end();
        let end = line.get(line_content_length(line)..).unwrap_or_default();
        let (content, end) = match content.strip_suffix(b"=") {
            Some(soft) => (soft, &[][..]),
            None => (content, end),
        };
        decode_line(content, &mut out);
        out.extend_from_slice(end);
    }
    out
}

/// Length of a line without its line end.
fn line_content_length(line: &[u8]) -> usize {
    let content = line.strip_suffix(b"\n").unwrap_or(line);
    content.strip_suffix(b"\r").unwrap_or(content).len()
}

fn decode_line(mut line: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = memchr::memchr(b'=', line) {
        let (literal, rest) = line.split_at(at);
        out.extend_from_slice(literal);
        let digit = |index: usize| {
            rest.get(index)
                .and_then(|octet| char::from(*octet).to_digit(16))
                .and_then(|digit| u8::try_from(digit).ok())
        };
        if let (Some(high), Some(low)) = (digit(1), digit(2)) {
            out.push(high << 4 | low);
            line = rest.get(3..).unwrap_or_default();
        } else {
            out.push(b'=');
            line = rest.get(1..).unwrap_or_default();
        }
    }
    out.extend_from_slice(line);
}

/// Appends quoted-printable of text whose lines end with CRLF, as RFC 2045 §6.7 and with a trailing
/// dot or "From " guarded, so that no relay changes it.
pub fn encode_quoted_printable(text: &[u8], out: &mut Vec<u8>) {
    out.reserve(text.len() + text.len() / 8);
    for line in text.split_inclusive(|octet| *octet == b'\n') {
        let length = if line.ends_with(b"\r\n") {
            line.len() - 2
        } else {
            line.len()
        };
        let (content, end) = line.split_at(length);
        encode_line(content, out);
        out.extend_from_slice(end);
    }
}

fn encode_line(content: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut column = 0;
    let last = content.len().saturating_sub(1);
    let is_from = content.starts_with(b"From ");
    let is_dot = content.starts_with(b".");
    for (index, octet) in content.iter().enumerate() {
        let is_plain = match octet {
            b' ' | b'\t' => index != last,
            b'=' => false,
            b'F' if index == 0 => !is_from,
            b'.' if index == 0 => !is_dot,
            33..=126 => true,
            _ => false,
        };
        // One column stays free for the "=" of a soft line break.
        if column + if is_plain { 1 } else { 3 } > LINE_CHARACTERS - 1 {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if is_plain {
            out.push(*octet);
            column += 1;
        } else {
            let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or(b'0');
            out.extend_from_slice(&[b'=', digit(octet >> 4), digit(octet & 15)]);
            column += 3;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_round_trips_at_every_length_around_a_line() {
        for length in 0..200usize {
            let octets: Vec<u8> = (0..length)
                .map(|n| u8::try_from(n * 7 % 256).unwrap())
                .collect();
            let mut text = Vec::new();
            encode_base64(&octets, &mut text);
            assert!(
                text.split(|octet| *octet == b'\n')
                    .all(|line| line.len() <= 77)
            );
            let mut joined = Vec::new();
            let (head, tail) = octets.split_at(length / 3);
            encode_base64_parts(&[head, b"", tail], &mut joined);
            assert_eq!(joined, text);
            assert_eq!(decode_base64(&text), (octets, false));
        }
    }

    #[test]
    fn base64_is_read_leniently() {
        assert_eq!(decode_base64(b"Y W\tJ\nj"), (b"abc".to_vec(), false));
        assert_eq!(decode_base64(b"YWI"), (b"ab".to_vec(), false));
        assert_eq!(decode_base64(b"YWJ="), (b"ab".to_vec(), false));
        assert_eq!(decode_base64(b"YW!Jj"), (b"abc".to_vec(), true));
        assert_eq!(decode_base64(b"YWI=\nfooter"), (b"ab".to_vec(), true));
        assert_eq!(decode_base64(b"YWJjZ"), (b"abc".to_vec(), true));
    }

    #[test]
    fn quoted_printable_round_trips() {
        for text in [
            &b"plain\r\n"[..],
            b"gr\xc3\xbc\xc3\x9fe = 1 \r\n.\r\nFrom here\r\n",
            b"\0\x7f\xff",
            b"",
        ] {
            let mut encoded = Vec::new();
            encode_quoted_printable(text, &mut encoded);
            assert!(encoded.is_ascii());
            assert_eq!(decode_quoted_printable(&encoded), text);
        }
        let mut encoded = Vec::new();
        encode_quoted_printable(&[b'x'; 500], &mut encoded);
        assert!(
            encoded
                .split(|octet| *octet == b'\n')
                .all(|line| line.len() <= 77)
        );
        assert_eq!(decode_quoted_printable(&encoded), [b'x'; 500]);
    }

    #[test]
    fn broken_quoted_printable_keeps_its_text() {
        assert_eq!(decode_quoted_printable(b"a=zz=\r\nb=4"), b"a=zzb=4");
        assert_eq!(decode_quoted_printable(b"a= \r\nb \r\n"), b"ab\r\n");
    }
}
