//! Several calls at the same moment.

use std::thread::{self, ScopedJoinHandle};

use anyhow::{Result, anyhow};

/// What each call comes to when all are made at once, in their order; or the first that failed.
pub fn at_once<T, Call>(calls: impl IntoIterator<Item = Call>) -> Result<Vec<T>>
where
    T: Send,
    Call: FnOnce() -> Result<T> + Send,
{
    let join = |thread: ScopedJoinHandle<'_, Result<T>>| {
        let ended = thread.join();
        ended.unwrap_or_else(|_| Err(anyhow!("a call panicked")))
    };
    thread::scope(|scope| {
        let threads: Vec<_> = calls.into_iter().map(|call| scope.spawn(call)).collect();
        // All are waited for, also when one failed.
        let ended: Vec<_> = threads.into_iter().map(join).collect();
        ended.into_iter().collect()
    })
}
