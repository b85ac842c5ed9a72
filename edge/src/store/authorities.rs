//! Certification authorities whose word counts, does not count, or waits for a decision.

use api::{Authority, AuthoritySource, AuthorityTrust};
use mail::UnixTime;
use serde::Deserialize;
use smime::Certificate;

use super::d1::{self, Database, Statement};
use crate::crypto;

#[derive(Deserialize)]
pub(crate) struct AuthorityRow {
    pub(crate) fingerprint: String,
    subject: String,
    not_after: i64,
    source: AuthoritySource,
    trust: AuthorityTrust,
    domain: Option<String>,
}

impl From<AuthorityRow> for Authority {
    fn from(row: AuthorityRow) -> Self {
        Self {
            fingerprint: row.fingerprint,
            subject: row.subject,
            not_after: UnixTime(row.not_after).to_string(),
            source: row.source,
            trust: row.trust,
            domain: row.domain,
        }
    }
}

const COLUMNS: &str = "fingerprint, subject, not_after, source, trust, domain";

/// What the list is filtered by.
pub(crate) struct Filter<'a> {
    pub(crate) trust: Option<AuthorityTrust>,
    pub(crate) source: Option<AuthoritySource>,
    /// In lower case.
    pub(crate) part: Option<&'a str>,
}

/// A page of the authorities, by fingerprint.
pub(crate) async fn list(
    db: &Database,
    organisation: &str,
    filter: &Filter<'_>,
    after: Option<&str>,
    rows: i64,
) -> worker::Result<Vec<AuthorityRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM authorities WHERE organisation = ?1 AND fingerprint > ?2 \
         AND (?3 IS NULL OR trust = ?3) AND (?4 IS NULL OR source = ?4) \
         AND (?5 IS NULL OR instr(lower(subject), ?5) > 0) ORDER BY fingerprint LIMIT ?6"
    );
    db.rows(
        &sql,
        [
            organisation.into(),
            after.unwrap_or_default().into(),
            filter.trust.as_ref().map(d1::word).into(),
            filter.source.as_ref().map(d1::word).into(),
            filter.part.into(),
            rows.into(),
        ],
    )
    .await
}

/// One authority.
pub(crate) async fn get(
    db: &Database,
    organisation: &str,
    fingerprint: &str,
) -> worker::Result<Option<AuthorityRow>> {
    let sql =
        format!("SELECT {COLUMNS} FROM authorities WHERE organisation = ?1 AND fingerprint = ?2");
    db.row(&sql, [organisation.into(), fingerprint.into()])
        .await
}

/// Adds a trust anchor, or makes one of an authority that is known.
pub(crate) fn trust(
    db: &Database,
    organisation: &str,
    certificate: &Certificate,
    domain: Option<&str>,
) -> worker::Result<Statement> {
    db.statement(
        "INSERT INTO authorities \
         (organisation, fingerprint, subject, not_after, der, source, trust, domain) \
         VALUES (?1, ?2, ?3, ?4, ?5, 'own', 'trusted', ?6) \
         ON CONFLICT (organisation, fingerprint) DO UPDATE SET source = 'own', \
         trust = 'trusted', domain = excluded.domain",
        [
            organisation.into(),
            certificate.fingerprint().to_string().into(),
            certificate.subject().into(),
            certificate.not_after().0.into(),
            crypto::base64(certificate.der()).into(),
            domain.into(),
        ],
    )
}

/// Trusts the built-in CA; in the batch that makes it, and only if it is the one that was made.
pub(crate) fn trust_issuer(
    db: &Database,
    organisation: &str,
    certificate: &Certificate,
) -> worker::Result<Statement> {
    db.statement(
        "INSERT INTO authorities \
         (organisation, fingerprint, subject, not_after, der, source, trust) \
         SELECT ?1, ?2, ?3, ?4, der, 'own', 'trusted' FROM issuers \
         WHERE organisation = ?1 AND fingerprint = ?2 ON CONFLICT DO NOTHING",
        [
            organisation.into(),
            certificate.fingerprint().to_string().into(),
            certificate.subject().into(),
            certificate.not_after().0.into(),
        ],
    )
}

