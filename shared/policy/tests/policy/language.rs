//! The JSON of the policy language: what is read, what is refused, and that it stays as published.

use crate::support::{INBOUND, OUTBOUND, any_rules, draft};
use policy::{
    Defaults, InboundOption, LANGUAGE_VERSION, OutboundOption, RULE_NAME_CHARS_MAX, RULES_MAX,
    Rule, RuleId, RuleSet, RuleSetError,
};
use proptest::prelude::*;

/// Version 1 as it was first published: it must be readable for ever.
const PUBLISHED: &str = include_str!("language-1.json");

#[test]
fn the_published_language_is_still_read() {
    assert_eq!(
        LANGUAGE_VERSION, 1,
        "a new version needs a vector of its own"
    );
    let read: RuleSet = serde_json::from_str(PUBLISHED).unwrap();
    let mut rules = crate::support::rules([
        draft(
            "alice@acme.test",
            ".partner.test",
            Some(InboundOption::ForceDecryption),
            Some(OutboundOption::EnforceEncryption),
        ),
        draft(
            "acme.test",
            "bob@partner.test",
            None,
            Some(OutboundOption::Neither),
        ),
        draft("*", "*", Some(InboundOption::AlwaysDecrypt), None),
    ]);
    rules.rules[1].draft.enabled = false;
    rules.defaults = Defaults {
        inbound: InboundOption::DoNotDecrypt,
        outbound: OutboundOption::OptionalEncryption,
    };
    assert_eq!(read, rules);
    let written: serde_json::Value = serde_json::to_value(&read).unwrap();
    assert_eq!(
        written,
        serde_json::from_str::<serde_json::Value>(PUBLISHED).unwrap()
    );
}

#[test]
fn the_words_are_those_of_serde() {
    for option in INBOUND {
        assert_eq!(serde_json::to_value(option).unwrap(), option.word());
    }
    for option in OUTBOUND {
        assert_eq!(serde_json::to_value(option).unwrap(), option.word());
    }
}

#[test]
fn what_is_not_in_the_language_is_refused() {
    const GOOD: &str = r#"{"id":"r1","name":"n","enabled":true,"managed":{"kind":"any"},
        "external":{"kind":"domain","value":"partner.test","subdomains":true},
        "inbound":"not_defined","outbound":"sign_only"}"#;
    assert!(serde_json::from_str::<Rule>(GOOD).is_ok());
    for (from, to) in [
        ("\"enabled\":true", "\"enabled\":true,\"colour\":\"red\""),
        ("sign_only", "sign_always"),
        ("sign_only", "do_not_decrypt"),
        ("\"not_defined\"", "null"),
        ("\"inbound\":\"not_defined\",", ""),
        (
            "{\"kind\":\"any\"}",
            "{\"kind\":\"any\",\"value\":\"acme.test\"}",
        ),
        ("{\"kind\":\"any\"}", "{\"kind\":\"everyone\"}"),
        ("{\"kind\":\"any\"}", "{\"kind\":\"domain\"}"),
        (
            "{\"kind\":\"any\"}",
            "{\"kind\":\"domain\",\"value\":\"acme.test\",\"subdomains\":true}",
        ),
        ("\"subdomains\":true", "\"subdomains\":true,\"depth\":2"),
        ("partner.test", "part ner"),
        (
            "\"kind\":\"domain\",\"value\":\"partner.test\"",
            "\"kind\":\"address\",\"value\":\"bob@partner.test\"",
        ),
    ] {
        let bad = GOOD.replacen(from, to, 1);
        assert_ne!(bad, GOOD, "{from} stands in the text");
        assert!(serde_json::from_str::<Rule>(&bad).is_err(), "{bad}");
    }
    let without = GOOD.replacen(",\"subdomains\":true", "", 1);
    assert!(serde_json::from_str::<Rule>(&without).is_ok());
    for bad in [
        r#"{"rules":[],"colour":1}"#,
        r#"{"rules":[],"defaults":{"inbound":"not_defined","outbound":"neither"}}"#,
        r#"{"rules":[],"defaults":{"inbound":"do_not_decrypt"}}"#,
    ] {
        assert!(serde_json::from_str::<RuleSet>(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_set_is_changed_only_where_the_change_makes_sense() {
    let id = |text: &str| RuleId(text.to_owned());
    let plain = || draft("*", "*", None, None);
    let named = |name: String| policy::RuleDraft { name, ..plain() };
    let mut set = RuleSet::default();
    set.add(id("a"), plain()).unwrap();
    set.add(id("b"), plain()).unwrap();
    assert_eq!(
        set.priority_of(&id("b")),
        Some(1),
        "a new rule has priority 1"
    );

    assert_eq!(set.change(&id("c"), plain()), Err(RuleSetError::Unknown));
    for name in [
        String::new(),
        "  ".to_owned(),
        "a\nb".to_owned(),
        "x".repeat(RULE_NAME_CHARS_MAX + 1),
    ] {
        assert_eq!(
            set.change(&id("a"), named(name)),
            Err(RuleSetError::BadName)
        );
    }
    set.change(&id("a"), named("ü".repeat(RULE_NAME_CHARS_MAX)))
        .unwrap();

    for order in [
        vec!["a"],
        vec!["a", "a"],
        vec!["a", "c"],
        vec!["a", "b", "c"],
    ] {
        let order: Vec<_> = order.into_iter().map(id).collect();
        assert_eq!(set.reorder(&order), Err(RuleSetError::NotAPermutation));
    }
    set.reorder(&[id("a"), id("b")]).unwrap();
    assert_eq!(set.priority_of(&id("a")), Some(1));

    set.remove(&id("a")).unwrap();
    assert_eq!(set.priority_of(&id("b")), Some(1), "those below move up");
    assert_eq!(set.remove(&id("a")), Err(RuleSetError::Unknown));
}

#[test]
fn there_is_a_most_of_rules() {
    let mut set = crate::support::rules((0..RULES_MAX).map(|_| draft("*", "*", None, None)));
    let more = set.add(RuleId("more".to_owned()), draft("*", "*", None, None));
    assert_eq!(more, Err(RuleSetError::TooMany));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(rules in any_rules()) {
        let text = serde_json::to_string(&rules).unwrap();
        prop_assert_eq!(serde_json::from_str::<RuleSet>(&text).unwrap(), rules);
    }
}
