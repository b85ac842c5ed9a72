//! Time enters the edge here and nowhere else.
//!
//! With the variable `TEST_CLOCK` the clock can be set ahead; the distance is kept in D1, and in
//! the isolate so that it is read once.

use std::cell::Cell;

use futures_util::future::{Either, select};
use js_sys::Promise;
use mail::UnixTime;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen_futures::JsFuture;
use worker::{AbortController, AbortSignal, Date};

use crate::bindings::Bindings;
use crate::store::d1::Database;

thread_local! {
    static AHEAD_MS: Cell<Option<i64>> = const { Cell::new(None) };
}

/// A moment, in milliseconds since 1970 in UTC.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Moment(pub(crate) i64);

impl Moment {
    /// In whole seconds, as the core takes time.
    pub(crate) fn unix(self) -> UnixTime {
        UnixTime(self.0.div_euclid(1000))
    }
}

// With Node's timers, which `nodejs_compat` brings, `worker::Delay` panics: it takes their handle for
// a number.
#[wasm_bindgen(inline_js = "export function wait(ms) { return scheduler.wait(ms); }")]
extern "C" {
    fn wait(milliseconds: f64) -> Promise;
}

/// Comes to its end after so many seconds.
pub(crate) async fn after(seconds: u64) {
    let milliseconds = u32::try_from(seconds.saturating_mul(1000)).unwrap_or(u32::MAX);
    // It is rejected only when it is aborted, which nobody can.
    let _ = JsFuture::from(wait(milliseconds.into())).await;
}

/// Does something that can be broken off; `None` where it takes longer than so many seconds. What is left of an answer
/// that failed need not come either.
pub(crate) async fn within<T, E>(
    seconds: u64,
    work: impl AsyncFnOnce(&AbortSignal) -> Result<T, E>,
) -> Option<Result<T, E>> {
    let controller = AbortController::default();
    let signal = controller.signal();
    let (work, limit) = (work(&signal), after(seconds));
    match select(std::pin::pin!(work), std::pin::pin!(limit)).await {
        Either::Left((done, _)) => {
            if done.is_err() {
                controller.abort();
            }
            Some(done)
        }
        Either::Right(_) => {
            controller.abort();
            None
        }
    }
}

/// The time of this request.
pub(crate) async fn now(bindings: &Bindings) -> worker::Result<Moment> {
    let ahead = if bindings.has_test_clock() {
        ahead(bindings).await?
    } else {
        0
    };
    Ok(Moment(platform_ms().saturating_add(ahead)))
}

/// Measures how long something takes. The platform's clock moves only while it waits for something,
/// which is what is measured.
pub(crate) struct Stopwatch(i64);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(platform_ms())
    }

    /// Whole seconds so far.
    pub(crate) fn seconds(&self) -> u64 {
        let milliseconds = platform_ms().saturating_sub(self.0);
        u64::try_from(milliseconds).unwrap_or(0) / 1000
    }
}

/// Sets the test clock; replies `false` where that would turn it back.
pub(crate) async fn set(bindings: &Bindings, to: UnixTime) -> worker::Result<bool> {
    let ahead = to.0.saturating_mul(1000).saturating_sub(platform_ms());
    if to < now(bindings).await?.unix() {
        return Ok(false);
    }
    // Not through the counters of a request: this is the test's own write.
    Database::new(bindings.database()?)
        .execute(
            "INSERT INTO test_clock (id, ahead_ms) VALUES (1, ?1) \
             ON CONFLICT (id) DO UPDATE SET ahead_ms = excluded.ahead_ms",
            [ahead.into()],
        )
        .await?;
    AHEAD_MS.set(Some(ahead));
    Ok(true)
}

async fn ahead(bindings: &Bindings) -> worker::Result<i64> {
    #[derive(serde::Deserialize)]
    struct Row {
        ahead_ms: i64,
    }
    if let Some(ahead) = AHEAD_MS.get() {
        return Ok(ahead);
    }
    let row: Option<Row> = Database::new(bindings.database()?)
        .row("SELECT ahead_ms FROM test_clock", [])
        .await?;
    let ahead = row.map_or(0, |row| row.ahead_ms);
    AHEAD_MS.set(Some(ahead));
    Ok(ahead)
}

#[expect(
    clippy::cast_possible_wrap,
    clippy::as_conversions,
    reason = "milliseconds until the year 292 million"
)]
fn platform_ms() -> i64 {
    Date::now().as_millis() as i64
}
