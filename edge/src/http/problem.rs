//! Failures as RFC 9457 problems.

use api::Problem;
use worker::{Headers, Response};

use super::exchange;
use crate::failure::Failure;

/// The response that tells of a failure.
pub(crate) fn response(failure: Failure, instance: String) -> Response {
    let mut problem = match failure {
        Failure::Caller(problem) => *problem,
        Failure::Lack(code, detail) => Problem::new(503, code, detail),
        Failure::Broken(_) => Problem::new(
            500,
            "internal",
            "Something failed here, not in the request. The log names it by `instance`.",
        ),
    };
    problem.instance = Some(instance);
    let status = problem.status;
    let text = serde_json::to_string(&problem).unwrap_or_default();
    let headers = Headers::new();
    // Setting constant names and values fails only where the platform is broken; the status and
    // body still tell the caller.
    let _ = exchange::guard(&headers);
    let _ = headers.set("content-type", Problem::MEDIA_TYPE);
    if status == 401 {
        let _ = headers.set("www-authenticate", "Bearer");
    }
    if status == 503 {
        let _ = headers.set("retry-after", "30");
    }
    Response::builder()
        .with_status(status)
        .with_headers(headers)
        .fixed(text.into_bytes())
}
