//! Which fields an answer always has: all of them. What there is none of is `null`.
//!
//! The derive of the schemas cannot tell answers from requests and takes every field that may be `null` for one
//! that may be absent.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::{OpenApi, RefOr, Schema};

/// Requires every field of what only answers have.
pub(crate) fn require_answers(api: &mut OpenApi) {
    let document = serde_json::to_value(&*api).unwrap_or_default();
    let (mut asked, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for operation in operations(&document) {
        collect(&document, &operation["requestBody"], &mut asked);
        collect(&document, &operation["responses"], &mut answered);
    }
    let schemas = &mut api.components.get_or_insert_default().schemas;
    for name in answered.difference(&asked) {
        if let Some(schema) = schemas.get_mut(name) {
            require(schema);
        }
    }
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(_, item)| {
        item.as_object()
            .into_iter()
            .flatten()
            .map(|(_, operation)| operation)
    })
}

/// The names of all schemas that this part of the document leads to.
fn collect(document: &Value, part: &Value, names: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value
                    .as_str()
                    .and_then(|path| path.strip_prefix("#/components/schemas/"))
                {
                    Some(name) if key == "$ref" => {
                        if names.insert(name.to_owned()) {
                            collect(document, &document["components"]["schemas"][name], names);
                        }
                    }
                    _ => collect(document, value, names),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(document, item, names)),
        _ => (),
    }
}

/// What it refers to is required by its own name.
fn require(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            object.required = object.properties.keys().cloned().collect();
            object.properties.values_mut().for_each(require);
        }
        RefOr::T(Schema::OneOf(all)) => all.items.iter_mut().for_each(require),
        RefOr::T(Schema::AnyOf(all)) => all.items.iter_mut().for_each(require),
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(require),
        RefOr::T(_) | RefOr::Ref(_) => (),
    }
}
