//! Asking any operation of the description, with paths and bodies that are made from it.

use damso_domain::UserId;
use damso_testing::contract::{Operation, operations};
use damso_testing::{Actor, Reply, TestApp};
use serde_json::Value;

/// The paths of the description are whole; an actor's begin below the API.
pub fn absolute(path: &str) -> String {
    format!("/{path}")
}

/// A path that names things which are well formed and not there.
pub fn nowhere(operation: &Operation) -> String {
    let path = operation.path_with(|name| match name {
        "seq" => "1".to_owned(),
        "handle" => "nobody".to_owned(),
        "emoji" => "%F0%9F%91%8D".to_owned(),
        _ => UserId::new().to_string(),
    });
    let query = operation.required_query();
    absolute(&if query.is_empty() {
        path
    } else {
        format!("{path}?{query}")
    })
}

/// Sends a request to an operation.
pub async fn send(actor: &Actor, operation: &Operation, path: &str, body: Option<&Value>) -> Reply {
    let mut request = actor.request(operation.method.clone(), path);
    if let Some(body) = body {
        request = request.json(body);
    }
    actor.send_request(request).await
}

/// A server and somebody who is signed in.
pub async fn somebody() -> (TestApp, Actor) {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    (app, minji)
}

/// Operations with the body they take.
pub fn with_body() -> impl Iterator<Item = (&'static Operation, &'static Value)> {
    operations()
        .iter()
        .filter_map(|operation| Some((operation, operation.body.as_ref()?)))
}
