//! The description of the API: that it is up to date, complete, and true of what serde writes.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy allows this in a test, but not in the functions beside it"
)]

mod samples;
mod schema;

use std::collections::BTreeSet;

use api::EndpointInfo;
use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(api::openapi()).unwrap()
}

#[test]
fn the_file_is_up_to_date() {
    assert!(
        api::openapi() == api::describe(),
        "shared/api/openapi.json is not what the types say: \
            `cargo run -p api --example openapi` writes it anew"
    );
}

#[test]
fn every_call_is_described_once() {
    let document = document();
    let mut described = Vec::new();
    for path in document["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            described.push(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    described.sort_unstable();
    let mut names: Vec<&str> = api::ENDPOINTS.iter().map(|call| call.name).collect();
    names.sort_unstable();
    assert_eq!(described, names);
    for call in api::ENDPOINTS {
        let method = call.method.as_str().to_ascii_lowercase();
        let operation = &document["paths"][call.path][method];
        assert_eq!(operation["operationId"], call.name);
        assert_eq!(
            names_of(operation, "path").len(),
            call.path.matches('{').count()
        );
    }
}

#[test]
fn bodies_replies_and_queries_of_the_table_have_schemas() {
    let document = document();
    let mut calls = 0;
    for line in include_str!("../../src/endpoint.rs").lines() {
        let Some((call, [query, body, reply])) = row(line) else {
            continue;
        };
        calls += 1;
        let method = call.method.as_str().to_ascii_lowercase();
        let operation = &document["paths"][call.path][method];
        let has_query = !names_of(operation, "query").is_empty();
        assert_eq!(has_query, query != "()", "{line}");
        if body != "()" {
            let names = [component(body), format!("{}Write", component(body))];
            assert!(
                names.contains(&json_of(&operation["requestBody"])),
                "{line}"
            );
        }
        if reply != "()" {
            let replied = json_of(&operation["responses"]["200"]);
            assert_eq!(replied, component(reply), "{line}");
        }
    }
    assert_eq!(calls, api::ENDPOINTS.len());
}

/// A row of the table by its text: its query, body and reply.
fn row(line: &str) -> Option<(&EndpointInfo, [&str; 3])> {
    let (name, rest) = line.trim().split_once(": ")?;
    let call = api::ENDPOINTS.iter().find(|call| call.name == name)?;
    let (types, rest) = rest.split_once(" (")?.1.split_once(") -> ")?;
    let (query, body) = types.split_once(", ")?;
    Some((call, [query, body, rest.split_once(", \"")?.0]))
}

/// The name in the document of a type in Rust.
fn component(rust: &str) -> String {
    let name = rust.rsplit("::").next().unwrap();
    let of = name
        .strip_prefix("Page<")
        .and_then(|of| of.strip_suffix('>'));
    of.map_or(name.to_owned(), |of| format!("{of}Page"))
}

/// The name of what is read or replied as JSON.
fn json_of(content: &Value) -> String {
    let reference = content["content"]["application/json"]["schema"]["$ref"].as_str();
    let name = reference.and_then(|path| path.strip_prefix("#/components/schemas/"));
    name.unwrap_or_default().to_owned()
}

fn names_of(operation: &Value, place: &str) -> BTreeSet<String> {
    let parameters = operation["parameters"].as_array().unwrap();
    let here = parameters
        .iter()
        .filter(|parameter| parameter["in"] == place);
    here.map(|parameter| parameter["name"].to_string())
        .collect()
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let document = document();
    let mut references = BTreeSet::new();
    each(&document, &mut |name, value| {
        if let ("$ref", Some(reference)) = (name, value.as_str()) {
            let target = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(target).is_some(), "{reference}");
            references.insert(target.to_owned());
        }
    });
    for name in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        let place = format!("/components/schemas/{name}");
        assert!(references.contains(&place), "nothing refers to {name}");
    }
}

#[test]
fn descriptions_name_no_constant() {
    each(&document(), &mut |name, value| {
        if let ("description", Some(text)) = (name, value.as_str()) {
            let constant = text.split('`').skip(1).step_by(2).find(|word| {
                let is_of_one = |c: char| c.is_ascii_uppercase() || c == '_';
                word.contains('_') && word.chars().all(is_of_one)
            });
            assert_eq!(constant, None, "{text}");
        }
    });
}

/// Every field of every object.
fn each(value: &Value, look: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| each(item, look)),
        Value::Object(fields) => {
            for (name, value) in fields {
                look(name, value);
                each(value, look);
            }
        }
        _ => {}
    }
}
