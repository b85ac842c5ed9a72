//! The licence of an organisation, and how many of its seats are taken.

use api::Licence;
use mail::UnixTime;
use serde::Deserialize;

use super::d1::{Database, Statement};

/// How long mail is still signed after a licence has ended: time to notice and to renew.
const SIGNING_GRACE_DAYS: i64 = 30;

/// A licence as the operator sets it.
pub(crate) struct Terms<'a> {
    pub(crate) number: &'a str,
    pub(crate) mail_seats: u32,
    pub(crate) smime_seats: u32,
    pub(crate) valid_from: UnixTime,
    pub(crate) valid_until: UnixTime,
}

#[derive(Deserialize)]
struct Row {
    number: String,
    mail_seats: u32,
    smime_seats: u32,
    valid_from: i64,
    valid_until: i64,
    used: u32,
    revoke_pending: u32,
}

/// The licence, if there is one.
pub(crate) async fn get(db: &Database, organisation: &str) -> worker::Result<Option<Licence>> {
    let row: Option<Row> = db
        .row(
            "SELECT l.number, l.mail_seats, l.smime_seats, l.valid_from, l.valid_until, \
             (SELECT count(*) FROM mailboxes WHERE organisation = ?1 \
              AND status IN ('activating', 'active')) AS used, \
             (SELECT count(*) FROM mailboxes WHERE organisation = ?1 \
              AND status = 'revoke_pending') AS revoke_pending \
             FROM licences l WHERE l.organisation = ?1",
            [organisation.into()],
        )
        .await?;
    Ok(row.map(Into::into))
}

/// Whether the organisation has a licence that holds now.
pub(crate) async fn holds(
    db: &Database,
    organisation: &str,
    now: UnixTime,
) -> worker::Result<bool> {
    #[derive(Deserialize)]
    struct Found {}
    let found: Option<Found> = db
        .row(
            "SELECT 1 AS found FROM licences \
             WHERE organisation = ?1 AND valid_from <= ?2 AND valid_until > ?2",
            [organisation.into(), now.0.into()],
        )
        .await?;
    Ok(found.is_some())
}

impl From<Row> for Licence {
    fn from(row: Row) -> Self {
        let until = UnixTime(row.valid_until);
        let taken = row.used.saturating_add(row.revoke_pending);
        Self {
            number: row.number,
            mail_seats: row.mail_seats,
            smime_seats: row.smime_seats,
            used: row.used,
            revoke_pending: row.revoke_pending,
            free: row.smime_seats.saturating_sub(taken),
            valid_from: UnixTime(row.valid_from).to_string(),
            valid_until: until.to_string(),
            signing_until: signing_until(until).to_string(),
        }
    }
}

/// Until when mail is signed under a licence that holds until `valid_until`.
pub(crate) fn signing_until(valid_until: UnixTime) -> UnixTime {
    valid_until.plus_days(SIGNING_GRACE_DAYS)
}

/// Sets the licence.
pub(crate) fn set(
    db: &Database,
    organisation: &str,
    terms: &Terms<'_>,
) -> worker::Result<Statement> {
    write(
        db,
        organisation,
        terms,
        "UPDATE SET number = excluded.number, \
        mail_seats = excluded.mail_seats, smime_seats = excluded.smime_seats, \
        valid_from = excluded.valid_from, valid_until = excluded.valid_until",
    )
}

/// Sets the licence where there is none yet.
pub(crate) fn set_first(
    db: &Database,
    organisation: &str,
    terms: &Terms<'_>,
) -> worker::Result<Statement> {
    write(db, organisation, terms, "NOTHING")
}

fn write(
    db: &Database,
    organisation: &str,
    terms: &Terms<'_>,
    on_conflict: &str,
) -> worker::Result<Statement> {
    let sql = format!(
        "INSERT INTO licences \
         (organisation, number, mail_seats, smime_seats, valid_from, valid_until) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (organisation) DO {on_conflict}"
    );
    db.statement(
        &sql,
        [
            organisation.into(),
            terms.number.into(),
            terms.mail_seats.into(),
            terms.smime_seats.into(),
            terms.valid_from.0.into(),
            terms.valid_until.0.into(),
        ],
    )
}
