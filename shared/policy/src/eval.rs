//! The decision: the first rule that says something, and why each earlier one did not.

use mail::Address;

use crate::{DirectionOption, Rule, RuleId, RuleSet};

/// The option that holds for one pair of mailboxes, with its reasons.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict<O> {
    /// What holds.
    pub option: O,
    /// Who said so.
    pub decider: Decider,
    /// The rules above the decider in priority order; all of them where the defaults decide.
    pub passed: Vec<Passed>,
}

/// Who decided.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decider {
    /// A rule.
    Rule {
        /// Its identity.
        id: RuleId,
        /// Its name at that time.
        name: String,
        /// Its priority at that time.
        priority: usize,
    },
    /// The organisation's defaults.
    Defaults,
}

/// A rule that did not decide.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Passed {
    /// Its identity.
    pub id: RuleId,
    /// Its name at that time.
    pub name: String,
    /// Its priority at that time.
    pub priority: usize,
    /// Why.
    pub miss: Miss,
}

/// Why a rule did not decide; the first of these that holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Miss {
    /// It is switched off.
    Disabled,
    /// It names other mailboxes of the organisation.
    OtherManaged,
    /// It names other external mailboxes.
    OtherExternal,
    /// Its option for this direction is *not defined*.
    NotDefined,
}

/// The reason as the end of the sentence *the rule did not decide: …*.
impl std::fmt::Display for Miss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Disabled => "it is switched off",
            Self::OtherManaged => "it is about other mailboxes of the organisation",
            Self::OtherExternal => "it is about other external mailboxes",
            Self::NotDefined => "it defines no option for this direction",
        })
    }
}

/// Decides for one pair of mailboxes. The direction is that of the option type `O`; no external
/// address stands for the null sender, which only the selector *any* selects.
pub fn evaluate<'a, O: DirectionOption>(
    rules: &RuleSet,
    managed: &Address,
    external: impl Into<Option<&'a Address>>,
) -> Verdict<O> {
    let external = external.into();
    let mut passed = Vec::new();
    for (rule, priority) in rules.rules.iter().zip(1..) {
        match judge::<O>(rule, managed, external) {
            Ok(option) => {
                let decider = Decider::Rule {
                    id: rule.id.clone(),
                    name: rule.draft.name.clone(),
                    priority,
                };
                return Verdict {
                    option,
                    decider,
                    passed,
                };
            }
            Err(miss) => passed.push(Passed {
                id: rule.id.clone(),
                name: rule.draft.name.clone(),
                priority,
                miss,
            }),
        }
    }
    Verdict {
        option: O::default_of(&rules.defaults),
        decider: Decider::Defaults,
        passed,
    }
}

fn judge<O: DirectionOption>(
    rule: &Rule,
    managed: &Address,
    external: Option<&Address>,
) -> Result<O, Miss> {
    if !rule.draft.enabled {
        return Err(Miss::Disabled);
    }
    if !rule.draft.managed.matches(managed) {
        return Err(Miss::OtherManaged);
    }
    if !rule.draft.external.matches(external) {
        return Err(Miss::OtherExternal);
    }
    O::of(rule).ok_or(Miss::NotDefined)
}
