//! The schemas of the wire types: each once, or twice where a type is not written as it is replied.
//!
//! A body may leave out what has a default, a reply never does.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value};

use super::prose;

/// Where schemas lie in the document.
const SCHEMAS: &str = "/components/schemas";
/// Where those of bodies lie until it is known which of them differ.
const WRITTEN: &str = "/components/written";
/// What is added to the name of a type whose form in bodies differs.
const WRITE: &str = "Write";

/// The schemas of the types met so far.
pub(super) struct Schemas {
    replied: SchemaGenerator,
    written: SchemaGenerator,
}

impl Default for Schemas {
    fn default() -> Self {
        let at = |path: &str| {
            let mut settings = SchemaSettings::draft2020_12();
            settings.definitions_path = path.to_owned().into();
            settings
        };
        Self {
            replied: at(SCHEMAS).for_serialize().into_generator(),
            written: at(WRITTEN).for_deserialize().into_generator(),
        }
    }
}

impl Schemas {
    /// The schema of a body; none of `()`.
    pub(super) fn body<T: JsonSchema>(&mut self) -> Option<Value> {
        schema_in::<T>(&mut self.written)
    }

    /// The schema of a reply; none of `()`.
    pub(super) fn reply<T: JsonSchema>(&mut self) -> Option<Value> {
        schema_in::<T>(&mut self.replied)
    }

    /// The schema of a query itself, which is no component.
    pub(super) fn query<T: JsonSchema>(&mut self) -> Map<String, Value> {
        let schema = T::json_schema(&mut self.written);
        schema.as_object().cloned().unwrap_or_default()
    }

    /// Puts the schemas into the document, and every reference and description right.
    pub(super) fn settle(mut self, document: &mut Value) {
        let mut schemas = self.replied.take_definitions(true);
        let written = self.written.take_definitions(true);
        let differing = differing(&written, &schemas);
        for (name, mut schema) in written {
            refer(&mut schema, &differing);
            let name = name_of(&name, &differing);
            debug_assert!(
                schemas.get(&name).is_none_or(|known| *known == schema),
                "two types are called {name}"
            );
            schemas.insert(name, schema);
        }
        if let Some(Value::Object(components)) = document.get_mut("components") {
            components.insert("schemas".to_owned(), schemas.into());
        }
        refer(document, &differing);
        each_text(document, "description", &mut |text| {
            *text = prose::plain(text);
        });
    }
}

fn schema_in<T: JsonSchema>(generator: &mut SchemaGenerator) -> Option<Value> {
    let schema = generator.subschema_for::<T>();
    let is_null = schema.get("type").is_some_and(|kind| kind == "null");
    (!is_null).then(|| schema.to_value())
}

/// Types whose form in bodies is not that in replies, be it for what they refer to.
fn differing(written: &Map<String, Value>, replied: &Map<String, Value>) -> BTreeSet<String> {
    let mut differing = BTreeSet::new();
    loop {
        let known = differing.len();
        for (name, schema) in written {
            let mut schema = schema.clone();
            refer(&mut schema, &differing);
            if replied.get(name).is_some_and(|other| *other != schema) {
                differing.insert(name.clone());
            }
        }
        if differing.len() == known {
            return differing;
        }
    }
}

/// Leads references to forms in bodies to where those lie in the end.
fn refer(value: &mut Value, differing: &BTreeSet<String>) {
    each_text(value, "$ref", &mut |reference| {
        let name = reference.strip_prefix('#').and_then(|path| {
            let name = path.strip_prefix(WRITTEN)?.strip_prefix('/')?;
            Some(name_of(name, differing))
        });
        if let Some(name) = name {
            *reference = format!("#{SCHEMAS}/{name}");
        }
    });
}

fn name_of(name: &str, differing: &BTreeSet<String>) -> String {
    let suffix = if differing.contains(name) { WRITE } else { "" };
    format!("{name}{suffix}")
}

/// Changes every text that stands under a name, however deep.
fn each_text(value: &mut Value, name: &str, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| each_text(item, name, change)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(text) if key == name => change(text),
                    _ => each_text(value, name, change),
                }
            }
        }
        _ => {}
    }
}
