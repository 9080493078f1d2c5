//! Links by which somebody becomes a friend at once.

use damso_protocol::{
    ErrorKind, FriendInvite, FriendRequest, FriendRequestState, InviteKind, InvitePreview, ServerEvent,
};
use damso_testing::{Actor, Reply, TestApp, picture};
use serde_json::{Value, json};

use crate::blocks::{block, unblock};

const GONE: (u16, ErrorKind) = (404, ErrorKind::InviteNotFound);

async fn invite(actor: &Actor) -> String {
    let made: FriendInvite = actor.post("/me/friend-invites", &json!({})).await.json();
    made.code
}

async fn redeem(actor: &Actor, code: &str) -> Reply {
    actor
        .post("/friend-requests", &json!({ "invite_code": code }))
        .await
}

async fn friends(actor: &Actor) -> Vec<Value> {
    let page: Value = actor.get("/friends").await.json();
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn whoever_follows_the_link_is_a_friend_at_once_and_nobody_is_after_them() {
    let app = TestApp::start().await;
    let [minji, alex, late] = app.users(["minji", "alex", "late"]).await;
    let made: FriendInvite = minji.post("/me/friend-invites", &json!({})).await.json();
    assert!(
        made.url.ends_with(&format!("/invite/{}", made.code)),
        "{}",
        made.url
    );
    let days = (made.expires_at.as_millis() - damso_domain::Timestamp::now().as_millis()) / 86_400_000;
    assert!((6..=7).contains(&days), "{days}");
    let seen: InvitePreview = app
        .anonymous()
        .get(&format!("/invites/{}", made.code))
        .await
        .json();
    let expected = InvitePreview {
        kind: InviteKind::Friend,
        name: Some("minji".to_owned()),
        avatar: None,
        member_count: None,
    };
    assert_eq!(seen, expected);
    let mut inboxes = [minji.connect().await, alex.connect().await];
    let answer: FriendRequest = redeem(&alex, &made.code).await.json();
    assert_eq!(answer.state, FriendRequestState::Accepted);
    assert_eq!((answer.from.id, answer.to.id), (alex.id(), minji.id()));
    for (inbox, other) in inboxes.iter_mut().zip([&alex, &minji]) {
        let added = inbox
            .wait_for(|event| match event {
                ServerEvent::FriendAdded(added) => Some(added),
                _ => None,
            })
            .await;
        assert_eq!(added.friend.user.id, other.id());
    }
    assert_eq!((friends(&minji).await.len(), friends(&alex).await.len()), (1, 1));
    assert_eq!(
        redeem(&late, &made.code).await.refusal(),
        GONE,
        "it was good once"
    );
    let preview = late.get(&format!("/invites/{}", made.code)).await;
    assert_eq!(preview.refusal(), GONE);
    assert!(friends(&late).await.is_empty());
}

#[tokio::test]
async fn of_two_at_once_one_becomes_a_friend() {
    let app = TestApp::start().await;
    let [minji, alex, sam] = app.users(["minji", "alex", "sam"]).await;
    let code = invite(&minji).await;
    let (one, other) = tokio::join!(redeem(&alex, &code), redeem(&sam, &code));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 404]);
    assert_eq!(friends(&minji).await.len(), 1);
}

#[tokio::test]
async fn a_refused_link_stays_good() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [alex] = app.users(["alex"]).await;
    let code = invite(&minji).await;
    block(&alex, &minji).await;
    let mut inbox = minji.connect().await;
    for (actor, body, refusal) in [
        (
            &minji,
            json!({ "invite_code": code }),
            (422, ErrorKind::CannotBefriendSelf),
        ),
        (
            &seoyeon,
            json!({ "invite_code": code }),
            (409, ErrorKind::AlreadyFriends),
        ),
        (
            &alex,
            json!({ "invite_code": code }),
            (403, ErrorKind::BlockedByYou),
        ),
        (
            &alex,
            json!({ "invite_code": code, "message": "hello" }),
            (422, ErrorKind::InvalidFields),
        ),
        (
            &alex,
            json!({ "invite_code": code, "user_id": minji.id() }),
            (422, ErrorKind::InvalidFields),
        ),
        (&alex, json!({ "invite_code": "" }), GONE),
        (&alex, json!({ "invite_code": "A".repeat(22) }), GONE),
        (&alex, json!({ "invite_code": "한글".repeat(5_000) }), GONE),
    ] {
        let reply = actor.post("/friend-requests", &body).await;
        assert_eq!(reply.refusal(), refusal, "{body}");
    }
    inbox.assert_silent().await;
    unblock(&alex, &minji).await;
    assert_eq!(redeem(&alex, &code).await.status, 201);
}

