//! That a block does not show: the same story is played twice, and everything the blocked one is answered and told has
//! to be the same in both. In one somebody blocks, in the other they only turn invisible, read nothing and write
//! nothing, which everybody may do.

mod transcript;

use damso_domain::{ClientKey, ConversationId};
use damso_protocol::{Attachment, FriendRequest, Message};
use damso_testing::{Actor, Inbox, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

use self::transcript::Transcript;
use crate::blocks::{block, unblock};

/// The same people in each world, but for what is appended to their handles.
struct World<'a> {
    app: &'a TestApp,
    mark: &'static str,
    /// Who blocks.
    minji: Actor,
    /// A friend of hers.
    mallory: Actor,
    /// Has asked to be one.
    stranger: Actor,
    direct: ConversationId,
    group: ConversationId,
    /// The message of Mallory that Minji has read, and one that she has not.
    read: i64,
    unread: i64,
    file: Attachment,
    request: FriendRequest,
}

impl<'a> World<'a> {
    async fn new(app: &'a TestApp, mark: &'static str) -> Self {
        let handle = |name: &str| format!("{name}{mark}");
        let [minji, mallory, jiho] = app
            .friends([&*handle("minji"), &handle("mallory"), &handle("jiho")])
            .await;
        let [stranger] = app.users([&*handle("stranger")]).await;
        let upload = minji
            .upload("me.png", "image/png", damso_testing::picture::png(64, 64))
            .await;
        let avatar = json!({ "attachment_id": upload.id });
        minji.put("/me/avatar", &avatar).await.json::<Value>();
        minji
            .patch("/me", &json!({ "birthday": "1990-03-05" }))
            .await
            .json::<Value>();
        let group = jiho.create_group("hikers", &[&minji, &mallory]).await.id;
        jiho.befriend(&stranger).await;
        jiho.add_members(group, &[&stranger]).await.json::<Value>();
        let direct = minji.open_direct(&mallory).await.id;
        minji.say(direct, "hello").await;
        let read = mallory.say(direct, "hi").await.seq.as_i64();
        minji.mark_read(direct, read).await;
        let unread = mallory.say(direct, "are you there?").await.seq.as_i64();
        mallory.say(group, "hi all").await;
        minji.say(group, "hi").await;
        let file = mallory.upload("note.txt", "text/plain", b"note".to_vec()).await;
        let ask = json!({ "user_id": minji.id(), "message": "it is me" });
        let request = stranger.post("/friend-requests", &ask).await.json();
        Self {
            app,
            mark,
            minji,
            mallory,
            stranger,
            direct,
            group,
            read,
            unread,
            file,
            request,
        }
    }

    /// Tells what is told with a delay.
    async fn tell(&self) {
        self.app.services.hub.tell_gathered();
        self.app.services.presence.tell_news().await.unwrap();
    }
}

