//! What somebody has begun to write, the same on all of their devices.

use damso_domain::{ConversationId, Seq};
use damso_protocol::{ChangedDraft, Draft, DraftUpdated, ErrorKind, ServerEvent};
use damso_testing::{Actor, Inbox, Reply, TestApp};
use serde_json::{Value, json};

async fn put(actor: &Actor, chat: ConversationId, body: Value) -> Reply {
    actor.put(&format!("/conversations/{chat}/draft"), &body).await
}

pub(crate) async fn write(actor: &Actor, chat: ConversationId, text: &str) -> DraftUpdated {
    put(actor, chat, json!({ "text": text })).await.json()
}

async fn text(actor: &Actor, chat: ConversationId) -> Option<String> {
    actor.conversation(chat).await.draft.map(|draft| draft.text)
}

async fn told(inbox: &mut Inbox) -> DraftUpdated {
    inbox
        .wait_for(|event| match event {
            ServerEvent::DraftUpdated(told) => Some(told),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_draft_is_kept_replaced_and_removed_on_every_device_of_mine_alone() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let mut device = minji.sign_in_again().await.connect().await;
    let mut other = seoyeon.connect().await;

    let first = write(&minji, direct, " 여섯 시에 ").await;
    assert_eq!(told(&mut device).await, first);
    let draft = minji.conversation(direct).await.draft.unwrap();
    assert_eq!(Some(&draft), first.draft.as_ref());
    assert_eq!((draft.text.as_str(), draft.reply_to_seq), (" 여섯 시에 ", None));
    assert_eq!(minji.conversations().await.items[0].draft, Some(draft));

    // The same again is nothing new.
    assert_eq!(write(&minji, direct, " 여섯 시에 ").await, first);
    let answer: DraftUpdated = put(&minji, direct, json!({ "text": "", "reply_to_seq": 7 }))
        .await
        .json();
    assert_eq!(told(&mut device).await, answer);
    assert_eq!(answer.user_rev, first.user_rev.next());
    let draft = answer.draft.unwrap();
    assert_eq!(
        (draft.text.as_str(), draft.reply_to_seq.map(Seq::as_i64)),
        ("", Some(7))
    );

    let removed = write(&minji, direct, " \n\u{3164}").await;
    assert_eq!(
        (told(&mut device).await, removed.draft.as_ref()),
        (removed.clone(), None)
    );
    assert_eq!(
        write(&minji, direct, "").await,
        removed,
        "there was nothing to remove"
    );
    assert_eq!(text(&minji, direct).await, None);
    device.assert_silent().await;

    assert_eq!(text(&seoyeon, direct).await, None);
    other.assert_silent().await;
}

#[tokio::test]
async fn what_is_not_in_order_keeps_and_tells_nothing() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [mallory] = app.users(["mallory"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let mut inbox = minji.connect().await;
    let long = "가".repeat(4_001);
    let reply = put(&minji, direct, json!({ "text": long })).await;
    assert_eq!(reply.refusal(), (422, ErrorKind::MessageTooLong));
    let reply = put(&mallory, direct, json!({ "text": "hi" })).await;
    assert_eq!(reply.refusal(), (404, ErrorKind::ConversationNotFound));
    let reply = put(&minji, direct, json!({ "text": "hi", "reply_to": 1 })).await;
    assert_eq!(reply.refusal(), (400, ErrorKind::MalformedRequest));
    assert_eq!(app.database.count("SELECT count(*) FROM drafts").await, 0);
    inbox.assert_silent().await;
    let full = "가".repeat(4_000);
    assert_eq!(write(&minji, direct, &full).await.draft.unwrap().text, full);
}

/// The number is the only thing that is said of it, and it is what I have said myself.
#[tokio::test]
async fn nothing_is_said_of_what_a_draft_answers() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let hidden = seoyeon.say(direct, "hidden").await.seq.as_i64();
    let deleted = seoyeon.say(direct, "deleted").await.seq.as_i64();
    minji.delete_message(direct, hidden, "me").await;
    seoyeon.delete_message(direct, deleted, "everyone").await;
    let mut answers = Vec::new();
    for seq in [hidden, deleted, 4_711] {
        let reply = put(&minji, direct, json!({ "text": "so", "reply_to_seq": seq })).await;
        let mut body: Value = reply.json();
        assert_eq!(body["draft"]["reply_to_seq"], seq);
        body["draft"]["reply_to_seq"].take();
        body["draft"]["updated_at"].take();
        body["user_rev"].take();
        answers.push((reply.status, body));
    }
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
}

#[tokio::test]
async fn leaving_and_clearing_take_the_draft_along() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let group = seoyeon.create_group("hikers", &[&minji, &jiho]).await.id;
    for chat in [direct, group] {
        write(&minji, chat, "half").await;
        write(&seoyeon, chat, "hers").await;
        minji.leave(chat).await;
    }
    seoyeon.say(direct, "hi").await;
    seoyeon.add_members(group, &[&minji]).await;
    write(&minji, group, "again").await;
    seoyeon.remove_member(group, &minji).await;
    seoyeon.add_members(group, &[&minji]).await;
    for chat in [direct, group] {
        assert_eq!(text(&minji, chat).await, None);
        assert_eq!(text(&seoyeon, chat).await.as_deref(), Some("hers"));
    }
}

/// Whichever is first: nothing is kept of somebody who has left.
#[tokio::test]
async fn a_draft_comes_while_its_author_leaves() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    for _ in 0..10 {
        let group = seoyeon.create_group("hikers", &[&minji, &jiho]).await.id;
        let (left, written) = tokio::join!(minji.leave(group), put(&minji, group, json!({ "text": "half" })));
        assert_eq!(left.status, 204);
        assert!(
            [200, 404].contains(&written.status.as_u16()),
            "{}",
            written.text()
        );
        assert_eq!(app.database.count("SELECT count(*) FROM drafts").await, 0);
    }
}

/// Each takes a number of its own, and the one with the larger number is what is kept.
#[tokio::test]
async fn two_devices_at_once_agree_on_the_last() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let phone = minji.sign_in_again().await;
    for round in 0..10 {
        let texts = [format!("desk {round}"), format!("phone {round}")];
        let (one, other) = tokio::join!(write(&minji, direct, &texts[0]), write(&phone, direct, &texts[1]));
        let last = if one.user_rev < other.user_rev { other } else { one };
        assert_eq!(minji.conversation(direct).await.draft, last.draft);
    }
}

#[tokio::test]
async fn a_device_that_was_away_hears_of_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let before = minji.me().await.user_rev.as_i64();
    let drafts = async |since| minji.sync_since(since, &[]).await.user_changes.drafts;
    assert_eq!(drafts(before).await, []);
    let written = write(&minji, direct, "half").await;
    let changed = |draft: Option<Draft>| {
        [ChangedDraft {
            conversation_id: direct,
            draft,
        }]
    };
    assert_eq!(drafts(before).await, changed(written.draft));
    assert_eq!(drafts(written.user_rev.as_i64()).await, []);
    write(&minji, direct, "").await;
    assert_eq!(drafts(before).await, changed(None));
}
