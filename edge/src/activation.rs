//! Giving mailboxes their certificates: the first, and each next one before the one in use ends.
//!
//! A seat is taken at once, in D1; the certificate follows, for the first few in the same request
//! and for the rest by the queue. Whatever happens in between, the mailbox shows *activating*, or
//! still uses its old certificate, and the scheduled work asks again. Issuing twice is harmless: only
//! a mailbox that still waits takes it.

use mail::Address;
use serde::{Deserialize, Serialize};
use smime::{KeyKind, Provider as _};

use crate::crypto::Node;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::issuer::{self, BuiltInCa};
use crate::observe;
use crate::store::certificates::{self, NewCertificate, Replaces};
use crate::store::kv::WrappedKey;
use crate::store::waiting::{self, WaitingRow};
use crate::vault::Place;

/// How many certificates are made within one event: each costs some 60 ms of CPU for its key.
pub(crate) const AT_ONCE_MAX: usize = 8;
/// Mailboxes per queue message, for the same reason.
const BATCH: usize = 8;
/// Queue messages that are sent at once: the platform's limit.
const SEND_BATCH_MAX: usize = 100;

/// What every client can sign with and be written to.
pub(crate) const MAILBOX_KEY: KeyKind = KeyKind::Rsa { bits: 2048 };

/// A queue message: mailboxes that wait. A pointer only, D1 says whether they still do.
#[derive(Deserialize, Serialize)]
pub(crate) struct Waiting {
    pub(crate) organisation: String,
    pub(crate) addresses: Vec<String>,
}

/// Gives certificates to mailboxes that wait: so many of them now, the others by the queue.
pub(crate) async fn begin(
    desk: &Desk,
    organisation: &str,
    mut addresses: Vec<String>,
    at_once: usize,
) -> Result<(), Failure> {
    let later = addresses.split_off(addresses.len().min(at_once));
    enqueue(desk, organisation, &later).await?;
    if let Err(failure) = issue_all(desk, organisation, &addresses).await {
        // They still wait: the queue tries again.
        observe::failure("activate", organisation, &failure);
        enqueue(desk, organisation, &addresses).await?;
    }
    Ok(())
}

/// Gives certificates to those of these mailboxes that still wait.
pub(crate) async fn issue_all(
    desk: &Desk,
    organisation: &str,
    addresses: &[String],
) -> Result<(), Failure> {
    let waiting = waiting::among(&desk.db, organisation, addresses, desk.now.unix()).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let ca = issuer::open(desk, organisation).await?;
    for mailbox in waiting {
        issue(desk, organisation, &ca, &mailbox).await?;
    }
    Ok(())
}

/// Puts mailboxes into the queue.
pub(crate) async fn enqueue(
    desk: &Desk,
    organisation: &str,
    addresses: &[String],
) -> Result<(), Failure> {
    let messages: Vec<Waiting> = addresses
        .chunks(BATCH)
        .map(|addresses| Waiting {
            organisation: organisation.to_owned(),
            addresses: addresses.to_vec(),
        })
        .collect();
    if messages.is_empty() {
        return Ok(());
    }
    let queue = desk.bindings.activations()?;
    for messages in messages.chunks(SEND_BATCH_MAX) {
        let batch = messages
            .iter()
            .fold(worker::BatchMessageBuilder::new(), |batch, message| {
                batch.message(message)
            });
        queue.send_batch(batch.build()).await?;
    }
    Ok(())
}

/// Makes a key and a certificate. The key is in KV before D1 names it. Replies the fingerprint, or
/// `None` where the mailbox did not wait for it any more.
pub(crate) async fn issue(
    desk: &Desk,
    organisation: &str,
    ca: &BuiltInCa,
    WaitingRow { address, replaces }: &WaitingRow,
) -> Result<Option<String>, Failure> {
    let parsed =
        Address::parse(address).map_err(|_| Failure::broken("a stored address cannot be read"))?;
    let key = Node
        .generate_key(MAILBOX_KEY)
        .map_err(|error| Failure::Broken(format!("making a key: {error}")))?;
    let spki = Node
        .public_key(&key)
        .map_err(|error| Failure::Broken(format!("making a key: {error}")))?;
    let certificate = ca.issue(desk, &parsed, &spki)?;
    let key_id = issuer::key_id(&spki);
    let place = Place::MailboxKey {
        organisation,
        address,
        key_id: &key_id,
    };
    let wrapped = desk.master_keys()?.wrap(&place, key.expose_pkcs8())?;
    let place = WrappedKey {
        organisation,
        key_id: &key_id,
    };
    desk.store.put(&place, &wrapped).await?;
    let new = NewCertificate {
        address,
        key_id: &key_id,
        certificate: &certificate,
        source: api::CertificateSource::BuiltInCa,
        chain: &[],
        replaces: replaces.as_deref().map_or(Replaces::None, Replaces::This),
    };
    let batch = certificates::take_into_use(&desk.db, organisation, &new, desk.now.unix())?;
    let taken = certificates::was_taken(&desk.db.write(batch).await?)?;
    Ok(taken.then(|| certificate.fingerprint().to_string()))
}
