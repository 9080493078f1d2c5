//! How somebody keeps a friend in their own list: a nickname, on top, or out of sight. Nobody else hears of it.

use damso_domain::{Rev, UserId};
use damso_protocol::{ErrorKind, FieldErrorKind, Friend, Page, ServerEvent};
use damso_testing::{Actor, Inbox, TestApp};
use serde_json::{Value, json};

use crate::blocks::block;

fn path(friend: &Actor) -> String {
    format!("/friends/{}", friend.id())
}

async fn keep(actor: &Actor, friend: &Actor, change: Value) -> Friend {
    actor.patch(&path(friend), &change).await.json()
}

async fn listed(actor: &Actor, id: UserId) -> Friend {
    let friends: Page<Friend> = actor.get("/friends").await.json();
    friends
        .items
        .into_iter()
        .find(|friend| friend.user.id == id)
        .unwrap()
}

fn preferences(friend: &Friend) -> (Option<&str>, bool, bool) {
    (friend.nickname.as_deref(), friend.is_favorite, friend.is_hidden)
}

/// What a socket is told of a friend, and with which number.
async fn updated(inbox: &mut Inbox) -> (Rev, Friend) {
    let event = inbox.next().await;
    let ServerEvent::FriendUpdated(event) = event else {
        panic!("{event:?}")
    };
    (event.user_rev, event.friend)
}

#[tokio::test]
async fn preferences_are_set_changed_and_cleared() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let first = listed(&minji, seoyeon.id()).await;
    assert_eq!(preferences(&first), (None, false, false));

    let renamed = keep(&minji, &seoyeon, json!({ "nickname": "  우리   서연 " })).await;
    assert_eq!(preferences(&renamed), (Some("우리 서연"), false, false));
    assert_eq!(
        (&renamed.user, renamed.since, &renamed.presence),
        (&first.user, first.since, &first.presence)
    );
    let favourite = keep(&minji, &seoyeon, json!({ "is_favorite": true })).await;
    assert_eq!(preferences(&favourite), (Some("우리 서연"), true, false));
    let both = keep(
        &minji,
        &seoyeon,
        json!({ "is_favorite": false, "is_hidden": true }),
    )
    .await;
    assert_eq!(preferences(&both), (Some("우리 서연"), false, true));
    assert_eq!(listed(&minji, seoyeon.id()).await, both);

    // Decomposed letters become the name that is meant; direction marks go.
    let composed = keep(
        &minji,
        &seoyeon,
        json!({ "nickname": "\u{202e}\u{1112}\u{1161}\u{11ab}" }),
    )
    .await;
    assert_eq!(composed.nickname.as_deref(), Some("한"));
    for none in [json!(null), json!(""), json!(" \n\t"), json!("\u{200b}\u{3164}")] {
        keep(&minji, &seoyeon, json!({ "nickname": "서연" })).await;
        let cleared = keep(&minji, &seoyeon, json!({ "nickname": none })).await;
        assert_eq!(preferences(&cleared), (None, false, true), "{none}");
    }
}

#[tokio::test]
async fn what_is_no_nickname_is_refused() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    keep(&minji, &seoyeon, json!({ "nickname": "서".repeat(30) })).await;
    let mut devices = minji.connect().await;
    let long = json!({ "nickname": "서".repeat(31), "is_favorite": true });
    let reply = minji.patch(&path(&seoyeon), &long).await;
    assert_eq!(reply.refusal(), (422, ErrorKind::InvalidFields));
    let fields: Vec<_> = reply
        .problem()
        .fields
        .iter()
        .map(|field| (field.field.clone(), field.kind))
        .collect();
    assert_eq!(fields, [("nickname".to_owned(), FieldErrorKind::TooLong)]);
    for malformed in [
        json!({ "nickname": 1 }),
        json!({ "is_favorite": "yes" }),
        json!({ "is_hidden": 0 }),
        json!({ "name": "서연" }),
        json!(null),
    ] {
        let reply = minji.patch(&path(&seoyeon), &malformed).await;
        assert_eq!(reply.refusal(), (400, ErrorKind::MalformedRequest), "{malformed}");
    }
    let kept = listed(&minji, seoyeon.id()).await;
    assert_eq!(preferences(&kept), (Some("서".repeat(30).as_str()), false, false));
    devices.assert_silent().await;
}

