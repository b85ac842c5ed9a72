//! The known mailboxes, their certificates, and the seats they take.

use api::{CertificateSource, CertificateSummary, Mailbox, MailboxStatus};
use mail::UnixTime;
use serde::Deserialize;
use smime::Certificate;

use super::d1::{self, Database};
use crate::crypto;

/// A mailbox, with the certificate in use.
#[derive(Deserialize)]
pub(crate) struct MailboxRow {
    pub(crate) address: String,
    pub(crate) status: MailboxStatus,
    pub(crate) pending_until: Option<i64>,
    /// JSON of a [`CertificateRow`].
    certificate: Option<String>,
}

/// A certificate in one line.
#[derive(Deserialize)]
pub(crate) struct CertificateRow {
    fingerprint: String,
    subject: String,
    issuer: String,
    source: CertificateSource,
    not_before: i64,
    not_after: i64,
}

impl From<MailboxRow> for Mailbox {
    fn from(row: MailboxRow) -> Self {
        let certificate = row
            .certificate
            .as_deref()
            .and_then(|json| serde_json::from_str::<CertificateRow>(json).ok());
        Self {
            address: row.address,
            status: row.status,
            certificate: certificate.map(Into::into),
            pending_until: row.pending_until.map(|time| UnixTime(time).to_string()),
        }
    }
}

impl From<CertificateRow> for CertificateSummary {
    fn from(row: CertificateRow) -> Self {
        Self {
            fingerprint: row.fingerprint,
            subject: row.subject,
            issuer: row.issuer,
            source: row.source,
            not_before: UnixTime(row.not_before).to_string(),
            not_after: UnixTime(row.not_after).to_string(),
        }
    }
}

const MAILBOX_COLUMNS: &str = "m.address, m.status, m.pending_until, \
    CASE WHEN c.fingerprint IS NOT NULL THEN json_object('fingerprint', c.fingerprint, \
        'subject', c.subject, 'issuer', c.issuer, 'source', c.source, \
        'not_before', c.not_before, 'not_after', c.not_after) END AS certificate";
const MAILBOX_TABLES: &str = "mailboxes m LEFT JOIN certificates c \
    ON c.organisation = m.organisation AND c.fingerprint = m.certificate";

/// What the list is filtered by.
pub(crate) struct Filter<'a> {
    pub(crate) status: Option<MailboxStatus>,
    pub(crate) domain: Option<&'a str>,
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
         AND (?4 IS NULL OR m.domain = ?4) AND (?5 IS NULL OR instr(m.address, ?5) > 0) \
         ORDER BY m.address LIMIT ?6"
    );
    db.rows(
        &sql,
        [
            organisation.into(),
            after.unwrap_or_default().into(),
            filter.status.as_ref().map(d1::word).into(),
            filter.domain.into(),
            filter.part.into(),
            rows.into(),
        ],
    )
    .await
}

