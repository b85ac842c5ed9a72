//! The scheduled work: what time alone brings about.

use crate::desk::Desk;
use crate::failure::Failure;
use crate::observe;
use crate::store::access;

/// Does all of it once. Each part can be done twice without harm.
pub(crate) async fn run(desk: &Desk) -> Result<(), Failure> {
    let sessions = access::remove_old_sessions(&desk.db, desk.now.unix()).await?;
    observe::done("schedule", &format!("{sessions} sessions over"));
    Ok(())
}
