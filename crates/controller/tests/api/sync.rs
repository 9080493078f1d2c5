//! Catching up after a gap.

use damso_domain::{ConversationId, Rev, Seq};
use damso_protocol::{Conversation, ErrorKind, Membership, SyncPosition, SyncRequest, SyncResponse};
use damso_testing::{Actor, TestApp};
use serde_json::json;

async fn me_rev(actor: &Actor) -> i64 {
    actor.me().await.user_rev.as_i64()
}

#[tokio::test]
async fn from_zero_everything_is_told() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [asker] = app.users(["asker"]).await;
    asker
        .post("/friend-requests", &json!({ "user_id": minji.id() }))
        .await;
    let direct = seoyeon.open_direct(&minji).await.id;
    seoyeon.say(direct, "hello").await;
    let group = seoyeon.create_group("hikers", &[&minji]).await.id;
    let sync = minji.sync_since(0, &[]).await;
    assert_eq!(sync.user_rev, minji.me().await.user_rev);
    assert_eq!(sync.user_changes.me, Some(minji.me().await));
    assert_eq!(sync.user_changes.friends[0].user.id, seoyeon.id());
    assert_eq!(sync.user_changes.friend_requests[0].from.id, asker.id());
    let joined: Vec<_> = sync.joined.iter().map(|conversation| conversation.id).collect();
    assert!(joined.contains(&direct) && joined.contains(&group), "{joined:?}");
    assert!(sync.conversations.is_empty() && sync.left.is_empty());
    assert!(sync.users.iter().any(|user| user.id == seoyeon.id()));
}

#[tokio::test]
async fn with_the_newest_numbers_nothing_is_told() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    seoyeon.say(direct, "hello").await;
    let now = minji.conversation(direct).await;
    let SyncResponse {
        conversations,
        pointers,
        joined,
        left,
        user_changes,
        ..
    } = minji.sync_since(me_rev(&minji).await, &[&now]).await;
    assert!(conversations.is_empty() && pointers.is_empty() && joined.is_empty() && left.is_empty());
    assert!(user_changes.friends.is_empty() && user_changes.memberships.is_empty());
}

#[tokio::test]
async fn a_gap_brings_what_was_written_changed_and_deleted() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho, late] = app.friends(["minji", "seoyeon", "jiho", "late"]).await;
    let group = minji.create_group("old", &[&seoyeon, &jiho]).await.id;
    seoyeon.say(group, "1").await;
    seoyeon.say(group, "2").await;
    let before = minji.conversation(group).await;
    seoyeon.say(group, "3").await;
    seoyeon.delete_message(group, 2, "everyone").await;
    minji
        .update_group(group, &json!({ "name": "new" }))
        .await
        .json::<Conversation>();
    minji.add_members(group, &[&late]).await.json::<Conversation>();
    minji.remove_member(group, &jiho).await;
    minji.set_role(group, &seoyeon, "admin").await;
    let sync = minji.sync_since(me_rev(&minji).await, &[&before]).await;
    let changes = &sync.conversations[0];
    let now = minji.conversation(group).await;
    assert_eq!(
        (changes.id, changes.rev, changes.is_reset),
        (group, now.rev, false)
    );
    assert_eq!(changes.conversation, now);
    let told: Vec<_> = changes
        .messages
        .iter()
        .map(|message| (message.seq.as_i64(), message.deleted_at.is_some()))
        .collect();
    assert_eq!(told, [(2, true), (4, false), (5, false), (6, false), (7, false)]);
    assert!(changes.messages.iter().all(|message| before.rev < message.rev));
    let changed: Vec<_> = changes.members.iter().map(|member| member.user_id).collect();
    assert_eq!(changed, [seoyeon.id(), late.id()]);
    assert_eq!(changes.removed_members, [jiho.id()]);
    assert_eq!(sync.pointers[0].unread_count, now.unread_count);
    for id in [seoyeon.id(), late.id(), jiho.id()] {
        assert!(
            sync.users.iter().any(|user| user.id == id),
            "whoever is mentioned is introduced"
        );
    }
}

#[tokio::test]
async fn too_much_at_once_is_a_reset() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await;
    for (from, to, is_reset) in [(1, 200, false), (201, 201, true)] {
        let insert = format!(
            "INSERT INTO messages (conversation_id, seq, id, rev, author_id, client_key, kind, text, created_at) \
             SELECT '{0}', n, gen_random_uuid(), n + {1}, '{2}', gen_random_uuid(), 'user', 'x', now() \
             FROM generate_series({from}, {to}) n; \
             UPDATE conversations SET last_seq = {to}, rev = {to} + {1} WHERE id = '{0}'",
            direct.id,
            direct.rev.as_i64(),
            seoyeon.id()
        );
        app.database.execute(&insert).await;
        let sync = minji.sync_since(me_rev(&minji).await, &[&direct]).await;
        let changes = &sync.conversations[0];
        assert_eq!(changes.is_reset, is_reset);
        assert_eq!(changes.messages.len(), if is_reset { 0 } else { 200 });
        assert_eq!(changes.conversation.last_seq, Seq::new(to));
        let last = changes.conversation.last_message.as_ref();
        assert_eq!(last.map(|last| last.seq), Some(Seq::new(to)));
    }
}

