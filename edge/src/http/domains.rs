//! The organisation's domains.

use api::{Code, DomainItem, Page};
use mail::Domain;

use super::exchange::Call;
use super::paging::Window;
use super::session::Member;
use crate::crypto;
use crate::desk::Desk;
use crate::domain_check;
use crate::failure::Failure;
use crate::store::d1;
use crate::store::domains::{self, DOMAINS_MAX, DomainRow, Unproven};
use crate::store::snapshots;

/// `GET /domains`.
pub(crate) async fn list(
    desk: &Desk,
    member: &Member,
    call: Call<api::ListDomains>,
) -> Result<Page<DomainItem>, Failure> {
    let window = Window::read(call.query.limit, call.query.cursor.as_deref())?;
    let after = window.after.as_deref();
    let rows = domains::list(&desk.db, &member.organisation, after, window.rows()).await?;
    let mx_host = desk.bindings.mx_host();
    let page = window.page(
        rows,
        |row: &DomainRow| &row.domain,
        |row| row.item(mx_host.clone()),
    );
    Ok(Page {
        items: page.items.into_iter().collect::<Result<_, _>>()?,
        next: page.next,
    })
}

/// `POST /domains`.
pub(crate) async fn create(
    desk: &Desk,
    member: &Member,
    call: Call<api::CreateDomain>,
) -> Result<DomainItem, Failure> {
    let organisation = &member.organisation;
    let domain = ownership::claim(&call.body.domain)
        .map_err(|error| Failure::field("/domain", Code::BadDomain, format!("{error}.")))?;
    if !domains::add(&desk.db, organisation, &domain, &proof()).await? {
        let known = domains::get(&desk.db, organisation, &domain).await?;
        return Err(if known.is_some() {
            let detail = format!("{domain} is among the domains already.");
            Failure::caller(409, Code::DomainExists, detail)
        } else {
            let detail = format!("An organisation has {DOMAINS_MAX} domains at most.");
            Failure::caller(409, Code::TooManyDomains, detail)
        });
    }
    item(desk, organisation, &domain).await
}

/// `POST /domains/{domain}/check`.
pub(crate) async fn check(
    desk: &Desk,
    member: &Member,
    call: Call<api::CheckDomain>,
) -> Result<DomainItem, Failure> {
    let domain = domain(call.param())?;
    domain_check::look(desk, &member.organisation, &domain)
        .await?
        .ok_or_else(unknown)?
        .item(desk.bindings.mx_host())
}

/// `DELETE /domains/{domain}`.
pub(crate) async fn remove(
    desk: &Desk,
    member: &Member,
    call: Call<api::DeleteDomain>,
) -> Result<(), Failure> {
    let organisation = &member.organisation;
    let domain = domain(call.param())?;
    let batch = vec![
        domains::remove(&desk.db, organisation, &domain)?,
        snapshots::outdate(&desk.db, organisation)?,
    ];
    let results = desk.db.write(batch).await?;
    if results.first().map_or(Ok(0), d1::changes)? == 0 {
        let held = domains::seats_held(&desk.db, organisation, &domain).await?;
        return Err(if held == 0 {
            unknown()
        } else {
            Failure::seats_held(held, "domain")
        });
    }
    snapshots::publish(desk, organisation).await
}

/// Refuses to give a certificate to a mailbox whose domain the organisation does not hold.
pub(super) async fn require_held(
    desk: &Desk,
    organisation: &str,
    address: &str,
) -> Result<(), Failure> {
    let asked = [address.to_owned()];
    let unproven = domains::unproven(&desk.db, organisation, &asked).await?;
    match unproven.first().map(Unproven::problem) {
        Some((code, detail)) => Err(Failure::caller(409, code, detail)),
        None => Ok(()),
    }
}

/// What proves a domain: random, so that nobody sets it who was not told.
pub(super) fn proof() -> String {
    format!("sealgate-verification={}", crypto::random_id())
}

async fn item(desk: &Desk, organisation: &str, domain: &Domain) -> Result<DomainItem, Failure> {
    domains::get(&desk.db, organisation, domain)
        .await?
        .ok_or_else(unknown)?
        .item(desk.bindings.mx_host())
}

fn domain(text: &str) -> Result<Domain, Failure> {
    Domain::parse(text).map_err(|_| unknown())
}

fn unknown() -> Failure {
    Failure::unknown("domain")
}
