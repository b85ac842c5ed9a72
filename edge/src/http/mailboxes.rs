//! The S/MIME list: the known mailboxes of inbound routes.

use std::collections::{BTreeMap, BTreeSet};

use api::{
    Addresses, Code, Mailbox, MailboxDetail, MailboxProblem, MailboxResult, MailboxResults,
    MailboxStatus, Page, RevocationReason,
};
use mail::{Address, Domain};

use super::exchange::Call;
use super::paging::Window;
use super::session::Member;
use crate::activation;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::store::domains::{self, Unproven};
use crate::store::licences;
use crate::store::mailboxes::{self, Filter, MailboxHistory, MailboxRow};
use crate::store::waiting;

/// `GET /mailboxes`.
pub(crate) async fn list(
    desk: &Desk,
    member: &Member,
    call: Call<api::ListMailboxes>,
) -> Result<Page<Mailbox>, Failure> {
    let query = call.query;
    let window = Window::read(query.limit, query.cursor.as_deref())?;
    let domain = query.domain.as_deref().map(domain).transpose()?;
    let address = query.address.as_deref().map(address).transpose()?;
    let part = query.q.map(|part| part.to_lowercase());
    let filter = Filter {
        status: query.status,
        domain: domain.as_ref().map(Domain::as_str),
        address: address.as_deref(),
        part: part.as_deref(),
    };
    let after = window.after.as_deref();
    let organisation = &member.organisation;
    let rows = mailboxes::list(&desk.db, organisation, &filter, after, window.rows()).await?;
    let now = desk.now.unix();
    Ok(window.page(rows, |row: &MailboxRow| &row.address, |row| row.item(now)))
}

/// `GET /mailboxes/{address}`.
pub(crate) async fn get(
    desk: &Desk,
    member: &Member,
    call: Call<api::GetMailbox>,
) -> Result<MailboxDetail, Failure> {
    let address = Address::parse(call.param()).map_err(|_| Failure::unknown("mailbox"))?;
    let MailboxHistory {
        mailbox,
        certificates,
        requested_at,
    } = mailboxes::get(&desk.db, &member.organisation, &address.to_string())
        .await?
        .ok_or_else(|| Failure::unknown("mailbox"))?;
    let now = desk.now.unix();
    Ok(MailboxDetail {
        mailbox: mailbox.item(now),
        requested_at: requested_at.map(|time| time.to_string()),
        certificates: certificates
            .into_iter()
            .map(|row| row.summary(now))
            .collect(),
    })
}

/// How long a seat stays held at most after its mailbox was deactivated.
pub(super) const REVOKE_PENDING_DAYS: i64 = 14;

/// `POST /mailboxes/activate`.
pub(crate) async fn activate(
    desk: &Desk,
    member: &Member,
    call: Call<api::ActivateMailboxes>,
) -> Result<MailboxResults, Failure> {
    let organisation = &member.organisation;
    let selection = Selection::read(desk, organisation, call.body.addresses).await?;
    let known = selection.known();
    let seats = mailboxes::take_seats(&desk.db, organisation, &known, desk.now.unix())?;
    desk.db.write(seats).await?;
    let waiting = waiting::among(&desk.db, organisation, &known, desk.now.unix()).await?;
    let waiting = waiting.into_iter().map(|mailbox| mailbox.address).collect();
    activation::begin(desk, organisation, waiting, activation::AT_ONCE_MAX).await?;
    let holds = licences::holds(&desk.db, organisation, desk.now.unix()).await?;
    let unproven = domains::unproven(&desk.db, organisation, &known).await?;
    let unproven: BTreeMap<&str, &Unproven> = unproven
        .iter()
        .map(|unproven| (unproven.address.as_str(), unproven))
        .collect();
    selection
        .results(desk, organisation, |address, status| match status {
            MailboxStatus::Active => None,
            _ if let Some(unproven) = unproven.get(address) => {
                let (code, detail) = unproven.problem();
                Some(problem(code, &detail))
            }
            MailboxStatus::Inactive if holds => {
                Some(problem(Code::NoFreeSeat, "The licence has no free seat."))
            }
            MailboxStatus::Inactive | MailboxStatus::RevokePending if !holds => Some(problem(
                Code::LicenceExpired,
                "There is no licence that holds now.",
            )),
            _ => None,
        })
        .await
}

