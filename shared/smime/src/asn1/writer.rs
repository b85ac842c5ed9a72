//! Writes DER.
//!
//! Small structures are built inside out as `Vec<u8>`. The few large ones are written front to back:
//! their lengths are known beforehand, so [`header`] goes first and the content follows once.

use der::oid::ObjectIdentifier;

use super::tag;

/// Collects elements.
#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Appends DER that is already made.
    pub(crate) fn raw(mut self, der: &[u8]) -> Self {
        self.0.extend_from_slice(der);
        self
    }

    /// Appends one element.
    pub(crate) fn element(mut self, tag: u8, content: &[u8]) -> Self {
        self.0.extend_from_slice(&header(tag, content.len()));
        self.0.extend_from_slice(content);
        self
    }

    pub(crate) fn oid(self, oid: ObjectIdentifier) -> Self {
        self.element(tag::OBJECT_IDENTIFIER, oid.as_bytes())
    }

    pub(crate) fn octets(self, content: &[u8]) -> Self {
        self.element(tag::OCTET_STRING, content)
    }

    pub(crate) fn null(self) -> Self {
        self.element(tag::NULL, &[])
    }

    pub(crate) fn integer(self, value: u64) -> Self {
        self.raw(&integer(value))
    }

    /// Everything so far as the content of one element.
    pub(crate) fn wrap(self, tag: u8) -> Vec<u8> {
        element(tag, &self.0)
    }

    pub(crate) fn sequence(self) -> Vec<u8> {
        self.wrap(tag::SEQUENCE)
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// One element.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = header(tag, content.len());
    out.extend_from_slice(content);
    out
}

/// The element under another tag, as IMPLICIT asks for.
pub(crate) fn implicit(tag: u8, mut element: Vec<u8>) -> Vec<u8> {
    if let Some(first) = element.first_mut() {
        *first = tag;
    }
    element
}

/// Identifier and length octets of an element with so many octets of content.
pub(crate) fn header(tag: u8, content_octets: usize) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(content_octets) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let digits = content_octets.to_be_bytes();
            let significant = digits
                .iter()
                .position(|digit| *digit != 0)
                .and_then(|start| digits.get(start..))
                .unwrap_or_default();
            out.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
            out.extend_from_slice(significant);
        }
    }
    out
}

/// A non-negative INTEGER.
pub(crate) fn integer(value: u64) -> Vec<u8> {
    let digits = value.to_be_bytes();
    let start = digits.iter().position(|digit| *digit != 0).unwrap_or(7);
    let significant = digits.get(start..).unwrap_or_default();
    let mut content = Vec::with_capacity(9);
    if significant.first().is_some_and(|digit| *digit >= 0x80) {
        content.push(0);
    }
    content.extend_from_slice(significant);
    element(tag::INTEGER, &content)
}

/// An OBJECT IDENTIFIER.
pub(crate) fn object_identifier(oid: ObjectIdentifier) -> Vec<u8> {
    element(tag::OBJECT_IDENTIFIER, oid.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_minimal() {
        assert_eq!(header(4, 0x7f), [4, 0x7f]);
        assert_eq!(header(4, 0x80), [4, 0x81, 0x80]);
        assert_eq!(header(4, 0x1_0000), [4, 0x83, 1, 0, 0]);
    }

    #[test]
    fn integers_are_minimal() {
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(0x80), [2, 2, 0, 0x80]);
        assert_eq!(integer(65_537), [2, 3, 1, 0, 1]);
    }
}
