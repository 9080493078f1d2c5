//! Requests that another site makes a browser send.

use damso_protocol::ErrorKind;
use damso_testing::{PASSWORD, TestApp, TestAppOptions};
use reqwest::Method;
use serde_json::{Value, json};

fn cookie_routes() -> [(&'static str, Value); 4] {
    [
        (
            "/auth/sign-up",
            json!({ "handle": "seoyeon", "display_name": "서연", "password": PASSWORD }),
        ),
        ("/auth/sign-in", json!({ "login": "minji", "password": PASSWORD })),
        ("/auth/refresh", json!({})),
        ("/auth/sign-out", json!({})),
    ]
}

#[tokio::test]
async fn another_site_cannot_use_the_routes_that_read_or_set_cookies() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    for (path, body) in cookie_routes() {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let request = minji.request(Method::POST, path).header(name, value).json(&body);
            let reply = minji.send_request(request).await;
            assert_eq!(
                reply.refusal(),
                (403, ErrorKind::OriginNotAllowed),
                "{path} {value}"
            );
        }
    }
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 1);
    assert_eq!(minji.get("/me").await.status, 200);
}

#[tokio::test]
async fn our_own_pages_can() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    for (name, value) in [("sec-fetch-site", "same-origin"), ("origin", app.url.as_str())] {
        let body = json!({ "login": "minji", "password": PASSWORD });
        let request = app
            .anonymous()
            .request(Method::POST, "/auth/sign-in")
            .header(name, value)
            .json(&body);
        assert_eq!(minji.send_request(request).await.status, 200, "{value}");
    }
}

#[tokio::test]
async fn with_a_public_url_only_its_origin_is_ours() {
    let public_url = Some("https://chat.example.org".parse().unwrap());
    let app = TestApp::start_with(TestAppOptions {
        public_url,
        ..TestAppOptions::default()
    })
    .await;
    let [minji] = app.users(["minji"]).await;
    for (origin, expected) in [("https://chat.example.org", 200), (app.url.as_str(), 403)] {
        let body = json!({ "login": "minji", "password": PASSWORD });
        let request = app
            .anonymous()
            .request(Method::POST, "/auth/sign-in")
            .header("origin", origin)
            .json(&body);
        assert_eq!(minji.send_request(request).await.status, expected, "{origin}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_opens_no_socket() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    assert_eq!(
        minji.try_open_socket_from("https://evil.example").await.err(),
        Some(403)
    );
    let mut own = minji.try_open_socket_from(&app.url).await.ok().unwrap();
    own.authenticate(&minji.session().access_token).await;
    own.next().await;
}
