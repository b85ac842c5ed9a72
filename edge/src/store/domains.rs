//! The domains that an organisation claims, and how they stand.
//!
//! Anyone may claim a domain, one organisation holds it: *held* is verified or in grace. A domain
//! below one that is held counts as held too.

use api::{Code, DomainCheck, DomainItem, DomainProof, DomainState};
use mail::{Domain, UnixTime};
use ownership::{State, Voucher};
use serde::Deserialize;

use super::d1::{self, Database, Statement};
use super::snapshots;
use crate::desk::Desk;
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
    pub(crate) txt_value: String,
    /// JSON.
    checks: String,
    #[serde(deserialize_with = "d1::flag")]
    held_elsewhere: bool,
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

    pub(crate) fn state(&self) -> State {
        state(self.state, self.grace_since)
    }

    /// The latest, newest first.
    pub(crate) fn checks(&self) -> Vec<DomainCheck> {
        serde_json::from_str(&self.checks).unwrap_or_default()
    }

    pub(crate) fn voucher(&self) -> Voucher {
        match self.proof {
            DomainProof::Dns => Voucher::Dns,
            DomainProof::Operator => Voucher::Operator,
        }
    }

    /// Whether another organisation holds the domain.
    pub(crate) fn is_held_elsewhere(&self) -> bool {
        self.held_elsewhere
    }
}

/// The state in the columns `state` and `grace_since`.
fn state(state: DomainState, grace_since: Option<i64>) -> State {
    match state {
        DomainState::Unverified => State::Unverified,
        DomainState::Verified => State::Verified,
        DomainState::Grace => State::Grace {
            since: UnixTime(grace_since.unwrap_or_default()),
        },
        DomainState::Lost => State::Lost,
    }
}

/// The columns `state` and `grace_since` of a state.
fn columns_of(state: State) -> (DomainState, Option<i64>) {
    match state {
        State::Unverified => (DomainState::Unverified, None),
        State::Verified => (DomainState::Verified, None),
        State::Grace { since } => (DomainState::Grace, Some(since.0)),
        State::Lost => (DomainState::Lost, None),
    }
}

/// Of the table `domains d`.
fn columns() -> String {
    format!(
        "d.domain, d.state, d.proof, d.grace_since, d.txt_value, d.checks, \
         EXISTS ({}) AS held_elsewhere",
        holders("d.organisation", "d.domain")
    )
}

/// The rows `o` of those other than `organisation` that hold `domain` itself: one at most.
fn holders(organisation: &str, domain: &str) -> String {
    format!(
        "SELECT 1 FROM domains o WHERE o.domain = {domain} AND o.organisation <> {organisation} \
         AND o.state IN {HELD}"
    )
}

