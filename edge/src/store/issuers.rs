//! The built-in CA of an organisation. Its key lies in KV, wrapped.

use mail::UnixTime;
use serde::Deserialize;
use smime::Certificate;

use super::d1::Database;
use super::{authorities, snapshots};
use crate::crypto;

/// The CA.
#[derive(Deserialize)]
pub(crate) struct IssuerRow {
    pub(crate) key_id: String,
    pub(crate) fingerprint: String,
    /// Base64 of the DER.
    pub(crate) der: String,
}

pub(crate) async fn get(db: &Database, organisation: &str) -> worker::Result<Option<IssuerRow>> {
    db.row(
        "SELECT key_id, fingerprint, der FROM issuers WHERE organisation = ?1",
        [organisation.into()],
    )
    .await
}

/// Makes this the CA of the organisation and one of its trust anchors, unless it has a CA by now.
pub(crate) async fn add(
    db: &Database,
    organisation: &str,
    key_id: &str,
    certificate: &Certificate,
    now: UnixTime,
) -> worker::Result<()> {
    let add = db.statement(
        "INSERT INTO issuers (organisation, key_id, fingerprint, der, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (organisation) DO NOTHING",
        [
            organisation.into(),
            key_id.into(),
            certificate.fingerprint().to_string().into(),
            crypto::base64(certificate.der()).into(),
            now.0.into(),
        ],
    )?;
    let trust = authorities::trust_issuer(db, organisation, certificate)?;
    let outdate = snapshots::outdate(db, organisation)?;
    db.write(vec![add, trust, outdate]).await.map(drop)
}

/// The number of the next CRL: each is higher than the last (RFC 5280 §5.2.3).
pub(crate) async fn next_crl_number(db: &Database, organisation: &str) -> worker::Result<u64> {
    #[derive(Deserialize)]
    struct Row {
        crl_number: u64,
    }
    let row: Option<Row> = db
        .row(
            "UPDATE issuers SET crl_number = crl_number + 1 WHERE organisation = ?1 \
             RETURNING crl_number",
            [organisation.into()],
        )
        .await?;
    Ok(row.map_or(0, |row| row.crl_number))
}

/// A certificate of the CA that no longer holds.
#[derive(Deserialize, Eq, PartialEq)]
pub(crate) struct RevokedRow {
    /// Hex.
    pub(crate) serial: String,
    pub(crate) revoked_at: i64,
    pub(crate) reason: u8,
}

/// Where a certificate of the CA stands.
#[derive(Deserialize, Eq, PartialEq)]
pub(crate) struct StandingRow {
    pub(crate) revoked_at: Option<i64>,
    pub(crate) reason: u8,
}

/// Where the certificate with this serial number (hex) stands; `None` where the CA issued none.
pub(crate) async fn standing(
    db: &Database,
    organisation: &str,
    serial: &str,
) -> worker::Result<Option<StandingRow>> {
    db.row(
        "SELECT revoked_at, coalesce(revocation_reason, 0) AS reason FROM certificates \
         WHERE organisation = ?1 AND serial = ?2 AND source = 'built_in_ca'",
        [organisation.into(), serial.into()],
    )
    .await
}

/// The CA's revoked certificates that have not expired by themselves.
pub(crate) async fn revoked(
    db: &Database,
    organisation: &str,
    now: UnixTime,
) -> worker::Result<Vec<RevokedRow>> {
    db.rows(
        "SELECT serial, revoked_at, coalesce(revocation_reason, 0) AS reason FROM certificates \
         WHERE organisation = ?1 AND revoked_at IS NOT NULL AND source = 'built_in_ca' \
         AND not_after > ?2 ORDER BY revoked_at, serial",
        [organisation.into(), now.0.into()],
    )
    .await
}
