//! The domains that an organisation claims, and how they stand.
//!
//! Anyone may claim a domain, one organisation holds it: *held* is verified or in grace. A domain
//! below one that is held counts as held too.

use api::{DomainCheck, DomainItem, DomainProof, DomainState};
use mail::{Domain, UnixTime};
use ownership::State;
use serde::Deserialize;

use super::d1::{Database, Statement};
use crate::failure::Failure;

/// Most domains of one organisation: each is looked up every day.
pub(crate) const DOMAINS_MAX: u32 = 1000;

/// The states in which an organisation holds a domain.
pub(crate) const HELD: &str = "('verified', 'grace')";

/// Whether the domain in the column `domain` is that in `of`, or lies above it.
pub(crate) fn covers(domain: &str, of: &str) -> String {
    format!("({of} = {domain} OR substr({of}, -1 - length({domain})) = '.' || {domain})")
}

#[derive(Deserialize)]
pub(crate) struct DomainRow {
    pub(crate) domain: String,
    state: DomainState,
    proof: DomainProof,
    grace_since: Option<i64>,
    txt_value: String,
    /// JSON.
    checks: String,
}

impl DomainRow {
    /// As the contract has it.
    pub(crate) fn item(self, mx_expected: Option<String>) -> Result<DomainItem, Failure> {
        let domain = Domain::parse(&self.domain)
            .map_err(|_| Failure::broken("a stored domain cannot be read"))?;
        Ok(DomainItem {
            txt_name: ownership::proof_name(&domain),
            state: self.state,
            proof: self.proof,
            grace_until: self.state().grace_until().map(|until| until.to_string()),
            checks: self.checks(),
            domain: self.domain,
            txt_value: self.txt_value,
            mx_expected,
        })
    }

    fn state(&self) -> State {
        match self.state {
            DomainState::Unverified => State::Unverified,
            DomainState::Verified => State::Verified,
            DomainState::Grace => State::Grace {
                since: UnixTime(self.grace_since.unwrap_or_default()),
            },
            DomainState::Lost => State::Lost,
        }
    }

    fn checks(&self) -> Vec<DomainCheck> {
        serde_json::from_str(&self.checks).unwrap_or_default()
    }
}

const COLUMNS: &str = "domain, state, proof, grace_since, txt_value, checks";

/// A page of the domains.
pub(crate) async fn list(
    db: &Database,
    organisation: &str,
    after: Option<&str>,
    rows: i64,
) -> worker::Result<Vec<DomainRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM domains \
         WHERE organisation = ?1 AND domain > ?2 ORDER BY domain LIMIT ?3"
    );
    db.rows(
        &sql,
        [
            organisation.into(),
            after.unwrap_or_default().into(),
            rows.into(),
        ],
    )
    .await
}

/// One domain.
pub(crate) async fn get(
    db: &Database,
    organisation: &str,
    domain: &Domain,
) -> worker::Result<Option<DomainRow>> {
    let sql = format!("SELECT {COLUMNS} FROM domains WHERE organisation = ?1 AND domain = ?2");
    db.row(&sql, [organisation.into(), domain.as_str().into()])
        .await
}

/// Claims a domain; whether there was room for it and it was not there.
pub(crate) async fn add(
    db: &Database,
    organisation: &str,
    domain: &Domain,
    txt_value: &str,
) -> worker::Result<bool> {
    let added = db
        .execute(
            "INSERT INTO domains (organisation, domain, state, proof, txt_value) \
             SELECT ?1, ?2, 'unverified', 'dns', ?3 \
             WHERE (SELECT count(*) FROM domains WHERE organisation = ?1) < ?4 \
             ON CONFLICT (organisation, domain) DO NOTHING",
            [
                organisation.into(),
                domain.as_str().into(),
                txt_value.into(),
                DOMAINS_MAX.into(),
            ],
        )
        .await?;
    Ok(added > 0)
}

/// The mailboxes `m` that hold a seat because of the domain `?2` of the organisation `?1`: its own, and
/// those below it that no other domain holds.
fn seats() -> String {
    let (below, other) = (covers("?2", "m.domain"), covers("d.domain", "m.domain"));
    format!(
        "mailboxes m WHERE m.organisation = ?1 AND m.status <> 'inactive' AND {below} \
         AND (m.domain = ?2 OR NOT EXISTS (SELECT 1 FROM domains d WHERE d.organisation = ?1 \
             AND d.domain <> ?2 AND d.state IN {HELD} AND {other}))"
    )
}

/// How many mailboxes hold a seat because of a domain.
pub(crate) async fn seats_held(
    db: &Database,
    organisation: &str,
    domain: &Domain,
) -> worker::Result<u32> {
    #[derive(Deserialize)]
    struct Row {
        held: u32,
    }
    let sql = format!("SELECT count(*) AS held FROM {}", seats());
    let row: Option<Row> = db
        .row(&sql, [organisation.into(), domain.as_str().into()])
        .await?;
    Ok(row.map_or(0, |row| row.held))
}

/// Removes a domain whose mailboxes hold no seat.
pub(crate) fn remove(
    db: &Database,
    organisation: &str,
    domain: &Domain,
) -> worker::Result<Statement> {
    let sql = format!(
        "DELETE FROM domains WHERE organisation = ?1 AND domain = ?2 \
         AND NOT EXISTS (SELECT 1 FROM {})",
        seats()
    );
    db.statement(&sql, [organisation.into(), domain.as_str().into()])
}
