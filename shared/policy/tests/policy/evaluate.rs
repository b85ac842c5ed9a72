//! First match wins, and the verdict says why the others did not.

use crate::support::{
    EXTERNAL, INBOUND, MAILBOXES, MANAGED, OUTBOUND, PARTNERS, address, any_rules, draft, external,
    managed, rules,
};
use policy::{
    Decider, DirectionOption, InboundOption, Miss, OutboundOption, RuleDraft, RuleId, RuleSet,
    Verdict, evaluate,
};
use proptest::prelude::*;

#[test]
fn selectors_select_whom_they_name() {
    for (selector, yes, no) in [
        ("*", vec!["alice@acme.test", "dan@lab.acme.test"], vec![]),
        (
            "acme.test",
            vec!["ALICE@ACME.TEST"],
            vec!["dan@lab.acme.test", "x@notacme.test"],
        ),
        (
            "alice@acme.test",
            vec!["Alice@Acme.Test"],
            vec!["bob@acme.test"],
        ),
    ] {
        for text in yes {
            assert!(
                managed(selector).matches(&address(text)),
                "{selector} and {text}"
            );
        }
        for text in no {
            assert!(
                !managed(selector).matches(&address(text)),
                "{selector} and {text}"
            );
        }
    }
    for (selector, yes, no) in [
        ("*", vec!["bob@partner.test"], vec![]),
        (
            "partner.test",
            vec!["bob@partner.test"],
            vec!["eve@eu.partner.test", "x@notpartner.test"],
        ),
        (
            ".partner.test",
            vec![
                "bob@partner.test",
                "eve@eu.partner.test",
                "x@a.b.partner.test",
            ],
            vec!["x@notpartner.test", "x@test"],
        ),
        (
            "bob@bücher.test",
            vec!["bob@xn--bcher-kva.test"],
            vec!["ann@xn--bcher-kva.test"],
        ),
    ] {
        for text in yes {
            assert!(
                external(selector).matches(&address(text)),
                "{selector} and {text}"
            );
        }
        for text in no {
            assert!(
                !external(selector).matches(&address(text)),
                "{selector} and {text}"
            );
        }
    }
}

#[test]
fn only_any_selects_the_null_sender() {
    for selector in EXTERNAL {
        assert_eq!(
            external(selector).matches(None),
            selector == "*",
            "{selector}"
        );
    }
}

/// Every option of both directions, matching and not, enabled and not, defined and not.
#[test]
fn the_full_matrix() {
    for option in OUTBOUND {
        matrix(option, |option, draft| draft.outbound = option);
    }
    for option in INBOUND {
        matrix(option, |option, draft| draft.inbound = option);
    }
}

fn matrix<O>(option: O, set: fn(Option<O>, &mut RuleDraft))
where
    O: DirectionOption + Eq + std::fmt::Debug,
{
    let decided = Decider::Rule {
        id: RuleId("r1".to_owned()),
        name: "acme.test and .partner.test".to_owned(),
        priority: 1,
    };
    for (mailbox, partner, enabled, defined, miss) in [
        ("alice@acme.test", "bob@partner.test", true, true, None),
        (
            "alice@acme.test",
            "bob@partner.test",
            false,
            true,
            Some(Miss::Disabled),
        ),
        (
            "alice@lab.acme.test",
            "bob@partner.test",
            true,
            true,
            Some(Miss::OtherManaged),
        ),
        (
            "alice@acme.test",
            "bob@other.test",
            true,
            true,
            Some(Miss::OtherExternal),
        ),
        (
            "alice@lab.acme.test",
            "bob@other.test",
            true,
            true,
            Some(Miss::OtherManaged),
        ),
        (
            "alice@acme.test",
            "bob@partner.test",
            true,
            false,
            Some(Miss::NotDefined),
        ),
    ] {
        let mut draft = draft("acme.test", ".partner.test", None, None);
        draft.enabled = enabled;
        set(defined.then_some(option), &mut draft);
        let rules = rules([draft]);
        let verdict: Verdict<O> = evaluate(&rules, &address(mailbox), &address(partner));
        match miss {
            None => {
                assert_eq!(verdict.option, option);
                assert_eq!(verdict.decider, decided);
                assert!(verdict.passed.is_empty());
            }
            Some(miss) => {
                assert_eq!(verdict.option, O::default_of(&rules.defaults));
                assert_eq!(verdict.decider, Decider::Defaults);
                assert_eq!(verdict.passed[0].miss, miss);
            }
        }
    }
}

