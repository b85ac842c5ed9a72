//! The domains: whether each is proven, what its DNS should say, and what it was seen to say.

use api::{CheckDomain, DeleteDomain, DomainCheck, DomainItem, DomainState, ListDomains, Problem};
use leptos::{prelude::*, task::spawn_local};

use super::{
    domain_form::AddDomain,
    page::SectionHead,
    state::{DomainFilter, latest, shown},
};
use crate::{
    browser::{Form, format_time},
    features::asked::{Asked, Question},
    listing::{Listing, Words, listed},
    load::Loading,
    portal::{Portal, portal},
    text::{Text, text},
    ui::{Badge, Column, Copyable, DataTable, Fact, Facts, Icon, ProblemLine, Symbol, Time, Tone},
};

/// The id of the section's heading.
const HEADING: &str = "domains";

/// What the rows of the list share.
#[derive(Clone, Copy)]
struct List {
    /// The domain that is being looked up.
    checking: RwSignal<Option<String>>,
    check: Callback<String>,
    question: RwSignal<Option<Question>>,
}

/// The section of the domains.
#[component]
pub fn Domains() -> impl IntoView {
    let t = text();
    let portal = portal();
    let listing = Listing::<DomainFilter>::new();
    let adding = RwSignal::new(false);
    let checking = RwSignal::new(None::<String>);
    let question = RwSignal::new(None::<Question>);
    let problem = RwSignal::new(None::<Problem>);
    let loading = Loading::new(move || {
        let query = listing.filter().query();
        async move { portal.client.get::<ListDomains>(&[], &query).await }
    });
    let check = move |domain: String| {
        checking.set(Some(domain.clone()));
        problem.set(None);
        spawn_local(async move {
            let client = portal.client;
            match client.send::<CheckDomain>(&[&domain], &(), &()).await {
                Ok(item) => {
                    let state = t.domain_state(item.state);
                    portal
                        .live
                        .say(t.domain_checked(&shown(&item.domain), state));
                    loading.refetch_then_focus(check_id(&domain));
                }
                Err(reply) => problem.set(Some(reply)),
            }
            checking.set(None);
        });
    };
    let list = List {
        checking,
        check: Callback::new(check),
        question,
    };
    let words = Words {
        symbol: Symbol::Globe,
        empty: t.domains_empty,
        empty_detail: t.domains_empty_detail,
        back: t.previous,
        forward: t.next,
    };
    view! {
        <section aria-labelledby=HEADING>
            <SectionHead
                id=HEADING
                title=t.domains_of_yours
                lead=t.domains_of_yours_lead
                add=t.add_domain
                on_add=move |()| adding.set(true)
            />
            <ProblemLine problem />
            {listed(listing, loading, words, move |items| view! { <Table items list /> })}
            <AddDomain
                open=adding
                on_done=move |domain: String| loading.refetch_then_focus(check_id(&domain))
            />
            <Asked question on_done=move || loading.refetch_then_focus(HEADING) />
        </section>
    }
}

/// The id of the button that looks a domain up.
fn check_id(domain: &str) -> String {
    format!("check-{domain}")
}

#[component]
fn Table(items: Vec<DomainItem>, list: List) -> impl IntoView {
    let t = text();
    let columns = vec![
        Column::Named(t.domain),
        Column::Named(t.state),
        Column::Named(t.dns_records),
        Column::Named(t.latest_checks),
        Column::Unseen(t.actions),
    ];
    view! {
        <DataTable kind="domains" caption=t.domains_caption columns>
            {items.into_iter().map(|domain| view! { <Row domain list /> }).collect_view()}
        </DataTable>
    }
}

