//! Groups: made, changed, joined, left.

use damso_domain::{ConversationId, Role, UserId};
use damso_protocol::{Conversation, ErrorKind, Members, Message, ServerEvent, SystemNotice};
use damso_testing::{Inbox, TestApp, picture};
use serde_json::json;

fn revs(events: &[ServerEvent], group: ConversationId) -> Vec<i64> {
    let of_group = events
        .iter()
        .filter_map(ServerEvent::conversation_rev)
        .filter(|(id, _)| *id == group);
    of_group.map(|(_, rev)| rev.as_i64()).collect()
}

fn notices(events: &[ServerEvent]) -> Vec<SystemNotice> {
    let notice = |event: &ServerEvent| match event {
        ServerEvent::MessageCreated(created) => created.message.system.clone(),
        _ => None,
    };
    events.iter().filter_map(notice).collect()
}

async fn joined(inbox: &mut Inbox) -> Conversation {
    inbox
        .wait_for(|event| match event {
            ServerEvent::ConversationJoined(joined) => Some(*joined.conversation),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_group_appears_to_everyone_who_was_brought_into_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let mut inboxes = [
        minji.connect().await,
        seoyeon.connect().await,
        jiho.connect().await,
    ];
    let group = minji
        .create_group(" 등산 모임 ", &[&seoyeon, &jiho, &seoyeon, &minji])
        .await;
    assert_eq!(
        (group.name.as_deref(), group.member_count),
        (Some("등산 모임"), 3)
    );
    assert_eq!(group.membership.role, Role::Owner);
    assert_eq!(
        group.last_message.as_ref().unwrap().system,
        Some(SystemNotice::GroupCreated)
    );
    for (inbox, role) in inboxes.iter_mut().zip([Role::Owner, Role::Member, Role::Member]) {
        let seen = joined(inbox).await;
        assert_eq!(
            (seen.id, seen.rev, seen.membership.role, seen.unread_count),
            (group.id, group.rev, role, 0)
        );
    }
    assert_eq!(seoyeon.conversation(group.id).await.members, group.members);
}

#[tokio::test]
async fn a_group_is_made_of_friends() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [stranger] = app.users(["stranger"]).await;
    let group = |ids: &[UserId], name: &str| json!({ "kind": "group", "member_ids": ids, "name": name });
    let thousand: Vec<UserId> = (0..1_000).map(|_| UserId::new()).collect();
    for (body, expected) in [
        (
            group(&[seoyeon.id(), stranger.id()], "x"),
            (403, ErrorKind::NotFriends),
        ),
        (group(&[UserId::new()], "x"), (403, ErrorKind::NotFriends)),
        (group(&[], "x"), (422, ErrorKind::InvalidFields)),
        (group(&[minji.id()], "x"), (422, ErrorKind::InvalidFields)),
        (group(&[seoyeon.id()], " "), (422, ErrorKind::InvalidFields)),
        (
            group(&[seoyeon.id()], &"x".repeat(51)),
            (422, ErrorKind::InvalidFields),
        ),
        (group(&thousand, "x"), (422, ErrorKind::GroupFull)),
    ] {
        assert_eq!(minji.post("/conversations", &body).await.refusal(), expected);
    }
    assert_eq!(
        app.database
            .count("SELECT count(*) FROM conversations WHERE kind = 'group'")
            .await,
        0
    );
}

#[tokio::test]
async fn name_and_history_change_and_everyone_hears_of_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("old", &[&seoyeon]).await;
    let mut inbox = seoyeon.connect().await;
    let renamed: Conversation = minji
        .update_group(group.id, &json!({ "name": "new", "history": "all" }))
        .await
        .json();
    assert_eq!(renamed.name.as_deref(), Some("new"));
    let nameless: Conversation = minji
        .update_group(group.id, &json!({ "name": null }))
        .await
        .json();
    assert_eq!(nameless.name, None);
    let same: Conversation = minji.update_group(group.id, &json!({})).await.json();
    assert_eq!(same.rev, nameless.rev, "what does not change has no number");
    let events = inbox.settle().await;
    let first = group.rev.as_i64();
    assert_eq!(
        revs(&events, group.id),
        (first + 1..=first + 4).collect::<Vec<_>>()
    );
    assert!(
        matches!(&events[0], ServerEvent::ConversationUpdated(updated) if updated.name.as_deref() == Some("new"))
    );
    let name = |name: Option<&str>| SystemNotice::NameChanged {
        name: name.map(str::to_owned),
    };
    assert_eq!(notices(&events), [name(Some("new")), name(None)]);
    assert_eq!(
        minji
            .update_group(group.id, &json!({ "name": " " }))
            .await
            .refusal(),
        (422, ErrorKind::InvalidFields)
    );
    assert_eq!(
        minji
            .update_group(group.id, &json!({ "history": "none" }))
            .await
            .refusal(),
        (400, ErrorKind::MalformedRequest)
    );
}

#[tokio::test]
async fn a_picture_of_the_group_comes_and_goes() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let files = app.stored_files();
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let upload = minji.upload("group.png", "image/png", picture::png(30, 30)).await;
    let change = json!({ "avatar_attachment_id": upload.id });
    assert_eq!(
        seoyeon.update_group(group, &change).await.refusal(),
        (403, ErrorKind::NotAllowed)
    );
    let changed: Conversation = minji.update_group(group, &change).await.json();
    let avatar = changed.avatar.unwrap();
    let served = seoyeon.get(&format!("/images/{}", avatar.id)).await.body;
    assert_eq!((avatar.width, avatar.height), picture::size(&served));
    assert_eq!(seoyeon.get(&format!("/images/{}", avatar.id)).await.status, 200);
    minji
        .update_group(group, &json!({ "avatar_attachment_id": null }))
        .await
        .json::<Conversation>();
    app.run_jobs().await;
    assert_eq!(
        seoyeon.get(&format!("/images/{}", avatar.id)).await.refusal(),
        (404, ErrorKind::ImageNotFound)
    );
    assert_eq!(app.stored_files(), files);
}

