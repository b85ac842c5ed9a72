//! MIME entities, generated.

use mail::Entity;
use proptest::collection::vec;
use proptest::prelude::*;

/// Entities as mail software writes them: text with line ends of any kind, octets of any value, parts in parts.
pub fn entity() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        "(?s).{0,200}".prop_map(|text| {
            let header =
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit";
            format!("{header}\r\n\r\n{text}\r\n").into_bytes()
        }),
        "[ -~\r\n]{0,2000}"
            .prop_map(|text| format!("Content-Type: text/plain\r\n\r\n{text}").into_bytes()),
        vec(any::<u8>(), 0..500).prop_map(|octets| {
            let mut entity =
                b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n".to_vec();
            mail::encode_base64(&octets, &mut entity);
            entity
        }),
        vec(any::<u8>(), 0..500).prop_map(|octets| {
            let header =
                &b"Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n"[..];
            [header, &octets].concat()
        }),
    ];
    leaf.prop_recursive(3, 12, 3, |part| {
        // Each boundary occurs nowhere inside: no leaf is as long as its random part.
        (vec(part, 1..4), "[0-9A-Za-z]{40}").prop_map(|(parts, boundary)| {
            let mut entity =
                format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n").into_bytes();
            for part in parts {
                entity.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
                entity.extend_from_slice(&part);
            }
            entity.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
            entity
        })
    })
}

/// The decoded bodies of the parts that are no multiparts.
pub fn leaves(entity: &[u8]) -> Vec<Vec<u8>> {
    let entity = Entity::parse(entity);
    match entity.multipart() {
        Some(multipart) => multipart
            .parts
            .iter()
            .flat_map(|part| leaves(part))
            .collect(),
        None => vec![entity.decoded_body().0.into_owned()],
    }
}
