//! `sealgate policy`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use findings::{Report, printable};
use mail::Address;
use policy::{
    Decider, Defaults, DirectionOption, ExternalSelector, InboundOption, ManagedSelector,
    OutboundOption, Passed, Rule, RuleDraft, RuleId, RuleSet, Verdict, or_not_defined,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::input;
use crate::report::UsageError;

/// Ask the rules.
#[derive(Subcommand)]
pub(crate) enum Policy {
    Eval(Eval),
}

/// Tell which rule decides for a pair of mailboxes, and why each earlier one did not.
#[derive(Args)]
pub(crate) struct Eval {
    /// The rules, as the portal exports them (JSON).
    rules: PathBuf,
    /// Which way the mail goes, seen from the organisation.
    #[arg(long)]
    direction: DirectionName,
    /// The mailbox of the organisation.
    #[arg(long, value_name = "ADDR", value_parser = address)]
    managed: Address,
    /// The mailbox of the other side.
    #[arg(long, value_name = "ADDR", value_parser = address)]
    external: Address,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum DirectionName {
    Inbound,
    Outbound,
}

fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|error| error.to_string())
}

/// The export, read strictly: a word that is not known must not be passed over in a rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Export {
    #[serde(rename = "version")]
    _version: u64,
    items: Vec<Item>,
    #[serde(default)]
    defaults: Defaults,
}

/// [`api::RuleView`], flat: serde's `flatten` passes over unknown fields and loses positions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    id: RuleId,
    priority: usize,
    name: String,
    enabled: bool,
    managed: ManagedSelector,
    external: ExternalSelector,
    #[serde(with = "or_not_defined")]
    inbound: Option<InboundOption>,
    #[serde(with = "or_not_defined")]
    outbound: Option<OutboundOption>,
}

impl From<Item> for Rule {
    fn from(item: Item) -> Self {
        Self {
            id: item.id,
            draft: RuleDraft {
                name: item.name,
                enabled: item.enabled,
                managed: item.managed,
                external: item.external,
                inbound: item.inbound,
                outbound: item.outbound,
            },
        }
    }
}

impl Eval {
    pub(crate) fn run(&self) -> Result<Report, UsageError> {
        let octets = input::read(&self.rules)?;
        let mut export: Export = match serde_json::from_slice(&octets) {
            Ok(export) => export,
            Err(error) => {
                return Ok(Report::malformed(format!(
                    "{}: {error}",
                    self.rules.display()
                )));
            }
        };
        export.items.sort_by_key(|item| item.priority);
        let rules = RuleSet {
            rules: export.items.into_iter().map(Rule::from).collect(),
            defaults: export.defaults,
        };
        Ok(match self.direction {
            DirectionName::Inbound => self.eval::<InboundOption>(&rules),
            DirectionName::Outbound => self.eval::<OutboundOption>(&rules),
        })
    }

    fn eval<O: DirectionOption + Serialize>(&self, rules: &RuleSet) -> Report {
        let verdict: Verdict<O> = policy::evaluate(rules, &self.managed, &self.external);
        let option = serde_json::to_value(verdict.option).unwrap_or_default();
        let word = option.as_str().unwrap_or_default();
        let (rule, decided) = match &verdict.decider {
            Decider::Rule { id, name, priority } => (
                json!({"id": id, "name": name, "priority": priority}),
                format!("rule {priority} ({}) decides", printable(name)),
            ),
            Decider::Defaults => (
                Value::Null,
                "no rule decides, so the defaults do".to_owned(),
            ),
        };
        let mut trace: Vec<Value> = verdict.passed.iter().map(passed_json).collect();
        trace.push(json!({"rule": rule, "decided": true, "detail": decided}));
        let text: String = verdict.passed.iter().map(passed_text).collect();
        Report::good(format!("{word}: {decided}"))
            .with("option", word)
            .with("rule", rule)
            .with("trace", trace)
            .with_text(&text)
    }
}

fn passed_json(passed: &Passed) -> Value {
    json!({
        "rule": {"id": passed.id, "name": passed.name, "priority": passed.priority},
        "decided": false,
        "detail": passed.miss.to_string(),
    })
}

fn passed_text(passed: &Passed) -> String {
    let name = printable(&passed.name);
    format!(
        "  rule {} ({name}) did not decide: {}\n",
        passed.priority, passed.miss
    )
}
