//! What a rule may say for a direction.

use serde::{Deserialize, Serialize};

use crate::Rule;

/// Which way a message goes, seen from the organisation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To a managed mailbox.
    Inbound,
    /// From a managed mailbox.
    Outbound,
}

/// What happens to mail that comes in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InboundOption {
    /// Delivered encrypted.
    DoNotDecrypt,
    /// Decrypted if possible, else delivered encrypted.
    OptionalDecryption,
    /// Plain mail is accepted; encrypted mail that cannot be decrypted is refused.
    AlwaysDecrypt,
    /// Only encrypted mail is accepted, and it must be decryptable.
    ForceDecryption,
}

/// What happens to mail that goes out.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OutboundOption {
    /// Left as it is.
    Neither,
    /// Signed if the sender has an active certificate.
    SignOnly,
    /// Signed, and encrypted if the recipient's key is known.
    OptionalEncryption,
    /// Signed and encrypted, or refused.
    EnforceEncryption,
}

impl InboundOption {
    /// The word of the policy language.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DoNotDecrypt => "do_not_decrypt",
            Self::OptionalDecryption => "optional_decryption",
            Self::AlwaysDecrypt => "always_decrypt",
            Self::ForceDecryption => "force_decryption",
        }
    }
}

impl OutboundOption {
    /// The word of the policy language.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Neither => "neither",
            Self::SignOnly => "sign_only",
            Self::OptionalEncryption => "optional_encryption",
            Self::EnforceEncryption => "enforce_encryption",
        }
    }
}

/// The options that decide where no rule does.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// For mail that comes in.
    pub inbound: InboundOption,
    /// For mail that goes out.
    pub outbound: OutboundOption,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            inbound: InboundOption::OptionalDecryption,
            outbound: OutboundOption::SignOnly,
        }
    }
}

/// An option type, tied to the direction it belongs to.
pub trait DirectionOption: Copy {
    /// The direction whose mail the option is about.
    const DIRECTION: Direction;
    /// What `rule` says; `None` is *not defined*.
    fn of(rule: &Rule) -> Option<Self>;
    /// What the organisation says where no rule does.
    fn default_of(defaults: &Defaults) -> Self;
    /// The word of the policy language.
    fn word(self) -> &'static str;
}

impl DirectionOption for InboundOption {
    const DIRECTION: Direction = Direction::Inbound;

    fn of(rule: &Rule) -> Option<Self> {
        rule.draft.inbound
    }

    fn default_of(defaults: &Defaults) -> Self {
        defaults.inbound
    }

    fn word(self) -> &'static str {
        self.word()
    }
}

impl DirectionOption for OutboundOption {
    const DIRECTION: Direction = Direction::Outbound;

    fn of(rule: &Rule) -> Option<Self> {
        rule.draft.outbound
    }

    fn default_of(defaults: &Defaults) -> Self {
        defaults.outbound
    }

    fn word(self) -> &'static str {
        self.word()
    }
}

/// Serde for `Option<O>` with the word `not_defined` for `None`.
pub mod or_not_defined {
    use serde::de::{IntoDeserializer, value::Error};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    const NOT_DEFINED: &str = "not_defined";

    /// Writes the option's word.
    pub fn serialize<O: Serialize, S: Serializer>(
        option: &Option<O>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match option {
            Some(option) => option.serialize(serializer),
            None => serializer.serialize_str(NOT_DEFINED),
        }
    }

    /// Reads the option's word.
    pub fn deserialize<'de, O, D>(deserializer: D) -> Result<Option<O>, D::Error>
    where
        O: for<'word> Deserialize<'word>,
        D: Deserializer<'de>,
    {
        let word = String::deserialize(deserializer)?;
        if word == NOT_DEFINED {
            return Ok(None);
        }
        let read: Result<O, Error> = O::deserialize(word.into_deserializer());
        read.map(Some).map_err(serde::de::Error::custom)
    }

    /// The option's words and that one.
    #[cfg(feature = "schema")]
    pub fn schema<O: schemars::JsonSchema>(
        generator: &mut schemars::SchemaGenerator,
    ) -> schemars::Schema {
        let option = generator.subschema_for::<O>();
        schemars::json_schema!({ "anyOf": [option, { "type": "string", "const": NOT_DEFINED }] })
    }
}