#[component]
fn Row(domain: DomainItem, list: List) -> impl IntoView {
    let t = text();
    let portal = portal();
    let (tone, icon) = match domain.state {
        DomainState::Verified => (Tone::Good, Symbol::Check),
        DomainState::Unverified | DomainState::Grace => (Tone::Caution, Symbol::Clock),
        DomainState::Lost => (Tone::Bad, Symbol::Warning),
    };
    let until = domain.grace_until.as_deref();
    let until = until.map(|until| format_time(until, Form::Day, t.locale));
    let means = t.domain_means(domain.state, domain.proof, until.as_deref());
    // The DNS wants A-labels, which stand beside the name where people read another.
    let name = shown(&domain.domain);
    let in_dns = (name != domain.domain)
        .then(|| view! { <span class="secondary block">{domain.domain.clone()}</span> });
    let (txt_name, txt_value) = (domain.txt_name.clone(), domain.txt_value.clone());
    let txt = (domain.state != DomainState::Verified).then(|| {
        view! {
            <Fact name=t.txt_name>
                <Copyable value=txt_name />
            </Fact>
            <Fact name=t.txt_value>
                <Copyable value=txt_value />
            </Fact>
        }
    });
    let mx = domain.mx_expected.clone().map(|host| {
        view! {
            <Fact name=t.mx_expected>
                <code>{host}</code>
            </Fact>
        }
    });
    let records = if txt.is_none() && mx.is_none() {
        t.nothing.into_any()
    } else {
        view! { <Facts>{txt} {mx}</Facts> }.into_any()
    };
    let (check_label, remove_label) = (t.check_of(&name), t.remove_of(&name));
    let ask_to_remove = ask_to_remove(portal, t, &domain.domain);
    let checks = domain.checks.clone();
    let domain = StoredValue::new(domain);
    let id = domain.with_value(|domain| domain.domain.clone());
    let is_checking = move || {
        domain.with_value(|domain| {
            list.checking
                .with(|checking| checking.as_ref() == Some(&domain.domain))
        })
    };
    let check = move |_| {
        list.check
            .run(domain.with_value(|domain| domain.domain.clone()));
    };
    view! {
        <tr>
            <th scope="row" class="mono">
                {name}
                {in_dns}
            </th>
            <td class="status">
                <Badge
                    tone
                    icon=Some(icon)
                    text=domain.with_value(|domain| t.domain_state(domain.state))
                />
                <p class="note">{means}</p>
            </td>
            <td class="records">{records}</td>
            <td class="checks">
                <Checks checks />
            </td>
            <td class="action">
                <button
                    id=check_id(&id)
                    type="button"
                    class="button small"
                    aria-label=check_label
                    disabled=move || portal.read_only.get() || is_checking()
                    on:click=check
                >
                    {move || if is_checking() { t.checking } else { t.check_now }}
                </button>
                <button
                    type="button"
                    class="icon-button"
                    aria-label=remove_label.clone()
                    title=remove_label
                    disabled=portal.read_only
                    on:click=move |_| list.question.set(Some(ask_to_remove.clone()))
                >
                    <Icon symbol=Symbol::Trash />
                </button>
            </td>
        </tr>
    }
}

#[component]
fn Checks(checks: Vec<DomainCheck>) -> impl IntoView {
    let t = text();
    if checks.is_empty() {
        return view! { <span class="secondary">{t.never_checked}</span> }.into_any();
    }
    let line = |check: &DomainCheck| {
        let (class, symbol) = if check.ok {
            ("good-text", Symbol::Check)
        } else {
            ("caution-text", Symbol::Warning)
        };
        view! {
            <li>
                <span class=class>
                    <Icon symbol />
                </span>
                <div>
                    {t.domain_check(check)} " "
                    <span class="secondary">
                        <Time at=check.at.clone() form=Form::Moment />
                    </span>
                </div>
            </li>
        }
    };
    view! { <ul>{latest(&checks).into_iter().map(line).collect_view()}</ul> }.into_any()
}

/// Asks whether a domain shall go, and what goes with it.
fn ask_to_remove(portal: Portal, t: &'static Text, domain: &str) -> Question {
    let means = [t.remove_domain_means, t.remove_domain_back].map(str::to_owned);
    let place = domain.to_owned();
    Question::new(
        [t.remove_domain_title, t.remove],
        shown(domain),
        means.to_vec(),
        move || remove(portal, t, place.clone()),
    )
}

/// Removes a domain; says so.
async fn remove(portal: Portal, t: &'static Text, domain: String) -> Result<String, Problem> {
    portal.client.get::<DeleteDomain>(&[&domain], &()).await?;
    portal.renew();
    Ok(t.domain_removed(&shown(&domain)))
}
