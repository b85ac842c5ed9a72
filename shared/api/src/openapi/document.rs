//! The document: what is said of every call, and of the API as a whole.

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::particulars::{self, Particulars};
use super::schemas::Schemas;
use crate::{Access, BASE, Endpoint, Problem, describe_all};

/// The text of the document, as it is kept in a file.
pub fn describe() -> String {
    let mut document = Document::default();
    describe_all(&mut document);
    format!("{:#}\n", document.close())
}

/// A document that is being made.
#[derive(Default)]
pub(crate) struct Document {
    paths: Map<String, Value>,
    schemas: Schemas,
}

impl Document {
    /// Adds a call.
    pub(crate) fn describe<E>(&mut self, name: &str)
    where
        E: Endpoint<Query: JsonSchema, Body: JsonSchema, Reply: JsonSchema>,
    {
        let particulars = particulars::of(name);
        let mut parameters = in_path(E::PATH);
        parameters.extend(in_query(self.schemas.query::<E::Query>()));
        let body = content(self.schemas.body::<E::Body>(), particulars.body);
        let reply = content(self.schemas.reply::<E::Reply>(), particulars.reply);
        let operation = said(json!({
            "operationId": name,
            "summary": E::SUMMARY,
            "parameters": parameters,
            "requestBody": body.map(|content| json!({ "required": true, "content": content })),
            "security": security(E::ACCESS, &particulars),
            "responses": responses(reply.as_ref(), &particulars),
        }));
        let path = self.paths.entry(E::PATH).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(E::METHOD.as_str().to_ascii_lowercase(), operation);
        }
    }

    fn close(mut self) -> Value {
        let problem = self.schemas.reply::<Problem>();
        let mut document = json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Sealgate",
                "version": env!("CARGO_PKG_VERSION"),
                "license": {
                    "name": env!("CARGO_PKG_LICENSE"),
                    "identifier": env!("CARGO_PKG_LICENSE"),
                },
                "description": "Lists are keyset-paged: `?limit=&cursor=`, reply `{items, next}`. \
                    Times are RFC 3339 in UTC. Unknown fields and words are refused with 422.",
            },
            "servers": [{ "url": BASE }],
            "paths": self.paths,
            "components": {
                "securitySchemes": {
                    "token": { "type": "http", "scheme": "bearer" },
                    "session": { "type": "apiKey", "in": "cookie", "name": "sealgate_session" },
                },
                "responses": { "Problem": {
                    "description": "What went wrong: RFC 9457, with a stable `code`.",
                    "content": { Problem::MEDIA_TYPE: { "schema": problem } },
                } },
            },
        });
        self.schemas.settle(&mut document);
        document
    }
}

/// The names in braces.
fn in_path(path: &str) -> Vec<Value> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        })
        .collect()
}

/// The fields of a query.
fn in_query(mut query: Map<String, Value>) -> Vec<Value> {
    let required = query.remove("required").unwrap_or_default();
    let is_required = |name: &str| {
        let required = required.as_array();
        required.is_some_and(|names| names.iter().any(|known| known == name))
    };
    let Some(Value::Object(properties)) = query.remove("properties") else {
        return Vec::new();
    };
    properties
        .into_iter()
        .map(|(name, mut schema)| {
            let description = schema.as_object_mut().and_then(|s| s.remove("description"));
            said(json!({
                "name": name,
                "in": "query",
                "required": is_required(&name),
                "description": description,
                "schema": without_null(schema),
            }))
        })
        .collect()
}

/// What may be left out of a query is left out: there is no null to write.
fn without_null(mut schema: Value) -> Value {
    let is_null = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "null");
    if let Some(Value::Array(either)) = schema.get_mut("anyOf") {
        either.retain(|schema| !is_null(schema));
        if let [one] = either.as_slice() {
            return one.clone();
        }
    }
    if let Some(types) = schema.get_mut("type")
        && let Some([one, _]) = types.as_array().map(Vec::as_slice)
    {
        *types = one.clone();
    }
    schema
}

/// JSON and what else may stand for it, by media type.
fn content(json: Option<Value>, others: &[&str]) -> Option<Map<String, Value>> {
    let json = json.map(|schema| ("application/json".to_owned(), json!({ "schema": schema })));
    let others = others
        .iter()
        .map(|media| ((*media).to_owned(), particulars::content(media)));
    let content: Map<String, Value> = json.into_iter().chain(others).collect();
    (!content.is_empty()).then_some(content)
}

fn responses(reply: Option<&Map<String, Value>>, particulars: &Particulars) -> Value {
    let header = |(name, description): &(&str, &str)| {
        let header = json!({ "description": description, "schema": { "type": "string" } });
        ((*name).to_owned(), header)
    };
    let headers: Map<String, Value> = particulars.headers.iter().map(header).collect();
    let problem = json!({ "$ref": "#/components/responses/Problem" });
    let status = if reply.is_some() { "200" } else { "204" };
    let success = said(json!({
        "description": particulars.success,
        "headers": (!headers.is_empty()).then_some(headers),
        "content": reply,
    }));
    json!({ status: success, "4XX": problem, "5XX": problem })
}

fn security(access: Access, particulars: &Particulars) -> Value {
    match access {
        Access::Public => json!([]),
        Access::Operator => json!([{ "token": [] }]),
        Access::Read | Access::Write if particulars.by_token_only => json!([{ "token": [] }]),
        Access::Read | Access::Write => json!([{ "token": [] }, { "session": [] }]),
    }
}

/// The object without the fields of which there is nothing to say.
fn said(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    object
}
