//! Revocation lists and OCSP responses in KV, each until it is to be fetched again. They are public, and
//! the same for every organisation.

use mail::UnixTime;
use serde::{Deserialize, Serialize};
use smime::{RevocationInfo, RevocationSource};

use super::kv::SourceAnswer;
use crate::crypto::Node;
use crate::desk::Desk;
use crate::observe;

/// Shortest time that KV keeps a value (its `expirationTtl`); what holds shorter is not put there.
const KEPT_SECONDS_MIN: i64 = 60;

/// Stands beside the value.
#[derive(Deserialize, Serialize)]
struct Kept {
    /// Seconds since 1970.
    until: i64,
}

/// What the source said, and until when that is kept; `None` where KV does not show it.
pub(crate) async fn get(
    desk: &Desk,
    source: &RevocationSource,
) -> Option<(RevocationInfo, UnixTime)> {
    let place = SourceAnswer(source.id());
    // Without KV it is fetched.
    let (octets, Kept { until }) = desk.store.get_octets(&place).await.ok()??;
    let (now, until) = (desk.now.unix(), UnixTime(until));
    let info = source.read(&octets, now, &Node)?;
    (now <= until).then_some((info, until))
}

/// Keeps what the source said. A failure costs the next isolate a request and nothing else.
pub(crate) async fn put(
    desk: &Desk,
    source: &RevocationSource,
    info: &RevocationInfo,
    until: UnixTime,
) {
    let seconds = until.0.saturating_sub(desk.now.unix().0);
    let Ok(ttl) = u64::try_from(seconds) else {
        return;
    };
    if seconds < KEPT_SECONDS_MIN {
        return;
    }
    let place = SourceAnswer(source.id());
    let kept = Kept { until: until.0 };
    let put = desk.store.put_octets_for(&place, info.der(), &kept, ttl);
    if let Err(error) = put.await {
        observe::failure("keep-revocation", "", &error.into());
    }
}
