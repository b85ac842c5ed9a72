//! What the lints say holds for every pair of mailboxes.

use crate::support::{MAILBOXES, PARTNERS, address, any_rules, draft, rules};
use policy::{
    Decider, Direction, DirectionOption, Finding, InboundOption, Lint, OutboundOption, RuleDraft,
    RuleId, RuleSet, Verdict, evaluate, lint,
};
use proptest::prelude::*;

fn id(text: &str) -> RuleId {
    RuleId(text.to_owned())
}

fn check(drafts: impl IntoIterator<Item = RuleDraft>, expected: &[(usize, Lint)]) {
    let rules = rules(drafts);
    let found = lint(&rules);
    let expected: Vec<Finding> = expected
        .iter()
        .map(|(priority, lint)| Finding {
            rule: rules.rules[priority - 1].id.clone(),
            priority: *priority,
            lint: lint.clone(),
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_rule_below_a_wider_one_is_shadowed() {
    let wide = draft(
        "*",
        ".partner.test",
        None,
        Some(OutboundOption::EnforceEncryption),
    );
    let narrow = draft(
        "acme.test",
        "bob@eu.partner.test",
        None,
        Some(OutboundOption::Neither),
    );
    let by_first = Lint::Shadowed {
        direction: Direction::Outbound,
        by: id("r1"),
    };
    check([wide.clone(), narrow.clone()], &[(2, by_first)]);
    check([narrow.clone(), wide.clone()], &[]);

    let off = RuleDraft {
        enabled: false,
        ..wide
    };
    check([off.clone(), narrow.clone()], &[]);
    let other_direction = draft("*", "*", Some(InboundOption::DoNotDecrypt), None);
    check([other_direction, narrow], &[]);
}

#[test]
fn a_rule_that_says_what_holds_anyway_is_redundant() {
    let sign = draft(
        "*",
        "bob@partner.test",
        None,
        Some(OutboundOption::SignOnly),
    );
    let redundant = |with: Option<&str>| Lint::Redundant {
        direction: Direction::Outbound,
        with: with.map(id),
    };
    check([sign.clone()], &[(1, redundant(None))]);

    let wide = draft("*", "partner.test", None, Some(OutboundOption::SignOnly));
    check(
        [sign.clone(), wide.clone()],
        &[(1, redundant(Some("r2"))), (2, redundant(None))],
    );

    let between = draft("alice@acme.test", "*", None, Some(OutboundOption::Neither));
    check([sign, between, wide], &[(3, redundant(None))]);
}

#[test]
fn a_rule_without_options_is_vacuous() {
    check([draft("*", "*", None, None)], &[(1, Lint::Vacuous)]);
}

proptest! {
    #[test]
    fn a_shadowed_or_vacuous_rule_never_decides(rules in any_rules()) {
        for finding in lint(&rules) {
            match finding.lint {
                Lint::Shadowed { direction, .. } => never_decides(&rules, &finding.rule, direction),
                Lint::Vacuous => {
                    never_decides(&rules, &finding.rule, Direction::Inbound);
                    never_decides(&rules, &finding.rule, Direction::Outbound);
                }
                Lint::Redundant { .. } => {}
            }
        }
    }

    #[test]
    fn without_a_redundant_rule_all_options_stay(rules in any_rules()) {
        for finding in lint(&rules) {
            if let Lint::Redundant { direction, .. } = finding.lint {
                let mut without = rules.clone();
                without.remove(&finding.rule).unwrap();
                prop_assert_eq!(options(&rules, direction), options(&without, direction));
            }
        }
    }
}

fn never_decides(rules: &RuleSet, rule: &RuleId, direction: Direction) {
    for decider in deciders(rules, direction) {
        assert!(!matches!(&decider, Decider::Rule { id, .. } if id == rule));
    }
}

fn deciders(rules: &RuleSet, direction: Direction) -> Vec<Decider> {
    match direction {
        Direction::Inbound => verdicts(rules, |v: Verdict<InboundOption>| v.decider),
        Direction::Outbound => verdicts(rules, |v: Verdict<OutboundOption>| v.decider),
    }
}

fn options(rules: &RuleSet, direction: Direction) -> Vec<&'static str> {
    match direction {
        Direction::Inbound => verdicts(rules, |v: Verdict<InboundOption>| v.option.word()),
        Direction::Outbound => verdicts(rules, |v: Verdict<OutboundOption>| v.option.word()),
    }
}

fn verdicts<O: DirectionOption, T>(rules: &RuleSet, part: fn(Verdict<O>) -> T) -> Vec<T> {
    let mut all = Vec::new();
    for mailbox in MAILBOXES.map(address) {
        for partner in PARTNERS.map(address) {
            all.push(part(evaluate(rules, &mailbox, &partner)));
        }
    }
    all
}
