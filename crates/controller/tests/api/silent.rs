//! Messages that call nobody.

use damso_domain::{ClientKey, ConversationId};
use damso_protocol::{ErrorKind, Message};
use damso_testing::{Actor, TestApp};
use serde_json::{Value, json};

async fn send(author: &Actor, into: ConversationId, body: &Value) -> (u16, Message) {
    let path = format!("/conversations/{into}/messages");
    let reply = author.post(&path, body).await;
    (reply.status.as_u16(), reply.json())
}

#[tokio::test]
async fn a_silent_message_is_told_and_counted_as_any_other() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    // The first one brings the chat into her list.
    assert!(!minji.say(direct, "hello").await.is_silent);
    let before = seoyeon.conversation(direct).await;
    let mut inbox = seoyeon.connect().await;
    let key = ClientKey::new();
    let body = json!({ "client_key": key, "text": "늦었지만", "is_silent": true });
    let (status, sent) = send(&minji, direct, &body).await;
    assert_eq!((status, sent.is_silent), (201, true));
    assert!(inbox.next_message().await.is_silent);
    let listed = seoyeon.conversation(direct).await;
    assert_eq!(listed.unread_count, before.unread_count + 1);
    assert!(listed.last_message.unwrap().is_silent);
    let synced = seoyeon.sync_since(0, &[&before]).await;
    assert!(synced.conversations[0].messages[0].is_silent);

    // The key stands for what was stored first, whatever is said of it since.
    let loud = json!({ "client_key": key, "text": "늦었지만" });
    let (status, again) = send(&minji, direct, &loud).await;
    assert_eq!((status, again.is_silent, again.seq), (200, true, sent.seq));
    let usual = minji.say(direct, "so").await;
    let silent = json!({ "client_key": usual.client_key, "text": "so", "is_silent": true });
    assert_eq!(send(&minji, direct, &silent).await, (200, usual));
    inbox.next_message().await;
    inbox.assert_silent().await;
}

#[tokio::test]
async fn what_is_made_of_a_silent_message_is_not_silent_for_that() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let notes = seoyeon.notes().await.id;
    let body = json!({ "client_key": ClientKey::new(), "text": "쉿", "is_silent": true });
    let seq = send(&minji, direct, &body).await.1.seq.as_i64();
    let forward = |is_silent: bool| {
        let source = json!({ "conversation_id": direct, "seq": seq });
        json!({ "client_key": ClientKey::new(), "forward_of": source, "is_silent": is_silent })
    };
    for is_silent in [false, true] {
        let (status, copy) = send(&seoyeon, notes, &forward(is_silent)).await;
        assert_eq!((status, copy.is_silent), (201, is_silent));
    }
    let answer = json!({ "client_key": ClientKey::new(), "text": "왜?", "reply_to_seq": seq });
    assert!(!send(&seoyeon, direct, &answer).await.1.is_silent);
    let edited: Message = minji.edit(direct, seq, "쉬잇").await.json();
    assert!(edited.is_silent, "it is still the message that was sent so");
    minji.delete_message(direct, seq, "everyone").await;
    let deleted: Message = seoyeon.message(direct, seq).await.json();
    assert!(deleted.deleted_at.is_some() && !deleted.is_silent);
}

#[tokio::test]
async fn what_is_silent_is_refused_as_any_other() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [mallory] = app.users(["mallory"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let path = format!("/conversations/{direct}/messages");
    let body = |text: &str| json!({ "client_key": ClientKey::new(), "text": text, "is_silent": true });
    let reply = mallory.post(&path, &body("hi")).await;
    assert_eq!(reply.refusal(), (404, ErrorKind::ConversationNotFound));
    let reply = minji.post(&path, &body(" ")).await;
    assert_eq!(reply.refusal(), (422, ErrorKind::MessageEmpty));
    assert!(minji.texts(direct).await.is_empty());
}
