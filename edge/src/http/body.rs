//! Bodies and queries, read strictly: what is not understood is refused, with its place.

use api::{Code, FieldProblem, Problem};
use futures_util::StreamExt as _;
use mail::Buffer;
use serde::de::DeserializeOwned;
use worker::Request;

use crate::failure::Failure;
use crate::piecewise::{self, ReadError};

/// Largest JSON body: a thousand rules or ten thousand addresses fit.
const JSON_OCTETS_MAX: usize = 1024 * 1024;

/// The query in its type.
pub(crate) fn query<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    // `()` stands for no query and takes no text at all, not even an empty one.
    if text.is_empty() && size_of::<T>() == 0 {
        return Ok(serde_json::from_str("null")?);
    }
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let name = error.path().to_string();
        let mut problem = Problem::new(
            422,
            Code::BadQuery,
            format!("The query is not understood: {}.", error.inner()),
        );
        problem.errors.push(FieldProblem::new(
            format!("?{}", name.trim_start_matches('.')),
            Code::BadQuery,
            error.inner().to_string(),
        ));
        problem.into()
    })
}

/// The JSON body in its type. No JSON is 400, JSON of another shape is 422.
pub(crate) async fn json<T: DeserializeOwned>(request: &mut Request) -> Result<T, Failure> {
    if size_of::<T>() == 0 {
        return Ok(serde_json::from_str("null")?);
    }
    parse(&octets(request, JSON_OCTETS_MAX).await?)
}

fn parse<T: DeserializeOwned>(octets: &[u8]) -> Result<T, Failure> {
    let value: serde_json::Value = serde_json::from_slice(octets).map_err(|error| {
        Failure::caller(400, Code::BadJson, format!("The body is no JSON: {error}."))
    })?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let text = error.inner().to_string();
        let mut problem = Problem::new(
            422,
            Code::Invalid,
            format!("The body is not understood: {text}."),
        );
        problem.errors.push(FieldProblem::new(
            pointer(error.path()),
            code_of(&text),
            text,
        ));
        problem.into()
    })
}

/// A message as the body, at most `max` octets, in a buffer that has room for what is declared.
pub(crate) async fn message(
    request: &Request,
    buffer: Buffer,
    max: usize,
) -> Result<Buffer, Failure> {
    let Some(stream) = request.inner().body() else {
        return Ok(buffer);
    };
    let read = piecewise::read(&stream, buffer, max).await;
    read.map_err(|error| match error {
        ReadError::TooLarge => too_large(max),
        ReadError::Broken(error) => worker::Error::from(error).into(),
    })
}

fn too_large(max: usize) -> Failure {
    let detail = format!("The body is larger than {max} octets.");
    Failure::caller(413, Code::TooLarge, detail)
}

/// The whole body, at most `max` octets: refused by its declared length before it is read, and by
/// its true length while it is.
pub(crate) async fn octets(request: &mut Request, max: usize) -> Result<Vec<u8>, Failure> {
    if declared_length(request).is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    if declared_length(request).is_some() {
        let body = request.bytes().await?;
        return if body.len() > max {
            Err(too_large(max))
        } else {
            Ok(body)
        };
    }
    let mut body = Vec::new();
    let mut stream = match request.inner().body() {
        Some(_) => request.stream()?,
        None => return Ok(body),
    };
    while let Some(chunk) = stream.next().await {
        body.extend_from_slice(&chunk?);
        if body.len() > max {
            return Err(too_large(max));
        }
    }
    Ok(body)
}

/// `Content-Length`, where there is one.
pub(crate) fn declared_length(request: &Request) -> Option<usize> {
    request
        .headers()
        .get("content-length")
        .ok()
        .flatten()?
        .parse()
        .ok()
}

/// RFC 6901.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .fold(String::new(), |text, segment| match segment {
            Segment::Seq { index } => format!("{text}/{index}"),
            Segment::Map { key } => format!("{text}/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { .. } | Segment::Unknown => text,
        })
}

/// The code for what serde says.
fn code_of(text: &str) -> Code {
    for (start, code) in [
        ("unknown field", Code::UnknownField),
        ("unknown variant", Code::UnknownWord),
        ("missing field", Code::MissingField),
        ("invalid type", Code::WrongType),
        ("duplicate field", Code::DuplicateField),
    ] {
        if text.starts_with(start) {
            return code;
        }
    }
    Code::InvalidValue
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault<T: DeserializeOwned + std::fmt::Debug>(body: &str) -> (u16, String, String) {
        let Failure::Caller(problem) = parse::<T>(body.as_bytes()).unwrap_err() else {
            panic!("a body is the caller's");
        };
        let error = problem.errors.first().cloned();
        let (pointer, code) = error.map_or((String::new(), problem.code), |e| (e.pointer, e.code));
        (problem.status, pointer, code)
    }

    #[test]
    fn faults_of_a_body_have_a_place_and_a_code() {
        let rule = r#"{"version":1,"name":"x","enabled":true,"managed":{"kind":"any"},
            "external":{"kind":"any"},"inbound":"not_defined","outbound":"maybe"}"#;
        assert_eq!(
            fault::<api::RuleWrite>(rule),
            (422, "/outbound".to_owned(), "unknown-word".to_owned())
        );
        let item = r#"{"version":1,"items":[{"colour":1}],
            "defaults":{"inbound":"do_not_decrypt","outbound":"neither"}}"#;
        assert_eq!(
            fault::<api::RuleSetWrite>(item),
            (
                422,
                "/items/0/colour".to_owned(),
                "unknown-field".to_owned()
            )
        );
        let (status, _, code) = fault::<api::RuleWrite>("{");
        assert_eq!((status, code.as_str()), (400, "bad-json"));
    }

    #[test]
    fn queries_are_read_strictly() {
        let read: api::MailboxQuery = query("status=active&limit=5").unwrap();
        assert_eq!(read.limit, Some(5));
        assert!(query::<api::MailboxQuery>("colour=red").is_err());
        assert!(query::<api::MailboxQuery>("status=perhaps").is_err());
        assert!(
            query::<api::MessageQuery>("status=signature_bad")
                .unwrap()
                .status
                .is_some()
        );
        query::<()>("").unwrap();
    }
}
