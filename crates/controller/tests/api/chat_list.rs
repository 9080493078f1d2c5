//! How somebody keeps a conversation in their own list: put away, marked as unread, under a name of their own.

use std::time::Duration;

use damso_domain::{ConversationId, Timestamp};
use damso_protocol::{ErrorKind, FieldErrorKind, Membership, ServerEvent};
use damso_testing::{Actor, Inbox, TestApp};
use serde_json::{Value, json};

use crate::blocks::block;

async fn keep(actor: &Actor, id: ConversationId, change: Value) -> Membership {
    actor.update_membership(id, &change).await.json()
}

async fn membership(actor: &Actor, id: ConversationId) -> Membership {
    let listed = actor.conversations().await.items;
    let listed = listed.into_iter().find(|conversation| conversation.id == id);
    let membership = listed.unwrap().membership;
    assert_eq!(membership, actor.conversation(id).await.membership);
    membership
}

/// The next view of a conversation that a socket is told of.
async fn told(inbox: &mut Inbox) -> Membership {
    loop {
        if let ServerEvent::MembershipUpdated(event) = inbox.next().await {
            return event.membership;
        }
    }
}

#[tokio::test]
async fn what_is_put_away_comes_back_when_somebody_else_writes() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    seoyeon.say(group, "before").await;
    keep(&minji, group, json!({ "is_pinned": true })).await;
    let mut other = seoyeon.connect().await;
    let mut devices = minji.connect().await;

    let away = keep(&minji, group, json!({ "is_archived": true })).await;
    assert!(away.is_archived && !away.is_pinned, "{away:?}");
    assert_eq!(away.archived_seq, Some(minji.conversation(group).await.last_seq));
    assert_eq!(told(&mut devices).await, away);
    other.assert_silent().await;

    // What I write myself, and what the group says of itself, leaves it where it is.
    minji.say(group, "mine").await;
    minji.update_group(group, &json!({ "name": "climbers" })).await;
    assert!(membership(&minji, group).await.is_archived);
    let back = seoyeon.say(group, "and you?").await;
    let returned = membership(&minji, group).await;
    assert!(!returned.is_archived);
    assert_eq!(
        returned.archived_seq, away.archived_seq,
        "a muted one stays put away by it"
    );

    // It has come back whatever becomes of the message, so that all devices say the same.
    minji.delete_message(group, back.seq.as_i64(), "me").await;
    seoyeon.delete_message(group, back.seq.as_i64(), "everyone").await;
    assert!(!membership(&minji, group).await.is_archived);
    assert!(
        keep(&minji, group, json!({ "is_archived": true }))
            .await
            .is_archived
    );
    let opened = keep(&minji, group, json!({ "is_archived": false })).await;
    assert_eq!((opened.is_archived, opened.archived_seq), (false, None));
}

#[tokio::test]
async fn what_has_come_back_is_not_put_away_by_muting_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let muted = json!({ "muted_until": Timestamp::now().after(Duration::from_hours(1)) });
    let away = keep(&minji, direct, json!({ "is_archived": true })).await;
    let quiet = keep(&minji, direct, muted.clone()).await;
    assert_eq!(quiet.archived_seq, away.archived_seq);
    // While it is muted it stays away; then it is back, and stays so.
    seoyeon.say(direct, "hi").await;
    let again = keep(&minji, direct, muted.clone()).await;
    assert_eq!(again.archived_seq, away.archived_seq);
    let loud = keep(&minji, direct, json!({ "muted_until": null })).await;
    assert_eq!((loud.archived_seq, loud.is_archived), (away.archived_seq, false));
    let quiet = keep(&minji, direct, muted).await;
    assert_eq!((quiet.archived_seq, quiet.is_archived), (None, false));
}

#[tokio::test]
async fn pinning_brings_back_and_putting_away_unpins() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let notes = minji.notes().await.id;
    keep(&minji, notes, json!({ "is_archived": true })).await;
    let pinned = keep(&minji, notes, json!({ "is_pinned": true })).await;
    assert_eq!((pinned.is_pinned, pinned.archived_seq), (true, None));
    let both = keep(&minji, notes, json!({ "is_pinned": true, "is_archived": true })).await;
    assert_eq!((both.is_pinned, both.is_archived), (false, true));
    let unpinned = keep(&minji, notes, json!({ "is_pinned": false })).await;
    assert!(unpinned.is_archived);
}

#[tokio::test]
async fn whom_i_block_brings_nothing_back() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = app.direct_conversation(&minji, &seoyeon).await;
    seoyeon.say(direct, "hello").await;
    minji.say(direct, "hello").await;
    block(&minji, &seoyeon).await;
    keep(&minji, direct, json!({ "is_archived": true })).await;
    seoyeon.say(direct, "are you there?").await;
    assert!(membership(&minji, direct).await.is_archived);
}

