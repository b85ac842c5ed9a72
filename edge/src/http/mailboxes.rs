//! The S/MIME list: the known mailboxes of inbound routes.

use api::{Mailbox, MailboxDetail, Page};
use mail::{Address, Domain};

use super::exchange::Call;
use super::paging::Window;
use super::session::Member;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::store::mailboxes::{self, Filter, MailboxRow};

/// `GET /mailboxes`.
pub(crate) async fn list(
    desk: &Desk,
    member: &Member,
    call: Call<api::ListMailboxes>,
) -> Result<Page<Mailbox>, Failure> {
    let query = call.query;
    let window = Window::read(query.limit, query.cursor.as_deref())?;
    let domain = query.domain.as_deref().map(domain).transpose()?;
    let part = query.q.map(|part| part.to_lowercase());
    let filter = Filter {
        status: query.status,
        domain: domain.as_ref().map(Domain::as_str),
        part: part.as_deref(),
    };
    let after = window.after.as_deref();
    let organisation = &member.organisation;
    let rows = mailboxes::list(&desk.db, organisation, &filter, after, window.rows()).await?;
    Ok(window.page(rows, |row: &MailboxRow| &row.address, Mailbox::from))
}

/// `GET /mailboxes/{address}`.
pub(crate) async fn get(
    desk: &Desk,
    member: &Member,
    call: Call<api::GetMailbox>,
) -> Result<MailboxDetail, Failure> {
    let address = Address::parse(call.param()).map_err(|_| Failure::unknown("mailbox"))?;
    let (mailbox, certificates) =
        mailboxes::get(&desk.db, &member.organisation, &address.to_string())
            .await?
            .ok_or_else(|| Failure::unknown("mailbox"))?;
    Ok(MailboxDetail {
        mailbox: mailbox.into(),
        certificates: certificates.into_iter().map(Into::into).collect(),
    })
}

fn domain(text: &str) -> Result<Domain, Failure> {
    Domain::parse(text)
        .map_err(|error| Failure::field("?domain", "bad-domain", format!("{error}.")))
}
