//! Who can reach somebody: by their handle, with a request, with a message, and into a group.

use damso_domain::{FriendRequestsFrom, GroupAddsFrom, MessagesFrom};
use damso_protocol::{ErrorKind, FriendRequest, FriendRequestState, Page, ServerEvent, Settings, User};
use damso_testing::{Actor, Reply, TestApp};
use serde_json::{Value, json};

use crate::blocks::{block, unblock};
use crate::group_invites::{invite, join};

const NOT_TAKEN: (u16, ErrorKind) = (403, ErrorKind::FriendRequestNotAllowed);

async fn change(actor: &Actor, change: Value) -> Settings {
    actor.patch("/me/settings", &change).await.json()
}

async fn ask(from: &Actor, to: &Actor) -> Reply {
    from.post("/friend-requests", &json!({ "user_id": to.id() }))
        .await
}

async fn begin(from: &Actor, to: &Actor) -> Reply {
    let body = json!({ "kind": "direct", "user_id": to.id() });
    from.post("/conversations", &body).await
}

#[track_caller]
fn state(reply: &Reply) -> FriendRequestState {
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json::<FriendRequest>().state
}

/// How many requests wait for somebody.
async fn waiting(actor: &Actor) -> usize {
    let page: Page<FriendRequest> = actor.get("/friend-requests?direction=incoming").await.json();
    page.items.len()
}

#[tokio::test]
async fn everything_is_as_it_was_until_somebody_changes_it() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let settings: Settings = minji.get("/me/settings").await.json();
    assert!(settings.discoverable_by_handle);
    assert_eq!(settings.friend_requests_from, FriendRequestsFrom::Everyone);
    assert_eq!(settings.group_adds_from, GroupAddsFrom::Friends);
    assert_eq!(settings.messages_from, MessagesFrom::Friends);

    let before = minji.me().await.user_rev;
    let mut phone = minji.sign_in_again().await.connect().await;
    let closed = json!({
        "discoverable_by_handle": false, "friend_requests_from": "nobody", "group_adds_from": "nobody",
        "messages_from": "everyone",
    });
    let changed = change(&minji, closed).await;
    let ServerEvent::SettingsUpdated(told) = phone.next().await else {
        panic!("the phone is told of the settings first")
    };
    assert_eq!((told.user_rev, &told.settings), (before.next(), &changed));
    assert_eq!(minji.get("/me/settings").await.json::<Settings>(), changed);
    for unknown in [
        json!({ "friend_requests_from": "friends" }),
        json!({ "group_adds_from": "everyone" }),
        json!({ "messages_from": "nobody" }),
        json!({ "discoverable_by_handle": "no" }),
    ] {
        let reply = minji.patch("/me/settings", &unknown).await;
        assert_eq!(reply.refusal(), (400, ErrorKind::MalformedRequest));
    }
    phone.assert_silent().await;
}

