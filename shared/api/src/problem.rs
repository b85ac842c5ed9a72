//! The one error shape: RFC 9457 `application/problem+json`.

use serde::{Deserialize, Serialize};

use crate::Code;

/// What went wrong, for a program (`code`) and for a person (`detail`).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type", default = "about_blank")]
    pub kind: String,
    /// The HTTP status phrase.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The word of a [`Code`], or one of a later version.
    #[cfg_attr(feature = "schema", schemars(with = "Code"))]
    pub code: String,
    /// A sentence for a person: what happened and what to do.
    pub detail: String,
    /// Names this occurrence in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// For 409 `stale-version`: the version that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// For `refused`: the SMTP reply line to give, `550 5.7.1 …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// For `too-many-copies`: hand the message over once for each of these groups of recipients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Vec<String>>,
    /// One per field of the body that is at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// A fault in one field of a body.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldProblem {
    /// JSON pointer into the body (RFC 6901).
    pub pointer: String,
    /// The word of a [`Code`].
    #[cfg_attr(feature = "schema", schemars(with = "Code"))]
    pub code: String,
    /// A sentence for a person.
    pub text: String,
}

fn about_blank() -> String {
    "about:blank".to_owned()
}

impl Problem {
    /// The media type of a problem.
    pub const MEDIA_TYPE: &str = "application/problem+json";

    /// A problem of `status` with a stable code and a sentence.
    pub fn new(status: u16, code: Code, detail: impl Into<String>) -> Self {
        let title = match status {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            413 => "Content Too Large",
            415 => "Unsupported Media Type",
            422 => "Unprocessable Content",
            429 => "Too Many Requests",
            503 => "Service Unavailable",
            _ => "Internal Server Error",
        };
        Self {
            kind: about_blank(),
            title: title.to_owned(),
            status,
            code: code.to_string(),
            detail: detail.into(),
            ..Self::default()
        }
    }
}

impl FieldProblem {
    /// A fault at a JSON pointer, or at `?name` of the query.
    pub fn new(pointer: impl Into<String>, code: Code, text: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            code: code.to_string(),
            text: text.into(),
        }
    }
}
