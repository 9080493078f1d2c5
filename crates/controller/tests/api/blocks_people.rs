//! What a block does to friendships, requests and profiles.

use damso_domain::FriendRequestId;
use damso_protocol::{Block, ErrorKind, Friend, FriendRequest, FriendRequestState, Page, ServerEvent, User};
use damso_testing::{Actor, Reply, TestApp};
use serde_json::{Value, json};

use crate::blocks::{ask, block, put_block, two_who_talk, unblock};

async fn friends(actor: &Actor) -> Vec<Friend> {
    let page: Page<Friend> = actor.get("/friends").await.json();
    page.items
}

async fn requests(actor: &Actor, direction: &str) -> Vec<FriendRequest> {
    let path = format!("/friend-requests?direction={direction}");
    let page: Page<FriendRequest> = actor.get(&path).await.json();
    page.items
}

async fn answer(actor: &Actor, id: FriendRequestId, answer: &str) -> Reply {
    actor
        .post(&format!("/friend-requests/{id}/{answer}"), &json!({}))
        .await
}

#[tokio::test]
async fn a_request_of_the_blocked_one_waits_unseen() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.users(["minji", "mallory"]).await;
    let waiting: FriendRequest = ask(&mallory, &minji).await.json();
    block(&minji, &mallory).await;
    assert_eq!(requests(&minji, "incoming").await, []);
    assert_eq!(
        requests(&mallory, "outgoing").await,
        std::slice::from_ref(&waiting)
    );
    for verb in ["accept", "decline"] {
        assert_eq!(
            answer(&minji, waiting.id, verb).await.refusal(),
            (404, ErrorKind::FriendRequestNotFound)
        );
    }
    let all = minji.sync_since(0, &[]).await.user_changes;
    assert_eq!(
        (all.friend_requests.len(), all.closed_friend_request_ids),
        (0, vec![waiting.id])
    );
    // Withdrawn and made anew: the one who blocks hears of nothing.
    let mut mine = minji.connect().await;
    let withdrawn = mallory.delete(&format!("/friend-requests/{}", waiting.id)).await;
    assert_eq!(withdrawn.status, 204);
    let anew: FriendRequest = ask(&mallory, &minji).await.json();
    assert_eq!(anew.state, FriendRequestState::Pending);
    mine.assert_silent().await;
    assert_eq!(requests(&minji, "incoming").await, []);
    // Let be again, nothing comes back by itself; asked again, the request is seen.
    unblock(&minji, &mallory).await;
    mine.settle().await;
    assert_eq!(requests(&minji, "incoming").await, []);
    assert_eq!(ask(&mallory, &minji).await.json::<FriendRequest>().id, anew.id);
    assert!(matches!(
        &mine.settle().await[..],
        [ServerEvent::FriendRequestReceived(_)]
    ));
    assert_eq!(requests(&minji, "incoming").await, std::slice::from_ref(&anew));
    answer(&minji, anew.id, "accept").await.json::<Friend>();
    assert_eq!(
        (friends(&minji).await.len(), friends(&mallory).await.len()),
        (1, 1)
    );
}

#[tokio::test]
async fn a_request_to_the_blocked_one_makes_no_friend_of_theirs_ours() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.users(["minji", "mallory"]).await;
    let own: FriendRequest = ask(&minji, &mallory).await.json();
    block(&minji, &mallory).await;
    assert_eq!(requests(&minji, "outgoing").await, []);
    let mut mine = minji.connect().await;
    // To them it is a request like any other, and so is what comes of it.
    assert_eq!(requests(&mallory, "incoming").await, [own]);
    assert_eq!(
        ask(&mallory, &minji).await.json::<FriendRequest>().state,
        FriendRequestState::Accepted
    );
    assert_eq!(friends(&mallory).await.len(), 1);
    assert_eq!(friends(&minji).await, []);
    mine.assert_silent().await;
    // Who has kept us as a friend is one again as soon as we ask.
    unblock(&minji, &mallory).await;
    assert_eq!(
        ask(&minji, &mallory).await.json::<FriendRequest>().state,
        FriendRequestState::Accepted
    );
    assert_eq!(friends(&minji).await[0].user.id, mallory.id());
}

