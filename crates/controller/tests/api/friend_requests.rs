//! Asking to be friends, and what becomes of it.

use damso_domain::FriendRequestId;
use damso_protocol::{ErrorKind, Friend, FriendRequest, FriendRequestState, Page, ServerEvent};
use damso_testing::{Actor, Reply, TestApp};
use serde_json::json;

async fn ask(from: &Actor, to: &Actor) -> FriendRequest {
    from.post("/friend-requests", &json!({ "user_id": to.id() }))
        .await
        .json()
}

async fn answer(actor: &Actor, id: FriendRequestId, how: &str) -> Reply {
    actor
        .post(&format!("/friend-requests/{id}/{how}"), &json!({}))
        .await
}

async fn requests(actor: &Actor, direction: &str) -> Vec<FriendRequest> {
    actor
        .get(&format!("/friend-requests?direction={direction}"))
        .await
        .json::<Page<FriendRequest>>()
        .items
}

async fn friends(actor: &Actor) -> Vec<Friend> {
    actor.get("/friends").await.json::<Page<Friend>>().items
}

/// The numbers of one's own stream, in the order in which they came.
fn user_revs(events: &[ServerEvent]) -> Vec<i64> {
    events
        .iter()
        .filter_map(ServerEvent::user_rev)
        .map(damso_domain::Rev::as_i64)
        .collect()
}

#[tokio::test]
async fn a_request_is_seen_by_both_until_it_is_accepted() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let (mut from, mut to) = (minji.connect().await, seoyeon.connect().await);
    let reply = minji
        .post(
            "/friend-requests",
            &json!({ "handle": "@Seoyeon", "message": " 안녕 " }),
        )
        .await;
    assert_eq!(reply.status, 201);
    let request: FriendRequest = reply.json();
    assert_eq!((request.from.id, request.to.id), (minji.id(), seoyeon.id()));
    assert_eq!(
        (request.message.as_str(), request.state),
        ("안녕", FriendRequestState::Pending)
    );
    assert_eq!(requests(&minji, "outgoing").await, std::slice::from_ref(&request));
    assert_eq!(
        requests(&seoyeon, "incoming").await,
        std::slice::from_ref(&request)
    );
    assert!(requests(&minji, "incoming").await.is_empty() && friends(&minji).await.is_empty());

    let friend: Friend = answer(&seoyeon, request.id, "accept").await.json();

    assert_eq!(friend.user.id, minji.id());
    assert!(requests(&seoyeon, "incoming").await.is_empty());
    assert_eq!(friends(&minji).await[0].user.id, seoyeon.id());
    for (inbox, other) in [(&mut from, seoyeon.id()), (&mut to, minji.id())] {
        let events = inbox.settle().await;
        assert_eq!(user_revs(&events), [1, 2, 3]);
        assert!(
            matches!(&events[0], ServerEvent::FriendRequestReceived(received) if received.request == request)
        );
        assert!(
            matches!(&events[1], ServerEvent::FriendRequestClosed(closed) if closed.request_id == request.id)
        );
        assert!(matches!(&events[2], ServerEvent::FriendAdded(added) if added.friend.user.id == other));
    }
    assert_eq!(minji.me().await.user_rev.as_i64(), 3);
}

#[tokio::test]
async fn a_request_names_exactly_one_other_person_who_is_there() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    for (body, expected) in [
        (
            json!({ "user_id": minji.id() }),
            (422, ErrorKind::CannotBefriendSelf),
        ),
        (json!({ "handle": "minji" }), (422, ErrorKind::CannotBefriendSelf)),
        (json!({ "handle": "nobody" }), (404, ErrorKind::UserNotFound)),
        (json!({ "handle": "no handle" }), (404, ErrorKind::UserNotFound)),
        (
            json!({ "user_id": minji.session().session_id }),
            (404, ErrorKind::UserNotFound),
        ),
        (json!({}), (422, ErrorKind::InvalidFields)),
        (
            json!({ "handle": "seoyeon", "user_id": seoyeon.id() }),
            (422, ErrorKind::InvalidFields),
        ),
        (
            json!({ "handle": "seoyeon", "message": "x".repeat(201) }),
            (422, ErrorKind::InvalidFields),
        ),
        (
            json!({ "user_id": "seoyeon" }),
            (400, ErrorKind::MalformedRequest),
        ),
    ] {
        assert_eq!(
            minji.post("/friend-requests", &body).await.refusal(),
            expected,
            "{body}"
        );
    }
    assert!(requests(&seoyeon, "incoming").await.is_empty());
    assert_eq!(seoyeon.me().await.user_rev.as_i64(), 0);
}