#[tokio::test]
async fn any_member_brings_friends_along() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let [stranger] = app.users(["stranger"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await;
    let (mut old, mut new) = (minji.connect().await, jiho.connect().await);
    assert_eq!(
        seoyeon.add_members(group.id, &[&stranger]).await.refusal(),
        (403, ErrorKind::NotFriends)
    );
    assert_eq!(
        seoyeon.add_members(group.id, &[]).await.refusal(),
        (422, ErrorKind::InvalidFields)
    );
    let fields = seoyeon.add_members(group.id, &[]).await.problem().fields;
    assert_eq!(fields[0].field, "user_ids", "as the request calls it");
    let after: Conversation = seoyeon.add_members(group.id, &[&jiho, &minji]).await.json();
    assert_eq!(after.member_count, 3);
    let events = old.settle().await;
    assert_eq!(
        revs(&events, group.id),
        [group.rev.as_i64() + 1, group.rev.as_i64() + 2]
    );
    assert!(matches!(&events[0], ServerEvent::MemberAdded(added) if added.user.id == jiho.id()));
    assert_eq!(
        notices(&events),
        [SystemNotice::MembersAdded {
            user_ids: vec![jiho.id()]
        }]
    );
    let seen = joined(&mut new).await;
    assert_eq!(
        (seen.rev, seen.unread_count, seen.member_count),
        (after.rev, 0, 3)
    );
    let again: Conversation = seoyeon.add_members(group.id, &[&jiho]).await.json();
    assert_eq!(again.rev, after.rev, "who is in it already stays");
    let members: Members = jiho
        .get(&format!("/conversations/{}/members?limit=2", group.id))
        .await
        .json();
    assert_eq!(
        members
            .items
            .iter()
            .map(|member| member.user_id)
            .collect::<Vec<_>>(),
        [minji.id(), seoyeon.id()]
    );
    let path = format!(
        "/conversations/{}/members?limit=2&cursor={}",
        group.id,
        members.next_cursor.unwrap()
    );
    assert_eq!(
        jiho.get(&path).await.json::<Members>().items[0].user_id,
        jiho.id()
    );
}

#[tokio::test]
async fn who_was_removed_hears_that_and_nothing_more() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await;
    let (mut removed, mut stays) = (seoyeon.connect().await, jiho.connect().await);
    removed.watch(&[group.id]).await;
    assert_eq!(minji.remove_member(group.id, &seoyeon).await.status, 204);
    minji.say(group.id, "now we can talk").await;
    jiho.mark_read(group.id, 3).await;
    jiho.post(&format!("/conversations/{}/typing", group.id), &json!({}))
        .await;
    let events = removed.settle().await;
    assert!(
        matches!(&events[..], [ServerEvent::ConversationLeft(left)] if left.conversation_id == group.id),
        "{events:?}"
    );
    let events = stays.settle().await;
    let first = group.rev.as_i64();
    assert_eq!(revs(&events, group.id), [first + 1, first + 2, first + 3]);
    assert!(matches!(&events[0], ServerEvent::MemberRemoved(removed) if removed.user_id == seoyeon.id()));
    assert_eq!(
        notices(&events),
        [SystemNotice::MemberRemoved {
            user_id: seoyeon.id()
        }]
    );
    assert!(!seoyeon.listed().await.contains(&group.id));
    assert_eq!(
        seoyeon.send(group.id, "hello?").await.refusal(),
        (404, ErrorKind::ConversationNotFound)
    );
}

#[tokio::test]
async fn who_comes_back_starts_anew() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    minji
        .set_role(group, &seoyeon, "admin")
        .await
        .json::<serde_json::Value>();
    let own: Message = seoyeon.say(group, "mine").await;
    minji.remove_member(group, &seoyeon).await;
    minji.say(group, "while away").await;
    minji.add_members(group, &[&seoyeon]).await.json::<Conversation>();
    minji.say(group, "welcome").await;
    let seen = seoyeon.conversation(group).await;
    assert_eq!((seen.membership.role, seen.unread_count), (Role::Member, 1));
    assert_eq!(seoyeon.texts(group).await, ["welcome"]);
    assert_eq!(
        seoyeon.message(group, own.seq.as_i64()).await.refusal(),
        (404, ErrorKind::MessageNotFound)
    );
}

#[tokio::test]
async fn an_owner_who_leaves_hands_over_to_the_oldest_admin_else_the_oldest_member() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    minji.add_members(group, &[&jiho]).await.json::<Conversation>();
    minji
        .set_role(group, &jiho, "admin")
        .await
        .json::<serde_json::Value>();
    let mut inbox = seoyeon.connect().await;
    assert_eq!(minji.leave(group).await.status, 204);
    let events = inbox.settle().await;
    assert!(matches!(&events[0], ServerEvent::MemberUpdated(updated)
        if updated.member.user_id == jiho.id() && updated.member.role == Role::Owner));
    assert!(matches!(&events[1], ServerEvent::MemberRemoved(removed) if removed.user_id == minji.id()));
    assert_eq!(notices(&events), [SystemNotice::MemberLeft]);
    assert_eq!(jiho.leave(group).await.status, 204);
    assert_eq!(seoyeon.conversation(group).await.membership.role, Role::Owner);
    assert_eq!(
        seoyeon.leave(group).await.status,
        204,
        "the last one turns off the light"
    );
    assert_eq!(
        seoyeon.leave(group).await.refusal(),
        (404, ErrorKind::ConversationNotFound)
    );
}
