//! Messages that are forwarded.

use std::slice::from_ref;

use damso_domain::{ConversationId, Seq};
use damso_protocol::{ErrorKind, Message, ServerEvent};
use damso_testing::{Actor, PASSWORD, Reply, TestApp, picture};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::exports::Unpacked;

async fn post(author: &Actor, into: ConversationId, body: &Value) -> Reply {
    author
        .post(&format!("/conversations/{into}/messages"), body)
        .await
}

async fn forward(author: &Actor, from: ConversationId, seq: i64, into: ConversationId) -> Reply {
    let body = json!({ "client_key": Uuid::now_v7(), "forward_of": { "conversation_id": from, "seq": seq } });
    post(author, into, &body).await
}

#[tokio::test]
async fn what_is_forwarded_says_the_same_and_nothing_of_where_it_is_from() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let from = seoyeon.open_direct(&minji).await.id;
    let into = minji.open_direct(&jiho).await.id;
    seoyeon.say(from, "여섯 시\n북한산").await;
    let before = jiho.conversation(into).await;
    let mut inbox = jiho.connect().await;

    let reply = forward(&minji, from, 1, into).await;

    assert_eq!(reply.status, 201);
    assert!(!reply.text().contains(&seoyeon.id().to_string()));
    let forwarded: Message = reply.json();
    assert_eq!(
        (
            forwarded.author_id,
            forwarded.text.as_deref(),
            forwarded.forwarded
        ),
        (minji.id(), Some("여섯 시\n북한산"), true)
    );
    assert_eq!(inbox.next_message().await.seq, forwarded.seq);
    let seen: Message = jiho.message(into, 1).await.json();
    assert!(seen.forwarded);
    assert_eq!(jiho.messages(into).await.items, from_ref(&seen));
    assert_eq!(jiho.conversation(into).await.last_message.as_ref(), Some(&seen));
    let synced = jiho.sync_since(0, &[&before]).await;
    assert_eq!(synced.conversations[0].messages, [seen]);
    // The original is what it was; and within one conversation it goes as well.
    assert!(!seoyeon.message(from, 1).await.json::<Message>().forwarded);
    let own: Message = forward(&minji, from, 1, from).await.json();
    assert_eq!((own.seq, own.forwarded), (Seq::new(2), true));
}

#[tokio::test]
async fn files_are_shared_and_stay_as_long_as_one_message_holds_them() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let from = seoyeon.open_direct(&minji).await.id;
    let into = minji.open_direct(&jiho).await.id;
    let files = app.stored_files();
    let photo = seoyeon.upload("a.png", "image/png", picture::png(40, 30)).await;
    app.run_jobs().await;
    let held = app.stored_files();
    seoyeon.send_files(from, &[photo.id]).await.json::<Message>();
    let address = format!("/attachments/{}", photo.id);
    assert_eq!(
        jiho.get(&address).await.refusal(),
        (404, ErrorKind::AttachmentNotFound)
    );

    let forwarded: Message = forward(&minji, from, 1, into).await.json();
    assert_eq!(forwarded.attachments, from_ref(&photo));
    assert_eq!(jiho.get(&address).await.status, 200);
    let again: Message = forward(&jiho, into, 1, jiho.notes().await.id).await.json();
    assert_eq!(again.attachments, [photo]);

    assert_eq!(seoyeon.delete_message(from, 1, "everyone").await.status, 204);
    app.run_jobs().await;
    assert_eq!(jiho.get(&address).await.status, 200);
    assert_eq!(
        seoyeon.get(&address).await.refusal(),
        (404, ErrorKind::AttachmentNotFound)
    );
    assert_eq!(minji.delete_message(into, 1, "everyone").await.status, 204);
    app.run_jobs().await;
    assert_eq!(
        (jiho.get(&address).await.status.as_u16(), app.stored_files()),
        (200, held)
    );
    let notes = jiho.notes().await.id;
    assert_eq!(jiho.delete_message(notes, 1, "everyone").await.status, 204);
    app.run_jobs().await;
    assert_eq!(app.stored_files(), files);
}

