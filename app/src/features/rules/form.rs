//! The form of a rule: what stands in its fields, and the rule that it means.

use mail::{Address, AddressError, Domain};
use policy::{
    ExternalSelector, InboundOption, ManagedSelector, OutboundOption, RULE_NAME_CHARS_MAX,
    RuleDraft,
};

/// Who a selector is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Any,
    Domain,
    Address,
}

impl Kind {
    /// In the order of the form.
    pub const ALL: [Self; 3] = [Self::Any, Self::Domain, Self::Address];

    /// The word of the contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Domain => "domain",
            Self::Address => "address",
        }
    }

    /// By its word.
    pub fn parse(word: &str) -> Self {
        let found = Self::ALL.into_iter().find(|kind| kind.word() == word);
        found.unwrap_or(Self::Any)
    }
}

/// The fields as they stand, right or wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Form {
    pub name: String,
    pub enabled: bool,
    pub managed: Kind,
    pub managed_value: String,
    pub external: Kind,
    pub external_value: String,
    pub subdomains: bool,
    pub inbound: Option<InboundOption>,
    pub outbound: Option<OutboundOption>,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    NameMissing,
    NameTooLong,
    Address(AddressError),
}

/// The fields at fault.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Faults {
    pub name: Option<Fault>,
    pub managed: Option<Fault>,
    pub external: Option<Fault>,
}

impl Form {
    /// A new rule: outgoing mail is what most rules are about.
    pub fn new() -> Self {
        Self {
            name: String::new(),
            enabled: true,
            managed: Kind::Any,
            managed_value: String::new(),
            external: Kind::Domain,
            external_value: String::new(),
            subdomains: false,
            inbound: None,
            outbound: Some(OutboundOption::EnforceEncryption),
        }
    }

    /// The form of an existing rule.
    pub fn of(rule: &RuleDraft) -> Self {
        let (managed, managed_value) = match &rule.managed {
            ManagedSelector::Any => (Kind::Any, String::new()),
            ManagedSelector::Domain { value } => (Kind::Domain, value.to_unicode()),
            ManagedSelector::Address { value } => (Kind::Address, value.to_string()),
        };
        let (external, external_value, subdomains) = match &rule.external {
            ExternalSelector::Any => (Kind::Any, String::new(), false),
            ExternalSelector::Domain { value, subdomains } => {
                (Kind::Domain, value.to_unicode(), *subdomains)
            }
            ExternalSelector::Address { value } => (Kind::Address, value.to_string(), false),
        };
        Self {
            name: rule.name.clone(),
            enabled: rule.enabled,
            managed,
            managed_value,
            external,
            external_value,
            subdomains,
            inbound: rule.inbound,
            outbound: rule.outbound,
        }
    }

    /// The rule, or every field at fault.
    pub fn parse(&self) -> Result<RuleDraft, Faults> {
        let name = self.name.trim();
        let mut faults = Faults {
            name: match name.chars().count() {
                0 => Some(Fault::NameMissing),
                1..=RULE_NAME_CHARS_MAX => None,
                _ => Some(Fault::NameTooLong),
            },
            ..Faults::default()
        };
        let managed = self.managed().map_err(|fault| faults.managed = Some(fault));
        let external = self
            .external()
            .map_err(|fault| faults.external = Some(fault));
        match (managed, external) {
            (Ok(managed), Ok(external)) if faults == Faults::default() => Ok(RuleDraft {
                name: name.to_owned(),
                enabled: self.enabled,
                managed,
                external,
                inbound: self.inbound,
                outbound: self.outbound,
            }),
            _ => Err(faults),
        }
    }

    fn managed(&self) -> Result<ManagedSelector, Fault> {
        Ok(match self.managed {
            Kind::Any => ManagedSelector::Any,
            Kind::Domain => ManagedSelector::Domain {
                value: domain(&self.managed_value)?,
            },
            Kind::Address => ManagedSelector::Address {
                value: address(&self.managed_value)?,
            },
        })
    }

    fn external(&self) -> Result<ExternalSelector, Fault> {
        Ok(match self.external {
            Kind::Any => ExternalSelector::Any,
            Kind::Domain => ExternalSelector::Domain {
                value: domain(&self.external_value)?,
                subdomains: self.subdomains,
            },
            Kind::Address => ExternalSelector::Address {
                value: address(&self.external_value)?,
            },
        })
    }
}

fn domain(text: &str) -> Result<Domain, Fault> {
    let text = text.trim();
    Domain::parse(text.strip_prefix('@').unwrap_or(text)).map_err(Fault::Address)
}

fn address(text: &str) -> Result<Address, Fault> {
    Address::parse(text.trim()).map_err(Fault::Address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_goes_through_its_form_unchanged() {
        let rule = Form {
            name: " Partner ".to_owned(),
            external_value: "@Bücher.example".to_owned(),
            subdomains: true,
            ..Form::new()
        };
        let rule = rule.parse().unwrap();
        assert_eq!(rule.name, "Partner");
        assert_eq!(Form::of(&rule).external_value, "bücher.example");
        assert_eq!(Form::of(&rule).parse().unwrap(), rule);
    }

    #[test]
    fn every_fault_shows_at_once() {
        let form = Form {
            managed: Kind::Address,
            managed_value: "alice".to_owned(),
            ..Form::new()
        };
        assert_eq!(
            form.parse(),
            Err(Faults {
                name: Some(Fault::NameMissing),
                managed: Some(Fault::Address(AddressError::NoAt)),
                external: Some(Fault::Address(AddressError::EmptyDomain)),
            })
        );
    }

    #[test]
    fn a_name_has_a_limit() {
        let mut form = Form {
            name: "n".repeat(RULE_NAME_CHARS_MAX),
            external: Kind::Any,
            ..Form::new()
        };
        assert!(form.parse().is_ok());
        form.name.push('n');
        assert_eq!(form.parse().unwrap_err().name, Some(Fault::NameTooLong));
    }

    #[test]
    fn kinds_have_words() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.word()), kind);
        }
    }
}
