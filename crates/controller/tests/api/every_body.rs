//! What holds for every body, asked of each operation that takes one.

use damso_protocol::ErrorKind;
use damso_testing::contract::sample;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::probe::{nowhere, send, somebody, with_body};

/// The names of a body's fields.
fn fields(schema: &Value) -> Vec<String> {
    schema["properties"]
        .as_object()
        .into_iter()
        .flat_map(|all| all.keys().cloned())
        .collect()
}

#[tokio::test]
async fn unknown_fields_are_refused() {
    let (_app, minji) = somebody().await;
    for (operation, schema) in with_body() {
        let mut body = sample(schema);
        body["no_such_field"] = json!(1);
        let problem = send(&minji, operation, &nowhere(operation), Some(&body))
            .await
            .problem();
        assert_eq!(problem.kind, ErrorKind::MalformedRequest, "{operation:?}");
        assert!(problem.detail.unwrap().contains("no_such_field"), "{operation:?}");
    }
}

#[tokio::test]
async fn wrong_types_are_refused() {
    let (_app, minji) = somebody().await;
    for (operation, schema) in with_body() {
        let (valid, path) = (sample(schema), nowhere(operation));
        let mut wrong = vec![json!([]), json!("text"), json!(1), Value::Null, json!([valid])];
        for field in fields(schema) {
            let mut body = valid.clone();
            // Nothing of ours is a list of lists.
            body[field] = json!([[1]]);
            wrong.push(body);
        }
        for body in wrong {
            let reply = send(&minji, operation, &path, Some(&body)).await;
            assert_eq!(
                reply.refusal(),
                (400, ErrorKind::MalformedRequest),
                "{path} {body}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let (_app, minji) = somebody().await;
    for (operation, _) in with_body() {
        let path = nowhere(operation);
        for (media_type, body, expected) in [
            ("application/json", "{", (400, ErrorKind::MalformedRequest)),
            ("application/json", "", (400, ErrorKind::MalformedRequest)),
            ("application/json", "\u{0}", (400, ErrorKind::MalformedRequest)),
            ("text/plain", "{}", (415, ErrorKind::UnsupportedMediaType)),
            (
                "application/x-www-form-urlencoded",
                "a=b",
                (415, ErrorKind::UnsupportedMediaType),
            ),
            ("", "{}", (415, ErrorKind::UnsupportedMediaType)),
        ] {
            let mut request = minji.request(operation.method.clone(), &path).body(body);
            if !media_type.is_empty() {
                request = request.header(CONTENT_TYPE, media_type);
            }
            assert_eq!(
                minji.send_request(request).await.refusal(),
                expected,
                "{path} {media_type} {body:?}"
            );
        }
        let nested = "[".repeat(100_000);
        let request = minji
            .request(operation.method.clone(), &path)
            .header(CONTENT_TYPE, "application/json")
            .body(nested);
        assert_eq!(
            minji.send_request(request).await.refusal(),
            (400, ErrorKind::MalformedRequest)
        );
    }
}

#[tokio::test]
async fn bodies_have_a_largest_size() {
    let (_app, minji) = somebody().await;
    for (operation, _) in with_body() {
        let body = format!("{{\"a\":\"{}\"}}", "x".repeat(damso_controller::MAX_JSON_BYTES));
        let request = minji.request(operation.method.clone(), &nowhere(operation));
        let reply = minji
            .send_request(request.header(CONTENT_TYPE, "application/json").body(body))
            .await;
        assert_eq!(reply.refusal(), (413, ErrorKind::BodyTooLarge), "{operation:?}");
    }
}
