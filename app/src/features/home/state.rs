//! What needs a person, and the figures of the last 24 hours.

use api::{HourCount, Licence, SUMMARY_HOURS, Summary};

/// A licence with fewer days left than this needs a person: time for an order.
const LICENCE_DAYS: i64 = 60;

/// Something that a person should see to, most urgent first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Attention {
    /// Mail is no longer signed.
    SigningEnded,
    /// The licence is over; mail is signed for some days yet.
    LicenceEnded { days: i64 },
    /// Messages were not delivered in the last 24 hours.
    Failed(u64),
    /// Certificates of own mailboxes expire soon, the first of them in so many days.
    MailboxesExpiring { count: u64, days: i64 },
    /// No seat is free, and mailboxes are inactive.
    NoSeat { inactive: u64 },
    /// The licence ends soon.
    LicenceEnding { days: i64 },
    /// New authorities signed mail.
    Authorities(u64),
    /// Partners' certificates wait.
    PartnersPending(u64),
    /// Partners' certificates expire soon.
    PartnersExpiring(u64),
    /// Messages were refused in the last 24 hours: often as it should be.
    Refused(u64),
}

/// What needs a person. `days_until` counts whole days from now.
pub fn attention(
    summary: &Summary,
    licence: &Licence,
    days_until: impl Fn(&str) -> i64,
) -> Vec<Attention> {
    let mut list = Vec::new();
    let day = day(summary);
    let licence_days = days_until(&licence.valid_until);
    let signing_days = days_until(&licence.signing_until);
    if signing_days < 0 {
        list.push(Attention::SigningEnded);
    } else if licence_days < 0 {
        list.push(Attention::LicenceEnded { days: signing_days });
    }
    list.extend(some(day.failed).map(Attention::Failed));
    let first = summary.mailboxes_expire_at.as_deref().map(&days_until);
    list.extend(
        some(summary.mailboxes_expiring)
            .zip(first)
            .map(|(count, days)| Attention::MailboxesExpiring { count, days }),
    );
    if licence.free == 0 {
        list.extend(
            some(summary.mailboxes.inactive).map(|inactive| Attention::NoSeat { inactive }),
        );
    }
    if (0..LICENCE_DAYS).contains(&licence_days) {
        list.push(Attention::LicenceEnding { days: licence_days });
    }
    list.extend(some(summary.authorities_undecided).map(Attention::Authorities));
    list.extend(some(summary.partners_pending).map(Attention::PartnersPending));
    list.extend(some(summary.partners_expiring).map(Attention::PartnersExpiring));
    list.extend(some(day.refused).map(Attention::Refused));
    list
}

fn some(count: u64) -> Option<u64> {
    (count > 0).then_some(count)
}

/// The last 24 hours in sum.
pub fn day(summary: &Summary) -> Day {
    let sum = |count: fn(&HourCount) -> u64| summary.hours.iter().map(count).sum();
    Day {
        messages: sum(|hour| hour.messages),
        signed: sum(|hour| hour.signed),
        encrypted: sum(|hour| hour.encrypted),
        protected: sum(|hour| hour.protected),
        refused: sum(|hour| hour.refused),
        failed: sum(|hour| hour.failed),
    }
}

/// Counts of 24 hours.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Day {
    pub messages: u64,
    pub signed: u64,
    pub encrypted: u64,
    pub protected: u64,
    pub refused: u64,
    pub failed: u64,
}

impl Day {
    /// `part` of all messages in tenths of a percent; `None` without messages.
    pub fn permille(self, part: u64) -> Option<u64> {
        part.saturating_mul(1000).checked_div(self.messages)
    }
}

/// One bar per hour, oldest first; hours without mail are empty. `now` and the result's times are
/// hours since 1970, `hour_of` gives them for a count.
pub fn bars(
    summary: &Summary,
    now: i64,
    hour_of: impl Fn(&HourCount) -> i64,
) -> Vec<(i64, HourCount)> {
    let length = i64::try_from(SUMMARY_HOURS).unwrap_or(24);
    (now - length + 1..=now)
        .map(|hour| {
            let found = summary.hours.iter().find(|count| hour_of(count) == hour);
            (hour, found.cloned().unwrap_or_default())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn licence(free: u32) -> Licence {
        Licence {
            number: "L-1".to_owned(),
            mail_seats: 250,
            smime_seats: 100,
            used: 100 - free,
            revoke_pending: 0,
            free,
            valid_from: String::new(),
            valid_until: "400".to_owned(),
            signing_until: "430".to_owned(),
        }
    }

    fn days(text: &str) -> i64 {
        text.parse().unwrap()
    }

    #[test]
    fn a_quiet_organisation_needs_nobody() {
        assert_eq!(attention(&Summary::default(), &licence(8), days), []);
    }

    #[test]
    fn the_urgent_comes_first() {
        let mut summary = Summary {
            partners_expiring: 14,
            authorities_undecided: 1,
            ..Summary::default()
        };
        summary.mailboxes.inactive = 3;
        summary.hours.push(HourCount {
            failed: 2,
            ..HourCount::default()
        });
        assert_eq!(
            attention(&summary, &licence(0), days),
            [
                Attention::Failed(2),
                Attention::NoSeat { inactive: 3 },
                Attention::Authorities(1),
                Attention::PartnersExpiring(14),
            ]
        );
    }

    #[test]
    fn the_certificate_that_ends_first_sets_the_tone() {
        let summary = Summary {
            mailboxes_expiring: 3,
            mailboxes_expire_at: Some("6".to_owned()),
            ..Summary::default()
        };
        let expected = Attention::MailboxesExpiring { count: 3, days: 6 };
        assert_eq!(attention(&summary, &licence(8), days), [expected]);
    }

    #[test]
    fn a_licence_warns_ends_and_stops() {
        let summary = Summary::default();
        let mut licence = licence(8);
        for (valid, signing, expected) in [
            ("59", "89", Attention::LicenceEnding { days: 59 }),
            ("-1", "29", Attention::LicenceEnded { days: 29 }),
            ("-31", "-1", Attention::SigningEnded),
        ] {
            licence.valid_until = valid.to_owned();
            licence.signing_until = signing.to_owned();
            assert_eq!(attention(&summary, &licence, days), [expected]);
        }
    }

    #[test]
    fn hours_without_mail_are_empty_bars() {
        let summary = Summary {
            hours: vec![HourCount {
                hour: "99".to_owned(),
                messages: 7,
                ..HourCount::default()
            }],
            ..Summary::default()
        };
        let bars = bars(&summary, 100, |count| days(&count.hour));
        assert_eq!(bars.len(), 24);
        assert_eq!(bars[22].1.messages, 7);
        assert_eq!((bars[23].0, bars[23].1.messages), (100, 0));
    }

    #[test]
    fn a_share_of_nothing_is_none() {
        assert_eq!(Day::default().permille(0), None);
        let day = Day {
            messages: 1000,
            ..Day::default()
        };
        assert_eq!(day.permille(971), Some(971));
    }
}
