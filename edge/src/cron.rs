//! The scheduled work: what time alone brings about.

use crate::activation;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::observe;
use crate::store::{access, authorities, mailboxes};

/// A mailbox that waits longer than this for its certificate has been forgotten by the queue.
const STUCK_AFTER_SECONDS: i64 = 5 * 60;

/// Does all of it once. Each part can be done twice without harm.
pub(crate) async fn run(desk: &Desk) -> Result<(), Failure> {
    let now = desk.now.unix();
    let sessions = access::remove_old_sessions(&desk.db, now).await?;
    let seats = mailboxes::free_seats(&desk.db, now).await?;
    // A new release brings a new list of public authorities.
    let public = authorities::add_public(&desk.db, None)?;
    desk.db.write(public.to_vec()).await?;
    let since = mail::UnixTime(now.0.saturating_sub(STUCK_AFTER_SECONDS));
    for stuck in mailboxes::stuck(&desk.db, since).await? {
        let addresses: Vec<String> = serde_json::from_str(&stuck.addresses)?;
        activation::enqueue(desk, &stuck.organisation, &addresses).await?;
    }
    observe::done(
        "schedule",
        &format!("{sessions} sessions over, {seats} seats free"),
    );
    Ok(())
}