#[tokio::test]
async fn a_friend_who_was_blocked_is_asked_for_again_and_never_noticed() {
    let app = TestApp::start().await;
    let (minji, mallory, direct) = two_who_talk(&app).await;
    block(&minji, &mallory).await;
    assert_eq!(friends(&minji).await, []);
    assert_eq!(friends(&mallory).await.len(), 1);
    assert_eq!(
        minji
            .delete(&format!("/friends/{}", mallory.id()))
            .await
            .refusal(),
        (404, ErrorKind::FriendNotFound)
    );
    unblock(&minji, &mallory).await;
    assert_eq!(friends(&minji).await, []);
    let (mut mine, mut theirs) = (minji.connect().await, mallory.connect().await);
    assert_eq!(
        ask(&minji, &mallory).await.json::<FriendRequest>().state,
        FriendRequestState::Accepted
    );
    assert!(
        matches!(&mine.settle().await[..], [ServerEvent::FriendAdded(added)]
        if added.friend.user.id == mallory.id())
    );
    theirs.assert_silent().await;
    app.services.presence.tell_news().await.unwrap();
    let told = theirs.settle().await;
    assert!(
        told.iter()
            .any(|event| matches!(event, ServerEvent::PresenceChanged(_))),
        "{told:?}"
    );
    minji.say(direct, "hello again").await;
    assert_eq!(mallory.conversation(direct).await.unread_count, 1);
}

#[tokio::test]
async fn a_hidden_profile_is_hidden_everywhere_and_comes_back() {
    let app = TestApp::start().await;
    let [minji, mallory, jiho] = app.friends(["minji", "mallory", "jiho"]).await;
    let group = jiho.create_group("hikers", &[&minji, &mallory]).await.id;
    let upload = minji
        .upload("me.png", "image/png", damso_testing::picture::png(64, 64))
        .await;
    minji
        .put("/me/avatar", &json!({ "attachment_id": upload.id }))
        .await
        .json::<Value>();
    minji
        .patch("/me", &json!({ "status_message": "on holiday" }))
        .await
        .json::<Value>();
    // Pages keep profiles in memory; these are.
    minji.say(group, "hi").await;
    mallory.messages(group).await;
    let find = |users: Vec<User>| users.into_iter().find(|user| user.id == minji.id()).unwrap();
    let seen = |viewer: &Actor| {
        let viewer = viewer.clone();
        let id = minji.id();
        async move {
            let by_id: User = viewer.get(&format!("/users/{id}")).await.json();
            let by_handle: User = viewer.get("/users/by-handle/minji").await.json();
            let on_page = find(viewer.messages(group).await.users);
            let in_sync = find(viewer.sync_since(0, &[]).await.users);
            let as_friend = friends(&viewer)
                .await
                .into_iter()
                .find(|friend| friend.user.id == id);
            assert_eq!(by_id, by_handle);
            assert_eq!(by_id, on_page);
            assert_eq!(by_id, in_sync);
            assert_eq!(Some(&by_id), as_friend.as_ref().map(|friend| &friend.user));
            by_id
        }
    };
    let whole = seen(&mallory).await;
    assert_eq!(
        (whole.avatar.is_some(), &*whole.status_message),
        (true, "on holiday")
    );
    let mut theirs = mallory.connect().await;
    put_block(&minji, &mallory, &json!({ "hide_profile": true }))
        .await
        .json::<Block>();
    let profile = |event: ServerEvent| match event {
        ServerEvent::ProfileUpdated(updated) => Some(updated.user),
        _ => None,
    };
    let told = theirs.wait_for(profile).await;
    let hidden = seen(&mallory).await;
    assert_eq!((&hidden.avatar, &*hidden.status_message), (&None, ""));
    assert_eq!((&told, &*hidden.display_name), (&hidden, "minji"));
    assert!(whole.version < hidden.version, "their copy gives way to it");
    assert!(seen(&jiho).await.avatar.is_some());
    // Also in what a group is told of its members, the same for all the others.
    let mut others = jiho.connect().await;
    jiho.set_role(group, &minji, "admin").await;
    let member = |event: ServerEvent| match event {
        ServerEvent::MemberUpdated(updated) => Some(updated.user),
        _ => None,
    };
    assert_eq!(theirs.wait_for(member).await, hidden);
    assert!(others.wait_for(member).await.avatar.is_some());

    unblock(&minji, &mallory).await;
    let told = theirs.wait_for(profile).await;
    assert_eq!((told.avatar, &*told.status_message), (whole.avatar, "on holiday"));
    assert!(hidden.version < told.version);
    assert_eq!(seen(&mallory).await.version, told.version);
}
