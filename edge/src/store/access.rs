//! Organisations, and who may come in: users, sessions, tokens.

use api::Organisation;
use mail::UnixTime;
use serde::Deserialize;

use super::d1::{Database, flag};

/// A person.
#[derive(Clone, Deserialize)]
pub(crate) struct User {
    pub(crate) email: String,
    pub(crate) organisation: String,
    pub(crate) name: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) may_write: bool,
}

/// A person, and what is stored of the password.
#[derive(Deserialize)]
pub(crate) struct UserWithPassword {
    #[serde(flatten)]
    pub(crate) user: User,
    pub(crate) password: String,
}

/// An API token.
#[derive(Deserialize)]
pub(crate) struct Token {
    pub(crate) organisation: String,
    pub(crate) name: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) may_write: bool,
}

pub(crate) async fn user(db: &Database, email: &str) -> worker::Result<Option<UserWithPassword>> {
    db.row(
        "SELECT email, organisation, name, may_write, password FROM users WHERE email = ?1",
        [email.into()],
    )
    .await
}

pub(crate) async fn token(db: &Database, hash: &str) -> worker::Result<Option<Token>> {
    db.row(
        "SELECT organisation, name, may_write FROM tokens WHERE hash = ?1",
        [hash.into()],
    )
    .await
}

/// The person whose session this is, unless it is over.
pub(crate) async fn session(
    db: &Database,
    hash: &str,
    now: UnixTime,
) -> worker::Result<Option<User>> {
    db.row(
        "SELECT u.email, u.organisation, u.name, u.may_write \
         FROM sessions s JOIN users u ON u.email = s.email \
         WHERE s.hash = ?1 AND s.expires_at > ?2",
        [hash.into(), now.0.into()],
    )
    .await
}

pub(crate) async fn add_session(
    db: &Database,
    hash: &str,
    email: &str,
    expires_at: i64,
) -> worker::Result<()> {
    db.execute(
        "INSERT INTO sessions (hash, email, expires_at) VALUES (?1, ?2, ?3)",
        [hash.into(), email.into(), expires_at.into()],
    )
    .await
    .map(drop)
}

pub(crate) async fn remove_session(db: &Database, hash: &str) -> worker::Result<()> {
    db.execute("DELETE FROM sessions WHERE hash = ?1", [hash.into()])
        .await
        .map(drop)
}

/// Forgets the sessions that are over.
pub(crate) async fn remove_old_sessions(db: &Database, now: UnixTime) -> worker::Result<usize> {
    db.execute(
        "DELETE FROM sessions WHERE expires_at <= ?1",
        [now.0.into()],
    )
    .await
}

/// The organisation as the portal shows it.
pub(crate) async fn organisation(db: &Database, id: &str) -> worker::Result<Option<Organisation>> {
    #[derive(Deserialize)]
    struct Row {
        name: String,
        domains: String,
    }
    let row: Option<Row> = db
        .row(
            "SELECT name, (SELECT json_group_array(domain ORDER BY domain) FROM domains \
                           WHERE organisation = ?1) AS domains \
             FROM organisations WHERE id = ?1",
            [id.into()],
        )
        .await?;
    Ok(row.map(|row| Organisation {
        id: id.to_owned(),
        name: row.name,
        domains: serde_json::from_str(&row.domains).unwrap_or_default(),
    }))
}
