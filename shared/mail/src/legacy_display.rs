//! The Legacy Display element (RFC 9788 §2.1.2): a copy of hidden header fields at the head of the text, for
//! readers that know no header protection. Once the fields are back in their place it is only in the way.

mod read;
mod write;

pub use read::without_legacy_display;
pub use write::with_legacy_display;

use std::ops::Range;

use crate::{Entity, TransferEncoding, encode_base64, encode_quoted_printable, limits::DEPTH_MAX};

/// The parameter of a text whose head is such an element.
const PARAMETER: &str = "hp-legacy-display";
/// The class of the `div` that is one.
const CLASS: &str = "header-protection-legacy-display";

/// What takes the place of octets.
type Change = (Range<usize>, Vec<u8>);

/// Most texts that a message shows first: one in a few alternatives. Each change of one moves all that follows it.
const TEXTS_MAX: usize = 16;

/// Visits the texts that a reader shows first (RFC 9787 §7.1), in order.
fn visit<'a>(raw: &'a [u8], visitor: &mut impl FnMut(&Entity<'a>)) {
    let mut left = TEXTS_MAX;
    visit_below(raw, 0, &mut left, visitor);
}

fn visit_below<'a>(
    raw: &'a [u8],
    depth: usize,
    left: &mut usize,
    visitor: &mut impl FnMut(&Entity<'a>),
) {
    if *left == 0 {
        return;
    }
    let entity = Entity::parse(raw);
    let content_type = entity.content_type();
    if content_type.kind != "multipart" {
        *left -= 1;
        return visitor(&entity);
    }
    // What is inside a signature of its own stays as it was signed; a digest begins with a message.
    let is_closed = matches!(
        content_type.subtype.as_str(),
        "signed" | "encrypted" | "digest"
    );
    if depth >= DEPTH_MAX || is_closed {
        return;
    }
    let Some(multipart) = entity.multipart() else {
        return;
    };
    let shown = match content_type.subtype.as_str() {
        "alternative" => multipart.parts.len(),
        _ => 1,
    };
    for part in multipart.parts.into_iter().take(shown) {
        visit_below(part, depth + 1, left, visitor);
    }
}

/// Where a slice of `whole` lies in it.
fn place(slice: &[u8], whole: &[u8]) -> Range<usize> {
    let start = slice.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start + slice.len()
}

/// A text in the transfer encoding of `entity`.
fn encoded(entity: &Entity<'_>, text: Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    match entity.transfer_encoding() {
        TransferEncoding::Identity => return text,
        TransferEncoding::Base64 => encode_base64(&text, &mut out),
        TransferEncoding::QuotedPrintable => encode_quoted_printable(&text, &mut out),
    }
    out
}

/// Makes changes that are in order and apart.
fn change(octets: &mut Vec<u8>, changes: Vec<Change>) {
    for (range, replacement) in changes.into_iter().rev() {
        if range.start <= range.end && range.end <= octets.len() {
            octets.splice(range, replacement);
        }
    }
}
