//! Keys to which the portal seals a private key that is uploaded.
//!
//! Each is made for one upload and kept nowhere: its secret half travels with the caller, wrapped by
//! the vault for the organisation and a time.

use api::{Code, ImportKey, SealedCertificate};
use mail::UnixTime;
use sealing::{KEY_OCTETS, KeyPair};
use zeroize::Zeroizing;

use crate::crypto;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::vault::Place;

/// How long a key may be used: the portal asks for it when the file is opened, and sends at once.
const MINUTES: i64 = 10;

/// Makes a key.
pub(crate) fn make(desk: &Desk, organisation: &str) -> Result<ImportKey, Failure> {
    let mut random = Zeroizing::new([0; KEY_OCTETS]);
    random.copy_from_slice(&Zeroizing::new(crypto::random(32)));
    let pair = KeyPair::from_random(&random);
    let expires_at = UnixTime(desk.now.unix().0.saturating_add(MINUTES * 60));
    let place = Place::ImportKey {
        organisation,
        expires_at: expires_at.0,
    };
    let wrapped = desk.master_keys()?.wrap(&place, &pair.secret)?;
    Ok(ImportKey {
        public: crypto::base64(&pair.public),
        ticket: format!("{}.{wrapped}", expires_at.0),
        expires_at: expires_at.to_string(),
    })
}

/// Opens what was sealed for a mailbox.
pub(crate) fn open(
    desk: &Desk,
    organisation: &str,
    address: &str,
    body: &SealedCertificate,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let refuse = || {
        let detail = "The sealed certificate does not open. Ask for a key and seal it anew.";
        Failure::caller(422, Code::NotSealedForThis, detail)
    };
    let (expires_at, wrapped) = body.ticket.split_once('.').ok_or_else(refuse)?;
    let expires_at: i64 = expires_at.parse().map_err(|_| refuse())?;
    if expires_at < desk.now.unix().0 {
        let detail = "The key to which the certificate is sealed has expired. Try again.";
        return Err(Failure::caller(422, Code::ImportKeyExpired, detail));
    }
    let place = Place::ImportKey {
        organisation,
        expires_at,
    };
    let secret = desk.master_keys()?.unwrap(&place, wrapped);
    let secret = secret.map_err(|_| refuse())?;
    let sealed = crypto::from_base64(&body.sealed).map_err(|_| refuse())?;
    sealing::open(&secret, address, &sealed).map_err(|_| refuse())
}
