//! What polls are to everything else: to edits, forwards, answers, search and the notice, to deletion and exports, to
//! blocks, and to what comes at the same moment.

use damso_domain::{ClientKey, ConversationId};
use damso_protocol::{CreatePollRequest, ErrorKind, Message, ServerEvent};
use damso_testing::{Actor, TestApp};
use serde_json::{Value, json};

use crate::exports::Unpacked;
use crate::followed::revs;
use crate::polls::{assert_summed_up, create, lunch, make, seen, unvote, vote};

async fn delete_account(actor: &Actor, messages: &str) {
    let body = json!({ "password": damso_testing::PASSWORD, "messages": messages });
    assert_eq!(actor.post("/me/deletion", &body).await.status, 200);
}

/// A message as it is in an archive.
fn copied(copy: &Unpacked, id: ConversationId, seq: i64) -> Value {
    let mut lines = copy
        .lines(&format!("conversations/{id}.messages.jsonl"))
        .into_iter();
    lines.find(|message| message["seq"] == seq).unwrap()
}

fn anonymous() -> CreatePollRequest {
    CreatePollRequest {
        is_anonymous: true,
        ..lunch()
    }
}

#[tokio::test]
async fn deleting_a_poll_takes_its_votes_with_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let seq = make(&minji, group, &lunch()).await;
    vote(&seoyeon, group, seq, &[1]).await.json::<Message>();
    assert_eq!(minji.delete_message(group, seq, "everyone").await.status, 204);
    let left: Message = seoyeon.message(group, seq).await.json();
    assert_eq!((left.text, left.poll), (None, None));
    assert_eq!(app.database.count("SELECT count(*) FROM poll_votes").await, 0);
    let stored = app
        .database
        .count("SELECT count(*) FROM messages WHERE poll IS NOT NULL")
        .await;
    assert_eq!(stored, 0);
    assert!(
        seoyeon
            .sync_since(0, &[])
            .await
            .user_changes
            .poll_votes
            .is_empty()
    );
}

#[tokio::test]
async fn votes_go_or_stay_with_what_their_account_has_written() {
    let app = TestApp::start().await;
    let [minji, erased, kept] = app.friends(["minji", "erased", "kept"]).await;
    let group = minji.create_group("hikers", &[&erased, &kept]).await.id;
    let (open, secret) = (
        make(&minji, group, &lunch()).await,
        make(&minji, group, &anonymous()).await,
    );
    let theirs = make(&erased, group, &lunch()).await;
    let undone = make(&minji, group, &lunch()).await;
    for seq in [open, secret, theirs] {
        for voter in [&erased, &kept, &minji] {
            vote(voter, group, seq, &[2]).await.json::<Message>();
        }
    }
    vote(&erased, group, undone, &[1]).await.json::<Message>();
    let rev = unvote(&erased, group, undone).await.json::<Message>().rev;
    let before = minji.conversation(group).await;
    let mut inbox = minji.connect().await;

    delete_account(&erased, "erase").await;
    delete_account(&kept, "keep").await;
    let poll = seen(&minji, group, open).await;
    assert_eq!((poll.voter_count, poll.options[1].votes), (2, 2));
    assert_eq!(poll.options[1].user_ids, [kept.id(), minji.id()]);
    // A count that fell by it would say what they had chosen; nothing says any more that it was they.
    let poll = seen(&minji, group, secret).await;
    assert_eq!((poll.voter_count, poll.options[1].votes), (3, 3));
    let of_them = format!(
        "SELECT count(*) FROM poll_votes WHERE user_id = '{}'",
        erased.id()
    );
    assert_eq!(app.database.count(&of_them).await, 0);
    let left: Message = minji.message(group, theirs).await.json();
    assert!(left.poll.is_none() && left.deleted_at.is_some());
    assert_eq!(minji.message(group, undone).await.json::<Message>().rev, rev);
    assert_summed_up(&app).await;

    // One change, told as one fact, and sync brings every message it has changed.
    let events = inbox.settle().await;
    let erasure = events.iter().find_map(|event| match event {
        ServerEvent::MessagesErased(erased) if erased.conversation_id == group => Some(erased.rev),
        _ => None,
    });
    let to = minji.conversation(group).await.rev.as_i64();
    assert_eq!(
        revs(&events, group),
        (before.rev.as_i64() + 1..=to).collect::<Vec<_>>()
    );
    let synced = minji.sync_since(0, &[&before]).await;
    let changes = synced
        .conversations
        .iter()
        .find(|changes| changes.id == group)
        .unwrap();
    let of = |seq: i64| {
        changes
            .messages
            .iter()
            .find(|message| message.seq.as_i64() == seq)
    };
    for seq in [open, theirs] {
        assert_eq!(of(seq).map(|message| message.rev), erasure, "{seq}");
    }
    assert!(of(secret).is_none());
}

#[tokio::test]
async fn a_copy_of_everything_has_polls_and_votes_in_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let seq = make(&minji, group, &anonymous()).await;
    vote(&minji, group, seq, &[3]).await.json::<Message>();
    vote(&seoyeon, group, seq, &[1]).await.json::<Message>();
    // Also after leaving: what one has made stays one's own.
    let copy = Unpacked::of(&app, &minji).await;
    let poll = copied(&copy, group, seq)["poll"].clone();
    assert_eq!(poll["my_options"], json!([3]));
    assert_eq!(
        poll["options"][0],
        json!({ "number": 1, "text": "김밥", "votes": 1, "user_ids": [] })
    );
    let page = copy.text(&format!("conversations/{group}-1.html"));
    assert!(
        page.contains("떡볶이") && page.contains("점심 뭐 먹을까?"),
        "{page}"
    );
    minji.leave(group).await;
    let copy = Unpacked::of(&app, &minji).await;
    assert_eq!(copied(&copy, group, seq)["kind"], "poll");
}

