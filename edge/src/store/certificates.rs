//! Certificates by their fingerprint, whoever they are of, and what becomes of those of mailboxes.

use api::{
    CertificateEvent, CertificateSource, CertificateStatus, CertificateSummary, RevocationReason,
    RevokedSince,
};
use mail::UnixTime;
use serde::Deserialize;
use smime::Certificate;
use worker::D1Result;

use super::d1::{self, Database, Statement, Value};
use crate::crypto;
use crate::failure::Failure;

/// A certificate of a managed mailbox in one line.
#[derive(Deserialize)]
pub(crate) struct CertificateRow {
    fingerprint: String,
    subject: String,
    issuer: String,
    source: CertificateSource,
    not_before: i64,
    not_after: i64,
    revoked_at: Option<i64>,
    revocation_reason: Option<u8>,
    /// Whether it is the mailbox's current one.
    #[serde(deserialize_with = "d1::flag")]
    in_use: bool,
}

impl CertificateRow {
    /// As the contract has it.
    pub(crate) fn summary(self, now: UnixTime) -> CertificateSummary {
        let revocation = revocation(self.revoked_at, self.revocation_reason);
        CertificateSummary {
            fingerprint: self.fingerprint,
            subject: self.subject,
            issuer: self.issuer,
            source: self.source,
            not_before: UnixTime(self.not_before).to_string(),
            not_after: UnixTime(self.not_after).to_string(),
            status: status(revocation.is_some(), self.not_after, self.in_use, now),
            revocation,
        }
    }
}

fn revocation(at: Option<i64>, reason: Option<u8>) -> Option<RevokedSince> {
    at.map(|at| RevokedSince {
        at: UnixTime(at).to_string(),
        reason: RevocationReason::of_code(reason.unwrap_or_default()),
    })
}

fn status(is_revoked: bool, not_after: i64, in_use: bool, now: UnixTime) -> CertificateStatus {
    if is_revoked {
        CertificateStatus::Revoked
    } else if not_after < now.0 {
        CertificateStatus::Expired
    } else if in_use {
        CertificateStatus::InUse
    } else {
        CertificateStatus::Former
    }
}

/// A certificate of a managed mailbox, of a partner or of an authority.
pub(crate) struct Found {
    /// The certificate first, then its issuers as far as they are known.
    pub(crate) chain: Vec<Certificate>,
    pub(crate) managed: Option<ManagedRow>,
}

/// What a certificate is to its mailbox.
#[derive(Deserialize)]
pub(crate) struct ManagedRow {
    pub(crate) address: String,
    pub(crate) source: CertificateSource,
    #[serde(deserialize_with = "d1::flag")]
    pub(crate) in_use: bool,
    pub(crate) revoked_at: Option<i64>,
    revocation_reason: Option<u8>,
    not_after: i64,
    created_at: i64,
    /// When the next one of the mailbox came.
    next_at: Option<i64>,
}

impl ManagedRow {
    pub(crate) fn status(&self, now: UnixTime) -> CertificateStatus {
        status(self.revoked_at.is_some(), self.not_after, self.in_use, now)
    }

    pub(crate) fn revocation(&self) -> Option<RevokedSince> {
        revocation(self.revoked_at, self.revocation_reason)
    }

    /// What became of it until now, oldest first.
    pub(crate) fn history(&self, now: UnixTime) -> Vec<CertificateEvent> {
        let mut events = vec![(self.created_at, CertificateStatus::InUse)];
        events.extend(self.next_at.map(|at| (at, CertificateStatus::Former)));
        events.extend(self.revoked_at.map(|at| (at, CertificateStatus::Revoked)));
        events.push((self.not_after, CertificateStatus::Expired));
        events.retain(|(at, _)| *at <= now.0);
        // Stable: what came at once keeps the order above.
        events.sort_by_key(|(at, _)| *at);
        let event = |(at, status)| CertificateEvent {
            at: UnixTime(at).to_string(),
            status,
        };
        events.into_iter().map(event).collect()
    }
}

