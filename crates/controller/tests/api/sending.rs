//! Sending messages: once, in order, to those who are there.

use damso_domain::ClientKey;
use damso_protocol::{ErrorKind, Message, ServerEvent};
use damso_testing::TestApp;
use serde_json::json;
use tokio::task::JoinSet;

#[tokio::test]
async fn what_is_sent_arrives_at_every_device_of_everyone() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "first").await;
    let phone = minji.sign_in_again().await;
    let mut inboxes = [
        minji.connect().await,
        phone.connect().await,
        seoyeon.connect().await,
    ];
    let reply = minji.send(direct, "  여섯 시에 볼까?\r\n네  ").await;
    assert_eq!(reply.status, 201);
    let sent: Message = reply.json();
    assert_eq!(sent.text.as_deref(), Some("여섯 시에 볼까?\n네"));
    assert_eq!(
        (sent.seq.as_i64(), sent.author_id, sent.deleted_at),
        (2, minji.id(), None)
    );
    // An event is the same for everyone: it does not say what is whose.
    let told = Message {
        my_reactions: None,
        ..sent.clone()
    };
    for inbox in &mut inboxes {
        assert_eq!(inbox.next_message().await, told);
    }
    assert_eq!(seoyeon.message(direct, 2).await.json::<Message>(), sent);
}

#[tokio::test]
async fn the_same_key_is_the_same_message_for_ever() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let key = ClientKey::new();
    let first: Message = minji.send_with_key(group, key, "hello").await.json();
    let mut inbox = seoyeon.connect().await;
    for text in ["hello", "something else", ""] {
        let again = minji.send_with_key(group, key, text).await;
        assert_eq!(
            (again.status.as_u16(), again.json::<Message>()),
            (200, first.clone()),
            "{text:?}"
        );
    }
    inbox.assert_silent().await;
    // Somebody else's key is their own, and so is a key elsewhere.
    assert_eq!(seoyeon.send_with_key(group, key, "mine").await.status, 201);
    assert_eq!(
        minji
            .send_with_key(minji.notes().await.id, key, "there")
            .await
            .status,
        201
    );
    minji.leave(group).await;
    let after_leaving = minji.send_with_key(group, key, "hello").await;
    assert_eq!(
        (after_leaving.status.as_u16(), after_leaving.json::<Message>().id),
        (200, first.id)
    );
    assert_eq!(
        minji.send(group, "new").await.refusal(),
        (404, ErrorKind::ConversationNotFound)
    );
}

#[tokio::test]
async fn the_key_of_a_deleted_message_answers_with_what_is_left_of_it() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let (notes, key) = (minji.notes().await.id, ClientKey::new());
    let first: Message = minji.send_with_key(notes, key, "hello").await.json();
    minji.delete_message(notes, 1, "everyone").await;
    let again: Message = minji.send_with_key(notes, key, "hello").await.json();
    assert_eq!(
        (again.id, again.text, again.deleted_at.is_some()),
        (first.id, None, true)
    );
    assert_eq!(minji.notes().await.last_seq.as_i64(), 1);
}

#[tokio::test]
async fn a_hundred_sends_with_one_key_are_one_message() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let (direct, key) = (minji.open_direct(&seoyeon).await.id, ClientKey::new());
    let mut sends = JoinSet::new();
    for n in 0..100 {
        let minji = minji.clone();
        sends.spawn(async move {
            let reply = minji.send_with_key(direct, key, &format!("try {n}")).await;
            (reply.status.as_u16(), reply.json::<Message>())
        });
    }
    let answers = sends.join_all().await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1);
    assert!(answers.iter().all(|(_, message)| *message == answers[0].1));
    assert_eq!(seoyeon.texts(direct).await.len(), 1);
}

#[tokio::test]
async fn numbers_have_no_gaps_however_many_send_at_once() {
    let app = TestApp::start().await;
    let senders = app.friends(["aaa", "bbb", "ccc", "ddd"]).await;
    let [aaa, bbb, ccc, ddd] = &senders;
    let group = aaa.create_group("busy", &[bbb, ccc, ddd]).await;
    let mut inbox = ddd.connect().await;
    let mut sends = JoinSet::new();
    for sender in senders.clone() {
        sends.spawn(async move {
            for n in 0..15 {
                sender.say(group.id, &n.to_string()).await;
            }
        });
    }
    sends.join_all().await;
    let page = aaa.page(group.id, "limit=100").await;
    let numbers: Vec<_> = page.items.iter().map(|message| message.seq.as_i64()).collect();
    assert_eq!(numbers, (1..=61).collect::<Vec<_>>());
    let first_rev = group.rev.as_i64();
    let revs: Vec<_> = page
        .items
        .iter()
        .skip(1)
        .map(|message| message.rev.as_i64())
        .collect();
    assert_eq!(revs, (first_rev + 1..=first_rev + 60).collect::<Vec<_>>());
    assert!(
        page.items.is_sorted_by_key(|message| message.id),
        "times agree with numbers"
    );
    let after = aaa.conversation(group.id).await;
    assert_eq!(
        (after.last_seq.as_i64(), after.rev.as_i64()),
        (61, first_rev + 60)
    );
    let mut heard: Vec<_> = inbox
        .settle()
        .await
        .iter()
        .filter_map(ServerEvent::conversation_rev)
        .map(|(_, rev)| rev.as_i64())
        .collect();
    heard.sort_unstable();
    assert_eq!(heard, revs, "everything arrives, once");
}