#[test]
fn not_defined_falls_through_for_its_direction_only() {
    let rules = rules([
        draft(
            "*",
            "bob@partner.test",
            Some(InboundOption::ForceDecryption),
            None,
        ),
        draft("*", "*", None, Some(OutboundOption::Neither)),
    ]);
    let (alice, bob) = (address("alice@acme.test"), address("bob@partner.test"));
    let outbound: Verdict<OutboundOption> = evaluate(&rules, &alice, &bob);
    assert_eq!(outbound.option, OutboundOption::Neither);
    assert_eq!(outbound.passed[0].miss, Miss::NotDefined);
    let inbound: Verdict<InboundOption> = evaluate(&rules, &alice, &bob);
    assert_eq!(inbound.option, InboundOption::ForceDecryption);
}

#[test]
fn the_defaults_are_optional_decryption_and_sign_only() {
    let (alice, bob) = (address("alice@acme.test"), address("bob@partner.test"));
    let rules = RuleSet::default();
    let outbound: Verdict<OutboundOption> = evaluate(&rules, &alice, &bob);
    assert_eq!(outbound.option, OutboundOption::SignOnly);
    let inbound: Verdict<InboundOption> = evaluate(&rules, &alice, &bob);
    assert_eq!(inbound.option, InboundOption::OptionalDecryption);
}

proptest! {
    /// Against the plainest possible reading: filter, then take the first.
    #[test]
    fn first_match_wins(rules in any_rules()) {
        for mailbox in MAILBOXES.map(address) {
            for partner in PARTNERS.map(address) {
                let verdict: Verdict<OutboundOption> = evaluate(&rules, &mailbox, &partner);
                let first = rules.rules.iter().find(|rule| {
                    let draft = &rule.draft;
                    draft.enabled
                        && draft.managed.matches(&mailbox)
                        && draft.external.matches(&partner)
                        && draft.outbound.is_some()
                });
                match (&verdict.decider, first) {
                    (Decider::Defaults, None) => {
                        prop_assert_eq!(verdict.option, rules.defaults.outbound);
                        prop_assert_eq!(verdict.passed.len(), rules.rules.len());
                    }
                    (Decider::Rule { id, priority, .. }, Some(rule)) => {
                        prop_assert_eq!(id, &rule.id);
                        prop_assert_eq!(Some(verdict.option), rule.draft.outbound);
                        prop_assert_eq!(Some(*priority), rules.priority_of(&rule.id));
                        prop_assert_eq!(verdict.passed.len() + 1, *priority);
                    }
                    (decider, first) => prop_assert!(false, "{decider:?}, but {first:?}"),
                }
            }
        }
    }

    /// A selector covers another if and only if it selects all of its mailboxes; the domains and
    /// mailboxes of the lists are enough to tell every two of these selectors apart.
    #[test]
    fn covering_is_selecting_at_least_as_much(a in 0..EXTERNAL.len(), b in 0..EXTERNAL.len()) {
        let (a, b) = (external(EXTERNAL[a]), external(EXTERNAL[b]));
        let covers = PARTNERS.map(address).iter().all(|p| a.matches(p) || !b.matches(p));
        let overlaps = PARTNERS.map(address).iter().any(|p| a.matches(p) && b.matches(p));
        prop_assert_eq!(a.covers(&b), covers, "{:?} and {:?}", a, b);
        prop_assert_eq!(a.overlaps(&b), overlaps, "{:?} and {:?}", a, b);
    }

    #[test]
    fn covering_of_managed_selectors(a in 0..MANAGED.len(), b in 0..MANAGED.len()) {
        let (a, b) = (managed(MANAGED[a]), managed(MANAGED[b]));
        let everyone = [&MAILBOXES[..], &["x@lab.acme.test", "x@more.test"]].concat();
        let mut everyone = everyone.into_iter().map(address);
        let covers = everyone.clone().all(|m| a.matches(&m) || !b.matches(&m));
        let overlaps = everyone.any(|m| a.matches(&m) && b.matches(&m));
        prop_assert_eq!(a.covers(&b), covers, "{:?} and {:?}", a, b);
        prop_assert_eq!(a.overlaps(&b), overlaps, "{:?} and {:?}", a, b);
    }
}
