//! Making an account.

use damso_domain::ConversationKind;
use damso_protocol::{AuthResponse, ErrorKind, FieldErrorKind, SignUp};
use damso_testing::{PASSWORD, TestApp, TestAppOptions};
use serde_json::{Value, json};

fn account(handle: &str) -> Value {
    json!({ "handle": handle, "display_name": "김민지", "password": PASSWORD, "token_transport": "body" })
}

#[tokio::test]
async fn an_account_begins_signed_in_and_with_notes_to_itself() {
    let app = TestApp::start().await;
    let mut body = account(" @Minji.Kim ");
    body["email"] = json!("Minji@Example.org");
    body["locale"] = json!("en");
    let reply = app.anonymous().post("/auth/sign-up", &body).await;
    assert_eq!(reply.status, 201);
    let session: AuthResponse = reply.json();
    assert_eq!(
        (session.user.handle.as_str(), session.user.display_name.as_str()),
        ("minji.kim", "김민지")
    );
    assert_eq!(session.expires_in_secs, 15 * 60);
    let mut minji = app.anonymous();
    minji.session = Some(session);
    assert_eq!(minji.me().await, minji.session().user);
    let conversations = minji.conversations().await.items;
    assert_eq!(conversations.len(), 1);
    let notes = &conversations[0];
    assert_eq!(
        (notes.kind, notes.member_count, notes.last_message.as_ref()),
        (ConversationKind::SelfChat, 1, None)
    );
    assert_eq!(notes.members[0].user_id, minji.id());
}

#[tokio::test]
async fn what_is_absent_has_a_default_and_an_empty_address_is_none() {
    let app = TestApp::start().await;
    let mut body = account("minji");
    body["email"] = json!("");
    let session: AuthResponse = app.anonymous().post("/auth/sign-up", &body).await.json();
    assert_eq!((session.user.email, session.user.locale.as_str()), (None, "ko"));
}

#[tokio::test]
async fn each_field_that_is_not_acceptable_is_named() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    for (field, value, expected) in [
        ("handle", "ab".to_owned(), FieldErrorKind::TooShort),
        ("handle", "a".repeat(21), FieldErrorKind::TooLong),
        ("handle", "1minji".to_owned(), FieldErrorKind::InvalidFormat),
        ("handle", "min ji".to_owned(), FieldErrorKind::InvalidCharacter),
        ("handle", "민지민지".to_owned(), FieldErrorKind::InvalidCharacter),
        ("handle", "Admin".to_owned(), FieldErrorKind::Reserved),
        ("display_name", " \u{200b} ".to_owned(), FieldErrorKind::Empty),
        ("display_name", "가".repeat(31), FieldErrorKind::TooLong),
        ("password", "short12".to_owned(), FieldErrorKind::TooShort),
        (
            "password",
            "p".repeat(100) + &"q".repeat(29),
            FieldErrorKind::TooLong,
        ),
        ("password", "Password123".to_owned(), FieldErrorKind::TooCommon),
        ("password", "minji.kim".to_owned(), FieldErrorKind::SameAsLogin),
        ("email", "nonsense".to_owned(), FieldErrorKind::InvalidFormat),
    ] {
        let mut body = account("minji.kim");
        body[field] = json!(value);
        let problem = anonymous.post("/auth/sign-up", &body).await.problem();
        let named: Vec<_> = problem
            .fields
            .iter()
            .map(|field| (field.field.as_str(), field.kind))
            .collect();
        assert_eq!(
            (problem.status, problem.kind),
            (422, ErrorKind::InvalidFields),
            "{value}"
        );
        assert_eq!(named, [(field, expected)], "{value}");
    }
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 0);
}

#[tokio::test]
async fn all_bad_fields_are_named_at_once() {
    let app = TestApp::start().await;
    let body = json!({ "handle": "x", "display_name": "", "password": "x", "email": "x" });
    let problem = app.anonymous().post("/auth/sign-up", &body).await.problem();
    let named: Vec<_> = problem.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(named, ["handle", "display_name", "password", "email"]);
}

#[tokio::test]
async fn a_handle_is_taken_in_any_case() {
    let app = TestApp::start().await;
    app.users(["minji"]).await;
    let reply = app.anonymous().post("/auth/sign-up", &account("MinJi")).await;
    assert_eq!(reply.refusal(), (409, ErrorKind::HandleTaken));
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 1);
    assert_eq!(app.database.count("SELECT count(*) FROM conversations").await, 1);
}

#[tokio::test]
async fn of_two_who_ask_for_one_handle_at_once_one_gets_it() {
    let app = TestApp::start().await;
    let (one, other) = (app.anonymous(), app.anonymous());
    let body = account("minji");
    let (one, other) = tokio::join!(
        one.post("/auth/sign-up", &body),
        other.post("/auth/sign-up", &body)
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[tokio::test]
async fn a_handle_that_was_given_up_is_held_for_its_owner() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    minji
        .patch("/me", &json!({ "handle": "minji2" }))
        .await
        .json::<Value>();
    let taken = app.anonymous().post("/auth/sign-up", &account("minji")).await;
    assert_eq!(taken.refusal(), (409, ErrorKind::HandleTaken));
    let [other] = app.users(["other"]).await;
    assert_eq!(
        other.patch("/me", &json!({ "handle": "minji" })).await.refusal(),
        (409, ErrorKind::HandleTaken)
    );
    // Its owner may have it back, and nobody is found by the new one then.
    minji
        .patch("/me", &json!({ "handle": "minji" }))
        .await
        .json::<Value>();
    assert_eq!(
        other.get("/users/by-handle/minji2").await.refusal(),
        (404, ErrorKind::UserNotFound)
    );
}

#[tokio::test]
async fn a_held_handle_is_free_after_ninety_days() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    minji
        .patch("/me", &json!({ "handle": "minji2" }))
        .await
        .json::<Value>();
    let days = "SELECT round(extract(epoch FROM held_until - now()) / 86400) FROM held_handles";
    assert_eq!(app.database.count(days).await, 90);
    app.database
        .execute("UPDATE held_handles SET held_until = now() - interval '1 second'")
        .await;
    assert_eq!(
        app.anonymous()
            .post("/auth/sign-up", &account("minji"))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn a_closed_server_takes_nobody() {
    let app = TestApp::start_with(TestAppOptions {
        sign_up: SignUp::Closed,
        ..TestAppOptions::default()
    })
    .await;
    let reply = app.anonymous().post("/auth/sign-up", &account("minji")).await;
    assert_eq!(reply.refusal(), (403, ErrorKind::SignUpClosed));
    let server: Value = app.anonymous().get("/server").await.json();
    assert_eq!(server["sign_up"], "closed");
}

/// Nothing tells whether an address has an account.
#[tokio::test]
async fn an_address_in_use_is_not_given_away() {
    let app = TestApp::start().await;
    for handle in ["minji", "seoyeon"] {
        let mut body = account(handle);
        body["email"] = json!("shared@example.org");
        assert_eq!(app.anonymous().post("/auth/sign-up", &body).await.status, 201);
    }
}
