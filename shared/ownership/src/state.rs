//! What a look at the proof makes of a domain.
//!
//! ```text
//! unverified ──found──► verified ──gone──► grace ──gone for 14 days──► lost
//!                          ▲                 │                          │
//!                          └─────found───────┴──────────found───────────┘
//! ```

use mail::UnixTime;

/// How long a proof may be gone until the domain counts as lost: long enough that a move to another
/// DNS provider, or a holiday of the one who can mend it, costs nothing; short enough that whoever
/// gave a domain away does not get certificates for it much longer. It is as long as a seat is held at
/// most after its mailbox was deactivated.
pub const GRACE_DAYS: i64 = 14;

/// Whether a domain is the organisation's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// The proof has never been seen.
    Unverified,
    /// It stands.
    Verified,
    /// It was gone at the latest look.
    Grace {
        /// When that was seen first.
        since: UnixTime,
    },
    /// It was gone for too long.
    Lost,
}

/// Whose word makes a domain the organisation's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Voucher {
    /// The proof in the DNS.
    Dns,
    /// The operator's, which no look at the DNS takes away.
    Operator,
}

/// What a look at the proof found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sight {
    /// The proof stands.
    Found,
    /// It stands, and another organisation holds the domain.
    HeldElsewhere,
    /// The DNS says that it does not stand.
    Gone,
    /// The DNS did not say: that is no absence.
    Unknown,
}

impl State {
    /// What a look at `now` makes of it.
    pub fn after(self, voucher: Voucher, sight: Sight, now: UnixTime) -> Self {
        match (voucher, sight) {
            (Voucher::Operator, _) | (_, Sight::Unknown | Sight::HeldElsewhere) => self,
            (Voucher::Dns, Sight::Found) => Self::Verified,
            (Voucher::Dns, Sight::Gone) => match self {
                Self::Verified => Self::Grace { since: now },
                Self::Grace { .. } if self.grace_until().is_some_and(|end| end <= now) => {
                    Self::Lost
                }
                Self::Unverified | Self::Grace { .. } | Self::Lost => self,
            },
        }
    }

    /// Whether the organisation holds the domain: certificates are issued for its mailboxes.
    pub fn is_held(self) -> bool {
        match self {
            Self::Verified | Self::Grace { .. } => true,
            Self::Unverified | Self::Lost => false,
        }
    }

    /// While in grace: from when on a look that misses the proof makes it lost.
    pub fn grace_until(self) -> Option<UnixTime> {
        match self {
            Self::Grace { since } => Some(since.plus_days(GRACE_DAYS)),
            Self::Unverified | Self::Verified | Self::Lost => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60;
    const NOW: UnixTime = UnixTime(1_795_555_399);

    fn grace(age: i64) -> State {
        State::Grace {
            since: UnixTime(NOW.0 - age),
        }
    }

    #[test]
    fn the_proof_in_the_dns_decides() {
        use Sight::{Found, Gone, HeldElsewhere, Unknown};
        use State::{Lost, Unverified, Verified};
        let (young, last, over) = (
            grace(DAY),
            grace(GRACE_DAYS * DAY - 1),
            grace(GRACE_DAYS * DAY),
        );
        for (before, sight, after) in [
            (Unverified, Found, Verified),
            (Unverified, HeldElsewhere, Unverified),
            (Unverified, Gone, Unverified),
            (Unverified, Unknown, Unverified),
            (Verified, Found, Verified),
            (Verified, Gone, grace(0)),
            (Verified, Unknown, Verified),
            (young, Found, Verified),
            (young, Gone, young),
            (young, Unknown, young),
            (last, Gone, last),
            (over, Gone, Lost),
            (over, Found, Verified),
            (over, Unknown, over),
            (Lost, Found, Verified),
            (Lost, HeldElsewhere, Lost),
            (Lost, Gone, Lost),
            (Lost, Unknown, Lost),
        ] {
            let found = before.after(Voucher::Dns, sight, NOW);
            assert_eq!(found, after, "{before:?} after {sight:?}");
        }
    }

    #[test]
    fn the_operators_word_stands_whatever_the_dns_says() {
        for state in [State::Verified, State::Unverified, grace(99 * DAY)] {
            for sight in [
                Sight::Found,
                Sight::HeldElsewhere,
                Sight::Gone,
                Sight::Unknown,
            ] {
                assert_eq!(state.after(Voucher::Operator, sight, NOW), state);
            }
        }
    }

    #[test]
    fn grace_holds_the_domain_and_has_an_end() {
        for (state, is_held, until) in [
            (State::Unverified, false, None),
            (State::Verified, true, None),
            (grace(0), true, Some(NOW.plus_days(GRACE_DAYS))),
            (State::Lost, false, None),
        ] {
            assert_eq!((state.is_held(), state.grace_until()), (is_held, until));
        }
    }
}
