//! Messages that mention people.

use std::slice::from_ref;

use damso_domain::{ClientKey, ConversationId, Mention, Seq, UserId};
use damso_protocol::{ErrorKind, Message, MessageEdit, Page, ServerEvent, UnreadMentions};
use damso_testing::{Actor, Reply, TestApp};
use serde_json::{Value, json};

use crate::blocks::{block, unblock};
use crate::exports::Unpacked;

/// A message that begins with `@` and one letter for each of these; `None` is everybody.
fn body(who: &[Option<UserId>]) -> Value {
    let spans: Vec<Value> = (0..)
        .zip(who)
        .map(|(nth, id)| json!({ "user_id": id, "start": nth * 3, "end": nth * 3 + 2 }))
        .collect();
    json!({
        "client_key": ClientKey::new(),
        "text": format!("{}봐", "@x ".repeat(who.len())),
        "mention_spans": spans,
        "mentions_all": who.contains(&None),
    })
}

pub(crate) async fn mention(author: &Actor, id: ConversationId, who: &[Option<UserId>]) -> Reply {
    post(author, id, &body(who)).await
}

async fn post(author: &Actor, id: ConversationId, body: &Value) -> Reply {
    author.post(&format!("/conversations/{id}/messages"), body).await
}

async fn edit(author: &Actor, id: ConversationId, seq: i64, who: &[Option<UserId>]) -> Reply {
    let mut body = body(who);
    body.as_object_mut().unwrap().remove("client_key");
    author
        .patch(&format!("/conversations/{id}/messages/{seq}"), &body)
        .await
}

/// How many are unread, and how many of them mention somebody, wherever that is told.
async fn counts(viewer: &Actor, id: ConversationId) -> (i64, i64) {
    let seen = viewer.conversation(id).await;
    let listed = viewer.conversations().await.items;
    let listed = listed.into_iter().find(|listed| listed.id == id).unwrap();
    assert_eq!(listed, seen);
    let told = unread_mentions(viewer, id).await.len();
    assert_eq!(i64::try_from(told), Ok(seen.mention_count));
    (seen.unread_count, seen.mention_count)
}

async fn unread_mentions(viewer: &Actor, id: ConversationId) -> Vec<i64> {
    let answer = viewer.get(&format!("/conversations/{id}/mentions")).await;
    let answer: UnreadMentions = answer.json();
    answer.seqs.into_iter().map(Seq::as_i64).collect()
}

#[tokio::test]
async fn a_mention_is_told_and_counted_everywhere() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let before = seoyeon.conversation(group).await;
    let mut inbox = seoyeon.connect().await;

    let sent: Message = mention(&minji, group, &[Some(seoyeon.id()), Some(seoyeon.id())])
        .await
        .json();

    assert_eq!(sent.text.as_deref(), Some("@x @x 봐"));
    assert_eq!(
        (sent.mentions.as_slice(), sent.mentions_all),
        (&[seoyeon.id()][..], false)
    );
    let span = |start| Mention {
        user_id: Some(seoyeon.id()),
        start,
        end: start + 2,
    };
    assert_eq!(sent.mention_spans, [span(0), span(3)]);
    let told = inbox.next_message().await;
    assert_eq!(told.mention_spans, sent.mention_spans);
    let seq = sent.seq.as_i64();
    assert_eq!(seoyeon.message(group, seq).await.json::<Message>(), sent);
    let page = seoyeon.messages(group).await;
    assert_eq!(page.items.last(), Some(&sent));
    assert!(page.users.iter().any(|user| user.id == seoyeon.id()));
    assert_eq!(counts(&seoyeon, group).await, (1, 1));
    assert_eq!(counts(&jiho, group).await, (1, 0));
    assert_eq!(counts(&minji, group).await, (0, 0));
    let sync = seoyeon.sync_since(0, &[&before]).await;
    assert_eq!(sync.conversations[0].messages, from_ref(&sent));
    assert_eq!(
        (sync.pointers[0].unread_count, sync.pointers[0].mention_count),
        (1, 1)
    );
    // The same key stands for it, whatever else is asked.
    let mut again = body(&[Some(UserId::new())]);
    again["client_key"] = json!(sent.client_key);
    let again = post(&minji, group, &again).await;
    assert_eq!((again.status.as_u16(), again.json::<Message>()), (200, sent));
}

