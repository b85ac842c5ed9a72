//! KV as this crate uses it: a key space is a type, round trips are counted.
//!
//! KV is eventually consistent, and it remembers misses: whoever reads here must know what a miss
//! means. Snapshots are built again from D1; a key that D1 knows is a temporary lack.

use std::cell::Cell;

use serde::Serialize;
use serde::de::DeserializeOwned;
use smime::SourceId;
use worker::kv::{KvError, KvStore};

use crate::crypto;

/// Values of one kind, under keys of one form.
pub(crate) trait Space {
    /// The key's parts, joined by slashes; the first names the space.
    fn key(&self) -> String;
}

/// A wrapped private key, for ever under its id.
pub(crate) struct WrappedKey<'a> {
    pub(crate) organisation: &'a str,
    pub(crate) key_id: &'a str,
}

impl Space for WrappedKey<'_> {
    fn key(&self) -> String {
        format!("key/{}/{}", self.organisation, self.key_id)
    }
}

/// A snapshot, immutable under its version.
pub(crate) struct PublishedSnapshot<'a> {
    pub(crate) organisation: &'a str,
    pub(crate) version: u64,
}

impl Space for PublishedSnapshot<'_> {
    fn key(&self) -> String {
        format!("policy/{}/{}", self.organisation, self.version)
    }
}

/// What a source says of revocation, the same for everybody.
pub(crate) struct SourceAnswer(pub(crate) SourceId);

impl Space for SourceAnswer {
    fn key(&self) -> String {
        format!("revocation/{}", crypto::hex(&self.0.0))
    }
}

/// The namespace, and how often it was read.
pub(crate) struct Store {
    inner: KvStore,
    reads: Cell<u32>,
}

impl Store {
    pub(crate) fn new(inner: KvStore) -> Self {
        Self {
            inner,
            reads: Cell::new(0),
        }
    }

    /// Reads so far.
    pub(crate) fn reads(&self) -> u32 {
        self.reads.get()
    }

    /// The value, or `None` where KV does not show one (yet).
    pub(crate) async fn get(&self, place: &impl Space) -> Result<Option<String>, KvError> {
        self.reads.set(self.reads.get().saturating_add(1));
        self.inner.get(&place.key()).text().await
    }

    /// The octets and what stands beside them, or `None` where KV does not show them (yet).
    pub(crate) async fn get_octets<M: DeserializeOwned>(
        &self,
        place: &impl Space,
    ) -> Result<Option<(Vec<u8>, M)>, KvError> {
        self.reads.set(self.reads.get().saturating_add(1));
        let get = self.inner.get(&place.key());
        let (octets, beside) = get.bytes_with_metadata().await?;
        Ok(octets.zip(beside))
    }

    /// Writes octets, with something beside them, that KV forgets by itself after so many seconds.
    pub(crate) async fn put_octets_for(
        &self,
        place: &impl Space,
        octets: &[u8],
        beside: &impl Serialize,
        seconds: u64,
    ) -> Result<(), KvError> {
        let put = self.inner.put_bytes(&place.key(), octets)?;
        let put = put.metadata(beside)?.expiration_ttl(seconds);
        put.execute().await
    }

    /// Writes a value that KV forgets by itself after so many seconds.
    pub(crate) async fn put_for(
        &self,
        place: &impl Space,
        value: &str,
        seconds: u64,
    ) -> Result<(), KvError> {
        let put = self.inner.put(&place.key(), value)?;
        put.expiration_ttl(seconds).execute().await
    }

    /// Writes a value.
    pub(crate) async fn put(&self, place: &impl Space, value: &str) -> Result<(), KvError> {
        self.inner.put(&place.key(), value)?.execute().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_spaces_are_scoped_by_organisation() {
        let key = WrappedKey {
            organisation: "acme",
            key_id: "k1",
        };
        assert_eq!(key.key(), "key/acme/k1");
        let snapshot = PublishedSnapshot {
            organisation: "acme",
            version: 7,
        };
        assert_eq!(snapshot.key(), "policy/acme/7");
    }

    #[test]
    fn what_is_public_is_scoped_by_nobody() {
        let key = SourceAnswer(SourceId([0xab; 32])).key();
        assert_eq!(key, format!("revocation/{}", "ab".repeat(32)));
    }
}
