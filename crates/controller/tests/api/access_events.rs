//! What reaches whom without being asked for: over the socket, in lists and by sync.

use damso_domain::ConversationId;
use damso_protocol::{Conversation, Conversations, Message, ServerEvent, SyncResponse};
use damso_testing::{Actor, Inbox, PASSWORD, TestApp};
use serde_json::json;

use crate::access::{Cast, Role, Scene};
use crate::blocks::block;

/// A socket that has the group on its screen, whether or not it may.
async fn look(actor: &Actor, group: ConversationId) -> Inbox {
    let mut inbox = actor.connect().await;
    inbox.watch(&[group]).await;
    inbox
}

/// How many events tell something of a group.
fn count_of(group: ConversationId, events: &[impl serde::Serialize]) -> usize {
    let id = group.to_string();
    let tells = |event: &&_| serde_json::to_string(event).unwrap().contains(&id);
    events.iter().filter(tells).count()
}

/// Does in a group whatever others hear of: five facts, and that one has read and is typing.
async fn stir(app: &TestApp, actor: &Actor, socket: &mut Inbox, group: ConversationId) {
    let seq = actor.say(group, "first").await.seq.as_i64();
    actor.edit(group, seq, "second").await.json::<Message>();
    assert_eq!(actor.react(group, seq, "👍").await.status, 204);
    assert_eq!(actor.unreact(group, seq, "👍").await.status, 204);
    actor.mark_read(group, seq).await;
    assert_eq!(actor.delete_message(group, seq, "everyone").await.status, 204);
    socket.typing(group).await;
    socket.settle().await;
    app.services.hub.tell_gathered();
}

#[tokio::test]
async fn who_lost_a_group_hears_nothing_of_what_comes_after() {
    let app = TestApp::start().await;
    let [owner, member, removed, left, blocked, deleted, friend] = app
        .friends([
            "owner", "member", "removed", "left", "blocked", "deleted", "friend",
        ])
        .await;
    let [outsider] = app.users(["outsider"]).await;
    let group = owner
        .create_group("hikers", &[&member, &removed, &left, &blocked, &deleted])
        .await
        .id;
    let phone = member.sign_in_again().await;
    let mut socket = look(&owner, group).await;
    let mut stays = [look(&member, group).await, look(&blocked, group).await];
    let mut leaves = [look(&removed, group).await, look(&left, group).await];
    let mut ends = [look(&phone, group).await, look(&deleted, group).await];
    let mut never = [look(&friend, group).await, look(&outsider, group).await];

    stir(&app, &owner, &mut socket, group).await;
    for inbox in stays.iter_mut().chain(&mut leaves).chain(&mut ends) {
        let events = inbox.settle().await;
        assert!(6 <= count_of(group, &events), "{events:?}");
    }

    assert_eq!(owner.remove_member(group, &removed).await.status, 204);
    assert_eq!(left.leave(group).await.status, 204);
    for inbox in stays.iter_mut().chain(&mut leaves).chain(&mut ends) {
        assert_ne!(count_of(group, &inbox.settle().await), 0, "of the end they hear");
    }
    assert_eq!(phone.post("/auth/sign-out", &json!({})).await.status, 204);
    let farewell = json!({ "password": PASSWORD, "messages": "keep" });
    assert_eq!(deleted.post("/me/deletion", &farewell).await.status, 200);
    block(&owner, &blocked).await;
    for inbox in &mut stays {
        inbox.settle().await;
    }
    stir(&app, &owner, &mut socket, group).await;

    for inbox in &mut stays {
        let events = inbox.settle().await;
        assert!(5 <= count_of(group, &events), "{events:?}");
    }
    for inbox in leaves.iter_mut().chain(&mut never) {
        let events = inbox.settle().await;
        assert_eq!(count_of(group, &events), 0, "{events:?}");
    }
    for inbox in &mut ends {
        let (events, code) = inbox.until_closed().await;
        assert_eq!((count_of(group, &events), code), (0, 4003), "{events:?}");
    }
}

#[tokio::test]
async fn a_socket_takes_a_token_that_is_good() {
    let app = TestApp::start().await;
    let cast = Cast::assemble(&app).await;
    let scene = Scene::set(&app, &cast).await;
    for role in Role::ALL {
        let actor = scene.actor(role).await;
        let token = actor
            .session
            .as_ref()
            .map_or("none", |session| &session.access_token);
        let mut socket = actor.open_socket().await;
        socket.authenticate(token).await;
        if role.is_signed_in() {
            let event = socket.next().await;
            let is_ready = matches!(&event, ServerEvent::Ready(ready) if ready.user_id == actor.id());
            assert!(is_ready, "{role:?} {event:?}");
        } else {
            assert_eq!(socket.closed_with().await, 4001, "{role:?}");
        }
    }
}

/// Whoever names a conversation in a sync gets no more of it than is theirs.
#[tokio::test]
async fn lists_and_sync_bring_what_is_ones_own() {
    let app = TestApp::start().await;
    let cast = Cast::assemble(&app).await;
    let scene = Scene::set(&app, &cast).await;
    let (group, direct, notes) = (scene.group().await, scene.direct().await, scene.notes().await);
    for role in Role::ALL.into_iter().filter(|role| role.is_signed_in()) {
        let actor = scene.actor(role).await;
        let is_in_group = matches!(role, Role::Member | Role::Admin | Role::Owner | Role::Blocked);
        let seen = [
            (group.id, is_in_group),
            (direct.id, matches!(role, Role::Owner | Role::Friend)),
            (notes.id, role == Role::Owner),
        ];
        let named = seen.map(|(id, _)| json!({ "id": id, "rev": 1, "read_seq": 0 }));
        let body = json!({ "user_rev": 0, "conversations": named });
        let sync: SyncResponse = actor.post("/sync", &body).await.json();
        let listed: Conversations = actor.get("/conversations").await.json();
        for (id, is_mine) in seen {
            let is_there = |all: &[Conversation]| all.iter().any(|conversation| conversation.id == id);
            let has_changes = sync.conversations.iter().any(|changed| changed.id == id);
            let has_pointer = sync.pointers.iter().any(|pointer| pointer.conversation_id == id);
            assert_eq!(is_there(&listed.items), is_mine, "{role:?}");
            assert_eq!(is_there(&sync.joined) || has_changes, is_mine, "{role:?}");
            assert!(is_mine || !has_pointer, "{role:?}");
        }
    }
}
