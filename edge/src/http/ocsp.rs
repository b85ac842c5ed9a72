//! `/pki/{organisation}/ocsp`: whether a certificate of the built-in CA is revoked (RFC 6960), by POST,
//! or by GET with the question in the path (Appendix A.1).

use std::cell::RefCell;
use std::collections::BTreeMap;

use issuing::{OCSP_REQUEST_OCTETS_MAX, OcspRefusal, OcspRequest};
use mail::UnixTime;
use worker::{Headers, Method, Response};

use super::exchange::{self, Exchange};
use super::{body, pki};
use crate::crypto;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::issuer;
use crate::store::issuers::{self, StandingRow};

/// Answers that an isolate keeps, some 2 KiB each: anyone may ask, so the same is not signed for each.
const KEPT_MAX: usize = 256;

/// Answers a question; `in_path` is what stands behind `ocsp/`.
pub(super) async fn answer(
    exchange: &mut Exchange,
    organisation: &str,
    in_path: Option<&str>,
) -> Result<Response, Failure> {
    let question = match (exchange.request.method(), in_path) {
        (Method::Post, None) => {
            body::octets(&mut exchange.request, OCSP_REQUEST_OCTETS_MAX).await?
        }
        (Method::Get | Method::Head, Some(text)) => {
            let text = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
            crypto::from_base64(&text).unwrap_or_default()
        }
        _ => return Err(pki::only_fetched()),
    };
    match say(&exchange.desk, organisation, &question).await? {
        Ok(signed) => reply(signed, &pki::fresh()),
        Err(refusal) => reply(refusal.to_der(), "no-store"),
    }
}

/// An answer that was signed here.
struct Kept {
    standing: StandingRow,
    signed_at: UnixTime,
    der: Vec<u8>,
}

thread_local! {
    static KEPT: RefCell<BTreeMap<(String, Vec<u8>), Kept>> =
        const { RefCell::new(BTreeMap::new()) };
}

async fn say(
    desk: &Desk,
    organisation: &str,
    question: &[u8],
) -> Result<Result<Vec<u8>, OcspRefusal>, Failure> {
    let question = match OcspRequest::from_der(question) {
        Ok(question) => question,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let serial = crypto::hex(question.serial());
    let Some(standing) = issuers::standing(&desk.db, organisation, &serial).await? else {
        return Ok(Err(OcspRefusal::Unauthorized));
    };
    let now = desk.now.unix();
    let name = (organisation.to_owned(), issuer::question_key(&question)?);
    let kept = KEPT.with_borrow(|answers| {
        let kept = answers.get(&name)?;
        let age = now.0.saturating_sub(kept.signed_at.0);
        (kept.standing == standing && age < pki::FRESH_SECONDS).then(|| kept.der.clone())
    });
    if let Some(der) = kept {
        return Ok(Ok(der));
    }
    let ca = match issuer::open(desk, organisation).await {
        Ok(ca) => ca,
        Err(Failure::Lack(..)) => return Ok(Err(OcspRefusal::TryLater)),
        Err(failure) => return Err(failure),
    };
    let Some(der) = ca.ocsp(&question, &serial, &standing, now)? else {
        return Ok(Err(OcspRefusal::Unauthorized));
    };
    KEPT.with_borrow_mut(|answers| {
        if answers.len() >= KEPT_MAX {
            answers.clear();
        }
        let kept = Kept {
            standing,
            signed_at: now,
            der: der.clone(),
        };
        answers.insert(name, kept);
    });
    Ok(Ok(der))
}

fn reply(der: Vec<u8>, cache: &str) -> Result<Response, Failure> {
    let headers = Headers::new();
    exchange::guard(&headers)?;
    headers.set("content-type", "application/ocsp-response")?;
    headers.set("cache-control", cache)?;
    Ok(Response::builder().with_headers(headers).fixed(der))
}
