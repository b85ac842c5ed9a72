//! Reads DER without copying; every result borrows from the input.

use der::oid::ObjectIdentifier;

use super::{Asn1Error, tag};

/// One element: its tag, its content, and both with the header.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    pub(crate) raw: &'a [u8],
}

impl<'a> Element<'a> {
    /// The single element that `bytes` are, which must have this tag.
    pub(crate) fn only(bytes: &'a [u8], tag: u8) -> Result<Self, Asn1Error> {
        let mut reader = Reader::new(bytes);
        let element = reader.expect(tag)?;
        reader.finish()?;
        Ok(element)
    }

    /// The content as a BOOLEAN; BER's other ways to say true are read too.
    pub(crate) fn boolean(&self) -> Result<bool, Asn1Error> {
        match self.content {
            [octet] => Ok(*octet != 0),
            _ => Err(Asn1Error::BadValue),
        }
    }

    /// The content as an INTEGER that counts something.
    pub(crate) fn count(&self) -> Result<u64, Asn1Error> {
        small_integer(self.content)
    }

    /// The first 16 named bits of a BIT STRING's content, bit 0 lowest.
    pub(crate) fn named_bits(&self) -> Result<u16, Asn1Error> {
        let (&unused, octets) = self.content.split_first().ok_or(Asn1Error::BadValue)?;
        if unused > 7 {
            return Err(Asn1Error::BadValue);
        }
        let octet = |index: usize| octets.get(index).copied().unwrap_or(0).reverse_bits();
        Ok(u16::from_le_bytes([octet(0), octet(1)]))
    }

    /// Reads the elements inside.
    pub(crate) fn reader(&self) -> Reader<'a> {
        Reader::new(self.content)
    }
}

/// A position in a series of elements.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The elements until the end; an error ends them.
    pub(crate) fn elements(mut self) -> impl Iterator<Item = Result<Element<'a>, Asn1Error>> {
        std::iter::from_fn(move || {
            if self.is_empty() {
                return None;
            }
            let element = self.any();
            if element.is_err() {
                self.rest = &[];
            }
            Some(element)
        })
    }

    /// The next element, whatever it is.
    pub(crate) fn any(&mut self) -> Result<Element<'a>, Asn1Error> {
        let (tag, header_octets, length) = read_header(self.rest)?;
        let length = length.ok_or(Asn1Error::BadValue)?;
        let end = header_octets
            .checked_add(length)
            .ok_or(Asn1Error::Truncated)?;
        let (raw, rest) = self
            .rest
            .split_at_checked(end)
            .ok_or(Asn1Error::Truncated)?;
        let content = raw.get(header_octets..).ok_or(Asn1Error::Truncated)?;
        self.rest = rest;
        Ok(Element { tag, content, raw })
    }

    /// The next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Element<'a>, Asn1Error> {
        match self.peek() {
            Some(found) if found == tag => self.any(),
            Some(_) => Err(Asn1Error::UnexpectedTag),
            None => Err(Asn1Error::Truncated),
        }
    }

    /// The next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Asn1Error> {
        if self.peek() == Some(tag) {
            self.any().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Steps into the next element, which must have this tag. Its end is not looked for: it may be indefinite, or
    /// missing.
    pub(crate) fn enter(&mut self, tag: u8) -> Result<(), Asn1Error> {
        let (found, header_octets, _) = read_header(self.rest)?;
        if found != tag {
            return Err(Asn1Error::UnexpectedTag);
        }
        self.rest = self.rest.get(header_octets..).unwrap_or_default();
        Ok(())
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The elements of the next SEQUENCE.
    pub(crate) fn sequence(&mut self) -> Result<Reader<'a>, Asn1Error> {
        Ok(self.expect(tag::SEQUENCE)?.reader())
    }

    pub(crate) fn oid(&mut self) -> Result<ObjectIdentifier, Asn1Error> {
        let element = self.expect(tag::OBJECT_IDENTIFIER)?;
        ObjectIdentifier::from_bytes(element.content).map_err(|_| Asn1Error::BadValue)
    }

    pub(crate) fn octets(&mut self) -> Result<&'a [u8], Asn1Error> {
        Ok(self.expect(tag::OCTET_STRING)?.content)
    }

    /// A BIT STRING of whole octets.
    pub(crate) fn bit_string(&mut self) -> Result<&'a [u8], Asn1Error> {
        match self.expect(tag::BIT_STRING)?.content.split_first() {
            Some((0, octets)) => Ok(octets),
            _ => Err(Asn1Error::BadValue),
        }
    }

    /// The BIT STRING of a signature. One that is not of whole octets is no key's signature but well
    /// formed otherwise: it comes out empty, which no key verifies.
    pub(crate) fn signature(&mut self) -> Result<&'a [u8], Asn1Error> {
        let bits = self.expect(tag::BIT_STRING)?;
        Ok(bits.content.strip_prefix(&[0]).unwrap_or_default())
    }

    /// An INTEGER that fits; negative ones do not.
    pub(crate) fn small_integer(&mut self) -> Result<u64, Asn1Error> {
        small_integer(self.expect(tag::INTEGER)?.content)
    }

    /// Nothing may follow.
    pub(crate) fn finish(&self) -> Result<(), Asn1Error> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Asn1Error::TrailingData)
        }
    }
}

