//! The scheduled work: what time alone brings about.

use crate::activation;
use crate::desk::Desk;
use crate::domain_check;
use crate::failure::Failure;
use crate::observe;
use crate::store::waiting::{self, Group};
use crate::store::{access, authorities, csrs, mailboxes, messages, rules, sign_in_attempts};

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
    let requests = csrs::remove_old(&desk.db, now).await?;
    let seats = mailboxes::free_seats(&desk.db, now).await?;
    // A new release brings a new list of public authorities.
    let public = authorities::take_public_list(&desk.db, None)?;
    desk.db.write(public.to_vec()).await?;
    let since = mail::UnixTime(now.0.saturating_sub(STUCK_AFTER_SECONDS));
    for Group {
        organisation,
        addresses,
    } in waiting::stuck(&desk.db, since).await?
    {
        activation::enqueue(desk, &organisation, &addresses).await?;
    }
    let renewals = renew(desk).await?;
    // Last, because it may wait for others.
    let looks = domain_check::look_at_due(desk).await?;
    observe::done(
        "schedule",
        &format!(
            "{sessions} sessions over, {seats} seats free, {renewals} renewals begun, {looks} \
             domains looked at; removed: {messages} messages, {rules} rule sets, {unseen} authorities, {requests} requests"
        ),
    );
    Ok(())
}

/// Begins to renew what ends soon; how many mailboxes that are. The queue does all but the first few.
async fn renew(desk: &Desk) -> Result<usize, Failure> {
    let mut begun: usize = 0;
    for Group {
        organisation,
        addresses,
    } in waiting::due(&desk.db, desk.now.unix()).await?
    {
        let at_once = activation::AT_ONCE_MAX.saturating_sub(begun);
        begun = begun.saturating_add(addresses.len());
        activation::begin(desk, &organisation, addresses, at_once).await?;
    }
    Ok(begun)
}
