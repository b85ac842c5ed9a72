//! The known mailboxes, their certificates, and the seats they take.

use api::{Mailbox, MailboxStatus, RevocationReason};
use mail::UnixTime;
use serde::Deserialize;

use super::certificates::CertificateRow;
use super::csrs;
use super::d1::{self, Database, Statement};
use super::domains;

/// A mailbox, with the certificate in use.
#[derive(Deserialize)]
pub(crate) struct MailboxRow {
    pub(crate) address: String,
    pub(crate) status: MailboxStatus,
    pub(crate) pending_until: Option<i64>,
    /// JSON of a [`CertificateRow`].
    certificate: Option<String>,
}

impl MailboxRow {
    /// As the contract has it.
    pub(crate) fn item(self, now: UnixTime) -> Mailbox {
        let certificate = self
            .certificate
            .as_deref()
            .and_then(|json| serde_json::from_str::<CertificateRow>(json).ok());
        Mailbox {
            address: self.address,
            status: self.status,
            certificate: certificate.map(|row| row.summary(now)),
            pending_until: self.pending_until.map(|time| UnixTime(time).to_string()),
        }
    }
}

const MAILBOX_COLUMNS: &str = "m.address, m.status, m.pending_until, \
    CASE WHEN c.fingerprint IS NOT NULL THEN json_object('fingerprint', c.fingerprint, \
        'subject', c.subject, 'issuer', c.issuer, 'source', c.source, \
        'not_before', c.not_before, 'not_after', c.not_after, 'in_use', 1) END AS certificate";
const MAILBOX_TABLES: &str = "mailboxes m LEFT JOIN certificates c \
    ON c.organisation = m.organisation AND c.fingerprint = m.certificate";

/// What the list is filtered by.
pub(crate) struct Filter<'a> {
    pub(crate) status: Option<MailboxStatus>,
    pub(crate) domain: Option<&'a str>,
    pub(crate) address: Option<&'a str>,
    pub(crate) part: Option<&'a str>,
}

/// A page of the list, by address.
pub(crate) async fn list(
    db: &Database,
    organisation: &str,
    filter: &Filter<'_>,
    after: Option<&str>,
    rows: i64,
) -> worker::Result<Vec<MailboxRow>> {
    let sql = format!(
        "SELECT {MAILBOX_COLUMNS} FROM {MAILBOX_TABLES} \
         WHERE m.organisation = ?1 AND m.address > ?2 AND (?3 IS NULL OR m.status = ?3) \
         AND (?4 IS NULL OR m.domain = ?4) AND (?5 IS NULL OR m.address = ?5) \
         AND (?6 IS NULL OR instr(m.address, ?6) > 0) ORDER BY m.address LIMIT ?7"
    );
    db.rows(
        &sql,
        [
            organisation.into(),
            after.unwrap_or_default().into(),
            filter.status.as_ref().map(d1::word).into(),
            filter.domain.into(),
            filter.address.into(),
            filter.part.into(),
            rows.into(),
        ],
    )
    .await
}

/// One mailbox with what belongs to it.
pub(crate) struct MailboxHistory {
    pub(crate) mailbox: MailboxRow,
    /// All it ever had, newest first.
    pub(crate) certificates: Vec<CertificateRow>,
    /// Since when a request to another CA has waited.
    pub(crate) requested_at: Option<UnixTime>,
}

/// One mailbox with its history.
pub(crate) async fn get(
    db: &Database,
    organisation: &str,
    address: &str,
) -> worker::Result<Option<MailboxHistory>> {
    #[derive(Deserialize)]
    struct Request {
        created_at: i64,
    }
    let sql = format!(
        "SELECT {MAILBOX_COLUMNS} FROM {MAILBOX_TABLES} WHERE m.organisation = ?1 AND m.address = ?2"
    );
    let results = db
        .read(vec![
            db.statement(&sql, [organisation.into(), address.into()])?,
            db.statement(
                "SELECT c.fingerprint, c.subject, c.issuer, c.source, c.not_before, c.not_after, \
                 c.revoked_at, c.revocation_reason, \
                 coalesce(m.certificate = c.fingerprint, 0) AS in_use \
                 FROM certificates c JOIN mailboxes m \
                 ON m.organisation = c.organisation AND m.address = c.address \
                 WHERE c.organisation = ?1 AND c.address = ?2 \
                 ORDER BY c.created_at DESC, c.not_before DESC, c.fingerprint",
                [organisation.into(), address.into()],
            )?,
            csrs::newest(db, organisation, address)?,
        ])
        .await?;
    let mailbox = d1::rows_of(&results, 0)?.into_iter().next();
    let certificates = d1::rows_of(&results, 1)?;
    let request: Option<Request> = d1::rows_of(&results, 2)?.into_iter().next();
    Ok(mailbox.map(|mailbox| MailboxHistory {
        mailbox,
        certificates,
        requested_at: request.map(|request| UnixTime(request.created_at)),
    }))
}

/// Where one mailbox stands.
#[derive(Deserialize)]
pub(crate) struct Standing {
    pub(crate) address: String,
    pub(crate) status: MailboxStatus,
}

