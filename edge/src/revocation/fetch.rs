//! One exchange with a place that tells about revocation, within limits.

use std::cell::Cell;

use smime::{REVOCATION_INFO_OCTETS_MAX, RevocationSource};
use worker::{AbortSignal, Response};

use super::place::{Reach, asking};
use crate::clock;
use crate::fetch::{self, Ask};

/// Most redirections that are followed, each to a place that is permitted itself: CAs move to a
/// content network by one, perhaps after one to another scheme.
const REDIRECTS_MAX: usize = 2;

/// Why nothing came that can be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreachable {
    #[error("the place is not permitted")]
    NotPermitted,
    #[error("it took too long")]
    TooSlow,
    #[error("the answer is too large")]
    TooLarge,
    #[error("the status is {0}")]
    Status(u16),
    #[error("it redirects too often")]
    TooManyRedirections,
    #[error("the answer is not a current word of the issuer")]
    NotBelieved,
    #[error("{0}")]
    Failed(#[from] worker::Error),
}

/// Fetches a list, or asks a responder. What is read is taken off `octets_left`, which all exchanges
/// of a mail share.
pub(super) async fn fetch(
    source: &RevocationSource,
    reach: Reach,
    seconds: u64,
    octets_left: &Cell<usize>,
) -> Result<Vec<u8>, Unreachable> {
    let fetched = clock::within(seconds, async |signal| {
        exchange(source, reach, octets_left, signal).await
    });
    fetched.await.unwrap_or(Err(Unreachable::TooSlow))
}

async fn exchange(
    source: &RevocationSource,
    reach: Reach,
    octets_left: &Cell<usize>,
    signal: &AbortSignal,
) -> Result<Vec<u8>, Unreachable> {
    let permitted = |text: &str| reach.permits(text).ok_or(Unreachable::NotPermitted);
    let mut url = permitted(source.url())?;
    let mut posted = None;
    if let Some(request) = source.request() {
        match asking(&url, request) {
            Some(asked) => url = asked,
            None => posted = Some(request),
        }
    }
    for _ in 0..=REDIRECTS_MAX {
        let ask = Ask {
            url: &url,
            accept: "*/*",
            posted: posted.map(|request| ("application/ocsp-request", request)),
        };
        let response = fetch::send(&ask, signal).await?;
        match response.status_code() {
            200 => return body(response, octets_left).await,
            // What was posted is not sent elsewhere.
            status @ (301 | 302 | 303 | 307 | 308) if posted.is_none() => {
                let location = response.headers().get("location")?;
                let next = location.and_then(|location| url.join(&location).ok());
                url = permitted(next.ok_or(Unreachable::Status(status))?.as_str())?;
            }
            status => return Err(Unreachable::Status(status)),
        }
    }
    Err(Unreachable::TooManyRedirections)
}

/// Reads the answer, and takes it off what all exchanges of a mail may read.
async fn body(response: Response, octets_left: &Cell<usize>) -> Result<Vec<u8>, Unreachable> {
    let takes = |octets| {
        let left = octets_left.get().checked_sub(octets);
        left.map(|left| octets_left.set(left)).is_some()
    };
    fetch::body(response, REVOCATION_INFO_OCTETS_MAX, takes)
        .await?
        .ok_or(Unreachable::TooLarge)
}
