//! Inbound routes and the mailboxes that a route knows.

use api::{HopTls, NextHop, Route};
use mail::{Address, UnixTime};
use serde::Deserialize;
use smtp::{Credentials, TlsMode};
use zeroize::Zeroizing;

use super::d1::{self, Database, Statement};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::outbound::NextHop as Hop;
use crate::vault::Place;

#[derive(Deserialize)]
pub(crate) struct RouteRow {
    pub(crate) id: String,
    pub(crate) pattern: String,
    host: String,
    port: u16,
    tls: HopTls,
    username: Option<String>,
    /// JSON.
    mailboxes: String,
}

impl From<RouteRow> for Route {
    fn from(row: RouteRow) -> Self {
        Self {
            id: row.id,
            pattern: row.pattern,
            next_hop: NextHop {
                host: row.host,
                port: row.port,
                tls: row.tls,
                username: row.username,
            },
            mailboxes: serde_json::from_str(&row.mailboxes).unwrap_or_default(),
        }
    }
}

const ROUTE_COLUMNS: &str = "r.id, r.pattern, r.host, r.port, r.tls, r.username, \
    (SELECT json_group_array(m.address ORDER BY m.address) FROM mailboxes m \
     WHERE m.organisation = r.organisation AND m.route = r.id) AS mailboxes";

/// A page of the routes, by pattern.
pub(crate) async fn list(
    db: &Database,
    organisation: &str,
    after: Option<&str>,
    rows: i64,
) -> worker::Result<Vec<RouteRow>> {
    let sql = format!(
        "SELECT {ROUTE_COLUMNS} FROM routes r \
         WHERE r.organisation = ?1 AND r.pattern > ?2 ORDER BY r.pattern LIMIT ?3"
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

/// One route.
pub(crate) async fn get(
    db: &Database,
    organisation: &str,
    id: &str,
) -> worker::Result<Option<RouteRow>> {
    let sql =
        format!("SELECT {ROUTE_COLUMNS} FROM routes r WHERE r.organisation = ?1 AND r.id = ?2");
    db.row(&sql, [organisation.into(), id.into()]).await
}

/// The id of the route with a pattern.
pub(crate) async fn id_of(
    db: &Database,
    organisation: &str,
    pattern: &str,
) -> worker::Result<Option<String>> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
    }
    let row: Option<Row> = db
        .row(
            "SELECT id FROM routes WHERE organisation = ?1 AND pattern = ?2",
            [organisation.into(), pattern.into()],
        )
        .await?;
    Ok(row.map(|row| row.id))
}

/// A route as it is stored.
pub(crate) struct StoredRoute<'a> {
    pub(crate) id: &'a str,
    pub(crate) pattern: &'a str,
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) tls: HopTls,
    pub(crate) username: Option<&'a str>,
    /// Wrapped; `None` keeps the one that is stored.
    pub(crate) password: Option<&'a str>,
    pub(crate) mailboxes: &'a [StoredMailbox],
}

/// A mailbox in its normal form.
#[derive(serde::Serialize)]
pub(crate) struct StoredMailbox {
    pub(crate) address: String,
    pub(crate) domain: String,
}

/// Writes a route and brings its known mailboxes to what it says. A mailbox that holds a seat stays
/// known, whatever the list says: its keys still open mail.
pub(crate) fn put(
    db: &Database,
    organisation: &str,
    route: &StoredRoute<'_>,
    now: UnixTime,
) -> worker::Result<Vec<Statement>> {
    let mailboxes = d1::json(&route.mailboxes);
    Ok(vec![
        db.statement(
            "INSERT INTO routes \
             (organisation, id, pattern, host, port, tls, username, password) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
             ON CONFLICT (organisation, id) DO UPDATE SET pattern = excluded.pattern, \
             host = excluded.host, port = excluded.port, tls = excluded.tls, \
             username = excluded.username, password = coalesce(excluded.password, password)",
            [
                organisation.into(),
                route.id.into(),
                route.pattern.into(),
                route.host.into(),
                i64::from(route.port).into(),
                d1::word(&route.tls).into(),
                route.username.into(),
                route.password.into(),
            ],
        )?,
        db.statement(
            "DELETE FROM mailboxes WHERE organisation = ?1 AND route = ?2 \
             AND status = 'inactive' AND address NOT IN ( \
                 SELECT value ->> 'address' FROM json_each(?3))",
            [organisation.into(), route.id.into(), (&mailboxes).into()],
        )?,
        db.statement(
            "INSERT INTO mailboxes (organisation, address, domain, route, status, changed_at) \
             SELECT ?1, value ->> 'address', value ->> 'domain', ?2, 'inactive', ?4 \
             FROM json_each(?3) WHERE true \
             ON CONFLICT (organisation, address) DO UPDATE SET route = excluded.route",
            [
                organisation.into(),
                route.id.into(),
                (&mailboxes).into(),
                now.0.into(),
            ],
        )?,
    ])
}

