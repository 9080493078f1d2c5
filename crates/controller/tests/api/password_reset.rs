//! A new password by a mailed link.

use std::time::Instant;

use damso_protocol::{ErrorKind, FieldErrorKind};
use damso_testing::{Actor, PASSWORD, Reply, TestApp, TestAppOptions};
use serde_json::{Value, json};

use crate::emails::{confirm_email, newest_link, token_of};
use crate::totp::{code_of, set_up_totp};

const MINE: &str = "minji@example.org";
const NEW: &str = "another horse battery";

async fn ask(app: &TestApp, email: &str) -> Reply {
    let body = json!({ "email": email });
    app.anonymous().post("/auth/password-reset", &body).await
}

async fn confirm(app: &TestApp, link: &str, password: &str, code: Option<&str>) -> Reply {
    let mut body = json!({ "token": token_of(link), "new_password": password });
    if let Some(code) = code {
        body["code"] = Value::from(code);
    }
    let anonymous = app.anonymous();
    anonymous.post("/auth/password-reset/confirm", &body).await
}

async fn with_address(app: &TestApp) -> Actor {
    let [minji] = app.users(["minji"]).await;
    confirm_email(app, &minji, MINE).await;
    minji
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_ends_every_session() {
    let app = TestApp::start().await;
    let minji = with_address(&app).await;
    let mut socket = minji.connect().await;
    assert_eq!(ask(&app, MINE).await.status, 202);
    let link = newest_link(&app, MINE).await;
    assert!(link.contains("/reset#"), "{link}");
    assert_eq!(confirm(&app, &link, NEW, None).await.status, 204);
    assert_eq!(socket.closed_with().await, 4003);
    assert_eq!(
        minji.get("/me").await.refusal(),
        (401, ErrorKind::NotAuthenticated)
    );
    assert_eq!(minji.refresh(minji.refresh_token()).await.status, 401);
    assert_eq!(minji.try_sign_in(PASSWORD).await.status, 401);
    assert_eq!(minji.try_sign_in(NEW).await.status, 200);
    assert_eq!(
        confirm(&app, &link, "a third horse battery", None)
            .await
            .refusal(),
        (404, ErrorKind::LinkInvalid)
    );
    let told = app.mails_to(MINE).await;
    assert!(
        told.iter().any(|mail| !mail.text.contains('#')),
        "its owner is told"
    );
}

#[tokio::test]
async fn asking_is_answered_alike_whether_or_not_there_is_an_account() {
    let app = TestApp::start().await;
    with_address(&app).await;
    let (known, unknown) = (ask(&app, MINE).await, ask(&app, "nobody@example.org").await);
    assert_eq!((known.status, known.text()), (unknown.status, unknown.text()));
    assert!(app.mails_to("nobody@example.org").await.is_empty());
    // Given, and never confirmed: nobody's.
    let [seoyeon] = app.users(["seoyeon"]).await;
    app.prove_everybody().await;
    let body = json!({ "email": "seoyeon@example.org" });
    assert_eq!(seoyeon.put("/me/email", &body).await.status, 202);
    let before = app.mails_to("seoyeon@example.org").await.len();
    assert_eq!(ask(&app, "seoyeon@example.org").await.status, 202);
    assert_eq!(app.mails_to("seoyeon@example.org").await.len(), before);
}

#[tokio::test]
async fn a_refused_password_does_not_use_the_link_up() {
    let app = TestApp::start().await;
    with_address(&app).await;
    assert_eq!(ask(&app, MINE).await.status, 202);
    let link = newest_link(&app, MINE).await;
    for (password, expected) in [
        ("short", FieldErrorKind::TooShort),
        (MINE, FieldErrorKind::SameAsLogin),
        ("password123", FieldErrorKind::TooCommon),
        (&"x".repeat(1_000_000), FieldErrorKind::TooLong),
    ] {
        // A body of a megabyte is refused before it is read.
        let reply = confirm(&app, &link, password, None).await;
        if reply.status == 413 {
            continue;
        }
        let problem = reply.problem();
        assert_eq!(
            (problem.fields[0].field.as_str(), problem.fields[0].kind),
            ("new_password", expected)
        );
    }
    assert_eq!(confirm(&app, &link, NEW, None).await.status, 204);
}

#[tokio::test]
async fn a_mailbox_does_not_open_an_account_with_a_second_factor() {
    let app = TestApp::start().await;
    let minji = with_address(&app).await;
    let enabled = set_up_totp(&app, &minji).await;
    assert_eq!(ask(&app, MINE).await.status, 202);
    let link = newest_link(&app, MINE).await;
    assert_eq!(
        confirm(&app, &link, NEW, None).await.refusal(),
        (401, ErrorKind::SecondFactorRequired)
    );
    assert_eq!(
        confirm(&app, &link, NEW, Some("000000")).await.refusal(),
        (401, ErrorKind::SecondFactorInvalid)
    );
    assert_eq!(minji.get("/me").await.status, 200, "nothing has happened");
    let code = code_of(&enabled.secret, 1);
    assert_eq!(confirm(&app, &link, NEW, Some(&code)).await.status, 204);
    // The factor stays: signing in asks for it, and the code is used.
    assert_eq!(
        minji.try_sign_in(NEW).await.refusal(),
        (401, ErrorKind::SecondFactorRequired)
    );
}

#[tokio::test]
async fn the_codes_of_a_reset_cannot_be_tried() {
    let app = TestApp::start_with(TestAppOptions {
        rate_limits: true,
        ..TestAppOptions::default()
    })
    .await;
    let minji = with_address(&app).await;
    set_up_totp(&app, &minji).await;
    assert_eq!(ask(&app, MINE).await.status, 202);
    let link = newest_link(&app, MINE).await;
    let mut refused = 0;
    for _ in 0..12 {
        let reply = confirm(&app, &link, NEW, Some("000000")).await;
        refused += i32::from(reply.status == 429);
    }
    assert!(1 <= refused, "ten tries in a quarter of an hour");
}

#[tokio::test]
async fn three_links_an_hour_for_one_mailbox_and_no_more() {
    let app = TestApp::start_with(TestAppOptions {
        rate_limits: true,
        ..TestAppOptions::default()
    })
    .await;
    for email in [
        "somebody@example.org",
        "SOMEBODY@example.org",
        "Somebody@example.org",
    ] {
        assert_eq!(ask(&app, email).await.status, 202);
    }
    assert_eq!(
        ask(&app, "somebody@example.org").await.refusal(),
        (429, ErrorKind::TooManyRequests)
    );
    assert_eq!(ask(&app, "another@example.org").await.status, 202);
}

#[tokio::test]
async fn of_two_who_use_one_link_at_once_one_sets_the_password() {
    let app = TestApp::start().await;
    let minji = with_address(&app).await;
    assert_eq!(ask(&app, MINE).await.status, 202);
    let link = newest_link(&app, MINE).await;
    let (one, other) = tokio::join!(
        confirm(&app, &link, "the first horse battery", None),
        confirm(&app, &link, "the second horse battery", None)
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 404]);
    let first = minji.try_sign_in("the first horse battery").await.status == 200;
    let second = minji.try_sign_in("the second horse battery").await.status == 200;
    assert!(first != second);
}

