//! Finding friends and conversations by their names.

use damso_protocol::{Conversation, ErrorKind, FieldErrorKind, FoundPeople};
use damso_testing::{Actor, Reply, TestApp, percent_encoded};
use serde_json::json;

async fn ask(actor: &Actor, query: &str) -> Reply {
    actor
        .get(&format!("/search/people?query={}", percent_encoded(query)))
        .await
}

/// The handles of the friends that are found.
async fn friends(actor: &Actor, query: &str) -> Vec<String> {
    let found: FoundPeople = ask(actor, query).await.json();
    let handle = |friend: damso_protocol::Friend| friend.user.handle.unwrap_or_default();
    found.friends.into_iter().map(handle).collect()
}

async fn conversations(actor: &Actor, query: &str) -> Vec<Conversation> {
    ask(actor, query).await.json::<FoundPeople>().conversations
}

#[tokio::test]
async fn friends_are_found_by_every_name_of_theirs() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let [stranger] = app.users(["stranger"]).await;
    seoyeon.patch("/me", &json!({ "display_name": "이서연" })).await;
    stranger.patch("/me", &json!({ "display_name": "서연" })).await;
    let path = format!("/friends/{}", jiho.id());
    let kept = minji
        .patch(&path, &json!({ "nickname": "막내 서연", "is_hidden": true }))
        .await;
    assert_eq!(kept.status, 200);

    // By what the asker calls them: 막내 서연 before 이서연.
    for query in ["서연", "ㅅㅇ", "서여", "tjdus", " 서 연 "] {
        assert_eq!(friends(&minji, query).await, ["jiho", "seoyeon"], "{query}");
    }
    assert_eq!(friends(&minji, "@jiho").await, ["jiho"]);
    assert_eq!(friends(&minji, "ㅓㅑㅗㅐ").await, ["jiho"]);
    assert_eq!(friends(&seoyeon, "막내").await, [""; 0]);
    assert_eq!(friends(&minji, "stranger").await, [""; 0]);
    assert_eq!(friends(&minji, "%").await, [""; 0]);
}

#[tokio::test]
async fn conversations_are_found_by_what_they_are_called_the_latest_first() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let named = minji.create_group("산행", &[&seoyeon, &jiho]).await.id;
    let body = json!({ "kind": "group", "member_ids": [seoyeon.id(), jiho.id()] });
    let unnamed = minji
        .post("/conversations", &body)
        .await
        .json::<Conversation>()
        .id;
    for id in [unnamed, direct] {
        minji.send(id, "안녕").await;
    }
    let ids = |found: Vec<Conversation>| found.into_iter().map(|found| found.id).collect::<Vec<_>>();

    assert_eq!(ids(conversations(&minji, "seoy").await), [direct, unnamed]);
    assert_eq!(ids(conversations(&minji, "ㅅㅎ").await), [named]);
    minji
        .patch(
            &format!("/conversations/{named}/membership"),
            &json!({ "name_override": "Seoyeon's walk" }),
        )
        .await;
    assert_eq!(ids(conversations(&minji, "seoy").await), [direct, unnamed, named]);
    assert_eq!(ids(conversations(&minji, "산행").await), [named]);
    assert_eq!(ids(conversations(&jiho, "walk").await), []);

    // What is in no list is not found in it: a direct chat in which nobody has written is not in that of the other one.
    let quiet = jiho.open_direct(&minji).await.id;
    assert_eq!(ids(conversations(&minji, "jiho").await), [unnamed]);
    assert!(ids(conversations(&jiho, "minji").await).contains(&quiet));
    seoyeon.leave(named).await;
    assert_eq!(ids(conversations(&seoyeon, "산행").await), []);

    let found: FoundPeople = ask(&minji, "산행").await.json();
    let named_users: Vec<_> = found
        .users
        .iter()
        .map(|user| user.display_name.as_str())
        .collect();
    assert!(named_users.contains(&"jiho"), "{named_users:?}");
}

#[tokio::test]
async fn a_query_has_one_to_a_hundred_characters() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    for (query, expected) in [
        (String::new(), FieldErrorKind::Empty),
        (" @ ".to_owned(), FieldErrorKind::Empty),
        ("가".repeat(101), FieldErrorKind::TooLong),
    ] {
        let reply = ask(&minji, &query).await;
        assert_eq!(reply.refusal(), (422, ErrorKind::InvalidFields), "{query}");
        let problem = reply.problem();
        let fields: Vec<_> = problem
            .fields
            .iter()
            .map(|field| (&*field.field, field.kind))
            .collect();
        assert_eq!(fields, [("query", expected)], "{query}");
    }
    let longest = ask(&minji, &"가".repeat(100)).await.json::<FoundPeople>();
    assert_eq!((longest.friends, longest.conversations), (vec![], vec![]));
}
