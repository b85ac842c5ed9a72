//! The edge's answer to `/process`: one message, or several in `multipart/mixed`.

use bytes::Bytes;
use memchr::memmem;
use policy::Direction;
use smtp::Transaction;

use super::{address_list, limits::PARTS_MAX};

/// One message to deliver.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Part {
    /// Reverse path; empty for error reports.
    pub(super) from: String,
    /// Forward paths.
    pub(super) to: Vec<String>,
    /// Which next hop takes it.
    pub(super) hop: Direction,
    /// The message, a slice of the answer.
    pub(super) message: Bytes,
}

impl Part {
    /// Whether it is an error report to the sender of a transaction, and not the sender's message.
    pub(super) fn is_report(&self, of: &Transaction) -> bool {
        self.from.is_empty() && of.from.is_some()
    }
}

/// The envelope fields of an answer or of one of its parts.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) hop: Option<String>,
}

impl Fields {
    /// The part that these fields and `message` make; what is missing is as it was asked for.
    pub(super) fn with(
        self,
        message: Bytes,
        asked: &api::ProcessQuery,
    ) -> Result<Part, PartsError> {
        let from = match self.from {
            Some(from) => address_list::parse(&from)
                .pop()
                .ok_or(PartsError::Envelope)?,
            None => asked.from.clone(),
        };
        let to = self
            .to
            .map_or_else(|| asked.to.clone(), |to| address_list::parse(&to));
        let hop = match self.hop.as_deref().map(str::trim) {
            None => asked.direction,
            Some("outbound") => Direction::Outbound,
            Some("inbound") => Direction::Inbound,
            Some(_) => return Err(PartsError::Envelope),
        };
        if to.is_empty() {
            return Err(PartsError::Envelope);
        }
        Ok(Part {
            from,
            to,
            hop,
            message,
        })
    }
}

/// The boundary of a `multipart/mixed`; `None` for any other media type.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let found = name.trim().eq_ignore_ascii_case("boundary") && !value.is_empty();
        found.then(|| value.to_owned())
    })
}

/// Splits a `multipart/mixed` body. Nothing is copied.
pub(super) fn split(
    body: &Bytes,
    boundary: &str,
    asked: &api::ProcessQuery,
) -> Result<Vec<Part>, PartsError> {
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter may stand at the very start, without the CRLF before it.
    let first = delimiter.trim_start();
    let mut rest = if body.starts_with(first.as_bytes()) {
        body.slice(first.len()..)
    } else {
        after(body, &delimiter)?
    };
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        if parts.len() == PARTS_MAX {
            return Err(PartsError::TooMany);
        }
        let end = find(&rest, delimiter.as_bytes())?;
        parts.push(part(&rest.slice(..end), asked)?);
        rest = rest.slice(end + delimiter.len()..);
    }
    if parts.is_empty() {
        return Err(PartsError::Framing);
    }
    Ok(parts)
}

fn after(body: &Bytes, delimiter: &str) -> Result<Bytes, PartsError> {
    let start = find(body, delimiter.as_bytes())?;
    Ok(body.slice(start + delimiter.len()..))
}

fn find(haystack: &[u8], needle: &[u8]) -> Result<usize, PartsError> {
    memmem::find(haystack, needle).ok_or(PartsError::Framing)
}

/// One part: CRLF, header, empty line, message.
fn part(part: &Bytes, asked: &api::ProcessQuery) -> Result<Part, PartsError> {
    let end = find(part, b"\r\n\r\n")?;
    let header = std::str::from_utf8(part.get(..end).unwrap_or_default());
    let header = header.map_err(|_| PartsError::Framing)?;
    let mut fields = Fields::default();
    for (name, value) in header.split("\r\n").filter_map(|line| line.split_once(':')) {
        let field = if name.eq_ignore_ascii_case(api::FROM_FIELD) {
            &mut fields.from
        } else if name.eq_ignore_ascii_case(api::TO_FIELD) {
            &mut fields.to
        } else if name.eq_ignore_ascii_case(api::HOP_FIELD) {
            &mut fields.hop
        } else {
            continue;
        };
        *field = Some(value.to_owned());
    }
    fields.with(part.slice(end + 4..), asked)
}

/// Why an answer of the edge makes no sense.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum PartsError {
    /// Boundaries or header fields are missing.
    #[error("the edge's answer is no multipart/mixed")]
    Framing,
    /// More than [`PARTS_MAX`].
    #[error("the edge's answer has more than {PARTS_MAX} parts")]
    TooMany,
    /// The envelope of a part cannot be read.
    #[error("a part of the edge's answer has no envelope")]
    Envelope,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> api::ProcessQuery {
        api::ProcessQuery {
            direction: Direction::Outbound,
            from: "alice@acme.test".to_owned(),
            to: vec!["bob@partner.test".to_owned()],
        }
    }

    fn split(body: &str) -> Result<Vec<Part>, PartsError> {
        super::split(&Bytes::from(body.to_owned()), "b", &asked())
    }

    #[test]
    fn parts_have_their_own_envelopes() {
        let parts = split(concat!(
            "--b\r\nContent-Type: message/rfc822\r\nSealgate-From: <alice@acme.test>\r\n",
            "sealgate-to: <bob@partner.test>, <carol@partner.test>\r\n\r\nSubject: 1\r\n\r\nx\r\n",
            "\r\n--b\r\nSealgate-From: <>\r\nSealgate-To: <alice@acme.test>\r\n",
            "Sealgate-Next-Hop: inbound\r\n\r\nSubject: 2\r\n\r\n\r\n--b--\r\n",
        ))
        .unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].to, ["bob@partner.test", "carol@partner.test"]);
        assert_eq!(parts[0].message, "Subject: 1\r\n\r\nx\r\n");
        assert_eq!(parts[0].hop, Direction::Outbound);
        assert_eq!(
            (parts[1].from.as_str(), parts[1].hop),
            ("", Direction::Inbound)
        );
        assert_eq!(parts[1].message, "Subject: 2\r\n\r\n");
    }

    #[test]
    fn broken_answers_are_told() {
        let part = "--b\r\nSealgate-To: <a@b>\r\n\r\nx\r\n";
        let many = format!("{part}{}", format!("\r\n{part}").repeat(PARTS_MAX));
        for (body, error) in [
            ("", PartsError::Framing),
            ("--b--", PartsError::Framing),
            ("--b\r\n\r\nx", PartsError::Framing),
            (
                "--b\r\nSealgate-To: nobody\r\n\r\nx\r\n--b--",
                PartsError::Envelope,
            ),
            (
                "--b\r\nSealgate-Next-Hop: up\r\n\r\nx\r\n--b--",
                PartsError::Envelope,
            ),
            (&format!("{many}\r\n--b--"), PartsError::TooMany),
        ] {
            assert_eq!(split(body), Err(error), "{body:.80}");
        }
    }

    #[test]
    fn boundaries() {
        assert_eq!(
            boundary("multipart/mixed; boundary=\"x y\"").as_deref(),
            Some("x y")
        );
        assert_eq!(
            boundary("Multipart/Mixed;charset=x; Boundary=z").as_deref(),
            Some("z")
        );
        assert_eq!(boundary("message/rfc822"), None);
        assert_eq!(boundary("multipart/mixed; boundary="), None);
    }
}