/// One mailbox and all certificates it ever had, newest first.
pub(crate) async fn get(
    db: &Database,
    organisation: &str,
    address: &str,
) -> worker::Result<Option<(MailboxRow, Vec<CertificateRow>)>> {
    let sql = format!(
        "SELECT {MAILBOX_COLUMNS} FROM {MAILBOX_TABLES} WHERE m.organisation = ?1 AND m.address = ?2"
    );
    let results = db
        .read(vec![
            db.statement(&sql, [organisation.into(), address.into()])?,
            db.statement(
                "SELECT fingerprint, subject, issuer, source, not_before, not_after \
                 FROM certificates WHERE organisation = ?1 AND address = ?2 \
                 ORDER BY created_at DESC, not_before DESC, fingerprint",
                [organisation.into(), address.into()],
            )?,
        ])
        .await?;
    let mailbox = d1::rows_of(&results, 0)?.into_iter().next();
    let certificates = d1::rows_of(&results, 1)?;
    Ok(mailbox.map(|mailbox| (mailbox, certificates)))
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
/// licence has. A mailbox whose revocation is pending still holds its seat and takes no other.
pub(crate) async fn take_seats(
    db: &Database,
    organisation: &str,
    addresses: &[String],
    now: UnixTime,
) -> worker::Result<()> {
    let list = d1::json(&addresses);
    let take = db.statement(
        "UPDATE mailboxes SET status = 'activating', changed_at = ?3 \
         WHERE organisation = ?1 AND address IN ( \
             SELECT m.address FROM json_each(?2) asked \
             JOIN mailboxes m ON m.organisation = ?1 AND m.address = asked.value \
             WHERE m.status = 'inactive' ORDER BY asked.key \
             LIMIT max(0, \
                 coalesce((SELECT smime_seats FROM licences \
                  WHERE organisation = ?1 AND valid_from <= ?3 AND valid_until > ?3), 0) \
                 - (SELECT count(*) FROM mailboxes \
                    WHERE organisation = ?1 AND status <> 'inactive')))",
        [organisation.into(), (&list).into(), now.0.into()],
    )?;
    let keep = db.statement(
        "UPDATE mailboxes SET status = 'activating', pending_until = NULL, changed_at = ?3 \
         WHERE organisation = ?1 AND status = 'revoke_pending' \
         AND address IN (SELECT value FROM json_each(?2))",
        [organisation.into(), (&list).into(), now.0.into()],
    )?;
    db.write(vec![take, keep]).await.map(drop)
}

/// Deactivates these mailboxes: their certificates are revoked from now on, their seats stay held
/// until `pending_until`. A mailbox that was still activating had no certificate and is free at
/// once.
pub(crate) async fn deactivate(
    db: &Database,
    organisation: &str,
    addresses: &[String],
    now: UnixTime,
    pending_until: UnixTime,
) -> worker::Result<()> {
    let list = d1::json(&addresses);
    let revoke = db.statement(
        // 5 is cessationOfOperation.
        "UPDATE certificates SET revoked_at = ?3, revocation_reason = 5 \
         WHERE organisation = ?1 AND revoked_at IS NULL AND not_after > ?3 AND address IN ( \
             SELECT address FROM mailboxes WHERE organisation = ?1 AND status = 'active' \
             AND address IN (SELECT value FROM json_each(?2)))",
        [organisation.into(), (&list).into(), now.0.into()],
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
    db.write(vec![revoke, hold, free]).await.map(drop)
}

/// Those of these mailboxes that hold a seat and wait for their certificate, in their order.
pub(crate) async fn waiting(
    db: &Database,
    organisation: &str,
    addresses: &[String],
) -> worker::Result<Vec<String>> {
    let rows: Vec<AddressRow> = db
        .rows(
            "SELECT m.address FROM json_each(?2) asked \
             JOIN mailboxes m ON m.organisation = ?1 AND m.address = asked.value \
             WHERE m.status = 'activating' ORDER BY asked.key",
            [organisation.into(), d1::json(&addresses).into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.address).collect())
}

#[derive(Deserialize)]
struct AddressRow {
    address: String,
}

/// A certificate that was just made or uploaded.
pub(crate) struct NewCertificate<'a> {
    pub(crate) address: &'a str,
    pub(crate) key_id: &'a str,
    pub(crate) certificate: &'a Certificate,
    pub(crate) source: CertificateSource,
}

/// Gives a mailbox that waits its certificate; one that does not wait (any more) gets none.
pub(crate) async fn activate(
    db: &Database,
    organisation: &str,
    new: &NewCertificate<'_>,
    now: UnixTime,
) -> worker::Result<()> {
    let certificate = new.certificate;
    let fingerprint = certificate.fingerprint().to_string();
    let add = db.statement(
        "INSERT INTO certificates (organisation, fingerprint, address, key_id, der, subject, \
         issuer, serial, source, not_before, not_after, created_at) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 WHERE EXISTS ( \
             SELECT 1 FROM mailboxes \
             WHERE organisation = ?1 AND address = ?3 AND status = 'activating')",
        [
            organisation.into(),
            (&fingerprint).into(),
            new.address.into(),
            new.key_id.into(),
            crypto::base64(certificate.der()).into(),
            certificate.subject().into(),
            certificate.issuer().into(),
            certificate.serial_hex().into(),
            d1::word(&new.source).into(),
            certificate.not_before().0.into(),
            certificate.not_after().0.into(),
            now.0.into(),
        ],
    )?;
    let use_it = db.statement(
        "UPDATE mailboxes SET status = 'active', certificate = ?3, changed_at = ?4 \
         WHERE organisation = ?1 AND address = ?2 AND status = 'activating'",
        [
            organisation.into(),
            new.address.into(),
            (&fingerprint).into(),
            now.0.into(),
        ],
    )?;
    db.write(vec![add, use_it]).await.map(drop)
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

/// Mailboxes of one organisation that have waited for their certificate since before `since`.
#[derive(Deserialize)]
pub(crate) struct Stuck {
    pub(crate) organisation: String,
    pub(crate) addresses: String,
}

/// Who has waited for too long, by organisation; `addresses` is JSON.
pub(crate) async fn stuck(db: &Database, since: UnixTime) -> worker::Result<Vec<Stuck>> {
    db.rows(
        "SELECT organisation, json_group_array(address) AS addresses FROM mailboxes \
         WHERE status = 'activating' AND changed_at < ?1 GROUP BY organisation",
        [since.0.into()],
    )
    .await
}
