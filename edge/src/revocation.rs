//! What the gateway asks about revocation, answered out of KV or over HTTP.
//!
//! Only what [`RevocationSource::read`] believes is kept, so nobody on the way can put something false
//! in its place. That a place does not answer is remembered shortly, and in the isolate only: else each
//! mail would wait for it anew.

mod fetch;
mod place;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_util::future::join_all;
use gateway::{ANSWERS_OCTETS_MAX, RevocationMemory, Said};
use mail::UnixTime;
use smime::{RevocationInfo, RevocationSource};

use crate::clock::Stopwatch;
use crate::crypto::Node;
use crate::desk::Desk;
use crate::http::pki;
use crate::observe;
use crate::store::revocations;
use fetch::{Unreachable, fetch};
use place::Reach;

/// Longest wait for one place. They are made to be quick: the Baseline Requirements (§4.10.2) want
/// them to answer within ten seconds, in truth it is a tenth of one.
const PLACE_SECONDS_MAX: u64 = 4;
/// Longest wait of one mail for all places; its sender's server waits for minutes.
const MAIL_SECONDS_MAX: u64 = 10;
/// How long an answer is kept at most, however long it holds: some lists hold for a year and are
/// replaced the day something is revoked.
const KEPT_SECONDS_MAX: i64 = 24 * 60 * 60;
/// How long a place that did not answer is not asked again.
const SILENT_SECONDS: i64 = 60;

thread_local! {
    static MEMORY: RefCell<Rc<RevocationMemory>> = RefCell::default();
}

/// What this isolate remembers now.
pub(crate) fn memory() -> Rc<RevocationMemory> {
    MEMORY.with_borrow(Rc::clone)
}

fn remember(source: &RevocationSource, said: &Said, until: UnixTime) {
    MEMORY.with_borrow_mut(|memory| {
        Rc::make_mut(memory).remember(source.id(), said.clone(), until);
    });
}

/// What one mail may spend on asking.
pub(crate) struct Inquirer {
    since: Stopwatch,
    octets_left: Cell<usize>,
}

impl Inquirer {
    pub(crate) fn new() -> Self {
        Self {
            since: Stopwatch::start(),
            octets_left: Cell::new(ANSWERS_OCTETS_MAX),
        }
    }

    /// Asks all of them at once.
    pub(crate) async fn ask(&self, desk: &Desk, sources: Vec<&RevocationSource>) -> Vec<Said> {
        join_all(sources.into_iter().map(|source| self.ask_one(desk, source))).await
    }

    async fn ask_one(&self, desk: &Desk, source: &RevocationSource) -> Said {
        let now = desk.now.unix();
        if let Some(info) = own(desk, source).await {
            return Said::Info(info);
        }
        if let Some((info, until)) = revocations::get(desk, source).await {
            let said = Said::Info(info);
            remember(source, &said, until);
            return said;
        }
        match self.fetched(desk, source).await {
            Ok(info) => {
                let until = kept_until(info.until(), now);
                revocations::put(desk, source, &info, until).await;
                let said = Said::Info(info);
                remember(source, &said, until);
                said
            }
            Err(why) => {
                observe::unreachable(source.url(), &why);
                let until = UnixTime(now.0.saturating_add(SILENT_SECONDS));
                remember(source, &Said::Nothing, until);
                Said::Nothing
            }
        }
    }

    async fn fetched(
        &self,
        desk: &Desk,
        source: &RevocationSource,
    ) -> Result<RevocationInfo, Unreachable> {
        let left = MAIL_SECONDS_MAX.saturating_sub(self.since.seconds());
        let reach = if desk.bindings.reaches_loopback() {
            Reach::Loopback
        } else {
            Reach::Public
        };
        let seconds = left.min(PLACE_SECONDS_MAX);
        let answer = fetch(source, reach, seconds, &self.octets_left).await?;
        source
            .read(&answer, desk.now.unix(), &Node)
            .ok_or(Unreachable::NotBelieved)
    }
}

/// The list of a built-in CA of this Worker, which cannot fetch from itself and need not.
async fn own(desk: &Desk, source: &RevocationSource) -> Option<RevocationInfo> {
    let path = source.url().strip_prefix(&desk.bindings.public_url())?;
    let organisation = path.strip_prefix(pki::BASE)?.strip_suffix("/crl")?;
    let list = pki::crl(desk, organisation).await.ok()?;
    source.read(&list, desk.now.unix(), &Node)
}

/// Until when an answer is kept: as long as it holds, but not for too long.
fn kept_until(holds_until: Option<UnixTime>, now: UnixTime) -> UnixTime {
    let longest = UnixTime(now.0.saturating_add(KEPT_SECONDS_MAX));
    holds_until.map_or(now, |until| until.min(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_while_it_holds_and_for_a_day_at_most() {
        let now = UnixTime(1_000_000);
        let until = |holds: Option<i64>| {
            let holds = holds.map(|seconds| UnixTime(now.0 + seconds));
            kept_until(holds, now).0 - now.0
        };
        assert_eq!(until(Some(5)), 5);
        assert_eq!(until(Some(KEPT_SECONDS_MAX)), KEPT_SECONDS_MAX);
        assert_eq!(until(Some(365 * 24 * 60 * 60)), KEPT_SECONDS_MAX);
        assert_eq!(until(None), 0);
    }
}
