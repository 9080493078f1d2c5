//! What people let others see: reading and typing, both ways.

use damso_domain::{ConversationId, PresenceVisibility, Seq};
use damso_protocol::{Readers, Reads, ServerEvent, Settings};
use damso_testing::{Actor, Inbox, TestApp};
use serde_json::{Value, json};

async fn change(actor: &Actor, change: Value) -> Settings {
    actor.patch("/me/settings", &change).await.json()
}

/// Who is counted, as `actor` is told.
async fn counted(actor: &Actor, id: ConversationId) -> Vec<damso_domain::UserId> {
    let reads: Reads = actor.get(&format!("/conversations/{id}/reads")).await.json();
    reads.items.iter().map(|read| read.user_id).collect()
}

/// The next that is heard of somebody's reading.
async fn moved(inbox: &mut Inbox) -> (damso_domain::UserId, Option<Seq>) {
    inbox
        .wait_for(|event| match event {
            ServerEvent::ReadsMoved(moved) => Some((moved.reads[0].user_id, moved.reads[0].read_seq)),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn settings_are_told_to_all_devices_and_come_with_a_sync() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let first: Settings = minji.get("/me/settings").await.json();
    assert!(first.read_receipts && first.typing_indicators);
    assert_eq!(first.presence_visibility, PresenceVisibility::Friends);

    let before = minji.me().await.user_rev;
    let mut phone = minji.sign_in_again().await.connect().await;
    let changed = change(
        &minji,
        json!({ "typing_indicators": false, "presence_visibility": "nobody" }),
    )
    .await;
    let event = phone.next().await;
    let ServerEvent::SettingsUpdated(told) = event else {
        panic!("{event:?}")
    };
    assert_eq!((told.user_rev, &told.settings), (before.next(), &changed));
    // What changes nothing is told to nobody.
    change(&minji, json!({ "typing_indicators": false })).await;
    change(&minji, json!({})).await;
    phone.assert_silent().await;

    let sync = minji.sync_since(before.as_i64(), &[]).await;
    assert_eq!(sync.user_changes.settings, Some(changed));
    let nothing_new = minji.sync_since(sync.user_rev.as_i64(), &[]).await;
    assert_eq!(nothing_new.user_changes.settings, None);
}

#[tokio::test]
async fn reading_is_shown_both_ways_or_not_at_all() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let seq = jiho.say(group, "hello").await.seq;
    minji.mark_read(group, seq.as_i64()).await;
    let mut looks = seoyeon.connect().await;
    looks.watch(&[group]).await;
    let mut hidden = minji.connect().await;
    hidden.watch(&[group]).await;

    change(&minji, json!({ "read_receipts": false })).await;
    assert_eq!(moved(&mut looks).await, (minji.id(), None));
    assert_eq!(counted(&seoyeon, group).await, [seoyeon.id(), jiho.id()]);
    assert!(counted(&minji, group).await.is_empty(), "nor do I see others");
    let seen = minji.conversation(group).await;
    assert!(seen.members.iter().all(|member| member.read_seq.is_none()));
    let seen = seoyeon.conversation(group).await;
    let unseen = |member: &&damso_protocol::Member| member.read_seq.is_none();
    assert_eq!(
        seen.members
            .iter()
            .filter(unseen)
            .map(|member| member.user_id)
            .collect::<Vec<_>>(),
        [minji.id()]
    );
    let path = format!("/conversations/{group}/messages/{seq}/readers");
    let readers: Readers = minji.get(&path).await.json();
    assert!(readers.read.is_empty() && readers.unread.is_empty());
    let readers: Readers = seoyeon.get(&path).await.json();
    assert_eq!((readers.read.len(), readers.unread.len()), (0, 1), "seoyeon only");

    // My own count goes on, on all my devices, and nobody else hears of it; nor I of theirs.
    let next = jiho.say(group, "again").await.seq;
    minji.mark_read(group, next.as_i64()).await;
    assert_eq!(minji.conversation(group).await.unread_count, 0);
    seoyeon.mark_read(group, next.as_i64()).await;
    assert_eq!(moved(&mut looks).await, (seoyeon.id(), Some(next)));
    let heard = hidden.settle().await;
    assert!(
        !heard
            .iter()
            .any(|event| matches!(event, ServerEvent::ReadsMoved(_))),
        "{heard:?}"
    );

    change(&minji, json!({ "read_receipts": true })).await;
    assert_eq!(moved(&mut looks).await, (minji.id(), Some(next)));
    assert_eq!(moved(&mut hidden).await, (minji.id(), Some(next)));
    assert_eq!(counted(&minji, group).await.len(), 3);
}

#[tokio::test]
async fn who_joins_is_counted_only_if_they_show_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    for actor in [&seoyeon, &jiho] {
        change(actor, json!({ "read_receipts": false })).await;
    }
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    minji.add_members(group, &[&jiho]).await;
    assert_eq!(counted(&minji, group).await, [minji.id()]);
    let direct = minji.open_direct(&seoyeon).await.id;
    assert_eq!(counted(&minji, direct).await, [minji.id()]);
    // Who comes back is counted as they show it then.
    jiho.leave(group).await;
    change(&jiho, json!({ "read_receipts": true })).await;
    minji.add_members(group, &[&jiho]).await;
    assert_eq!(counted(&minji, group).await, [minji.id(), jiho.id()]);
}

/// Joining and switching at once: whoever is last, the member is counted as the setting says.
#[tokio::test]
async fn joining_while_switching_ends_as_the_setting_says() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    for round in 0..20 {
        let read_receipts = round % 2 == 1;
        let setting = json!({ "read_receipts": read_receipts });
        let others = [&seoyeon];
        let (group, _) = tokio::join!(minji.create_group("hikers", &others), change(&seoyeon, setting));
        assert_eq!(
            counted(&minji, group.id).await.contains(&seoyeon.id()),
            read_receipts,
            "round {round}"
        );
    }
}

#[tokio::test]
async fn typing_is_shown_both_ways_or_not_at_all() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let (mut one, mut other) = (minji.connect().await, seoyeon.connect().await);
    change(&minji, json!({ "typing_indicators": false })).await;
    one.watch(&[group]).await;
    other.watch(&[group]).await;
    one.typing(group).await;
    one.settle().await;
    minji
        .post(&format!("/conversations/{group}/typing"), &json!({}))
        .await;
    other.assert_silent().await;
    other.typing(group).await;
    other.settle().await;
    one.assert_silent().await;
    // A socket that opens later knows it from the start.
    let mut later = minji.connect().await;
    later.watch(&[group]).await;
    later.typing(group).await;
    later.settle().await;
    other.assert_silent().await;
    change(&minji, json!({ "typing_indicators": true })).await;
    one.settle().await;
    one.typing(group).await;
    one.settle().await;
    assert!(matches!(other.next().await, ServerEvent::TypingStarted(_)));
}

#[tokio::test]
async fn a_change_of_a_member_tells_how_far_they_have_read_to_those_only_who_tell_it_too() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    change(&jiho, json!({ "read_receipts": false })).await;

    let (mut counted, mut uncounted) = (minji.connect().await, jiho.connect().await);
    minji.set_role(group, &seoyeon, "admin").await;
    for (inbox, is_told) in [(&mut counted, true), (&mut uncounted, false)] {
        let read_seq = inbox
            .wait_for(|event| match event {
                ServerEvent::MemberUpdated(changed) => Some(changed.member.read_seq),
                _ => None,
            })
            .await;
        assert_eq!(read_seq.is_some(), is_told);
    }
}
