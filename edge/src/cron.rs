//! The scheduled work: what time alone brings about.

use crate::activation;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::observe;
use crate::store::{access, authorities, mailboxes, messages, rules, sign_in_attempts};

/// A mailbox that waits longer than this for its certificate has been forgotten by the queue.
const STUCK_AFTER_SECONDS: i64 = 5 * 60;

/// Does all of it once. Each part can be done twice without harm.
pub(crate) async fn run(desk: &Desk) -> Result<(), Failure> {
    let now = desk.now.unix();
    let sessions = access::remove_old_sessions(&desk.db, now).await?;
    sign_in_attempts::remove_old(&desk.db, now).await?;
    let messages = messages::remove_old(&desk.db, now).await?;
    let rules = rules::remove_old(&desk.db, now).await?;
    let unseen = authorities::remove_unseen(&desk.db, now).await?;
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
        &format!(
            "{sessions} sessions over, {seats} seats free; removed: {messages} messages, \
             {rules} rule sets, {unseen} authorities"
        ),
    );
    Ok(())
}
