//! `/pki/{organisation}/…`: what partners and validators fetch of the built-in CA. Public, and at
//! the paths that certificates name.

use api::Code;
use std::cell::RefCell;
use std::collections::BTreeMap;

use issuing::CRL_DAYS;
use mail::UnixTime;
use smime::Certificate;
use worker::{Headers, Method, Response};

use super::certificates::CERTS_ONLY;
use super::exchange::{self, Exchange};
use super::ocsp;
use crate::crypto;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::issuer;
use crate::store::issuers::{self, IssuerRow, RevokedRow};

pub(crate) const BASE: &str = "/pki/";

/// How long what is served here may be kept by whoever fetched it.
pub(super) const FRESH_SECONDS: i64 = 3600;
/// A list is signed again, though nothing new is revoked, when this much of its time is over.
const RENEW_AFTER_SECONDS: i64 = CRL_DAYS * 86_400 / 2;
/// Organisations whose list an isolate keeps.
const KEPT_MAX: usize = 64;

/// Answers a path below [`BASE`].
pub(crate) async fn answer(exchange: &mut Exchange, path: &str) -> Result<Response, Failure> {
    let unknown = || Failure::unknown("path");
    let (organisation, file) = path.split_once('/').ok_or_else(unknown)?;
    if file == "ocsp" {
        return ocsp::answer(exchange, organisation, None).await;
    }
    if let Some(question) = file.strip_prefix("ocsp/") {
        return ocsp::answer(exchange, organisation, Some(question)).await;
    }
    if !matches!(exchange.request.method(), Method::Get | Method::Head) {
        return Err(only_fetched());
    }
    let desk = &exchange.desk;
    let issuer = issuers::get(&desk.db, organisation)
        .await?
        .ok_or_else(unknown)?;
    match file {
        "root.pem" => reply(
            "application/x-pem-file",
            root(&issuer)?.to_pem().into_bytes(),
        ),
        "root.der" => reply("application/pkix-cert", root(&issuer)?.der().to_vec()),
        "root.p7c" => reply(CERTS_ONLY, smime::certs_only(&[root(&issuer)?])),
        "crl" => reply("application/pkix-crl", crl(desk, organisation).await?),
        _ => Err(unknown()),
    }
}

/// Another method than the path takes.
pub(super) fn only_fetched() -> Failure {
    let detail = "There is such a path, but it does not take this method.";
    Failure::caller(405, Code::MethodNotAllowed, detail)
}

/// How long a reply may be kept, as `Cache-Control` says it.
pub(super) fn fresh() -> String {
    format!("public, max-age={FRESH_SECONDS}")
}

fn root(issuer: &IssuerRow) -> Result<Certificate, Failure> {
    let der = crypto::from_base64(&issuer.der).ok();
    der.and_then(|der| Certificate::from_der(&der).ok())
        .ok_or_else(|| Failure::broken("the certificate of a built-in CA cannot be read"))
}

/// A list that was signed here.
struct Kept {
    revoked: Vec<RevokedRow>,
    signed_at: UnixTime,
    der: Vec<u8>,
}

thread_local! {
    static KEPT: RefCell<BTreeMap<String, Kept>> = const { RefCell::new(BTreeMap::new()) };
}

/// The list of what is revoked. Anyone may ask, so an unchanged list is not signed for each.
pub(crate) async fn crl(desk: &Desk, organisation: &str) -> Result<Vec<u8>, Failure> {
    let now = desk.now.unix();
    let revoked = issuers::revoked(&desk.db, organisation, now).await?;
    let kept = KEPT.with_borrow(|lists| {
        let kept = lists.get(organisation)?;
        let age = now.0.saturating_sub(kept.signed_at.0);
        (kept.revoked == revoked && age < RENEW_AFTER_SECONDS).then(|| kept.der.clone())
    });
    if let Some(der) = kept {
        return Ok(der);
    }
    let ca = issuer::open(desk, organisation).await?;
    let number = issuers::next_crl_number(&desk.db, organisation).await?;
    let der = ca.crl(number, &revoked, now)?;
    KEPT.with_borrow_mut(|lists| {
        if lists.len() >= KEPT_MAX {
            lists.clear();
        }
        let kept = Kept {
            revoked,
            signed_at: now,
            der: der.clone(),
        };
        lists.insert(organisation.to_owned(), kept);
    });
    Ok(der)
}

fn reply(media_type: &str, body: Vec<u8>) -> Result<Response, Failure> {
    let headers = Headers::new();
    exchange::guard(&headers)?;
    headers.set("content-type", media_type)?;
    headers.set("cache-control", &fresh())?;
    Ok(Response::builder().with_headers(headers).fixed(body))
}