/// Makes the public authorities those of the list: new ones are trusted, also where they were seen in mail
/// and waited for a decision; those that have left it go, unless they are blocked. What was decided stays. With `None`,
/// of every organisation.
pub(crate) fn take_public_list(
    db: &Database,
    organisation: Option<&str>,
) -> worker::Result<[Statement; 3]> {
    #[derive(serde::Serialize)]
    struct Root {
        fingerprint: String,
        subject: String,
        not_after: i64,
        der: String,
    }
    let roots: Vec<Root> = smime::public_roots()
        .iter()
        .map(|root| Root {
            fingerprint: root.fingerprint().to_string(),
            subject: root.subject(),
            not_after: root.not_after().0,
            der: crypto::base64(root.der()),
        })
        .collect();
    let roots = d1::json(&roots);
    let has_left = "a.source = 'public' AND a.trust = 'trusted' AND a.fingerprint NOT IN ( \
        SELECT value ->> 'fingerprint' FROM json_each(?2))";
    // Whose list differs sees a new snapshot; this goes first, while it differs.
    let outdate = format!(
        "UPDATE organisations SET snapshot_version = snapshot_version + 1 \
         WHERE (?1 IS NULL OR id = ?1) AND ( \
             EXISTS (SELECT 1 FROM json_each(?2) root WHERE NOT EXISTS ( \
                 SELECT 1 FROM authorities a WHERE a.organisation = organisations.id \
                 AND a.fingerprint = root.value ->> 'fingerprint' \
                 AND (a.trust <> 'undecided' OR a.source <> 'seen'))) \
             OR EXISTS (SELECT 1 FROM authorities a \
                 WHERE a.organisation = organisations.id AND {has_left}))"
    );
    let remove = format!(
        "DELETE FROM authorities AS a WHERE (?1 IS NULL OR a.organisation = ?1) AND {has_left}"
    );
    let add = "INSERT INTO authorities \
         (organisation, fingerprint, subject, not_after, der, source, trust) \
         SELECT o.id, root.value ->> 'fingerprint', root.value ->> 'subject', \
         root.value ->> 'not_after', root.value ->> 'der', 'public', 'trusted' \
         FROM organisations o, json_each(?2) root WHERE ?1 IS NULL OR o.id = ?1 \
         ON CONFLICT (organisation, fingerprint) DO UPDATE \
         SET source = 'public', trust = 'trusted' WHERE trust = 'undecided' AND source = 'seen'";
    let statement = |sql: &str| db.statement(sql, [organisation.into(), (&roots).into()]);
    Ok([statement(&outdate)?, statement(&remove)?, statement(add)?])
}

/// Authorities seen in mail that wait for a decision, at most: any stranger can send one, and nobody
/// reads through more. While there are so many, no further one is noted.
const UNDECIDED_MAX: u32 = 200;
/// How long an authority that nobody decides on is kept after it was last seen.
const UNDECIDED_KEPT_SECONDS: i64 = 90 * 24 * 60 * 60;

/// Notes an authority that signed mail came from, for an administrator to decide on. One that is
/// known stays as it is decided.
pub(crate) fn notice(
    db: &Database,
    organisation: &str,
    certificate: &Certificate,
    now: UnixTime,
) -> worker::Result<Statement> {
    db.statement(
        "INSERT INTO authorities \
         (organisation, fingerprint, subject, not_after, der, source, trust, seen_at) \
         SELECT ?1, ?2, ?3, ?4, ?5, 'seen', 'undecided', ?6 \
         WHERE (SELECT count(*) FROM authorities \
                WHERE organisation = ?1 AND trust = 'undecided') < ?7 \
         OR EXISTS (SELECT 1 FROM authorities WHERE organisation = ?1 AND fingerprint = ?2) \
         ON CONFLICT (organisation, fingerprint) DO UPDATE SET seen_at = excluded.seen_at",
        [
            organisation.into(),
            certificate.fingerprint().to_string().into(),
            certificate.subject().into(),
            certificate.not_after().0.into(),
            crypto::base64(certificate.der()).into(),
            now.0.into(),
            UNDECIDED_MAX.into(),
        ],
    )
}

/// Forgets the authorities that nobody decided on and that no mail came from for long.
pub(crate) async fn remove_unseen(db: &Database, now: UnixTime) -> worker::Result<usize> {
    db.execute(
        "DELETE FROM authorities \
         WHERE source = 'seen' AND trust = 'undecided' AND seen_at <= ?1",
        [now.0.saturating_sub(UNDECIDED_KEPT_SECONDS).into()],
    )
    .await
}

/// Decides on an authority.
pub(crate) fn decide(
    db: &Database,
    organisation: &str,
    fingerprint: &str,
    trust: AuthorityTrust,
    domain: Option<&str>,
) -> worker::Result<Statement> {
    db.statement(
        "UPDATE authorities SET trust = ?3, domain = ?4 \
         WHERE organisation = ?1 AND fingerprint = ?2",
        [
            organisation.into(),
            fingerprint.into(),
            d1::word(&trust).into(),
            domain.into(),
        ],
    )
}

/// Removes an authority.
pub(crate) fn remove(
    db: &Database,
    organisation: &str,
    fingerprint: &str,
) -> worker::Result<Statement> {
    db.statement(
        "DELETE FROM authorities WHERE organisation = ?1 AND fingerprint = ?2",
        [organisation.into(), fingerprint.into()],
    )
}
