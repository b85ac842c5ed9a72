//! The draft: a rule set that nobody obeys yet, beside the published one that it came from.

use std::collections::{BTreeMap, BTreeSet};

use api::{RuleItemWrite, RuleList, RuleSetWrite};
use policy::{Defaults, Finding, Rule, RuleDraft, RuleId, RuleSet, RuleSetError};
use serde::{Deserialize, Serialize};

/// Marks ids that the edge has not given yet.
const NEW: &str = "new:";

/// A published rule set under its version.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Published {
    pub version: u64,
    pub set: RuleSet,
}

impl Published {
    /// As the edge gives it.
    pub fn new(list: RuleList, defaults: Defaults) -> Self {
        let rules = list.items.into_iter().map(|view| Rule {
            id: view.id,
            draft: view.draft,
        });
        Self {
            version: list.version,
            set: RuleSet {
                rules: rules.collect(),
                defaults,
            },
        }
    }
}

/// What an administrator is working on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Draft {
    base: Published,
    set: RuleSet,
    made: u32,
}

/// How two rule sets differ.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Difference {
    pub added: Vec<Rule>,
    pub changed: Vec<Rule>,
    pub removed: Vec<Rule>,
    /// Rules that stand elsewhere among the rules that both sets have; as few as explain it.
    pub moved: Vec<Rule>,
    pub defaults: bool,
}

impl Difference {
    /// From `old` to `new`.
    pub fn between(old: &RuleSet, new: &RuleSet) -> Self {
        let before: BTreeMap<&RuleId, &Rule> = old.rules.iter().map(|r| (&r.id, r)).collect();
        let after: BTreeSet<&RuleId> = new.rules.iter().map(|rule| &rule.id).collect();
        let mut difference = Self {
            removed: old
                .rules
                .iter()
                .filter(|rule| !after.contains(&rule.id))
                .cloned()
                .collect(),
            defaults: old.defaults != new.defaults,
            ..Self::default()
        };
        for rule in &new.rules {
            match before.get(&rule.id) {
                None => difference.added.push(rule.clone()),
                Some(old) if old.draft != rule.draft => difference.changed.push(rule.clone()),
                Some(_) => {}
            }
        }
        let order: BTreeMap<&RuleId, usize> = old.rules.iter().map(|r| &r.id).zip(0..).collect();
        let kept: Vec<(&Rule, usize)> = new
            .rules
            .iter()
            .filter_map(|rule| Some((rule, *order.get(&rule.id)?)))
            .collect();
        let places: Vec<usize> = kept.iter().map(|(_, place)| *place).collect();
        let still = longest_rise(&places);
        difference.moved = kept
            .into_iter()
            .filter(|(_, place)| !still.contains(place))
            .map(|(rule, _)| rule.clone())
            .collect();
        difference
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How many changes it is.
    pub fn count(&self) -> usize {
        self.added.len()
            + self.changed.len()
            + self.removed.len()
            + self.moved.len()
            + usize::from(self.defaults)
    }
}

/// The members of a longest increasing subsequence: what need not have moved.
fn longest_rise(places: &[usize]) -> BTreeSet<usize> {
    // For each place, how long the longest rise that ends there is, and where it came from.
    let mut rises: Vec<(usize, Option<usize>)> = Vec::with_capacity(places.len());
    for place in places {
        let below = places.iter().zip(&rises).enumerate();
        let best = below
            .filter(|(_, (before, _))| *before < place)
            .map(|(index, (_, (length, _)))| (*length, index))
            .max();
        rises.push(best.map_or((1, None), |(length, index)| (length + 1, Some(index))));
    }
    let mut members = BTreeSet::new();
    let ends = rises.iter().enumerate();
    let mut at = ends
        .max_by_key(|(_, (length, _))| *length)
        .map(|(index, _)| index);
    while let Some(index) = at {
        members.extend(places.get(index));
        at = rises.get(index).and_then(|(_, before)| *before);
    }
    members
}

/// What is new about one rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mark {
    Added,
    Changed,
    Moved,
}

impl Draft {
    /// A draft without changes.
    pub fn of(base: Published) -> Self {
        Self {
            set: base.set.clone(),
            base,
            made: 0,
        }
    }

    /// The rules as they would be.
    pub fn set(&self) -> &RuleSet {
        &self.set
    }

    /// Whether it came from these rules.
    pub fn is_based_on(&self, published: &Published) -> bool {
        self.base == *published
    }

    /// The published version it came from.
    pub fn version(&self) -> u64 {
        self.base.version
    }

    /// What publishing would change.
    pub fn difference(&self) -> Difference {
        Difference::between(&self.base.set, &self.set)
    }

    /// What is new about each rule.
    pub fn marks(&self) -> BTreeMap<RuleId, Mark> {
        let difference = self.difference();
        let marked = |rules: Vec<Rule>, mark| rules.into_iter().map(move |rule| (rule.id, mark));
        marked(difference.moved, Mark::Moved)
            .chain(marked(difference.changed, Mark::Changed))
            .chain(marked(difference.added, Mark::Added))
            .collect()
    }

