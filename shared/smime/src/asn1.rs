//! Just enough ASN.1 for CMS and X.509: a borrowing reader of DER, a writer that never copies large
//! content twice, and the normaliser that turns BER into DER ([`ber`]).

pub(crate) mod ber;
pub(crate) mod oid;
mod reader;
mod time;
mod writer;

pub(crate) use reader::{Element, Reader, small_integer};
pub(crate) use time::{read_time, write_time};
pub(crate) use writer::{Writer, header, implicit, object_identifier};

/// Why bytes are no DER of the expected shape.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Asn1Error {
    /// Ends inside an element.
    #[error("the data end inside an element")]
    Truncated,
    /// Another tag was expected.
    #[error("an element of another type was expected")]
    UnexpectedTag,
    /// A length, number or time that DER does not allow.
    #[error("an element is not well formed")]
    BadValue,
    /// Bytes follow where nothing may.
    #[error("data follow the end")]
    TrailingData,
    /// Nested deeper or split into more elements than the limits allow.
    #[error("the structure is nested too deep or has too many elements")]
    TooComplex,
}

/// Universal and context tags as they stand in the identifier octet (X.690 §8.1.2).
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0a;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const TELETEX_STRING: u8 = 0x14;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const UNIVERSAL_STRING: u8 = 0x1c;
    pub(crate) const BMP_STRING: u8 = 0x1e;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// `[n]` constructed: EXPLICIT, or IMPLICIT over a constructed type.
    pub(crate) const fn context(number: u8) -> u8 {
        0xa0 | number
    }

    /// `[n]` primitive: IMPLICIT over a primitive type.
    pub(crate) const fn context_primitive(number: u8) -> u8 {
        0x80 | number
    }
}
