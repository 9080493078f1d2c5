//! Messages that answer others.

use std::slice::from_ref;

use damso_domain::{AttachmentKind, ConversationId, Seq};
use damso_protocol::{ErrorKind, Message, ReplyTo, ServerEvent};
use damso_testing::{Actor, Inbox, Reply, TestApp, picture};
use serde_json::json;
use uuid::Uuid;

use crate::exports::Unpacked;

async fn answer(author: &Actor, id: ConversationId, seq: i64, text: &str) -> Reply {
    let body = json!({ "client_key": Uuid::now_v7(), "text": text, "reply_to_seq": seq });
    author.post(&format!("/conversations/{id}/messages"), &body).await
}

async fn hide(viewer: &Actor, id: ConversationId, seq: i64) {
    let path = format!("/conversations/{id}/messages/{seq}?for=me");
    assert_eq!(viewer.delete(&path).await.status, 204);
}

async fn delete(author: &Actor, id: ConversationId, seq: i64) {
    let path = format!("/conversations/{id}/messages/{seq}?for=everyone");
    assert_eq!(author.delete(&path).await.status, 204);
}

/// What the message with this number quotes, as somebody sees it in a page and alone.
async fn quoted(viewer: &Actor, id: ConversationId, seq: i64) -> Option<ReplyTo> {
    let alone: Message = viewer.message(id, seq).await.json();
    let page = viewer.messages(id).await.items;
    let in_page = page
        .into_iter()
        .find(|message| message.seq == Seq::new(seq))
        .unwrap();
    assert_eq!(in_page, alone);
    alone.reply_to
}

/// What the next message that is told of quotes.
async fn told(inbox: &mut Inbox) -> Option<ReplyTo> {
    inbox
        .wait_for(|event| match event {
            ServerEvent::MessageCreated(told) | ServerEvent::MessageUpdated(told) => {
                Some(told.message.reply_to)
            }
            _ => None,
        })
        .await
}

#[tokio::test]
async fn an_answer_quotes_its_message_everywhere() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let first = minji.say(direct, "여섯 시에\n\n볼까?").await;
    let before = minji.conversation(direct).await;
    let (mut own, mut other) = (seoyeon.connect().await, minji.connect().await);

    let reply = answer(&seoyeon, direct, 1, "좋아").await;

    assert_eq!(reply.status, 201);
    let reply: Message = reply.json();
    let quote = ReplyTo {
        seq: first.seq,
        rev: first.rev,
        author_id: minji.id(),
        excerpt: Some("여섯 시에 볼까?".to_owned()),
        attachment: None,
    };
    assert_eq!(reply.reply_to.as_ref(), Some(&quote));
    assert_eq!(told(&mut own).await.as_ref(), Some(&quote));
    assert_eq!(told(&mut other).await.as_ref(), Some(&quote));
    assert_eq!(quoted(&minji, direct, 2).await.as_ref(), Some(&quote));
    let seen = minji.conversation(direct).await;
    assert_eq!(seen.last_message.as_ref(), Some(&reply));
    let synced = minji.sync_since(0, &[&before]).await;
    assert_eq!(synced.conversations[0].messages, from_ref(&reply));
    // The key stands for it, whatever is asked again.
    let again = seoyeon.send_with_key(direct, reply.client_key, "아니").await;
    assert_eq!((again.status.as_u16(), again.json::<Message>()), (200, reply));
}

#[tokio::test]
async fn a_quote_is_what_its_message_says_now() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "여섯 시").await;
    answer(&seoyeon, direct, 1, "좋아").await.json::<Message>();

    let edited: Message = minji.edit(direct, 1, &"일곱 시 ".repeat(100)).await.json();
    let quote = quoted(&seoyeon, direct, 2).await.unwrap();
    let excerpt = quote.excerpt.unwrap();
    assert_eq!((quote.rev, excerpt.chars().count()), (edited.rev, 100));
    assert!(
        excerpt.starts_with("일곱 시 일곱 시") && excerpt.ends_with('…'),
        "{excerpt}"
    );

    delete(&minji, direct, 1).await;
    let quote = quoted(&seoyeon, direct, 2).await.unwrap();
    assert_eq!(
        (quote.seq, quote.author_id, quote.excerpt, quote.attachment),
        (Seq::new(1), minji.id(), None, None)
    );
    // Whoever wrote the answer before they heard of it loses nothing.
    let late = answer(&seoyeon, direct, 1, "어디서?").await;
    assert_eq!(late.status, 201);
    assert_eq!(late.json::<Message>().reply_to.unwrap().excerpt, None);
    // An answer that is deleted answers nothing any more.
    delete(&seoyeon, direct, 2).await;
    assert_eq!(quoted(&minji, direct, 2).await, None);
}

