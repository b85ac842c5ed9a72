//! Message digests.

use sha2::digest::ExtendableOutput;

use crate::provider::Digest;

/// The digest of the parts one after the other.
pub(crate) fn digest(digest: Digest, parts: &[&[u8]]) -> Vec<u8> {
    match digest {
        Digest::Md5 => over::<md5::Md5>(parts),
        Digest::Sha1 => over::<sha1::Sha1>(parts),
        Digest::Sha224 => over::<sha2::Sha224>(parts),
        Digest::Sha256 => over::<sha2::Sha256>(parts),
        Digest::Sha384 => over::<sha2::Sha384>(parts),
        Digest::Sha512 => over::<sha2::Sha512>(parts),
    }
}

fn over<D: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = D::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().to_vec()
}

/// One of SHA-3 (FIPS 202).
pub(crate) fn sha3<D: sha2::Digest>(content: &[u8]) -> Vec<u8> {
    over::<D>(&[content])
}

/// So many octets of an extendable output (FIPS 202).
pub(crate) fn shake<X: ExtendableOutput + Default>(content: &[u8], octets: usize) -> Vec<u8> {
    let mut output = vec![0; octets];
    X::digest_xof(content, &mut output);
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4 and RFC 1321: the digests of "abc" begin like this and have this length.
    #[test]
    fn vectors() {
        for (kind, start) in [
            (Digest::Md5, [0x90, 0x01, 0x50, 0x98]),
            (Digest::Sha1, [0xa9, 0x99, 0x3e, 0x36]),
            (Digest::Sha224, [0x23, 0x09, 0x7d, 0x22]),
            (Digest::Sha256, [0xba, 0x78, 0x16, 0xbf]),
            (Digest::Sha384, [0xcb, 0x00, 0x75, 0x3f]),
            (Digest::Sha512, [0xdd, 0xaf, 0x35, 0xa1]),
        ] {
            let value = digest(kind, &[b"a", b"", b"bc"]);
            assert_eq!(value[..4], start, "{kind:?}");
            assert_eq!(value.len(), kind.output_octets(), "{kind:?}");
        }
    }

    /// FIPS 202: those of no octets begin like this.
    #[test]
    fn vectors_of_sha3() {
        for (value, start, octets) in [
            (sha3::<sha3::Sha3_256>(b""), [0xa7, 0xff, 0xc6, 0xf8], 32),
            (sha3::<sha3::Sha3_384>(b""), [0x0c, 0x63, 0xa7, 0x5b], 48),
            (sha3::<sha3::Sha3_512>(b""), [0xa6, 0x9f, 0x73, 0xcc], 64),
            (
                shake::<shake::Shake128>(b"", 32),
                [0x7f, 0x9c, 0x2b, 0xa4],
                32,
            ),
            (
                shake::<shake::Shake256>(b"", 64),
                [0x46, 0xb9, 0xdd, 0x2b],
                64,
            ),
        ] {
            assert_eq!(value[..4], start);
            assert_eq!(value.len(), octets);
        }
    }
}