#[tokio::test]
async fn files_are_gone_after_the_last_two_messages_that_hold_them_are_deleted_at_once() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let notes = minji.notes().await.id;
    let files = app.stored_files();
    for round in 1..9 {
        let photo = minji.upload("a.png", "image/png", picture::png(4, 4)).await;
        let sent: Message = minji.send_files(direct, &[photo.id]).await.json();
        let copy: Message = forward(&minji, direct, sent.seq.as_i64(), notes).await.json();
        let (one, other) = tokio::join!(
            minji.delete_message(direct, sent.seq.as_i64(), "everyone"),
            minji.delete_message(notes, copy.seq.as_i64(), "everyone"),
        );
        assert_eq!(
            (one.status.as_u16(), other.status.as_u16()),
            (204, 204),
            "{round}"
        );
    }
    app.run_jobs().await;
    assert_eq!(app.stored_files(), files);
}

#[tokio::test]
async fn an_original_that_is_deleted_meanwhile_is_forwarded_whole_or_not_at_all() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let notes = seoyeon.notes().await.id;
    let files = app.stored_files();
    let mut copies = Vec::new();
    for round in 0..12 {
        let photo = minji.upload("a.png", "image/png", picture::png(4, 4)).await;
        let sent: Message = minji.send_files(direct, &[photo.id]).await.json();
        let seq = sent.seq.as_i64();
        let (deleted, copied) = tokio::join!(minji.delete_message(direct, seq, "everyone"), async {
            forward(&seoyeon, direct, seq, notes).await
        });
        assert_eq!(deleted.status, 204);
        if copied.status == 201 {
            let copy: Message = copied.json();
            assert_eq!(copy.attachments, from_ref(&photo), "{round}");
            assert_eq!(
                seoyeon.get(&format!("/attachments/{}", photo.id)).await.status,
                200
            );
            copies.push(copy.seq);
        } else {
            assert_eq!(copied.refusal(), (409, ErrorKind::MessageDeleted));
        }
    }
    let seen = seoyeon.messages(notes).await.items;
    assert_eq!(seen.iter().map(|message| message.seq).collect::<Vec<_>>(), copies);
    for seq in copies {
        assert_eq!(
            seoyeon
                .delete_message(notes, seq.as_i64(), "everyone")
                .await
                .status,
            204
        );
    }
    app.run_jobs().await;
    assert_eq!(app.stored_files(), files);
}

#[tokio::test]
async fn an_account_that_erases_what_it_wrote_takes_no_file_from_those_who_have_it_too() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let photo = minji.upload("a.png", "image/png", picture::png(4, 4)).await;
    minji.send_files(direct, &[photo.id]).await.json::<Message>();
    let notes = seoyeon.notes().await.id;
    forward(&seoyeon, direct, 1, notes).await.json::<Message>();
    let gone = json!({ "password": PASSWORD, "messages": "erase" });
    assert_eq!(minji.post("/me/deletion", &gone).await.status, 200);
    app.run_jobs().await;
    assert_eq!(
        seoyeon.get(&format!("/attachments/{}", photo.id)).await.status,
        200
    );
    assert_eq!(seoyeon.message(direct, 1).await.json::<Message>().attachments, []);
    assert_eq!(
        seoyeon.message(notes, 1).await.json::<Message>().attachments,
        [photo]
    );
}

#[tokio::test]
async fn what_somebody_may_not_see_they_cannot_forward() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("북한산", &[&seoyeon]).await.id;
    minji.say(group, "비밀").await;
    let foreign = minji.open_direct(&seoyeon).await.id;
    minji.say(foreign, "둘만").await;
    assert_eq!(minji.add_members(group, &[&jiho]).await.status, 200);
    minji.say(group, "숨길 것").await;
    minji.say(group, "지울 것").await;
    let shown = jiho.messages(group).await.items;
    let [hidden, deleted] =
        [&shown[shown.len() - 2], &shown[shown.len() - 1]].map(|found| found.seq.as_i64());
    assert_eq!(jiho.delete_message(group, hidden, "me").await.status, 204);
    assert_eq!(minji.delete_message(group, deleted, "everyone").await.status, 204);
    let into = jiho.open_direct(&seoyeon).await.id;
    let mut inbox = seoyeon.connect().await;
    let nowhere = ConversationId::from_uuid(Uuid::now_v7());
    for (from, seq, refusal) in [
        // Written before they joined, hidden, and not there.
        (group, 2, (404, ErrorKind::MessageNotFound)),
        (group, hidden, (404, ErrorKind::MessageNotFound)),
        (group, 1_000, (404, ErrorKind::MessageNotFound)),
        // In a conversation of others, and in none.
        (foreign, 1, (404, ErrorKind::MessageNotFound)),
        (nowhere, 1, (404, ErrorKind::MessageNotFound)),
        (group, deleted, (409, ErrorKind::MessageDeleted)),
        // What the conversation said of itself: that jiho was brought in.
        (group, 3, (403, ErrorKind::NotAllowed)),
    ] {
        let refused = forward(&jiho, from, seq, into).await;
        assert_eq!(refused.refusal(), refusal, "{seq}");
    }
    // Into a conversation of others.
    let refused = forward(&jiho, group, 3, foreign).await;
    assert_eq!(refused.refusal(), (404, ErrorKind::ConversationNotFound));
    inbox.assert_silent().await;
    assert!(jiho.messages(into).await.items.is_empty());
    // Whoever has left sees nothing any more.
    assert_eq!(jiho.leave(group).await.status, 204);
    let refused = forward(&jiho, group, hidden, into).await;
    assert_eq!(refused.refusal(), (404, ErrorKind::MessageNotFound));
}