/// Two devices of one person vote at once: one of the votes counts, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_votes_at_once_are_one() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    for _ in 0..20 {
        let seq = make(&minji, group, &lunch()).await;
        let (one, other) = tokio::join!(vote(&seoyeon, group, seq, &[1]), vote(&seoyeon, group, seq, &[2]));
        assert_eq!((one.status.as_u16(), other.status.as_u16()), (200, 200));
        let poll = seen(&seoyeon, group, seq).await;
        assert_eq!(poll.voter_count, 1);
        assert_eq!(poll.options.iter().map(|option| option.votes).sum::<i64>(), 1);
        let mine = poll.my_options.unwrap();
        assert_eq!(
            poll.options[usize::try_from(mine[0]).unwrap() - 1].user_ids,
            [seoyeon.id()]
        );
    }
    assert_summed_up(&app).await;
}

/// The same poll twice at once is one message.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poll_that_is_sent_twice_at_once_is_stored_once() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    for _ in 0..20 {
        let request = lunch();
        let (one, other) = tokio::join!(create(&minji, group, &request), create(&minji, group, &request));
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
        assert_eq!(one.json::<Message>(), other.json::<Message>());
    }
    assert_eq!(
        app.database
            .count("SELECT count(*) FROM messages WHERE kind = 'poll'")
            .await,
        20
    );
}

/// A vote was stored before its voter was removed, or it was refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vote_that_races_a_removal_is_stored_before_it_or_refused() {
    let app = TestApp::start().await;
    let [owner, other] = app.friends(["owner", "other"]).await;
    let group = owner.create_group("hikers", &[&other]).await.id;
    owner.update_group(group, &json!({ "history": "all" })).await;
    for _ in 0..20 {
        let seq = make(&owner, group, &lunch()).await;
        let (voted, removed) =
            tokio::join!(vote(&other, group, seq, &[1]), owner.remove_member(group, &other));
        assert_eq!(removed.status, 204);
        let is_stored = voted.status == 200;
        if !is_stored {
            assert_eq!(voted.refusal(), (404, ErrorKind::ConversationNotFound));
        }
        assert_eq!(seen(&owner, group, seq).await.voter_count, i64::from(is_stored));
        owner.add_members(group, &[&other]).await.json::<Value>();
    }
    assert_summed_up(&app).await;
}

/// Whoever blocks or is blocked sees the same counts, and hears of the same votes.
#[tokio::test]
async fn blocks_do_not_show_in_polls() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = jiho.create_group("hikers", &[&minji, &seoyeon]).await.id;
    let seq = make(&minji, group, &lunch()).await;
    minji.put(&format!("/blocks/{}", seoyeon.id()), &json!({})).await;
    let mut inbox = minji.connect().await;
    vote(&seoyeon, group, seq, &[1]).await.json::<Message>();
    let heard = inbox.settle().await;
    assert!(
        heard
            .iter()
            .any(|event| matches!(event, ServerEvent::MessageUpdated(_)))
    );
    let by_blocker = seen(&minji, group, seq).await;
    let by_other = seen(&jiho, group, seq).await;
    assert_eq!(by_blocker, by_other);
    assert_eq!(by_blocker.options[0].user_ids, [seoyeon.id()]);
}

#[tokio::test]
async fn a_poll_is_neither_changed_nor_forwarded() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let seq = make(&minji, group, &lunch()).await;
    let rev = minji.conversation(group).await.rev;
    assert_eq!(
        minji.edit(group, seq, "저녁").await.refusal(),
        (409, ErrorKind::MessageIsPoll)
    );
    assert_eq!(
        seoyeon.edit(group, seq, "저녁").await.refusal(),
        (403, ErrorKind::NotAllowed)
    );
    for place in [group, minji.notes().await.id] {
        let source = json!({ "conversation_id": group, "seq": seq });
        let body = json!({ "client_key": ClientKey::new(), "forward_of": source });
        let reply = minji
            .post(&format!("/conversations/{place}/messages"), &body)
            .await;
        assert_eq!(reply.refusal(), (409, ErrorKind::MessageIsPoll));
    }
    assert_eq!(minji.conversation(group).await.rev, rev);

    // It is answered, reacted to, found and put on top as any message.
    let body = json!({ "client_key": ClientKey::new(), "text": "국수!", "reply_to_seq": seq });
    let path = format!("/conversations/{group}/messages");
    let answer: Message = seoyeon.post(&path, &body).await.json();
    assert_eq!(
        answer.reply_to.unwrap().excerpt.as_deref(),
        Some("점심 뭐 먹을까?")
    );
    assert_eq!(seoyeon.react(group, seq, "👍").await.status, 204);
    app.index_messages().await;
    let found: Value = seoyeon.search("점심", "").await.json();
    assert_eq!(found["items"][0]["message"]["seq"], seq);
    vote(&minji, group, seq, &[1]).await.json::<Message>();
    let topped: Value = minji.set_notice(group, seq).await.json();
    assert_eq!(topped["notice"]["kind"], "poll");
    assert_eq!(topped["notice"]["poll"], Value::Null);
}
