//! What has happened to an account: its owner sees it, is told of it by mail, and nobody else does.

use damso_domain::SecurityEventKind as Kind;
use damso_protocol::{Page, SecurityEvent};
use damso_testing::{Actor, PASSWORD, TestApp};
use serde_json::json;

use crate::emails::confirm_email;
use crate::passkeys::add_passkey;
use crate::totp::{code_of, set_up_totp};

async fn events(actor: &Actor) -> Vec<SecurityEvent> {
    let page: Page<SecurityEvent> = actor.get("/me/audit").await.json();
    page.items
}

async fn kinds(actor: &Actor) -> Vec<Kind> {
    events(actor).await.into_iter().map(|event| event.kind).collect()
}

#[tokio::test]
async fn everything_that_opens_or_changes_an_account_is_written_down() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    confirm_email(&app, &minji, "minji@example.org").await;
    let enabled = set_up_totp(&app, &minji).await;
    let (_, passkey) = add_passkey(&app, &minji, 1).await;
    let path = format!("/me/passkeys/{}", passkey.id);
    assert_eq!(minji.delete(&path).await.status, 204);
    let recovery = &enabled.recovery_codes[0];
    let body = json!({ "login": "minji", "password": PASSWORD, "code": recovery });
    assert_eq!(app.anonymous().post("/auth/sign-in", &body).await.status, 200);
    assert_eq!(minji.delete("/me/sessions").await.status, 204);
    minji.post("/me/totp/recovery-codes", &json!({})).await;
    let body = json!({ "code": code_of(&enabled.secret, 1) });
    assert_eq!(minji.post("/me/totp/disable", &body).await.status, 204);
    let body = json!({ "current_password": PASSWORD, "new_password": "another horse battery" });
    assert_eq!(minji.put("/me/password", &body).await.status, 204);
    let expected = [
        Kind::PasswordChanged,
        Kind::TotpDisabled,
        Kind::RecoveryCodesRenewed,
        Kind::SessionEnded,
        Kind::SignedIn,
        Kind::RecoveryCodeUsed,
        Kind::PasskeyRemoved,
        Kind::PasskeyAdded,
        Kind::TotpEnabled,
        Kind::EmailChanged,
        Kind::SignedUp,
    ];
    assert_eq!(kinds(&minji).await, expected);
    let newest = &events(&minji).await[0];
    assert!(newest.device.is_some());
    assert_eq!(newest.address.as_deref(), Some("127.0.0.1"));
    assert_eq!(kinds(&seoyeon).await, [Kind::SignedUp]);
}

#[tokio::test]
async fn a_copied_token_is_told_of() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let phone = minji.sign_in_again().await;
    let mut token = phone.refresh_token().to_owned();
    for _ in 0..3 {
        let next: damso_protocol::AuthResponse = phone.refresh(&token).await.json();
        token = next.refresh_token.unwrap();
    }
    assert_eq!(phone.refresh(phone.refresh_token()).await.status, 401);
    assert_eq!(kinds(&minji).await[0], Kind::TokenReused);
}

#[tokio::test]
async fn owners_are_told_by_mail_what_somebody_else_would_do_first() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    confirm_email(&app, &minji, "minji@example.org").await;
    let count = async || app.mails_to("minji@example.org").await.len();
    let before = count().await;
    minji.sign_in_again().await;
    assert_eq!(count().await, before + 1, "a device that is not known");
    set_up_totp(&app, &minji).await;
    assert_eq!(count().await, before + 2);
    add_passkey(&app, &minji, 1).await;
    assert_eq!(count().await, before + 3);
    let body = json!({ "current_password": PASSWORD, "new_password": "another horse battery" });
    assert_eq!(minji.put("/me/password", &body).await.status, 204);
    assert_eq!(count().await, before + 4);
    let body = json!({ "password": "another horse battery", "messages": "keep" });
    assert_eq!(minji.post("/me/deletion", &body).await.status, 200);
    assert_eq!(count().await, before + 5, "farewell");
    assert_eq!(
        app.database.count("SELECT count(*) FROM security_events").await,
        0
    );
}

#[tokio::test]
async fn events_come_in_pages_and_are_kept_for_ninety_days() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    for _ in 0..4 {
        minji.sign_in_again().await;
    }
    let first: Page<SecurityEvent> = minji.get("/me/audit?limit=3").await.json();
    let cursor = first.next_cursor.unwrap();
    let rest: Page<SecurityEvent> = minji
        .get(&format!("/me/audit?limit=3&cursor={cursor}"))
        .await
        .json();
    assert_eq!((first.items.len(), rest.items.len()), (3, 2));
    assert_eq!(rest.items[1].kind, Kind::SignedUp);
    app.database
        .execute(
            "UPDATE security_events SET created_at = now() - interval '91 days' WHERE kind = 'signed_up'",
        )
        .await;
    app.sweep().await;
    assert_eq!(kinds(&minji).await, [Kind::SignedIn; 4]);
}
