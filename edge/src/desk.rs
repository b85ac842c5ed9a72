//! What one event has at hand: the platform, the moment, and the stores whose use is counted.

use crate::bindings::Bindings;
use crate::clock::{self, Moment};
use crate::failure::Failure;
use crate::store::d1::Database;
use crate::store::kv::Store;
use crate::vault::MasterKeys;

/// Made once per event.
pub(crate) struct Desk {
    pub(crate) bindings: Bindings,
    pub(crate) now: Moment,
    pub(crate) db: Database,
    pub(crate) store: Store,
}

impl Desk {
    pub(crate) async fn new(env: worker::Env) -> Result<Self, Failure> {
        let bindings = Bindings::new(env);
        Ok(Self {
            now: clock::now(&bindings).await?,
            db: Database::new(bindings.database()?),
            store: Store::new(bindings.store()?),
            bindings,
        })
    }

    /// The keys that wrap keys.
    pub(crate) fn master_keys(&self) -> Result<MasterKeys, Failure> {
        self.bindings
            .master_keys()
            .ok_or_else(|| Failure::broken("the secret MASTER_KEYS is missing or malformed"))
    }
}
