//! Who is here, and who may know.

use damso_domain::{PresenceStatus, ShownStatus, Timestamp};
use damso_protocol::{ChangedPresence, Friend, OwnPresence, Page, Presence, ServerEvent};
use damso_testing::{Actor, Inbox, TestApp};
use serde_json::{Value, json};

/// Tells what has gathered, as the server does every moment.
async fn tell(app: &TestApp) {
    app.services.presence.tell_news().await.unwrap();
}

/// What has come about presence, and nothing else.
async fn heard(inbox: &mut Inbox) -> Vec<ChangedPresence> {
    let mut items = Vec::new();
    for event in inbox.settle().await {
        match event {
            ServerEvent::PresenceChanged(changed) => items.extend(changed.items),
            ServerEvent::SettingsUpdated(_) => (),
            other => panic!("{other:?}"),
        }
    }
    items
}

/// What comes about presence next. A socket that goes is noticed in its own time.
async fn heard_next(app: &TestApp, inbox: &mut Inbox) -> ChangedPresence {
    loop {
        tell(app).await;
        if let Some(item) = heard(inbox).await.pop() {
            return item;
        }
    }
}

/// What somebody's only friend is, in the list.
async fn shown(actor: &Actor) -> Presence {
    let friends: Page<Friend> = actor.get("/friends").await.json();
    friends.items[0].presence.clone()
}

async fn say(actor: &Actor, presence: Value) -> OwnPresence {
    actor.put("/me/presence", &presence).await.json()
}

/// Waits until the server has noticed that a socket is gone.
async fn gone(app: &TestApp, inbox: Inbox, left: usize) {
    drop(inbox);
    while left < app.services.hub.connection_count() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn friends_hear_who_comes_and_goes() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [mallory] = app.users(["mallory"]).await;
    let mut friend = seoyeon.connect().await;
    let mut stranger = mallory.connect().await;
    tell(&app).await;
    let first = heard(&mut friend).await;
    assert_eq!(
        (first.len(), first[0].user_id, first[0].status),
        (1, minji.id(), ShownStatus::Offline),
        "who comes is told of every friend"
    );

    let socket = minji.connect().await;
    tell(&app).await;
    let came = heard(&mut friend).await;
    assert_eq!(
        (came[0].status, came[0].last_seen_at),
        (ShownStatus::Online, None)
    );
    assert_eq!(shown(&seoyeon).await.status, ShownStatus::Online);

    // A second device changes nothing, nor does one that goes while the other stays.
    let second = minji.sign_in_again().await.connect().await;
    tell(&app).await;
    gone(&app, second, 3).await;
    tell(&app).await;
    assert_eq!(heard(&mut friend).await, []);

    let before = Timestamp::now();
    drop(socket);
    let went = heard_next(&app, &mut friend).await;
    assert_eq!(went.status, ShownStatus::Offline);
    assert!(before <= went.last_seen_at.unwrap());
    assert_eq!(shown(&seoyeon).await.last_seen_at, went.last_seen_at);
    stranger.assert_silent().await;
}

#[tokio::test]
async fn whoever_reloads_the_page_was_never_gone() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let mut friend = seoyeon.connect().await;
    let socket = minji.connect().await;
    tell(&app).await;
    friend.settle().await;
    gone(&app, socket, 1).await;
    let _back = minji.connect().await;
    tell(&app).await;
    assert_eq!(heard(&mut friend).await, []);
    assert_eq!(shown(&seoyeon).await.last_seen_at, None);
}

#[tokio::test]
async fn what_one_says_goes_to_friends_and_is_over_in_time() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let mut friend = seoyeon.connect().await;
    let _socket = minji.connect().await;
    tell(&app).await;
    friend.settle().await;

    let until = Timestamp::now().after(std::time::Duration::from_hours(1));
    let own = say(
        &minji,
        json!({ "status": "busy", "text": " 회의 중 ", "expires_at": until }),
    )
    .await;
    assert_eq!(own.text.as_deref(), Some("회의 중"));
    tell(&app).await;
    let told = heard(&mut friend).await;
    assert_eq!(
        (told[0].status, told[0].text.as_deref()),
        (ShownStatus::Busy, Some("회의 중"))
    );

    app.database
        .execute("UPDATE users SET presence_expires_at = now() - interval '1 second'")
        .await;
    let over = shown(&seoyeon).await;
    assert_eq!((over.status, over.text), (ShownStatus::Online, None));
    let settings: damso_protocol::Settings = minji.get("/me/settings").await.json();
    assert_eq!(settings.presence.status, PresenceStatus::Online);
}

#[tokio::test]
async fn a_status_that_is_over_is_told_once() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let until = Timestamp::now().after(std::time::Duration::from_millis(400));
    say(&minji, json!({ "status": "busy", "expires_at": until })).await;
    let mut friend = seoyeon.connect().await;
    let telling = tokio::spawn(app.services.presence.clone().run());
    let _socket = minji.connect().await;
    let is_over = |event| match event {
        ServerEvent::PresenceChanged(changed) => {
            let is_online = |item: &ChangedPresence| item.status == ShownStatus::Online;
            changed.items.iter().any(is_online).then_some(())
        }
        _ => None,
    };
    friend.wait_for(is_over).await;
    // Once more it may be told, by whoever came in this moment; then there is nothing left to tell.
    let again = async {
        friend.wait_for(is_over).await;
        friend.wait_for(is_over).await;
    };
    let patience = std::time::Duration::from_millis(2_500);
    assert!(tokio::time::timeout(patience, again).await.is_err());
    telling.abort();
}

