//! PEM (RFC 7468), read leniently: text around the blocks, any line length, any label.

/// One block: what stands between BEGIN and END, decoded.
pub struct PemBlock {
    /// The label, `CERTIFICATE`.
    pub label: String,
    /// The decoded content.
    pub der: Vec<u8>,
    /// Whether headers of RFC 1421 say that the content is encrypted.
    pub is_encrypted: bool,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// Whether the bytes hold a PEM block.
pub fn is_pem(bytes: &[u8]) -> bool {
    mail::find(bytes, BEGIN).is_some()
}

/// The blocks in order; broken ones are left out.
pub fn blocks(bytes: &[u8]) -> Vec<PemBlock> {
    let mut blocks = Vec::new();
    let mut rest = bytes;
    while let Some(start) = mail::find(rest, BEGIN) {
        rest = rest.get(start + BEGIN.len()..).unwrap_or_default();
        let Some(label_end) = mail::find(rest, DASHES) else {
            break;
        };
        let label = rest.get(..label_end).unwrap_or_default();
        rest = rest.get(label_end + DASHES.len()..).unwrap_or_default();
        let Some(end) = mail::find(rest, END) else {
            break;
        };
        let body = rest.get(..end).unwrap_or_default();
        rest = rest.get(end..).unwrap_or_default();
        // Headers of RFC 1421 end with an empty line; base64 has no colon.
        let is_encrypted = mail::find(body, b"ENCRYPTED").is_some();
        let text: Vec<u8> = body
            .split(|octet| *octet == b'\n')
            .filter(|line| !line.contains(&b':'))
            .flatten()
            .copied()
            .collect();
        let (der, damaged) = mail::decode_base64(&text);
        if !damaged || is_encrypted {
            blocks.push(PemBlock {
                label: String::from_utf8_lossy(label).trim().to_owned(),
                der,
                is_encrypted,
            });
        }
    }
    blocks
}

/// What follows the block that the bytes begin with; `None` where they begin with none.
pub(crate) fn behind_first_block(bytes: &[u8]) -> Option<&[u8]> {
    let block = bytes.trim_ascii_start().strip_prefix(BEGIN)?;
    let label = block.get(mail::find(block, END)? + END.len()..)?;
    label.get(mail::find(label, DASHES)? + DASHES.len()..)
}

/// Writes one block in lines of 64 characters.
pub fn encode(label: &str, der: &[u8]) -> String {
    let text = base64_simd::STANDARD.encode_to_string(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while let Some((line, tail)) = rest.split_at_checked(64) {
        out.push_str(line);
        out.push('\n');
        rest = tail;
    }
    if !rest.is_empty() {
        out.push_str(rest);
        out.push('\n');
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_round_trip_among_text() {
        let file = format!(
            "subject=x\n{}junk\n{}",
            encode("CERTIFICATE", &[1; 100]),
            encode("X509 CRL", &[2; 3])
        );
        let blocks = blocks(file.as_bytes());
        assert_eq!(blocks.len(), 2);
        assert_eq!(blocks[0].label, "CERTIFICATE");
        assert_eq!(blocks[0].der, [1; 100]);
        assert_eq!(blocks[1].der, [2; 3]);
    }

    #[test]
    fn unfinished_blocks_are_left_out() {
        assert!(blocks(b"-----BEGIN CERTIFICATE-----\nAAAA").is_empty());
        assert!(blocks(b"-----BEGIN CERT").is_empty());
        assert!(!is_pem(b"0\x80"));
    }
}