#[tokio::test]
async fn who_is_not_to_be_found_by_their_handle_is_like_nobody() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [stranger, asked] = app.users(["stranger", "asked"]).await;
    change(&minji, json!({ "discoverable_by_handle": false })).await;
    let mut inbox = minji.connect().await;

    let [hidden, nobody] = ["minji", "nobody"].map(|handle| format!("/users/by-handle/{handle}"));
    let comparable = |reply: &Reply| {
        let mut problem: Value = serde_json::from_slice(&reply.body).unwrap();
        problem["request_id"] = Value::Null;
        problem
    };
    let (one, other) = (stranger.get(&hidden).await, stranger.get(&nobody).await);
    assert_eq!(one.refusal(), (404, ErrorKind::UserNotFound));
    assert_eq!(comparable(&one), comparable(&other));
    let by_handle = |handle: &str| json!({ "handle": handle });
    let one = stranger.post("/friend-requests", &by_handle("minji")).await;
    let other = stranger.post("/friend-requests", &by_handle("nobody")).await;
    assert_eq!(one.refusal(), (404, ErrorKind::UserNotFound));
    assert_eq!(comparable(&one), comparable(&other));
    assert_eq!(waiting(&minji).await, 0);
    inbox.assert_silent().await;

    // By id, which whoever meets them in a group has, they are asked as ever; friends and they themselves find them.
    for actor in [&seoyeon, &minji] {
        assert_eq!(actor.get(&hidden).await.json::<User>().id, minji.id());
    }
    let again = seoyeon.post("/friend-requests", &by_handle("minji")).await;
    assert_eq!(again.refusal(), (409, ErrorKind::AlreadyFriends));
    // Whom they have asked finds them and answers by asking.
    state(&ask(&minji, &asked).await);
    assert_eq!(asked.get(&hidden).await.json::<User>().id, minji.id());
    let crossing = asked.post("/friend-requests", &by_handle("minji")).await;
    assert_eq!(state(&crossing), FriendRequestState::Accepted);
    // A link of theirs works.
    let link: Value = minji.post("/me/friend-invites", &json!({})).await.json();
    let followed = json!({ "invite_code": link["code"] });
    let followed = stranger.post("/friend-requests", &followed).await;
    assert_eq!(state(&followed), FriendRequestState::Accepted);
    assert_eq!(stranger.get(&hidden).await.json::<User>().id, minji.id());
}

#[tokio::test]
async fn who_takes_no_requests_is_asked_by_nobody_but_those_they_asked() {
    let app = TestApp::start().await;
    let [minji, stranger, asked, earlier] = app.users(["minji", "stranger", "asked", "earlier"]).await;
    state(&ask(&earlier, &minji).await);
    state(&ask(&minji, &asked).await);
    change(&minji, json!({ "friend_requests_from": "nobody" })).await;
    let (mut inbox, mut theirs) = (minji.connect().await, stranger.connect().await);

    let by_handle = stranger
        .post("/friend-requests", &json!({ "handle": "minji" }))
        .await;
    assert_eq!(by_handle.refusal(), NOT_TAKEN);
    assert_eq!(ask(&stranger, &minji).await.refusal(), NOT_TAKEN);
    assert_eq!(ask(&earlier, &minji).await.refusal(), NOT_TAKEN);
    inbox.assert_silent().await;
    theirs.assert_silent().await;
    assert_eq!(waiting(&minji).await, 1, "what was asked before waits on");

    assert_eq!(state(&ask(&asked, &minji).await), FriendRequestState::Accepted);
    let link: Value = minji.post("/me/friend-invites", &json!({})).await.json();
    let followed = json!({ "invite_code": link["code"] });
    let followed = stranger.post("/friend-requests", &followed).await;
    assert_eq!(state(&followed), FriendRequestState::Accepted);
    // They ask others as ever.
    assert_eq!(state(&ask(&minji, &earlier).await), FriendRequestState::Accepted);
}

#[tokio::test]
async fn friends_of_friends_may_ask_and_a_block_takes_nobody_that_right() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [near, far] = app.users(["near", "far"]).await;
    seoyeon.befriend(&near).await;
    change(&minji, json!({ "friend_requests_from": "friends_of_friends" })).await;

    assert_eq!(ask(&far, &minji).await.refusal(), NOT_TAKEN);
    // To be a friend of hers is not to have one in common with her.
    far.befriend(&near).await;
    assert_eq!(ask(&far, &minji).await.refusal(), NOT_TAKEN);
    // Whoever is between the two and is blocked by one of them cannot learn of it from what the other one may do.
    for blocker in [&minji, &seoyeon] {
        let (blocked, of) = if blocker.id() == minji.id() {
            (&seoyeon, "by whom is asked")
        } else {
            (&near, "by who is between")
        };
        block(blocker, blocked).await;
        let request = ask(&near, &minji).await;
        assert_eq!(request.status, 201, "{of}");
        let id = request.json::<FriendRequest>().id;
        assert_eq!(near.delete(&format!("/friend-requests/{id}")).await.status, 204);
        unblock(blocker, blocked).await;
        // Who is blocked has kept them as a friend.
        assert_eq!(state(&ask(blocker, blocked).await), FriendRequestState::Accepted);
    }
    // Whoever blocks the friend in common has none.
    block(&near, &seoyeon).await;
    assert_eq!(ask(&near, &minji).await.refusal(), NOT_TAKEN);
    assert_eq!(waiting(&minji).await, 0);
}