#[tokio::test]
async fn nothing_is_said_beside_what_is_forwarded() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "안녕").await;
    let photo = minji.upload("a.png", "image/png", picture::png(4, 4)).await;
    let mut inbox = seoyeon.connect().await;
    for (field, value) in [
        ("text", json!("또")),
        ("text", json!("")),
        ("attachment_ids", json!([photo.id])),
        ("reply_to_seq", json!(1)),
    ] {
        let mut body =
            json!({ "client_key": Uuid::now_v7(), "forward_of": { "conversation_id": direct, "seq": 1 } });
        body[field] = value;
        let refused = post(&minji, direct, &body).await;
        assert_eq!(refused.refusal(), (422, ErrorKind::ForwardNotAlone), "{field}");
    }
    let odd = json!({ "client_key": Uuid::now_v7(), "forward_of": { "conversation_id": direct, "seq": 1, "a": 1 } });
    let refused = post(&minji, direct, &odd).await;
    assert_eq!(refused.refusal(), (400, ErrorKind::MalformedRequest));
    inbox.assert_silent().await;
    assert_eq!(minji.texts(direct).await, ["안녕"]);
}

#[tokio::test]
async fn a_known_key_is_answered_though_its_source_is_gone() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let notes = minji.notes().await.id;
    seoyeon.say(direct, "안녕").await;
    let source = json!({ "conversation_id": direct, "seq": 1 });
    let body = json!({ "client_key": Uuid::now_v7(), "forward_of": source });
    let (one, other) = tokio::join!(post(&minji, notes, &body), post(&minji, notes, &body));
    let mut answers = [one.status.as_u16(), other.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [200, 201]);
    let first: Message = one.json();
    assert_eq!(seoyeon.delete_message(direct, 1, "everyone").await.status, 204);
    let again = post(&minji, notes, &body).await;
    assert_eq!((again.status.as_u16(), again.json::<Message>()), (200, first));
    assert_eq!(minji.texts(notes).await, ["안녕"]);
}

#[tokio::test]
async fn what_was_forwarded_is_not_edited_and_is_deleted_like_the_rest() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "안녕").await;
    forward(&minji, direct, 1, direct).await.json::<Message>();
    let mut inbox = seoyeon.connect().await;
    let refused = minji.edit(direct, 2, "다른 말").await;
    assert_eq!(refused.refusal(), (409, ErrorKind::MessageForwarded));
    inbox.assert_silent().await;
    assert_eq!(minji.texts(direct).await, ["안녕", "안녕"]);
    assert_eq!(minji.delete_message(direct, 2, "everyone").await.status, 204);
    assert!(matches!(inbox.next().await, ServerEvent::MessageDeleted(_)));
    assert!(!seoyeon.message(direct, 2).await.json::<Message>().forwarded);
}

#[tokio::test]
async fn an_export_says_what_was_forwarded() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let photo = seoyeon.upload("a.png", "image/png", picture::png(4, 4)).await;
    seoyeon.send_files(direct, &[photo.id]).await.json::<Message>();
    forward(&minji, direct, 1, direct).await.json::<Message>();
    let unpacked = Unpacked::of(&app, &minji).await;
    let lines = unpacked.lines(&format!("conversations/{direct}.messages.jsonl"));
    assert_eq!(
        (&lines[0]["forwarded"], &lines[1]["forwarded"]),
        (&json!(false), &json!(true))
    );
    let page = unpacked.text(&format!("conversations/{direct}-1.html"));
    assert_eq!(page.matches("<p class=\"forwarded\">").count(), 1, "{page}");
}