/// Asks for everything that there is about Minji, and does what she would hear of.
async fn look_around(seen: &mut Transcript<'_>, says: &str) {
    let world = seen.world;
    let (minji, direct, group) = (world.minji.id(), world.direct, world.group);
    let mark = world.mark;
    seen.hear().await;
    for path in [
        format!("/users/{minji}"),
        format!("/users?ids={minji},{}", world.mallory.id()),
        format!("/users/by-handle/minji{mark}"),
        "/friends".to_owned(),
        format!("/users/{minji}/mutual"),
        "/search/people?query=minji".to_owned(),
        "/friend-requests?direction=incoming".to_owned(),
        "/friend-requests?direction=outgoing".to_owned(),
        "/conversations".to_owned(),
        "/blocks".to_owned(),
        "/me".to_owned(),
    ] {
        seen.get(&path).await;
    }
    for id in [direct, group] {
        let mut body = json!({ "client_key": ClientKey::new(), "text": says });
        if id == group {
            body["text"] = format!("@m {says}").into();
            body["mention_spans"] = json!([{ "user_id": minji, "start": 0, "end": 2 }]);
        }
        let path = format!("/conversations/{id}/messages");
        let said: Value = seen.call(Method::POST, &path, Some(body)).await;
        let seq = said["seq"].as_i64().unwrap_or_default();
        seen.call(
            Method::PUT,
            &format!("/conversations/{id}/read"),
            Some(json!({ "seq": seq })),
        )
        .await;
        // How far they have read is told after a while, and the draft at once.
        seen.hear().await;
        let draft = json!({ "text": says, "reply_to_seq": world.read });
        seen.call(Method::PUT, &format!("/conversations/{id}/draft"), Some(draft))
            .await;
        for path in [
            String::new(),
            "/members".to_owned(),
            "/messages".to_owned(),
            "/reads".to_owned(),
            "/mentions".to_owned(),
            format!("/messages/{seq}"),
            format!("/messages/{seq}/readers"),
            format!("/messages/{}/readers", world.read),
            format!("/messages/{}/readers", world.unread),
        ] {
            seen.get(&format!("/conversations/{id}{path}")).await;
        }
        seen.inbox.typing(id).await;
        seen.call(
            Method::POST,
            &format!("/conversations/{id}/typing"),
            Some(json!({})),
        )
        .await;
        seen.hear().await;
    }
    let positions = [direct, group].map(|id| json!({ "id": id, "rev": 0, "read_seq": 0 }));
    for user_rev in [0, 1] {
        seen.call(
            Method::POST,
            "/sync",
            Some(
                json!({ "user_rev": user_rev, "profiles_since": "2020-01-01T00:00:00.000Z",
                "conversations": positions }),
            ),
        )
        .await;
    }
    seen.call(
        Method::POST,
        "/conversations",
        Some(json!({ "kind": "direct", "user_id": minji })),
    )
    .await;
    seen.call(
        Method::POST,
        "/friend-requests",
        Some(json!({ "user_id": minji })),
    )
    .await;
    seen.hear().await;
}

/// The rest of what can be done, at the end because it changes what is between the two.
async fn do_the_rest(seen: &mut Transcript<'_>) {
    let world = seen.world;
    let (minji, direct, group) = (world.minji.id(), world.direct, world.group);
    let file = world.file.id;
    let body = json!({ "client_key": ClientKey::new(), "attachment_ids": [file] });
    let path = format!("/conversations/{direct}/messages");
    let said: Message = world.mallory.post(&path, &body).await.json();
    for path in [
        format!("/attachments/{file}"),
        format!("/attachments/{file}/content"),
    ] {
        seen.get(&path).await;
    }
    for seq in [world.read, said.seq.as_i64()] {
        let path = format!("/conversations/{direct}/notice");
        seen.call(Method::PUT, &path, Some(json!({ "seq": seq }))).await;
    }
    seen.hear().await;
    for (seq, audience) in [
        (said.seq.as_i64(), "everyone"),
        (world.unread, "me"),
        (world.read, "everyone"),
    ] {
        let path = format!("/conversations/{direct}/messages/{seq}?for={audience}");
        seen.call(Method::DELETE, &path, None).await;
    }
    seen.hear().await;
    seen.call(Method::DELETE, &format!("/friends/{minji}"), None)
        .await;
    let asked = seen
        .call(
            Method::POST,
            "/friend-requests",
            Some(json!({ "user_id": minji, "message": "?" })),
        )
        .await;
    seen.hear().await;
    seen.get("/friend-requests?direction=outgoing").await;
    let id = asked["id"].as_str().unwrap_or_default().to_owned();
    seen.call(Method::DELETE, &format!("/friend-requests/{id}"), None)
        .await;
    seen.call(
        Method::POST,
        &format!("/conversations/{direct}/leave"),
        Some(json!({})),
    )
    .await;
    seen.hear().await;
    seen.call(
        Method::POST,
        &path,
        Some(json!({ "client_key": ClientKey::new(), "text": "still there?" })),
    )
    .await;
    for id in [direct, group] {
        seen.get(&format!("/conversations/{id}")).await;
    }
    seen.get("/conversations").await;
    seen.hear().await;
}