#[tokio::test]
async fn conversations_that_came_and_went_are_told() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let old = seoyeon.create_group("old", &[&minji]).await;
    let rev = me_rev(&minji).await;
    let new = seoyeon.create_group("new", &[&minji]).await.id;
    seoyeon.remove_member(old.id, &minji).await;
    let sync = minji.sync_since(rev, &[&old]).await;
    assert_eq!(
        sync.joined
            .iter()
            .map(|conversation| conversation.id)
            .collect::<Vec<_>>(),
        [new]
    );
    assert_eq!(sync.left, [old.id]);
    assert!(
        sync.conversations.is_empty() && sync.pointers.is_empty(),
        "nothing of what was left"
    );
    seoyeon
        .add_members(old.id, &[&minji])
        .await
        .json::<Conversation>();
    let sync = minji.sync_since(sync.user_rev.as_i64(), &[&old]).await;
    assert_eq!((sync.joined.len(), sync.left.len()), (1, 0), "back again");
}

#[tokio::test]
async fn what_i_did_on_another_device_is_told() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = seoyeon.create_group("hikers", &[&minji]).await.id;
    seoyeon.say(group, "1").await;
    seoyeon.say(group, "2").await;
    let before = minji.conversation(group).await;
    let rev = me_rev(&minji).await;
    minji.mark_read(group, 2).await;
    minji.delete_message(group, 3, "me").await;
    minji
        .update_membership(group, &json!({ "is_pinned": true }))
        .await
        .json::<Membership>();
    minji.delete(&format!("/friends/{}", jiho.id())).await;
    let sync = minji.sync_since(rev, &[&before]).await;
    assert_eq!(
        (sync.pointers[0].read_seq.as_i64(), sync.pointers[0].unread_count),
        (2, 0)
    );
    let hidden = &sync.user_changes.hidden_messages[0];
    assert_eq!((hidden.conversation_id, hidden.seq.as_i64()), (group, 3));
    assert!(sync.user_changes.memberships[0].membership.is_pinned);
    assert_eq!(sync.user_changes.removed_friend_ids, [jiho.id()]);
    assert!(
        sync.conversations.is_empty(),
        "the conversation itself did not change"
    );
}

#[tokio::test]
async fn requests_that_were_answered_are_closed() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    minji.befriend(&seoyeon).await;
    let sync = minji.sync_since(1, &[]).await;
    assert_eq!(sync.user_changes.closed_friend_request_ids.len(), 1);
    assert_eq!(sync.user_changes.friends[0].user.id, seoyeon.id());
}

#[tokio::test]
async fn numbers_from_the_future_start_anew() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let mut group = minji.create_group("hikers", &[&seoyeon]).await;
    let now = me_rev(&minji).await;
    let sync = minji.sync_since(now + 1_000, &[]).await;
    assert_eq!(
        (
            sync.user_rev.as_i64(),
            sync.joined.len(),
            sync.user_changes.friends.len()
        ),
        (now, 1, 1)
    );
    let rev = group.rev;
    group.rev = Rev::new(rev.as_i64() + 5);
    let sync = minji.sync_since(now, &[&group]).await;
    assert_eq!(
        (sync.conversations[0].is_reset, sync.conversations[0].rev),
        (true, rev)
    );
    for number in [i64::MIN, -1, i64::MAX] {
        let id = group.id;
        let position = SyncPosition {
            id,
            rev: Rev::new(number),
            read_seq: Seq::new(number),
        };
        let sync = minji
            .sync(&SyncRequest {
                user_rev: Rev::new(number),
                profiles_since: None,
                conversations: vec![position, position],
            })
            .await;
        assert_eq!(sync.conversations[0].rev, rev, "{number}");
    }
}

#[tokio::test]
async fn a_call_names_at_most_500_conversations_and_learns_nothing_of_those_of_others() {
    let app = TestApp::start().await;
    let [minji, seoyeon, mallory] = app.friends(["minji", "seoyeon", "mallory"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let position = |id| SyncPosition {
        id,
        rev: Rev::ZERO,
        read_seq: Seq::ZERO,
    };
    let mut conversations: Vec<_> = (0..499).map(|_| position(ConversationId::new())).collect();
    conversations.push(position(group));
    let user_rev = Rev::new(me_rev(&mallory).await);
    let sync = mallory
        .sync(&SyncRequest {
            user_rev,
            profiles_since: None,
            conversations: conversations.clone(),
        })
        .await;
    assert!(sync.conversations.is_empty() && sync.pointers.is_empty() && sync.left.is_empty());
    conversations.push(position(group));
    let body = serde_json::to_value(SyncRequest {
        user_rev,
        profiles_since: None,
        conversations,
    })
    .unwrap();
    assert_eq!(
        mallory.post("/sync", &body).await.refusal(),
        (400, ErrorKind::MalformedRequest)
    );
}

/// Profiles have no number: whoever was away hears of those that changed by the time they changed.
#[tokio::test]
async fn profiles_that_changed_meanwhile_come_along() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let [stranger, member] = app.users(["stranger", "member"]).await;
    seoyeon.befriend(&member).await;
    seoyeon.create_group("hikers", &[&minji, &member]).await;
    let since = minji.sync_since(0, &[]).await.synced_at;
    app.database
        .execute("UPDATE users SET changed_at = now() - interval '1 hour'")
        .await;
    for actor in [&jiho, &member, &stranger] {
        let name = json!({ "display_name": "new name" });
        actor.patch("/me", &name).await;
    }
    let changed = |profiles_since| {
        let minji = &minji;
        async move {
            let user_rev = Rev::new(me_rev(minji).await);
            let request = SyncRequest {
                user_rev,
                profiles_since,
                conversations: Vec::new(),
            };
            let mut ids: Vec<_> = minji
                .sync(&request)
                .await
                .users
                .iter()
                .map(|user| user.id)
                .collect();
            ids.sort_unstable();
            ids
        }
    };
    let mut expected = [jiho.id(), member.id()];
    expected.sort_unstable();
    assert_eq!(changed(Some(since)).await, expected);
    assert_eq!(changed(None).await, []);
}
