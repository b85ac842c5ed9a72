//! The description of the API (`OpenAPI` 3.1), made from the table of endpoints.

use serde_json::{Map, Value, json};

use crate::{Access, BASE, ENDPOINTS, EndpointInfo, Problem};

/// The document that `GET /openapi.json` replies.
pub fn openapi() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in ENDPOINTS {
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            let method = endpoint.method.as_str().to_ascii_lowercase();
            path.insert(method, operation(endpoint));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sealgate",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Lists are keyset-paged: `?limit=&cursor=`, reply `{items, next}`. Times \
                are RFC 3339 in UTC. Unknown fields and words are refused with 422.",
        },
        "servers": [{ "url": BASE }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": "sealgate_session" },
            },
            "responses": { "Problem": {
                "description": "What went wrong: RFC 9457, with a stable `code`.",
                "content": { Problem::MEDIA_TYPE: { "schema": problem() } },
            } },
        },
    })
}

fn operation(endpoint: &EndpointInfo) -> Value {
    let parameters: Vec<Value> = parameters(endpoint.path)
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        })
        .collect();
    json!({
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "parameters": parameters,
        "security": security(endpoint.access),
        "responses": {
            "2XX": { "description": "Done." },
            "default": { "$ref": "#/components/responses/Problem" },
        },
    })
}

/// The names in braces.
fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn security(access: Access) -> Value {
    match access {
        Access::Public => json!([]),
        Access::Read | Access::Write => json!([{ "token": [] }, { "session": [] }]),
        Access::Operator => json!([{ "token": [] }]),
    }
}

fn problem() -> Value {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer" });
    json!({
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": text, "title": text, "status": number, "code": text, "detail": text,
            "instance": text, "version": number, "reply": text,
            "errors": { "type": "array", "items": {
                "type": "object",
                "required": ["pointer", "code", "text"],
                "properties": { "pointer": text, "code": text, "text": text },
            } },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_described_once() {
        let document = openapi();
        for endpoint in ENDPOINTS {
            let method = endpoint.method.as_str().to_ascii_lowercase();
            let operation = &document["paths"][endpoint.path][method];
            assert_eq!(operation["operationId"], endpoint.name);
            let parameters = operation["parameters"].as_array().unwrap();
            assert_eq!(parameters.len(), endpoint.path.matches('{').count());
        }
    }
}
