//! The licence: read by members, set by the operator.

use api::{Code, Licence, LicenceUpdate};
use mail::UnixTime;

use super::exchange::Call;
use super::session::Member;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::store::licences::{self, Terms};
use crate::store::organisations;

/// `GET /licence`.
pub(crate) async fn get(
    desk: &Desk,
    member: &Member,
    _: Call<api::GetLicence>,
) -> Result<Licence, Failure> {
    read(desk, &member.organisation).await
}

/// `PUT /licence`.
pub(crate) async fn put(desk: &Desk, call: Call<api::PutLicence>) -> Result<Licence, Failure> {
    let organisation = match call.query.organisation {
        Some(id) if organisations::exists(&desk.db, &id).await? => id,
        Some(_) => return Err(Failure::unknown("organisation")),
        None => organisations::only(&desk.db).await?.ok_or_else(|| {
            let text = "Say which organisation: there is not exactly one.";
            Failure::field("?organisation", Code::WhichOrganisation, text)
        })?,
    };
    let set = licences::set(&desk.db, &organisation, &terms(&call.body, "")?)?;
    desk.db.write(vec![set]).await?;
    read(desk, &organisation).await
}

/// The terms of an update that stands at `pointer` in a body.
pub(crate) fn terms<'a>(update: &'a LicenceUpdate, pointer: &str) -> Result<Terms<'a>, Failure> {
    let time = |name: &str, text: &str| {
        UnixTime::parse_rfc3339(text).ok_or_else(|| {
            let pointer = format!("{pointer}/{name}");
            Failure::field(&pointer, Code::BadTime, "This is no RFC 3339 time.")
        })
    };
    let terms = Terms {
        number: &update.number,
        mail_seats: update.mail_seats,
        smime_seats: update.smime_seats,
        valid_from: time("valid_from", &update.valid_from)?,
        valid_until: time("valid_until", &update.valid_until)?,
    };
    if terms.valid_until <= terms.valid_from {
        let pointer = format!("{pointer}/valid_until");
        let text = "A licence ends after it begins.";
        return Err(Failure::field(&pointer, Code::EndsBeforeItBegins, text));
    }
    Ok(terms)
}

async fn read(desk: &Desk, organisation: &str) -> Result<Licence, Failure> {
    licences::get(&desk.db, organisation)
        .await?
        .ok_or_else(|| Failure::unknown("licence"))
}
