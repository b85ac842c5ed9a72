//! JSON Schema, as far as the document makes use of it.

use serde::Serialize;
use serde_json::Value;

use crate::document;

pub(crate) fn assert_fits(name: &str, value: &impl Serialize) {
    let value = serde_json::to_value(value).unwrap();
    if let Err(fault) = fits(name, &value) {
        panic!("{value} is no {name}: {fault}");
    }
}

/// Whether a value is what the schema of this name describes, and if not, what of it.
pub(crate) fn fits(name: &str, value: &Value) -> Result<(), String> {
    let document = document();
    check(&document, &document["components"]["schemas"][name], value)
}

/// A keyword that is not known here is no pass, but a panic.
fn check(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let fits = |schema: &&Value| check(document, schema, value).is_ok();
    for (keyword, says) in schema.as_object().unwrap() {
        let holds = match keyword.as_str() {
            "description" | "default" | "examples" | "format" => true,
            "$ref" => {
                let path = says.as_str().unwrap().strip_prefix('#').unwrap();
                check(document, document.pointer(path).unwrap(), value)?;
                true
            }
            "anyOf" => list(says).iter().filter(fits).count() >= 1,
            "oneOf" => list(says).iter().filter(fits).count() == 1,
            "type" => match says.as_array() {
                Some(kinds) => kinds.iter().any(|says| says == kind(value)),
                None => says == kind(value),
            },
            "const" => says == value,
            "required" => list(says)
                .iter()
                .all(|name| value.get(name.as_str().unwrap()).is_some()),
            "properties" | "additionalProperties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    let schema = match schema["properties"].get(name) {
                        Some(schema) => schema,
                        None => &schema["additionalProperties"],
                    };
                    match schema {
                        Value::Bool(false) => return Err(format!("unknown field {name}")),
                        Value::Null => {}
                        _ => check(document, schema, value)?,
                    }
                }
                true
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    check(document, says, item)?;
                }
                true
            }
            "minimum" | "minLength" => size(value).is_none_or(|size| Some(size) >= says.as_i64()),
            "maximum" | "maxLength" => size(value).is_none_or(|size| Some(size) <= says.as_i64()),
            _ => panic!("{keyword} is not checked"),
        };
        if !holds {
            return Err(format!("{value} against {keyword} {says}"));
        }
    }
    Ok(())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A number, or the length of a text.
fn size(value: &Value) -> Option<i64> {
    let length = || i64::try_from(value.as_str()?.chars().count()).ok();
    value.as_i64().or_else(length)
}
