//! Whom a message is encrypted to, before anybody opens it.

use mail::{Buffer, Entity, limits};

use super::{RecipientId, walk::LAYERS_MAX};
use crate::{
    asn1::oid,
    cms::{
        self, compressed,
        enveloped::{self, RecipientInfo},
        signed::SignedData,
    },
    detect,
};

/// The recipients of the outermost encrypted layer, also below signatures.
///
/// Nearly all encrypted mail names them in its first octets; the rest is not decoded then.
pub(super) fn outermost(message: &[u8]) -> Vec<RecipientId> {
    if detect::is_bare_cms(message) {
        return at_start(message).unwrap_or_else(|| of_object(message.into()));
    }
    let mut entity = Entity::parse(message);
    for _ in 0..limits::DEPTH_MAX {
        let multipart = if entity.content_type().is("multipart", "signed") {
            None
        } else {
            entity.multipart()
        };
        let Some(part) = multipart.and_then(|multipart| detect::sole_part(&entity, &multipart))
        else {
            break;
        };
        entity = Entity::parse(part);
    }
    detect::start_of_object(&entity)
        .and_then(|start| at_start(&start))
        .or_else(|| detect::first_object(&entity).map(of_object))
        .unwrap_or_default()
}

fn at_start(start: &[u8]) -> Option<Vec<RecipientId>> {
    enveloped::recipients_at_start(start).ok().map(ids)
}

/// The recipients of the outermost encrypted layer of an object.
fn of_object(object: Buffer) -> Vec<RecipientId> {
    let mut object = Some(object);
    for _ in 0..LAYERS_MAX {
        let Some(der) = object.take().and_then(|found| cms::normalise(found).ok()) else {
            break;
        };
        let Ok(info) = cms::content_info(&der) else {
            break;
        };
        match info.content_type {
            oid::ENVELOPED_DATA | oid::AUTH_ENVELOPED_DATA => {
                return at_start(&der).unwrap_or_default();
            }
            oid::SIGNED_DATA => {
                let content = SignedData::parse(info.content)
                    .ok()
                    .and_then(|data| data.content);
                object = content.and_then(|content| detect::first_object(&Entity::parse(&content)));
            }
            oid::COMPRESSED_DATA => {
                object = compressed::inflate(info.content, compressed::INFLATED_OCTETS_MAX)
                    .ok()
                    .and_then(|content| detect::first_object(&Entity::parse(&content)));
            }
            _ => break,
        }
    }
    Vec::new()
}

fn ids(recipients: Vec<RecipientInfo>) -> Vec<RecipientId> {
    recipients
        .into_iter()
        .map(|recipient| recipient.id)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Certificate, ContentCipher, KeyKind, MlKem, RsaPadding,
        chain::forge::{Authority, KEY_ENCIPHERMENT_USAGE, provider},
        encrypt,
    };

    /// A message to so many recipients, longer than what is decoded of it.
    fn sealed(recipients: usize, cipher: ContentCipher) -> (Vec<u8>, Vec<Certificate>) {
        let root = Authority::root("root", 1);
        let pair = root.pair(KeyKind::MlKem(MlKem::MlKem512), KEY_ENCIPHERMENT_USAGE);
        let certificates = vec![pair.certificate.unwrap(); recipients];
        let entity = [&b"\r\n"[..], &vec![b'x'; 40_000]].concat();
        let padding = RsaPadding::OAEP_SHA256;
        let sealed = encrypt(entity, &certificates, cipher, padding, &provider()).unwrap();
        (sealed.into_vec(), certificates)
    }

    #[test]
    fn they_are_read_off_the_start_of_a_message() {
        for cipher in [ContentCipher::Aes256Cbc, ContentCipher::Aes256Gcm] {
            let (message, certificates) = sealed(3, cipher);
            let start = detect::start_of_object(&Entity::parse(&message)).unwrap();
            assert!(start.len() < message.len() / 2);
            for found in [
                ids(enveloped::recipients_at_start(&start).unwrap()),
                outermost(&message),
            ] {
                assert_eq!(found.len(), 3);
                assert!(found.iter().all(|id| id.matches(&certificates[0])));
            }
        }
    }

    #[test]
    fn a_list_that_the_start_does_not_hold_is_read_off_the_whole() {
        let (message, _) = sealed(200, ContentCipher::Aes128Cbc);
        let start = detect::start_of_object(&Entity::parse(&message)).unwrap();
        assert!(enveloped::recipients_at_start(&start).is_err());
        assert_eq!(outermost(&message).len(), 200);
    }

    #[test]
    fn in_ber_they_are_read_where_no_length_is_known() {
        let (message, certificates) = sealed(1, ContentCipher::Aes128Cbc);
        let object = detect::first_object(&Entity::parse(&message)).unwrap();
        let info = cms::content_info(&object).unwrap();
        let id = crate::asn1::object_identifier(oid::ENVELOPED_DATA);
        let fields = info.content.content;
        let ber = [
            &b"\x30\x80"[..],
            &id,
            b"\xa0\x80\x30\x80",
            fields,
            b"\0\0\0\0\0\0",
        ]
        .concat();
        assert_eq!(outermost(&ber), outermost(&message));
        let start = ber.get(..2_000).unwrap();
        let found = enveloped::recipients_at_start(start).unwrap();
        assert!(found[0].id.matches(&certificates[0]));
    }

    #[test]
    fn a_start_of_something_else_has_none() {
        for start in [&b""[..], b"\x30", b"\x30\x80\x06\x01\x2a", b"\x04\x80"] {
            assert!(enveloped::recipients_at_start(start).is_err());
        }
    }
}
