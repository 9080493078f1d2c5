//! Reading a conversation in stretches.

use damso_domain::ConversationId;
use damso_protocol::{ErrorKind, Messages};
use damso_testing::{Actor, TestApp};

/// Notes with the messages 1 to `count`.
async fn notes(minji: &Actor, count: i64) -> ConversationId {
    let notes = minji.notes().await.id;
    for n in 1..=count {
        minji.say(notes, &n.to_string()).await;
    }
    notes
}

fn numbers(page: &Messages) -> Vec<i64> {
    page.items.iter().map(|message| message.seq.as_i64()).collect()
}

#[tokio::test]
async fn a_stretch_says_whether_there_is_more_on_either_side() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let notes = notes(&minji, 10).await;
    for (query, expected, more_before, more_after) in [
        ("", (1..=10).collect::<Vec<_>>(), false, false),
        ("limit=3", vec![8, 9, 10], true, false),
        ("before=8&limit=3", vec![5, 6, 7], true, true),
        ("before=4&limit=3", vec![1, 2, 3], false, true),
        ("before=1", vec![], false, true),
        ("before=99&limit=2", vec![9, 10], true, false),
        ("after=0&limit=3", vec![1, 2, 3], false, true),
        ("after=3&limit=3", vec![4, 5, 6], true, true),
        ("after=8", vec![9, 10], true, false),
        ("after=10", vec![], true, false),
        ("after=99", vec![], true, false),
        ("around=5&limit=4", vec![3, 4, 5, 6], true, true),
        ("around=5&limit=1", vec![5], true, true),
        ("around=1&limit=4", vec![1, 2, 3, 4], false, true),
        ("around=10&limit=4", vec![8, 9, 10], true, false),
        ("around=5", (1..=10).collect(), false, false),
    ] {
        let page = minji.page(notes, query).await;
        assert_eq!(numbers(&page), expected, "{query}");
        assert_eq!(
            (page.has_more_before, page.has_more_after),
            (more_before, more_after),
            "{query}"
        );
    }
}

#[tokio::test]
async fn extreme_positions_are_answered_and_wrong_ones_refused() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let notes = notes(&minji, 2).await;
    for position in [i64::MIN, -1, 0, i64::MAX] {
        for way in ["before", "after", "around"] {
            let page = minji.page(notes, &format!("{way}={position}")).await;
            assert!(page.items.len() <= 2);
        }
    }
    for query in [
        "before=1&after=1",
        "around=1&before=1",
        "before=x",
        "limit=x",
        "before=9999999999999999999",
        "page=2",
    ] {
        let reply = minji
            .get(&format!("/conversations/{notes}/messages?{query}"))
            .await;
        assert_eq!(reply.refusal(), (400, ErrorKind::MalformedRequest), "{query}");
    }
    for limit in [0, 101] {
        let reply = minji
            .get(&format!("/conversations/{notes}/messages?limit={limit}"))
            .await;
        assert_eq!(reply.refusal(), (422, ErrorKind::InvalidFields));
    }
}

#[tokio::test]
async fn walking_back_meets_every_message_once() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let notes = notes(&minji, 25).await;
    let mut seen = Vec::new();
    let mut page = minji.page(notes, "limit=7").await;
    loop {
        seen.splice(0..0, numbers(&page));
        if !page.has_more_before {
            break;
        }
        page = minji.page(notes, &format!("limit=7&before={}", seen[0])).await;
    }
    assert_eq!(seen, (1..=25).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_page_names_its_authors() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    minji.remove_member(group, &jiho).await;
    seoyeon.say(group, "hello").await;
    let page = seoyeon.messages(group).await;
    for id in [minji.id(), seoyeon.id(), jiho.id()] {
        assert!(
            page.users.iter().any(|user| user.id == id),
            "authors, and whom notices speak of"
        );
    }
}

#[tokio::test]
async fn a_message_that_is_not_there_is_not_found() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let notes = notes(&minji, 1).await;
    for seq in [i64::MIN, -1, 0, 2, i64::MAX] {
        assert_eq!(
            minji.message(notes, seq).await.refusal(),
            (404, ErrorKind::MessageNotFound)
        );
        for audience in ["everyone", "me"] {
            let reply = minji.delete_message(notes, seq, audience).await;
            assert_eq!(reply.refusal(), (404, ErrorKind::MessageNotFound));
        }
    }
    let elsewhere = ConversationId::new();
    assert_eq!(
        minji.message(elsewhere, 1).await.refusal(),
        (404, ErrorKind::ConversationNotFound)
    );
}
