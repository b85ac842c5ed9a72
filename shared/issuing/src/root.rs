//! The root: a self-signed certificate that an organisation gives to its partners.

use const_oid::db::rfc4519;
use mail::UnixTime;
use smime::{PrivateKey, Provider};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};

use crate::certificate::{Draft, NAME_CHARS_MAX, extension, name, subject_key_identifier};
use crate::mailbox::BACKDATE_SECONDS;
use crate::signing::{IssueError, Serial, Signer};

/// How long a root holds: partners install it by hand, so not often.
pub const ROOT_YEARS: i64 = 10;

/// What a root says.
#[derive(Clone, Copy, Debug)]
pub struct RootContent<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// The serial number.
    pub serial: Serial,
    /// When it is made.
    pub now: UnixTime,
}

/// Makes a root certificate for `key`; DER.
pub fn make_root(
    content: RootContent<'_>,
    key: &PrivateKey,
    provider: &dyn Provider,
) -> Result<Vec<u8>, IssueError> {
    const SUFFIX: &str = " S/MIME Root CA";
    let short: String = content
        .organisation
        .chars()
        .take(NAME_CHARS_MAX - SUFFIX.len())
        .collect();
    let subject = name(&[
        (rfc4519::O, content.organisation),
        (rfc4519::CN, &(short + SUFFIX)),
    ])?;
    let spki = provider.public_key(key)?;
    let extensions = vec![
        // It signs certificates of mailboxes, and no further CA.
        extension(
            true,
            &BasicConstraints {
                ca: true,
                path_len_constraint: Some(0),
            },
        )?,
        // `digitalSignature` is for its OCSP answers (Baseline Requirements §7.1.2.3).
        extension(
            true,
            &KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign | KeyUsages::DigitalSignature),
        )?,
        subject_key_identifier(&spki, provider)?,
    ];
    Draft {
        serial: content.serial,
        issuer: subject.clone(),
        not_before: UnixTime(content.now.0.saturating_sub(BACKDATE_SECONDS)),
        not_after: content.now.plus_days(ROOT_YEARS * 365),
        subject,
        spki: &spki,
        extensions,
    }
    .sign(&Signer { key, provider })
}