#[tokio::test]
async fn a_mark_lasts_until_it_is_read_on_any_device() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let seq = seoyeon.say(group, "hello").await.seq.as_i64();
    minji.mark_read(group, seq).await;
    let mut other = seoyeon.connect().await;
    let phone = minji.sign_in_again().await;
    let mut devices = phone.connect().await;
    let marked = keep(&minji, group, json!({ "is_marked_unread": true })).await;
    assert!(marked.is_marked_unread && membership(&minji, group).await.is_marked_unread);
    assert_eq!(minji.conversation(group).await.unread_count, 0);
    assert!(told(&mut devices).await.is_marked_unread);

    // The pointer stands at the end already: reading takes the mark away all the same, and nobody else hears of it.
    let user_rev = minji.me().await.user_rev;
    phone.mark_read(group, seq).await;
    assert_eq!(minji.me().await.user_rev, user_rev.next());
    assert!(!told(&mut devices).await.is_marked_unread);
    assert!(!membership(&minji, group).await.is_marked_unread);
    other.assert_silent().await;
    phone.mark_read(group, seq).await;
    assert_eq!(
        minji.me().await.user_rev,
        user_rev.next(),
        "there was nothing to tell"
    );
    devices.assert_silent().await;
}

#[tokio::test]
async fn two_devices_that_read_at_once_take_a_mark_away_once() {
    let app = TestApp::start().await;
    let [minji, jiho] = app.friends(["minji", "jiho"]).await;
    let direct = minji.open_direct(&jiho).await.id;
    jiho.say(direct, "hi").await;
    minji.mark_read(direct, 1).await;
    for _ in 0..10 {
        keep(&minji, direct, json!({ "is_marked_unread": true })).await;
        let mut inbox = minji.connect().await;
        tokio::join!(minji.mark_read(direct, 1), minji.mark_read(direct, 1));
        let heard = inbox.settle().await;
        let views = heard
            .iter()
            .filter(|event| matches!(event, ServerEvent::MembershipUpdated(_)));
        assert_eq!(views.count(), 1, "{heard:?}");
    }
}

#[tokio::test]
async fn a_name_of_my_own_is_seen_by_me_alone() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = app.direct_conversation(&minji, &seoyeon).await;
    let mut other = seoyeon.connect().await;
    let mut devices = minji.connect().await;
    let named = keep(&minji, direct, json!({ "name_override": "  우리   둘 " })).await;
    assert_eq!(named.name_override.as_deref(), Some("우리 둘"));
    assert_eq!(told(&mut devices).await, named);
    assert_eq!(membership(&minji, direct).await, named);
    assert_eq!(minji.conversation(direct).await.name, None);
    assert_eq!(seoyeon.conversation(direct).await.membership.name_override, None);
    other.assert_silent().await;

    let long = json!({ "name_override": "우".repeat(51), "is_archived": true });
    let refused = minji.update_membership(direct, &long).await;
    assert_eq!(refused.refusal(), (422, ErrorKind::InvalidFields));
    let problem = refused.problem();
    let fields: Vec<_> = problem
        .fields
        .iter()
        .map(|field| (field.field.as_str(), field.kind))
        .collect();
    assert_eq!(fields, [("name_override", FieldErrorKind::TooLong)]);
    assert_eq!(membership(&minji, direct).await, named);
    devices.assert_silent().await;

    for none in [json!(null), json!(""), json!(" \u{200b}")] {
        keep(&minji, direct, json!({ "name_override": "우리" })).await;
        let cleared = keep(&minji, direct, json!({ "name_override": none })).await;
        assert_eq!(cleared.name_override, None);
    }
}

#[tokio::test]
async fn a_device_that_was_away_hears_of_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await;
    let user_rev = minji.me().await.user_rev.as_i64();
    let change = json!({ "is_archived": true, "is_marked_unread": true, "name_override": "산" });
    let changed = keep(&minji, group.id, change).await;
    let sync = minji.sync_since(user_rev, &[&group]).await;
    assert_eq!(sync.user_changes.memberships[0].membership, changed);
}

#[tokio::test]
async fn who_joins_again_or_clears_begins_anew() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let all = json!({ "is_archived": true, "is_marked_unread": true, "name_override": "산" });
    let group = seoyeon.create_group("hikers", &[&minji]).await.id;
    keep(&minji, group, all.clone()).await;
    minji.leave(group).await;
    seoyeon.add_members(group, &[&minji]).await;
    let anew = minji.conversation(group).await.membership;
    assert_eq!((anew.archived_seq, anew.is_marked_unread), (None, false));
    assert_eq!(anew.name_override, None);

    let direct = app.direct_conversation(&minji, &seoyeon).await;
    seoyeon.say(direct, "hello").await;
    keep(&minji, direct, all).await;
    minji.leave(direct).await;
    seoyeon.say(direct, "hello again").await;
    let cleared = membership(&minji, direct).await;
    assert_eq!((cleared.archived_seq, cleared.is_marked_unread), (None, false));
    assert_eq!(
        cleared.name_override.as_deref(),
        Some("산"),
        "it is the same person"
    );
}
