//! Certification authorities: whose word counts.

use api::{Authority, AuthoritySource, Code, Page};
use mail::Domain;
use worker::Response;

use super::exchange::{self, Call, Exchange};
use super::paging::Window;
use super::session::Member;
use super::{body, certificates, session};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::store::authorities::{self, AuthorityRow, Filter};
use crate::store::d1::Statement;
use crate::store::{issuers, snapshots};

/// `GET /authorities`.
pub(crate) async fn list(
    desk: &Desk,
    member: &Member,
    call: Call<api::ListAuthorities>,
) -> Result<Page<Authority>, Failure> {
    let query = call.query;
    let window = Window::read(query.limit, query.cursor.as_deref())?;
    let part = query.q.map(|part| part.trim().to_lowercase());
    let filter = Filter {
        trust: query.trust,
        source: query.source,
        part: part.as_deref(),
    };
    let after = window.after.as_deref();
    let organisation = &member.organisation;
    let rows = authorities::list(&desk.db, organisation, &filter, after, window.rows()).await?;
    Ok(window.page(rows, |row: &AuthorityRow| &row.fingerprint, Authority::from))
}

/// `POST /authorities`.
pub(crate) async fn create(mut exchange: Exchange) -> Result<Response, Failure> {
    let member = session::writer(&exchange).await?;
    let query: api::AuthorityQuery = body::query(exchange.url.query().unwrap_or_default())?;
    let domain = query
        .domain
        .as_deref()
        .map(|text| scope("?domain", text))
        .transpose()?;
    let certificate = certificates::upload(&mut exchange.request).await?;
    if !certificate.is_ca() {
        let detail = "The certificate is not that of an authority.";
        return Err(Failure::caller(422, Code::NoAuthority, detail));
    }
    let desk = &exchange.desk;
    let organisation = &member.organisation;
    let domain = domain.as_ref().map(Domain::as_str);
    let trust = authorities::trust(&desk.db, organisation, &certificate, domain)?;
    write(desk, organisation, trust).await?;
    let fingerprint = certificate.fingerprint().to_string();
    exchange::reply(&get(desk, organisation, &fingerprint).await?)
}

/// `PUT /authorities/{fingerprint}`.
pub(crate) async fn decide(
    desk: &Desk,
    member: &Member,
    call: Call<api::PutAuthority>,
) -> Result<Authority, Failure> {
    let organisation = &member.organisation;
    let known = get(desk, organisation, call.param()).await?;
    // The body is the item as it was read; only the decision may differ.
    if (&call.body.fingerprint, call.body.source) != (&known.fingerprint, known.source) {
        let text = "Only trust and domain can be changed.";
        return Err(Failure::field("/fingerprint", Code::NotChangeable, text));
    }
    let domain = call
        .body
        .domain
        .as_deref()
        .map(|text| scope("/domain", text))
        .transpose()?;
    let domain = domain.as_ref().map(Domain::as_str);
    let decide = authorities::decide(
        &desk.db,
        organisation,
        call.param(),
        call.body.trust,
        domain,
    )?;
    write(desk, organisation, decide).await?;
    get(desk, organisation, call.param()).await
}

/// `DELETE /authorities/{fingerprint}`.
pub(crate) async fn remove(
    desk: &Desk,
    member: &Member,
    call: Call<api::DeleteAuthority>,
) -> Result<(), Failure> {
    let organisation = &member.organisation;
    if get(desk, organisation, call.param()).await?.source == AuthoritySource::Public {
        let detail = "A public authority can be blocked, not removed.";
        return Err(Failure::caller(409, Code::PublicAuthority, detail));
    }
    let issuer = issuers::get(&desk.db, organisation).await?;
    if issuer.is_some_and(|issuer| issuer.fingerprint == call.param()) {
        let detail = "This is the built-in CA of the organisation; it can be blocked, not removed.";
        return Err(Failure::caller(409, Code::BuiltInCa, detail));
    }
    let remove = authorities::remove(&desk.db, organisation, call.param())?;
    write(desk, organisation, remove).await
}

async fn get(desk: &Desk, organisation: &str, fingerprint: &str) -> Result<Authority, Failure> {
    authorities::get(&desk.db, organisation, fingerprint)
        .await?
        .map(Into::into)
        .ok_or_else(|| Failure::unknown("authority"))
}

async fn write(desk: &Desk, organisation: &str, change: Statement) -> Result<(), Failure> {
    let outdate = snapshots::outdate(&desk.db, organisation)?;
    desk.db.write(vec![change, outdate]).await?;
    snapshots::publish(desk, organisation).await
}

fn scope(pointer: &str, text: &str) -> Result<Domain, Failure> {
    Domain::parse(text)
        .map_err(|error| Failure::field(pointer, Code::BadDomain, format!("{error}.")))
}
