//! The one place where the time comes from.

use std::time::{SystemTime, UNIX_EPOCH};

use mail::UnixTime;

/// Now; before 1970 it is 1970.
pub(crate) fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    UnixTime(i64::try_from(seconds).unwrap_or(i64::MAX))
}
