//! Huge counts: each is met by a limit, at once, and by nothing worse.

use mail::{Defect, limits};
use smime::{LayerKind, Opened, Reason, RsaPadding};

use super::{der, encrypted};
use crate::support::{opened, signed};

const RECIPIENTS: [usize; 3] = [1, 0, 1];
const CERTIFICATES: [usize; 3] = [1, 0, 3];
const SIGNERS: [usize; 3] = [1, 0, 4];

fn reason(opened: &Opened) -> Option<Reason> {
    let mut problems = opened
        .layers
        .iter()
        .filter_map(|layer| layer.problem.as_ref());
    problems.next().map(|problem| problem.reason)
}

/// The same with the first element of a SET so many times.
pub(super) fn multiplied(object: &[u8], set: &[usize], count: usize) -> Vec<u8> {
    let first = der::children(der::at(object, set))[0].to_vec();
    der::with(object, set, &first.repeat(count))
}

#[test]
fn more_recipients_than_any_list_has() {
    let entity = b"Content-Type: text/plain\r\n\r\nhi\r\n";
    let object = encrypted(entity, smime::ContentCipher::default(), RsaPadding::Pkcs1);
    let many = opened(&multiplied(&object, &RECIPIENTS, 4_096));
    assert_eq!(many.decryption_verdict(), Some(Ok(())));
    let more = opened(&multiplied(&object, &RECIPIENTS, 4_097));
    assert!(matches!(more.layers[0].kind, LayerKind::Unreadable));
    assert_eq!(reason(&more), Some(Reason::LimitExceeded));
}

#[test]
fn more_signers_or_certificates_than_anybody_needs() {
    let entity = signed(b"Content-Type: text/plain\r\n\r\nhi\r\n", true);
    let (object, _) = mail::decode_base64(mail::Entity::parse(&entity).body());
    for (set, most) in [(&SIGNERS, 16), (&CERTIFICATES, 64)] {
        assert_eq!(reason(&opened(&multiplied(&object, set, most))), None);
        let more = opened(&multiplied(&object, set, most + 1));
        assert_eq!(reason(&more), Some(Reason::LimitExceeded));
    }
}

#[test]
fn more_layers_and_parts_than_a_mail_has() {
    let mut entity = "Content-Type: text/plain\r\n\r\nhi\r\n".to_owned();
    for layer in 0..20 {
        entity = format!(
            "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b{layer}\r\n\r\n\
             --b{layer}\r\n{entity}\r\n--b{layer}\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--b{layer}--\r\n"
        );
    }
    let found = opened(entity.as_bytes());
    assert_eq!(found.layers.len(), 16);
    let last = found.layers.last().unwrap().problem.as_ref();
    assert_eq!(last.unwrap().reason, Reason::LimitExceeded);

    for depth in [limits::DEPTH_MAX, limits::DEPTH_MAX + 1] {
        let mut entity = "Content-Type: text/plain\r\n\r\nhi\r\n".to_owned();
        for level in 0..depth {
            entity = format!(
                "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n{entity}\r\n--b{level}--\r\n"
            );
        }
        let is_limited = opened(entity.as_bytes())
            .defects
            .contains(&Defect::LimitExceeded);
        assert_eq!(is_limited, depth > limits::DEPTH_MAX);
    }
}

/// All of them are held while the walk is in the innermost.
#[test]
fn objects_inside_of_each_other_have_room_together() {
    const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    const DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
    const VERSION: &[u8] = b"\x02\x01\x01";
    const EMPTY_SET: &[u8] = b"\x31\x00";
    let wrapped = |content: &[u8]| {
        let content = der::element(0xa0, &der::element(0x04, content));
        let content = der::element(0x30, &[DATA, &content].concat());
        let data = [VERSION, EMPTY_SET, &content, EMPTY_SET].concat();
        let data = der::element(0xa0, &der::element(0x30, &data));
        let object = der::element(0x30, &[SIGNED_DATA, &data].concat());
        let header =
            b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n";
        [&header[..], &object].concat()
    };
    let layers = |mebibytes: usize| {
        let mut entity = vec![b'x'; mebibytes << 20];
        for _ in 0..4 {
            entity = wrapped(&entity);
        }
        let found = opened(&entity);
        let is_limited = |reason| reason == Some(Reason::LimitExceeded);
        let last = found.layers.last().and_then(|layer| layer.problem.as_ref());
        let last = last.map(|problem| problem.reason);
        (found.layers.len(), is_limited(last))
    };
    assert_eq!(layers(11), (4, false));
    assert_eq!(layers(13), (4, true));
    assert_eq!(layers(20), (3, true));
}
