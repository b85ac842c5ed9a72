//! The counts of the portal's first screen.

use api::{EXPIRING_DAYS, EXPIRY_WARNING_DAYS, HourCount, MailboxCounts, SUMMARY_HOURS, Summary};
use mail::UnixTime;
use serde::Deserialize;

use super::d1::{self, Database};
use super::partners::PARTNER;

const HOUR_SECONDS: i64 = 3600;

#[derive(Deserialize)]
struct Counts {
    inactive: u64,
    activating: u64,
    active: u64,
    revoke_pending: u64,
    mailboxes_expiring: u64,
    mailboxes_expire_at: Option<i64>,
    rules: u64,
    partners: u64,
    partners_pending: u64,
    partners_expiring: u64,
    authorities_undecided: u64,
}

#[derive(Deserialize)]
struct Hour {
    begins: i64,
    messages: u64,
    signed: u64,
    encrypted: u64,
    protected: u64,
    refused: u64,
    failed: u64,
}

/// Counts everything in one round trip.
pub(crate) async fn read(
    db: &Database,
    organisation: &str,
    now: UnixTime,
) -> worker::Result<Summary> {
    let expiring = now.plus_days(EXPIRING_DAYS).0;
    let [warned_days, ..] = EXPIRY_WARNING_DAYS;
    let hours = i64::try_from(SUMMARY_HOURS).unwrap_or_default();
    let this_hour = now.0.div_euclid(HOUR_SECONDS).saturating_mul(HOUR_SECONDS);
    let since = UnixTime(this_hour.saturating_sub(hours.saturating_sub(1) * HOUR_SECONDS));
    let results = db
        .read(vec![
            db.statement(
                &format!(
                    "{PARTNER}, m AS (SELECT m.status, c.not_after, m.status = 'active' \
                         AND c.not_after < CASE c.source WHEN 'built_in_ca' THEN ?3 ELSE ?4 END \
                         AS expiring \
                     FROM mailboxes m LEFT JOIN certificates c \
                     ON c.organisation = m.organisation AND c.fingerprint = m.certificate \
                     WHERE m.organisation = ?1), \
                 p AS (SELECT trust, not_after FROM partner) \
                 SELECT (SELECT count(*) FROM m WHERE status = 'inactive') AS inactive, \
                 (SELECT count(*) FROM m WHERE status = 'activating') AS activating, \
                 (SELECT count(*) FROM m WHERE status = 'active') AS active, \
                 (SELECT count(*) FROM m WHERE status = 'revoke_pending') AS revoke_pending, \
                 (SELECT count(*) FROM m WHERE expiring) AS mailboxes_expiring, \
                 (SELECT min(not_after) FROM m WHERE expiring) AS mailboxes_expire_at, \
                 (SELECT json_array_length(r.rules, '$.rules') FROM organisations o \
                     JOIN rule_sets r ON r.organisation = o.id AND r.version = o.rules_version \
                     WHERE o.id = ?1) AS rules, \
                 (SELECT count(*) FROM p) AS partners, \
                 (SELECT count(*) FROM p WHERE trust = 'pending') AS partners_pending, \
                 (SELECT count(*) FROM p WHERE trust = 'trusted' AND not_after >= ?2 \
                     AND not_after < ?3) AS partners_expiring, \
                 (SELECT count(*) FROM authorities WHERE organisation = ?1 \
                     AND trust = 'undecided') AS authorities_undecided"
                ),
                [
                    organisation.into(),
                    now.0.into(),
                    expiring.into(),
                    now.plus_days(warned_days).0.into(),
                ],
            )?,
            db.statement(
                "WITH m AS (SELECT at / 3600 * 3600 AS hour, outcome, \
                     instr(protection, '\"signed\"') OR instr(protection, '\"verified\"') \
                         AS is_signed, \
                     instr(protection, '\"encrypted\"') OR instr(protection, '\"decrypted\"') \
                         AS is_encrypted \
                     FROM messages WHERE organisation = ?1 AND id >= ?2) \
                 SELECT hour AS begins, count(*) AS messages, sum(is_signed) AS signed, \
                 sum(is_encrypted) AS encrypted, sum(is_signed OR is_encrypted) AS protected, \
                 sum(outcome = 'refused') AS refused, sum(outcome = 'failed') AS failed \
                 FROM m GROUP BY hour ORDER BY hour",
                [organisation.into(), super::messages::first_id(since).into()],
            )?,
        ])
        .await?;
    let counts: Option<Counts> = d1::rows_of(&results, 0)?.into_iter().next();
    let hours: Vec<Hour> = d1::rows_of(&results, 1)?;
    Ok(counts.map_or_else(Summary::default, |counts| Summary {
        mailboxes: MailboxCounts {
            inactive: counts.inactive,
            activating: counts.activating,
            active: counts.active,
            revoke_pending: counts.revoke_pending,
        },
        rules: counts.rules,
        partners: counts.partners,
        partners_pending: counts.partners_pending,
        partners_expiring: counts.partners_expiring,
        authorities_undecided: counts.authorities_undecided,
        mailboxes_expiring: counts.mailboxes_expiring,
        mailboxes_expire_at: counts
            .mailboxes_expire_at
            .map(|time| UnixTime(time).to_string()),
        hours: hours.into_iter().map(Into::into).collect(),
    }))
}

impl From<Hour> for HourCount {
    fn from(row: Hour) -> Self {
        Self {
            hour: UnixTime(row.begins).to_string(),
            messages: row.messages,
            signed: row.signed,
            encrypted: row.encrypted,
            protected: row.protected,
            refused: row.refused,
            failed: row.failed,
        }
    }
}
