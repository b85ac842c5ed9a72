//! Transfer encodings (RFC 2045 §6), encoding and lenient decoding.

use crate::Buffer;

/// Characters on an encoded line (RFC 2045 §6.8).
const LINE_CHARACTERS: usize = 76;
/// Octets that make one full base64 line.
const LINE_OCTETS: usize = LINE_CHARACTERS / 4 * 3;
/// Lines that are encoded or decoded in one go: the encoder is fast on long runs only.
const BLOCK_LINES: usize = 64;

/// Octets of the text that base64 makes of so many octets.
pub fn base64_octets(octets: usize) -> usize {
    octets.div_ceil(3) * 4 + octets.div_ceil(LINE_OCTETS) * 2
}

/// Appends base64 in lines of 76 characters, each ended by CRLF.
pub fn encode_base64(octets: &[u8], out: &mut Vec<u8>) {
    out.reserve_exact(base64_octets(octets.len()));
    let mut lines = Lines::default();
    for block in octets.chunks(BLOCK_LINES * LINE_OCTETS) {
        out.extend_from_slice(lines.encode(block));
    }
}

/// Replaces octets by their base64, as [`encode_base64`] writes it, where they are. The text is longer, so the last
/// lines are written first: what they overwrite has been read.
pub fn encode_base64_in_place(buffer: &mut Buffer) {
    let octets = buffer.len();
    buffer.resize(base64_octets(octets));
    let mut lines = Lines::default();
    for line in (0..octets.div_ceil(LINE_OCTETS)).step_by(BLOCK_LINES).rev() {
        let start = line * LINE_OCTETS;
        let end = octets.min(start + BLOCK_LINES * LINE_OCTETS);
        let text = lines.encode(buffer.get(start..end).unwrap_or_default());
        let at = line * TEXT_LINE_OCTETS;
        if let Some(place) = buffer.get_mut(at..at + text.len()) {
            place.copy_from_slice(text);
        }
    }
}

/// Octets of a full line with its line end.
const TEXT_LINE_OCTETS: usize = LINE_CHARACTERS + 2;

/// At most [`BLOCK_LINES`] encoded lines.
struct Lines {
    characters: [u8; BLOCK_LINES * LINE_CHARACTERS],
    text: [u8; BLOCK_LINES * TEXT_LINE_OCTETS],
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            characters: [0; _],
            text: [0; _],
        }
    }
}

impl Lines {
    fn encode(&mut self, octets: &[u8]) -> &[u8] {
        let characters = base64_simd::Out::from_slice(&mut self.characters);
        let characters = base64_simd::STANDARD.encode(octets, characters);
        let (full, rest) = characters.as_chunks::<LINE_CHARACTERS>();
        let mut places = self.text.as_chunks_mut::<TEXT_LINE_OCTETS>().0.iter_mut();
        for (line, place) in full.iter().zip(&mut places) {
            write_line(line, place);
        }
        if let Some(place) = places.next().filter(|_| !rest.is_empty()) {
            write_line(rest, place);
        }
        self.text
            .get(..base64_octets(octets.len()))
            .unwrap_or_default()
    }
}

/// A line and its line end at the head of its place.
fn write_line(characters: &[u8], place: &mut [u8; TEXT_LINE_OCTETS]) {
    if let Some((line, end)) = place.split_at_mut_checked(characters.len()) {
        line.copy_from_slice(characters);
        if let Some(end) = end.get_mut(..2) {
            end.copy_from_slice(b"\r\n");
        }
    }
}

/// Decodes base64 with any line length; what is not base64 is passed over, as RFC 2045 §6.8 asks.
/// The flag says whether anything but line ends and spaces was passed over, or the end is missing.
pub fn decode_base64(text: &[u8]) -> (Vec<u8>, bool) {
    let mut octets = Vec::new();
    let is_damaged = append_base64(text, &mut octets);
    (octets, is_damaged)
}