/// What Minji does once she blocks and still looks: none of it may reach the blocked one.
async fn look_in(world: &World<'_>, inbox: &mut Inbox) {
    let last = world.minji.conversation(world.direct).await.last_seq.as_i64();
    world.minji.mark_read(world.direct, last).await;
    inbox.typing(world.direct).await;
    inbox.settle().await;
    world
        .minji
        .get(&format!("/conversations/{}/messages", world.direct))
        .await;
}

fn assert_same(one: &Transcript<'_>, other: &Transcript<'_>) {
    for (at, (one, other)) in one.lines.iter().zip(&other.lines).enumerate() {
        assert_eq!(one, other, "line {at}");
    }
    assert_eq!(one.lines.len(), other.lines.len());
}

async fn turn_invisible(minji: &Actor) {
    minji
        .put("/me/presence", &json!({ "status": "invisible" }))
        .await
        .json::<Value>();
}

#[tokio::test]
async fn a_friend_cannot_tell_that_they_are_blocked() {
    let app = TestApp::start().await;
    let (blocking, quiet) = (World::new(&app, "_b").await, World::new(&app, "_q").await);
    let mut seen = Vec::new();
    for world in [&blocking, &quiet] {
        let is_blocking = world.mark == blocking.mark;
        let mut theirs = Transcript::of(world, &world.mallory).await;
        let mut screen = world.minji.connect().await;
        screen.watch(&[world.direct]).await;
        theirs.hear().await;
        if is_blocking {
            block(&world.minji, &world.mallory).await;
        } else {
            turn_invisible(&world.minji).await;
        }
        look_around(&mut theirs, "hello?").await;
        if is_blocking {
            look_in(world, &mut screen).await;
        }
        look_around(&mut theirs, "say something").await;
        // A new socket is told of everybody once more.
        theirs.inbox = world.mallory.connect().await;
        theirs.inbox.watch(&[world.direct, world.group]).await;
        theirs.hear().await;
        if is_blocking {
            look_in(world, &mut screen).await;
            unblock(&world.minji, &world.mallory).await;
        }
        look_around(&mut theirs, "well").await;
        // From then on what she reads is known again.
        let last = world.minji.conversation(world.direct).await.last_seq.as_i64();
        world.minji.mark_read(world.direct, last).await;
        theirs.hear().await;
        theirs
            .get(&format!("/conversations/{}/reads", world.direct))
            .await;
        if is_blocking {
            block(&world.minji, &world.mallory).await;
        }
        do_the_rest(&mut theirs).await;
        seen.push(theirs);
    }
    let (other, one) = (seen.pop().unwrap(), seen.pop().unwrap());
    assert!(100 < one.lines.len());
    assert_same(&one, &other);
}

#[tokio::test]
async fn somebody_whose_request_waits_cannot_tell_that_they_are_blocked() {
    let app = TestApp::start().await;
    let (blocking, quiet) = (World::new(&app, "_b").await, World::new(&app, "_q").await);
    let mut seen = Vec::new();
    for world in [&blocking, &quiet] {
        let is_blocking = world.mark == blocking.mark;
        let mut theirs = Transcript::of(world, &world.stranger).await;
        theirs.hear().await;
        if is_blocking {
            block(&world.minji, &world.stranger).await;
        }
        look_around(&mut theirs, "hello?").await;
        let path = format!("/friend-requests/{}", world.request.id);
        theirs.call(Method::DELETE, &path, None).await;
        theirs.hear().await;
        look_around(&mut theirs, "once more").await;
        if is_blocking {
            unblock(&world.minji, &world.stranger).await;
        }
        look_around(&mut theirs, "and again").await;
        seen.push(theirs);
    }
    let (other, one) = (seen.pop().unwrap(), seen.pop().unwrap());
    assert!(60 < one.lines.len());
    assert_same(&one, &other);
}

