//! The organisation's settings: read whole, replaced whole, by whoever saw what they replace.

use api::{Code, RETENTION_DAYS, Settings};

use super::exchange::Call;
use super::session::Member;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::store::{settings, snapshots};

/// `GET /settings`.
pub(crate) async fn get(
    desk: &Desk,
    member: &Member,
    _: Call<api::GetSettings>,
) -> Result<Settings, Failure> {
    current(desk, member).await
}

/// `PUT /settings`.
pub(crate) async fn put(
    desk: &Desk,
    member: &Member,
    call: Call<api::PutSettings>,
) -> Result<Settings, Failure> {
    let wanted = call.body;
    if !RETENTION_DAYS.contains(&wanted.retention_days) {
        let (least, most) = RETENTION_DAYS.into_inner();
        let text = format!("The overview keeps messages for {least} to {most} days.");
        return Err(Failure::field("/retention_days", Code::OutOfRange, text));
    }
    let organisation = &member.organisation;
    let Some(version) = settings::replace(&desk.db, organisation, &wanted).await? else {
        let current = current(desk, member).await?;
        return Err(Failure::stale("settings", current.version));
    };
    snapshots::publish(desk, organisation).await?;
    Ok(Settings { version, ..wanted })
}

async fn current(desk: &Desk, member: &Member) -> Result<Settings, Failure> {
    settings::current(&desk.db, &member.organisation)
        .await?
        .ok_or_else(|| Failure::broken("an organisation without settings"))
}