/// What each sender says is in the order in which they said it.
#[tokio::test]
async fn announcements_come_in_the_order_of_their_numbers() {
    let app = TestApp::start().await;
    let senders = app.friends(["aaa", "bbb", "ccc", "ddd"]).await;
    let [aaa, bbb, ccc, ddd] = &senders;
    let group = aaa.create_group("busy", &[bbb, ccc, ddd]).await;
    let mut inbox = ddd.connect().await;
    let mut sends = JoinSet::new();
    for sender in senders.clone() {
        sends.spawn(async move {
            for n in 0..15 {
                sender.say(group.id, &n.to_string()).await;
            }
        });
    }
    sends.join_all().await;
    let heard: Vec<_> = inbox
        .settle()
        .await
        .iter()
        .filter_map(ServerEvent::conversation_rev)
        .map(|(_, rev)| rev)
        .collect();
    assert!(heard.is_sorted(), "{heard:?}");
}

#[tokio::test]
async fn a_message_that_is_not_acceptable_is_not_stored_and_nobody_hears_of_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let mut inbox = seoyeon.connect().await;
    let key = ClientKey::new();
    let eleven: Vec<_> = (0..11).map(|_| ClientKey::new()).collect();
    for (body, expected) in [
        (json!({ "client_key": key }), (422, ErrorKind::MessageEmpty)),
        (
            json!({ "client_key": key, "text": null }),
            (422, ErrorKind::MessageEmpty),
        ),
        (
            json!({ "client_key": key, "text": "" }),
            (422, ErrorKind::MessageEmpty),
        ),
        (
            json!({ "client_key": key, "text": " \n\t\u{200b}\u{3164} " }),
            (422, ErrorKind::MessageEmpty),
        ),
        (
            json!({ "client_key": key, "text": "\u{0}\u{7}" }),
            (422, ErrorKind::MessageEmpty),
        ),
        (
            json!({ "client_key": key, "text": "가".repeat(4_001) }),
            (422, ErrorKind::MessageTooLong),
        ),
        (
            json!({ "client_key": key, "attachment_ids": eleven }),
            (422, ErrorKind::TooManyAttachments),
        ),
        (
            json!({ "client_key": key, "attachment_ids": [key] }),
            (404, ErrorKind::AttachmentNotFound),
        ),
        (
            json!({ "client_key": "key", "text": "x" }),
            (400, ErrorKind::MalformedRequest),
        ),
        (json!({ "text": "x" }), (400, ErrorKind::MalformedRequest)),
        (
            json!({ "client_key": key, "text": 1 }),
            (400, ErrorKind::MalformedRequest),
        ),
        (
            json!({ "client_key": key, "text": "x", "author_id": seoyeon.id() }),
            (400, ErrorKind::MalformedRequest),
        ),
    ] {
        let reply = minji
            .post(&format!("/conversations/{direct}/messages"), &body)
            .await;
        assert_eq!(reply.refusal(), expected, "{body}");
    }
    inbox.assert_silent().await;
    let after = minji.conversation(direct).await;
    assert_eq!(after.last_seq.as_i64(), 0);
    // A key that was refused is still free.
    assert_eq!(minji.send_with_key(direct, key, "x").await.status, 201);
}

#[tokio::test]
async fn texts_are_normalised_and_hold_four_thousand_characters_of_any_script() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let notes = minji.notes().await.id;
    for (raw, stored) in [
        ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", "한글"),
        ("e\u{301}", "é"),
        ("a\u{0}b\u{1b}[31mc", "ab[31mc"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("👩‍👩‍👧‍👦 \u{202e}abc", "👩‍👩‍👧‍👦 \u{202e}abc"),
    ] {
        assert_eq!(minji.say(notes, raw).await.text.as_deref(), Some(stored));
    }
    for longest in ["가".repeat(4_000), "😀".repeat(4_000), "\"".repeat(4_000)] {
        assert_eq!(minji.say(notes, &longest).await.text, Some(longest));
    }
}
