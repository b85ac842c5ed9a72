//! The three ways in which a call can end badly.

use api::{Code, FieldProblem, Problem};

/// Why a call was not served.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The caller's: told as it is.
    Caller(Box<Problem>),
    /// A lack that passes by itself, a key that KV does not show yet: try again. With a
    /// sentence for a person.
    Lack(Code, &'static str),
    /// Too often: try again after so many seconds.
    TooOften(i64),
    /// Ours: logged where it is answered, told without its insides.
    Broken(String),
}

impl Failure {
    /// Refuses a call with a status, a stable code and a sentence.
    pub(crate) fn caller(status: u16, code: Code, detail: impl Into<String>) -> Self {
        Self::Caller(Box::new(Problem::new(status, code, detail)))
    }

    /// There is no such thing.
    pub(crate) fn unknown(what: &str) -> Self {
        Self::caller(404, Code::NotFound, format!("There is no such {what}."))
    }

    /// So many mailboxes of `what` keep it from being removed.
    pub(crate) fn seats_held(held: u32, what: &str) -> Self {
        let detail = format!("{held} mailboxes of this {what} hold a seat: deactivate them first.");
        Self::caller(409, Code::SeatsHeld, detail)
    }

    /// Somebody else has changed `what` since the caller saw it; `version` holds now.
    pub(crate) fn stale(what: &str, version: u64) -> Self {
        let detail = format!("The {what} were changed meanwhile; version {version} holds now.");
        let mut problem = Problem::new(409, Code::StaleVersion, detail);
        problem.version = Some(version);
        Self::Caller(Box::new(problem))
    }

    /// One field of the body is at fault.
    pub(crate) fn field(pointer: &str, code: Code, text: impl Into<String>) -> Self {
        let text = text.into();
        let mut problem = Problem::new(422, Code::Invalid, text.clone());
        problem.errors.push(FieldProblem::new(pointer, code, text));
        Self::Caller(Box::new(problem))
    }

    /// A state of our own that must not be.
    pub(crate) fn broken(what: &str) -> Self {
        Self::Broken(what.to_owned())
    }

    /// For the log and for the caller of an event: a sentence.
    pub(crate) fn summary(&self) -> String {
        match self {
            Self::Caller(problem) => format!("{}: {}", problem.code, problem.detail),
            Self::Lack(code, detail) => format!("{code}: {detail}"),
            Self::TooOften(seconds) => format!("too often: {seconds} s to wait"),
            Self::Broken(what) => what.clone(),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Caller(Box::new(problem))
    }
}

impl From<worker::Error> for Failure {
    fn from(error: worker::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<worker::kv::KvError> for Failure {
    fn from(error: worker::kv::KvError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Broken(format!("stored JSON: {error}"))
    }
}
