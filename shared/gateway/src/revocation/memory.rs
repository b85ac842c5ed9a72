//! What sources said, for whoever asks the gateway again and again.

use std::collections::BTreeMap;

use mail::UnixTime;
use smime::{RevocationInfo, SourceId};

/// Most sources that are remembered.
pub const REMEMBERED_SOURCES_MAX: usize = 256;

/// Most octets that are remembered in all: an isolate has 128 MB for everything.
pub const REMEMBERED_OCTETS_MAX: usize = 4 * 1024 * 1024;

/// Largest list or response that is remembered; a larger one would drive out all others.
pub const REMEMBERED_INFO_OCTETS_MAX: usize = 1024 * 1024;

/// What a source said.
#[derive(Clone, Debug)]
pub enum Said {
    /// A list or a response that [`smime::RevocationSource::read`] believed.
    Info(RevocationInfo),
    /// Nothing, or nothing that can be believed.
    Nothing,
}

impl Said {
    /// What it takes to hold it.
    pub(crate) fn octets(&self) -> usize {
        match self {
            Self::Info(info) => info.der().len(),
            Self::Nothing => 0,
        }
    }
}

/// What was said lately, each for as long as it counts. What stands here is not asked again, so a mail
/// whose partners are met often needs nothing.
#[derive(Clone, Debug, Default)]
pub struct RevocationMemory {
    entries: BTreeMap<SourceId, Entry>,
    octets: usize,
}

#[derive(Clone, Debug)]
struct Entry {
    said: Said,
    until: UnixTime,
}

impl RevocationMemory {
    /// What the source said, if that still counts.
    pub fn recall(&self, source: SourceId, now: UnixTime) -> Option<&Said> {
        let entry = self.entries.get(&source)?;
        (now <= entry.until).then_some(&entry.said)
    }

    /// Keeps what a source said until then, and forgets others where there is no room.
    pub fn remember(&mut self, source: SourceId, said: Said, until: UnixTime) {
        let octets = said.octets();
        if octets > REMEMBERED_INFO_OCTETS_MAX {
            return;
        }
        self.forget(source);
        let has_room = self.entries.len() < REMEMBERED_SOURCES_MAX
            && self.octets.saturating_add(octets) <= REMEMBERED_OCTETS_MAX;
        if !has_room {
            *self = Self::default();
        }
        self.octets = self.octets.saturating_add(octets);
        self.entries.insert(source, Entry { said, until });
    }

    fn forget(&mut self, source: SourceId) {
        if let Some(entry) = self.entries.remove(&source) {
            self.octets = self.octets.saturating_sub(entry.said.octets());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(number: usize) -> SourceId {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&number.to_be_bytes());
        SourceId(id)
    }

    #[test]
    fn what_is_over_is_not_recalled() {
        let mut memory = RevocationMemory::default();
        memory.remember(source(1), Said::Nothing, UnixTime(10));
        assert!(memory.recall(source(1), UnixTime(10)).is_some());
        assert!(memory.recall(source(1), UnixTime(11)).is_none());
        assert!(memory.recall(source(2), UnixTime(10)).is_none());
    }

    #[test]
    fn the_number_of_sources_is_limited() {
        let mut memory = RevocationMemory::default();
        for number in 0..REMEMBERED_SOURCES_MAX {
            memory.remember(source(number), Said::Nothing, UnixTime(1));
        }
        memory.remember(source(7), Said::Nothing, UnixTime(1));
        assert!(memory.recall(source(0), UnixTime(1)).is_some());
        memory.remember(source(REMEMBERED_SOURCES_MAX), Said::Nothing, UnixTime(1));
        assert!(memory.recall(source(0), UnixTime(1)).is_none());
        assert_eq!(memory.entries.len(), 1);
    }
}