#[tokio::test]
async fn what_somebody_does_not_see_is_not_quoted_to_them() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("북한산", &[&seoyeon]).await.id;
    let early = minji.say(group, "비밀이야").await.seq.as_i64();
    let body = json!({ "user_ids": [jiho.id()] });
    assert_eq!(
        minji
            .post(&format!("/conversations/{group}/members"), &body)
            .await
            .status,
        200
    );
    let (mut old, mut new) = (seoyeon.connect().await, jiho.connect().await);

    let reply: Message = answer(&minji, group, early, "기억나?").await.json();
    let seq = reply.seq.as_i64();
    assert!(told(&mut old).await.is_some());
    assert_eq!(told(&mut new).await, None);
    minji.edit(group, seq, "기억하지?").await.json::<Message>();
    assert!(told(&mut old).await.is_some());
    assert_eq!(told(&mut new).await, None);
    assert_eq!(quoted(&jiho, group, seq).await, None);
    assert_eq!(
        jiho.conversation(group).await.last_message.unwrap().reply_to,
        None
    );
    // Nor can they answer it.
    let refused = answer(&jiho, group, early, "뭐가?").await;
    assert_eq!(refused.refusal(), (404, ErrorKind::MessageNotFound));

    // Hidden by one, it is quoted to the others as before.
    hide(&seoyeon, group, early).await;
    assert_eq!(quoted(&seoyeon, group, seq).await, None);
    assert!(quoted(&minji, group, seq).await.is_some());
    // With the history open to all, so is what is quoted of it.
    let change = json!({ "history": "all" });
    assert_eq!(minji.update_group(group, &change).await.status, 200);
    assert!(quoted(&jiho, group, seq).await.is_some());
}

#[tokio::test]
async fn whoever_hides_what_they_have_answered_takes_the_quote_from_nobody_else() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "여섯 시").await;
    answer(&seoyeon, direct, 1, "좋아").await.json::<Message>();
    hide(&seoyeon, direct, 1).await;
    let (mut own, mut other) = (seoyeon.connect().await, minji.connect().await);
    let edited: Message = seoyeon.edit(direct, 2, "좋아!").await.json();
    assert_eq!((edited.reply_to, told(&mut own).await), (None, None));
    let quote = told(&mut other).await;
    assert!(quote.is_some());
    assert_eq!(quoted(&minji, direct, 2).await, quote);
}

#[tokio::test]
async fn pictures_are_quoted_by_what_they_are_and_answer_as_well() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let photo = minji.upload("a.png", "image/png", picture::png(4, 4)).await;
    minji.send_files(direct, &[photo.id]).await.json::<Message>();
    let answered = seoyeon.upload("b.png", "image/png", picture::png(4, 4)).await;
    let body = json!({ "client_key": Uuid::now_v7(), "attachment_ids": [answered.id], "reply_to_seq": 1 });
    let path = format!("/conversations/{direct}/messages");
    let reply: Message = seoyeon.post(&path, &body).await.json();
    let quote = reply.reply_to.unwrap();
    assert_eq!(
        (quote.excerpt, quote.attachment),
        (None, Some(AttachmentKind::Image))
    );
    assert_eq!(
        quoted(&minji, direct, 2).await.unwrap().attachment,
        Some(AttachmentKind::Image)
    );
}

#[tokio::test]
async fn what_is_not_there_cannot_be_answered() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("북한산", &[&seoyeon]).await.id;
    let said = minji.say(group, "안녕").await.seq.as_i64();
    hide(&seoyeon, group, said).await;
    for seq in [-1, 0, said, said + 1, i64::MAX] {
        let refused = answer(&seoyeon, group, seq, "뭐라고?").await;
        assert_eq!(refused.refusal(), (404, ErrorKind::MessageNotFound), "{seq}");
    }
    // What the conversation says of itself is nobody's.
    let refused = answer(&seoyeon, group, 1, "뭐라고?").await;
    assert_eq!(refused.refusal(), (403, ErrorKind::NotAllowed));
    let number = json!({ "client_key": Uuid::now_v7(), "text": "?", "reply_to_seq": "1" });
    let path = format!("/conversations/{group}/messages");
    assert_eq!(
        seoyeon.post(&path, &number).await.refusal(),
        (400, ErrorKind::MalformedRequest)
    );
}

#[tokio::test]
async fn an_export_shows_what_was_answered() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    seoyeon.say(direct, "<i>여섯 시").await;
    answer(&minji, direct, 1, "좋아").await.json::<Message>();
    let unpacked = Unpacked::of(&app, &minji).await;
    let lines = unpacked.lines(&format!("conversations/{direct}.messages.jsonl"));
    assert_eq!(lines[1]["reply_to"]["excerpt"], "<i>여섯 시");
    let page = unpacked.text(&format!("conversations/{direct}-1.html"));
    assert!(page.contains("</b>&lt;i&gt;여섯 시</blockquote>"), "{page}");
}
