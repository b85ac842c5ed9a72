//! A verdict with what goes with it, for programs (JSON) and for people.

use std::fmt::{Display, Write as _};

use serde::Serialize;
use serde_json::{Map, Value};
use smime::{Problem, Reason};

/// The verdict.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All is well.
    Good,
    /// It was looked at, and it is not well.
    Bad,
    /// Nothing of that kind is in the input.
    None,
    /// The input is not what it should be.
    Malformed,
}

/// A verdict, what goes with it, and what was made.
pub struct Report {
    verdict: Verdict,
    reason: Option<&'static str>,
    detail: String,
    fields: Map<String, Value>,
    text: String,
    content: Option<Vec<u8>>,
}

impl Report {
    /// A good verdict with a sentence about it.
    pub fn good(detail: impl Into<String>) -> Self {
        Self::new(Verdict::Good, None, detail.into())
    }

    /// A bad verdict with its stable code and a sentence.
    pub fn bad(reason: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Verdict::Bad, Some(reason), detail.into())
    }

    /// The verdict on a problem that the engine found.
    pub fn of(problem: &Problem) -> Self {
        match problem.reason {
            Reason::Malformed => Self::malformed(&problem.detail),
            reason => Self::bad(reason.code(), &problem.detail),
        }
    }

    /// Nothing of that kind is in the input.
    pub fn none(detail: impl Into<String>) -> Self {
        Self::new(Verdict::None, None, detail.into())
    }

    /// The input is malformed; the sentence says where.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(Verdict::Malformed, Some("malformed"), detail.into())
    }

    /// Nothing of the input can be read, for a reason that need not be the input's fault.
    pub fn unread(problem: &Problem) -> Self {
        let (reason, detail) = (problem.reason.code(), &problem.detail);
        Self::new(Verdict::Malformed, Some(reason), detail.clone())
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

    /// Says where malformed input comes from.
    pub fn located(mut self, place: impl Display) -> Self {
        if self.verdict == Verdict::Malformed {
            self.detail = format!("{place}: {}", self.detail);
        }
        self
    }

    /// Adds a JSON key.
    pub fn with(mut self, key: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.fields.insert(key.to_owned(), value);
        self
    }

    /// Adds lines for people.
    pub fn with_text(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Adds what was made.
    pub fn with_content(mut self, content: Vec<u8>) -> Self {
        self.content = Some(content);
        self
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// What was made.
    pub fn content(&self) -> Option<&[u8]> {
        self.content.as_deref()
    }

    /// For programs: the keys of the contract of the command `sealgate`.
    pub fn to_json(&self) -> Value {
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

    /// For people.
    pub fn to_text(&self) -> String {
        let verdict = match (self.verdict, self.reason) {
            (Verdict::Good, _) => "good".to_owned(),
            (Verdict::None, _) => "nothing found".to_owned(),
            (_, reason) => format!("bad, {}", reason.unwrap_or_default()),
        };
        format!("verdict: {verdict}: {}\n{}", self.detail, self.text)
    }
}

/// How many there are of something, `2 signatures`.
pub fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// Names and values in two columns, indented.
pub fn table(indent: usize, rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let _infallible = writeln!(text, "{:indent$}{name:width$}  {}", "", printable(value));
    }
    text
}

/// Text of strangers that cannot move the cursor of a terminal.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
