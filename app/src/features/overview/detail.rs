//! One message: what happened to it, step by step.

use api::{GetMessage, MessageDetail, TraceLevel, TraceStep};
use leptos::prelude::*;
use policy::Direction;

use super::{
    badges::{OutcomeBadge, ProtectionBadges, sender},
    state::to_word,
};
use crate::{
    browser::Form,
    load::{Loading, loaded},
    portal::portal,
    routes::{Route, encode},
    text::text,
    ui::{Copyable, Fact, Facts, Icon, Page, Symbol, Time},
};

/// The message with this id.
#[component]
pub fn MessagePage(id: String) -> impl IntoView {
    let t = text();
    let portal = portal();
    let loading = Loading::new(move || {
        let id = id.clone();
        async move { portal.client.get::<GetMessage>(&[&id], &()).await }
    });
    let actions = move || {
        let detail = loading.get().and_then(Result::ok)?;
        let links = Links::of(&detail);
        Some(view! {
            {(!portal.read_only.get())
                .then(|| {
                    view! {
                        <a class="button" href=links.new_rule>
                            {t.rule_from_message}
                        </a>
                    }
                })}
            <a class="button" href=links.try_today>
                {t.try_today}
            </a>
        })
    };
    view! {
        <Page title=t.message actions=Box::new(move || actions.into_any())>
            {loaded(loading, 6, |detail| view! { <Detail detail /> })}
        </Page>
    }
}

/// Into the rules, with the addresses of the message.
struct Links {
    new_rule: String,
    try_today: String,
}

impl Links {
    fn of(detail: &MessageDetail) -> Self {
        let message = &detail.message;
        let (managed, external) = match message.direction {
            Direction::Outbound => (&message.from, &message.to),
            Direction::Inbound => (&message.to, &message.from),
        };
        let query = format!(
            "direction={}&managed={}&external={}",
            to_word(&message.direction),
            encode(managed),
            encode(external)
        );
        let rules = Route::Rules.path();
        Self {
            new_rule: format!("{rules}?{query}&new=1"),
            try_today: format!("{rules}?{query}"),
        }
    }
}

#[component]
fn Detail(detail: MessageDetail) -> impl IntoView {
    let t = text();
    let message = detail.message;
    let from = sender(&message);
    let rule = match message.rule {
        Some(rule) => view! { <a href=Route::Rules.path()>{rule.name}</a> }.into_any(),
        None => t.by_default.into_any(),
    };
    let reason = message.reason.map(|reason| {
        view! {
            <Fact name=t.reason>
                <Copyable value=reason />
            </Fact>
        }
    });
    view! {
        <p class="pair mono">{from} <span class="secondary">" → "</span> {message.to}</p>
        <p class="badges">
            <OutcomeBadge outcome=message.outcome />
            <ProtectionBadges protection=message.protection outcome=message.outcome />
        </p>
        <div class="detail-columns">
            <section class="card padded" aria-label=t.trace>
                <ol class="timeline">
                    {detail.trace.into_iter().map(|step| view! { <Step step /> }).collect_view()}
                </ol>
            </section>
            <aside class="card padded" aria-label=t.message>
                <Facts>
                    <Fact name=t.direction>{t.direction(message.direction)}</Fact>
                    <Fact name=t.received>
                        <Time at=message.at form=Form::Full />
                    </Fact>
                    <Fact name=t.size>{t.octets(message.size)}</Fact>
                    <Fact name=t.rule>{rule}</Fact>
                    <Fact name=t.policy_version>{t.number(detail.policy_version)}</Fact>
                    {reason}
                    <Fact name=t.message_id>
                        <Copyable value=message.message_id />
                    </Fact>
                    <Fact name=t.log_id>
                        <Copyable value=message.id />
                    </Fact>
                </Facts>
            </aside>
        </div>
    }
}

#[component]
fn Step(step: TraceStep) -> impl IntoView {
    let t = text();
    let (class, symbol) = match step.level {
        TraceLevel::Good => ("good", Symbol::Check),
        TraceLevel::Info => ("info", Symbol::Dots),
        TraceLevel::Caution => ("caution", Symbol::Warning),
        TraceLevel::Bad => ("bad", Symbol::Cross),
    };
    view! {
        <li class=class>
            <span class="mark">
                <Icon symbol />
            </span>
            <p>{t.trace_step(&step)}</p>
        </li>
    }
}
