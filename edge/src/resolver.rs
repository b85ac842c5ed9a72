//! Asking the DNS, over HTTPS (RFC 8484).

use ownership::{ANSWER_OCTETS_MAX, DNS_MESSAGE, LookupError, Question};
use worker::url::Host;
use worker::{AbortSignal, Url};

use crate::bindings::Bindings;
use crate::clock;
use crate::failure::Failure;
use crate::fetch::{self, Ask};

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
    let ask = Ask {
        url,
        accept: DNS_MESSAGE,
        posted: Some((DNS_MESSAGE, question.as_octets())),
    };
    let sent = fetch::send(&ask, signal).await;
    let response = sent.map_err(|_| LookupError::Unreachable)?;
    // A redirection would lead to somebody who was not set up.
    match response.status_code() {
        200 => fetch::body(response, ANSWER_OCTETS_MAX, |_| true)
            .await
            .map_err(|_| LookupError::Unreachable)?
            .ok_or(LookupError::TooLong),
        status => Err(LookupError::Status(status)),
    }
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