#[tokio::test]
async fn reading_takes_mentions_away_on_every_device() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let first: Message = mention(&minji, group, &[Some(seoyeon.id())]).await.json();
    minji.say(group, "and").await;
    let last: Message = mention(&minji, group, &[None]).await.json();
    let (first, last) = (first.seq.as_i64(), last.seq.as_i64());
    assert_eq!(unread_mentions(&seoyeon, group).await, [first, last]);
    let phone = seoyeon.sign_in_again().await;
    let mut inbox = phone.connect().await;

    let position = seoyeon.mark_read(group, first).await;

    assert_eq!((position.unread_count, position.mention_count), (2, 1));
    let told = inbox
        .wait_for(|event| match event {
            ServerEvent::UnreadChanged(changed) => Some((changed.unread_count, changed.mention_count)),
            _ => None,
        })
        .await;
    assert_eq!(told, (2, 1));
    assert_eq!(unread_mentions(&seoyeon, group).await, [last]);
    assert_eq!(seoyeon.mark_read(group, last).await.mention_count, 0);
    // Who comes later was not meant by everybody.
    let [jiho] = app.users(["jiho"]).await;
    minji.befriend(&jiho).await;
    minji.update_group(group, &json!({ "history": "all" })).await;
    assert_eq!(minji.add_members(group, &[&jiho]).await.status, 200);
    assert_eq!(jiho.messages(group).await.items.len(), 5);
    assert_eq!(counts(&jiho, group).await, (0, 0));
}

#[tokio::test]
async fn what_is_gone_or_hidden_does_not_count() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let who = [Some(seoyeon.id())];
    let deleted: Message = mention(&minji, group, &who).await.json();
    let hidden: Message = mention(&minji, group, &who).await.json();
    assert_eq!(counts(&seoyeon, group).await, (2, 2));

    minji
        .delete_message(group, deleted.seq.as_i64(), "everyone")
        .await;
    seoyeon.delete_message(group, hidden.seq.as_i64(), "me").await;

    assert_eq!(counts(&seoyeon, group).await, (0, 0));
    let gone: Message = seoyeon.message(group, deleted.seq.as_i64()).await.json();
    assert_eq!((gone.mentions, gone.mention_spans), (vec![], vec![]));
    let stored = "SELECT count(*) FROM messages WHERE mentions IS NOT NULL";
    assert_eq!(app.database.count(stored).await, 1, "the hidden one is there");
}

#[tokio::test]
async fn an_edit_says_anew_who_is_mentioned() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let sent: Message = mention(&minji, group, &[Some(seoyeon.id())]).await.json();
    let seq = sent.seq.as_i64();
    let mut inbox = jiho.connect().await;

    let edited: Message = edit(&minji, group, seq, &[Some(jiho.id())]).await.json();

    assert_eq!(
        (edited.mentions.as_slice(), edited.text),
        (&[jiho.id()][..], sent.text)
    );
    let told = inbox
        .wait_for(|event| match event {
            ServerEvent::MessageUpdated(told) => Some(told.message.mentions),
            _ => None,
        })
        .await;
    assert_eq!(told, [jiho.id()]);
    assert_eq!(counts(&seoyeon, group).await, (1, 0));
    assert_eq!(counts(&jiho, group).await, (1, 1));
    // The same again is no change.
    let again: Message = edit(&minji, group, seq, &[Some(jiho.id())]).await.json();
    assert_eq!(again.rev, edited.rev);
    // Who has left since may stay in it, and comes into none.
    jiho.leave(group).await;
    let kept: Message = edit(&minji, group, seq, &[Some(jiho.id()), Some(seoyeon.id())])
        .await
        .json();
    assert_eq!(kept.mentions, [jiho.id(), seoyeon.id()]);
    let plain: Message = minji.edit(group, seq, "nobody").await.json();
    assert!(plain.mentions.is_empty() && plain.mention_spans.is_empty());
    let refused = edit(&minji, group, seq, &[Some(jiho.id())]).await;
    assert_eq!(refused.refusal(), (422, ErrorKind::MentionNotMember));
    assert_eq!(minji.message(group, seq).await.json::<Message>().rev, plain.rev);
    let edits: Page<MessageEdit> = minji.edits(group, seq).await.json();
    assert_eq!(edits.items.len(), 3);
}

