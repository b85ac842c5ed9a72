//! The only place that speaks HTTP: every call goes by the table of [`api`].

use api::{Code, Endpoint, Problem};
use gloo_net::http::{Method, RequestBuilder, Response};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;
use wasm_bindgen::JsValue;

use crate::routes::encode;

/// Calls the edge. Whoever is told that nobody is signed in (401) is sent to sign in.
#[derive(Clone, Copy)]
pub struct Client {
    on_signed_out: Callback<()>,
}

impl Client {
    /// Calls `on_signed_out` whenever the edge says that nobody is signed in.
    pub fn new(on_signed_out: Callback<()>) -> Self {
        Self { on_signed_out }
    }

    /// Reads. `segments` fill the placeholders of the path in order.
    pub async fn get<E: Endpoint>(
        self,
        segments: &[&str],
        query: &E::Query,
    ) -> Result<E::Reply, Problem> {
        self.call::<E>(segments, query, None).await
    }

    /// Writes a JSON body.
    pub async fn send<E: Endpoint>(
        self,
        segments: &[&str],
        query: &E::Query,
        body: &E::Body,
    ) -> Result<E::Reply, Problem> {
        let body = serde_json::to_string(body).map_err(|error| broken(&error))?;
        let body = ("application/json", JsValue::from_str(&body));
        self.call::<E>(segments, query, Some(body)).await
    }

    /// Writes a body that is not JSON.
    pub async fn upload<E: Endpoint>(
        self,
        segments: &[&str],
        query: &E::Query,
        media_type: &str,
        octets: &[u8],
    ) -> Result<E::Reply, Problem> {
        let body = js_sys::Uint8Array::from(octets).into();
        self.call::<E>(segments, query, Some((media_type, body)))
            .await
    }

    /// Has something made whose reply is text.
    pub async fn text<E: Endpoint>(
        self,
        segments: &[&str],
        body: &E::Body,
    ) -> Result<String, Problem> {
        let body = serde_json::to_string(body).map_err(|error| broken(&error))?;
        let body = ("application/json", JsValue::from_str(&body));
        let url = path(E::PATH, segments);
        let octets = self.fetch(method(E::METHOD), &url, Some(body)).await?;
        String::from_utf8(octets).map_err(|error| broken(&error))
    }

    async fn call<E: Endpoint>(
        self,
        segments: &[&str],
        query: &E::Query,
        body: Option<(&str, JsValue)>,
    ) -> Result<E::Reply, Problem> {
        let query = serde_urlencoded::to_string(query).map_err(|error| broken(&error))?;
        let mut url = path(E::PATH, segments);
        if !query.is_empty() {
            url = format!("{url}?{query}");
        }
        let json = self.exchange(method(E::METHOD), &url, body).await?;
        // By way of a value: the parser is compiled once, not for every type of reply.
        E::Reply::deserialize(json).map_err(|error| broken(&error))
    }

    /// One request and the JSON of its reply; apart from [`Self::call`] to be compiled once, too.
    async fn exchange(
        self,
        method: Method,
        url: &str,
        body: Option<(&str, JsValue)>,
    ) -> Result<Value, Problem> {
        let octets = self.fetch(method, url, body).await?;
        // 204 has no body.
        let json: &[u8] = if octets.is_empty() { b"null" } else { &octets };
        serde_json::from_slice(json).map_err(|error| broken(&error))
    }

    async fn fetch(
        self,
        method: Method,
        url: &str,
        body: Option<(&str, JsValue)>,
    ) -> Result<Vec<u8>, Problem> {
        let request = RequestBuilder::new(url).method(method);
        let request = match body {
            Some((media_type, body)) => request.header("content-type", media_type).body(body),
            None => request.build(),
        };
        let response = request.map_err(|error| broken(&error))?.send().await;
        let response = response.map_err(|_| offline())?;
        let octets = response.binary().await.map_err(|_| offline())?;
        if response.ok() {
            return Ok(octets);
        }
        if response.status() == 401 {
            self.on_signed_out.run(());
        }
        Err(problem(&response, &octets))
    }
}

fn method(method: api::Method) -> Method {
    match method {
        api::Method::Get => Method::GET,
        api::Method::Post => Method::POST,
        api::Method::Put => Method::PUT,
        api::Method::Delete => Method::DELETE,
    }
}

/// Fills the placeholders of `pattern`, one segment each.
fn path(pattern: &str, segments: &[&str]) -> String {
    let mut segments = segments.iter();
    let filled: Vec<String> = pattern
        .split('/')
        .map(|part| match segments.as_slice().first() {
            Some(segment) if part.starts_with('{') => {
                segments.next();
                encode(segment)
            }
            _ => part.to_owned(),
        })
        .collect();
    format!("{}{}", api::BASE, filled.join("/"))
}

fn problem(response: &Response, octets: &[u8]) -> Problem {
    let json = serde_json::from_slice::<Value>(octets);
    json.and_then(Problem::deserialize).unwrap_or_else(|_| {
        Problem::new(
            response.status(),
            Code::UnexpectedReply,
            response.status_text(),
        )
    })
}

/// Status 0: there was no reply at all.
fn offline() -> Problem {
    Problem::new(0, Code::NoConnection, "")
}

/// Status 0: portal and edge do not understand each other, an old tab for instance.
fn broken(error: &dyn std::error::Error) -> Problem {
    Problem::new(0, Code::UnreadableReply, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn segments_fill_the_placeholders() {
        assert_eq!(
            path("/mailboxes/{address}", &["a/b@acme.test"]),
            "/api/v1/mailboxes/a%2Fb@acme.test"
        );
        assert_eq!(path("/rules", &[]), "/api/v1/rules");
    }
}