/// Who takes mail for an address: the route of its domain, else the narrowest wildcard above it.
pub(crate) async fn next_hop(
    desk: &Desk,
    organisation: &str,
    to: &Address,
) -> Result<Option<Hop>, Failure> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        host: String,
        port: u16,
        tls: HopTls,
        username: Option<String>,
        password: Option<String>,
    }
    let domain = to.domain().as_str();
    let wildcards = d1::with_parents(domain)
        .into_iter()
        .map(|parent| format!("*.{parent}"));
    let patterns: Vec<String> = std::iter::once(domain.to_owned())
        .chain(wildcards)
        .collect();
    let row: Option<Row> = desk
        .db
        .row(
            "SELECT id, host, port, tls, username, password FROM routes \
             WHERE organisation = ?1 AND pattern IN (SELECT value FROM json_each(?2)) \
             ORDER BY pattern = ?3 DESC, length(pattern) DESC LIMIT 1",
            [
                organisation.into(),
                d1::json(&patterns).into(),
                domain.into(),
            ],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let place = Place::RoutePassword {
        organisation,
        route: &row.id,
    };
    let credentials = match row.username.zip(row.password) {
        Some((username, wrapped)) => Some(Credentials {
            username,
            password: password(&desk.master_keys()?.unwrap(&place, &wrapped)?)?,
        }),
        None => None,
    };
    Ok(Some(Hop {
        host: row.host,
        port: row.port,
        tls: match row.tls {
            HopTls::Implicit => TlsMode::Implicit,
            HopTls::Starttls => TlsMode::StartTls,
            HopTls::None => TlsMode::None,
        },
        credentials,
        hello: desk.bindings.host_name(),
    }))
}

fn password(octets: &[u8]) -> Result<Zeroizing<String>, Failure> {
    let text = std::str::from_utf8(octets);
    text.map(|text| Zeroizing::new(text.to_owned()))
        .map_err(|_| Failure::broken("the password of a route is no text"))
}

/// How many mailboxes of a route hold a seat.
pub(crate) async fn seats_held(db: &Database, organisation: &str, id: &str) -> worker::Result<u32> {
    #[derive(Deserialize)]
    struct Row {
        held: u32,
    }
    let row: Option<Row> = db
        .row(
            "SELECT count(*) AS held FROM mailboxes \
             WHERE organisation = ?1 AND route = ?2 AND status <> 'inactive'",
            [organisation.into(), id.into()],
        )
        .await?;
    Ok(row.map_or(0, |row| row.held))
}

/// Removes a route whose mailboxes hold no seat.
pub(crate) fn remove(
    db: &Database,
    organisation: &str,
    id: &str,
) -> worker::Result<[Statement; 2]> {
    Ok([
        db.statement(
            "DELETE FROM mailboxes \
             WHERE organisation = ?1 AND route = ?2 AND status = 'inactive'",
            [organisation.into(), id.into()],
        )?,
        db.statement(
            "DELETE FROM routes WHERE organisation = ?1 AND id = ?2 AND NOT EXISTS ( \
                 SELECT 1 FROM mailboxes WHERE organisation = ?1 AND route = ?2)",
            [organisation.into(), id.into()],
        )?,
    ])
}
