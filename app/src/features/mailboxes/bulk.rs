//! Confirming an action, doing it, and saying what became of each address.

use api::{
    ActivateMailboxes, Addresses, DeactivateMailboxes, Licence, MailboxResult, MailboxResults,
    MailboxSelection, MailboxStatus, Problem,
};
use leptos::{prelude::*, task::spawn_local};

use super::state::{Action, Plan};
use crate::{
    portal::portal,
    text::text,
    ui::{Badge, Column, Confirm, DataTable, Dialog, ProblemLine, Symbol, Tone},
};

/// How many addresses the question names before it counts the rest.
const NAMED_MAX: usize = 5;

/// Asks about `plan` and carries it out; `on_done` runs when something may have changed.
#[component]
pub fn CarryOut(
    plan: RwSignal<Option<Plan>>,
    #[prop(into)] licence: Signal<Option<Licence>>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let results = RwSignal::new(None::<(Action, Vec<MailboxResult>)>);

    let carry_out = move |()| {
        let Some(Plan {
            action, addresses, ..
        }) = plan.get_untracked()
        else {
            return;
        };
        busy.set(true);
        problem.set(None);
        let body = MailboxSelection { addresses };
        spawn_local(async move {
            let client = portal.client;
            let reply = match action {
                Action::Activate => client.send::<ActivateMailboxes>(&[], &(), &body).await,
                Action::Deactivate => client.send::<DeactivateMailboxes>(&[], &(), &body).await,
            };
            busy.set(false);
            match reply {
                Ok(MailboxResults { results: list }) => {
                    plan.set(None);
                    let problems = list.iter().filter(|one| one.problem.is_some()).count();
                    let done = list.len() - problems;
                    portal.live.say(match action {
                        Action::Activate => t.activated(done, problems),
                        Action::Deactivate => t.deactivated(done, problems),
                    });
                    // A plain success needs no second dialog.
                    if problems > 0 {
                        results.set(Some((action, list)));
                    }
                    portal.count();
                    on_done.run(());
                }
                Err(reply) => problem.set(Some(reply)),
            }
        });
    };
    let close = move |()| {
        plan.set(None);
        problem.set(None);
    };
    let title = move || {
        plan.with(|plan| {
            plan.as_ref().map_or_else(String::new, |plan| {
                let only = only_address(plan);
                match plan.action {
                    Action::Activate => t.activate_title(plan.count, only),
                    Action::Deactivate => t.deactivate_title(plan.count, only),
                }
            })
        })
    };
    let action = move || match (
        busy.get(),
        plan.with(|plan| plan.as_ref().map(|p| p.action)),
    ) {
        (true, _) => t.busy.to_owned(),
        (false, Some(Action::Deactivate)) => t.deactivate.to_owned(),
        (false, _) => t.activate.to_owned(),
    };
    let body = move || {
        plan.get()
            .map(|plan| view! { <Consequences plan licence=licence.get() /> })
    };
    let destructive = move || {
        plan.with(|plan| {
            plan.as_ref()
                .is_some_and(|p| p.action == Action::Deactivate)
        })
    };
    view! {
        <Confirm
            open=Signal::derive(move || plan.with(Option::is_some))
            on_close=close
            title=Signal::derive(title)
            action=Signal::derive(action)
            destructive=Signal::derive(destructive)
            busy
            on_confirm=carry_out
        >
            {body}
            <ProblemLine problem />
        </Confirm>
        <Dialog
            open=Signal::derive(move || results.with(Option::is_some))
            on_close=move |()| results.set(None)
            title=t.results_title.to_owned()
            wide=true
        >
            {move || results.get().map(|(_, results)| view! { <Results results /> })}
        </Dialog>
    }
}

fn only_address(plan: &Plan) -> Option<&str> {
    match &plan.addresses {
        Addresses::These(these) => match these.as_slice() {
            [one] => Some(one),
            _ => None,
        },
        Addresses::All(_) => None,
    }
}

/// What the action means, for mail and for seats.
#[component]
fn Consequences(plan: Plan, licence: Option<Licence>) -> impl IntoView {
    let t = text();
    let named = match &plan.addresses {
        Addresses::These(these) if these.len() > 1 => {
            let rest = these.len().saturating_sub(NAMED_MAX);
            let shown: Vec<String> = these.iter().take(NAMED_MAX).cloned().collect();
            let shown = shown
                .into_iter()
                .map(|address| view! { <li><code>{address}</code></li> });
            Some(view! {
                <ul class="named">
                    {shown.collect_view()}
                    {(rest > 0).then(|| view! { <li class="secondary">{t.and_more(rest)}</li> })}
                </ul>
            })
        }
        _ => None,
    };
    let seats = licence.map(|licence| match plan.without_seat(&licence) {
        0 if plan.action == Action::Activate => view! {
            <p>
                <strong>{t.takes_seats(plan.seats, licence.free)}</strong>
            </p>
        }
        .into_any(),
        0 => ().into_any(),
        missing => view! {
            <p class="problem-line">
                <crate::ui::Icon symbol=Symbol::Warning />
                <span>{t.too_few_seats(licence.free, missing)}</span>
            </p>
        }
        .into_any(),
    });
    let means = match plan.action {
        Action::Activate => view! {
            <p>{t.activate_means}</p>
            {(plan.count > plan.seats)
                .then(|| view! { <p class="secondary">{t.activate_keeps_seat}</p> })}
        }
        .into_any(),
        Action::Deactivate => view! {
            <p>{t.deactivate_means}</p>
            <p>{t.deactivate_seat}</p>
            <p class="secondary">{t.deactivate_enforce}</p>
        }
        .into_any(),
    };
    view! {
        {named}
        {seats}
        {means}
    }
}

#[component]
fn Results(results: Vec<MailboxResult>) -> impl IntoView {
    let t = text();
    // What did not work comes first.
    let (bad, good): (Vec<_>, Vec<_>) = results
        .into_iter()
        .partition(|result| result.problem.is_some());
    let row = |result: MailboxResult| {
        let problem = result.problem;
        let problem = problem.map(|problem| t.mailbox_problem(&problem));
        view! {
            <tr>
                <th scope="row" class="mono">
                    {result.address}
                </th>
                <td>
                    {match result.status {
                        Some(status) => view! { <StatusBadge status /> }.into_any(),
                        None => view! { <Badge tone=Tone::Bad icon=None text=t.unknown /> }.into_any(),
                    }}
                </td>
                <td>{problem.unwrap_or_else(|| t.done.to_owned())}</td>
            </tr>
        }
    };
    let columns = vec![
        Column::Named(t.mailbox),
        Column::Named(t.status),
        Column::Named(t.result),
    ];
    view! {
        <div class="dialog-body">
            <DataTable kind="results" caption=t.results_title columns>
                {bad.into_iter().chain(good).map(row).collect_view()}
            </DataTable>
        </div>
    }
}

/// The status of a mailbox.
#[component]
pub fn StatusBadge(status: MailboxStatus) -> impl IntoView {
    let (tone, icon) = match status {
        MailboxStatus::Inactive => (Tone::Neutral, None),
        MailboxStatus::Activating => (Tone::Info, Some(Symbol::Clock)),
        MailboxStatus::Active => (Tone::Good, Some(Symbol::Check)),
        MailboxStatus::RevokePending => (Tone::Caution, Some(Symbol::Clock)),
    };
    view! { <Badge tone icon text=text().mailbox_status(status) /> }
}
