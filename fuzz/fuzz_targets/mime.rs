//! A message, looked at in every way that the gateway has.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mail::Entity;

fuzz_target!(|message: &[u8]| {
    let mut parts = 0;
    walk(message, 0, &mut parts);

    let entity = Entity::parse(message);
    let _ = mail::sole_author(&entity);
    let content = mail::content_entity(&entity);
    let _ = mail::with_content(&entity, &content);
    let (outer, taken) = mail::take_apart(message.into());
    assert!(mail::into_canonical(taken) == content && outer == mail::outer_header(&entity));
    if let Some(subject) = entity.field("Subject") {
        let marked = mail::with_legacy_display(content, &subject.text());
        let _ = mail::without_legacy_display(marked);
    }
    let mut kept = mail::Buffer::from(message);
    mail::remove_fields(&mut kept, "x-sealgate-");
    assert!(kept.len() <= message.len());

    let canonical = mail::to_crlf(message);
    assert_eq!(mail::to_crlf(&canonical), canonical, "twice is once");
    let canonical_entity = mail::into_canonical(message.into());
    let twice = mail::into_canonical(canonical_entity.clone());
    assert_eq!(twice, canonical_entity, "twice is once");
    if let Ok(seven) = mail::into_7bit(message.into()) {
        assert_eq!(
            mail::into_7bit(seven.clone()).as_ref(),
            Ok(&seven),
            "twice is once"
        );
    }

    let mut encoded = Vec::new();
    mail::encode_base64(message, &mut encoded);
    assert_eq!(mail::decode_base64(&encoded).0, message);
    let mut in_place = mail::Buffer::from(message);
    mail::encode_base64_in_place(&mut in_place);
    assert_eq!(in_place, encoded);
    encoded.clear();
    mail::encode_quoted_printable(&canonical, &mut encoded);
    assert_eq!(mail::decode_quoted_printable(&encoded), *canonical);
});

fn walk(raw: &[u8], depth: usize, parts: &mut usize) {
    *parts += 1;
    if depth > mail::limits::DEPTH_MAX || *parts > mail::limits::TREE_PARTS_MAX {
        return;
    }
    let entity = Entity::parse(raw);
    assert!(entity.fields().len() <= mail::limits::FIELDS_MAX);
    for field in entity.fields() {
        let _ = mail::parse_mailboxes(&field.text());
    }
    let _ = (entity.content_type(), entity.file_name(), entity.defects());
    let (decoded, _) = entity.decoded_body();
    if entity.content_type().is("message", "rfc822") {
        walk(&decoded, depth + 1, parts);
    }
    if let Some(multipart) = entity.multipart() {
        assert!(multipart.parts.len() <= mail::limits::PARTS_MAX);
        for part in &multipart.parts {
            walk(part, depth + 1, parts);
        }
    }
}