#[tokio::test]
async fn only_friends_are_kept_in_a_list() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [stranger] = app.users(["stranger"]).await;
    let change = json!({ "nickname": "누구" });
    for other in [stranger.id(), minji.id(), UserId::new()] {
        let reply = minji.patch(&format!("/friends/{other}"), &change).await;
        assert_eq!(reply.refusal(), (404, ErrorKind::FriendNotFound));
    }
    assert_eq!(minji.patch("/friends/none", &change).await.status, 400);
    let reply = minji.signed_out().patch(&path(&seoyeon), &change).await;
    assert_eq!(reply.refusal(), (401, ErrorKind::NotAuthenticated));

    minji.delete(&path(&seoyeon)).await;
    let reply = minji.patch(&path(&seoyeon), &change).await;
    assert_eq!(reply.refusal(), (404, ErrorKind::FriendNotFound));
}

/// Everything that tells one person of another.
async fn view_of(actor: &Actor, other: &Actor) -> Vec<Value> {
    let direct = actor.open_direct(other).await;
    let paths = [
        "/me".to_owned(),
        "/friends".to_owned(),
        "/me/settings".to_owned(),
        "/conversations".to_owned(),
        "/blocks".to_owned(),
        format!("/users/{}", other.id()),
        format!("/users?ids={},{}", other.id(), actor.id()),
        format!("/conversations/{}", direct.id),
        format!("/conversations/{}/members", direct.id),
        format!("/conversations/{}/messages", direct.id),
    ];
    let mut view = Vec::new();
    for path in paths {
        view.push(actor.get(&path).await.json::<Value>());
    }
    let mut sync: Value = serde_json::to_value(actor.sync_since(0, &[]).await).unwrap();
    // The one answer that says when it was given.
    sync.as_object_mut().unwrap().remove("synced_at");
    view.push(sync);
    view
}

#[tokio::test]
async fn nobody_else_sees_or_hears_of_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "안녕").await;
    // Both are here, so that nobody's presence changes meanwhile.
    let (mut own, mut theirs, mut third) = (
        minji.connect().await,
        seoyeon.connect().await,
        jiho.connect().await,
    );
    for inbox in [&mut own, &mut theirs, &mut third] {
        inbox.settle().await;
    }
    let before = (view_of(&seoyeon, &minji).await, view_of(&jiho, &minji).await);
    for inbox in [&mut own, &mut theirs, &mut third] {
        inbox.settle().await;
    }

    keep(
        &minji,
        &seoyeon,
        json!({ "nickname": "비밀", "is_favorite": true, "is_hidden": true }),
    )
    .await;
    keep(&minji, &seoyeon, json!({ "nickname": null })).await;
    keep(&minji, &seoyeon, json!({ "nickname": "다시 비밀" })).await;

    assert_eq!(own.settle().await.len(), 3);
    theirs.assert_silent().await;
    third.assert_silent().await;
    let after = (view_of(&seoyeon, &minji).await, view_of(&jiho, &minji).await);
    assert!(before == after, "what others are shown has changed");
    // Nor do my own lists tell of it anywhere but among my friends: what others are shown is made of these.
    let user: Value = minji.get(&format!("/users/{}", seoyeon.id())).await.json();
    assert!(!user.to_string().contains("비밀"), "{user}");
    let chats: Value = minji.get("/conversations").await.json();
    assert!(!chats.to_string().contains("비밀"), "{chats}");
}

