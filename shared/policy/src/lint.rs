//! Rules that do nothing: what an administrator would want to know before publishing.

use crate::{Direction, DirectionOption, InboundOption, OutboundOption, Rule, RuleId, RuleSet};

/// One remark on one rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// Its priority.
    pub priority: usize,
    /// The remark.
    pub lint: Lint,
}

/// What may be said of a rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Lint {
    /// It defines no option, so it never decides.
    Vacuous,
    /// For `direction` it never decides: `by`, an enabled rule above it, is about all its pairs.
    Shadowed {
        /// Which way.
        direction: Direction,
        /// The rule above.
        by: RuleId,
    },
    /// For `direction` it may be removed: what decides then says the same.
    Redundant {
        /// Which way.
        direction: Direction,
        /// The rule below that says the same for all its pairs; `None` where the defaults do.
        with: Option<RuleId>,
    },
}

/// Looks at the enabled rules, in priority order. Each remark holds with the other rules as they
/// stand; two redundant rules may need each other.
pub fn lint(rules: &RuleSet) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (place, rule) in rules.rules.iter().enumerate() {
        if !rule.draft.enabled {
            continue;
        }
        let mut remark = |lint| {
            findings.push(Finding {
                rule: rule.id.clone(),
                priority: place + 1,
                lint,
            });
        };
        if rule.draft.inbound.is_none() && rule.draft.outbound.is_none() {
            remark(Lint::Vacuous);
        }
        look::<InboundOption>(rules, place, rule)
            .into_iter()
            .chain(look::<OutboundOption>(rules, place, rule))
            .for_each(&mut remark);
    }
    findings
}

/// The remark on one direction of a rule.
fn look<O: DirectionOption + Eq>(rules: &RuleSet, place: usize, rule: &Rule) -> Option<Lint> {
    let option = O::of(rule)?;
    let speaks = |other: &&Rule| other.draft.enabled && O::of(other).is_some();
    let above = rules.rules.iter().take(place).filter(speaks);
    let mut below = rules.rules.iter().skip(place + 1).filter(speaks);

    if let Some(by) = above.clone().find(|other| covers(other, rule)) {
        return Some(Lint::Shadowed {
            direction: O::DIRECTION,
            by: by.id.clone(),
        });
    }
    // The first rule below that has a word about any of the pairs must have the same for all.
    let with = below.find(|other| overlaps(other, rule));
    let same = match with {
        Some(other) => covers(other, rule) && O::of(other) == Some(option),
        None => O::default_of(&rules.defaults) == option,
    };
    same.then(|| Lint::Redundant {
        direction: O::DIRECTION,
        with: with.map(|other| other.id.clone()),
    })
}

fn covers(a: &Rule, b: &Rule) -> bool {
    a.draft.managed.covers(&b.draft.managed) && a.draft.external.covers(&b.draft.external)
}

fn overlaps(a: &Rule, b: &Rule) -> bool {
    a.draft.managed.overlaps(&b.draft.managed) && a.draft.external.overlaps(&b.draft.external)
}
