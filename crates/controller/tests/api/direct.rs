//! Conversations of two.

use damso_domain::ConversationKind;
use damso_protocol::{Conversation, ErrorKind, ServerEvent};
use damso_testing::TestApp;
use serde_json::json;

#[tokio::test]
async fn there_is_one_for_each_pair_whoever_opens_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let body = json!({ "kind": "direct", "user_id": seoyeon.id() });
    let first = minji.post("/conversations", &body).await;
    assert_eq!(first.status, 201);
    let conversation: Conversation = first.json();
    assert_eq!(
        (conversation.kind, conversation.member_count),
        (ConversationKind::Direct, 2)
    );
    let again = minji.post("/conversations", &body).await;
    assert_eq!(
        (again.status.as_u16(), again.json::<Conversation>().id),
        (200, conversation.id)
    );
    assert_eq!(seoyeon.open_direct(&minji).await.id, conversation.id);
}

#[tokio::test]
async fn two_who_open_it_at_once_get_the_same() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let (one, other) = tokio::join!(minji.open_direct(&seoyeon), seoyeon.open_direct(&minji));
    assert_eq!(one.id, other.id);
    assert_eq!(
        app.database
            .count("SELECT count(*) FROM conversations WHERE kind = 'direct'")
            .await,
        1
    );
}

#[tokio::test]
async fn it_takes_a_friend() {
    let app = TestApp::start().await;
    let [minji, stranger] = app.users(["minji", "stranger"]).await;
    for other in [stranger.id(), minji.id(), damso_domain::UserId::new()] {
        let reply = minji
            .post("/conversations", &json!({ "kind": "direct", "user_id": other }))
            .await;
        assert_eq!(reply.refusal(), (403, ErrorKind::NotFriends));
    }
    assert_eq!(
        app.database
            .count("SELECT count(*) FROM conversations WHERE kind = 'direct'")
            .await,
        0
    );
}

#[tokio::test]
async fn the_other_one_sees_it_with_the_first_message() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let (mut mine, mut theirs) = (minji.connect().await, seoyeon.connect().await);
    let direct = minji.open_direct(&seoyeon).await.id;
    assert!(
        matches!(&mine.settle().await[..], [ServerEvent::ConversationJoined(joined)] if joined.conversation.id == direct)
    );
    theirs.assert_silent().await;
    assert!(minji.listed().await.contains(&direct) && !seoyeon.listed().await.contains(&direct));
    minji.say(direct, "hello").await;
    let joined = theirs
        .wait_for(|event| match event {
            ServerEvent::ConversationJoined(joined) => Some(joined),
            _ => None,
        })
        .await;
    assert_eq!(
        (joined.conversation.id, joined.conversation.unread_count),
        (direct, 1)
    );
    assert_eq!(
        joined.conversation.last_message.unwrap().text.as_deref(),
        Some("hello")
    );
    assert_eq!(joined.users.len(), 2);
    assert!(seoyeon.listed().await.contains(&direct));
    mine.next_message().await;
    mine.assert_silent().await;
}

#[tokio::test]
async fn leaving_clears_it_for_one_and_the_next_message_brings_it_back() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    seoyeon.say(direct, "old").await;
    minji
        .update_membership(direct, &json!({ "is_pinned": true }))
        .await;
    let (mut mine, mut theirs) = (minji.connect().await, seoyeon.connect().await);
    assert_eq!(minji.leave(direct).await.status, 204);
    assert!(
        matches!(&mine.settle().await[..], [ServerEvent::ConversationLeft(left)] if left.conversation_id == direct)
    );
    theirs.assert_silent().await;
    assert!(!minji.listed().await.contains(&direct) && seoyeon.listed().await.contains(&direct));
    assert_eq!(seoyeon.texts(direct).await, ["old"]);

    seoyeon.say(direct, "new").await;

    assert_eq!(minji.texts(direct).await, ["new"]);
    let again = minji.conversation(direct).await;
    assert_eq!((again.unread_count, again.membership.is_pinned), (1, false));
    assert!(
        mine.settle()
            .await
            .iter()
            .any(|event| matches!(event, ServerEvent::ConversationJoined(_)))
    );
    assert_eq!(
        minji.message(direct, 1).await.refusal(),
        (404, ErrorKind::MessageNotFound)
    );
}

#[tokio::test]
async fn a_screen_hears_on_after_its_conversation_was_cleared_and_came_back() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let mut screen = minji.connect().await;
    screen.watch(&[direct]).await;
    assert_eq!(minji.leave(direct).await.status, 204);
    let seq = minji.say(direct, "again").await.seq;

    seoyeon.mark_read(direct, seq.as_i64()).await;

    app.services.hub.tell_gathered();
    let heard = screen.settle().await;
    let is_read = |event: &ServerEvent| {
        matches!(event, ServerEvent::ReadsMoved(moved) if moved.reads.iter().any(|read| {
            read.user_id == seoyeon.id() && read.read_seq == Some(seq)
        }))
    };
    assert!(heard.iter().any(is_read), "{heard:?}");
}

#[tokio::test]
async fn opening_a_cleared_one_lists_it_again_without_its_past() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "old").await;
    minji.leave(direct).await;
    assert_eq!(minji.open_direct(&seoyeon).await.id, direct);
    assert!(minji.listed().await.contains(&direct));
    assert!(minji.texts(direct).await.is_empty());
    assert_eq!(minji.conversation(direct).await.last_message, None);
}

#[tokio::test]
async fn neither_its_members_nor_its_name_change() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    for id in [direct, minji.notes().await.id] {
        for reply in [
            minji.add_members(id, &[&jiho]).await,
            minji.remove_member(id, &seoyeon).await,
            minji.set_role(id, &seoyeon, "admin").await,
            minji.update_group(id, &json!({ "name": "x" })).await,
            minji.update_group(id, &json!({ "history": "all" })).await,
        ] {
            assert_eq!(reply.refusal(), (409, ErrorKind::NotAGroup));
        }
    }
    assert_eq!(
        minji.leave(minji.notes().await.id).await.refusal(),
        (409, ErrorKind::CannotLeave)
    );
}
