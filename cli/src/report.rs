//! What a verb found, for programs (JSON) and for people, and its exit code.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use serde::Serialize;
use serde_json::{Map, Value};

/// The verdict; each has its exit code.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// All is well.
    Good,
    /// It was looked at, and it is not well.
    Bad,
    /// Nothing of that kind is in the input.
    None,
    /// The input is not what it should be.
    Malformed,
}

impl Verdict {
    fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Good => 0,
            Self::Bad => 1,
            Self::None => 3,
            Self::Malformed => 4,
        })
    }
}

/// A verb's result.
pub(crate) struct Report {
    verdict: Verdict,
    reason: Option<&'static str>,
    detail: String,
    fields: Map<String, Value>,
    text: String,
    /// What the verb made, where it goes to standard output.
    content: Option<Vec<u8>>,
}

impl Report {
    /// A good verdict with a sentence about it.
    pub(crate) fn good(detail: impl Into<String>) -> Self {
        Self::new(Verdict::Good, None, detail.into())
    }

    /// A bad verdict with its stable code and a sentence.
    pub(crate) fn bad(reason: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Verdict::Bad, Some(reason), detail.into())
    }

    /// The verdict on a problem that the engine found.
    pub(crate) fn of(problem: &smime::Problem) -> Self {
        Self::bad(problem.reason.code(), &problem.detail)
    }

    /// Nothing of that kind is in the input.
    pub(crate) fn none(detail: impl Into<String>) -> Self {
        Self::new(Verdict::None, None, detail.into())
    }

    /// The input is malformed; the sentence says where.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(Verdict::Malformed, Some("malformed"), detail.into())
    }

    fn new(verdict: Verdict, reason: Option<&'static str>, detail: String) -> Self {
        Self {
            verdict,
            reason,
            detail,
            fields: Map::new(),
            text: String::new(),
            content: None,
        }
    }

    /// Adds a JSON key.
    pub(crate) fn with(mut self, key: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.fields.insert(key.to_owned(), value);
        self
    }

    /// Adds lines for people.
    pub(crate) fn with_text(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Sends what the verb made to standard output; people's text then goes to standard error.
    pub(crate) fn with_content(mut self, content: Vec<u8>) -> Self {
        self.content = Some(content);
        self
    }

    fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert(
            "verdict".to_owned(),
            serde_json::to_value(self.verdict).unwrap_or_default(),
        );
        object.insert("reason".to_owned(), self.reason.into());
        object.insert("detail".to_owned(), self.detail.as_str().into());
        object.extend(self.fields.clone());
        object.into()
    }

    fn to_text(&self) -> String {
        let verdict = match (self.verdict, self.reason) {
            (Verdict::Good, _) => "good".to_owned(),
            (Verdict::None, _) => "nothing found".to_owned(),
            (_, reason) => format!("bad, {}", reason.unwrap_or_default()),
        };
        format!("verdict: {verdict}: {}\n{}", self.detail, self.text)
    }
}

/// Why a verb could not begin: the command line asks for what cannot be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// Anything else.
    #[error("{0}")]
    Wrong(String),
}

/// Prints what came of a verb and gives the exit code.
pub(crate) fn print(result: Result<Report, UsageError>, json: bool) -> ExitCode {
    let report = match result {
        Ok(report) => report,
        Err(error) => {
            eprintln!("sealgate: {error}");
            return ExitCode::from(2);
        }
    };
    let mut out = std::io::stdout().lock();
    let written = match &report.content {
        Some(content) => {
            eprint!("{}", report.to_text());
            out.write_all(content)
        }
        None if json => writeln!(out, "{}", report.to_json()),
        None => write!(out, "{}", report.to_text()),
    };
    match written.and_then(|()| out.flush()) {
        Ok(()) => report.verdict.exit_code(),
        Err(error) => {
            eprintln!("sealgate: standard output: {error}");
            ExitCode::from(2)
        }
    }
}

/// Names and values in two columns, indented.
pub(crate) fn table(indent: usize, rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let _infallible = writeln!(text, "{:indent$}{name:width$}  {}", "", printable(value));
    }
    text
}

/// Text of strangers that cannot move the cursor of a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
