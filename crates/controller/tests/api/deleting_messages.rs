//! Deleting messages, for everyone or for oneself.

use damso_protocol::{ErrorKind, Message, ServerEvent};
use damso_testing::{TestApp, picture};

#[tokio::test]
async fn a_deleted_message_keeps_its_place_and_nothing_else() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let files = app.stored_files();
    let photo = minji.upload("photo.png", "image/png", picture::png(40, 30)).await;
    let sent: Message = minji.send_files(direct, &[photo.id]).await.json();
    let mut inbox = seoyeon.connect().await;
    assert_eq!(minji.delete_message(direct, 1, "everyone").await.status, 204);
    let deleted: Message = seoyeon.message(direct, 1).await.json();
    assert_eq!(
        (deleted.id, deleted.client_key, deleted.created_at),
        (sent.id, sent.client_key, sent.created_at)
    );
    assert_eq!(
        (deleted.text, deleted.attachments.len(), deleted.rev.as_i64()),
        (None, 0, sent.rev.as_i64() + 1)
    );
    let events = inbox.settle().await;
    assert!(matches!(&events[..], [ServerEvent::MessageDeleted(event)]
        if event.rev == deleted.rev && event.author_id == minji.id() && Some(event.deleted_at) == deleted.deleted_at));
    app.run_jobs().await;
    assert_eq!(app.stored_files(), files);
    assert_eq!(
        seoyeon.get(&format!("/attachments/{}", photo.id)).await.refusal(),
        (404, ErrorKind::AttachmentNotFound)
    );
    // Again: it is gone already, and nothing changes.
    assert_eq!(minji.delete_message(direct, 1, "everyone").await.status, 204);
    inbox.assert_silent().await;
    assert_eq!(minji.conversation(direct).await.rev, deleted.rev);
}

#[tokio::test]
async fn in_a_conversation_of_two_nobody_deletes_for_the_other() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "hello").await;
    assert_eq!(
        seoyeon.delete_message(direct, 1, "everyone").await.refusal(),
        (403, ErrorKind::NotAllowed)
    );
    assert_eq!(minji.texts(direct).await, ["hello"]);
}

#[tokio::test]
async fn what_the_conversation_says_is_not_deleted_for_everyone() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    assert_eq!(
        minji.delete_message(group, 1, "everyone").await.refusal(),
        (403, ErrorKind::NotAllowed)
    );
    assert_eq!(minji.delete_message(group, 1, "me").await.status, 204);
    assert_eq!(
        (
            minji.messages(group).await.items.len(),
            seoyeon.messages(group).await.items.len()
        ),
        (0, 1)
    );
}

#[tokio::test]
async fn what_i_delete_for_me_stays_for_the_others() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let message = minji.say(direct, "hello").await;
    let phone = seoyeon.sign_in_again().await;
    let rev = seoyeon.me().await.user_rev.as_i64();
    let (mut other, mut own) = (minji.connect().await, phone.connect().await);
    for _ in 0..2 {
        let reply = seoyeon.delete_message(direct, 1, "me").await;
        assert!([204, 404].contains(&reply.status.as_u16()));
    }
    let events = own.settle().await;
    assert!(matches!(&events[..], [ServerEvent::MessageHidden(hidden)]
        if (hidden.seq, hidden.user_rev.as_i64()) == (message.seq, rev + 1)));
    other.assert_silent().await;
    assert_eq!(minji.texts(direct).await, ["hello"]);
    assert!(seoyeon.texts(direct).await.is_empty());
    assert_eq!(seoyeon.conversation(direct).await.last_message, None);
}

#[tokio::test]
async fn a_deletion_says_for_whom() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let notes = minji.notes().await.id;
    minji.say(notes, "hello").await;
    for query in ["", "?for=nobody", "?for=me&for=everyone", "?to=me"] {
        let reply = minji
            .delete(&format!("/conversations/{notes}/messages/1{query}"))
            .await;
        assert_eq!(reply.refusal(), (400, ErrorKind::MalformedRequest), "{query}");
    }
    assert_eq!(minji.texts(notes).await, ["hello"]);
}
