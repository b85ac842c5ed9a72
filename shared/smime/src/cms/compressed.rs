//! `CompressedData` (RFC 3274): zlib, within limits.

use crate::{
    Problem, Reason,
    asn1::{Asn1Error, Element, ber, oid, tag},
};

/// Most octets that all layers of a message decompress to: more than the largest message that is taken in, and a
/// quarter of an isolate's memory.
pub(crate) const INFLATED_OCTETS_MAX: usize = 32 * 1024 * 1024;
/// Highest ratio. Mail text reaches 20, a file of zeros 1,000: that is a bomb.
pub(crate) const RATIO_MAX: usize = 200;
/// Below this size the ratio does not matter.
const SMALL_OCTETS: usize = 1024 * 1024;

/// The content, decompressed to at most `octets_max`.
pub(crate) fn inflate(element: Element<'_>, octets_max: usize) -> Result<Vec<u8>, Problem> {
    let compressed = compressed_octets(element).map_err(super::malformed)?;
    let limit = octets_max.min(SMALL_OCTETS.max(compressed.len().saturating_mul(RATIO_MAX)));
    miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&compressed, limit).map_err(|error| {
        if error.status == miniz_oxide::inflate::TINFLStatus::HasMoreOutput {
            Problem::new(
                Reason::LimitExceeded,
                "the compressed content is larger than the limit",
            )
        } else {
            Problem::new(Reason::Malformed, "the compressed content is broken")
        }
    })
}

fn compressed_octets(element: Element<'_>) -> Result<std::borrow::Cow<'_, [u8]>, Asn1Error> {
    let mut fields = element.reader();
    fields.small_integer()?;
    if fields.sequence()?.oid()? != oid::ZLIB {
        return Err(Asn1Error::BadValue);
    }
    let mut encapsulated = fields.sequence()?;
    encapsulated.oid()?;
    let content = encapsulated.expect(tag::context(0))?.reader().any()?;
    ber::implicit_octets(&content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{Reader, Writer};

    fn compressed(content: &[u8]) -> Vec<u8> {
        let zlib = miniz_oxide::deflate::compress_to_vec_zlib(content, 6);
        let encapsulated = Writer::new()
            .oid(oid::DATA)
            .raw(&Writer::new().octets(&zlib).wrap(tag::context(0)))
            .sequence();
        Writer::new()
            .integer(0)
            .raw(&Writer::new().oid(oid::ZLIB).sequence())
            .raw(&encapsulated)
            .sequence()
    }

    fn inflated(der: &[u8]) -> Result<Vec<u8>, Reason> {
        inflate(Reader::new(der).any().unwrap(), INFLATED_OCTETS_MAX)
            .map_err(|problem| problem.reason)
    }

    #[test]
    fn content_round_trips() {
        assert_eq!(inflated(&compressed(b"hello")), Ok(b"hello".to_vec()));
    }

    #[test]
    fn what_is_left_of_the_limit_counts() {
        let der = compressed(b"hello");
        let element = || Reader::new(&der).any().unwrap();
        assert!(inflate(element(), 5).is_ok());
        let problem = inflate(element(), 4).unwrap_err();
        assert_eq!(problem.reason, Reason::LimitExceeded);
    }

    #[test]
    fn bombs_and_broken_ones_are_told_apart() {
        let bomb = compressed(&vec![0; SMALL_OCTETS * 4]);
        assert_eq!(inflated(&bomb), Err(Reason::LimitExceeded));
        let mut broken = compressed(b"hello");
        let last = broken.len() - 8;
        broken[last] ^= 0xff;
        assert_eq!(inflated(&broken), Err(Reason::Malformed));
    }
}
