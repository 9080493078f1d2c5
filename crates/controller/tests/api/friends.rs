//! Friends, and lists in pages.

use std::collections::BTreeSet;

use damso_protocol::{ErrorKind, Friend, FriendRequest, Page, ServerEvent};
use damso_testing::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_friendship_ends_for_both() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let rev = minji.me().await.user_rev.as_i64();
    let (mut mine, mut theirs) = (minji.connect().await, seoyeon.connect().await);
    assert_eq!(
        minji.delete(&format!("/friends/{}", seoyeon.id())).await.status,
        204
    );
    for (inbox, other) in [(&mut mine, seoyeon.id()), (&mut theirs, minji.id())] {
        let events = inbox.settle().await;
        assert!(matches!(&events[..], [ServerEvent::FriendRemoved(removed)] if removed.user_id == other));
    }
    assert_eq!(minji.me().await.user_rev.as_i64(), rev + 1);
    let left: Vec<_> = minji.get("/friends").await.json::<Page<Friend>>().items;
    assert_eq!(
        left.iter().map(|friend| friend.user.id).collect::<Vec<_>>(),
        [jiho.id()]
    );
    for (one, other) in [(&minji, &seoyeon), (&seoyeon, &minji)] {
        let reply = one.delete(&format!("/friends/{}", other.id())).await;
        assert_eq!(reply.refusal(), (404, ErrorKind::FriendNotFound));
    }
}

#[tokio::test]
async fn what_was_said_stays_when_a_friendship_ends() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "hello").await;
    minji.delete(&format!("/friends/{}", seoyeon.id())).await;
    assert_eq!(seoyeon.texts(direct).await, ["hello"]);
    minji.befriend(&seoyeon).await;
    assert_eq!(minji.open_direct(&seoyeon).await.id, direct);
}

#[tokio::test]
async fn lists_come_in_pages_without_gaps_and_repetitions() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let others = app.users(["aaa", "bbb", "ccc", "ddd", "eee"]).await;
    for other in &others {
        other
            .post("/friend-requests", &json!({ "user_id": minji.id() }))
            .await
            .json::<FriendRequest>();
    }
    let mut newest_first = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/friend-requests?direction=incoming&limit=2{cursor}");
        let page: Page<FriendRequest> = minji.get(&path).await.json();
        assert!(page.items.len() <= 2);
        newest_first.extend(page.items.iter().map(|request| request.from.id));
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(
        newest_first,
        others
            .iter()
            .rev()
            .map(damso_testing::Actor::id)
            .collect::<Vec<_>>()
    );

    for request in minji
        .get("/friend-requests?direction=incoming")
        .await
        .json::<Page<FriendRequest>>()
        .items
    {
        minji
            .post(&format!("/friend-requests/{}/accept", request.id), &json!({}))
            .await
            .json::<Friend>();
    }
    let first: Page<Friend> = minji.get("/friends?limit=3").await.json();
    let second: Page<Friend> = minji
        .get(&format!("/friends?limit=3&cursor={}", first.next_cursor.unwrap()))
        .await
        .json();
    assert_eq!(second.next_cursor, None);
    let found: BTreeSet<_> = first
        .items
        .iter()
        .chain(&second.items)
        .map(|friend| friend.user.id)
        .collect();
    assert_eq!((found.len(), first.items.len(), second.items.len()), (5, 3, 2));
}

#[tokio::test]
async fn a_list_refuses_cursors_and_sizes_that_are_none() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    for path in [
        "/friends?",
        "/friend-requests?direction=incoming&",
        "/conversations?",
    ] {
        for query in [
            "cursor=x",
            "cursor=AAAA",
            "cursor=bnVsbA",
            "limit=x",
            "limit=-1",
            "limit=70000",
            "offset=1",
        ] {
            let reply = minji.get(&format!("{path}{query}")).await;
            assert_eq!(
                reply.refusal(),
                (400, ErrorKind::MalformedRequest),
                "{path}{query}"
            );
        }
        for limit in [0, 101] {
            let reply = minji.get(&format!("{path}limit={limit}")).await;
            assert_eq!(reply.refusal(), (422, ErrorKind::InvalidFields), "{path}{limit}");
        }
    }
    assert_eq!(
        minji.get("/friend-requests").await.refusal(),
        (400, ErrorKind::MalformedRequest)
    );
    assert_eq!(
        minji.get("/friend-requests?direction=up").await.refusal(),
        (400, ErrorKind::MalformedRequest)
    );
}
