//! Which mailboxes a rule is about.

use mail::{Address, Domain};
use serde::{Deserialize, Serialize};

/// Selects mailboxes of the organisation.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ManagedSelector {
    /// Every managed mailbox.
    #[serde(deserialize_with = "nothing_else")]
    Any,
    /// Those of one domain.
    Domain {
        /// The domain.
        #[serde(with = "crate::selector::text")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        value: Domain,
    },
    /// One mailbox.
    Address {
        /// The mailbox.
        #[serde(with = "crate::selector::text")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        value: Address,
    },
}

impl ManagedSelector {
    /// Whether `address` is selected.
    pub fn matches(&self, address: &Address) -> bool {
        match self {
            Self::Any => true,
            Self::Domain { value } => address.domain() == value,
            Self::Address { value } => address == value,
        }
    }

    /// Whether everything that `other` selects is selected.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (_, Self::Any) | (Self::Address { .. }, Self::Domain { .. }) => false,
            (Self::Domain { value }, Self::Domain { value: other }) => value == other,
            (_, Self::Address { value }) => self.matches(value),
        }
    }

    /// Whether some mailbox is selected by both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.covers(other) || other.covers(self)
    }
}

/// Selects mailboxes outside the organisation.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ExternalSelector {
    /// Everyone, the null sender of bounces too.
    #[serde(deserialize_with = "nothing_else")]
    Any,
    /// Those of one domain.
    Domain {
        /// The domain.
        #[serde(with = "crate::selector::text")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        value: Domain,
        /// Whether the domains below it are meant too.
        #[serde(default)]
        subdomains: bool,
    },
    /// One mailbox.
    Address {
        /// The mailbox.
        #[serde(with = "crate::selector::text")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        value: Address,
    },
}

impl ExternalSelector {
    /// Whether `address` is selected; `None` stands for the null sender.
    pub fn matches<'a>(&self, address: impl Into<Option<&'a Address>>) -> bool {
        match (self, address.into()) {
            (Self::Any, _) => true,
            (_, None) => false,
            (Self::Domain { value, subdomains }, Some(address)) => {
                within(address.domain(), value, *subdomains)
            }
            (Self::Address { value }, Some(address)) => address == value,
        }
    }

    /// Whether everything that `other` selects is selected.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (_, Self::Any) | (Self::Address { .. }, Self::Domain { .. }) => false,
            (_, Self::Address { value }) => self.matches(value),
            (
                Self::Domain { value, subdomains },
                Self::Domain {
                    value: other,
                    subdomains: below,
                },
            ) => within(other, value, *subdomains) && (*subdomains || !below),
        }
    }

    /// Whether some mailbox is selected by both. Domains form a tree, so two selectors are never
    /// half in each other.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.covers(other) || other.covers(self)
    }
}

fn within(domain: &Domain, parent: &Domain, subdomains: bool) -> bool {
    domain == parent || (subdomains && domain.is_below(parent))
}

/// Reads the rest of a variant without fields: serde itself would pass over anything there.
fn nothing_else<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    Nothing::deserialize(deserializer).map(|Nothing {}| ())
}

/// Serde by the type's own text form.
mod text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) trait Text: Sized + ToString {
        fn read(text: &str) -> Result<Self, mail::AddressError>;
    }

    impl Text for mail::Domain {
        fn read(text: &str) -> Result<Self, mail::AddressError> {
            Self::parse(text)
        }
    }

    impl Text for mail::Address {
        fn read(text: &str) -> Result<Self, mail::AddressError> {
            Self::parse(text)
        }
    }

    pub(super) fn serialize<T: Text, S: Serializer>(value: &T, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&value.to_string())
    }

    pub(super) fn deserialize<'de, T: Text, D: Deserializer<'de>>(d: D) -> Result<T, D::Error> {
        T::read(&String::deserialize(d)?).map_err(D::Error::custom)
    }
}
