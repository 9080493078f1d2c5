//! Changing the password.

use damso_protocol::{ErrorKind, FieldErrorKind};
use damso_testing::{PASSWORD, TestApp};
use serde_json::{Value, json};

const NEW: &str = "another horse battery";

fn change(current: &str, new: &str) -> Value {
    json!({ "current_password": current, "new_password": new })
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_not_this_one() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let phone = minji.sign_in_again().await;
    let (mut here, mut there) = (minji.connect().await, phone.connect().await);
    assert_eq!(
        minji.put("/me/password", &change(PASSWORD, NEW)).await.status,
        204
    );
    assert_eq!(there.closed_with().await, 4003);
    assert_eq!(
        phone.get("/me").await.refusal(),
        (401, ErrorKind::NotAuthenticated)
    );
    assert_eq!(phone.refresh(phone.refresh_token()).await.status, 401);
    here.settle().await;
    assert_eq!(minji.get("/me").await.status, 200);
    assert_eq!(minji.refresh(minji.refresh_token()).await.status, 200);
    assert_eq!(
        minji.try_sign_in(PASSWORD).await.refusal(),
        (401, ErrorKind::InvalidCredentials)
    );
    assert_eq!(minji.try_sign_in(NEW).await.status, 200);
}

#[tokio::test]
async fn without_the_current_password_nothing_changes() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let phone = minji.sign_in_again().await;
    for current in ["wrong horse battery", "", "x".repeat(2_000).as_str()] {
        let problem = minji.put("/me/password", &change(current, NEW)).await.problem();
        assert_eq!(problem.kind, ErrorKind::InvalidFields);
        assert_eq!(
            (problem.fields[0].field.as_str(), problem.fields[0].kind),
            ("current_password", FieldErrorKind::Wrong)
        );
    }
    assert_eq!(phone.get("/me").await.status, 200);
    assert_eq!(minji.try_sign_in(PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_new_password_follows_the_rules_of_sign_up() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji_kim"]).await;
    for (new, expected) in [
        ("short", FieldErrorKind::TooShort),
        ("12345678", FieldErrorKind::TooCommon),
        ("minji_kim", FieldErrorKind::SameAsLogin),
        ("x".repeat(129).as_str(), FieldErrorKind::TooLong),
    ] {
        let problem = minji.put("/me/password", &change(PASSWORD, new)).await.problem();
        assert_eq!(
            (problem.fields[0].field.as_str(), problem.fields[0].kind),
            ("new_password", expected)
        );
    }
}

/// Two devices change the password at the same time: one of them wins, and the account has its password.
#[tokio::test]
async fn of_two_changes_at_once_one_is_refused() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let phone = minji.sign_in_again().await;
    let (first, second) = (
        change(PASSWORD, "the first new one"),
        change(PASSWORD, "the second new one"),
    );
    let (one, other) = tokio::join!(
        minji.put("/me/password", &first),
        phone.put("/me/password", &second)
    );
    let succeeded = [one.status == 204, other.status == 204];
    assert!(succeeded[0] != succeeded[1], "{} {}", one.status, other.status);
    let kept = if succeeded[0] {
        "the first new one"
    } else {
        "the second new one"
    };
    assert_eq!(minji.try_sign_in(kept).await.status, 200);
    assert_eq!(minji.try_sign_in(PASSWORD).await.status, 401);
}

#[tokio::test]
async fn passwords_that_are_guessed_early_are_refused_wherever_they_are_set() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    // On no short list, and among the first that are tried: a leaked one, and the login with something behind it.
    for (password, handle) in [("michael1", "jisoo"), ("jisoo_han12", "jisoo_han")] {
        let body = json!({ "handle": handle, "display_name": "지수", "password": password });
        let problem = app.anonymous().post("/auth/sign-up", &body).await.problem();
        assert_eq!(
            (problem.fields[0].field.as_str(), problem.fields[0].kind),
            ("password", FieldErrorKind::TooCommon),
            "{password}"
        );
    }
    let problem = minji
        .put("/me/password", &change(PASSWORD, "superman1"))
        .await
        .problem();
    assert_eq!(
        (problem.fields[0].field.as_str(), problem.fields[0].kind),
        ("new_password", FieldErrorKind::TooCommon)
    );
}

#[tokio::test]
async fn a_form_hears_how_hard_a_password_is_to_guess() {
    let app = TestApp::start().await;
    for (password, score, warning) in [
        ("michael1", 0, json!("common")),
        ("jisoo_han", 0, Value::Null),
        ("correct horse battery", 4, Value::Null),
    ] {
        let body = json!({ "password": password, "inputs": ["jisoo_han", "지수"] });
        let judged: Value = app
            .anonymous()
            .post("/auth/password-strength", &body)
            .await
            .json();
        assert_eq!(judged["score"], score, "{password}: {judged}");
        if score == 0 && warning != Value::Null {
            assert_eq!(judged["warning"], warning, "{password}");
        }
    }
    let long = json!({ "password": "긴비밀번호 ".repeat(9_000) });
    assert_eq!(
        app.anonymous()
            .post("/auth/password-strength", &long)
            .await
            .status,
        200
    );
}
