//! Which algorithms a group of recipients can read.

use smime::{ContentCipher, RsaPadding};

use crate::keys::RecipientKey;

/// What is sent, the strongest first.
const ORDER: [ContentCipher; 4] = [
    ContentCipher::Aes256Gcm,
    ContentCipher::Aes128Gcm,
    ContentCipher::Aes256Cbc,
    ContentCipher::Aes128Cbc,
];

/// The strongest cipher that all say they read (RFC 8551 §2.7.1). Who has said nothing is taken to
/// read `preferred`, the organisation's choice.
///
/// Where they have none in common it is AES-128-CBC, which every S/MIME 3.1 and later must read.
pub(super) fn cipher(preferred: ContentCipher, keys: &[&RecipientKey]) -> ContentCipher {
    let reads = |key: &RecipientKey, cipher| match said(key) {
        Some(ciphers) => ciphers.contains(&cipher),
        None => cipher == preferred,
    };
    ORDER
        .into_iter()
        .find(|&cipher| keys.iter().all(|key| reads(key, cipher)))
        .unwrap_or(ContentCipher::Aes128Cbc)
}

fn said(key: &RecipientKey) -> Option<&[ContentCipher]> {
    let ciphers = key.capabilities.as_ref()?.ciphers.as_slice();
    (!ciphers.is_empty()).then_some(ciphers)
}

/// OAEP where all say they read it, else what every client reads.
pub(super) fn padding(keys: &[&RecipientKey]) -> RsaPadding {
    let reads_oaep = |key: &&RecipientKey| {
        let capabilities = key.capabilities.as_ref();
        capabilities.is_some_and(|capabilities| capabilities.reads_oaep)
    };
    if keys.iter().all(reads_oaep) {
        RsaPadding::OAEP_SHA256
    } else {
        RsaPadding::Pkcs1
    }
}
