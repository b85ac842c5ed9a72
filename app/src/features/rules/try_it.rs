//! *Try it*: what the draft would do to one mail, worked out in the browser by the engine itself.

use std::time::Duration;

use api::{ListMailboxes, ListPartners, MailboxQuery, MailboxStatus, PartnerQuery, PartnerTrust};
use leptos::{leptos_dom::helpers::debounce, prelude::*, task::spawn_local};
use mail::Address;
use policy::{
    Decider, Direction, InboundFacts, InboundRefusal, InboundTreatment, Known, LANGUAGE_VERSION,
    OutboundFacts, OutboundRefusal, OutboundTreatment, Passed, RuleId, RuleSet, explain_inbound,
    explain_outbound,
};

use super::words::why_not;
use crate::{
    browser::{Form, days_until, format_time},
    portal::{Portal, portal},
    text::{Text, text},
    ui::{Field, Icon, Segment, Segments, Symbol, Tone},
};

/// How long to wait for more keys before the edge is asked about an address.
const PAUSE: Duration = Duration::from_millis(300);

/// What is tried.
#[derive(Clone, Copy)]
pub struct Trial {
    pub direction: RwSignal<Direction>,
    pub managed: RwSignal<String>,
    pub external: RwSignal<String>,
}

impl Trial {
    /// Both addresses, once they are some.
    fn pair(self) -> Option<(Address, Address)> {
        let managed = self.managed.with(|text| Address::parse(text.trim()));
        let external = self.external.with(|text| Address::parse(text.trim()));
        Some((managed.ok()?, external.ok()?))
    }

    /// The rule of `set` that decides.
    pub fn decider(self, set: &RuleSet) -> Option<RuleId> {
        let (managed, external) = self.pair()?;
        let decider = match self.direction.get() {
            Direction::Outbound => {
                policy::evaluate::<policy::OutboundOption>(set, &managed, &external).decider
            }
            Direction::Inbound => {
                policy::evaluate::<policy::InboundOption>(set, &managed, &external).decider
            }
        };
        match decider {
            Decider::Rule { id, .. } => Some(id),
            Decider::Defaults => None,
        }
    }
}

/// What the edge knows of the managed mailbox.
#[derive(Clone, Debug, PartialEq)]
enum Own {
    Active { until: String },
    Inactive,
    Unknown,
}

/// What the edge knows of the external mailbox.
#[derive(Clone, Debug, PartialEq)]
enum Key {
    Known { until: String },
    Missing,
}

/// Facts about one pair; `None` while they are asked for or could not be had.
#[derive(Clone, Debug, Default, PartialEq)]
struct PairFacts {
    of: Option<(Address, Address)>,
    own: Option<Own>,
    key: Option<Key>,
}

/// Asks the list, to which a mailbox that nobody knows is no error.
async fn ask_own(portal: Portal, address: &Address) -> Option<Own> {
    let query = MailboxQuery {
        address: Some(address.to_string()),
        ..MailboxQuery::default()
    };
    let page = portal.client.get::<ListMailboxes>(&[], &query).await.ok()?;
    let Some(mailbox) = page.items.into_iter().next() else {
        return Some(Own::Unknown);
    };
    Some(match (mailbox.status, mailbox.certificate) {
        (MailboxStatus::Active, Some(certificate)) => Own::Active {
            until: certificate.not_after,
        },
        _ => Own::Inactive,
    })
}

async fn ask_key(portal: Portal, address: &Address) -> Option<Key> {
    let query = PartnerQuery {
        q: Some(address.to_string()),
        trust: Some(PartnerTrust::Trusted),
        ..PartnerQuery::default()
    };
    let page = portal.client.get::<ListPartners>(&[], &query).await.ok()?;
    let usable = page.items.into_iter().find(|partner| {
        let named = partner
            .addresses
            .iter()
            .filter_map(|name| Address::parse(name).ok());
        days_until(&partner.not_after) >= 0 && named.into_iter().any(|one| one == *address)
    });
    Some(usable.map_or(Key::Missing, |partner| Key::Known {
        until: partner.not_after,
    }))
}

