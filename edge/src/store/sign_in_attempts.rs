//! Attempts to sign in, counted: a password that can be tried for ever is found.
//!
//! An attempt counts before the password is looked at, so that many at once are counted too; one
//! that succeeds is taken back.

use mail::UnixTime;
use serde::Deserialize;

use super::d1::{self, Database};

/// How long failed attempts count.
pub(crate) const WINDOW_SECONDS: i64 = 15 * 60;

/// Something that attempts are counted for.
#[derive(Clone)]
pub(crate) struct Counter {
    /// SHA-256 in hex of whatever it is: strangers choose it.
    pub(crate) hash: String,
    /// Attempts in one window.
    pub(crate) max: i64,
}

/// Counts an attempt; replies how many seconds to wait where there were too many.
pub(crate) async fn count(
    db: &Database,
    counters: &[Counter],
    now: UnixTime,
) -> worker::Result<Option<i64>> {
    #[derive(Deserialize)]
    struct Row {
        since: i64,
        count: i64,
    }
    let statements = counters.iter().map(|counter| {
        db.statement(
            "INSERT INTO sign_in_attempts (hash, since, count) VALUES (?1, ?2, 1) \
             ON CONFLICT (hash) DO UPDATE SET \
             count = CASE WHEN since <= ?3 THEN 1 ELSE count + 1 END, \
             since = CASE WHEN since <= ?3 THEN ?2 ELSE since END RETURNING since, count",
            [
                (&counter.hash).into(),
                now.0.into(),
                now.0.saturating_sub(WINDOW_SECONDS).into(),
            ],
        )
    });
    let results = db.write(statements.collect::<worker::Result<_>>()?).await?;
    let mut wait = None;
    for (place, counter) in counters.iter().enumerate() {
        let row: Option<Row> = d1::rows_of(&results, place)?.into_iter().next();
        if let Some(row) = row.filter(|row| row.count > counter.max) {
            let left = row
                .since
                .saturating_add(WINDOW_SECONDS)
                .saturating_sub(now.0);
            wait = wait.max(Some(left.max(1)));
        }
    }
    Ok(wait)
}

/// Takes an attempt back that succeeded, and with it all of `account`.
pub(crate) async fn succeeded(
    db: &Database,
    account: &Counter,
    others: &[Counter],
) -> worker::Result<()> {
    let mut batch = vec![db.statement(
        "DELETE FROM sign_in_attempts WHERE hash = ?1",
        [(&account.hash).into()],
    )?];
    for other in others {
        batch.push(db.statement(
            "UPDATE sign_in_attempts SET count = count - 1 WHERE hash = ?1",
            [(&other.hash).into()],
        )?);
    }
    db.write(batch).await.map(drop)
}

/// Forgets what counts no more.
pub(crate) async fn remove_old(db: &Database, now: UnixTime) -> worker::Result<usize> {
    db.execute(
        "DELETE FROM sign_in_attempts WHERE since <= ?1",
        [now.0.saturating_sub(WINDOW_SECONDS).into()],
    )
    .await
}
