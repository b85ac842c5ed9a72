//! Partners' certificates: uploaded by an administrator, or learnt from signed mail.

use api::{Partner, PartnerSource, PartnerTrust};
use mail::{Address, UnixTime};
use serde::Deserialize;
use smime::Certificate;

use super::d1::{self, Database, Statement};
use crate::crypto;

#[derive(Deserialize)]
pub(crate) struct PartnerRow {
    pub(crate) fingerprint: String,
    /// JSON.
    addresses: String,
    subject: String,
    issuer: String,
    not_after: i64,
    source: PartnerSource,
    trust: PartnerTrust,
}

impl From<PartnerRow> for Partner {
    fn from(row: PartnerRow) -> Self {
        Self {
            fingerprint: row.fingerprint,
            addresses: serde_json::from_str(&row.addresses).unwrap_or_default(),
            subject: row.subject,
            issuer: row.issuer,
            not_after: UnixTime(row.not_after).to_string(),
            source: row.source,
            trust: row.trust,
        }
    }
}

const COLUMNS: &str = "p.fingerprint, p.subject, p.issuer, p.not_after, p.source, p.trust, \
    (SELECT json_group_array(a.address ORDER BY a.address) FROM partner_addresses a \
     WHERE a.organisation = p.organisation AND a.fingerprint = p.fingerprint) AS addresses";

/// A page of the partners, by fingerprint.
pub(crate) async fn list(
    db: &Database,
    organisation: &str,
    part: Option<&str>,
    after: Option<&str>,
    rows: i64,
) -> worker::Result<Vec<PartnerRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM partners p WHERE p.organisation = ?1 AND p.fingerprint > ?2 \
         AND (?3 IS NULL OR EXISTS (SELECT 1 FROM partner_addresses a \
              WHERE a.organisation = ?1 AND a.fingerprint = p.fingerprint \
              AND instr(a.address, ?3) > 0)) \
         ORDER BY p.fingerprint LIMIT ?4"
    );
    let after = after.unwrap_or_default();
    db.rows(
        &sql,
        [organisation.into(), after.into(), part.into(), rows.into()],
    )
    .await
}

/// One partner's certificate.
pub(crate) async fn get(
    db: &Database,
    organisation: &str,
    fingerprint: &str,
) -> worker::Result<Option<PartnerRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM partners p WHERE p.organisation = ?1 AND p.fingerprint = ?2"
    );
    db.row(&sql, [organisation.into(), fingerprint.into()])
        .await
}

/// Adds what an administrator uploaded; the administrator's word replaces one that was learnt.
pub(crate) fn upload(
    db: &Database,
    organisation: &str,
    certificate: &Certificate,
    now: UnixTime,
) -> worker::Result<Vec<Statement>> {
    let add = insert(
        db,
        organisation,
        certificate,
        &[],
        PartnerSource::Uploaded,
        now,
    )?;
    let addresses = d1::json(
        &certificate
            .addresses()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
    );
    let name = db.statement(
        "INSERT INTO partner_addresses (organisation, address, fingerprint) \
         SELECT ?1, value, ?2 FROM json_each(?3) WHERE true ON CONFLICT DO NOTHING",
        [
            organisation.into(),
            certificate.fingerprint().to_string().into(),
            addresses.into(),
        ],
    )?;
    Ok(vec![add, name])
}

/// What a verified signature taught about one address.
pub(crate) struct Lesson<'a> {
    pub(crate) address: &'a Address,
    pub(crate) certificate: &'a Certificate,
    /// Certificates between it and its anchor, nearest first.
    pub(crate) chain: &'a [Certificate],
    /// DER of `SMIMECapabilities`.
    pub(crate) capabilities: Option<&'a [u8]>,
    pub(crate) signed_at: Option<UnixTime>,
}

/// Learns from a signature. Capabilities of an older signature replace none of a newer one, and what
/// an administrator decided about a certificate stays.
pub(crate) fn learn(
    db: &Database,
    organisation: &str,
    lesson: &Lesson<'_>,
    now: UnixTime,
) -> worker::Result<Vec<Statement>> {
    let add = insert(
        db,
        organisation,
        lesson.certificate,
        lesson.chain,
        PartnerSource::Harvested,
        now,
    )?;
    let name = db.statement(
        "INSERT INTO partner_addresses \
         (organisation, address, fingerprint, capabilities, signed_at) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (organisation, address, fingerprint) DO UPDATE SET \
         capabilities = coalesce(excluded.capabilities, capabilities), \
         signed_at = excluded.signed_at \
         WHERE excluded.signed_at > coalesce(signed_at, 0)",
        [
            organisation.into(),
            lesson.address.to_string().into(),
            lesson.certificate.fingerprint().to_string().into(),
            lesson.capabilities.map(crypto::base64).into(),
            lesson.signed_at.map(|time| time.0).into(),
        ],
    )?;
    Ok(vec![add, name])
}

fn insert(
    db: &Database,
    organisation: &str,
    certificate: &Certificate,
    chain: &[Certificate],
    source: PartnerSource,
    now: UnixTime,
) -> worker::Result<Statement> {
    let chain: Vec<String> = chain
        .iter()
        .map(|certificate| crypto::base64(certificate.der()))
        .collect();
    db.statement(
        "INSERT INTO partners (organisation, fingerprint, subject, issuer, not_before, not_after, \
         der, source, trust, created_at, chain) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'trusted', ?9, ?10) \
         ON CONFLICT (organisation, fingerprint) DO UPDATE SET \
         source = CASE excluded.source WHEN 'uploaded' THEN 'uploaded' ELSE source END, \
         trust = CASE excluded.source WHEN 'uploaded' THEN 'trusted' ELSE trust END, \
         chain = CASE excluded.source WHEN 'harvested' THEN excluded.chain ELSE chain END",
        [
            organisation.into(),
            certificate.fingerprint().to_string().into(),
            certificate.subject().into(),
            certificate.issuer().into(),
            certificate.not_before().0.into(),
            certificate.not_after().0.into(),
            crypto::base64(certificate.der()).into(),
            d1::word(&source).into(),
            now.0.into(),
            d1::json(&chain).into(),
        ],
    )
}

/// Removes a certificate; replies whether it was there.
pub(crate) async fn remove(
    db: &Database,
    organisation: &str,
    fingerprint: &str,
) -> worker::Result<bool> {
    let removed = db
        .execute(
            "DELETE FROM partners WHERE organisation = ?1 AND fingerprint = ?2",
            [organisation.into(), fingerprint.into()],
        )
        .await?;
    Ok(removed > 0)
}