pub(crate) async fn find(
    db: &Database,
    organisation: &str,
    fingerprint: &str,
) -> Result<Option<Found>, Failure> {
    #[derive(Deserialize)]
    struct Row {
        der: String,
        #[serde(deserialize_with = "d1::list")]
        chain: Vec<String>,
        issuer: Option<String>,
    }
    let results = db
        .read(vec![
            db.statement(
                "SELECT c.der, c.chain, i.der AS issuer FROM certificates c LEFT JOIN issuers i \
                 ON i.organisation = c.organisation AND c.source = 'built_in_ca' \
                 WHERE c.organisation = ?1 AND c.fingerprint = ?2 \
                 UNION ALL SELECT der, chain, NULL FROM partners \
                 WHERE organisation = ?1 AND fingerprint = ?2 \
                 UNION ALL SELECT der, '[]', NULL FROM authorities \
                 WHERE organisation = ?1 AND fingerprint = ?2 LIMIT 1",
                [organisation.into(), fingerprint.into()],
            )?,
            db.statement(
                "SELECT c.address, c.source, coalesce(m.certificate = c.fingerprint, 0) AS in_use, \
                 c.revoked_at, c.revocation_reason, c.not_after, c.created_at, \
                 (SELECT min(n.created_at) FROM certificates n \
                  WHERE n.organisation = c.organisation AND n.address = c.address \
                  AND n.fingerprint <> c.fingerprint AND n.created_at > c.created_at) AS next_at \
                 FROM certificates c LEFT JOIN mailboxes m \
                 ON m.organisation = c.organisation AND m.address = c.address \
                 WHERE c.organisation = ?1 AND c.fingerprint = ?2",
                [organisation.into(), fingerprint.into()],
            )?,
        ])
        .await?;
    let row: Option<Row> = d1::rows_of(&results, 0)?.into_iter().next();
    let managed = d1::rows_of(&results, 1)?.into_iter().next();
    row.map(|row| {
        let chain = std::iter::once(row.der).chain(row.chain).chain(row.issuer);
        Ok(Found {
            chain: chain
                .map(|base64| read(&base64))
                .collect::<Result<_, _>>()?,
            managed,
        })
    })
    .transpose()
}

fn read(base64: &str) -> Result<Certificate, Failure> {
    let der = crypto::from_base64(base64).ok();
    der.and_then(|der| Certificate::from_der(&der).ok())
        .ok_or_else(|| Failure::broken("a stored certificate cannot be read"))
}

/// A certificate that was just made or uploaded.
pub(crate) struct NewCertificate<'a> {
    pub(crate) address: &'a str,
    pub(crate) key_id: &'a str,
    pub(crate) certificate: &'a Certificate,
    /// Its issuers, nearest first; not the built-in CA, which is known.
    pub(crate) chain: &'a [Certificate],
    pub(crate) source: CertificateSource,
    pub(crate) replaces: Replaces<'a>,
}

/// In whose place a certificate is taken, besides that of none.
#[derive(Clone, Copy)]
pub(crate) enum Replaces<'a> {
    /// Nobody's: the mailbox waits for its first.
    None,
    /// This one's, if it is still in use: of two that are made at once one is taken.
    This(&'a str),
    /// Whatever is in use.
    Any,
}

impl<'a> Replaces<'a> {
    fn value(self) -> Value<'a> {
        match self {
            Self::None => Value::Null,
            Self::This(fingerprint) => fingerprint.into(),
            Self::Any => "any".into(),
        }
    }
}

/// Gives a mailbox its certificate; [`was_taken`] says whether it did. One that neither waits nor uses
/// what is to be replaced gets none.
pub(crate) fn take_into_use(
    db: &Database,
    organisation: &str,
    new: &NewCertificate<'_>,
    now: UnixTime,
) -> worker::Result<Vec<Statement>> {
    let certificate = new.certificate;
    let fingerprint = certificate.fingerprint().to_string();
    let chain = new.chain.iter();
    let chain: Vec<String> = chain.map(|issuer| crypto::base64(issuer.der())).collect();
    let add = db.statement(
        "INSERT INTO certificates (organisation, fingerprint, address, key_id, der, subject, \
         issuer, serial, source, not_before, not_after, created_at, chain) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?14 WHERE EXISTS ( \
             SELECT 1 FROM mailboxes WHERE organisation = ?1 AND address = ?3 \
             AND (status = 'activating' OR status = 'active' AND ?13 IN (certificate, 'any'))) \
         ON CONFLICT (organisation, fingerprint) DO NOTHING",
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
            new.replaces.value(),
            d1::json(&chain).into(),
        ],
    )?;
    let use_it = db.statement(
        "UPDATE mailboxes SET status = 'active', certificate = ?3, changed_at = ?4 \
         WHERE organisation = ?1 AND address = ?2 \
         AND (status = 'activating' OR status = 'active' AND ?5 IN (certificate, 'any')) \
         AND EXISTS (SELECT 1 FROM certificates c WHERE c.organisation = ?1 \
             AND c.fingerprint = ?3 AND c.address = ?2 AND c.revoked_at IS NULL)",
        [
            organisation.into(),
            new.address.into(),
            (&fingerprint).into(),
            now.0.into(),
            new.replaces.value(),
        ],
    )?;
    Ok(vec![add, use_it])
}