/// The unsigned value of an INTEGER's content.
pub(crate) fn small_integer(content: &[u8]) -> Result<u64, Asn1Error> {
    let significant = content.strip_prefix(&[0]).unwrap_or(content);
    if content.is_empty() || significant.len() > 8 || content.first().is_some_and(|b| *b >= 0x80) {
        return Err(Asn1Error::BadValue);
    }
    Ok(significant
        .iter()
        .fold(0, |value, byte| (value << 8) | u64::from(*byte)))
}

/// Tag, octets of tag and length, and the length (`None`: indefinite, X.690 §8.1.3.6).
pub(super) fn read_header(bytes: &[u8]) -> Result<(u8, usize, Option<usize>), Asn1Error> {
    let (&tag, rest) = bytes.split_first().ok_or(Asn1Error::Truncated)?;
    // No structure of CMS or X.509 has tag numbers above 30.
    if tag & 0x1f == 0x1f {
        return Err(Asn1Error::BadValue);
    }
    let (&first, rest) = rest.split_first().ok_or(Asn1Error::Truncated)?;
    match first {
        0..=0x7f => Ok((tag, 2, Some(usize::from(first)))),
        0x80 => Ok((tag, 2, None)),
        _ => {
            let octets = usize::from(first & 0x7f);
            let digits = rest.get(..octets).ok_or(Asn1Error::Truncated)?;
            let length = digits.iter().try_fold(0usize, |length, digit| {
                length.checked_mul(256)?.checked_add(usize::from(*digit))
            });
            Ok((tag, 2 + octets, Some(length.ok_or(Asn1Error::Truncated)?)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_lengths_are_errors() {
        for bytes in [
            &b""[..],
            b"\x30",
            b"\x30\x84\xff\xff\xff\xff",
            b"\x30\x89\xff\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x04\x05abc",
        ] {
            assert_eq!(Reader::new(bytes).any().err(), Some(Asn1Error::Truncated));
        }
        assert_eq!(
            Reader::new(b"\x1f\x81\x01\x00").any().err(),
            Some(Asn1Error::BadValue)
        );
    }

    #[test]
    fn named_bits_count_from_the_left() {
        let bits = |content| {
            let raw = &[][..];
            Element {
                tag: tag::BIT_STRING,
                content,
                raw,
            }
            .named_bits()
        };
        assert_eq!(bits(&[1, 0b0000_0110]), Ok(0b0110_0000));
        assert_eq!(bits(&[7, 0, 0x80]), Ok(1 << 8));
        assert_eq!(bits(&[0]), Ok(0));
        assert_eq!(bits(&[8, 0]), Err(Asn1Error::BadValue));
    }

    #[test]
    fn elements_end_at_the_first_error() {
        let mut elements = Reader::new(b"\x02\x01\x05\x02\x05").elements();
        assert!(elements.next().unwrap().is_ok());
        assert!(elements.next().unwrap().is_err());
        assert!(elements.next().is_none());
    }

    #[test]
    fn small_integers() {
        assert_eq!(Reader::new(b"\x02\x01\x05").small_integer(), Ok(5));
        assert_eq!(Reader::new(b"\x02\x02\x00\x80").small_integer(), Ok(128));
        assert_eq!(
            Reader::new(b"\x02\x01\x80").small_integer(),
            Err(Asn1Error::BadValue)
        );
    }
}
