//! Partners' certificates.

use api::{Code, Page, Partner, PartnerTrust};
use worker::Response;

use super::exchange::{self, Call, Exchange};
use super::paging::Window;
use super::session::Member;
use super::{certificates, session};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::store::partners::{self, Filter, PartnerRow};

/// `GET /partners`.
pub(crate) async fn list(
    desk: &Desk,
    member: &Member,
    call: Call<api::ListPartners>,
) -> Result<Page<Partner>, Failure> {
    let window = Window::read(call.query.limit, call.query.cursor.as_deref())?;
    let part = call.query.q.map(|part| part.trim().to_lowercase());
    let filter = Filter {
        trust: call.query.trust,
        part: part.as_deref(),
    };
    let rows = partners::list(
        &desk.db,
        &member.organisation,
        &filter,
        desk.now.unix(),
        window.after.as_deref(),
        window.rows(),
    )
    .await?;
    Ok(window.page(rows, |row: &PartnerRow| &row.fingerprint, Partner::from))
}

/// `POST /partners`.
pub(crate) async fn create(mut exchange: Exchange) -> Result<Response, Failure> {
    let member = session::writer(&exchange).await?;
    let certificate = certificates::upload(&mut exchange.request).await?;
    let refuse = |code: Code, detail: &str| Err(Failure::caller(422, code, detail));
    if certificate.addresses().is_empty() {
        return refuse(Code::NoAddress, "The certificate names no e-mail address.");
    }
    if !certificate.may_encrypt() {
        return refuse(
            Code::NotForEncryption,
            "The certificate is not for encryption.",
        );
    }
    let desk = &exchange.desk;
    let organisation = &member.organisation;
    let batch = partners::upload(&desk.db, organisation, &certificate, desk.now.unix())?;
    desk.db.write(batch).await?;
    let fingerprint = certificate.fingerprint().to_string();
    exchange::reply(&get(desk, organisation, &fingerprint).await?)
}

/// `PUT /partners/{fingerprint}`.
pub(crate) async fn decide(
    desk: &Desk,
    member: &Member,
    call: Call<api::PutPartner>,
) -> Result<Partner, Failure> {
    let (organisation, fingerprint) = (&member.organisation, call.param());
    let trust = call.body.trust;
    if trust == PartnerTrust::Pending {
        let text = "A decision is trusted or blocked.";
        return Err(Failure::field("/trust", Code::NoDecision, text));
    }
    let decide = partners::decide(&desk.db, organisation, fingerprint, trust)?;
    desk.db.write(vec![decide]).await?;
    get(desk, organisation, fingerprint).await
}

/// `DELETE /partners/{fingerprint}`.
pub(crate) async fn remove(
    desk: &Desk,
    member: &Member,
    call: Call<api::DeletePartner>,
) -> Result<(), Failure> {
    if partners::remove(&desk.db, &member.organisation, call.param()).await? {
        return Ok(());
    }
    Err(Failure::unknown("certificate"))
}

async fn get(desk: &Desk, organisation: &str, fingerprint: &str) -> Result<Partner, Failure> {
    partners::get(&desk.db, organisation, fingerprint, desk.now.unix())
        .await?
        .map(Into::into)
        .ok_or_else(|| Failure::unknown("certificate"))
}
