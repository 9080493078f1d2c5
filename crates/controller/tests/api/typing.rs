//! Who sees that somebody is typing.

use damso_domain::ConversationId;
use damso_protocol::ServerEvent;
use damso_testing::TestApp;
use serde_json::json;

#[tokio::test]
async fn typing_is_shown_to_members_who_look_at_the_conversation() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let mut typist = minji.connect().await;
    let (mut looks, mut elsewhere) = (seoyeon.connect().await, jiho.connect().await);
    looks.watch(&[group]).await;
    typist.watch(&[group]).await;
    typist.typing(group).await;
    typist.assert_silent().await;
    let told = looks.settle().await;
    assert!(
        matches!(&told[..], [ServerEvent::TypingStarted(typing)]
        if (typing.conversation_id, typing.user_id) == (group, minji.id())),
        "{told:?}"
    );
    elsewhere.assert_silent().await;
    // Again in the same moment, and from another device: nobody has to hear of it twice.
    typist.typing(group).await;
    typist.settle().await;
    minji
        .post(&format!("/conversations/{group}/typing"), &json!({}))
        .await;
    looks.assert_silent().await;
    assert_eq!(
        jiho.post(&format!("/conversations/{group}/typing"), &json!({}))
            .await
            .status,
        204
    );
    assert_eq!(looks.settle().await.len(), 1);
    elsewhere.assert_silent().await;
}

#[tokio::test]
async fn an_outsider_neither_watches_nor_types() {
    let app = TestApp::start().await;
    let [minji, seoyeon, mallory] = app.friends(["minji", "seoyeon", "mallory"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let mut outside = mallory.connect().await;
    let mut inside = seoyeon.connect().await;
    inside.watch(&[group]).await;
    outside.watch(&[group, ConversationId::new()]).await;
    outside.typing(group).await;
    outside.settle().await;
    inside.assert_silent().await;
    let mut typist = minji.connect().await;
    typist.watch(&[group]).await;
    typist.typing(group).await;
    typist.settle().await;
    assert_eq!(inside.settle().await.len(), 1);
    outside.assert_silent().await;
}

#[tokio::test]
async fn who_was_removed_is_neither_told_nor_heard() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let (mut removed, mut stays) = (seoyeon.connect().await, jiho.connect().await);
    removed.watch(&[group]).await;
    stays.watch(&[group]).await;
    minji.remove_member(group, &seoyeon).await;
    removed.settle().await;
    stays.settle().await;
    removed.typing(group).await;
    removed.settle().await;
    stays.assert_silent().await;
    stays.typing(group).await;
    stays.settle().await;
    removed.assert_silent().await;
}

#[tokio::test]
async fn watching_again_replaces_what_was_watched() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let one = minji.create_group("one", &[&seoyeon]).await.id;
    let other = minji.create_group("other", &[&seoyeon]).await.id;
    let mut looks = seoyeon.connect().await;
    looks.watch(&[one]).await;
    looks.watch(&[other]).await;
    for id in [one, other] {
        minji
            .post(&format!("/conversations/{id}/typing"), &json!({}))
            .await;
    }
    let told = looks.settle().await;
    assert!(
        matches!(&told[..], [ServerEvent::TypingStarted(typing)] if typing.conversation_id == other),
        "{told:?}"
    );
}
