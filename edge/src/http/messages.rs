//! The e-mail overview.

use api::{Code, Message, MessageDetail, Page};
use mail::UnixTime;

use super::exchange::Call;
use super::paging::Window;
use super::session::Member;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::store::messages::{self, Filter, MessageRow};

/// `GET /messages`.
pub(crate) async fn list(
    desk: &Desk,
    member: &Member,
    call: Call<api::ListMessages>,
) -> Result<Page<Message>, Failure> {
    let query = call.query;
    let window = Window::read(query.limit, query.cursor.as_deref())?;
    let filter = Filter {
        status: query.status,
        direction: query.direction,
        address: query.address.map(|part| part.trim().to_lowercase()),
        since: time("?since", query.since.as_deref())?,
        until: time("?until", query.until.as_deref())?,
    };
    let before = window.after.as_deref();
    let organisation = &member.organisation;
    let rows = messages::list(&desk.db, organisation, &filter, before, window.rows()).await?;
    Ok(window.page(rows, |row: &MessageRow| &row.id, Message::from))
}

/// `GET /messages/{id}`.
pub(crate) async fn get(
    desk: &Desk,
    member: &Member,
    call: Call<api::GetMessage>,
) -> Result<MessageDetail, Failure> {
    messages::get(&desk.db, &member.organisation, call.param())
        .await?
        .ok_or_else(|| Failure::unknown("message"))
}

fn time(pointer: &str, text: Option<&str>) -> Result<Option<UnixTime>, Failure> {
    text.map(|text| {
        UnixTime::parse_rfc3339(text)
            .ok_or_else(|| Failure::field(pointer, Code::BadTime, "This is no RFC 3339 time."))
    })
    .transpose()
}