#[tokio::test]
async fn invisible_looks_like_not_there_everywhere() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let mut friend = seoyeon.connect().await;
    friend.watch(&[group]).await;
    let mut socket = minji.connect().await;
    tell(&app).await;
    friend.settle().await;

    say(&minji, json!({ "status": "invisible", "text": "쉿" })).await;
    tell(&app).await;
    let told = heard(&mut friend).await;
    assert_eq!((told[0].status, &told[0].text), (ShownStatus::Offline, &None));
    let seen = told[0].last_seen_at;
    assert!(seen.is_some(), "that is when they could be seen last");

    // Nothing that follows tells more: typing, a new socket, going.
    socket.watch(&[group]).await;
    socket.typing(group).await;
    socket.settle().await;
    minji
        .post(&format!("/conversations/{group}/typing"), &json!({}))
        .await;
    let second = minji.sign_in_again().await.connect().await;
    tell(&app).await;
    gone(&app, second, 2).await;
    gone(&app, socket, 1).await;
    tell(&app).await;
    assert_eq!(heard(&mut friend).await, []);
    let listed = shown(&seoyeon).await;
    assert_eq!(
        (listed.status, listed.text, listed.last_seen_at),
        (ShownStatus::Offline, None, seen)
    );
    let sync = seoyeon.sync_since(0, &[]).await;
    assert_eq!(sync.user_changes.friends[0].presence.status, ShownStatus::Offline);
    assert_eq!(sync.user_changes.friends[0].presence.last_seen_at, seen);
}

#[tokio::test]
async fn who_shows_it_to_nobody_tells_nothing() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let mut friend = seoyeon.connect().await;
    let _socket = minji.connect().await;
    tell(&app).await;
    friend.settle().await;
    let hide = json!({ "presence_visibility": "nobody" });
    minji.patch("/me/settings", &hide).await;
    tell(&app).await;
    let told = heard(&mut friend).await;
    assert_eq!(
        (told[0].status, told[0].last_seen_at),
        (ShownStatus::Offline, None)
    );
    assert_eq!(shown(&seoyeon).await, Presence::NOT_TOLD);
    minji
        .patch("/me/settings", &json!({ "presence_visibility": "friends" }))
        .await;
    tell(&app).await;
    assert_eq!(heard(&mut friend).await[0].status, ShownStatus::Online);
}

#[tokio::test]
async fn new_friends_see_each_other_and_former_ones_do_not() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.users(["minji", "seoyeon"]).await;
    let (mut one, mut other) = (minji.connect().await, seoyeon.connect().await);
    tell(&app).await;
    minji.befriend(&seoyeon).await;
    for inbox in [&mut one, &mut other] {
        let status = inbox
            .wait_for(|event| match event {
                ServerEvent::FriendAdded(added) => Some(added.friend.presence.status),
                _ => None,
            })
            .await;
        assert_eq!(status, ShownStatus::Online);
        inbox.settle().await;
    }
    minji.delete(&format!("/friends/{}", seoyeon.id())).await;
    one.settle().await;
    other.settle().await;
    say(&minji, json!({ "status": "away" })).await;
    tell(&app).await;
    assert_eq!(heard(&mut other).await, []);
}

#[tokio::test]
async fn what_cannot_be_said_is_refused() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let long = "가".repeat(61);
    for wrong in [
        json!({ "status": "online", "text": long }),
        json!({ "status": "online", "expires_at": "2020-01-01T00:00:00.000Z" }),
    ] {
        let reply = minji.put("/me/presence", &wrong).await;
        assert_eq!(reply.problem().status, 422, "{wrong}");
    }
    for wrong in [
        json!({ "status": "offline" }),
        json!({}),
        json!({ "status": "online", "mood": "good" }),
    ] {
        assert_eq!(
            minji.put("/me/presence", &wrong).await.problem().status,
            400,
            "{wrong}"
        );
    }
    assert_eq!(
        minji
            .patch("/me/settings", &json!({ "presence_visibility": "everyone" }))
            .await
            .problem()
            .status,
        400
    );
    let settings: damso_protocol::Settings = minji.get("/me/settings").await.json();
    assert_eq!(settings.presence.status, PresenceStatus::Online);
}

#[tokio::test]
async fn a_visit_that_is_over_before_it_was_told_is_told_as_over() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let mut friend = seoyeon.connect().await;
    tell(&app).await;
    heard(&mut friend).await;

    let before = Timestamp::now();
    gone(&app, minji.connect().await, 1).await;
    let told = heard_next(&app, &mut friend).await;
    assert_eq!((told.user_id, told.status), (minji.id(), ShownStatus::Offline));
    assert!(told.last_seen_at.is_some_and(|at| before <= at), "{told:?}");
    assert_eq!(shown(&seoyeon).await.last_seen_at, told.last_seen_at);

    for hidden in [json!({ "status": "invisible" }), json!({ "status": "online" })] {
        say(&minji, hidden.clone()).await;
        let visibility = if hidden["status"] == "online" {
            "nobody"
        } else {
            "friends"
        };
        minji
            .patch("/me/settings", &json!({ "presence_visibility": visibility }))
            .await;
        tell(&app).await;
        heard(&mut friend).await;
        gone(&app, minji.connect().await, 1).await;
        tell(&app).await;
        assert_eq!(heard(&mut friend).await, [], "{hidden}");
    }
}
