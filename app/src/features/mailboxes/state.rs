//! Filter, selection and what an action would mean, without a browser.

use std::collections::BTreeSet;

use api::{
    Addresses, All, CertificateSource, EXPIRING_DAYS, EXPIRY_WARNING_DAYS, Licence, Mailbox,
    MailboxQuery, MailboxStatus,
};
use serde::{Deserialize, Serialize};

use crate::{listing, ui::Tone};

/// What the page's address says: which mailboxes to show.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Filter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MailboxStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl listing::Filter for Filter {
    fn is_narrow(&self) -> bool {
        self.status.is_some() || self.domain.is_some() || self.q.is_some()
    }

    fn cursor(&mut self) -> &mut Option<String> {
        &mut self.cursor
    }
}

impl Filter {
    /// What to ask the edge.
    pub fn query(&self) -> MailboxQuery {
        MailboxQuery {
            status: self.status,
            domain: self.domain.clone(),
            address: None,
            q: self.q.clone(),
            limit: None,
            cursor: self.cursor.clone(),
        }
    }
}

/// How urgent the end of a certificate is that a person has to renew.
pub fn expiry_tone(days: i64) -> Tone {
    let [early, soon, last] = EXPIRY_WARNING_DAYS;
    match days {
        days if days < last => Tone::Bad,
        days if days < soon => Tone::Caution,
        days if days < early => Tone::Info,
        _ => Tone::Neutral,
    }
}

/// How urgent it is that a certificate with so many days left is renewed by a person. One of the
/// built-in CA is renewed by itself, long before it would be.
pub fn urgency(source: CertificateSource, days: i64) -> Tone {
    if source == CertificateSource::BuiltInCa && days >= EXPIRING_DAYS {
        Tone::Neutral
    } else {
        expiry_tone(days)
    }
}

/// What is ticked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Selection {
    /// These addresses.
    These(BTreeSet<String>),
    /// Every known mailbox, also those on other pages.
    All,
}

impl Default for Selection {
    fn default() -> Self {
        Self::These(BTreeSet::new())
    }
}

impl Selection {
    pub fn contains(&self, address: &str) -> bool {
        match self {
            Self::These(these) => these.contains(address),
            Self::All => true,
        }
    }

    pub fn is_empty(&self) -> bool {
        matches!(self, Self::These(these) if these.is_empty())
    }

    /// Ticks or unticks one. Where all were ticked, the rest of the page stays ticked.
    pub fn toggle(&mut self, address: &str, page: &[Mailbox]) {
        if *self == Self::All {
            *self = Self::These(page.iter().map(|mailbox| mailbox.address.clone()).collect());
        }
        if let Self::These(these) = self
            && !these.remove(address)
        {
            these.insert(address.to_owned());
        }
    }

    /// Ticks or unticks the whole page.
    pub fn set_page(&mut self, page: &[Mailbox], ticked: bool) {
        if *self == Self::All {
            *self = Self::default();
        }
        if let Self::These(these) = self {
            for mailbox in page {
                if ticked {
                    these.insert(mailbox.address.clone());
                } else {
                    these.remove(&mailbox.address);
                }
            }
        }
    }

    /// Whether everything on the page is ticked.
    pub fn covers(&self, page: &[Mailbox]) -> bool {
        !page.is_empty() && page.iter().all(|mailbox| self.contains(&mailbox.address))
    }
}

/// What can be done to mailboxes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    Activate,
    Deactivate,
}

impl Action {
    /// Whether it would change a mailbox in this status.
    pub fn applies_to(self, status: MailboxStatus) -> bool {
        use MailboxStatus::{Activating, Active, Inactive, RevokePending};
        match self {
            Self::Activate => matches!(status, Inactive | RevokePending),
            Self::Deactivate => matches!(status, Active | Activating),
        }
    }
}

/// An action on some mailboxes, before it is confirmed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    pub action: Action,
    pub addresses: Addresses,
    /// How many mailboxes it changes.
    pub count: u64,
    /// How many free seats it takes: a pending mailbox still holds its own.
    pub seats: u64,
}

