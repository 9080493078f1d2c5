//! Refresh tokens: each is followed by one other, and one that was copied ends the session.

use damso_protocol::{AuthResponse, ErrorKind};
use damso_testing::{Actor, TestApp};

/// Refreshes and goes on with the new access token.
async fn rotate(actor: &Actor, token: &str) -> Actor {
    let mut next = actor.clone();
    next.session = Some(actor.refresh(token).await.json());
    next
}

#[tokio::test]
async fn a_token_is_followed_by_another_one_of_the_same_session() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let next = rotate(&minji, minji.refresh_token()).await;
    assert_eq!(next.session().session_id, minji.session().session_id);
    assert_ne!(next.refresh_token(), minji.refresh_token());
    assert_eq!(next.me().await.id, minji.id());
    let third = rotate(&minji, next.refresh_token()).await;
    assert_ne!(third.refresh_token(), next.refresh_token());
    let sessions = app
        .database
        .count("SELECT count(*) FROM sessions WHERE ended_at IS NULL")
        .await;
    assert_eq!(sessions, 1);
}

#[tokio::test]
async fn only_hashes_of_tokens_are_stored() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    rotate(&minji, minji.refresh_token()).await;
    let raw = format!(
        "SELECT count(*) FROM refresh_tokens WHERE encode(hash, 'escape') LIKE '%{}%'",
        minji.refresh_token()
    );
    assert_eq!(app.database.count(&raw).await, 0);
    assert_eq!(app.database.count("SELECT count(*) FROM refresh_tokens").await, 2);
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let lost = rotate(&minji, minji.refresh_token()).await;
    let again = rotate(&minji, minji.refresh_token()).await;
    assert_eq!(lost.refresh_token(), again.refresh_token());
    assert_eq!(
        rotate(&minji, again.refresh_token()).await.me().await.id,
        minji.id()
    );
}

#[tokio::test]
async fn a_hundred_at_once_get_one_successor() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let minji = minji.clone();
        tasks.spawn(async move {
            rotate(&minji, minji.refresh_token())
                .await
                .refresh_token()
                .to_owned()
        });
    }
    let mut successors = tasks.join_all().await;
    assert_eq!(successors.len(), 100);
    successors.dedup();
    assert_eq!(successors.len(), 1);
    assert_eq!(app.database.count("SELECT count(*) FROM refresh_tokens").await, 2);
}

#[tokio::test]
async fn a_token_older_than_the_predecessor_ends_the_session_and_its_sockets() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let other_device = minji.sign_in_again().await;
    let second = rotate(&minji, minji.refresh_token()).await;
    let third = rotate(&minji, second.refresh_token()).await;
    let mut inbox = third.connect().await;
    let mut other_inbox = other_device.connect().await;
    let replayed = minji.refresh(minji.refresh_token()).await;
    assert_eq!(replayed.refusal(), (401, ErrorKind::RefreshTokenInvalid));
    assert_eq!(inbox.closed_with().await, 4003);
    assert_eq!(
        third.get("/me").await.refusal(),
        (401, ErrorKind::NotAuthenticated)
    );
    assert_eq!(
        minji.refresh(third.refresh_token()).await.refusal(),
        (401, ErrorKind::RefreshTokenInvalid)
    );
    // The other device hears of it and goes on.
    let ended = other_inbox.wait_for(|event| match event {
        damso_protocol::ServerEvent::SessionEnded(ended) => Some(ended.session_id),
        _ => None,
    });
    assert_eq!(ended.await, minji.session().session_id);
    assert_eq!(other_device.get("/me").await.status, 200);
}

#[tokio::test]
async fn the_predecessor_is_good_for_ten_seconds_after_its_successor_was_seen() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let second = rotate(&minji, minji.refresh_token()).await;
    second.me().await;
    // Seen a moment ago: the answer may still be on its way to another tab.
    assert_eq!(
        rotate(&minji, minji.refresh_token()).await.refresh_token(),
        second.refresh_token()
    );
    app.database
        .execute("UPDATE sessions SET seen_at = seen_at - interval '11 seconds'")
        .await;
    let late = minji.refresh(minji.refresh_token()).await;
    assert_eq!(late.refusal(), (401, ErrorKind::RefreshTokenInvalid));
    assert_eq!(
        second.get("/me").await.refusal(),
        (401, ErrorKind::NotAuthenticated)
    );
}

#[tokio::test]
async fn the_predecessor_stays_good_while_its_successor_was_not_seen() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let lost = rotate(&minji, minji.refresh_token()).await;
    app.database
        .execute("UPDATE sessions SET seen_at = seen_at - interval '1 day'")
        .await;
    assert_eq!(
        rotate(&minji, minji.refresh_token()).await.refresh_token(),
        lost.refresh_token()
    );
}

/// A thief refreshes first: the owner's next try with the old token ends the session for both.
#[tokio::test]
async fn whoever_comes_second_with_a_stolen_token_ends_it_for_both() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let thief = rotate(&minji, minji.refresh_token()).await;
    let thief = rotate(&thief, thief.refresh_token()).await;
    assert_eq!(minji.refresh(minji.refresh_token()).await.status, 401);
    assert_eq!(thief.get("/me").await.status, 401);
    assert_eq!(minji.refresh(thief.refresh_token()).await.status, 401);
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_too_long_or_simply_too_old() {
    let app = TestApp::start().await;
    for (handle, column, days, status) in [
        ("idle_29", "last_used_at", 29, 200),
        ("idle_31", "last_used_at", 31, 401),
        ("old_179", "created_at", 179, 200),
        ("old_181", "created_at", 181, 401),
    ] {
        let [user] = app.users([handle]).await;
        let session = user.session().session_id;
        let sql =
            format!("UPDATE sessions SET {column} = now() - interval '{days} days' WHERE id = '{session}'");
        app.database.execute(&sql).await;
        assert_eq!(
            user.refresh(user.refresh_token()).await.status,
            status,
            "{handle}"
        );
    }
}

#[tokio::test]
async fn what_is_no_token_refreshes_nothing() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    for token in [
        "",
        "nonsense",
        &"A".repeat(43),
        &"A".repeat(100_000),
        minji.session().access_token.as_str(),
    ] {
        let reply = minji.refresh(token).await;
        assert_eq!(reply.refusal(), (401, ErrorKind::RefreshTokenInvalid));
    }
    assert!(matches!(
        minji.refresh(minji.refresh_token()).await.json(),
        AuthResponse { .. }
    ));
}
