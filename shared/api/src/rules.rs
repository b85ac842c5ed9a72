//! The rules in their order, and the defaults below them.

use policy::{Defaults, RuleDraft, RuleId};
use serde::{Deserialize, Serialize};

/// All rules, highest priority first. This is also what the portal exports.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleList {
    /// Moves with every change of rules or defaults; writes carry it.
    pub version: u64,
    /// In priority order.
    pub items: Vec<RuleView>,
}

/// A rule with its place.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleView {
    /// Its identity.
    pub id: RuleId,
    /// Dense from 1, the highest.
    pub priority: usize,
    /// Its content.
    #[serde(flatten)]
    pub draft: RuleDraft,
}

/// Body of `POST /rules` and `PUT /rules/{id}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "read::RuleWrite")]
#[cfg_attr(feature = "schema", schemars(!from, deny_unknown_fields))]
pub struct RuleWrite {
    /// The version that the writer saw.
    pub version: u64,
    /// The content.
    #[serde(flatten)]
    pub draft: RuleDraft,
}

/// Reply to `POST /rules` and `PUT /rules/{id}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleWritten {
    /// The version that holds now.
    pub version: u64,
    /// The rule as it stands.
    pub rule: RuleView,
}

/// Body of `PUT /rules`: a whole rule set, published at once. No mail ever meets half of it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RuleSetWrite {
    /// The version that the writer saw.
    pub version: u64,
    /// In priority order.
    pub items: Vec<RuleItemWrite>,
    /// What decides where no rule does.
    pub defaults: Defaults,
}

/// A rule of a set that is published.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "read::RuleItemWrite")]
#[cfg_attr(feature = "schema", schemars(!from, deny_unknown_fields))]
pub struct RuleItemWrite {
    /// The rule that this is; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RuleId>,
    /// Its content.
    #[serde(flatten)]
    pub draft: RuleDraft,
}

/// Body of `PUT /rules/order`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RuleOrder {
    /// The version that the writer saw.
    pub version: u64,
    /// Every rule once, highest priority first.
    pub ids: Vec<RuleId>,
}

/// Query of `DELETE /rules/{id}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VersionQuery {
    /// The version that the writer saw.
    pub version: u64,
}

/// Reply to a removal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VersionReply {
    /// The version that holds now.
    pub version: u64,
}

/// The forms in which bodies are read: serde's `flatten` would pass over unknown fields, and it
/// loses the place of a fault.
mod read {
    use policy::{ExternalSelector, InboundOption, ManagedSelector, OutboundOption};
    use policy::{RuleDraft, RuleId, or_not_defined};
    use serde::Deserialize;

    macro_rules! flat {
        ($name:ident, $($(#[$attribute:meta])* $field:ident: $type:ty)?) => {
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields)]
            pub(super) struct $name {
                $($(#[$attribute])* $field: $type,)?
                name: String,
                enabled: bool,
                managed: ManagedSelector,
                external: ExternalSelector,
                #[serde(with = "or_not_defined")]
                inbound: Option<InboundOption>,
                #[serde(with = "or_not_defined")]
                outbound: Option<OutboundOption>,
            }

            impl From<$name> for super::$name {
                fn from(flat: $name) -> Self {
                    Self {
                        $($field: flat.$field,)?
                        draft: RuleDraft {
                            name: flat.name,
                            enabled: flat.enabled,
                            managed: flat.managed,
                            external: flat.external,
                            inbound: flat.inbound,
                            outbound: flat.outbound,
                        },
                    }
                }
            }
        };
    }

    flat!(RuleWrite, version: u64);
    flat!(RuleItemWrite, #[serde(default)] id: Option<RuleId>);
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = r#"{"version":3,"name":"partners","enabled":true,"managed":{"kind":"any"},
        "external":{"kind":"domain","value":"partner.test"},"inbound":"not_defined",
        "outbound":"sign_only"}"#;

    #[test]
    fn a_written_rule_is_read_back() {
        let rule: RuleWrite = serde_json::from_str(RULE).unwrap();
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<RuleWrite>(&text).unwrap(), rule);
        assert_eq!(rule.draft.inbound, None);
    }

    #[test]
    fn unknown_fields_and_words_are_refused() {
        for (from, to) in [
            ("\"enabled\"", "\"colour\":1,\"enabled\""),
            ("sign_only", "sign_maybe"),
            ("\"kind\":\"any\"", "\"kind\":\"any\",\"value\":\"x\""),
        ] {
            let text = RULE.replacen(from, to, 1);
            assert!(serde_json::from_str::<RuleWrite>(&text).is_err(), "{text}");
        }
    }
}