#[tokio::test]
async fn only_who_runs_a_group_mentions_everybody() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let sent: Message = mention(&minji, group, &[None]).await.json();
    assert_eq!((sent.mentions.len(), sent.mentions_all), (0, true));
    assert_eq!(counts(&seoyeon, group).await, (1, 1));
    assert_eq!(counts(&jiho, group).await, (1, 1));
    let mut inbox = jiho.connect().await;

    let refused = mention(&seoyeon, group, &[None]).await;

    assert_eq!(refused.refusal(), (403, ErrorKind::NotAllowed));
    inbox.assert_silent().await;
    assert_eq!(jiho.messages(group).await.items.len(), 2);
    let said = seoyeon.say(group, "plain").await;
    let refused = edit(&seoyeon, group, said.seq.as_i64(), &[None]).await;
    assert_eq!(refused.refusal(), (403, ErrorKind::NotAllowed));
    minji.set_role(group, &seoyeon, "admin").await;
    let sent: Message = mention(&seoyeon, group, &[None]).await.json();
    // What an admin has said may be mended by who is none any more.
    minji.set_role(group, &seoyeon, "member").await;
    let mended = edit(&seoyeon, group, sent.seq.as_i64(), &[None, Some(jiho.id())]).await;
    assert!(mended.json::<Message>().mentions_all);
}

#[tokio::test]
async fn a_mention_that_fits_nothing_is_refused_and_told_to_nobody() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [stranger] = app.users(["stranger"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let said = minji.say(group, "before").await.seq.as_i64();
    let id = seoyeon.id();
    let mut inbox = seoyeon.connect().await;
    let span =
        |user_id: Value, start: u32, end: u32| json!({ "user_id": user_id, "start": start, "end": end });
    let many: Vec<Value> = (0..51).map(|nth| span(json!(id), nth * 2, nth * 2 + 2)).collect();
    for (text, spans, all, expected) in [
        (
            "no sign",
            json!([span(json!(id), 0, 2)]),
            false,
            (422, ErrorKind::MentionInvalid),
        ),
        (
            "@x",
            json!([span(json!(id), 0, 9)]),
            false,
            (422, ErrorKind::MentionInvalid),
        ),
        (
            "  @x",
            json!([span(json!(id), 2, 4)]),
            false,
            (422, ErrorKind::MentionInvalid),
        ),
        (
            "@x @y",
            json!([span(json!(id), 3, 5), span(json!(id), 0, 2)]),
            false,
            (422, ErrorKind::MentionInvalid),
        ),
        // A body that forgets whom it means calls nobody.
        (
            "@x",
            json!([{ "start": 0, "end": 2 }]),
            false,
            (422, ErrorKind::MentionInvalid),
        ),
        ("@x", json!([]), true, (422, ErrorKind::MentionInvalid)),
        (
            &*"@x".repeat(51),
            json!(many),
            false,
            (422, ErrorKind::TooManyMentions),
        ),
        (
            "@x",
            json!([span(json!(stranger.id()), 0, 2)]),
            false,
            (422, ErrorKind::MentionNotMember),
        ),
        (
            "@x",
            json!([span(json!(UserId::new()), 0, 2)]),
            false,
            (422, ErrorKind::MentionNotMember),
        ),
        (
            "@x",
            json!([span(json!("x"), 0, 2)]),
            false,
            (400, ErrorKind::MalformedRequest),
        ),
        (
            "@x",
            json!([{ "user_id": id, "start": -1, "end": 2 }]),
            false,
            (400, ErrorKind::MalformedRequest),
        ),
    ] {
        let mut body = json!({ "text": text, "mention_spans": spans, "mentions_all": all });
        let path = format!("/conversations/{group}/messages/{said}");
        let refused = minji.patch(&path, &body).await;
        assert_eq!(refused.refusal(), expected, "edit to {body}");
        body["client_key"] = json!(ClientKey::new());
        let refused = post(&minji, group, &body).await;
        assert_eq!(refused.refusal(), expected, "{body}");
    }
    inbox.assert_silent().await;
    assert_eq!(minji.messages(group).await.items.len(), 2);
    assert_eq!(counts(&seoyeon, group).await, (1, 0));
}

#[tokio::test]
async fn nobody_is_mentioned_outside_of_groups() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    for id in [direct, minji.notes().await.id] {
        for who in [Some(minji.id()), None] {
            let refused = mention(&minji, id, &[who]).await;
            assert_eq!(refused.refusal(), (409, ErrorKind::NotAGroup));
        }
    }
    let said = minji.say(direct, "plain").await;
    let refused = edit(&minji, direct, said.seq.as_i64(), &[Some(seoyeon.id())]).await;
    assert_eq!(refused.refusal(), (409, ErrorKind::NotAGroup));
    assert_eq!(seoyeon.texts(direct).await, ["plain"]);
    assert_eq!(unread_mentions(&seoyeon, direct).await, [0_i64; 0]);
}

