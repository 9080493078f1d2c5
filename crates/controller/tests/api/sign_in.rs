//! Signing in, and the cookies it sets.

use damso_protocol::{AuthResponse, ErrorKind, Problem};
use damso_testing::{PASSWORD, Reply, TestApp, TestAppOptions};
use reqwest::Method;
use serde_json::json;

/// The cookies an answer sets.
fn cookies(reply: &Reply) -> Vec<String> {
    reply
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap().to_owned())
        .collect()
}

fn cookie<'a>(cookies: &'a [String], name: &str) -> &'a str {
    cookies
        .iter()
        .find(|cookie| cookie.starts_with(name))
        .unwrap_or_else(|| panic!("no {name} in {cookies:?}"))
}

#[tokio::test]
async fn a_handle_in_any_case_and_its_password_sign_in() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let body = json!({ "login": "@MINJI", "password": PASSWORD, "token_transport": "body" });
    let session: AuthResponse = app.anonymous().post("/auth/sign-in", &body).await.json();
    assert_eq!(session.user.id, minji.id());
    assert_ne!(session.session_id, minji.session().session_id);
}

#[tokio::test]
async fn an_unknown_login_and_a_wrong_password_are_answered_alike() {
    let app = TestApp::start().await;
    app.users(["minji"]).await;
    let mut answers: Vec<Problem> = Vec::new();
    for (login, password) in [
        ("minji", "wrong horse battery"),
        ("nobody", PASSWORD),
        ("not a handle", PASSWORD),
        ("minji@example.org", PASSWORD),
        ("minji", ""),
        ("minji", "x".repeat(2_000).as_str()),
    ] {
        let reply = app
            .anonymous()
            .post("/auth/sign-in", &json!({ "login": login, "password": password }))
            .await;
        assert_eq!(reply.refusal(), (401, ErrorKind::InvalidCredentials), "{login}");
        assert!(cookies(&reply).is_empty());
        answers.push(Problem {
            request_id: String::new(),
            ..reply.problem()
        });
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[tokio::test]
async fn browsers_get_their_tokens_in_cookies_that_no_script_can_read() {
    let app = TestApp::start().await;
    app.users(["minji"]).await;
    let reply = app
        .anonymous()
        .post(
            "/auth/sign-in",
            &json!({ "login": "minji", "password": PASSWORD }),
        )
        .await;
    assert_eq!(reply.json::<AuthResponse>().refresh_token, None);
    let cookies = cookies(&reply);
    let port = app.url.rsplit(':').next().unwrap();
    let refresh = cookie(&cookies, &format!("damso_refresh_{port}="));
    let media = cookie(&cookies, &format!("damso_media_{port}="));
    let device = cookie(&cookies, &format!("damso_device_{port}="));
    assert_eq!(cookies.len(), 3);
    for (cookie, path) in [
        (refresh, "Path=/api/v1/auth"),
        (media, "Path=/api/v1"),
        (device, "Path=/api/v1/auth"),
    ] {
        let attributes: Vec<&str> = cookie.split("; ").skip(1).collect();
        for wanted in ["HttpOnly", "SameSite=Strict", path] {
            assert!(attributes.contains(&wanted), "{wanted} in {cookie}");
        }
        assert!(
            attributes
                .iter()
                .any(|attribute| attribute.starts_with("Max-Age=")),
            "{cookie}"
        );
        // Plain http: a browser would throw a `Secure` one away.
        assert!(!attributes.contains(&"Secure"), "{cookie}");
    }
}

#[tokio::test]
async fn cookies_of_an_https_server_are_secure() {
    let public_url = Some("https://chat.example.org".parse().unwrap());
    let app = TestApp::start_with(TestAppOptions {
        public_url,
        ..TestAppOptions::default()
    })
    .await;
    app.users(["minji"]).await;
    let reply = app
        .anonymous()
        .post(
            "/auth/sign-in",
            &json!({ "login": "minji", "password": PASSWORD }),
        )
        .await;
    let cookies = cookies(&reply);
    assert!(
        cookies.len() == 3 && cookies.iter().all(|cookie| cookie.contains("; Secure")),
        "{cookies:?}"
    );
    assert!(cookie(&cookies, "damso_refresh_443=").contains("SameSite=Strict"));
    assert_eq!(reply.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn programs_get_their_token_in_the_body_and_no_cookies() {
    let app = TestApp::start().await;
    app.users(["minji"]).await;
    let body = json!({ "login": "minji", "password": PASSWORD, "token_transport": "body" });
    let reply = app.anonymous().post("/auth/sign-in", &body).await;
    assert!(cookies(&reply).is_empty());
    let token = reply.json::<AuthResponse>().refresh_token.unwrap();
    assert!(43 <= token.len(), "at least 256 bits");
}

#[tokio::test]
async fn a_browser_goes_on_and_signs_out_with_its_cookies() {
    let app = TestApp::start().await;
    let [mut minji] = app.users(["minji"]).await;
    let signed_in = app
        .anonymous()
        .post(
            "/auth/sign-in",
            &json!({ "login": "minji", "password": PASSWORD }),
        )
        .await;
    let all = cookies(&signed_in);
    let sent = cookie(&all, "damso_refresh_").split(';').next().unwrap();
    let request = app
        .anonymous()
        .request(Method::POST, "/auth/refresh")
        .header("cookie", sent)
        .json(&json!({}));
    let refreshed = minji.send_request(request).await;
    assert_eq!(refreshed.json::<AuthResponse>().refresh_token, None);
    let renewed = cookies(&refreshed);
    assert_ne!(
        cookie(&renewed, "damso_refresh_").split(';').next().unwrap(),
        sent
    );
    minji.session = Some(refreshed.json());
    let out = minji.post("/auth/sign-out", &json!({})).await;
    assert_eq!(out.status, 204);
    assert!(cookies(&out).len() == 2 && cookies(&out).iter().all(|cookie| cookie.contains("Max-Age=0")));
}

#[tokio::test]
async fn without_cookie_and_token_there_is_nothing_to_refresh() {
    let app = TestApp::start().await;
    let reply = app.anonymous().post("/auth/refresh", &json!({})).await;
    assert_eq!(reply.refusal(), (401, ErrorKind::RefreshTokenInvalid));
}

/// A server of an earlier day hashed more cheaply.
#[tokio::test]
async fn a_password_that_was_hashed_otherwise_is_hashed_anew() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let id = minji.id();
    let store = format!("UPDATE users SET password_hash = '{CHEAP_HASH}' WHERE id = '{id}'");
    app.database.execute(&store).await;
    let is_anew = async || {
        let like = "$argon2id$v=19$m=19456,t=2,p=1$%";
        let count = format!("SELECT count(*) FROM users WHERE id = '{id}' AND password_hash LIKE '{like}'");
        app.database.count(&count).await == 1
    };
    assert_eq!(minji.try_sign_in("wrong horse battery").await.status, 401);
    assert!(!is_anew().await);
    for _ in 0..2 {
        assert_eq!(minji.try_sign_in(PASSWORD).await.status, 200);
        assert!(is_anew().await);
    }
}

/// `PASSWORD` with argon2id, m = 64 KiB, t = 1.
const CHEAP_HASH: &str =
    "$argon2id$v=19$m=64,t=1,p=1$Ms1NukGpiAhZhirQRZquOQ$GjcN9PyiDNwpexWwafiWJMrvqeZOj+8pKVhNf6kJvhQ";
