//! Why there is no path: of all that failed, the reason that helps most.

use super::budget::Exhausted;
use crate::Reason;

/// No valid path from the target to an anchor.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct PathError {
    /// The stable code.
    pub reason: Reason,
    /// What was found, in a sentence.
    pub detail: String,
    /// The certificate at fault, counted from the target, which is 0.
    pub at: usize,
}

impl PathError {
    pub(crate) fn new(reason: Reason, at: usize, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
            at,
        }
    }

    /// Of two failures the one that came closer to a valid path.
    pub(crate) fn or_better(self, other: Self) -> Self {
        if rank(other.reason) > rank(self.reason) {
            other
        } else {
            self
        }
    }
}

/// The order in which a path is examined: a later failure means that all before was right.
fn rank(reason: Reason) -> u8 {
    match reason {
        Reason::UntrustedRoot => 0,
        Reason::SignatureInvalid => 1,
        Reason::WeakAlgorithm | Reason::UnsupportedAlgorithm => 2,
        Reason::Expired | Reason::NotYetValid => 3,
        Reason::WrongUsage => 4,
        Reason::RevocationUnknown => 5,
        Reason::Revoked => 6,
        _ => 7,
    }
}

/// Why a search ended early or a path was refused.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    /// This path is not valid; others may be.
    Refused(PathError),
    /// The budget is spent: nothing more is tried.
    Exhausted(Exhausted),
}

impl From<Exhausted> for Stop {
    fn from(exhausted: Exhausted) -> Self {
        Self::Exhausted(exhausted)
    }
}

impl From<PathError> for Stop {
    fn from(error: PathError) -> Self {
        Self::Refused(error)
    }
}

impl From<Stop> for PathError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(error) => error,
            Stop::Exhausted(exhausted) => Self::new(
                Reason::LimitExceeded,
                0,
                format!("the search was given up: {exhausted}"),
            ),
        }
    }
}