    /// Remarks on the rules, by rule.
    pub fn findings(&self) -> BTreeMap<RuleId, Vec<Finding>> {
        let mut by_rule: BTreeMap<RuleId, Vec<Finding>> = BTreeMap::new();
        for finding in policy::lint(&self.set) {
            by_rule
                .entry(finding.rule.clone())
                .or_default()
                .push(finding);
        }
        by_rule
    }

    /// Adds a rule at priority 1.
    pub fn add(&mut self, rule: RuleDraft) -> Result<(), RuleSetError> {
        self.made += 1;
        self.set.add(RuleId(format!("{NEW}{}", self.made)), rule)
    }

    /// Replaces the content of a rule.
    pub fn change(&mut self, id: &RuleId, rule: RuleDraft) -> Result<(), RuleSetError> {
        self.set.change(id, rule)
    }

    /// Switches a rule on or off.
    pub fn enable(&mut self, id: &RuleId, enabled: bool) {
        for rule in self.set.rules.iter_mut().filter(|rule| rule.id == *id) {
            rule.draft.enabled = enabled;
        }
    }

    /// Removes a rule.
    pub fn remove(&mut self, id: &RuleId) {
        self.set.rules.retain(|rule| rule.id != *id);
    }

    /// Puts a rule at `priority`, 1 the highest; says where it stands then.
    pub fn move_to(&mut self, id: &RuleId, priority: usize) -> Option<usize> {
        let rule = self.set.remove(id).ok()?;
        let place = priority.saturating_sub(1).min(self.set.rules.len());
        self.set.rules.insert(place, rule);
        Some(place + 1)
    }

    /// Sets what decides where no rule does.
    pub fn set_defaults(&mut self, defaults: Defaults) {
        self.set.defaults = defaults;
    }

    /// Forgets all changes.
    pub fn discard(&mut self) {
        self.set = self.base.set.clone();
    }

    /// The body that publishes the draft.
    pub fn write(&self) -> RuleSetWrite {
        let items = self.set.rules.iter().map(|rule| RuleItemWrite {
            id: (!rule.id.0.starts_with(NEW)).then(|| rule.id.clone()),
            draft: rule.draft.clone(),
        });
        RuleSetWrite {
            version: self.base.version,
            items: items.collect(),
            defaults: self.set.defaults,
        }
    }

    /// What somebody else has published since.
    pub fn theirs(&self, newer: &Published) -> Difference {
        Difference::between(&self.base.set, &newer.set)
    }

    /// The same changes on top of what somebody else has published. Where both changed a rule, this
    /// draft's content stays; what they added stands where they put it, what they removed is gone
    /// unless it was changed here.
    pub fn rebase(&mut self, newer: Published) {
        let mine = self.difference();
        let theirs = self.theirs(&newer);
        if mine.moved.is_empty() {
            // Their order, my new rules on top as they entered.
            self.set.rules = merge_by_theirs(&mine, &newer.set);
        } else {
            // My order, their new rules at the place they were given.
            self.set.rules = merge_by_mine(&self.set, &mine, &theirs, &newer.set);
        }
        if !mine.defaults {
            self.set.defaults = newer.set.defaults;
        }
        self.base = newer;
    }
}

fn merge_by_theirs(mine: &Difference, newer: &RuleSet) -> Vec<Rule> {
    let known: BTreeSet<&RuleId> = newer.rules.iter().map(|rule| &rule.id).collect();
    // Changed here, removed there: it comes back as a new rule, on top.
    let revived = mine.changed.iter().filter(|rule| !known.contains(&rule.id));
    let revived = revived.map(|rule| Rule {
        id: RuleId(format!("{NEW}{}", rule.id.0)),
        draft: rule.draft.clone(),
    });
    let mut rules: Vec<Rule> = mine.added.iter().cloned().chain(revived).collect();
    for rule in &newer.rules {
        if mine.removed.iter().any(|removed| removed.id == rule.id) {
            continue;
        }
        let changed = mine.changed.iter().find(|changed| changed.id == rule.id);
        rules.push(changed.unwrap_or(rule).clone());
    }
    rules
}

fn merge_by_mine(
    set: &RuleSet,
    mine: &Difference,
    theirs: &Difference,
    newer: &RuleSet,
) -> Vec<Rule> {
    let by_theirs = merge_by_theirs(mine, newer);
    let mut rest: BTreeMap<RuleId, Rule> = by_theirs
        .iter()
        .map(|rule| (rule.id.clone(), rule.clone()))
        .collect();
    let mut rules: Vec<Rule> = set
        .rules
        .iter()
        .filter_map(|rule| rest.remove(&rule.id))
        .collect();
    let places = newer.rules.iter().enumerate();
    for (place, rule) in places.filter(|(_, rule)| theirs.added.iter().any(|r| r.id == rule.id)) {
        if let Some(rule) = rest.remove(&rule.id) {
            rules.insert(place.min(rules.len()), rule);
        }
    }
    rest.into_values().chain(rules).collect()
}

