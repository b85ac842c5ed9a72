//! How the sender's client has protected a message already.

use mail::Entity;
use policy::Content;

/// Looks at the whole message only: one that merely contains something signed, a forwarded mail
/// say, is not signed itself.
///
/// Encrypted is only what names recipients inside: a label alone must not pass *enforce encryption*.
pub(crate) fn protection_of(raw: &[u8]) -> Content {
    let message = Entity::parse(raw);
    let content_type = message.content_type();
    let is_cms = content_type.is("application", "pkcs7-mime")
        || content_type.is("application", "x-pkcs7-mime");
    if is_cms && !smime::recipients(raw).is_empty() {
        return Content::Encrypted;
    }
    let smime_type = content_type.param("smime-type").unwrap_or_default();
    let is_opaque = is_cms && smime_type.eq_ignore_ascii_case("signed-data");
    if is_opaque || smime::has_detached_signature(&message) {
        return Content::Signed;
    }
    Content::Plain
}