/// The panel.
#[component]
pub fn TryIt(trial: Trial) -> impl IntoView {
    let t = text();
    let portal = portal();
    let facts = RwSignal::new(PairFacts::default());
    let pair = Memo::new(move |_| trial.pair());
    let later = debounce(PAUSE, move |pair: (Address, Address)| {
        spawn_local(async move {
            let own = ask_own(portal, &pair.0).await;
            let key = ask_key(portal, &pair.1).await;
            // Somebody may have typed on in the meantime.
            if facts.with_untracked(|facts| facts.of.as_ref() == Some(&pair)) {
                facts.set(PairFacts {
                    of: Some(pair),
                    own,
                    key,
                });
            }
        });
    });
    let ask = StoredValue::new_local(later);
    Effect::new(move || {
        let pair = pair.get();
        facts.set(PairFacts {
            of: pair.clone(),
            ..PairFacts::default()
        });
        if let Some(pair) = pair {
            ask.update_value(|ask| ask(pair));
        }
    });
    view! {
        <section class="card padded try-it" aria-labelledby="try-it">
            <h2 id="try-it">{t.try_it} " " <span class="secondary">{t.try_it_lead}</span></h2>
            <TrialForm trial />
            {move || match pair.get() {
                None => view! { <p class="secondary">{t.try_enter}</p> }.into_any(),
                Some(pair) => {
                    portal
                        .draft
                        .with(|draft| {
                            let set = draft.as_ref()?.set();
                            Some(verdict(set, trial.direction.get(), &pair, &facts.get(), t))
                        })
                        .into_any()
                }
            }}
            <p class="stamp secondary">
                {move || {
                    portal
                        .draft
                        .with(|draft| draft.as_ref().map(|d| t.draft_stamp(d.version(), LANGUAGE_VERSION)))
                }} " · " {t.nothing_was_sent}
            </p>
        </section>
    }
}

/// Which way, from whom, to whom.
#[component]
fn TrialForm(trial: Trial) -> impl IntoView {
    let t = text();
    let outbound = move || trial.direction.get() == Direction::Outbound;
    let segment = |value, label: &str, icon| Segment {
        value,
        label: label.to_owned(),
        count: None,
        icon: Some(icon),
    };
    let directions = vec![
        segment("outbound", t.outbound, Symbol::Out),
        segment("inbound", t.inbound, Symbol::In),
    ];
    let turn = move |word: &str| {
        trial.direction.set(if word == "inbound" {
            Direction::Inbound
        } else {
            Direction::Outbound
        });
    };
    let word = move || if outbound() { "outbound" } else { "inbound" }.to_owned();
    let label = move |out: &'static str, in_: &'static str| {
        Signal::derive(move || if outbound() { out } else { in_ }.to_owned())
    };
    let fault = move |value: RwSignal<String>| {
        Signal::derive(move || {
            let text = value.get();
            let text = text.trim();
            let wrong = Address::parse(text).err().filter(|_| text.contains('@'));
            wrong.map(|error| t.address_fault(error).to_owned())
        })
    };
    view! {
        <Segments
            name="try-direction"
            label=t.direction
            options=directions
            value=Signal::derive(word)
            on_change=turn
            fill=true
        />
        <div class="try-pair" class:reverse=move || !outbound()>
            <Field
                id="try-managed"
                label=label(t.try_from_managed, t.try_to_managed)
                value=trial.managed
                mono=true
                error=fault(trial.managed)
            />
            <Field
                id="try-external"
                label=label(t.try_to_external, t.try_from_external)
                value=trial.external
                mono=true
                error=fault(trial.external)
            />
        </div>
    }
}

fn verdict(
    set: &RuleSet,
    direction: Direction,
    (managed, external): &(Address, Address),
    facts: &PairFacts,
    t: &'static Text,
) -> AnyView {
    let shown = match direction {
        Direction::Outbound => {
            let known = Known {
                sender_certificate: facts
                    .own
                    .as_ref()
                    .map(|own| matches!(own, Own::Active { .. })),
                recipient_key: facts
                    .key
                    .as_ref()
                    .map(|key| matches!(key, Key::Known { .. })),
            };
            let explained = explain_outbound(set, managed, external, known);
            let option = t.outbound_option(Some(explained.verdict.option));
            let decided = decided(&explained.verdict.decider, option, t);
            let outcome = view! { <Outbound cases=explained.cases decided /> }.into_any();
            (
                explained.verdict.decider,
                explained.verdict.passed,
                option,
                outcome,
            )
        }
        Direction::Inbound => {
            let explained = explain_inbound(set, managed, external);
            let option = t.inbound_option(Some(explained.verdict.option));
            let decided = decided(&explained.verdict.decider, option, t);
            let opens = facts
                .own
                .as_ref()
                .map(|own| matches!(own, Own::Active { .. }));
            let outcome = view! { <Inbound cases=explained.cases decided opens /> }.into_any();
            (
                explained.verdict.decider,
                explained.verdict.passed,
                option,
                outcome,
            )
        }
    };
    let (decider, passed, option, outcome) = shown;
    let passed = passed.into_iter().map(|passed| {
        let rule = set.rules.iter().find(|rule| rule.id == passed.id);
        let why = rule.map(|rule| why_not(passed.miss, &rule.draft, managed, external, t));
        (passed, why.unwrap_or_default())
    });
    let passed: Vec<_> = passed.collect();
    view! {
        {outcome}
        <Trace passed decider option all=set.rules.len() />
        <FactLines facts=facts.clone() direction />
    }
    .into_any()
}

