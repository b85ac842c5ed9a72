//! Which mailboxes a rule is about.

use mail::{Address, Domain};
use serde::{Deserialize, Serialize};

/// Selects mailboxes of the organisation.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ManagedSelector {
    /// Every managed mailbox.
    #[serde(deserialize_with = "nothing_else")]
    Any,
    /// Those of one domain.
    Domain {
        /// The domain.
        #[serde(with = "crate::selector::text")]
        value: Domain,
    },
    /// One mailbox.
    Address {
        /// The mailbox.
        #[serde(with = "crate::selector::text")]
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
}

/// Selects mailboxes outside the organisation.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ExternalSelector {
    /// Everyone.
    #[serde(deserialize_with = "nothing_else")]
    Any,
    /// Those of one domain.
    Domain {
        /// The domain.
        #[serde(with = "crate::selector::text")]
        value: Domain,
        /// Whether the domains below it are meant too.
        #[serde(default)]
        subdomains: bool,
    },
    /// One mailbox.
    Address {
        /// The mailbox.
        #[serde(with = "crate::selector::text")]
        value: Address,
    },
}

impl ExternalSelector {
    /// Whether `address` is selected.
    pub fn matches(&self, address: &Address) -> bool {
        match self {
            Self::Any => true,
            Self::Domain { value, subdomains } => {
                address.domain() == value || (*subdomains && address.domain().is_below(value))
            }
            Self::Address { value } => address == value,
        }
    }
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
