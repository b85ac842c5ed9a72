//! Requests to servers of others: no redirection is followed unasked, and no answer read without end.

use futures_util::StreamExt as _;
use js_sys::Uint8Array;
use worker::{
    AbortSignal, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response, Url,
};

/// What is asked of a server.
pub(crate) struct Ask<'a> {
    pub(crate) url: &'a Url,
    /// The media type that is wanted.
    pub(crate) accept: &'static str,
    /// A body and its media type, to be posted.
    pub(crate) posted: Option<(&'static str, &'a [u8])>,
}

/// Sends a request. A redirection is an answer like any other: where it leads, only the caller can permit.
pub(crate) async fn send(ask: &Ask<'_>, signal: &AbortSignal) -> worker::Result<Response> {
    let headers = Headers::new();
    headers.set("user-agent", "Sealgate")?;
    headers.set("accept", ask.accept)?;
    let mut init = RequestInit::new();
    init.with_redirect(RequestRedirect::Manual);
    if let Some((media_type, body)) = ask.posted {
        headers.set("content-type", media_type)?;
        init.with_method(Method::Post);
        init.with_body(Some(Uint8Array::from(body).into()));
    }
    init.with_headers(headers);
    let request = Request::new_with_init(ask.url.as_str(), &init)?;
    Fetch::Request(request).send_with_signal(signal).await
}

/// Reads the body; `None` if it is longer than `octets_max`, or as soon as `takes` has no room for the
/// octets of a piece.
pub(crate) async fn body(
    mut response: Response,
    octets_max: usize,
    takes: impl Fn(usize) -> bool,
) -> worker::Result<Option<Vec<u8>>> {
    let mut stream = response.stream()?;
    let mut body = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece?;
        if body.len().saturating_add(piece.len()) > octets_max || !takes(piece.len()) {
            return Ok(None);
        }
        body.extend_from_slice(&piece);
    }
    Ok(Some(body))
}