fn decided(decider: &Decider, option: &str, t: &'static Text) -> String {
    match decider {
        Decider::Rule { name, priority, .. } => t.decided_by(*priority, name, option),
        Decider::Defaults => t.decided_by_defaults(option),
    }
}

type OutboundCase = (OutboundFacts, Result<OutboundTreatment, OutboundRefusal>);

/// One case as a sentence in colour; several, while facts are unknown, as lines.
#[component]
fn Outbound(cases: Vec<OutboundCase>, decided: String) -> impl IntoView {
    let t = text();
    let name = |result: &Result<OutboundTreatment, OutboundRefusal>| match result {
        Ok(OutboundTreatment::Leave) => (Tone::Neutral, Symbol::Mail, t.verdict_leave),
        Ok(OutboundTreatment::Sign) => (Tone::Good, Symbol::Pen, t.verdict_sign),
        Ok(OutboundTreatment::Encrypt) => (Tone::Good, Symbol::Lock, t.verdict_encrypt),
        Ok(OutboundTreatment::SignAndEncrypt) => {
            (Tone::Good, Symbol::Lock, t.verdict_sign_and_encrypt)
        }
        Err(_) => (Tone::Bad, Symbol::Cross, t.verdict_refused),
    };
    let first = cases.first().map(|(_, result)| *result);
    let one = cases.iter().all(|(_, result)| Some(*result) == first);
    if let Some(result) = first.filter(|_| one) {
        let (tone, symbol, title) = name(&result);
        let advice = match result {
            Err(OutboundRefusal::NoSenderCertificate) => Some(t.refuse_no_certificate),
            Err(OutboundRefusal::NoRecipientKey) => Some(t.refuse_no_key),
            Ok(_) => None,
        };
        return view! {
            <div class=format!("verdict {}", tone.class()) role="status">
                <Icon symbol />
                <div>
                    <strong>{title}</strong>
                    <p>{decided}</p>
                    {advice.map(|advice| view! { <p>{advice}</p> })}
                </div>
            </div>
        }
        .into_any();
    }
    let line = |(facts, result): OutboundCase| {
        let (tone, _, title) = name(&result);
        view! {
            <li>
                <span>{t.if_certificate(facts.sender_certificate, facts.recipient_key)}</span>
                <strong class=format!("{}-text", tone.class())>{title}</strong>
            </li>
        }
    };
    view! {
        <div class="verdict neutral">
            <Icon symbol=Symbol::Mail />
            <div>
                <p>{decided}</p>
                <ul class="cases">{cases.into_iter().map(line).collect_view()}</ul>
            </div>
        </div>
    }
    .into_any()
}

type InboundCase = (InboundFacts, Result<InboundTreatment, InboundRefusal>);

