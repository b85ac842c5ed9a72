//! A short notation for rules and addresses, and generators of both.

use mail::{Address, Domain};
use policy::{
    Defaults, ExternalSelector, InboundOption, ManagedSelector, OutboundOption, Rule, RuleDraft,
    RuleId, RuleSet,
};
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// `*`, `acme.test` or `alice@acme.test`.
pub(crate) fn managed(text: &str) -> ManagedSelector {
    match text {
        "*" => ManagedSelector::Any,
        _ if text.contains('@') => ManagedSelector::Address {
            value: address(text),
        },
        _ => ManagedSelector::Domain {
            value: Domain::parse(text).unwrap(),
        },
    }
}

/// `*`, `partner.test`, `.partner.test` (with subdomains) or `bob@partner.test`.
pub(crate) fn external(text: &str) -> ExternalSelector {
    match text {
        "*" => ExternalSelector::Any,
        _ if text.contains('@') => ExternalSelector::Address {
            value: address(text),
        },
        _ => ExternalSelector::Domain {
            value: Domain::parse(text.trim_start_matches('.')).unwrap(),
            subdomains: text.starts_with('.'),
        },
    }
}

pub(crate) fn draft(
    managed_text: &str,
    external_text: &str,
    inbound: Option<InboundOption>,
    outbound: Option<OutboundOption>,
) -> RuleDraft {
    RuleDraft {
        name: format!("{managed_text} and {external_text}"),
        enabled: true,
        managed: managed(managed_text),
        external: external(external_text),
        inbound,
        outbound,
    }
}

/// Rules with the ids `r1`, `r2`, … in priority order.
pub(crate) fn rules(drafts: impl IntoIterator<Item = RuleDraft>) -> RuleSet {
    let rules = drafts.into_iter().zip(1..).map(|(draft, number)| Rule {
        id: RuleId(format!("r{number}")),
        draft,
    });
    RuleSet {
        rules: rules.collect(),
        defaults: Defaults::default(),
    }
}

pub(crate) const MANAGED: [&str; 5] = [
    "*",
    "acme.test",
    "lab.acme.test",
    "alice@acme.test",
    "bob@acme.test",
];
pub(crate) const EXTERNAL: [&str; 7] = [
    "*",
    "partner.test",
    ".partner.test",
    "eu.partner.test",
    ".eu.partner.test",
    "bob@partner.test",
    "eve@eu.partner.test",
];
pub(crate) const MAILBOXES: [&str; 4] = [
    "alice@acme.test",
    "bob@acme.test",
    "carol@acme.test",
    "dan@lab.acme.test",
];
pub(crate) const PARTNERS: [&str; 6] = [
    "bob@partner.test",
    "ann@partner.test",
    "eve@eu.partner.test",
    "ann@eu.partner.test",
    "ann@west.eu.partner.test",
    "ann@elsewhere.test",
];
pub(crate) const INBOUND: [InboundOption; 4] = [
    InboundOption::DoNotDecrypt,
    InboundOption::OptionalDecryption,
    InboundOption::AlwaysDecrypt,
    InboundOption::ForceDecryption,
];
pub(crate) const OUTBOUND: [OutboundOption; 4] = [
    OutboundOption::Neither,
    OutboundOption::SignOnly,
    OutboundOption::OptionalEncryption,
    OutboundOption::EnforceEncryption,
];

pub(crate) fn any_rules() -> impl Strategy<Value = RuleSet> {
    let draft = (
        select(&MANAGED[..]),
        select(&EXTERNAL[..]),
        proptest::option::of(select(&INBOUND[..])),
        proptest::option::of(select(&OUTBOUND[..])),
        prop::bool::weighted(0.85),
    )
        .prop_map(
            |(managed, external, inbound, outbound, enabled)| RuleDraft {
                enabled,
                ..draft(managed, external, inbound, outbound)
            },
        );
    let defaults = (select(&INBOUND[..]), select(&OUTBOUND[..]))
        .prop_map(|(inbound, outbound)| Defaults { inbound, outbound });
    (prop::collection::vec(draft, 0..8), defaults).prop_map(|(drafts, defaults)| RuleSet {
        defaults,
        ..rules(drafts)
    })
}
