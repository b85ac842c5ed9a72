//! Failures as RFC 9457 problems.

use api::{Code, Problem};
use worker::{Headers, Response};

use super::exchange;
use crate::failure::Failure;

/// When a lack may be over.
const RETRY_AFTER_SECONDS: i64 = 30;

/// The response that tells of a failure.
pub(crate) fn response(failure: Failure, instance: String) -> Response {
    let wait = match &failure {
        Failure::Lack(..) => Some(RETRY_AFTER_SECONDS),
        Failure::TooOften(seconds) => Some(*seconds),
        Failure::Caller(_) | Failure::Broken(_) => None,
    };
    let mut problem = match failure {
        Failure::Caller(problem) => *problem,
        Failure::Lack(code, detail) => Problem::new(503, code, detail),
        Failure::TooOften(seconds) => Problem::new(
            429,
            Code::TooManyAttempts,
            format!("Too many attempts failed; try again in {seconds} seconds."),
        ),
        Failure::Broken(_) => Problem::new(
            500,
            Code::Internal,
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
    let wait = wait.or((status == 503).then_some(RETRY_AFTER_SECONDS));
    if let Some(seconds) = wait {
        let _ = headers.set("retry-after", &seconds.to_string());
    }
    Response::builder()
        .with_status(status)
        .with_headers(headers)
        .fixed(text.into_bytes())
}