#[tokio::test]
async fn a_new_address_or_password_makes_older_links_worthless() {
    let app = TestApp::start().await;
    let minji = with_address(&app).await;
    assert_eq!(ask(&app, MINE).await.status, 202);
    let link = newest_link(&app, MINE).await;
    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    assert_eq!(minji.put("/me/password", &body).await.status, 204);
    assert_eq!(
        confirm(&app, &link, PASSWORD, None).await.refusal(),
        (404, ErrorKind::LinkInvalid)
    );
    assert_eq!(ask(&app, MINE).await.status, 202);
    let link = newest_link(&app, MINE).await;
    confirm_email(&app, &minji, "new@example.org").await;
    assert_eq!(
        confirm(&app, &link, PASSWORD, None).await.refusal(),
        (404, ErrorKind::LinkInvalid)
    );
}

#[tokio::test]
async fn only_hashes_of_links_are_stored() {
    let app = TestApp::start().await;
    with_address(&app).await;
    assert_eq!(ask(&app, MINE).await.status, 202);
    let started = Instant::now();
    let link = newest_link(&app, MINE).await;
    let token = token_of(&link);
    assert!(
        43 <= token.len(),
        "256 bits: {token} after {:?}",
        started.elapsed()
    );
    let stored = format!(
        "SELECT (SELECT count(*) FROM links WHERE encode(hash, 'escape') LIKE '%{token}%') \
              + (SELECT count(*) FROM jobs WHERE payload::text LIKE '%{token}%')"
    );
    assert_eq!(app.database.count(&stored).await, 0);
    assert_eq!(app.database.count("SELECT count(*) FROM links").await, 1);
}