impl Plan {
    /// `action` on the mailboxes out of `known` that are ticked and that it applies to.
    pub fn these<'a>(action: Action, known: impl IntoIterator<Item = &'a Mailbox>) -> Self {
        let chosen: Vec<&Mailbox> = known
            .into_iter()
            .filter(|mailbox| action.applies_to(mailbox.status))
            .collect();
        let inactive = chosen
            .iter()
            .filter(|mailbox| mailbox.status == MailboxStatus::Inactive);
        Self {
            action,
            seats: count(inactive.count()),
            count: count(chosen.len()),
            addresses: Addresses::These(
                chosen
                    .iter()
                    .map(|mailbox| mailbox.address.clone())
                    .collect(),
            ),
        }
    }

    /// `action` on every known mailbox.
    pub fn all(action: Action, counts: api::MailboxCounts) -> Self {
        let changed = match action {
            Action::Activate => counts.inactive + counts.revoke_pending,
            Action::Deactivate => counts.active + counts.activating,
        };
        Self {
            action,
            addresses: Addresses::All(All::All),
            count: changed,
            seats: match action {
                Action::Activate => counts.inactive,
                Action::Deactivate => 0,
            },
        }
    }

    /// How many of its mailboxes get no seat.
    pub fn without_seat(&self, licence: &Licence) -> u64 {
        match self.action {
            Action::Activate => self.seats.saturating_sub(licence.free.into()),
            Action::Deactivate => 0,
        }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(address: &str, status: MailboxStatus) -> Mailbox {
        Mailbox {
            address: address.to_owned(),
            status,
            certificate: None,
            pending_until: None,
        }
    }

    fn page() -> Vec<Mailbox> {
        vec![
            mailbox("a@acme.test", MailboxStatus::Active),
            mailbox("b@acme.test", MailboxStatus::Inactive),
            mailbox("c@acme.test", MailboxStatus::RevokePending),
        ]
    }

    fn licence(free: u32) -> Licence {
        Licence {
            number: "L-1".to_owned(),
            mail_seats: 250,
            smime_seats: 100,
            used: 100 - free,
            revoke_pending: 0,
            free,
            valid_from: String::new(),
            valid_until: String::new(),
            signing_until: String::new(),
        }
    }

    #[test]
    fn the_end_of_a_certificate_grows_urgent() {
        for (days, tone) in [
            (60, Tone::Neutral),
            (59, Tone::Info),
            (29, Tone::Caution),
            (6, Tone::Bad),
            (-1, Tone::Bad),
        ] {
            assert_eq!(expiry_tone(days), tone, "{days}");
        }
    }

    #[test]
    fn only_what_nothing_renews_is_urgent_early() {
        assert_eq!(urgency(CertificateSource::BuiltInCa, 45), Tone::Neutral);
        assert_eq!(urgency(CertificateSource::Uploaded, 45), Tone::Info);
        assert_eq!(urgency(CertificateSource::BuiltInCa, 5), Tone::Bad);
    }

    #[test]
    fn the_filter_is_the_address() {
        let text = "status=revoke_pending&q=gr%C3%BC%C3%9Fe";
        let filter: Filter = serde_urlencoded::from_str(text).unwrap();
        assert_eq!(filter.status, Some(MailboxStatus::RevokePending));
        assert_eq!(filter.q.as_deref(), Some("grüße"));
        assert_eq!(serde_urlencoded::to_string(&filter).unwrap(), text);
    }

    #[test]
    fn unticking_one_of_all_keeps_the_page() {
        let page = page();
        let mut selection = Selection::All;
        selection.toggle("b@acme.test", &page);
        assert!(selection.contains("a@acme.test"));
        assert!(!selection.contains("b@acme.test"));
        assert!(!selection.covers(&page));
    }

    #[test]
    fn a_page_is_ticked_and_unticked_as_a_whole() {
        let page = page();
        let mut selection = Selection::default();
        selection.set_page(&page, true);
        assert!(selection.covers(&page));
        selection.set_page(&page, false);
        assert!(selection.is_empty());
    }

    #[test]
    fn activating_takes_seats_for_the_inactive_only() {
        let plan = Plan::these(Action::Activate, &page());
        assert_eq!((plan.count, plan.seats), (2, 1));
        assert_eq!(plan.without_seat(&licence(0)), 1);
        assert_eq!(plan.without_seat(&licence(1)), 0);
    }

    #[test]
    fn deactivating_takes_none() {
        let plan = Plan::these(Action::Deactivate, &page());
        assert_eq!((plan.count, plan.seats), (1, 0));
        assert_eq!(plan.without_seat(&licence(0)), 0);
    }

    #[test]
    fn all_counts_what_changes() {
        let counts = api::MailboxCounts {
            inactive: 122,
            activating: 2,
            active: 86,
            revoke_pending: 4,
        };
        assert_eq!(Plan::all(Action::Activate, counts).count, 126);
        assert_eq!(Plan::all(Action::Activate, counts).seats, 122);
        assert_eq!(Plan::all(Action::Deactivate, counts).count, 88);
    }
}
