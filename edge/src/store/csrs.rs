//! Requests to other CAs that wait for their certificate, with their keys.

use mail::UnixTime;
use serde::Deserialize;

use super::d1::{Database, Statement};

/// How long a request waits: a CA that looks into an organisation takes weeks, not months.
const WAITING_DAYS: i64 = 90;
/// Requests of one mailbox that wait; the oldest give way. A second one is often a mistake, and the
/// certificate for the first must still find its key.
const PER_MAILBOX_MAX: u32 = 5;

/// Keeps a request's key, already wrapped.
pub(crate) async fn add(
    db: &Database,
    organisation: &str,
    address: &str,
    key_id: &str,
    key: &str,
    now: UnixTime,
) -> worker::Result<()> {
    let add = db.statement(
        "INSERT INTO csrs (organisation, key_id, address, key, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        [
            organisation.into(),
            key_id.into(),
            address.into(),
            key.into(),
            now.0.into(),
        ],
    )?;
    let give_way = db.statement(
        "DELETE FROM csrs WHERE organisation = ?1 AND key_id IN ( \
             SELECT key_id FROM csrs WHERE organisation = ?1 AND address = ?2 \
             ORDER BY created_at DESC LIMIT -1 OFFSET ?3)",
        [organisation.into(), address.into(), PER_MAILBOX_MAX.into()],
    )?;
    db.write(vec![add, give_way]).await.map(drop)
}

/// A request that waits.
#[derive(Deserialize)]
pub(crate) struct CsrRow {
    pub(crate) key_id: String,
    /// Wrapped.
    pub(crate) key: String,
}

/// The requests of a mailbox, the newest first.
pub(crate) async fn of(
    db: &Database,
    organisation: &str,
    address: &str,
) -> worker::Result<Vec<CsrRow>> {
    db.rows(
        "SELECT key_id, key FROM csrs WHERE organisation = ?1 AND address = ?2 \
         ORDER BY created_at DESC",
        [organisation.into(), address.into()],
    )
    .await
}

/// Since when the newest request of a mailbox has waited: one row, or none.
pub(crate) fn newest(
    db: &Database,
    organisation: &str,
    address: &str,
) -> worker::Result<Statement> {
    db.statement(
        "SELECT created_at FROM csrs WHERE organisation = ?1 AND address = ?2 \
         ORDER BY created_at DESC LIMIT 1",
        [organisation.into(), address.into()],
    )
}

/// Forgets a request that got its certificate.
pub(crate) async fn remove(
    db: &Database,
    organisation: &str,
    key_id: &str,
) -> worker::Result<usize> {
    db.execute(
        "DELETE FROM csrs WHERE organisation = ?1 AND key_id = ?2",
        [organisation.into(), key_id.into()],
    )
    .await
}

/// Removes requests that have waited in vain, with their keys; how many.
pub(crate) async fn remove_old(db: &Database, now: UnixTime) -> worker::Result<usize> {
    db.execute(
        "DELETE FROM csrs WHERE created_at < ?1",
        [now.plus_days(-WAITING_DAYS).0.into()],
    )
    .await
}
