//! Asking the DNS, over HTTPS (RFC 8484).

use futures_util::StreamExt as _;
use js_sys::Uint8Array;
use ownership::{ANSWER_OCTETS_MAX, DNS_MESSAGE, LookupError, Question};
use worker::url::Host;
use worker::{
    AbortSignal, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response, Url,
};

use crate::bindings::Bindings;
use crate::clock;
use crate::failure::Failure;

/// Longest wait for an answer: resolvers give up on a domain's own servers after some five seconds.
const SECONDS_MAX: u64 = 8;

/// Who answers questions to the DNS.
pub(crate) struct Resolver(Url);

impl Resolver {
    /// The one that is set up, if one is. Who could change an answer on the way could prove any domain,
    /// so it is asked over TLS, or on this machine.
    pub(crate) fn set_up(bindings: &Bindings) -> Result<Option<Self>, Failure> {
        let Some(text) = bindings.resolver() else {
            return Ok(None);
        };
        let url = Url::parse(&text).ok().filter(is_safe);
        let url = url.ok_or_else(|| {
            Failure::broken("the variable RESOLVER is neither an https URL nor http on 127.0.0.1")
        })?;
        Ok(Some(Self(url)))
    }

    /// The records that are asked for.
    pub(crate) async fn look_up(&self, question: &Question) -> Result<Vec<String>, LookupError> {
        let asked = clock::within(SECONDS_MAX, async |signal| {
            exchange(&self.0, question, signal).await
        });
        let answer = asked.await.ok_or(LookupError::TooSlow)??;
        question.read(&answer)
    }
}

fn is_safe(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", _) => true,
        ("http", Some(Host::Ipv4(address))) => address.is_loopback(),
        _ => false,
    }
}

/// By POST, which no cache on the way answers: who asks for a check wants to know what is so now.
async fn exchange(
    url: &Url,
    question: &Question,
    signal: &AbortSignal,
) -> Result<Vec<u8>, LookupError> {
    let request = request(url, question).map_err(|_| LookupError::Unreachable)?;
    let sent = Fetch::Request(request).send_with_signal(signal).await;
    let response = sent.map_err(|_| LookupError::Unreachable)?;
    // A redirection would lead to somebody who was not set up.
    match response.status_code() {
        200 => body(response).await,
        status => Err(LookupError::Status(status)),
    }
}

fn request(url: &Url, question: &Question) -> worker::Result<Request> {
    let headers = Headers::new();
    headers.set("user-agent", "Sealgate")?;
    headers.set("accept", DNS_MESSAGE)?;
    headers.set("content-type", DNS_MESSAGE)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post);
    init.with_redirect(RequestRedirect::Manual);
    init.with_body(Some(Uint8Array::from(question.as_octets()).into()));
    init.with_headers(headers);
    Request::new_with_init(url.as_str(), &init)
}

async fn body(mut response: Response) -> Result<Vec<u8>, LookupError> {
    let mut stream = response.stream().map_err(|_| LookupError::Unreachable)?;
    let mut body = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| LookupError::Unreachable)?;
        if body.len().saturating_add(piece.len()) > ANSWER_OCTETS_MAX {
            return Err(LookupError::TooLong);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_over_tls_or_from_this_machine() {
        for (text, safe) in [
            ("https://dns.example/dns-query", true),
            ("https://192.0.2.1/dns-query", true),
            ("http://127.0.0.1:8053/dns-query", true),
            ("http://dns.example/dns-query", false),
            ("http://localhost:8053/dns-query", false),
            ("http://10.0.0.1/dns-query", false),
            ("ftp://127.0.0.1/", false),
        ] {
            assert_eq!(is_safe(&Url::parse(text).unwrap()), safe, "{text}");
        }
    }
}