/// Whether the mailbox took it, by the results of a batch that ends with [`take_into_use`].
pub(crate) fn was_taken(results: &[D1Result]) -> worker::Result<bool> {
    Ok(results.last().map(d1::changes).transpose()? == Some(1))
}

/// A certificate or request that has a key or certificate already.
#[derive(Deserialize)]
pub(crate) struct KnownRow {
    pub(crate) address: String,
    /// Whether it is the very certificate.
    #[serde(deserialize_with = "d1::flag")]
    pub(crate) is_same: bool,
    #[serde(deserialize_with = "d1::flag")]
    pub(crate) is_revoked: bool,
    #[serde(deserialize_with = "d1::flag")]
    pub(crate) is_compromised: bool,
}

/// Who has this certificate or its key already.
pub(crate) async fn known(
    db: &Database,
    organisation: &str,
    fingerprint: &str,
    key_id: &str,
) -> worker::Result<Vec<KnownRow>> {
    db.rows(
        "SELECT address, fingerprint = ?2 AS is_same, revoked_at IS NOT NULL AS is_revoked, \
         coalesce(revocation_reason = ?4, 0) AS is_compromised FROM certificates \
         WHERE organisation = ?1 AND (fingerprint = ?2 OR key_id = ?3) \
         UNION ALL SELECT address, 0, 0, 0 FROM csrs WHERE organisation = ?1 AND key_id = ?3",
        [
            organisation.into(),
            fingerprint.into(),
            key_id.into(),
            u32::from(RevocationReason::KeyCompromise.code()).into(),
        ],
    )
    .await
}

/// Revokes a certificate from now on.
pub(crate) fn revoke(
    db: &Database,
    organisation: &str,
    fingerprint: &str,
    reason: RevocationReason,
    now: UnixTime,
) -> worker::Result<Statement> {
    db.statement(
        "UPDATE certificates SET revoked_at = ?3, revocation_reason = ?4 \
         WHERE organisation = ?1 AND fingerprint = ?2 AND revoked_at IS NULL",
        [
            organisation.into(),
            fingerprint.into(),
            now.0.into(),
            u32::from(reason.code()).into(),
        ],
    )
}

/// Takes a certificate from the mailbox that uses it; the mailbox waits for another.
pub(crate) fn take_back(
    db: &Database,
    organisation: &str,
    fingerprint: &str,
    now: UnixTime,
) -> worker::Result<Statement> {
    db.statement(
        "UPDATE mailboxes SET status = 'activating', certificate = NULL, changed_at = ?3 \
         WHERE organisation = ?1 AND certificate = ?2 AND status = 'active'",
        [organisation.into(), fingerprint.into(), now.0.into()],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use CertificateStatus::{Expired, Former, InUse, Revoked};

    #[test]
    fn the_history_tells_what_has_happened() {
        let row = ManagedRow {
            address: "alice@acme.test".to_owned(),
            source: CertificateSource::BuiltInCa,
            in_use: false,
            revoked_at: Some(20),
            revocation_reason: Some(4),
            not_after: 30,
            created_at: 10,
            next_at: Some(20),
        };
        let statuses = |now| -> Vec<CertificateStatus> {
            let history = row.history(UnixTime(now));
            history.into_iter().map(|event| event.status).collect()
        };
        assert_eq!(statuses(15), [InUse]);
        assert_eq!(statuses(25), [InUse, Former, Revoked]);
        assert_eq!(statuses(30), [InUse, Former, Revoked, Expired]);
        assert_eq!(row.status(UnixTime(40)), Revoked);
        assert_eq!(status(false, 30, true, UnixTime(31)), Expired);
    }
}
