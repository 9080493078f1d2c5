//! What every answer carries, and how the client's files are served.

use damso_testing::{Reply, TestApp, TestAppOptions};
use reqwest::Method;

const WEB: [(&str, &str); 5] = [
    ("index.html", "<!doctype html><title>Damso</title>"),
    ("index.html.br", "not really brotli"),
    ("index.html.gz", "not really gzip"),
    ("assets/app-1234.js", "export {}"),
    ("manifest.webmanifest", "{}"),
];

fn with_client() -> TestAppOptions {
    TestAppOptions {
        web: WEB.to_vec(),
        ..TestAppOptions::default()
    }
}

#[track_caller]
fn assert_safe(path: &str, reply: &Reply) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(reply.header(name), value, "{name} of {path}");
    }
    assert!(
        reply.header("permissions-policy").contains("geolocation=()"),
        "{path}"
    );
    let policy = reply.header("content-security-policy");
    let scripts = policy
        .split("; ")
        .find(|directive| directive.starts_with("script-src"));
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{path}: {policy}"
    );
    assert_eq!(scripts, Some("script-src 'self' 'wasm-unsafe-eval'"), "{path}");
    assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
    assert_eq!(reply.header("x-request-id").len(), 32, "{path}");
    assert_eq!(
        reply.header("strict-transport-security"),
        "",
        "plain http promises nothing"
    );
}

#[tokio::test]
async fn pages_answers_and_refusals_are_all_guarded() {
    let app = TestApp::start_with(with_client()).await;
    let [minji] = app.users(["minji"]).await;
    for path in [
        "//",
        "//chats/1",
        "//assets/app-1234.js",
        "//nothing.js",
        "//api/docs",
        "//api/docs.js",
        "//api/docs.css",
        "//healthz",
        "//readyz",
        "/server",
        "/openapi.json",
        "/me",
        "/nothing",
        "/friends?limit=0",
        "/conversations/x",
    ] {
        assert_safe(path, &minji.get(path).await);
    }
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
