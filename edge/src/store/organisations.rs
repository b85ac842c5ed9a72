//! Setting up an organisation. Each function is one statement of the batch that does it.

use mail::UnixTime;
use policy::{LANGUAGE_VERSION, RuleSet};
use serde::Deserialize;

use super::d1::{self, Database, Statement};
use super::settings;

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// Whether there is such an organisation.
pub(crate) async fn exists(db: &Database, id: &str) -> worker::Result<bool> {
    let row: Option<Id> = db
        .row("SELECT id FROM organisations WHERE id = ?1", [id.into()])
        .await?;
    Ok(row.is_some())
}

/// The organisation's name.
pub(crate) async fn name(db: &Database, id: &str) -> worker::Result<Option<String>> {
    #[derive(Deserialize)]
    struct Name {
        name: String,
    }
    let row: Option<Name> = db
        .row("SELECT name FROM organisations WHERE id = ?1", [id.into()])
        .await?;
    Ok(row.map(|row| row.name))
}

/// The organisation, where there is exactly one.
pub(crate) async fn only(db: &Database) -> worker::Result<Option<String>> {
    let rows: Vec<Id> = db.rows("SELECT id FROM organisations LIMIT 2", []).await?;
    let mut ids = rows.into_iter().map(|row| row.id);
    Ok(ids.next().filter(|_| ids.next().is_none()))
}

/// The organisation with its first, empty rule set, and settings as they are at first.
pub(crate) fn add(
    db: &Database,
    id: &str,
    name: &str,
    now: UnixTime,
) -> worker::Result<[Statement; 3]> {
    Ok([
        db.statement(
            "INSERT INTO organisations (id, name, created_at) VALUES (?1, ?2, ?3) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, \
             snapshot_version = snapshot_version + 1",
            [id.into(), name.into(), now.0.into()],
        )?,
        db.statement(
            "INSERT INTO rule_sets (organisation, version, language, rules, author, at) \
             VALUES (?1, 1, ?2, ?3, 'operator', ?4) ON CONFLICT DO NOTHING",
            [
                id.into(),
                LANGUAGE_VERSION.into(),
                d1::json(&RuleSet::default()).into(),
                now.0.into(),
            ],
        )?,
        settings::add(db, id)?,
    ])
}

/// A domain that the operator vouches for.
pub(crate) fn add_verified_domain(
    db: &Database,
    organisation: &str,
    domain: &str,
    txt_value: &str,
) -> worker::Result<Statement> {
    db.statement(
        "INSERT INTO domains (organisation, domain, state, proof, txt_value) \
         VALUES (?1, ?2, 'verified', 'operator', ?3) \
         ON CONFLICT (organisation, domain) DO UPDATE \
         SET state = 'verified', proof = 'operator', grace_since = NULL",
        [organisation.into(), domain.into(), txt_value.into()],
    )
}

/// A person who may sign in. One of another organisation is left alone.
pub(crate) fn add_user(
    db: &Database,
    organisation: &str,
    email: &str,
    name: &str,
    password: &str,
    may_write: bool,
) -> worker::Result<Statement> {
    db.statement(
        "INSERT INTO users (email, organisation, name, password, may_write) \
         VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (email) DO UPDATE SET name = excluded.name, password = excluded.password, \
         may_write = excluded.may_write WHERE organisation = excluded.organisation",
        [
            email.into(),
            organisation.into(),
            name.into(),
            password.into(),
            may_write.into(),
        ],
    )
}

/// Ends the sessions of a person whose password was set: whoever knew the old one is out. Those of one of another
/// organisation are left alone.
pub(crate) fn end_sessions(
    db: &Database,
    organisation: &str,
    email: &str,
) -> worker::Result<Statement> {
    db.statement(
        "DELETE FROM sessions WHERE email = (SELECT email FROM users \
         WHERE email = ?1 AND organisation = ?2)",
        [email.into(), organisation.into()],
    )
}

/// An API token, by its hash. One of another organisation is left alone.
pub(crate) fn add_token(
    db: &Database,
    organisation: &str,
    name: &str,
    hash: &str,
    may_write: bool,
    now: UnixTime,
) -> worker::Result<Statement> {
    db.statement(
        "INSERT INTO tokens (hash, organisation, name, may_write, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (hash) DO UPDATE SET name = excluded.name, may_write = excluded.may_write \
         WHERE organisation = excluded.organisation",
        [
            hash.into(),
            organisation.into(),
            name.into(),
            may_write.into(),
            now.0.into(),
        ],
    )
}
