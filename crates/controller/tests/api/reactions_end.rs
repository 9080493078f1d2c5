//! What becomes of reactions when their account ends, and when somebody is removed at the same moment.

use damso_protocol::{ErrorKind, ServerEvent};
use damso_testing::{Actor, TestApp};

use crate::followed::revs;
use crate::reactions::{HEART, MANY, assert_summed_up, kind, seen};

async fn delete_account(actor: &Actor, messages: &str) {
    let body = serde_json::json!({ "password": damso_testing::PASSWORD, "messages": messages });
    assert_eq!(actor.post("/me/deletion", &body).await.status, 200);
}

#[tokio::test]
async fn reactions_go_or_stay_with_what_their_account_has_written() {
    let app = TestApp::start().await;
    let [minji, erased, kept] = app.friends(["minji", "erased", "kept"]).await;
    let group = minji.create_group("hikers", &[&erased, &kept]).await.id;
    let direct = minji.open_direct(&erased).await.id;
    let mut seqs = Vec::new();
    for n in 0..3 {
        let seq = minji.say(group, &n.to_string()).await.seq.as_i64();
        for actor in [&erased, &kept, &minji] {
            actor.react(group, seq, HEART).await;
        }
        erased.react(group, seq, "👍").await;
        seqs.push(seq);
    }
    minji.say(direct, "hello").await;
    erased.react(direct, 1, "👍").await;
    let theirs = erased.say(group, "theirs").await.seq.as_i64();
    minji.react(group, theirs, HEART).await;
    let before = minji.conversation(group).await;
    let mut inbox = minji.connect().await;

    delete_account(&erased, "erase").await;
    delete_account(&kept, "keep").await;
    for seq in &seqs {
        let (kinds, mine) = seen(&minji, group, *seq).await;
        assert_eq!(
            (kinds, mine),
            (vec![kind(HEART, &[&kept, &minji])], vec![HEART.to_owned()])
        );
    }
    assert_eq!(seen(&minji, group, theirs).await.0, []);
    assert_eq!(seen(&minji, direct, 1).await.0, []);
    assert_summed_up(&app).await;

    // One change, told as one fact, and sync brings every message it has changed.
    let events = inbox.settle().await;
    let erasure = events.iter().find_map(|event| match event {
        ServerEvent::MessagesErased(erased) if erased.conversation_id == group => Some(erased.rev),
        _ => None,
    });
    assert_eq!(
        erasure.map(damso_domain::Rev::as_i64),
        Some(before.rev.as_i64() + 1)
    );
    let to = minji.conversation(group).await.rev.as_i64();
    assert_eq!(
        revs(&events, group),
        (before.rev.as_i64() + 1..=to).collect::<Vec<_>>()
    );
    let synced = minji.sync_since(0, &[&before]).await;
    let changed = &synced
        .conversations
        .iter()
        .find(|changes| changes.id == group)
        .unwrap()
        .messages;
    for seq in seqs.iter().chain([&theirs]) {
        let found = changed
            .iter()
            .find(|message| message.seq.as_i64() == *seq)
            .unwrap();
        assert_eq!(Some(found.rev), erasure);
    }
}

/// A reaction was stored before its author was removed, or it was refused; whoever is removed hears of nothing after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reaction_that_races_a_removal_is_stored_before_it_or_refused() {
    let app = TestApp::start().await;
    let [owner, other, third] = app.friends(["owner", "other", "third"]).await;
    let group = owner.create_group("hikers", &[&third]).await.id;
    let seq = owner.say(group, "hello").await.seq.as_i64();
    owner
        .update_group(group, &serde_json::json!({ "history": "all" }))
        .await;
    let (mut stored, mut refused) = (0, 0);
    for round in 0..40 {
        owner
            .add_members(group, &[&other])
            .await
            .json::<damso_protocol::Conversation>();
        let from = third.conversation(group).await.rev.as_i64();
        let (mut watching, mut leaving) = (third.connect().await, other.connect().await);
        let emoji = MANY[round % 20];
        let reacting = {
            let other = other.clone();
            tokio::spawn(async move { other.react(group, seq, emoji).await })
        };
        let removing = {
            let (owner, other) = (owner.clone(), other.clone());
            tokio::spawn(async move { owner.remove_member(group, &other).await.status })
        };
        let (reply, removed) = (reacting.await.unwrap(), removing.await.unwrap());
        assert_eq!(removed, 204);
        let is_stored = if reply.status == 204 {
            true
        } else {
            assert_eq!(reply.refusal(), (404, ErrorKind::ConversationNotFound));
            false
        };
        let events = watching.settle().await;
        let to = third.conversation(group).await.rev.as_i64();
        assert_eq!(revs(&events, group), (from + 1..=to).collect::<Vec<_>>());
        let place = |wanted: fn(&ServerEvent) -> bool| events.iter().position(wanted);
        let added = place(|event| matches!(event, ServerEvent::ReactionAdded(_)));
        let left = place(|event| matches!(event, ServerEvent::MemberRemoved(_)));
        assert_eq!(added.is_some(), is_stored);
        assert!(added < left, "{events:?}");
        let (kinds, _) = seen(&third, group, seq).await;
        let is_there = kinds
            .iter()
            .any(|kind| kind.emoji == emoji && kind.user_ids.contains(&other.id()));
        assert_eq!(is_there, is_stored);
        // Whoever is gone has heard of nothing that came after; what came just before may cross it on the way.
        let removal = revs(&events[left.unwrap()..], group)[0];
        let heard = leaving.settle().await;
        let gone = heard
            .iter()
            .position(|event| matches!(event, ServerEvent::ConversationLeft(_)));
        let gone = gone.expect("it left the list");
        let crossing = revs(&heard[gone..], group);
        assert!(crossing.iter().all(|rev| *rev < removal), "{heard:?}");
        if is_stored {
            stored += 1;
            // Room for the next round; only its author could have taken it back.
            owner.add_members(group, &[&other]).await;
            assert_eq!(other.unreact(group, seq, emoji).await.status, 204);
            owner.remove_member(group, &other).await;
        } else {
            refused += 1;
        }
    }
    assert!(0 < stored && 0 < refused, "{stored} {refused}");
    assert_summed_up(&app).await;
}
