//! Rules in plain words: the sentence, the option chips, the remarks.

use leptos::prelude::*;
use policy::{
    Direction, ExternalSelector, InboundOption, Lint, ManagedSelector, Miss, OutboundOption,
    RuleDraft, RuleSet,
};

use super::state::Mark;
use crate::{
    text::{Text, text},
    ui::{Badge, Icon, Symbol, Tone},
};

/// *Any managed mailbox* with *partner.test* and its subdomains.
#[component]
pub fn Sentence(rule: RuleDraft) -> impl IntoView {
    let t = text();
    let managed = match &rule.managed {
        ManagedSelector::Any => view! { <strong>{t.kind_managed_any}</strong> }.into_any(),
        ManagedSelector::Domain { value } => {
            view! { <strong>{t.any_of()} " " {value.to_unicode()}</strong> }.into_any()
        }
        ManagedSelector::Address { value } => {
            view! { <strong>{value.to_string()}</strong> }.into_any()
        }
    };
    let external = match &rule.external {
        ExternalSelector::Any => view! { <strong>{t.anyone}</strong> }.into_any(),
        ExternalSelector::Domain { value, subdomains } => {
            let subdomains = subdomains.then(|| format!(" {}", t.and_subdomains()));
            view! {
                <strong>{value.to_unicode()}</strong>
                {subdomains}
            }
            .into_any()
        }
        ExternalSelector::Address { value } => {
            view! { <strong>{value.to_string()}</strong> }.into_any()
        }
    };
    view! { <p class="sentence">{managed} " " {t.with()} " " {external}</p> }
}

/// Both options.
#[component]
pub fn OptionChips(
    inbound: Option<InboundOption>,
    outbound: Option<OutboundOption>,
) -> impl IntoView {
    let t = text();
    view! {
        <span class="chip" class:faint=outbound.is_none()>
            <Icon symbol=Symbol::Out />
            {t.out_colon}
            " "
            {t.outbound_option(outbound)}
        </span>
        <span class="chip" class:faint=inbound.is_none()>
            <Icon symbol=Symbol::In />
            {t.in_colon}
            " "
            {t.inbound_option(inbound)}
        </span>
    }
}

/// What is not live yet about a rule.
#[component]
pub fn MarkBadge(mark: Mark) -> impl IntoView {
    let t = text();
    let text = match mark {
        Mark::Added => t.new_not_live,
        Mark::Changed => t.changed_not_live,
        Mark::Moved => t.moved_not_live,
    };
    view! { <Badge tone=Tone::Accent icon=None text /> }
}

/// A remark of the linter, with how urgent it is. `None` where another remark says it already.
pub fn remark(
    lint: &Lint,
    rule: &RuleDraft,
    others: &[&Lint],
    set: &RuleSet,
    t: &'static Text,
) -> Option<(Tone, String)> {
    // A rule that says nothing for the other direction is never reached at all.
    let one_way = rule.inbound.is_none() || rule.outbound.is_none();
    let both_ways = |by| {
        let shadowed = |lint: &&&Lint| matches!(lint, Lint::Shadowed { by: b, .. } if b == by);
        others.iter().filter(shadowed).count() == 2
    };
    let priority = |id| set.priority_of(id).unwrap_or_default();
    match lint {
        Lint::Vacuous => Some((Tone::Caution, t.lint_vacuous.to_owned())),
        Lint::Shadowed { by, .. } if one_way => {
            Some((Tone::Caution, t.never_reached(priority(by))))
        }
        Lint::Shadowed { direction, by } if both_ways(by) => (*direction == Direction::Inbound)
            .then(|| (Tone::Caution, t.never_reached(priority(by)))),
        Lint::Shadowed { direction, by } => Some((
            Tone::Caution,
            t.never_reached_one_way(priority(by), *direction),
        )),
        Lint::Redundant { direction, with } => Some((
            Tone::Neutral,
            t.redundant(with.as_ref().map(priority), *direction),
        )),
    }
}

/// Why a rule did not decide, about the pair at hand.
pub fn why_not(
    miss: Miss,
    rule: &RuleDraft,
    managed: &mail::Address,
    external: &mail::Address,
    t: &'static Text,
) -> String {
    match miss {
        Miss::Disabled => t.miss_disabled.to_owned(),
        Miss::NotDefined => t.miss_not_defined.to_owned(),
        Miss::OtherManaged => {
            let (is, wanted) = match &rule.managed {
                ManagedSelector::Domain { value } => {
                    (managed.domain().to_unicode(), value.to_unicode())
                }
                ManagedSelector::Address { value } => (managed.to_string(), value.to_string()),
                ManagedSelector::Any => (managed.to_string(), String::new()),
            };
            t.miss_managed(&is, &wanted)
        }
        Miss::OtherExternal => {
            let (is, wanted) = match &rule.external {
                ExternalSelector::Domain { value, .. } => {
                    (external.domain().to_unicode(), value.to_unicode())
                }
                ExternalSelector::Address { value } => (external.to_string(), value.to_string()),
                ExternalSelector::Any => (external.to_string(), String::new()),
            };
            t.miss_external(&is, &wanted)
        }
    }
}