#[tokio::test]
async fn who_lets_everybody_write_is_written_to_and_what_there_is_goes_on() {
    let app = TestApp::start().await;
    let [minji, stranger, blocker] = app.users(["minji", "stranger", "blocker"]).await;
    assert_eq!(
        begin(&stranger, &minji).await.refusal(),
        (403, ErrorKind::NotFriends)
    );
    change(&minji, json!({ "messages_from": "everyone" })).await;
    let mut inbox = minji.connect().await;

    let opened = begin(&stranger, &minji).await;
    assert_eq!(opened.status, 201);
    let direct = opened.json::<damso_protocol::Conversation>().id;
    inbox.assert_silent().await;
    stranger.say(direct, "hello").await;
    inbox
        .wait_for(|event| matches!(event, ServerEvent::ConversationJoined(_)).then_some(()))
        .await;
    assert_eq!(minji.texts(direct).await, ["hello"]);
    // It lets others write, not her.
    assert_eq!(
        begin(&minji, &blocker).await.refusal(),
        (403, ErrorKind::NotFriends)
    );
    // Who blocks her would write what nobody reads.
    block(&blocker, &minji).await;
    assert_eq!(
        begin(&blocker, &minji).await.refusal(),
        (403, ErrorKind::BlockedByYou)
    );

    change(&minji, json!({ "messages_from": "friends" })).await;
    stranger.say(direct, "still here").await;
    assert_eq!(begin(&stranger, &minji).await.status, 200);
    minji.say(direct, "hi").await;
    unblock(&blocker, &minji).await;
    assert_eq!(
        begin(&blocker, &minji).await.refusal(),
        (403, ErrorKind::NotFriends)
    );
    let directs = "SELECT count(*) FROM conversations WHERE kind = 'direct'";
    assert_eq!(app.database.count(directs).await, 1);
}

#[tokio::test]
async fn who_comes_by_a_link_only_is_added_by_nobody() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = seoyeon.create_group("hikers", &[&jiho]).await;
    change(&minji, json!({ "group_adds_from": "nobody" })).await;
    let mut inbox = minji.connect().await;
    let before = seoyeon.conversation(group.id).await.rev;

    let added = seoyeon.add_members(group.id, &[&minji]).await;
    assert_eq!(added.refusal(), (403, ErrorKind::GroupAddNotAllowed));
    let body = json!({ "kind": "group", "member_ids": [jiho.id(), minji.id()] });
    let made = seoyeon.post("/conversations", &body).await;
    assert_eq!(made.refusal(), (403, ErrorKind::GroupAddNotAllowed));
    inbox.assert_silent().await;
    assert_eq!(seoyeon.conversation(group.id).await.rev, before);
    let groups = "SELECT count(*) FROM conversations WHERE kind = 'group'";
    assert_eq!(app.database.count(groups).await, 1);

    let link = invite(&seoyeon, group.id, &json!({})).await;
    assert_eq!(join(&minji, &link.code).await.status, 200);
    assert!(minji.listed().await.contains(&group.id));
    // She brings others in as ever, and who is in a group already stays.
    let own = minji.create_group("books", &[&jiho]).await;
    assert_eq!(minji.add_members(own.id, &[&seoyeon]).await.status, 200);
    assert_eq!(seoyeon.add_members(group.id, &[&minji]).await.status, 200);
}