#[tokio::test]
async fn asking_again_changes_nothing() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let first = ask(&minji, &seoyeon).await;
    let mut inbox = seoyeon.connect().await;
    assert_eq!(ask(&minji, &seoyeon).await, first);
    inbox.assert_silent().await;
    assert_eq!(requests(&seoyeon, "incoming").await.len(), 1);
}

#[tokio::test]
async fn friends_cannot_ask_each_other() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    for (one, other) in [(&minji, &seoyeon), (&seoyeon, &minji)] {
        let reply = one
            .post("/friend-requests", &json!({ "user_id": other.id() }))
            .await;
        assert_eq!(reply.refusal(), (409, ErrorKind::AlreadyFriends));
    }
}

#[tokio::test]
async fn requests_that_cross_make_friends() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    ask(&minji, &seoyeon).await;
    assert_eq!(ask(&seoyeon, &minji).await.state, FriendRequestState::Accepted);
    assert_eq!(
        (friends(&minji).await.len(), friends(&seoyeon).await.len()),
        (1, 1)
    );
    assert!(requests(&minji, "outgoing").await.is_empty());
}

#[tokio::test]
async fn requests_that_cross_at_the_same_moment_make_friends() {
    let app = TestApp::start().await;
    for round in 0..5 {
        let (one, other) = (format!("one_{round}"), format!("other_{round}"));
        let [minji, seoyeon] = app.users([&*one, &*other]).await;
        let (first, second) = tokio::join!(ask(&minji, &seoyeon), ask(&seoyeon, &minji));
        let states = [first.state, second.state];
        assert!(
            states.contains(&FriendRequestState::Accepted) && states.contains(&FriendRequestState::Pending)
        );
        assert_eq!(
            (friends(&minji).await.len(), friends(&seoyeon).await.len()),
            (1, 1)
        );
    }
    assert_eq!(
        app.database.count("SELECT count(*) FROM friend_requests").await,
        0
    );
}

#[tokio::test]
async fn nobody_answers_for_somebody_else() {
    let app = TestApp::start().await;
    let [minji, seoyeon, mallory] = app.users(["minji", "seoyeon", "mallory"]).await;
    let request = ask(&minji, &seoyeon).await;
    let refused = (404, ErrorKind::FriendRequestNotFound);
    for (actor, how) in [
        (&minji, "accept"),
        (&minji, "decline"),
        (&mallory, "accept"),
        (&mallory, "decline"),
    ] {
        assert_eq!(answer(actor, request.id, how).await.refusal(), refused);
    }
    for actor in [&seoyeon, &mallory] {
        assert_eq!(
            actor
                .delete(&format!("/friend-requests/{}", request.id))
                .await
                .refusal(),
            refused
        );
    }
    assert_eq!(
        answer(&seoyeon, FriendRequestId::new(), "accept").await.refusal(),
        refused
    );
    assert_eq!(requests(&seoyeon, "incoming").await.len(), 1);
    assert!(friends(&seoyeon).await.is_empty());
}

#[tokio::test]
async fn a_request_that_was_declined_or_withdrawn_is_gone_and_may_be_made_again() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let declined = ask(&minji, &seoyeon).await;
    let (mut from, mut to) = (minji.connect().await, seoyeon.connect().await);
    assert_eq!(answer(&seoyeon, declined.id, "decline").await.status, 204);
    assert_eq!(
        answer(&seoyeon, declined.id, "accept").await.refusal(),
        (404, ErrorKind::FriendRequestNotFound)
    );
    let withdrawn = ask(&minji, &seoyeon).await;
    assert_ne!(withdrawn.id, declined.id);
    assert_eq!(
        minji
            .delete(&format!("/friend-requests/{}", withdrawn.id))
            .await
            .status,
        204
    );
    assert!(requests(&seoyeon, "incoming").await.is_empty() && friends(&minji).await.is_empty());
    for inbox in [&mut from, &mut to] {
        assert_eq!(user_revs(&inbox.settle().await), [2, 3, 4]);
    }
}

/// Accepted on one device and declined on another at the same moment: one of the two happens.
#[tokio::test]
async fn two_answers_at_once_are_one() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let request = ask(&minji, &seoyeon).await;
    let (accepted, declined) = tokio::join!(
        answer(&seoyeon, request.id, "accept"),
        answer(&seoyeon, request.id, "decline")
    );
    assert!(accepted.status.is_success() != declined.status.is_success());
    assert_eq!(
        friends(&minji).await.len(),
        usize::from(accepted.status.is_success())
    );
}