/// Where these mailboxes stand; those that are not known are left out. `None` means all.
pub(crate) async fn standings(
    db: &Database,
    organisation: &str,
    addresses: Option<&[String]>,
) -> worker::Result<Vec<Standing>> {
    db.rows(
        "SELECT address, status FROM mailboxes WHERE organisation = ?1 \
         AND (?2 IS NULL OR address IN (SELECT value FROM json_each(?2))) ORDER BY address",
        [
            organisation.into(),
            addresses.map(|list| d1::json(&list)).into(),
        ],
    )
    .await
}

/// Takes a seat for each of these mailboxes that has none, in their order, as long as seats last.
///
/// One statement counts and takes: two activations at once can never take more seats than the
/// licence has. A mailbox whose revocation is pending still holds its seat and takes no other, but
/// goes on only while a licence holds. One whose domain the organisation does not hold takes none.
pub(crate) fn take_seats(
    db: &Database,
    organisation: &str,
    addresses: &[String],
    now: UnixTime,
) -> worker::Result<Vec<Statement>> {
    let list = d1::json(&addresses);
    let is_held = domains::is_held("?1", "m.domain");
    let take = format!(
        "UPDATE mailboxes SET status = 'activating', changed_at = ?3 \
         WHERE organisation = ?1 AND address IN ( \
             SELECT m.address FROM json_each(?2) asked \
             JOIN mailboxes m ON m.organisation = ?1 AND m.address = asked.value \
             WHERE m.status = 'inactive' AND {is_held} ORDER BY asked.key \
             LIMIT max(0, \
                 coalesce((SELECT smime_seats FROM licences \
                  WHERE organisation = ?1 AND valid_from <= ?3 AND valid_until > ?3), 0) \
                 - (SELECT count(*) FROM mailboxes \
                    WHERE organisation = ?1 AND status <> 'inactive')))"
    );
    let is_held = domains::is_held("?1", "mailboxes.domain");
    let keep = format!(
        "UPDATE mailboxes SET status = 'activating', pending_until = NULL, changed_at = ?3 \
         WHERE organisation = ?1 AND status = 'revoke_pending' AND {is_held} \
         AND EXISTS (SELECT 1 FROM licences l WHERE l.organisation = ?1 \
             AND l.valid_from <= ?3 AND l.valid_until > ?3) \
         AND address IN (SELECT value FROM json_each(?2))"
    );
    let statement =
        |sql: &str| db.statement(sql, [organisation.into(), (&list).into(), now.0.into()]);
    Ok(vec![statement(&take)?, statement(&keep)?])
}

/// Deactivates these mailboxes: their certificates are revoked from now on, their seats stay held
/// until `pending_until`. A mailbox that never had a certificate is free at once.
pub(crate) fn deactivate(
    db: &Database,
    organisation: &str,
    addresses: &[String],
    reason: RevocationReason,
    now: UnixTime,
    pending_until: UnixTime,
) -> worker::Result<Vec<Statement>> {
    let list = d1::json(&addresses);
    let revoke = db.statement(
        "UPDATE certificates SET revoked_at = ?3, revocation_reason = ?4 \
         WHERE organisation = ?1 AND revoked_at IS NULL AND not_after > ?3 AND address IN ( \
             SELECT address FROM mailboxes WHERE organisation = ?1 \
             AND status IN ('active', 'activating') \
             AND address IN (SELECT value FROM json_each(?2)))",
        [
            organisation.into(),
            (&list).into(),
            now.0.into(),
            u32::from(reason.code()).into(),
        ],
    )?;
    let hold = db.statement(
        "UPDATE mailboxes SET status = 'revoke_pending', certificate = NULL, \
         pending_until = ?4, changed_at = ?3 \
         WHERE organisation = ?1 AND (status = 'active' OR status = 'activating' AND EXISTS ( \
             SELECT 1 FROM certificates c \
             WHERE c.organisation = ?1 AND c.address = mailboxes.address)) \
         AND address IN (SELECT value FROM json_each(?2))",
        [
            organisation.into(),
            (&list).into(),
            now.0.into(),
            pending_until.0.into(),
        ],
    )?;
    let free = db.statement(
        "UPDATE mailboxes SET status = 'inactive', changed_at = ?3 \
         WHERE organisation = ?1 AND status = 'activating' \
         AND address IN (SELECT value FROM json_each(?2))",
        [organisation.into(), (&list).into(), now.0.into()],
    )?;
    Ok(vec![revoke, hold, free])
}

/// Frees the seats whose revocation is over: 14 days have passed, or every CA concerned has
/// confirmed. The built-in CA confirms by putting a certificate on its list, which it does at once.
pub(crate) async fn free_seats(db: &Database, now: UnixTime) -> worker::Result<usize> {
    db.execute(
        "UPDATE mailboxes SET status = 'inactive', pending_until = NULL, changed_at = ?1 \
         WHERE status = 'revoke_pending' AND (pending_until <= ?1 OR NOT EXISTS ( \
             SELECT 1 FROM certificates c WHERE c.organisation = mailboxes.organisation \
             AND c.address = mailboxes.address AND c.source <> 'built_in_ca' \
             AND c.revoked_at IS NOT NULL AND c.not_after > ?1))",
        [now.0.into()],
    )
    .await
}
