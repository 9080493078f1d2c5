//! The list of conversations.

use damso_protocol::{Conversations, ErrorKind, Membership, ServerEvent};
use damso_testing::TestApp;
use serde_json::json;

#[tokio::test]
async fn pinned_ones_come_first_then_the_latest() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let notes = minji.notes().await.id;
    let first = minji.open_direct(&seoyeon).await.id;
    let second = minji.open_direct(&jiho).await.id;
    minji.say(first, "1").await;
    jiho.say(second, "2").await;
    assert_eq!(minji.listed().await, [second, first, notes]);
    seoyeon.say(first, "3").await;
    assert_eq!(minji.listed().await, [first, second, notes]);
    minji
        .update_membership(notes, &json!({ "is_pinned": true }))
        .await
        .json::<Membership>();
    assert_eq!(minji.listed().await, [notes, first, second]);
    minji
        .update_membership(notes, &json!({ "is_pinned": false }))
        .await
        .json::<Membership>();
    assert_eq!(minji.listed().await, [first, second, notes]);
}

#[tokio::test]
async fn the_list_comes_in_pages_and_names_everyone_in_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    for name in ["a", "b", "c"] {
        minji.create_group(name, &[&seoyeon, &jiho]).await;
    }
    let pinned = minji.create_group("pinned", &[&seoyeon]).await.id;
    minji
        .update_membership(pinned, &json!({ "is_pinned": true }))
        .await
        .json::<Membership>();
    let whole = minji.listed().await;
    assert_eq!((whole.len(), whole[0]), (5, pinned));
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page: Conversations = minji.get(&format!("/conversations?limit=2{cursor}")).await.json();
        for member in page.items.iter().flat_map(|conversation| &conversation.members) {
            assert!(page.users.iter().any(|user| user.id == member.user_id));
        }
        paged.extend(page.items.iter().map(|conversation| conversation.id));
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, whole);
}

#[tokio::test]
async fn unread_messages_are_counted_until_they_are_shown() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "mine does not count").await;
    for text in ["1", "2", "3"] {
        seoyeon.say(direct, text).await;
    }
    let seen = minji.conversation(direct).await;
    assert_eq!(
        (seen.unread_count, seen.last_message.unwrap().text.as_deref()),
        (3, Some("3"))
    );
    seoyeon.delete_message(direct, 3, "everyone").await;
    minji.delete_message(direct, 4, "me").await;
    let seen = minji.conversation(direct).await;
    assert_eq!(
        (seen.unread_count, seen.last_message.unwrap().seq.as_i64()),
        (1, 3)
    );
    minji.mark_read(direct, 4).await;
    assert_eq!(minji.conversation(direct).await.unread_count, 0);
    assert_eq!(seoyeon.conversation(direct).await.unread_count, 1);
}

#[tokio::test]
async fn pins_and_mutes_are_mine_alone_and_my_devices_hear_of_them() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await;
    let phone = minji.sign_in_again().await;
    let rev = minji.me().await.user_rev.as_i64();
    let (mut there, mut other) = (phone.connect().await, seoyeon.connect().await);
    let until = "2030-01-02T03:04:05.678Z";
    let muted: Membership = minji
        .update_membership(group.id, &json!({ "is_pinned": true, "muted_until": until }))
        .await
        .json();
    assert!(muted.is_pinned);
    assert_eq!(serde_json::to_value(muted.muted_until).unwrap(), json!(until));
    let kept: Membership = minji
        .update_membership(group.id, &json!({ "is_pinned": false }))
        .await
        .json();
    assert_eq!((kept.is_pinned, kept.muted_until), (false, muted.muted_until));
    let cleared: Membership = minji
        .update_membership(group.id, &json!({ "muted_until": null }))
        .await
        .json();
    assert_eq!(cleared.muted_until, None);
    let events = there.settle().await;
    let told: Vec<_> = events
        .iter()
        .map(|event| match event {
            ServerEvent::MembershipUpdated(updated) => {
                (updated.user_rev.as_i64(), updated.membership.clone())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, [(rev + 1, muted), (rev + 2, kept), (rev + 3, cleared)]);
    other.assert_silent().await;
    assert_eq!(
        minji.conversation(group.id).await.rev,
        group.rev,
        "the conversation itself did not change"
    );
    let wrong = json!({ "muted_until": "tomorrow" });
    assert_eq!(
        minji.update_membership(group.id, &wrong).await.refusal(),
        (400, ErrorKind::MalformedRequest)
    );
}
