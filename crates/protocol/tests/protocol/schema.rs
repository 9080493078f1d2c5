//! As much of JSON Schema as `asyncapi.yaml` uses.

use serde_json::Value;

/// What is wrong with `value`, and where; nothing when it is exactly what `schema` describes.
///
/// Stricter than JSON Schema: an object has the described fields and no others, so that a field that was
/// added to the code and not to the description does not go unnoticed.
pub fn complaints(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(document, schema, value, "$", &mut found);
    found
}

fn check(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        return check(document, resolve(document, reference), value, at, found);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        check(document, part, value, at, found);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fitting = choices
            .iter()
            .filter(|choice| complaints(document, choice, value).is_empty())
            .count();
        if fitting != 1 {
            found.push(format!("{at}: fits {fitting} of the choices"));
        }
    }
    if schema.get("const").is_some_and(|constant| constant != value) {
        found.push(format!("{at}: {value} is not {}", schema["const"]));
    }
    if schema["enum"]
        .as_array()
        .is_some_and(|values| !values.contains(value))
    {
        found.push(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    if schema
        .get("type")
        .is_some_and(|expected| !is_of_type(expected, value))
    {
        found.push(format!("{at}: {value} is not of type {}", schema["type"]));
    }
    check_size(schema, value, at, found);
    if let Some(items) = schema.get("items") {
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            check(document, items, item, &format!("{at}[{index}]"), found);
        }
    }
    check_fields(document, schema, value, at, found);
}

/// What `#/a/b` names.
pub fn resolve<'a>(document: &'a Value, reference: &str) -> &'a Value {
    let pointer = reference
        .strip_prefix('#')
        .expect("references stay in the document");
    document
        .pointer(pointer)
        .unwrap_or_else(|| panic!("{reference} names nothing"))
}

fn is_of_type(expected: &Value, value: &Value) -> bool {
    if let Some(several) = expected.as_array() {
        return several.iter().any(|one| is_of_type(one, value));
    }
    match expected.as_str().expect("a type has a name") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{other} is not a type that this check knows"),
    }
}

fn check_size(schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(number) = value.as_i64() {
        let is_below = schema["minimum"].as_i64().is_some_and(|minimum| number < minimum);
        let is_above = schema["maximum"].as_i64().is_some_and(|maximum| maximum < number);
        if is_below || is_above {
            found.push(format!("{at}: {number} is out of bounds"));
        }
    }
    if let (Some(items), Some(most)) = (value.as_array(), schema["maxItems"].as_u64())
        && most < items.len() as u64
    {
        found.push(format!("{at}: more than {most} items"));
    }
}

fn check_fields(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object()) else {
        return;
    };
    for name in fields.keys().filter(|name| !properties.contains_key(*name)) {
        found.push(format!("{at}: {name} is not described"));
    }
    for name in schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if !properties.contains_key(name) {
            found.push(format!("{at}: {name} is required and not described"));
        }
    }
    for (name, property) in properties {
        let is_required = schema["required"]
            .as_array()
            .is_some_and(|names| names.iter().any(|one| one == name));
        match fields.get(name) {
            Some(field) => check(document, property, field, &format!("{at}.{name}"), found),
            None => found.push(format!("{at}: {name} is missing")),
        }
        if !is_required {
            found.push(format!("{at}: {name} is not marked as required"));
        }
    }
}
