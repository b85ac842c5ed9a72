//! Who already got a message of which the client will send all again.
//!
//! SMTP has one reply for all recipients of a message. Where a next hop took it for some and not
//! yet for others, the client is told 451, so that nothing is lost, and sends it again for all.
//! The ledger keeps those who have it from getting it again. It is memory only: after a restart a
//! mail may come twice, it is never lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use mail::UnixTime;
use policy::Direction;
use sha2::{Digest as _, Sha256};

/// Clients give up after five days at the latest (RFC 5321 §4.5.4.1: at least four or five).
const REMEMBERED_DAYS: i64 = 5;
/// Most deliveries remembered, 32 octets each: the oldest go first.
const DELIVERIES_MAX: usize = 50_000;

/// Names a delivery without holding anything of it.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Delivered([u8; 32]);

/// The message and its envelope sender, for [`Submission::to`].
pub(super) struct Submission(Sha256);

impl Submission {
    /// `message` is as the client sent it, without what differs from try to try.
    pub(super) fn new(direction: Direction, from: &str, message: &[u8]) -> Self {
        let inbound = u8::from(direction == Direction::Inbound);
        let mut hash = Sha256::new();
        hash.update([inbound]);
        hash.update(from.as_bytes());
        hash.update([0]);
        hash.update(Sha256::digest(message));
        Self(hash)
    }

    /// The delivery to one recipient, in normal form.
    pub(super) fn to(&self, recipient: &mail::Address) -> Delivered {
        let mut hash = self.0.clone();
        hash.update(recipient.to_string().as_bytes());
        Delivered(hash.finalize().into())
    }

    /// The delivery of an error report to the sender, whose name no recipient has.
    pub(super) fn report(&self) -> Delivered {
        let mut hash = self.0.clone();
        hash.update(b"\0report");
        Delivered(hash.finalize().into())
    }
}

/// See the module.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Deliveries>);

#[derive(Default)]
struct Deliveries {
    /// When each was remembered.
    known: BTreeMap<Delivered, UnixTime>,
    /// The same, oldest first.
    order: BTreeSet<(UnixTime, Delivered)>,
}

impl Ledger {
    /// Whether nothing is remembered, so that hashing can be spared.
    pub(super) fn is_empty(&self) -> bool {
        self.deliveries().known.is_empty()
    }

    /// Whether this recipient has the message already.
    pub(super) fn has(&self, delivery: Delivered) -> bool {
        self.deliveries().known.contains_key(&delivery)
    }

    /// Remembers a delivery, and forgets those too old.
    pub(super) fn add(&self, delivery: Delivered, now: UnixTime) {
        let mut deliveries = self.deliveries();
        let at = *deliveries.known.entry(delivery).or_insert(now);
        deliveries.order.insert((at, delivery));
        while deliveries.order.len() > DELIVERIES_MAX
            || deliveries
                .order
                .first()
                .is_some_and(|(at, _)| at.plus_days(REMEMBERED_DAYS) < now)
        {
            if let Some((_, oldest)) = deliveries.order.pop_first() {
                deliveries.known.remove(&oldest);
            }
        }
    }

    /// Forgets a delivery: everyone has the message now, and if it comes once more it is a new one.
    pub(super) fn remove(&self, delivery: Delivered) {
        let mut deliveries = self.deliveries();
        if let Some(at) = deliveries.known.remove(&delivery) {
            deliveries.order.remove(&(at, delivery));
        }
    }

    fn deliveries(&self) -> std::sync::MutexGuard<'_, Deliveries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(message: &str, to: &str) -> Delivered {
        Submission::new(Direction::Outbound, "a@acme.test", message.as_bytes())
            .to(&mail::Address::parse(to).unwrap())
    }

    #[test]
    fn deliveries_are_remembered_for_some_days() {
        let ledger = Ledger::default();
        assert!(ledger.is_empty());
        ledger.add(delivery("x", "b@partner.test"), UnixTime(0));
        assert!(ledger.has(delivery("x", "B@PARTNER.test")));
        assert!(!ledger.has(delivery("y", "b@partner.test")));
        assert!(!ledger.has(delivery("x", "c@partner.test")));
        ledger.add(delivery("y", "b@partner.test"), UnixTime(0).plus_days(6));
        assert!(!ledger.has(delivery("x", "b@partner.test")));
        ledger.remove(delivery("y", "b@partner.test"));
        assert!(ledger.is_empty());
    }

    #[test]
    fn what_was_removed_leaves_no_trace() {
        let ledger = Ledger::default();
        let mail = delivery("x", "b@partner.test");
        ledger.add(mail, UnixTime(0));
        ledger.remove(mail);
        ledger.add(mail, UnixTime(0).plus_days(4));
        let another = delivery("y", "b@partner.test");
        ledger.add(another, UnixTime(0).plus_days(6));
        assert!(ledger.has(mail), "it is two days old");
        ledger.remove(another);
        assert_eq!(ledger.deliveries().order.len(), 1);
    }

    #[test]
    fn the_oldest_goes_first() {
        let ledger = Ledger::default();
        for n in 0..=DELIVERIES_MAX {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&n.to_be_bytes());
            ledger.add(Delivered(bytes), UnixTime(0));
        }
        assert!(!ledger.has(Delivered([0; 32])));
        assert_eq!(ledger.deliveries().known.len(), DELIVERIES_MAX);
    }
}
