//! The API's own description, to hold every answer against.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use damso_domain::UserId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::Reply;

/// One operation as the description has it.
#[derive(Clone, Debug)]
pub struct Operation {
    /// How it is asked for.
    pub method: Method,
    /// Where, with its placeholders.
    pub path: String,
    /// Its name.
    pub id: Option<String>,
    /// Its first line.
    pub summary: Option<String>,
    /// The groups it is in.
    pub tags: Vec<String>,
    /// Whether it wants a signed-in caller.
    pub needs_sign_in: bool,
    /// The schema of its JSON body, if it takes one.
    pub body: Option<Value>,
    /// Its parameters as they stand in the description.
    pub parameters: Vec<Value>,
    /// The statuses it may answer with, each with its media types.
    pub answers: BTreeMap<u16, Vec<String>>,
}

impl Operation {
    /// The path with every placeholder filled in by `fill`.
    pub fn path_with(&self, fill: impl Fn(&str) -> String) -> String {
        let filled = self.path.split('/').map(|segment| match placeholder(segment) {
            Some(name) => fill(name),
            None => segment.to_owned(),
        });
        filled.collect::<Vec<_>>().join("/")
    }

    /// The names of its placeholders.
    pub fn placeholders(&self) -> Vec<String> {
        self.path
            .split('/')
            .filter_map(placeholder)
            .map(str::to_owned)
            .collect()
    }

    /// A query that names each required parameter, so that nothing but what is tested is wrong.
    pub fn required_query(&self) -> String {
        let required = self.parameters.iter().filter(|parameter| {
            parameter["in"] == "query" && parameter["required"].as_bool().unwrap_or_default()
        });
        let value = |parameter: &Value| {
            let name = parameter["name"].as_str().unwrap_or_default();
            let first = parameter["schema"]["enum"][0].as_str().unwrap_or("1").to_owned();
            format!("{name}={first}")
        };
        required.map(value).collect::<Vec<_>>().join("&")
    }

    /// What the description says of an answer with this status: of refusals, their kinds.
    fn text(&self, status: StatusCode) -> &'static str {
        let operation = &description()["paths"][&self.path][self.method.as_str().to_lowercase()];
        let text = &operation["responses"][status.as_str()]["description"];
        text.as_str().unwrap_or_default()
    }

    /// What an answer of this kind looks like; anything, where the description has nothing to say of it.
    fn schema(&self, status: StatusCode, media_type: &str) -> Value {
        let operation = &description()["paths"][&self.path][self.method.as_str().to_lowercase()];
        let content = &operation["responses"][status.as_str()]["content"];
        content[media_type]["schema"].clone()
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        let (want, have): (Vec<&str>, Vec<&str>) =
            (self.path.split('/').collect(), path.split('/').collect());
        self.method == *method
            && want.len() == have.len()
            && want
                .iter()
                .zip(&have)
                .all(|(want, have)| want == have || (placeholder(want).is_some() && !have.is_empty()))
    }
}

fn placeholder(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The description, as it is served.
pub fn description() -> &'static Value {
    static DESCRIPTION: OnceLock<Value> = OnceLock::new();
    DESCRIPTION.get_or_init(|| {
        let json = damso_controller::openapi()
            .to_json()
            .expect("the description serialises");
        serde_json::from_str(&json).expect("it is JSON")
    })
}

/// Every operation of the API.
pub fn operations() -> &'static [Operation] {
    static OPERATIONS: OnceLock<Vec<Operation>> = OnceLock::new();
    OPERATIONS.get_or_init(|| {
        let paths = description()["paths"].as_object().expect("there are paths");
        paths
            .iter()
            .flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |one| (path, one)))
            .filter_map(|(path, (method, operation))| read(path, method, operation))
            .collect()
    })
}

fn read(path: &str, method: &str, operation: &Value) -> Option<Operation> {
    let method = ["get", "put", "post", "delete", "patch"]
        .contains(&method)
        .then(|| method.to_uppercase())?;
    let text = |name: &str| operation[name].as_str().map(str::to_owned);
    let list = |name: &str| operation[name].as_array().cloned().unwrap_or_default();
    let answers = operation["responses"]
        .as_object()?
        .iter()
        .filter_map(|(status, answer)| {
            let types = answer["content"]
                .as_object()
                .map(|content| content.keys().cloned().collect());
            Some((status.parse().ok()?, types.unwrap_or_default()))
        });
    Some(Operation {
        method: method.parse().ok()?,
        path: path.to_owned(),
        id: text("operationId"),
        summary: text("summary"),
        tags: list("tags")
            .iter()
            .filter_map(|tag| tag.as_str().map(str::to_owned))
            .collect(),
        needs_sign_in: operation.get("security").is_some(),
        body: operation
            .pointer("/requestBody/content/application~1json/schema")
            .map(resolve),
        parameters: list("parameters"),
        answers: answers.collect(),
    })
}

