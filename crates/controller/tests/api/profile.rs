//! One's own profile, and who hears of its changes.

use damso_protocol::{ErrorKind, Me, ServerEvent, User, Users};
use damso_testing::{Inbox, TestApp, picture};
use reqwest::Method;
use serde_json::{Value, json};

async fn profile(inbox: &mut Inbox) -> User {
    inbox
        .wait_for(|event| match event {
            ServerEvent::ProfileUpdated(updated) => Some(updated.user),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_profile_changes_where_it_is_told_to_and_friends_hear_of_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [stranger] = app.users(["stranger"]).await;
    let (mut own, mut friend, mut outside) = (
        minji.connect().await,
        seoyeon.connect().await,
        stranger.connect().await,
    );
    let before = minji.me().await;
    let change = json!({ "display_name": "  민지 \n 김 ", "status_message": "휴가 중" });
    let after: Me = minji.patch("/me", &change).await.json();
    assert_eq!(
        (after.display_name.as_str(), after.status_message.as_str()),
        ("민지 김", "휴가 중")
    );
    assert_eq!((after.handle.as_str(), after.locale), ("minji", before.locale));
    assert!(before.version < after.version);
    assert_eq!(profile(&mut own).await, User::from(&after));
    assert_eq!(profile(&mut friend).await, User::from(&after));
    outside.assert_silent().await;
    let seen: User = seoyeon.get(&format!("/users/{}", minji.id())).await.json();
    assert_eq!(seen, User::from(&after));
}

#[tokio::test]
async fn an_empty_change_changes_nothing_and_an_empty_status_clears() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    minji
        .patch("/me", &json!({ "status_message": "x", "locale": "en" }))
        .await
        .json::<Me>();
    let same: Me = minji.patch("/me", &json!({})).await.json();
    assert_eq!((same.status_message.as_str(), same.locale.as_str()), ("x", "en"));
    let cleared: Me = minji.patch("/me", &json!({ "status_message": "" })).await.json();
    assert_eq!(cleared.status_message, "");
}

#[tokio::test]
async fn a_profile_that_is_not_acceptable_stays_as_it_was() {
    let app = TestApp::start().await;
    let [minji, _] = app.users(["minji", "seoyeon"]).await;
    let before = minji.me().await;
    for (change, expected) in [
        (json!({ "display_name": "" }), (422, ErrorKind::InvalidFields)),
        (
            json!({ "display_name": "가".repeat(31) }),
            (422, ErrorKind::InvalidFields),
        ),
        (
            json!({ "status_message": "x".repeat(61) }),
            (422, ErrorKind::InvalidFields),
        ),
        (json!({ "handle": "x" }), (422, ErrorKind::InvalidFields)),
        (
            json!({ "handle": "Seoyeon", "display_name": "새 이름" }),
            (409, ErrorKind::HandleTaken),
        ),
        (json!({ "locale": "fr" }), (400, ErrorKind::MalformedRequest)),
        (json!({ "id": minji.id() }), (400, ErrorKind::MalformedRequest)),
    ] {
        assert_eq!(minji.patch("/me", &change).await.refusal(), expected, "{change}");
    }
    assert_eq!(minji.me().await, before);
}

#[tokio::test]
async fn people_are_found_by_id_and_by_handle() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let by_handle: User = minji.get("/users/by-handle/SEOYEON").await.json();
    assert_eq!(by_handle.id, seoyeon.id());
    let many: Users = minji
        .get(&format!("/users?ids={},{}", minji.id(), seoyeon.id()))
        .await
        .json();
    assert_eq!(many.items.len(), 2);
    let unknown = minji.session().session_id;
    assert_eq!(
        minji
            .get(&format!("/users?ids={unknown}"))
            .await
            .json::<Users>()
            .items,
        []
    );
    assert_eq!(
        minji.get(&format!("/users/{unknown}")).await.refusal(),
        (404, ErrorKind::UserNotFound)
    );
    for handle in ["nobody", "!", "x"] {
        let reply = minji.get(&format!("/users/by-handle/{handle}")).await;
        assert_eq!(reply.refusal(), (404, ErrorKind::UserNotFound));
    }
    let hundred_and_one = vec![minji.id().to_string(); 101].join(",");
    for ids in ["", "x", hundred_and_one.as_str()] {
        assert_eq!(
            minji.get(&format!("/users?ids={ids}")).await.refusal(),
            (400, ErrorKind::MalformedRequest)
        );
    }
}

#[tokio::test]
async fn a_picture_is_set_replaced_and_taken_away() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let files = app.stored_files();
    let mut inbox = seoyeon.connect().await;
    let mut ids = Vec::new();
    for side in [600, 40] {
        let upload = minji
            .upload("me.png", "image/png", picture::png(side, side / 2))
            .await;
        let me: Me = minji
            .put("/me/avatar", &json!({ "attachment_id": upload.id }))
            .await
            .json();
        let avatar = me.avatar.clone().unwrap();
        assert_eq!(profile(&mut inbox).await.avatar, Some(avatar.clone()));
        assert!(avatar.placeholder.is_some());
        // Smaller pictures are not blown up.
        let square = side / 2;
        assert_eq!((avatar.width, avatar.height), (square, square));
        for (size, side) in [("?size=64", square.min(128)), ("?size=512", square), ("", square)] {
            let reply = seoyeon.get(&format!("/images/{}{size}", avatar.id)).await;
            assert_eq!(
                (reply.status.as_u16(), reply.header("content-type")),
                (200, "image/webp")
            );
            assert_eq!(picture::size(&reply.body), (side, side));
            assert_eq!(
                reply.header("cache-control"),
                "private, max-age=31536000, immutable"
            );
        }
        ids.push(avatar.id);
    }
    app.run_jobs().await;
    assert_eq!(
        minji.get(&format!("/images/{}", ids[0])).await.refusal(),
        (404, ErrorKind::ImageNotFound)
    );
    let me: Me = minji.delete("/me/avatar").await.json();
    assert_eq!(me.avatar, None);
    assert_eq!(profile(&mut inbox).await.avatar, None);
    app.run_jobs().await;
    assert_eq!(app.stored_files(), files, "neither pictures nor uploads are left");
    assert_eq!(
        app.anonymous().get(&format!("/images/{}", ids[1])).await.status,
        401
    );
}

#[tokio::test]
async fn only_an_own_complete_image_becomes_a_picture() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let text = minji.upload("notes.txt", "text/plain", b"hello".to_vec()).await;
    let theirs = seoyeon.upload("me.png", "image/png", picture::png(4, 4)).await;
    let announced = minji
        .create_attachment("me.png", "image/png", 10)
        .await
        .attachment;
    for (id, expected) in [
        (text.id, (422, ErrorKind::ImageUnreadable)),
        (theirs.id, (404, ErrorKind::AttachmentNotFound)),
        (announced.id, (422, ErrorKind::AttachmentNotReady)),
    ] {
        let reply = minji.put("/me/avatar", &json!({ "attachment_id": id })).await;
        assert_eq!(reply.refusal(), expected);
    }
    assert_eq!(minji.me().await.avatar, None);
    let absent: Value = json!({});
    let request = minji.request(Method::PUT, "/me/avatar").json(&absent);
    assert_eq!(
        minji.send_request(request).await.refusal(),
        (400, ErrorKind::MalformedRequest)
    );
}