#[tokio::test]
async fn what_was_asked_before_is_closed_by_it() {
    let app = TestApp::start().await;
    let [minji, alex, sam] = app.users(["minji", "alex", "sam"]).await;
    // One has asked her, the other one she has asked herself.
    let asked: FriendRequest = alex
        .post("/friend-requests", &json!({ "user_id": minji.id() }))
        .await
        .json();
    minji
        .post("/friend-requests", &json!({ "user_id": sam.id() }))
        .await
        .json::<FriendRequest>();
    let answer: FriendRequest = redeem(&alex, &invite(&minji).await).await.json();
    assert_eq!(
        (answer.id, answer.state),
        (asked.id, FriendRequestState::Accepted)
    );
    assert_eq!(redeem(&sam, &invite(&minji).await).await.status, 201);
    for direction in ["incoming", "outgoing"] {
        let path = format!("/friend-requests?direction={direction}");
        let waiting: Value = minji.get(&path).await.json();
        assert_eq!(waiting["items"], json!([]), "{direction}");
    }
    assert_eq!(friends(&minji).await.len(), 2);
}

#[tokio::test]
async fn who_kept_the_other_one_all_along_is_a_friend_again() {
    let app = TestApp::start().await;
    let [minji, alex] = app.friends(["minji", "alex"]).await;
    block(&alex, &minji).await;
    unblock(&alex, &minji).await;
    assert!(friends(&alex).await.is_empty());
    assert_eq!(redeem(&alex, &invite(&minji).await).await.status, 201);
    assert_eq!((friends(&minji).await.len(), friends(&alex).await.len()), (1, 1));
    // Both are told of each other again.
    let _here = minji.connect().await;
    app.services.presence.tell_news().await.unwrap();
    assert_eq!(friends(&alex).await[0]["presence"]["status"], "online");
}

#[tokio::test]
async fn twenty_are_good_at_once_and_all_of_them_are_taken_back_together() {
    let app = TestApp::start().await;
    let [minji, alex, sam] = app.users(["minji", "alex", "sam"]).await;
    let first = invite(&minji).await;
    let second = invite(&minji).await;
    for _ in 1..FriendInvite::MOST {
        invite(&minji).await;
    }
    assert_eq!(redeem(&alex, &first).await.refusal(), GONE);
    assert_eq!(redeem(&alex, &second).await.status, 201);
    let last = invite(&minji).await;
    let others = invite(&sam).await;
    assert_eq!(minji.delete("/me/friend-invites").await.status, 204);
    assert_eq!(redeem(&sam, &last).await.refusal(), GONE);
    assert_eq!(minji.get(&format!("/invites/{others}")).await.status, 200);
    assert_eq!(app.database.count("SELECT count(*) FROM invite_links").await, 1);
}

#[tokio::test]
async fn links_end_with_their_time_and_with_their_maker() {
    let app = TestApp::start().await;
    let [minji, jiho, alex] = app.users(["minji", "jiho", "alex"]).await;
    let expired = invite(&minji).await;
    app.database
        .execute("UPDATE invite_links SET expires_at = created_at")
        .await;
    assert_eq!(redeem(&alex, &expired).await.refusal(), GONE);
    let disabled = invite(&jiho).await;
    app.database
        .execute("UPDATE users SET disabled_at = now() WHERE handle = 'jiho'")
        .await;
    assert_eq!(redeem(&alex, &disabled).await.refusal(), GONE);
    assert_eq!(alex.get(&format!("/invites/{disabled}")).await.refusal(), GONE);
    let left = invite(&minji).await;
    let farewell = json!({ "password": damso_testing::PASSWORD, "messages": "erase" });
    assert_eq!(minji.post("/me/deletion", &farewell).await.status, 200);
    assert_eq!(redeem(&alex, &left).await.refusal(), GONE);
    assert_eq!(
        app.database.count("SELECT count(*) FROM invite_links").await,
        1,
        "the disabled one's"
    );
    assert!(friends(&alex).await.is_empty());
}

#[tokio::test]
async fn who_hides_their_picture_from_anybody_shows_none_in_a_preview() {
    let app = TestApp::start().await;
    let [minji, alex] = app.users(["minji", "alex"]).await;
    let upload = minji.upload("me.png", "image/png", picture::png(8, 8)).await.id;
    let body = json!({ "attachment_id": upload });
    let me: Value = minji.put("/me/avatar", &body).await.json();
    let image = me["avatar"]["id"].as_str().unwrap();
    let code = invite(&minji).await;
    let anonymous = app.anonymous();
    let preview = async || -> InvitePreview { anonymous.get(&format!("/invites/{code}")).await.json() };
    let path = format!("/images/{image}?invite_code={code}");
    assert_eq!(preview().await.avatar.unwrap().id.to_string(), image);
    assert_eq!(anonymous.get(&path).await.status, 200);
    let hide = json!({ "hide_profile": true });
    minji
        .put(&format!("/blocks/{}", alex.id()), &hide)
        .await
        .json::<Value>();
    assert_eq!(preview().await.avatar, None);
    assert_eq!(
        anonymous.get(&path).await.refusal(),
        (404, ErrorKind::ImageNotFound)
    );
}
