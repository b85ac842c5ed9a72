//! Mailboxes that wait for a certificate: their first, or the next before the one in use ends.

use mail::UnixTime;
use serde::Deserialize;

use super::d1::{self, Database};
use super::domains;

/// A certificate of the built-in CA is renewed when it has fewer days left than this: six weeks, so
/// that partners learn the new one from signed mail before the old one ends, and that a fault of
/// some weeks ends nobody's signatures.
const RENEW_DAYS: i64 = 42;
/// How many mailboxes of one organisation a run renews: thousands that were activated on one day are
/// spread over the day, and no organisation holds up another.
const RENEWALS_PER_RUN_MAX: u32 = 200;

/// How many that the queue forgot one run puts into it again, of one organisation: what is left waits
/// for the next run.
const STUCK_PER_RUN_MAX: u32 = 1_000;

/// Whether the certificate `c` of the active mailbox `m` is to be renewed: `?1` is now, `?2` the end
/// before which it is due. Who uploaded a certificate renews it, and without a licence nobody does.
const DUE: &str = "c.source = 'built_in_ca' AND c.not_after < ?2 AND EXISTS ( \
    SELECT 1 FROM licences l WHERE l.organisation = m.organisation \
    AND l.valid_from <= ?1 AND l.valid_until > ?1)";

/// A mailbox that waits.
#[derive(Deserialize)]
pub(crate) struct WaitingRow {
    pub(crate) address: String,
    /// The certificate in use, if there is one to be replaced.
    pub(crate) replaces: Option<String>,
}

/// Those of these mailboxes that wait, in their order. While the organisation does not hold its domain,
/// a mailbox gets nothing.
pub(crate) async fn among(
    db: &Database,
    organisation: &str,
    addresses: &[String],
    now: UnixTime,
) -> worker::Result<Vec<WaitingRow>> {
    db.rows(
        &format!(
            "SELECT m.address, m.certificate AS replaces FROM json_each(?4) asked \
             JOIN mailboxes m ON m.organisation = ?3 AND m.address = asked.value \
             LEFT JOIN certificates c \
             ON c.organisation = m.organisation AND c.fingerprint = m.certificate \
             WHERE (m.status = 'activating' OR m.status = 'active' AND {DUE}) AND {} \
             ORDER BY asked.key",
            domains::is_held("m.organisation", "m.domain")
        ),
        [
            now.0.into(),
            now.plus_days(RENEW_DAYS).0.into(),
            organisation.into(),
            d1::json(&addresses).into(),
        ],
    )
    .await
}

/// Mailboxes of one organisation.
#[derive(Deserialize)]
pub(crate) struct Group {
    pub(crate) organisation: String,
    #[serde(deserialize_with = "d1::list")]
    pub(crate) addresses: Vec<String>,
}

/// Who has waited for the first certificate since before `since`, and could have it.
pub(crate) async fn stuck(db: &Database, since: UnixTime) -> worker::Result<Vec<Group>> {
    db.rows(
        &format!(
            "SELECT organisation, json_group_array(address) AS addresses FROM ( \
                 SELECT m.organisation, m.address, row_number() OVER ( \
                     PARTITION BY m.organisation ORDER BY m.changed_at, m.address) AS place \
                 FROM mailboxes m \
                 WHERE m.status = 'activating' AND m.changed_at < ?1 AND {}) \
             WHERE place <= ?2 GROUP BY organisation",
            domains::is_held("m.organisation", "m.domain")
        ),
        [since.0.into(), STUCK_PER_RUN_MAX.into()],
    )
    .await
}

/// Whose certificate is to be renewed in this run, those that end first.
pub(crate) async fn due(db: &Database, now: UnixTime) -> worker::Result<Vec<Group>> {
    db.rows(
        &format!(
            "SELECT organisation, json_group_array(address) AS addresses FROM ( \
                 SELECT m.organisation, m.address, row_number() OVER ( \
                     PARTITION BY m.organisation ORDER BY c.not_after, m.address) AS place \
                 FROM mailboxes m JOIN certificates c \
                 ON c.organisation = m.organisation AND c.fingerprint = m.certificate \
                 WHERE m.status = 'active' AND {DUE} AND {}) \
             WHERE place <= ?3 GROUP BY organisation",
            domains::is_held("m.organisation", "m.domain")
        ),
        [
            now.0.into(),
            now.plus_days(RENEW_DAYS).0.into(),
            RENEWALS_PER_RUN_MAX.into(),
        ],
    )
    .await
}
