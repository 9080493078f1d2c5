//! Who may see which message: one rule, asked through everything that shows one.

use damso_domain::{ConversationId, Seq};
use damso_protocol::{Conversation, ErrorKind, ServerEvent};
use damso_testing::{Actor, TestApp};
use serde_json::json;

/// Marks a stored message as withheld from somebody, as a block at its commit does.
async fn withhold(app: &TestApp, id: ConversationId, seq: i64, from: &Actor) {
    let whom = from.id();
    let sql = format!(
        "UPDATE messages SET withheld_for = '{{{whom}}}' WHERE conversation_id = '{id}' AND seq = {seq}"
    );
    app.database.execute(&sql).await;
}

#[tokio::test]
async fn who_joins_sees_what_is_written_from_then_on() {
    let app = TestApp::start().await;
    let [minji, seoyeon, late] = app.friends(["minji", "seoyeon", "late"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let before = minji.say(group, "before").await.seq.as_i64();
    minji.add_members(group, &[&late]).await.json::<Conversation>();
    let seen = late.conversation(group).await;
    assert_eq!(
        (seen.unread_count, seen.membership.joined_seq),
        (0, seen.membership.read_seq)
    );
    minji.say(group, "after").await;
    assert_eq!(late.texts(group).await, ["after"]);
    assert_eq!(late.conversation(group).await.unread_count, 1);
    assert_eq!(
        late.message(group, before).await.refusal(),
        (404, ErrorKind::MessageNotFound)
    );
    assert_eq!(
        late.delete_message(group, before, "me").await.refusal(),
        (404, ErrorKind::MessageNotFound)
    );
    assert!(!late.page(group, "around=1").await.has_more_before);

    // Opened: everything is there, and nothing of it is unread. Closed again: it is gone again.
    minji
        .update_group(group, &json!({ "history": "all" }))
        .await
        .json::<Conversation>();
    assert_eq!(late.texts(group).await, ["before", "after"]);
    assert_eq!(late.conversation(group).await.unread_count, 1);
    minji
        .update_group(group, &json!({ "history": "from_join" }))
        .await
        .json::<Conversation>();
    assert_eq!(late.texts(group).await, ["after"]);
}

#[tokio::test]
async fn what_is_withheld_is_nowhere_but_in_the_numbers() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let first = seoyeon.conversation(direct).await;
    minji.say(direct, "seen").await;
    let file = minji.upload("secret.txt", "text/plain", b"secret".to_vec()).await;
    let secret = minji
        .send_files(direct, &[file.id])
        .await
        .json::<damso_protocol::Message>()
        .seq
        .as_i64();
    withhold(&app, direct, secret, &seoyeon).await;

    assert_eq!(seoyeon.messages(direct).await.items.len(), 1);
    let seen = seoyeon.conversation(direct).await;
    assert_eq!((seen.unread_count, seen.last_seq.as_i64()), (1, 2));
    assert_eq!(seen.last_message.unwrap().seq.as_i64(), 1);
    assert_eq!(
        seoyeon.message(direct, secret).await.refusal(),
        (404, ErrorKind::MessageNotFound)
    );
    for path in ["", "/content"] {
        let reply = seoyeon.get(&format!("/attachments/{}{path}", file.id)).await;
        assert_eq!(reply.refusal(), (404, ErrorKind::AttachmentNotFound));
    }
    let readers = seoyeon
        .get(&format!("/conversations/{direct}/messages/{secret}/readers"))
        .await;
    assert_eq!(readers.refusal(), (404, ErrorKind::MessageNotFound));
    assert_eq!(
        seoyeon.delete_message(direct, secret, "me").await.refusal(),
        (404, ErrorKind::MessageNotFound)
    );
    assert_eq!(seoyeon.mark_read(direct, 1).await.unread_count, 0);
    let sync = seoyeon.sync_since(0, &[&first]).await;
    assert_eq!(sync.conversations[0].withheld, [Seq::new(secret)]);
    assert_eq!(sync.conversations[0].messages.len(), 1);
    // Its author sees it as ever.
    assert_eq!(minji.messages(direct).await.items.len(), 2);
    assert_eq!(
        minji
            .get(&format!("/attachments/{}/content", file.id))
            .await
            .status,
        200
    );
}

/// To somebody who may not see a message, every fact about it is its numbers and nothing more.
#[tokio::test]
async fn the_deletion_of_an_unseen_message_gives_nothing_away() {
    let app = TestApp::start().await;
    let [minji, seoyeon, late] = app.friends(["minji", "seoyeon", "late"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let before = seoyeon.say(group, "before").await.seq;
    minji.add_members(group, &[&late]).await.json::<Conversation>();
    let (mut there, mut newcomer) = (minji.connect().await, late.connect().await);
    assert_eq!(
        seoyeon
            .delete_message(group, before.as_i64(), "everyone")
            .await
            .status,
        204
    );
    let told = there.settle().await;
    assert!(
        matches!(&told[..], [ServerEvent::MessageDeleted(deleted)] if deleted.seq == before),
        "{told:?}"
    );
    let told = newcomer.settle().await;
    assert!(
        matches!(&told[..], [ServerEvent::MessageWithheld(withheld)] if withheld.seq == before),
        "{told:?}"
    );
}

#[tokio::test]
async fn what_i_hid_is_hidden_from_every_view_of_mine() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let file = minji.upload("photo.txt", "text/plain", b"x".to_vec()).await;
    minji
        .send_files(direct, &[file.id])
        .await
        .json::<damso_protocol::Message>();
    let before = seoyeon.conversation(direct).await;
    seoyeon.delete_message(direct, 1, "me").await;
    let seen = seoyeon.conversation(direct).await;
    assert_eq!((seen.unread_count, seen.last_message), (0, None));
    assert_eq!(
        seoyeon.get(&format!("/attachments/{}", file.id)).await.status,
        404
    );
    let changes = seoyeon.sync_since(before.rev.as_i64(), &[]).await.user_changes;
    assert!(
        changes
            .hidden_messages
            .iter()
            .all(|hidden| hidden.conversation_id == direct)
    );
    let all = seoyeon.sync_since(0, &[]).await.user_changes.hidden_messages;
    assert_eq!(
        all.iter().map(|hidden| hidden.seq.as_i64()).collect::<Vec<_>>(),
        [1]
    );
}