#[cfg(test)]
mod tests {
    use policy::{ExternalSelector, ManagedSelector, OutboundOption};

    use super::*;

    fn rule(name: &str) -> RuleDraft {
        RuleDraft {
            name: name.to_owned(),
            enabled: true,
            managed: ManagedSelector::Any,
            external: ExternalSelector::Any,
            inbound: None,
            outbound: Some(OutboundOption::SignOnly),
        }
    }

    fn published(version: u64, names: &str) -> Published {
        let rules = names.chars().map(|name| Rule {
            id: RuleId(name.to_string()),
            draft: rule(&name.to_string()),
        });
        Published {
            version,
            set: RuleSet {
                rules: rules.collect(),
                defaults: Defaults::default(),
            },
        }
    }

    fn names(rules: &[Rule]) -> String {
        rules.iter().map(|rule| rule.draft.name.as_str()).collect()
    }

    fn id(name: &str) -> RuleId {
        RuleId(name.to_owned())
    }

    #[test]
    fn a_fresh_draft_changes_nothing() {
        let draft = Draft::of(published(7, "abc"));
        assert!(draft.difference().is_empty());
        assert_eq!(draft.write().version, 7);
    }

    #[test]
    fn a_new_rule_enters_at_1_and_has_no_id_yet() {
        let mut draft = Draft::of(published(7, "ab"));
        draft.add(rule("n")).unwrap();
        assert_eq!(names(&draft.set().rules), "nab");
        let ids: Vec<_> = draft
            .write()
            .items
            .into_iter()
            .map(|item| item.id)
            .collect();
        assert_eq!(ids, [None, Some(id("a")), Some(id("b"))]);
        let difference = draft.difference();
        assert_eq!(names(&difference.added), "n");
        assert!(
            difference.moved.is_empty(),
            "what is pushed down did not move"
        );
    }

    #[test]
    fn one_move_is_one_change() {
        let mut draft = Draft::of(published(1, "abcdef"));
        assert_eq!(draft.move_to(&id("f"), 2), Some(2));
        assert_eq!(names(&draft.set().rules), "afbcde");
        assert_eq!(names(&draft.difference().moved), "f");
        draft.move_to(&id("f"), 99);
        assert!(draft.difference().is_empty(), "moved back to the end");
    }

    #[test]
    fn marks_name_the_strongest_change() {
        let mut draft = Draft::of(published(1, "abc"));
        draft.move_to(&id("c"), 1);
        draft.enable(&id("c"), false);
        draft.enable(&id("b"), false);
        let marks = draft.marks();
        assert_eq!(marks.get(&id("c")), Some(&Mark::Changed));
        assert_eq!(marks.get(&id("b")), Some(&Mark::Changed));
        assert_eq!(marks.get(&id("a")), None);
    }

    #[test]
    fn discarding_restores_the_published_rules() {
        let mut draft = Draft::of(published(1, "abc"));
        draft.remove(&id("b"));
        draft.set_defaults(Defaults {
            outbound: OutboundOption::EnforceEncryption,
            ..Defaults::default()
        });
        assert_eq!(draft.difference().count(), 2);
        draft.discard();
        assert!(draft.difference().is_empty());
    }

    #[test]
    fn rebasing_keeps_mine_on_top_of_theirs() {
        let mut draft = Draft::of(published(1, "abc"));
        draft.add(rule("n")).unwrap();
        draft.change(&id("b"), rule("B")).unwrap();
        draft.remove(&id("c"));
        draft.rebase(published(2, "xcba"));
        assert_eq!(names(&draft.set().rules), "nxBa");
        assert_eq!(draft.write().version, 2);
    }

    #[test]
    fn rebasing_a_moved_draft_keeps_my_order_and_their_rules() {
        let mut draft = Draft::of(published(1, "abc"));
        draft.move_to(&id("c"), 1);
        draft.rebase(published(2, "xab"));
        assert_eq!(names(&draft.set().rules), "xab", "c was removed by them");
        let mut draft = Draft::of(published(1, "abc"));
        draft.move_to(&id("c"), 1);
        draft.rebase(published(2, "axbc"));
        assert_eq!(names(&draft.set().rules), "cxab");
    }

    #[test]
    fn what_they_removed_comes_back_if_i_changed_it() {
        let mut draft = Draft::of(published(1, "abc"));
        draft.change(&id("b"), rule("B")).unwrap();
        draft.rebase(published(2, "ac"));
        assert_eq!(names(&draft.set().rules), "Bac");
        assert_eq!(
            draft.write().items.first().and_then(|item| item.id.clone()),
            None
        );
    }

    #[test]
    fn their_change_shows_as_a_difference() {
        let draft = Draft::of(published(1, "ab"));
        let theirs = draft.theirs(&published(2, "abx"));
        assert_eq!(names(&theirs.added), "x");
        assert_eq!(theirs.count(), 1);
    }
}
