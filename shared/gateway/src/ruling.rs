//! What the rules say about one recipient, and the beginning of its trace.

use mail::Address;
use policy::{Decider, DirectionOption, RuleSet, Verdict, evaluate};

use crate::TraceStep;
use crate::decision::RuleRef;
use crate::trace::{DEFAULTS_DECIDED, RULE_DECIDED, RULE_PASSED, RULES_PASSED};

/// Most rules named in a trace that did not decide, the nearest to the decision; the rest is a
/// number. A thousand rules times a thousand recipients would not fit the log.
pub const PASSED_RULES_MAX: usize = 20;

/// The option for one recipient, who decided, and how.
#[derive(Clone, Debug)]
pub(crate) struct Ruling<O> {
    pub(crate) option: O,
    pub(crate) rule: Option<RuleRef>,
    pub(crate) trace: Vec<TraceStep>,
}

/// Asks the rules. No external address stands for the null sender.
pub(crate) fn rule<O: DirectionOption>(
    rules: &RuleSet,
    managed: &Address,
    external: Option<&Address>,
) -> Ruling<O> {
    let verdict: Verdict<O> = evaluate(rules, managed, external);
    let unnamed = verdict.passed.len().saturating_sub(PASSED_RULES_MAX);
    let mut trace = Vec::new();
    if unnamed > 0 {
        trace.push(RULES_PASSED.with(&[("count", &unnamed)]));
    }
    trace.extend(verdict.passed.iter().skip(unnamed).map(|passed| {
        RULE_PASSED.with(&[
            ("priority", &passed.priority),
            ("rule", &passed.name),
            ("why", &passed.miss),
        ])
    }));
    let option = verdict.option;
    let rule = match verdict.decider {
        Decider::Rule { id, name, priority } => {
            trace.push(RULE_DECIDED.with(&[
                ("priority", &priority),
                ("rule", &name),
                ("option", &option.word()),
            ]));
            Some(RuleRef { id, name })
        }
        Decider::Defaults => {
            trace.push(DEFAULTS_DECIDED.with(&[("option", &option.word())]));
            None
        }
    };
    Ruling {
        option,
        rule,
        trace,
    }
}