#[tokio::test]
async fn other_devices_hear_it_at_once_or_with_a_sync() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let before = minji.me().await.user_rev;
    let mut phone = minji.sign_in_again().await.connect().await;
    let changed = keep(
        &minji,
        &seoyeon,
        json!({ "nickname": "우리 서연", "is_favorite": true }),
    )
    .await;
    assert_eq!(updated(&mut phone).await, (before.next(), changed.clone()));

    let away = minji.sync_since(before.as_i64(), &[]).await;
    assert_eq!(away.user_rev, before.next());
    assert_eq!(away.user_changes.friends, [changed]);
    let nothing_new = minji.sync_since(away.user_rev.as_i64(), &[]).await;
    assert!(nothing_new.user_changes.friends.is_empty());
}

#[tokio::test]
async fn what_changes_nothing_takes_no_number_and_is_told_to_nobody() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let set = json!({ "nickname": "우리 서연", "is_favorite": true, "is_hidden": false });
    let kept = keep(&minji, &seoyeon, set.clone()).await;
    let rev = minji.me().await.user_rev;
    let mut devices = minji.connect().await;
    for same in [
        set,
        json!({}),
        json!({ "nickname": " 우리  서연" }),
        json!({ "is_favorite": true }),
    ] {
        assert_eq!(keep(&minji, &seoyeon, same).await, kept);
    }
    devices.assert_silent().await;
    assert_eq!(minji.me().await.user_rev, rev);
}

#[tokio::test]
async fn changes_at_once_take_turns() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let rev = minji.me().await.user_rev;
    tokio::join!(
        keep(&minji, &seoyeon, json!({ "nickname": "서연" })),
        keep(&minji, &seoyeon, json!({ "is_favorite": true })),
        keep(&minji, &seoyeon, json!({ "is_hidden": true })),
    );
    let kept = listed(&minji, seoyeon.id()).await;
    assert_eq!(preferences(&kept), (Some("서연"), true, true));
    assert_eq!(minji.me().await.user_rev.as_i64(), rev.as_i64() + 3);
}

#[tokio::test]
async fn a_new_friendship_begins_without_them() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let set = json!({ "nickname": "우리 서연", "is_favorite": true, "is_hidden": true });
    keep(&minji, &seoyeon, set.clone()).await;
    keep(&seoyeon, &minji, json!({ "nickname": "민지 언니" })).await;
    minji.delete(&path(&seoyeon)).await;
    let mut devices = minji.connect().await;
    minji.befriend(&seoyeon).await;
    let told = devices
        .wait_for(|event| match event {
            ServerEvent::FriendAdded(added) => Some(added.friend),
            _ => None,
        })
        .await;
    assert_eq!(preferences(&told), (None, false, false));
    assert_eq!(
        preferences(&listed(&minji, seoyeon.id()).await),
        (None, false, false)
    );
    assert_eq!(
        preferences(&listed(&seoyeon, minji.id()).await),
        (None, false, false)
    );

    // A block ends the blocker's own side only; the other one goes on to call them as before.
    keep(&minji, &seoyeon, set.clone()).await;
    keep(&seoyeon, &minji, json!({ "nickname": "민지 언니" })).await;
    block(&minji, &seoyeon).await;
    let reply = minji.patch(&path(&seoyeon), &set).await;
    assert_eq!(reply.refusal(), (404, ErrorKind::FriendNotFound));
    let kept = keep(&seoyeon, &minji, json!({ "is_favorite": true })).await;
    assert_eq!(preferences(&kept), (Some("민지 언니"), true, false));
    minji.delete(&format!("/blocks/{}", seoyeon.id())).await;
    minji
        .post("/friend-requests", &json!({ "user_id": seoyeon.id() }))
        .await;
    assert_eq!(
        preferences(&listed(&minji, seoyeon.id()).await),
        (None, false, false)
    );
    assert_eq!(
        preferences(&listed(&seoyeon, minji.id()).await),
        (Some("민지 언니"), true, false)
    );
}
