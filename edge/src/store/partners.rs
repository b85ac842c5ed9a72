//! Partners' certificates: uploaded by an administrator, or learnt from signed mail.

use api::{Partner, PartnerReason, PartnerSource, PartnerTrust};
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
    reason: Option<PartnerReason>,
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
            reason: row.reason,
        }
    }
}

/// `partner`: those of organisation `?1` at the time `?2`. `reason` says why one that was learnt from
/// mail is not used, as far as its authority shows it. The gateway builds the whole path again
/// whenever it encrypts; this much a list of many can tell in one query.
pub(super) const PARTNER: &str = "WITH known AS ( \
    SELECT p.*, \
    (SELECT json_group_array(n.address ORDER BY n.address) FROM partner_addresses n \
     WHERE n.organisation = p.organisation AND n.fingerprint = p.fingerprint) AS addresses, \
    CASE WHEN p.trust <> 'trusted' OR p.source = 'uploaded' OR p.authority IS NULL THEN NULL \
    WHEN a.trust = 'blocked' THEN 'authority_blocked' \
    WHEN a.trust = 'trusted' AND a.not_after > ?2 AND (a.domain IS NULL OR EXISTS ( \
        SELECT 1 FROM partner_addresses n \
        WHERE n.organisation = p.organisation AND n.fingerprint = p.fingerprint \
        AND substr(n.address, -1 - length(a.domain)) IN ('@' || a.domain, '.' || a.domain))) \
        THEN NULL \
    ELSE 'authority_not_trusted' END AS reason \
    FROM partners p LEFT JOIN authorities a \
    ON a.organisation = p.organisation AND a.fingerprint = p.authority \
    WHERE p.organisation = ?1), \
partner AS ( \
    SELECT fingerprint, addresses, subject, issuer, not_after, source, reason, \
    CASE reason WHEN 'authority_blocked' THEN 'blocked' WHEN 'authority_not_trusted' THEN 'pending' \
    ELSE trust END AS trust FROM known)";

/// What the list is filtered by.
pub(crate) struct Filter<'a> {
    pub(crate) trust: Option<PartnerTrust>,
    /// Of an address, in lower case.
    pub(crate) part: Option<&'a str>,
}

/// A page of the partners, by fingerprint.
pub(crate) async fn list(
    db: &Database,
    organisation: &str,
    filter: &Filter<'_>,
    now: UnixTime,
    after: Option<&str>,
    rows: i64,
) -> worker::Result<Vec<PartnerRow>> {
    let sql = format!(
        "{PARTNER} SELECT * FROM partner WHERE fingerprint > ?3 AND (?4 IS NULL OR trust = ?4) \
         AND (?5 IS NULL OR EXISTS (SELECT 1 FROM json_each(addresses) WHERE instr(value, ?5) > 0)) \
         ORDER BY fingerprint LIMIT ?6"
    );
    db.rows(
        &sql,
        [
            organisation.into(),
            now.0.into(),
            after.unwrap_or_default().into(),
            filter.trust.as_ref().map(d1::word).into(),
            filter.part.into(),
            rows.into(),
        ],
    )
    .await
}

/// One partner's certificate.
pub(crate) async fn get(
    db: &Database,
    organisation: &str,
    fingerprint: &str,
    now: UnixTime,
) -> worker::Result<Option<PartnerRow>> {
    let sql = format!("{PARTNER} SELECT * FROM partner WHERE fingerprint = ?3");
    db.row(
        &sql,
        [organisation.into(), now.0.into(), fingerprint.into()],
    )
    .await
}

/// Decides on a certificate, if it is there.
pub(crate) fn decide(
    db: &Database,
    organisation: &str,
    fingerprint: &str,
    trust: PartnerTrust,
) -> worker::Result<Statement> {
    db.statement(
        "UPDATE partners SET trust = ?3 WHERE organisation = ?1 AND fingerprint = ?2",
        [
            organisation.into(),
            fingerprint.into(),
            d1::word(&trust).into(),
        ],
    )
}

/// Adds what an administrator uploaded; the administrator's word replaces one that was learnt.
pub(crate) fn upload(
    db: &Database,
    organisation: &str,
    certificate: &Certificate,
    now: UnixTime,
) -> worker::Result<Vec<Statement>> {
    let uploaded = Entry {
        certificate,
        chain: &[],
        authority: None,
        source: PartnerSource::Uploaded,
    };
    let add = insert(db, organisation, &uploaded, now)?;
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
    /// The anchor.
    pub(crate) authority: Option<&'a Certificate>,
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
    let harvested = Entry {
        certificate: lesson.certificate,
        chain: lesson.chain,
        authority: lesson.authority,
        source: PartnerSource::Harvested,
    };
    let add = insert(db, organisation, &harvested, now)?;
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

/// A certificate as it comes in.
struct Entry<'a> {
    certificate: &'a Certificate,
    chain: &'a [Certificate],
    authority: Option<&'a Certificate>,
    source: PartnerSource,
}

fn insert(
    db: &Database,
    organisation: &str,
    entry: &Entry<'_>,
    now: UnixTime,
) -> worker::Result<Statement> {
    let certificate = entry.certificate;
    let authority = entry.authority.map(|top| top.fingerprint().to_string());
    let chain: Vec<String> = entry
        .chain
        .iter()
        .map(|certificate| crypto::base64(certificate.der()))
        .collect();
    db.statement(
        "INSERT INTO partners (organisation, fingerprint, subject, issuer, not_before, not_after, \
         der, source, trust, created_at, chain, authority) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'trusted', ?9, ?10, ?11) \
         ON CONFLICT (organisation, fingerprint) DO UPDATE SET \
         source = CASE excluded.source WHEN 'uploaded' THEN 'uploaded' ELSE source END, \
         trust = CASE excluded.source WHEN 'uploaded' THEN 'trusted' ELSE trust END, \
         chain = CASE excluded.source WHEN 'harvested' THEN excluded.chain ELSE chain END, \
         authority = coalesce(excluded.authority, authority)",
        [
            organisation.into(),
            certificate.fingerprint().to_string().into(),
            certificate.subject().into(),
            certificate.issuer().into(),
            certificate.not_before().0.into(),
            certificate.not_after().0.into(),
            crypto::base64(certificate.der()).into(),
            d1::word(&entry.source).into(),
            now.0.into(),
            d1::json(&chain).into(),
            authority.into(),
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
