//! What holds for every operation, asked of each one that the description lists: a new route is covered by
//! being documented, and one that is not documented is not there, because routes and description are one.

use damso_domain::UserId;
use damso_protocol::ErrorKind;
use damso_testing::TestApp;
use damso_testing::contract::{self, Operation, operations, sample};
use reqwest::Method;
use serde_json::json;

use crate::probe::{absolute, nowhere, send, somebody};

#[tokio::test]
async fn whoever_has_not_signed_in_is_told_so() {
    let app = TestApp::start().await;
    let closed: Vec<_> = operations()
        .iter()
        .filter(|operation| operation.needs_sign_in)
        .collect();
    assert!(30 < closed.len());
    for operation in closed {
        let body = operation.body.as_ref().map(sample);
        let reply = send(&app.anonymous(), operation, &nowhere(operation), body.as_ref()).await;
        assert_eq!(
            reply.refusal(),
            (401, ErrorKind::NotAuthenticated),
            "{operation:?}"
        );
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn the_operations_that_are_open_are_these() {
    let mut open: Vec<_> = operations()
        .iter()
        .filter(|operation| !operation.needs_sign_in)
        .filter_map(|operation| operation.id.as_deref())
        .collect();
    open.sort_unstable();
    assert_eq!(
        open,
        [
            "confirm_email",
            "confirm_password_reset",
            "get_docs",
            "get_docs_script",
            "get_docs_style",
            "get_health",
            "get_invite",
            "get_openapi",
            "get_readiness",
            "get_server",
            "judge_password",
            "open_realtime",
            "refresh",
            "request_password_reset",
            "sign_in",
            "sign_in_with_passkey",
            "sign_up",
            "start_passkey",
        ]
    );
}

#[tokio::test]
async fn ids_that_are_none_are_refused() {
    let (_app, minji) = somebody().await;
    for operation in operations() {
        for wrong in operation
            .placeholders()
            .into_iter()
            // Texts: they have tests of their own.
            .filter(|name| !["handle", "emoji", "code"].contains(&name.as_str()))
        {
            for value in [
                "x",
                "0",
                "%00",
                "..%2f..",
                "1;drop",
                "018f0000-0000-7000-8000-00000000000g",
                "1.5",
            ] {
                let fill = |name: &str| match name {
                    _ if name == wrong && name == "seq" && value == "0" => "x".to_owned(),
                    _ if name == wrong => value.to_owned(),
                    "seq" => "1".to_owned(),
                    "emoji" => "%F0%9F%91%8D".to_owned(),
                    _ => UserId::new().to_string(),
                };
                let path = absolute(&format!(
                    "{}?{}",
                    operation.path_with(fill),
                    operation.required_query()
                ));
                let body = operation.body.as_ref().map(sample);
                let reply = send(&minji, operation, &path, body.as_ref()).await;
                assert_eq!(
                    reply.refusal(),
                    (400, ErrorKind::MalformedRequest),
                    "{} {path}",
                    operation.method
                );
            }
        }
    }
}

#[tokio::test]
async fn things_that_are_not_there_are_not_found() {
    let (app, minji) = somebody().await;
    app.prove_everybody().await;
    for operation in operations()
        .iter()
        .filter(|operation| !operation.placeholders().is_empty())
    {
        let body = operation.body.as_ref().map(sample);
        let reply = send(&minji, operation, &nowhere(operation), body.as_ref()).await;
        let problem = reply.problem();
        assert!([404, 422].contains(&problem.status), "{operation:?}: {problem:?}");
    }
}

#[tokio::test]
async fn unknown_queries_are_refused() {
    let (_app, minji) = somebody().await;
    let has_query = |operation: &&Operation| {
        operation
            .parameters
            .iter()
            .any(|parameter| parameter["in"] == "query")
    };
    for operation in operations().iter().filter(has_query) {
        let path = nowhere(operation);
        let path = format!(
            "{path}{}no_such_parameter=1",
            if path.contains('?') { '&' } else { '?' }
        );
        let reply = send(&minji, operation, &path, None).await;
        assert_eq!(reply.refusal(), (400, ErrorKind::MalformedRequest), "{path}");
    }
}

#[tokio::test]
async fn an_address_names_the_methods_it_takes() {
    let (_app, minji) = somebody().await;
    for operation in operations() {
        for method in [
            Method::GET,
            Method::PUT,
            Method::POST,
            Method::DELETE,
            Method::PATCH,
            Method::OPTIONS,
            Method::TRACE,
        ] {
            let path = nowhere(operation);
            let bare = path.split('?').next().unwrap().strip_prefix('/').unwrap();
            if contract::find(&method, bare).is_some() {
                continue;
            }
            let reply = minji.send_request(minji.request(method.clone(), &path)).await;
            assert_eq!(
                reply.refusal(),
                (405, ErrorKind::MethodNotAllowed),
                "{method} {path}"
            );
            let allowed = reply.header("allow");
            assert!(
                allowed.split(", ").any(|one| one == operation.method.as_str()),
                "{path}: {allowed}"
            );
        }
    }
}

#[tokio::test]
async fn where_there_is_nothing_there_is_a_problem() {
    let (_app, minji) = somebody().await;
    for path in [
        "/",
        "/nothing",
        "/me/",
        "/me/nothing",
        "/conversations//messages",
        "//api",
        "//api/v2/me",
        "//api/v1",
    ] {
        let reply = minji.get(path).await;
        assert_eq!(reply.refusal(), (404, ErrorKind::RouteNotFound), "{path}");
    }
    let reply = minji
        .send_request(minji.request(Method::PUT, "//storage/nothing").body("x"))
        .await;
    assert_eq!(reply.refusal(), (403, ErrorKind::NotAllowed));
    let reply = minji.post("//index.html", &json!({})).await;
    assert_eq!(reply.refusal(), (405, ErrorKind::MethodNotAllowed));
    assert_eq!(reply.header("allow"), "GET, HEAD");
}
