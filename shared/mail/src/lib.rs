//! Bytes to message and back: RFC 5322, MIME, addresses, delivery reports.
//!
//! This crate knows no policy and no cryptography.

mod address;
mod buffer;
mod canonical;
mod content_type;
mod defect;
mod dsn;
mod encode;
mod encoded_word;
mod entity;
mod header;
mod legacy_display;
pub mod limits;
mod mailbox;
mod parameter;
mod split;
mod time;

pub use address::{Address, AddressError, DOMAIN_OCTETS_MAX, Domain, LOCAL_PART_OCTETS_MAX};
pub use buffer::Buffer;
pub use canonical::{has_bare_carriage_return, into_7bit, into_canonical, is_7bit, to_crlf};
pub use content_type::ContentType;
pub use defect::Defect;
pub use dsn::{FailedRecipient, FailureReport};
pub use encode::{
    base64_octets, decode_base64, decode_quoted_printable, encode_base64, encode_base64_in_place,
    encode_quoted_printable,
};
pub use encoded_word::decode_encoded_words;
pub use entity::{Entity, Multipart, TransferEncoding};
pub use header::Field;
pub use legacy_display::{with_legacy_display, without_legacy_display};
pub use mailbox::{parse_mailboxes, sole_author};
pub use parameter::{with_parameter, without_parameter};
pub use split::{
    content_entity, outer_header, push_field, remove_fields, take_apart, with_content,
};
pub use time::UnixTime;

/// Where `needle` first occurs.
pub fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}