/// Who can reach the blocker is the same question for everybody, blocked or not.
#[tokio::test]
async fn who_can_be_reached_by_few_does_not_tell_who_is_blocked() {
    let app = TestApp::start().await;
    let (blocking, quiet) = (World::new(&app, "_b").await, World::new(&app, "_q").await);
    for is_friend in [true, false] {
        let mut seen = Vec::new();
        for world in [&blocking, &quiet] {
            let minji = &world.minji;
            let them = if is_friend {
                &world.mallory
            } else {
                &world.stranger
            };
            let mut theirs = Transcript::of(world, them).await;
            theirs.hear().await;
            turn_invisible(minji).await;
            theirs.hear().await;
            if world.mark == blocking.mark {
                block(minji, them).await;
            }
            for closed in [
                json!({ "discoverable_by_handle": false, "friend_requests_from": "friends_of_friends" }),
                json!({ "messages_from": "everyone", "friend_requests_from": "nobody", "group_adds_from": "nobody" }),
                json!({ "messages_from": "friends", "group_adds_from": "friends" }),
            ] {
                minji.patch("/me/settings", &closed).await.json::<Value>();
                look_around(&mut theirs, "hello?").await;
                for body in [
                    json!({ "kind": "group", "member_ids": [minji.id()] }),
                    json!({ "kind": "direct", "user_id": minji.id() }),
                ] {
                    theirs.call(Method::POST, "/conversations", Some(body)).await;
                }
                let body = json!({ "handle": format!("minji{}", world.mark) });
                theirs.call(Method::POST, "/friend-requests", Some(body)).await;
                theirs.hear().await;
            }
            seen.push(theirs);
        }
        let (other, one) = (seen.pop().unwrap(), seen.pop().unwrap());
        assert_same(&one, &other);
    }
}

/// A link that was handed out before the block makes a friend all the same: one who is not here any more.
#[tokio::test]
async fn who_follows_a_link_cannot_tell_that_its_maker_blocks_them() {
    let app = TestApp::start().await;
    let (blocking, quiet) = (World::new(&app, "_b").await, World::new(&app, "_q").await);
    let mut seen = Vec::new();
    for world in [&blocking, &quiet] {
        let minji = &world.minji;
        let made: Value = minji.post("/me/friend-invites", &json!({})).await.json();
        let code = made["code"].as_str().unwrap().to_owned();
        let mut theirs = Transcript::of(world, &world.stranger).await;
        theirs.names.insert(code.clone(), "the code".to_owned());
        theirs.hear().await;
        turn_invisible(minji).await;
        if world.mark == blocking.mark {
            block(minji, &world.stranger).await;
        }
        let path = format!("/invites/{code}");
        theirs.get(&path).await;
        let body = json!({ "invite_code": code });
        theirs
            .call(Method::POST, "/friend-requests", Some(body.clone()))
            .await;
        theirs.hear().await;
        theirs.get(&path).await;
        theirs.call(Method::POST, "/friend-requests", Some(body)).await;
        look_around(&mut theirs, "hello?").await;
        seen.push(theirs);
    }
    assert!(blocking.minji.get("/friends").await.text().contains("mallory"));
    assert!(!blocking.minji.get("/friends").await.text().contains("stranger"));
    let (other, one) = (seen.pop().unwrap(), seen.pop().unwrap());
    assert_same(&one, &other);
}

/// Hidden picture, status and birthday look like ones that were taken away by their owner.
#[tokio::test]
async fn a_hidden_profile_looks_like_an_empty_one() {
    let app = TestApp::start().await;
    let (blocking, quiet) = (World::new(&app, "_b").await, World::new(&app, "_q").await);
    let mut seen = Vec::new();
    for world in [&blocking, &quiet] {
        let mut theirs = Transcript::of(world, &world.mallory).await;
        theirs.hear().await;
        if world.mark == blocking.mark {
            let path = format!("/blocks/{}", world.mallory.id());
            let hide = json!({ "hide_profile": true });
            world.minji.put(&path, &hide).await.json::<Value>();
        } else {
            world.minji.delete("/me/avatar").await.json::<Value>();
            let hide = json!({ "birthday_visibility": "nobody" });
            world.minji.patch("/me/settings", &hide).await.json::<Value>();
        }
        look_around(&mut theirs, "hello?").await;
        do_the_rest(&mut theirs).await;
        seen.push(theirs);
    }
    let (other, one) = (seen.pop().unwrap(), seen.pop().unwrap());
    assert_same(&one, &other);
}
