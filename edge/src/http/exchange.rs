//! One request on its way to a reply.

use api::{Code, Endpoint};
use serde::Serialize;
use worker::{Headers, Method, Request, Response, Url};

use super::{body, credential::Credential};
use crate::desk::Desk;
use crate::failure::Failure;

/// A request and what there is to serve it with.
pub(crate) struct Exchange {
    pub(crate) desk: Desk,
    pub(crate) request: Request,
    pub(crate) url: Url,
    /// The values of `{…}` in the endpoint's path, decoded.
    pub(crate) params: Vec<String>,
}

impl Exchange {
    pub(crate) fn new(request: Request, desk: Desk) -> Result<Self, Failure> {
        Ok(Self {
            url: request.url()?,
            desk,
            request,
            params: Vec::new(),
        })
    }

    /// What the caller shows; a cookie counts only where the request comes from our own pages.
    pub(crate) fn credential(&self) -> Result<Credential, Failure> {
        let header = |name: &str| self.request.headers().get(name).ok().flatten();
        let credential = Credential::read(
            header("authorization").as_deref(),
            header("cookie").as_deref(),
        );
        if matches!(credential, Credential::Cookie(_)) && self.request.method() != Method::Get {
            self.require_same_origin()?;
        }
        Ok(credential)
    }

    /// Refuses what another site's page sends. Browsers name the origin of every such request; a
    /// client that names none is no browser and holds no cookie that a page could abuse.
    pub(crate) fn require_same_origin(&self) -> Result<(), Failure> {
        let header = |name: &str| self.request.headers().get(name).ok().flatten();
        let origin = self.url.origin().ascii_serialization();
        let foreign = match (header("sec-fetch-site"), header("origin")) {
            (Some(site), _) => site != "same-origin",
            (None, Some(from)) => from != origin,
            (None, None) => false,
        };
        if foreign {
            return Err(Failure::caller(
                403,
                Code::CrossSite,
                "A page of another site sent this request.",
            ));
        }
        Ok(())
    }

    /// The call in the types of its endpoint.
    pub(crate) async fn call<E: Endpoint>(&mut self) -> Result<Call<E>, Failure> {
        let query = body::query(self.url.query().unwrap_or_default())?;
        let body = body::json::<E::Body>(&mut self.request).await?;
        Ok(Call {
            params: std::mem::take(&mut self.params),
            query,
            body,
        })
    }
}

/// A call in the types of its endpoint.
pub(crate) struct Call<E: Endpoint> {
    params: Vec<String>,
    pub(crate) query: E::Query,
    pub(crate) body: E::Body,
}

impl<E: Endpoint> Call<E> {
    /// The value of the path's `{…}`; paths of the contract have at most one.
    pub(crate) fn param(&self) -> &str {
        self.params.first().map_or("", String::as_str)
    }
}

/// A reply in JSON; 204 where there is nothing to say.
pub(crate) fn reply<T: Serialize>(value: &T) -> Result<Response, Failure> {
    let text = serde_json::to_string(value)?;
    if text == "null" {
        let headers = Headers::new();
        guard(&headers)?;
        return Ok(Response::builder()
            .with_status(204)
            .with_headers(headers)
            .empty());
    }
    reply_as("application/json", text.into_bytes())
}

/// A reply of this media type.
pub(crate) fn reply_as(media_type: &str, body: Vec<u8>) -> Result<Response, Failure> {
    let headers = Headers::new();
    guard(&headers)?;
    headers.set("content-type", media_type)?;
    Ok(Response::builder().with_headers(headers).fixed(body))
}

/// What every reply of the API says: not to be kept, guessed at, or framed.
pub(crate) fn guard(headers: &Headers) -> worker::Result<()> {
    headers.set("cache-control", "no-store")?;
    headers.set("x-content-type-options", "nosniff")?;
    headers.set(
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    )
}
