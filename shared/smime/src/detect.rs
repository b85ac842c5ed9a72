//! What of a message is S/MIME: by type, by file name, or by its first octets.

use mail::{Buffer, ContentType, Entity, Multipart};

use crate::{cms, open::HELD_OCTETS_MAX};

/// The S/MIME forms of an entity.
pub(crate) enum Smime<'a> {
    /// multipart/signed with a CMS signature.
    Detached(Multipart<'a>),
    /// A CMS object: decoded, still BER.
    Object(Buffer),
    /// A CMS object that there is no room for.
    TooLarge,
}

/// Whether the input is a CMS object by itself, in binary or PEM.
pub fn is_bare_cms(input: &[u8]) -> bool {
    let start = input.trim_ascii_start();
    cms::looks_like_cms(input)
        || [
            "CMS",
            "PKCS7",
            "PKCS #7 SIGNED DATA",
            "SIGNED MESSAGE",
            "ENCRYPTED MESSAGE",
        ]
        .iter()
        .any(|label| start.starts_with(format!("-----BEGIN {label}-----").as_bytes()))
}

/// The S/MIME form of an entity, if it has one; an object is decoded if there is room for so many octets.
pub(crate) fn smime_of<'a>(entity: &Entity<'a>, room: usize) -> Option<Smime<'a>> {
    let content_type = entity.content_type();
    if content_type.is("multipart", "signed") {
        return signed_beside(entity, &content_type).map(Smime::Detached);
    }
    if is_object(&content_type) {
        return Some(match decoded(entity, room) {
            Some(octets) => Smime::Object(octets),
            None => Smime::TooLarge,
        });
    }
    object_in_disguise(entity, room)
}

fn decoded(entity: &Entity<'_>, room: usize) -> Option<Buffer> {
    (entity.decoded_octets_max() <= room).then(|| entity.decoded_object())
}

/// The first octets of the object that an entity is by its type.
pub(crate) fn start_of_object(entity: &Entity<'_>) -> Option<Vec<u8>> {
    is_object(&entity.content_type()).then(|| entity.decoded_start())
}

/// Whether the type is that of a CMS object.
fn is_object(content_type: &ContentType) -> bool {
    content_type.kind == "application"
        && matches!(
            content_type.subtype.as_str(),
            "pkcs7-mime" | "x-pkcs7-mime" | "pkcs7-signature" | "x-pkcs7-signature"
        )
}

/// Whether it is the second part of multipart/signed by its type.
pub(crate) fn is_signature_part(entity: &Entity<'_>) -> bool {
    let content_type = entity.content_type();
    content_type.is("application", "pkcs7-signature")
        || content_type.is("application", "x-pkcs7-signature")
}

/// Whether the second part of multipart/signed is a signature and nothing else: another type, or what stands behind the
/// object, may be shown.
pub(crate) fn is_mere_signature(part: &Entity<'_>, object: &[u8]) -> bool {
    let content_type = part.content_type();
    let is_hidden = is_object(&content_type) || is_untyped(part);
    let is_read_alike = !part.is_ambiguous() && !part.has_disputed_line();
    is_hidden && is_read_alike && cms::behind(object).is_none_or(<[u8]>::is_empty)
}

/// Whether no reader finds a delimiter in what stands around the parts, however it reads the boundary and ends lines.
pub(crate) fn is_quiet(multipart: &Multipart<'_>) -> bool {
    [multipart.preamble, multipart.epilogue].iter().all(|text| {
        let mut lines = text.split(u8::is_ascii_control);
        // "-- " begins the signature of a footer.
        lines.all(|line| {
            line.strip_prefix(b"--")
                .is_none_or(|rest| matches!(rest, [] | [b' ', ..]))
        })
    })
}

/// The only part of a multipart that shows nothing else, as servers leave it that take things out of messages.
pub(crate) fn sole_part<'a>(entity: &Entity<'_>, multipart: &Multipart<'a>) -> Option<&'a [u8]> {
    let is_bare = multipart.defects.is_empty()
        && [multipart.preamble, multipart.epilogue]
            .iter()
            .all(|text| text.trim_ascii().is_empty());
    match multipart.parts.as_slice() {
        [part] if is_bare && !entity.is_ambiguous() => Some(part),
        _ => None,
    }
}

/// The object of the first entity that is one, also inside of multipart/signed.
pub(crate) fn first_object(entity: &Entity<'_>) -> Option<Buffer> {
    match smime_of(entity, HELD_OCTETS_MAX)? {
        Smime::Object(octets) => Some(octets),
        Smime::Detached(multipart) => {
            let inner = Entity::parse(multipart.parts.first()?);
            match smime_of(&inner, HELD_OCTETS_MAX)? {
                Smime::Object(octets) => Some(octets),
                Smime::Detached(_) | Smime::TooLarge => None,
            }
        }
        Smime::TooLarge => None,
    }
}

/// Whether the entity has a CMS signature beside its content (multipart/signed, RFC 8551 §3.5.3).
pub fn has_detached_signature(entity: &Entity<'_>) -> bool {
    let content_type = entity.content_type();
    content_type.is("multipart", "signed") && signed_beside(entity, &content_type).is_some()
}

/// The parts of a multipart/signed, if the signature is one of CMS.
fn signed_beside<'a>(entity: &Entity<'a>, content_type: &ContentType) -> Option<Multipart<'a>> {
    let protocol = content_type.param("protocol");
    let multipart = entity.multipart()?;
    is_cms_signature(&multipart, protocol).then_some(multipart)
}

/// By the protocol, or where gateways lost it, by the type of the second part. `OpenPGP` uses the same multipart.
fn is_cms_signature(multipart: &Multipart<'_>, protocol: Option<&str>) -> bool {
    match protocol {
        Some(protocol) => [
            "application/pkcs7-signature",
            "application/x-pkcs7-signature",
        ]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(protocol)),
        None => multipart
            .parts
            .get(1)
            .is_some_and(|part| is_signature_part(&Entity::parse(part))),
    }
}

/// Octets of no type that are a CMS object all the same: by a file name that says so, or by themselves. Any other type
/// says what readers show.
fn object_in_disguise<'a>(entity: &Entity<'a>, room: usize) -> Option<Smime<'a>> {
    if !is_untyped(entity) || !cms::looks_like_cms(&entity.decoded_start()) {
        return None;
    }
    let is_named = entity.file_name().is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        [".p7m", ".p7s", ".p7c", ".p7z"]
            .iter()
            .any(|ending| name.ends_with(ending))
    });
    let Some(octets) = decoded(entity, room) else {
        return is_named.then_some(Smime::TooLarge);
    };
    // Where nothing but the octets says what it is, they must be right to the end.
    (is_named || ends_with_object(&octets)).then_some(Smime::Object(octets))
}

fn is_untyped(entity: &Entity<'_>) -> bool {
    entity.content_type().is("application", "octet-stream")
}

/// Whether an object that was found in an entity is all that readers may show of it.
pub(crate) fn is_sole_content(entity: &Entity<'_>, object: &[u8]) -> bool {
    !is_untyped(entity) || ends_with_object(object)
}

fn ends_with_object(octets: &[u8]) -> bool {
    cms::behind(octets).is_some_and(<[u8]>::is_empty)
}
