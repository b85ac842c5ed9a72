//! Inbound routes.

use api::{Code, Page, Route, RouteWrite};
use gateway::DomainPattern;
use mail::{Address, Domain};

use super::exchange::Call;
use super::paging::Window;
use super::session::Member;
use crate::crypto;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::store::d1::Statement;
use crate::store::routes::{self, RouteRow, StoredMailbox, StoredRoute};
use crate::store::snapshots;
use crate::vault::Place;

/// `GET /routes`.
pub(crate) async fn list(
    desk: &Desk,
    member: &Member,
    call: Call<api::ListRoutes>,
) -> Result<Page<Route>, Failure> {
    let window = Window::read(call.query.limit, call.query.cursor.as_deref())?;
    let after = window.after.as_deref();
    let rows = routes::list(&desk.db, &member.organisation, after, window.rows()).await?;
    Ok(window.page(rows, |row: &RouteRow| &row.pattern, Route::from))
}

/// `POST /routes`.
pub(crate) async fn create(
    desk: &Desk,
    member: &Member,
    call: Call<api::CreateRoute>,
) -> Result<Route, Failure> {
    let organisation = &member.organisation;
    let pattern = pattern(&call.body, "")?.to_string();
    if routes::id_of(&desk.db, organisation, &pattern)
        .await?
        .is_some()
    {
        return Err(taken());
    }
    write(desk, organisation, &crypto::random_id(), &call.body).await
}

/// `PUT /routes/{id}`.
pub(crate) async fn change(
    desk: &Desk,
    member: &Member,
    call: Call<api::PutRoute>,
) -> Result<Route, Failure> {
    let organisation = &member.organisation;
    let id = call.param();
    if routes::get(&desk.db, organisation, id).await?.is_none() {
        return Err(Failure::unknown("route"));
    }
    let pattern = pattern(&call.body, "")?.to_string();
    let holder = routes::id_of(&desk.db, organisation, &pattern).await?;
    if holder.is_some_and(|holder| holder != id) {
        return Err(taken());
    }
    write(desk, organisation, id, &call.body).await
}

/// `DELETE /routes/{id}`.
pub(crate) async fn remove(
    desk: &Desk,
    member: &Member,
    call: Call<api::DeleteRoute>,
) -> Result<(), Failure> {
    let organisation = &member.organisation;
    let id = call.param();
    if routes::get(&desk.db, organisation, id).await?.is_none() {
        return Err(Failure::unknown("route"));
    }
    let held = routes::seats_held(&desk.db, organisation, id).await?;
    if held > 0 {
        return Err(Failure::seats_held(held, "route"));
    }
    let mut batch = routes::remove(&desk.db, organisation, id)?.to_vec();
    batch.push(snapshots::outdate(&desk.db, organisation)?);
    desk.db.write(batch).await?;
    snapshots::publish(desk, organisation).await
}

async fn write(
    desk: &Desk,
    organisation: &str,
    id: &str,
    body: &RouteWrite,
) -> Result<Route, Failure> {
    let mut batch = statements(desk, organisation, id, body, "")?;
    batch.push(snapshots::outdate(&desk.db, organisation)?);
    desk.db.write(batch).await?;
    snapshots::publish(desk, organisation).await?;
    routes::get(&desk.db, organisation, id)
        .await?
        .map(Into::into)
        .ok_or_else(|| Failure::broken("a route written and gone"))
}

/// The statements that write the route which stands at `pointer` in a body.
pub(crate) fn statements(
    desk: &Desk,
    organisation: &str,
    id: &str,
    body: &RouteWrite,
    pointer: &str,
) -> Result<Vec<Statement>, Failure> {
    let pattern = pattern(body, pointer)?;
    let mailboxes = mailboxes(body, &pattern, pointer)?;
    let hop = &body.next_hop;
    if hop.host.trim().is_empty() || hop.port == 0 {
        let pointer = format!("{pointer}/next_hop");
        let text = "A next hop is a host and a port.";
        return Err(Failure::field(&pointer, Code::BadNextHop, text));
    }
    let place = Place::RoutePassword {
        organisation,
        route: id,
    };
    let password = match &hop.password {
        Some(password) => Some(desk.master_keys()?.wrap(&place, password.as_bytes())?),
        None => None,
    };
    let route = StoredRoute {
        id,
        pattern: &pattern.to_string(),
        host: hop.host.trim(),
        port: hop.port,
        tls: hop.tls,
        username: hop.username.as_deref(),
        password: password.as_deref(),
        mailboxes: &mailboxes,
    };
    Ok(routes::put(
        &desk.db,
        organisation,
        &route,
        desk.now.unix(),
    )?)
}

/// The pattern in its normal form.
pub(crate) fn pattern(body: &RouteWrite, pointer: &str) -> Result<DomainPattern, Failure> {
    DomainPattern::parse(body.pattern.trim()).map_err(|error| {
        let pointer = format!("{pointer}/pattern");
        Failure::field(&pointer, Code::BadPattern, format!("{error}."))
    })
}

fn mailboxes(
    body: &RouteWrite,
    pattern: &DomainPattern,
    pointer: &str,
) -> Result<Vec<StoredMailbox>, Failure> {
    let known = |(place, text): (usize, &String)| {
        let at = |code: Code, text: &str| {
            Failure::field(&format!("{pointer}/mailboxes/{place}"), code, text)
        };
        let DomainPattern::Exact(domain) = pattern else {
            return Err(at(
                Code::Wildcard,
                "A wildcard route knows no single mailboxes.",
            ));
        };
        mailbox(text, domain).ok_or_else(|| {
            at(
                Code::ForeignMailbox,
                "This is no address of the route's domain.",
            )
        })
    };
    body.mailboxes.iter().enumerate().map(known).collect()
}

fn mailbox(text: &str, domain: &Domain) -> Option<StoredMailbox> {
    let address = Address::parse(text)
        .ok()
        .filter(|address| address.domain() == domain)?;
    Some(StoredMailbox {
        address: address.to_string(),
        domain: domain.to_string(),
    })
}

fn taken() -> Failure {
    Failure::field(
        "/pattern",
        Code::PatternTaken,
        "There is a route with this pattern.",
    )
}