/// What happens to each kind of mail that may come in.
#[component]
fn Inbound(cases: Vec<InboundCase>, decided: String, opens: Option<bool>) -> impl IntoView {
    let t = text();
    let line = |(facts, result): InboundCase| {
        // With or without an active key, one of the two encrypted cases cannot occur.
        let impossible = match (facts, opens) {
            (InboundFacts::Decryptable, Some(opens)) => !opens,
            _ => false,
        };
        let kind = match facts {
            InboundFacts::Plain => t.in_plain,
            InboundFacts::Decryptable => t.in_decryptable,
            InboundFacts::Undecryptable => t.in_undecryptable,
        };
        let (tone, what) = match (facts, result) {
            (_, Err(_)) => (Tone::Bad, t.in_refused),
            (_, Ok(InboundTreatment::Decrypt)) => (Tone::Good, t.in_decrypt),
            (InboundFacts::Plain, Ok(InboundTreatment::Leave)) => (Tone::Neutral, t.in_leave),
            (_, Ok(InboundTreatment::Leave)) => (Tone::Caution, t.in_still_encrypted),
        };
        (!impossible).then(|| {
            view! {
                <li>
                    <span>{kind}</span>
                    <strong class=format!("{}-text", tone.class())>{what}</strong>
                </li>
            }
        })
    };
    view! {
        <div class="verdict neutral" role="status">
            <Icon symbol=Symbol::Mail />
            <div>
                <p>{decided}</p>
                <ul class="cases">{cases.into_iter().filter_map(line).collect_view()}</ul>
            </div>
        </div>
    }
}

/// Why each rule did or did not decide.
#[component]
fn Trace(
    passed: Vec<(Passed, String)>,
    decider: Decider,
    option: &'static str,
    all: usize,
) -> impl IntoView {
    let t = text();
    let passed = passed.into_iter().map(|(passed, why)| {
        view! {
            <li>
                <span class="priority">{passed.priority}</span>
                <span>
                    {passed.name} <span class="secondary">{format!(" · {why}")}</span>
                </span>
            </li>
        }
    });
    let (name, rest) = match decider {
        Decider::Rule { name, priority, .. } => {
            let rest = (priority < all).then(|| places(priority + 1, all));
            (name, rest)
        }
        Decider::Defaults => (t.trace_defaults.to_owned(), None),
    };
    view! {
        <ul class="trace">
            {passed.collect_view()}
            <li class="decider">
                <span class="priority">
                    <Icon symbol=Symbol::Check />
                </span>
                <span>
                    <strong>{name}</strong>
                    <span class="secondary">{format!(" · {}", t.decides(option))}</span>
                </span>
            </li>
            {rest
                .map(|places| {
                    view! {
                        <li class="secondary">
                            <span class="priority">{places}</span>
                            <span>{t.trace_not_reached}</span>
                        </li>
                    }
                })}
        </ul>
    }
}

/// `3–5`, or `5` where that is one place.
fn places(first: usize, last: usize) -> String {
    if first == last {
        last.to_string()
    } else {
        format!("{first}–{last}")
    }
}

/// What the edge knows of the two mailboxes.
#[component]
fn FactLines(facts: PairFacts, direction: Direction) -> impl IntoView {
    let t = text();
    let outbound = direction == Direction::Outbound;
    let until = |at: &str| t.until(&format_time(at, Form::Day, t.locale));
    let line = |tone: Tone, symbol: Symbol, said: &'static str, more: Option<String>| {
        view! {
            <li class=format!("{}-mark", tone.class())>
                <Icon symbol />
                <span>
                    {said} {more.map(|more| view! { <span class="secondary">" · " {more}</span> })}
                </span>
            </li>
        }
    };
    let own = match (&facts.own, outbound) {
        (None, _) => line(Tone::Neutral, Symbol::Clock, t.fact_checking, None),
        (Some(Own::Active { until: at }), true) => {
            line(Tone::Good, Symbol::Seal, t.fact_own_yes, Some(until(at)))
        }
        (Some(Own::Active { until: at }), false) => {
            line(Tone::Good, Symbol::Seal, t.fact_in_yes, Some(until(at)))
        }
        (Some(Own::Inactive), true) => line(Tone::Caution, Symbol::Warning, t.fact_own_no, None),
        (Some(Own::Inactive), false) => line(Tone::Caution, Symbol::Warning, t.fact_in_no, None),
        (Some(Own::Unknown), true) => {
            line(Tone::Caution, Symbol::Warning, t.fact_own_unknown, None)
        }
        (Some(Own::Unknown), false) => {
            line(Tone::Caution, Symbol::Warning, t.fact_in_unknown, None)
        }
    };
    let key = outbound.then(|| match &facts.key {
        None => line(Tone::Neutral, Symbol::Clock, t.fact_checking, None),
        Some(Key::Known { until: at }) => {
            line(Tone::Good, Symbol::Key, t.fact_key_yes, Some(until(at)))
        }
        Some(Key::Missing) => line(Tone::Caution, Symbol::Key, t.fact_key_no, None),
    });
    view! { <ul class="facts-lines">{own} {key}</ul> }
}