/// Follows a reference into the components.
pub fn resolve(schema: &Value) -> Value {
    let Some(reference) = schema["$ref"].as_str() else {
        return schema.clone();
    };
    let found = description().pointer(reference.trim_start_matches('#'));
    resolve(found.unwrap_or_else(|| panic!("{reference} is nowhere")))
}

/// Something that fits a schema.
pub fn sample(schema: &Value) -> Value {
    let schema = resolve(schema);
    for alternatives in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) = schema[alternatives]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["type"] != "null"))
        {
            return sample(first);
        }
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds
            .iter()
            .find(|kind| *kind != "null")
            .cloned()
            .unwrap_or_default(),
        kind => kind.clone(),
    };
    match (kind.as_str(), schema["format"].as_str()) {
        (Some("string"), Some("uuid")) => json!(UserId::new()),
        (Some("string"), Some("date-time")) => json!("2030-01-02T03:04:05.678Z"),
        (Some("string"), _) => json!("text"),
        (Some("integer" | "number"), _) => json!(1),
        (Some("boolean"), _) => json!(true),
        (Some("array"), _) => json!([]),
        _ => {
            let required = schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            let field = |name: &str| (name.to_owned(), sample(&schema["properties"][name]));
            Value::Object(required.map(field).collect())
        }
    }
}

/// The operation that a request goes to; `HEAD` goes where `GET` does.
pub fn find(method: &Method, path: &str) -> Option<&'static Operation> {
    let method = if *method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    let exact = operations()
        .iter()
        .find(|operation| operation.method == *method && operation.path == path);
    exact.or_else(|| {
        operations()
            .iter()
            .find(|operation| operation.matches(method, path))
    })
}

/// Fails when an operation answered what its description does not say, or when the server failed.
#[track_caller]
pub(crate) fn check(method: &Method, path: &str, reply: &Reply) {
    let (status, media_type) = (reply.status, reply.header("content-type"));
    assert!(
        status.as_u16() < 500 || status == StatusCode::SERVICE_UNAVAILABLE,
        "{method} {path}: {status}"
    );
    let Some(operation) = find(method, path) else {
        return;
    };
    let answer = operation.answers.get(&status.as_u16());
    let types = answer.unwrap_or_else(|| {
        panic!(
            "{method} {} does not say that it answers {status}",
            operation.path
        )
    });
    let essence = media_type.split(';').next().unwrap_or_default();
    let is_documented = types.iter().any(|documented| is_in_range(essence, documented));
    // A description without types promises no body.
    assert!(
        is_documented || types.is_empty(),
        "{method} {} answers {status} as {media_type:?} and says {types:?}",
        operation.path
    );
    let is_json = essence == "application/json" || essence == "application/problem+json";
    // `HEAD` says what there would be, without it.
    if is_json && !reply.body.is_empty() {
        let body: Value = serde_json::from_slice(&reply.body).expect("what says that it is JSON is JSON");
        if let Some(kind) = body["kind"].as_str().filter(|_| 400 <= status.as_u16()) {
            let text = operation.text(status);
            assert!(
                text.contains(&format!("`{kind}`")),
                "{method} {} refuses with {kind} and says {text:?}",
                operation.path
            );
        }
        let schema = operation.schema(status, essence);
        if let Err(error) = fits(&schema, &body) {
            panic!(
                "{method} {} answers {status} with {body}, in which {error}",
                operation.path
            );
        }
    }
}

/// Whether a media type is this one, or in this range: `image/*`.
fn is_in_range(media_type: &str, documented: &str) -> bool {
    documented
        .strip_suffix('*')
        .map_or_else(|| documented == media_type, |kind| media_type.starts_with(kind))
}

/// Whether a value has every field that its schema requires, each of a type that it allows.
fn fits(schema: &Value, value: &Value) -> Result<(), String> {
    let schema = resolve(schema);
    for all in schema["allOf"].as_array().into_iter().flatten() {
        fits(all, value)?;
    }
    let mut alternatives = ["oneOf", "anyOf"]
        .into_iter()
        .filter_map(|name| schema[name].as_array())
        .flatten()
        .peekable();
    if alternatives.peek().is_some() && !alternatives.any(|one| fits(one, value).is_ok()) {
        return Err(format!("{value} is none of what it may be"));
    }
    if !allows(&schema, value) {
        return Err(format!("{value} is not {}", schema["type"]));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        if !value.is_null() && value.get(name).is_none() {
            return Err(format!("{name} is absent"));
        }
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            fits(field, value).map_err(|error| format!("{name}: {error}"))?;
        }
    }
    let items = schema.get("items");
    for (item, value) in value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|value| Some((items?, value)))
    {
        fits(item, value)?;
    }
    Ok(())
}

/// Whether a value is of one of the types, and one of the values, that its schema names.
fn allows(schema: &Value, value: &Value) -> bool {
    let is_of = |kind: &Value| match kind.as_str().unwrap_or_default() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    };
    let is_of_type = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(is_of),
        kind => is_of(kind),
    };
    let is_one_of = schema["enum"]
        .as_array()
        .is_none_or(|values| values.contains(value));
    is_of_type && is_one_of
}