#[tokio::test]
async fn a_forward_mentions_nobody() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let sent: Message = mention(&minji, group, &[Some(seoyeon.id())]).await.json();
    let source = json!({ "conversation_id": group, "seq": sent.seq });
    let mut forward = json!({ "client_key": ClientKey::new(), "forward_of": source });

    let forwarded: Message = post(&minji, group, &forward).await.json();

    assert_eq!(forwarded.text, sent.text);
    assert!(forwarded.mentions.is_empty() && forwarded.mention_spans.is_empty());
    assert_eq!(counts(&seoyeon, group).await, (2, 1));
    forward["client_key"] = json!(ClientKey::new());
    forward["mention_spans"] = body(&[Some(seoyeon.id())])["mention_spans"].clone();
    let refused = post(&minji, group, &forward).await;
    assert_eq!(refused.refusal(), (422, ErrorKind::ForwardNotAlone));
}

#[tokio::test]
async fn whoever_is_blocked_calls_nobody_and_cannot_tell() {
    let app = TestApp::start().await;
    let [minji, mallory, jiho] = app.friends(["minji", "mallory", "jiho"]).await;
    let group = mallory.create_group("hikers", &[&minji, &jiho]).await.id;
    let who = [Some(minji.id()), Some(jiho.id())];
    mention(&mallory, group, &who).await.json::<Message>();
    assert_eq!(counts(&minji, group).await, (1, 1));
    let mut theirs = mallory.connect().await;

    block(&minji, &mallory).await;

    theirs.assert_silent().await;
    assert_eq!(counts(&minji, group).await, (1, 0));
    let sent: Message = mention(&mallory, group, &who).await.json();
    assert_eq!(sent.mentions, [minji.id(), jiho.id()]);
    mention(&mallory, group, &[None]).await.json::<Message>();
    assert_eq!(counts(&minji, group).await, (3, 0));
    assert_eq!(counts(&jiho, group).await, (3, 3));
    let seen: Message = minji.message(group, sent.seq.as_i64()).await.json();
    assert_eq!(seen.mentions, sent.mentions, "it is seen as by everybody");
    assert_eq!(minji.mark_read(group, 1).await.mention_count, 0);
    unblock(&minji, &mallory).await;
    assert_eq!(counts(&minji, group).await, (3, 3));
}

/// Two at once: whoever is mentioned has not left before the message, or the message is refused.
#[tokio::test]
async fn leaving_and_being_mentioned_at_once_are_one_after_the_other() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    for _ in 0..8 {
        let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
        let who = [Some(seoyeon.id())];
        let (sent, left) = tokio::join!(mention(&minji, group, &who), seoyeon.leave(group));
        assert_eq!(left.status, 204);
        let messages = jiho.messages(group).await.items;
        let left_at = messages
            .iter()
            .position(|message| message.system.is_some() && message.author_id == seoyeon.id())
            .unwrap();
        let said_at = messages.iter().position(|message| !message.mentions.is_empty());
        match said_at {
            Some(said_at) => assert!(said_at < left_at),
            None => assert_eq!(sent.refusal(), (422, ErrorKind::MentionNotMember)),
        }
    }
}

#[tokio::test]
async fn an_export_says_who_was_mentioned() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    mention(&seoyeon, group, &[Some(minji.id())])
        .await
        .json::<Message>();

    let copy = Unpacked::of(&app, &minji).await;

    let lines = copy.lines(&format!("conversations/{group}.messages.jsonl"));
    assert_eq!(lines[1]["mentions"], json!([minji.id()]));
    let page = copy.text(&format!("conversations/{group}-1.html"));
    assert!(page.contains("<b class=\"mention\">@x</b> 봐"), "{page}");
}
