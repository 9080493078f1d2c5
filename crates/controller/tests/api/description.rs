//! The OpenAPI document: complete, and the same as the committed one.

use std::collections::BTreeSet;

use damso_protocol::ErrorKind;
use damso_testing::contract::{description, operations};

#[test]
fn the_committed_document_is_the_one_the_code_makes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    let committed: serde_json::Value = serde_json::from_str(&committed).unwrap();
    assert!(
        committed == *description(),
        "openapi/openapi.json is old; make it again with `./just openapi`"
    );
}

#[test]
fn every_operation_has_a_summary_a_tag_and_a_name_of_its_own() {
    let tags: BTreeSet<_> = description()["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let id = operation
            .id
            .as_deref()
            .unwrap_or_else(|| panic!("no id: {operation:?}"));
        assert!(ids.insert(id), "{id} is there twice");
        assert!(
            operation
                .summary
                .as_ref()
                .is_some_and(|summary| !summary.is_empty()),
            "{id} has no summary"
        );
        assert!(
            matches!(&operation.tags[..], [tag] if tags.contains(tag.as_str())),
            "{id}: {:?}",
            operation.tags
        );
    }
}

#[test]
fn every_placeholder_is_a_documented_parameter() {
    for operation in operations() {
        for name in operation.placeholders() {
            let is_it =
                |parameter: &serde_json::Value| parameter["in"] == "path" && parameter["name"] == name;
            let parameter = operation.parameters.iter().find(|parameter| is_it(parameter));
            let parameter = parameter.unwrap_or_else(|| panic!("{name} of {operation:?}"));
            assert!(
                parameter["description"].is_string(),
                "{name} of {operation:?} is not described"
            );
        }
    }
}

#[test]
fn every_refusal_is_a_problem_of_a_kind_there_is() {
    let kinds: BTreeSet<String> = ErrorKind::ALL
        .iter()
        .map(|kind| serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned())
        .collect();
    for operation in operations() {
        let item = &description()["paths"][&operation.path][operation.method.as_str().to_lowercase()];
        for (status, types) in operation.answers.iter().filter(|(status, _)| 400 <= **status) {
            assert_eq!(*types, ["application/problem+json"], "{status} of {operation:?}");
            let text = item["responses"][status.to_string()]["description"]
                .as_str()
                .unwrap();
            let named: Vec<_> = text
                .split('`')
                .skip(1)
                .step_by(2)
                .filter(|word| *word != "Retry-After")
                .collect();
            assert!(!named.is_empty(), "{status} of {operation:?} names no kind");
            for kind in named {
                assert!(kinds.contains(kind), "{kind} in {status} of {operation:?}");
            }
        }
    }
}

/// Absent optional values are `null` in answers and may be left out of requests. That real answers keep to it is
/// checked with each of them.
#[test]
fn answers_have_every_field_and_requests_need_not() {
    let required = |schema: &str| {
        let names = description()["components"]["schemas"][schema]["required"].as_array();
        let names = names.into_iter().flatten().filter_map(|name| name.as_str());
        names.collect::<BTreeSet<_>>()
    };
    for (schema, nullable) in [
        ("Me", "email"),
        ("Message", "deleted_at"),
        ("Conversation", "last_message"),
        ("Members", "next_cursor"),
        ("Problem", "detail"),
    ] {
        assert!(required(schema).contains(nullable), "{schema}.{nullable}");
    }
    for (schema, optional) in [
        ("SignUpRequest", "email"),
        ("UpdateMeRequest", "display_name"),
        ("SendMessageRequest", "text"),
    ] {
        assert!(!required(schema).contains(optional), "{schema}.{optional}");
    }
}

#[test]
fn every_field_of_every_schema_is_described() {
    let schemas = description()["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            // What may be `null` or a reference carries its description beside the reference.
            let nested = property["oneOf"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|one| one["description"].is_string());
            assert!(
                nested || property["description"].is_string(),
                "{name}.{field} has no description"
            );
        }
    }
}

/// A macro can hide from the description how a value is spelled.
#[test]
fn values_are_spelled_as_the_wire_spells_them() {
    let schemas = description()["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        for value in schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|value| value.as_str())
        {
            assert_eq!(value, value.to_lowercase(), "{name}");
        }
    }
    assert_eq!(
        schemas["ConversationKind"]["enum"],
        serde_json::json!(["self", "direct", "group"])
    );
}

/// What a query leaves out is absent; there is no spelling of `null` in it.
#[test]
fn nothing_in_a_query_is_null() {
    for operation in operations() {
        for parameter in operation.parameters.iter().filter(|one| one["in"] == "query") {
            assert!(
                !parameter["schema"]["type"].is_array(),
                "{} of {operation:?}",
                parameter["name"]
            );
        }
    }
}

/// Every body refuses unknown fields, and says so; those that are one of several kinds do it in each.
#[test]
fn bodies_say_that_they_take_no_other_fields() {
    for operation in operations() {
        let Some(body) = &operation.body else { continue };
        let variants = body["oneOf"].as_array().cloned();
        for schema in variants.unwrap_or_else(|| vec![body.clone()]) {
            assert_eq!(schema["additionalProperties"], false, "{operation:?} {schema}");
        }
    }
}

/// Files are described as bytes, and as every kind of file that they may be.
#[test]
fn files_are_bytes() {
    let paths = &description()["paths"];
    let content = |path: &str, status: &str| paths[path]["get"]["responses"][status]["content"].clone();
    let original = "/api/v1/attachments/{attachment_id}/content";
    for (path, status, expected) in [
        ("/api/v1/images/{image_id}", "200", &["image/webp"][..]),
        (
            original,
            "200",
            &["application/octet-stream", "audio/*", "image/*", "video/*"],
        ),
        (
            original,
            "206",
            &["application/octet-stream", "audio/*", "image/*", "video/*"],
        ),
    ] {
        let content = content(path, status);
        let types: BTreeSet<_> = content.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(types, expected.iter().copied().collect(), "{path}");
        for (media_type, described) in content.as_object().unwrap() {
            let schema = &described["schema"];
            assert_eq!(
                (schema["type"].as_str(), schema["format"].as_str()),
                (Some("string"), Some("binary")),
                "{media_type} of {path}"
            );
        }
    }
}
