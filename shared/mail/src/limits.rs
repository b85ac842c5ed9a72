//! How much of a hostile message is looked at. Beyond a limit the rest stays opaque and a defect says so.

/// Octets of one header section. Postfix cuts at 100 KiB; long DKIM, ARC and Received chains reach 60.
pub const HEADER_OCTETS_MAX: usize = 256 * 1024;
/// Fields of one header section; mailing lists with many hops reach 200.
pub const FIELDS_MAX: usize = 2_000;
/// Parts of one multipart; photo albums reach some hundreds.
pub const PARTS_MAX: usize = 1_000;
/// Nesting of multiparts and embedded messages; forwarding chains reach 20. Deeper parsers recurse to death.
pub const DEPTH_MAX: usize = 32;
/// Parts of a whole message, so that width times depth stays bounded.
pub const TREE_PARTS_MAX: usize = 5_000;
/// Mailboxes read from one address field.
pub const MAILBOXES_MAX: usize = 1_000;
/// Longest line of 7-bit and 8-bit mail without its line end (RFC 5322 §2.1.1).
pub const LINE_OCTETS_MAX: usize = 998;
