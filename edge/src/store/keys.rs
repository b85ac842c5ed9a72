//! Private keys of mailboxes: wrapped in KV, wrapped in the isolate, open only in one request.

use std::cell::RefCell;
use std::collections::BTreeMap;

use mail::Address;
use smime::PrivateKey;

use super::kv::WrappedKey;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::vault::Place;

/// Wrapped keys that an isolate keeps; some 2 KiB each.
const KEPT_MAX: usize = 1000;

thread_local! {
    static KEPT: RefCell<BTreeMap<(String, String), String>> =
        const { RefCell::new(BTreeMap::new()) };
}

/// The key of a mailbox; `None` where KV does not show it (yet).
pub(crate) async fn get(
    desk: &Desk,
    organisation: &str,
    owner: &Address,
    key_id: &str,
) -> Result<Option<PrivateKey>, Failure> {
    let Some(wrapped) = wrapped(desk, organisation, key_id).await? else {
        return Ok(None);
    };
    let place = Place::MailboxKey {
        organisation,
        address: &owner.to_string(),
        key_id,
    };
    let mut pkcs8 = desk.master_keys()?.unwrap(&place, &wrapped)?;
    PrivateKey::from_pkcs8(std::mem::take(&mut *pkcs8))
        .map(Some)
        .map_err(|_| Failure::broken("a stored private key cannot be read"))
}

async fn wrapped(desk: &Desk, organisation: &str, key_id: &str) -> Result<Option<String>, Failure> {
    let name = (organisation.to_owned(), key_id.to_owned());
    if let Some(kept) = KEPT.with_borrow(|kept| kept.get(&name).cloned()) {
        return Ok(Some(kept));
    }
    let place = WrappedKey {
        organisation,
        key_id,
    };
    let found = desk.store.get(&place).await?;
    if let Some(wrapped) = &found {
        KEPT.with_borrow_mut(|kept| {
            if kept.len() >= KEPT_MAX {
                kept.clear();
            }
            kept.insert(name, wrapped.clone());
        });
    }
    Ok(found)
}