/// Appends what [`decode_base64`] makes of the text, and says whether it was damaged.
pub(crate) fn append_base64(text: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    // Line ends are a fortieth of it: not worth to be counted.
    out.reserve_exact(text.len() / 4 * 3 + 3);
    if append_clean_base64(text, out).is_some() {
        return false;
    }
    out.truncate(start);
    let (octets, is_damaged) = decode_damaged_base64(text);
    out.extend_from_slice(&octets);
    is_damaged
}

/// What every client writes: lines of nothing but base64. `None` for all else.
fn append_clean_base64(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut characters = Characters::default();
    let mut rest = text.trim_ascii();
    while !rest.is_empty() {
        // A copy of a length that the compiler knows costs Wasm a few loads and stores, any other a call. Should
        // another line end stand inside of these characters, the decoder refuses them.
        if let Some((line, tail)) = rest.split_first_chunk::<TEXT_LINE_OCTETS>()
            && let Some((line, b"\r\n")) = line.split_first_chunk::<LINE_CHARACTERS>()
            && let Some(place) = characters.place().first_chunk_mut()
        {
            *place = *line;
            characters.filled += line.len();
            rest = tail;
            continue;
        }
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let (line, tail) = rest.split_at(end);
        rest = tail.get(1..).unwrap_or_default();
        let mut line = line.strip_suffix(b"\r").unwrap_or(line);
        while !line.is_empty() {
            characters.make_room(out)?;
            let place = characters.place();
            let (head, others) = line.split_at(line.len().min(place.len()));
            place.get_mut(..head.len())?.copy_from_slice(head);
            characters.filled += head.len();
            line = others;
        }
    }
    base64_simd::STANDARD
        .decode_append(characters.block.get(..characters.filled)?, out)
        .ok()
}

/// Characters without their line ends, as many as are decoded in one go.
struct Characters {
    block: [u8; BLOCK_LINES * LINE_CHARACTERS],
    filled: usize,
}

impl Default for Characters {
    fn default() -> Self {
        Self {
            block: [0; _],
            filled: 0,
        }
    }
}

impl Characters {
    /// What is still free.
    fn place(&mut self) -> &mut [u8] {
        self.block.get_mut(self.filled..).unwrap_or_default()
    }

    /// Decodes a full block; only the end of the text may be padded.
    fn make_room(&mut self, out: &mut Vec<u8>) -> Option<()> {
        if self.filled == self.block.len() {
            base64_simd::STANDARD_NO_PAD
                .decode_append(self.block, out)
                .ok()?;
            self.filled = 0;
        }
        Some(())
    }
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
            assert_eq!(text.len(), base64_octets(length));
            assert_eq!(decode_base64(&text), (octets, false));
        }
    }

    #[test]
    fn base64_in_place_is_the_same_text() {
        let block = BLOCK_LINES * LINE_OCTETS;
        for length in [
            0,
            1,
            56,
            57,
            58,
            block - 1,
            block,
            block + 1,
            3 * block + 100,
        ] {
            let octets: Vec<u8> = (0..length)
                .map(|n| u8::try_from(n * 7 % 251).unwrap())
                .collect();
            let mut text = Vec::new();
            encode_base64(&octets, &mut text);
            let mut buffer = Buffer::from(octets.as_slice());
            encode_base64_in_place(&mut buffer);
            assert_eq!(buffer, text);
            assert_eq!(decode_base64(&text), (octets, false));
        }
    }

    #[test]
    fn padding_ends_the_text_wherever_a_block_does() {
        let block = BLOCK_LINES * LINE_CHARACTERS;
        for before in [0, block - 4, block] {
            let text = [&vec![b'A'; before][..], b"YQ=="].concat();
            let expected = [&vec![0; before / 4 * 3][..], b"a"].concat();
            assert_eq!(decode_base64(&text), (expected.clone(), false));
            let more = [&text[..], b"\r\nYWJj"].concat();
            assert_eq!(decode_base64(&more), (expected, true));
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
