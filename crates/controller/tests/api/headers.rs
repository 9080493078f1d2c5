//! What every answer carries, and how the client's files are served.

mod expected;
mod scan;

use damso_testing::{PASSWORD, S3Server, TestApp, TestAppOptions, picture};
use reqwest::Method;
use serde_json::json;

use expected::Expected;

const WEB: [(&str, &str); 7] = [
    ("index.html", "<!doctype html><title>Damso</title>"),
    ("index.html.br", "not really brotli"),
    ("index.html.gz", "not really gzip"),
    ("assets/app-1234.js", "export {}"),
    ("assets/app-1234.css", "p { color: red }"),
    ("assets/app-1234.wasm", "not really wasm"),
    ("manifest.webmanifest", "{}"),
];

fn with_client() -> TestAppOptions {
    TestAppOptions {
        web: WEB.to_vec(),
        ..TestAppOptions::default()
    }
}

/// Answers of every kind, each with its whole set of headers.
#[tokio::test]
async fn pages_answers_and_refusals_are_all_guarded() {
    let app = TestApp::start_with(with_client()).await;
    scan::every_kind(&app, &Expected::default()).await;
}

#[tokio::test]
async fn behind_https_browsers_are_told_to_stay_there() {
    let app = TestApp::start_with(TestAppOptions {
        public_url: Some("https://chat.example.org".parse().unwrap()),
        ..with_client()
    })
    .await;
    let expected = Expected {
        is_https: true,
        ..Expected::default()
    };
    scan::every_kind(&app, &expected).await;
}

/// A bucket elsewhere is let in, for files and for nothing else.
#[tokio::test]
async fn with_a_bucket_files_may_come_from_there() {
    let bucket = S3Server::start().await;
    let app = TestApp::start_with(TestAppOptions {
        s3: Some(bucket.config()),
        ..with_client()
    })
    .await;
    let expected = Expected {
        storage: Some(bucket.endpoint.clone()),
        ..Expected::default()
    };
    let [minji] = app.users(["minji"]).await;
    expected.assert_page("a page", &minji.get("//").await, "no-cache");
    let image = minji.upload("a.png", "image/png", picture::png(8, 8)).await.id;
    let redirect = minji.get(&format!("/attachments/{image}/content")).await;
    assert_eq!(redirect.status, 302);
    expected.assert_page("a redirect", &redirect, "private, no-cache");
}

#[tokio::test]
async fn who_is_too_fast_is_answered_as_guardedly() {
    let app = TestApp::start_with(TestAppOptions {
        rate_limits: true,
        ..TestAppOptions::default()
    })
    .await;
    let [minji] = app.users(["minji"]).await;
    let mut reply = minji.get("/users/by-handle/nobody").await;
    while reply.status == 404 {
        reply = minji.get("/users/by-handle/nobody").await;
    }
    assert_eq!(reply.status, 429);
    Expected::default().assert_page("too fast", &reply, "no-store");
}

/// What is no request at all is answered before any of our code: with nothing in it that would need a guard.
#[tokio::test]
async fn what_is_not_http_learns_nothing() {
    let app = TestApp::start().await;
    let answer = scan::raw(&app, b"GET / HTTP/1.1\r\nbad header\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "it has no body: {answer}");
    expected::assert_names_no_software("not HTTP", &answer);
}

#[tokio::test]
async fn what_only_i_may_see_is_kept_by_nobody() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    for path in [
        "/me",
        "/friends",
        "/conversations",
        "/nothing",
        "/conversations/x",
    ] {
        assert_eq!(
            minji.get(path).await.header("cache-control"),
            "no-store",
            "{path}"
        );
    }
}

#[tokio::test]
async fn each_answer_has_an_id_of_its_own_that_no_client_chooses() {
    let app = TestApp::start().await;
    let ask = || {
        app.anonymous()
            .request(Method::GET, "/server")
            .header("x-request-id", "evil\tid")
    };
    let (one, other) = (
        app.anonymous().send_request(ask()).await,
        app.anonymous().send_request(ask()).await,
    );
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
    assert!(
        one.header("x-request-id")
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
    );
}

#[tokio::test]
async fn the_client_answers_for_its_own_pages() {
    let app = TestApp::start_with(with_client()).await;
    let anonymous = app.anonymous();
    for path in ["//", "//chats/0190", "//u/some.handle", "//index.html"] {
        let page = anonymous.get(path).await;
        assert_eq!(
            (page.status.as_u16(), page.header("content-type")),
            (200, "text/html; charset=utf-8"),
            "{path}"
        );
        assert_eq!(
            (page.text().as_str(), page.header("cache-control")),
            (WEB[0].1, "no-cache")
        );
    }
    let script = anonymous.get("//assets/app-1234.js").await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(
        script.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    for path in ["//assets/app-9999.js", "//..%2findex.html", "//index.html.br"] {
        assert_eq!(anonymous.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_client_is_sent_packed_and_only_when_it_changed() {
    let app = TestApp::start_with(with_client()).await;
    let ask = |name: &'static str, value: String| {
        let anonymous = app.anonymous();
        let request = anonymous.request(Method::GET, "//").header(name, value);
        async move { anonymous.send_request(request).await }
    };
    for (accepts, coding, body) in [
        ("gzip, deflate, br;q=1.0", "br", WEB[1].1),
        ("gzip", "gzip", WEB[2].1),
        ("identity", "", WEB[0].1),
    ] {
        let page = ask("accept-encoding", accepts.to_owned()).await;
        assert_eq!(
            (page.header("content-encoding"), page.text().as_str()),
            (coding, body)
        );
        assert_eq!(page.header("vary"), "Accept-Encoding");
    }
    let etag = app.anonymous().get("//").await.header("etag").to_owned();
    assert_eq!(ask("if-none-match", etag).await.status, 304);
    assert_eq!(ask("if-none-match", "\"old\"".to_owned()).await.status, 200);
}

#[tokio::test]
async fn a_server_says_what_it_is_before_anyone_signs_in() {
    let app = TestApp::start().await;
    let server: serde_json::Value = app.anonymous().get("/server").await.json();
    assert_eq!(
        (server["api_version"].as_i64(), server["sign_up"].as_str()),
        (Some(1), Some("open"))
    );
    assert_eq!(server["limits"]["upload_bytes"], 100_000_000);
    assert_eq!(app.anonymous().get("//healthz").await.text(), "ok");
    assert_eq!(app.anonymous().get("//readyz").await.text(), "ready");
    let document: serde_json::Value = app.anonymous().get("/openapi.json").await.json();
    assert_eq!(document, *damso_testing::contract::description());
}