/// `POST /mailboxes/deactivate`.
pub(crate) async fn deactivate(
    desk: &Desk,
    member: &Member,
    call: Call<api::DeactivateMailboxes>,
) -> Result<MailboxResults, Failure> {
    let organisation = &member.organisation;
    let selection = Selection::read(desk, organisation, call.body.addresses).await?;
    let now = desk.now.unix();
    let until = now.plus_days(REVOKE_PENDING_DAYS);
    let inactive = selection.inactive.clone();
    let batch = mailboxes::deactivate(
        &desk.db,
        organisation,
        &selection.known(),
        RevocationReason::CessationOfOperation,
        now,
        until,
    )?;
    desk.db.write(batch).await?;
    selection
        .results(desk, organisation, |_, _| None)
        .await
        .map(|mut results| {
            for result in &mut results.results {
                if inactive.contains(&result.address) {
                    result.problem = Some(problem(Code::NotActive, "The mailbox is not active."));
                }
            }
            results
        })
}

/// The mailboxes that a call is about, as asked for and as they are known.
struct Selection {
    /// As asked for, and the normal form where it is an address.
    asked: Vec<(String, Option<String>)>,
    /// Those that were inactive before, as asked for.
    inactive: Vec<String>,
}

impl Selection {
    async fn read(desk: &Desk, organisation: &str, asked: Addresses) -> Result<Self, Failure> {
        let asked: Option<Vec<(String, Option<String>)>> = match asked {
            Addresses::All(_) => None,
            Addresses::These(list) => Some(list.into_iter().map(normalise).collect()),
        };
        let list = asked.as_deref().map(normal_forms);
        let before = mailboxes::standings(&desk.db, organisation, list.as_deref()).await?;
        let asked = asked.unwrap_or_else(|| {
            let all = before.iter().map(|standing| &standing.address);
            all.map(|address| (address.clone(), Some(address.clone())))
                .collect()
        });
        let inactive: BTreeSet<&str> = before
            .iter()
            .filter(|standing| standing.status == MailboxStatus::Inactive)
            .map(|standing| standing.address.as_str())
            .collect();
        let was_inactive = |(_, normal): &&(String, Option<String>)| {
            normal
                .as_deref()
                .is_some_and(|address| inactive.contains(address))
        };
        let inactive = asked
            .iter()
            .filter(was_inactive)
            .map(|(text, _)| text.clone())
            .collect();
        Ok(Self { asked, inactive })
    }

    /// The normal forms; addresses that are not known do no harm in a statement.
    fn known(&self) -> Vec<String> {
        normal_forms(&self.asked)
    }

    /// Where each stands now, with its problem.
    async fn results(
        self,
        desk: &Desk,
        organisation: &str,
        judge: impl Fn(&str, MailboxStatus) -> Option<MailboxProblem>,
    ) -> Result<MailboxResults, Failure> {
        let known = self.known();
        let now = mailboxes::standings(&desk.db, organisation, Some(&known)).await?;
        let now: BTreeMap<&str, MailboxStatus> = now
            .iter()
            .map(|standing| (standing.address.as_str(), standing.status))
            .collect();
        let result = |(address, normal): (String, Option<String>)| {
            let normal = normal.unwrap_or_default();
            let status = now.get(normal.as_str()).copied();
            let unknown = || problem(Code::UnknownMailbox, "No route knows this mailbox.");
            MailboxResult {
                address,
                problem: status.map_or_else(|| Some(unknown()), |status| judge(&normal, status)),
                status,
            }
        };
        Ok(MailboxResults {
            results: self.asked.into_iter().map(result).collect(),
        })
    }
}

fn normalise(text: String) -> (String, Option<String>) {
    let normal = Address::parse(text.trim())
        .ok()
        .map(|address| address.to_string());
    (text, normal)
}

fn normal_forms(asked: &[(String, Option<String>)]) -> Vec<String> {
    asked
        .iter()
        .filter_map(|(_, normal)| normal.clone())
        .collect()
}

fn problem(code: Code, detail: &str) -> MailboxProblem {
    MailboxProblem {
        code: code.to_string(),
        detail: detail.to_owned(),
    }
}

fn address(text: &str) -> Result<String, Failure> {
    Address::parse(text)
        .map(|address| address.to_string())
        .map_err(|error| Failure::field("?address", Code::BadAddress, format!("{error}.")))
}

fn domain(text: &str) -> Result<Domain, Failure> {
    Domain::parse(text)
        .map_err(|error| Failure::field("?domain", Code::BadDomain, format!("{error}.")))
}