/// A page of the domains.
pub(crate) async fn list(
    db: &Database,
    organisation: &str,
    after: Option<&str>,
    rows: i64,
) -> worker::Result<Vec<DomainRow>> {
    let sql = format!(
        "SELECT {} FROM domains d \
         WHERE d.organisation = ?1 AND d.domain > ?2 ORDER BY d.domain LIMIT ?3",
        columns()
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
    let sql = format!(
        "SELECT {} FROM domains d WHERE d.organisation = ?1 AND d.domain = ?2",
        columns()
    );
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

/// A domain that an organisation claims.
#[derive(Deserialize)]
pub(crate) struct Claim {
    pub(crate) organisation: String,
    pub(crate) domain: String,
}

/// Whose look is due, the longest due first.
pub(crate) async fn due(db: &Database, now: UnixTime, rows: u32) -> worker::Result<Vec<Claim>> {
    db.rows(
        "SELECT organisation, domain FROM domains WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2",
        [now.0.into(), rows.into()],
    )
    .await
}

/// What a look made of a domain.
pub(crate) struct Outcome {
    pub(crate) state: State,
    /// Newest first.
    pub(crate) checks: Vec<DomainCheck>,
    pub(crate) due_at: UnixTime,
}

/// Writes down what a look made of a domain; `false` where it has changed since `before` was read, or
/// another organisation took it meanwhile.
pub(crate) async fn record(
    desk: &Desk,
    organisation: &str,
    domain: &Domain,
    before: &DomainRow,
    outcome: &Outcome,
) -> Result<bool, Failure> {
    let (state, grace_since) = columns_of(outcome.state);
    let sql = format!(
        "UPDATE domains SET state = ?3, grace_since = ?4, checks = ?5, due_at = ?6 \
         WHERE organisation = ?1 AND domain = ?2 AND state = ?7 AND checks = ?8 \
         AND (?3 NOT IN {HELD} OR NOT EXISTS ({}))",
        holders("?1", "?2")
    );
    let write = desk.db.statement(
        &sql,
        [
            organisation.into(),
            domain.as_str().into(),
            d1::word(&state).into(),
            grace_since.into(),
            d1::json(&outcome.checks).into(),
            outcome.due_at.0.into(),
            d1::word(&before.state).into(),
            (&before.checks).into(),
        ],
    )?;
    let mut batch = vec![write];
    if state != before.state {
        // Whose it is counts for everybody who claims it.
        batch.push(desk.db.statement(
            "UPDATE organisations SET snapshot_version = snapshot_version + 1 \
             WHERE id IN (SELECT organisation FROM domains WHERE domain = ?1)",
            [domain.as_str().into()],
        )?);
    }
    let results = desk.db.write(batch).await?;
    let is_written = results.first().map_or(Ok(0), d1::changes)? > 0;
    if is_written && state != before.state {
        snapshots::publish(desk, organisation).await?;
    }
    Ok(is_written)
}

/// Whether `organisation` holds the domain in the column `of`.
pub(crate) fn is_held(organisation: &str, of: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM domains d WHERE d.organisation = {organisation} \
         AND d.state IN {HELD} AND {})",
        covers("d.domain", of)
    )
}

/// Whether mail of a row of the domains `d` is its organisation's: of those that are held, and of those
/// that are lost as long as nobody else held them too.
pub(crate) fn carries_mail() -> String {
    format!(
        "(d.state IN {HELD} OR d.state = 'lost' AND NOT EXISTS (SELECT 1 FROM domains o \
         WHERE o.domain = d.domain AND o.organisation <> d.organisation \
         AND o.state <> 'unverified'))"
    )
}

/// A mailbox whose domain the organisation does not hold.
#[derive(Deserialize)]
pub(crate) struct Unproven {
    pub(crate) address: String,
    domain: String,
    /// How the narrowest domain above it stands that is among the organisation's.
    state: Option<DomainState>,
}

impl Unproven {
    /// Why no certificate is issued to it: a stable code, and a sentence.
    pub(crate) fn problem(&self) -> (Code, String) {
        let domain = &self.domain;
        match self.state {
            Some(DomainState::Lost) => (
                Code::DomainLost,
                format!(
                    "The proof of {domain} has been gone for too long: set its TXT record again."
                ),
            ),
            Some(_) => (
                Code::DomainUnverified,
                format!("{domain} is not proven yet: set its TXT record and check it."),
            ),
            None => (
                Code::DomainUnverified,
                format!("{domain} is not among the domains: add it and set its TXT record."),
            ),
        }
    }
}

/// Those of these mailboxes whose domain the organisation does not hold.
pub(crate) async fn unproven(
    db: &Database,
    organisation: &str,
    addresses: &[String],
) -> worker::Result<Vec<Unproven>> {
    let sql = format!(
        "SELECT m.address, m.domain, (SELECT d.state FROM domains d WHERE d.organisation = ?1 \
             AND {} ORDER BY length(d.domain) DESC LIMIT 1) AS state \
         FROM mailboxes m WHERE m.organisation = ?1 \
         AND m.address IN (SELECT value FROM json_each(?2)) AND NOT {}",
        covers("d.domain", "m.domain"),
        is_held("?1", "m.domain")
    );
    db.rows(&sql, [organisation.into(), d1::json(&addresses).into()])
        .await
}

/// Whether another organisation holds this domain.
pub(crate) async fn is_held_elsewhere(
    db: &Database,
    organisation: &str,
    domain: &Domain,
) -> worker::Result<bool> {
    #[derive(Deserialize)]
    struct Found {}
    let found: Option<Found> = db
        .row(
            &holders("?1", "?2"),
            [organisation.into(), domain.as_str().into()],
        )
        .await?;
    Ok(found.is_some())
}
