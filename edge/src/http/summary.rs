//! The portal's first screen.

use api::Summary;

use super::exchange::Call;
use super::session::Member;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::store::summary;

/// `GET /summary`.
pub(crate) async fn get(
    desk: &Desk,
    member: &Member,
    _: Call<api::GetSummary>,
) -> Result<Summary, Failure> {
    Ok(summary::read(&desk.db, &member.organisation, desk.now.unix()).await?)
}
