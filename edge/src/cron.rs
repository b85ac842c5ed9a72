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

/// Does all of it once. Each part can be done twice without harm, and one that fails does not keep the
/// others from being done. What mail depends on comes first.
pub(crate) async fn run(desk: &Desk) {
    let (db, now) = (&desk.db, desk.now.unix());
    let renewals = part("renew", renew(desk)).await;
    part("activate", activate_stuck(desk)).await;
    let seats = part("free-seats", mailboxes::free_seats(db, now)).await;
    let sessions = part("sessions", access::remove_old_sessions(db, now)).await;
    part("sign-in-attempts", sign_in_attempts::remove_old(db, now)).await;
    let messages = part("messages", messages::remove_old(db, now)).await;
    let rules = part("rules", rules::remove_old(db, now)).await;
    let unseen = part("authorities", authorities::remove_unseen(db, now)).await;
    let requests = part("requests", csrs::remove_old(db, now)).await;
    part("public-authorities", take_public_list(desk)).await;
    // Last, because it may wait for others.
    let looks = part("domains", domain_check::look_at_due(desk)).await;
    observe::done(
        "schedule",
        &format!(
            "{sessions} sessions over, {seats} seats free, {renewals} renewals begun, {looks} \
             domains looked at; removed: {messages} messages, {rules} rule sets, {unseen} authorities, {requests} requests"
        ),
    );
}

/// One part of the work; what it counts, or nothing where it failed.
async fn part<T: Default, E: Into<Failure>>(
    name: &str,
    work: impl Future<Output = Result<T, E>>,
) -> T {
    work.await.unwrap_or_else(|error| {
        observe::failure(&format!("schedule-{name}"), "", &error.into());
        T::default()
    })
}

/// Puts into the queue again what it has forgotten.
async fn activate_stuck(desk: &Desk) -> Result<(), Failure> {
    let since = mail::UnixTime(desk.now.unix().0.saturating_sub(STUCK_AFTER_SECONDS));
    for Group {
        organisation,
        addresses,
    } in waiting::stuck(&desk.db, since).await?
    {
        activation::enqueue(desk, &organisation, &addresses).await?;
    }
    Ok(())
}

/// A new release brings a new list of public authorities.
async fn take_public_list(desk: &Desk) -> Result<(), Failure> {
    let public = authorities::take_public_list(&desk.db, None)?;
    desk.db.write(public.to_vec()).await?;
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
