//! One's devices.

use damso_protocol::{ErrorKind, ServerEvent, Session, Sessions};
use damso_service::session::MOST_SESSIONS;
use damso_testing::{Actor, TestApp};
use serde_json::json;

async fn sessions(actor: &Actor) -> Vec<Session> {
    actor.get("/me/sessions").await.json::<Sessions>().items
}

#[tokio::test]
async fn devices_are_listed_with_the_one_that_asks_marked() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let phone = minji.sign_in_again().await;
    let listed = sessions(&phone).await;
    assert_eq!(listed.len(), 2);
    // The last used first.
    assert_eq!(listed[0].id, phone.session().session_id);
    assert_eq!([listed[0].is_current, listed[1].is_current], [true, false]);
    assert!(
        listed
            .iter()
            .all(|session| session.address.as_deref() == Some("127.0.0.1"))
    );
    assert_eq!(sessions(&seoyeon).await.len(), 1);
}

#[tokio::test]
async fn a_device_can_be_named() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let path = format!("/me/sessions/{}", minji.session().session_id);
    assert_eq!(
        minji.patch(&path, &json!({ "name": " 내 노트북 " })).await.status,
        204
    );
    assert_eq!(sessions(&minji).await[0].name, "내 노트북");
    assert_eq!(
        minji.patch(&path, &json!({ "name": "" })).await.refusal(),
        (422, ErrorKind::InvalidFields)
    );
    assert_eq!(
        minji
            .patch(&path, &json!({ "name": "x".repeat(61) }))
            .await
            .refusal(),
        (422, ErrorKind::InvalidFields)
    );
    assert_eq!(
        seoyeon.patch(&path, &json!({ "name": "x" })).await.refusal(),
        (404, ErrorKind::SessionNotFound)
    );
    assert_eq!(sessions(&minji).await[0].name, "내 노트북");
}

#[tokio::test]
async fn with_one_more_than_twenty_the_one_that_was_used_longest_ago_ends() {
    let app = TestApp::start().await;
    let [first] = app.users(["minji"]).await;
    let second = first.sign_in_again().await;
    let mut others = Vec::new();
    for _ in 2..MOST_SESSIONS {
        others.push(first.sign_in_again().await);
    }
    assert_eq!(sessions(&second).await.len(), MOST_SESSIONS);
    // The first one is used again, so that the second one is the oldest.
    assert_eq!(first.refresh(first.refresh_token()).await.status, 200);
    let mut gone = second.connect().await;
    let mut stays = first.connect().await;
    let newest = first.sign_in_again().await;
    assert_eq!(gone.closed_with().await, 4003);
    let told = stays.wait_for(|event| match event {
        ServerEvent::SessionEnded(ended) => Some(ended.session_id),
        _ => None,
    });
    assert_eq!(told.await, second.session().session_id);
    assert_eq!(second.get("/me").await.status, 401);
    let listed = sessions(&newest).await;
    assert_eq!(listed.len(), MOST_SESSIONS);
    assert!(
        listed
            .iter()
            .all(|session| session.id != second.session().session_id)
    );
}

#[tokio::test]
async fn signing_out_closes_the_sockets_of_that_session_only() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let phone = minji.sign_in_again().await;
    let (mut here, mut there) = (minji.connect().await, phone.connect().await);
    assert_eq!(minji.post("/auth/sign-out", &json!({})).await.status, 204);
    let (told, code) = here.until_closed().await;
    assert_eq!(code, 4003);
    assert!(
        matches!(&told[..], [ServerEvent::SessionEnded(ended)] if ended.session_id == minji.session().session_id),
        "a page hears of it before its browser has closed the connection"
    );
    let told = there.settle().await;
    assert!(
        matches!(&told[..], [ServerEvent::SessionEnded(ended)] if ended.session_id == minji.session().session_id)
    );
    assert_eq!(
        minji.get("/me").await.refusal(),
        (401, ErrorKind::NotAuthenticated)
    );
    assert_eq!(
        minji.refresh(minji.refresh_token()).await.refusal(),
        (401, ErrorKind::RefreshTokenInvalid)
    );
    assert_eq!(phone.get("/me").await.status, 200);
}

/// As another server would end it, of which this one hears nothing.
#[tokio::test]
async fn a_session_that_ended_elsewhere_is_found_out() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let (mut ended, mut stays) = (minji.connect().await, seoyeon.connect().await);
    let id = minji.session().session_id;
    app.database
        .execute(&format!("UPDATE sessions SET ended_at = now() WHERE id = '{id}'"))
        .await;
    app.services.sessions.close_ended().await.unwrap();
    assert_eq!(ended.closed_with().await, 4003);
    stays.assert_silent().await;
}

#[tokio::test]
async fn another_device_can_be_signed_out_from_afar() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let phone = minji.sign_in_again().await;
    let path = format!("/me/sessions/{}", phone.session().session_id);
    assert_eq!(
        seoyeon.delete(&path).await.refusal(),
        (404, ErrorKind::SessionNotFound)
    );
    let mut inbox = phone.connect().await;
    assert_eq!(minji.delete(&path).await.status, 204);
    assert_eq!(inbox.closed_with().await, 4003);
    assert_eq!(phone.get("/me").await.status, 401);
    assert_eq!(
        minji.delete(&path).await.refusal(),
        (404, ErrorKind::SessionNotFound)
    );
    assert_eq!(sessions(&minji).await.len(), 1);
}

#[tokio::test]
async fn all_other_devices_can_be_signed_out_at_once() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let (phone, tablet) = (minji.sign_in_again().await, minji.sign_in_again().await);
    let mut inboxes = [phone.connect().await, tablet.connect().await];
    assert_eq!(minji.delete("/me/sessions").await.status, 204);
    for inbox in &mut inboxes {
        assert_eq!(inbox.closed_with().await, 4003);
    }
    assert_eq!(
        [phone.get("/me").await.status, tablet.get("/me").await.status],
        [401, 401]
    );
    assert_eq!(
        [minji.get("/me").await.status, seoyeon.get("/me").await.status],
        [200, 200]
    );
    assert_eq!(
        minji.delete("/me/sessions").await.status,
        204,
        "nothing is left to end, and that is fine"
    );
}

/// A server that starts again has forgotten its memory, not its database.
#[tokio::test]
async fn ended_sessions_are_known_after_a_restart() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let sql = format!(
        "UPDATE sessions SET ended_at = now() WHERE id = '{}'",
        minji.session().session_id
    );
    app.database.execute(&sql).await;
    app.services.sessions.load_ended().await.unwrap();
    assert_eq!(
        minji.get("/me").await.refusal(),
        (401, ErrorKind::NotAuthenticated)
    );
}
