//! Blocking: what it does for the one who blocks. That nothing of it shows is asked in `blocks_unseen.rs`.

use damso_domain::{ClientKey, ConversationId, FriendRequestId};
use damso_protocol::{
    Block, DeletionReport, ErrorKind, Friend, FriendRequest, FriendRequestState, Message, Page, ServerEvent,
    User,
};
use damso_testing::{Actor, PASSWORD, Reply, TestApp};
use serde_json::{Value, json};
use tokio::task::JoinSet;

pub(crate) async fn block(actor: &Actor, other: &Actor) -> Block {
    put_block(actor, other, &json!({})).await.json()
}

async fn put_block(actor: &Actor, other: &Actor, body: &Value) -> Reply {
    actor.put(&format!("/blocks/{}", other.id()), body).await
}

pub(crate) async fn unblock(actor: &Actor, other: &Actor) {
    let reply = actor.delete(&format!("/blocks/{}", other.id())).await;
    assert_eq!(reply.status, 204, "{}", reply.text());
}

async fn blocks(actor: &Actor) -> Vec<Block> {
    let page: Page<Block> = actor.get("/blocks").await.json();
    page.items
}

async fn friends(actor: &Actor) -> Vec<Friend> {
    let page: Page<Friend> = actor.get("/friends").await.json();
    page.items
}

async fn requests(actor: &Actor, direction: &str) -> Vec<FriendRequest> {
    let path = format!("/friend-requests?direction={direction}");
    let page: Page<FriendRequest> = actor.get(&path).await.json();
    page.items
}

async fn ask(actor: &Actor, other: &Actor) -> Reply {
    actor
        .post("/friend-requests", &json!({ "user_id": other.id() }))
        .await
}

async fn answer(actor: &Actor, id: FriendRequestId, answer: &str) -> Reply {
    actor
        .post(&format!("/friend-requests/{id}/{answer}"), &json!({}))
        .await
}

/// Two friends with a direct conversation in which both have said something and read it.
async fn two_who_talk(app: &TestApp) -> (Actor, Actor, ConversationId) {
    let [minji, mallory] = app.friends(["minji", "mallory"]).await;
    let direct = minji.open_direct(&mallory).await.id;
    minji.say(direct, "hello").await;
    mallory.say(direct, "hi").await;
    for one in [&minji, &mallory] {
        one.mark_read(direct, 2).await;
    }
    (minji, mallory, direct)
}

#[tokio::test]
async fn somebody_is_blocked_and_let_be_again() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.friends(["minji", "mallory"]).await;
    let mut inbox = minji.connect().await;
    let before = minji.me().await.user_rev;
    let first = block(&minji, &mallory).await;
    assert_eq!((first.user.id, first.hide_profile), (mallory.id(), false));
    let told = inbox.settle().await;
    assert!(
        matches!(&told[..], [ServerEvent::FriendRemoved(removed), ServerEvent::BlockAdded(added)]
            if removed.user_id == mallory.id() && added.block == first
                && added.user_rev == removed.user_rev.next()),
        "{told:?}"
    );
    // Again: nothing happens. Another level: that alone changes.
    assert_eq!(block(&minji, &mallory).await, first);
    inbox.assert_silent().await;
    let hides: Block = put_block(&minji, &mallory, &json!({ "hide_profile": true }))
        .await
        .json();
    assert_eq!((hides.hide_profile, hides.since), (true, first.since));
    let told = inbox.settle().await;
    let is_level =
        |event: &ServerEvent| matches!(event, ServerEvent::BlockAdded(added) if added.block == hides);
    assert!(told.iter().any(is_level), "{told:?}");
    assert_eq!(blocks(&minji).await, [hides.clone()]);
    let changes = minji.sync_since(before.as_i64(), &[]).await.user_changes;
    assert_eq!(
        (changes.blocks, changes.removed_friend_ids),
        (vec![hides], vec![mallory.id()])
    );

    let before = minji.me().await.user_rev;
    unblock(&minji, &mallory).await;
    let told = inbox.settle().await;
    let is_end = |event: &ServerEvent| matches!(event, ServerEvent::BlockRemoved(removed) if removed.user_id == mallory.id());
    assert!(told.iter().any(is_end), "{told:?}");
    assert_eq!(blocks(&minji).await, []);
    let changes = minji.sync_since(before.as_i64(), &[]).await.user_changes;
    assert_eq!(changes.removed_block_ids, [mallory.id()]);
    unblock(&minji, &mallory).await;
    inbox.assert_silent().await;
}

#[tokio::test]
async fn nobody_blocks_themself_or_nobody() {
    let app = TestApp::start().await;
    let [minji, gone] = app.users(["minji", "gone"]).await;
    assert_eq!(
        put_block(&minji, &minji, &json!({})).await.refusal(),
        (422, ErrorKind::CannotBlockSelf)
    );
    gone.post(
        "/me/deletion",
        &json!({ "password": PASSWORD, "messages": "erase" }),
    )
    .await
    .json::<DeletionReport>();
    assert_eq!(
        put_block(&minji, &gone, &json!({})).await.refusal(),
        (404, ErrorKind::UserNotFound)
    );
    assert_eq!(blocks(&minji).await, []);
}

#[tokio::test]
async fn there_are_only_so_many_blocks() {
    let app = TestApp::start().await;
    let [minji, one, other] = app.users(["minji", "one", "other"]).await;
    let most = Block::MOST;
    let fill = format!(
        "WITH made AS (INSERT INTO users (id, handle, display_name, status_message, password_hash, locale, version, \
             rev, created_at) SELECT gen_random_uuid(), 'h' || n, 'x', '', 'x', 'ko', 1, 0, now() \
             FROM generate_series(1, {most} - 1) n RETURNING id) \
         INSERT INTO blocks SELECT '{}', id, false, now() FROM made",
        minji.id()
    );
    app.database.execute(&fill).await;
    block(&minji, &one).await;
    assert_eq!(
        put_block(&minji, &other, &json!({})).await.refusal(),
        (422, ErrorKind::TooManyBlocks)
    );
    // Who is blocked can be blocked otherwise, and pages go through all of them.
    put_block(&minji, &one, &json!({ "hide_profile": true }))
        .await
        .json::<Block>();
    let mut seen = 0;
    let mut path = "/blocks?limit=100".to_owned();
    loop {
        let page: Page<Block> = minji.get(&path).await.json();
        seen += page.items.len();
        match page.next_cursor {
            Some(cursor) => path = format!("/blocks?limit=100&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(i64::try_from(seen).unwrap(), most);
}

#[tokio::test]
async fn what_the_blocked_one_writes_stays_away_for_ever() {
    let app = TestApp::start().await;
    let (minji, mallory, direct) = two_who_talk(&app).await;
    let before = minji.conversation(direct).await;
    block(&minji, &mallory).await;
    let (mut mine, mut theirs) = (minji.connect().await, mallory.connect().await);
    let file = mallory.upload("note.txt", "text/plain", b"note".to_vec()).await;
    let withheld = mallory.say(direct, "can you see this?").await;
    let with_file: Message = mallory.send_files(direct, &[file.id]).await.json();
    assert_eq!((withheld.seq.as_i64(), with_file.seq.as_i64()), (3, 4));
    for (event, message) in mine.settle().await.iter().zip([&withheld, &with_file]) {
        assert!(
            matches!(event, ServerEvent::MessageWithheld(told)
                if (told.conversation_id, told.seq, told.rev) == (direct, message.seq, message.rev)),
            "{event:?}"
        );
    }
    assert_eq!(
        theirs.settle().await.len(),
        2,
        "their own devices hear of it as ever"
    );
    let seen = minji.conversation(direct).await;
    assert_eq!(seen.unread_count, 0);
    assert_eq!(seen.last_message, before.last_message);
    assert_eq!(seen.last_seq, with_file.seq);
    assert_eq!(minji.texts(direct).await, ["hello", "hi"]);
    assert_eq!(
        minji
            .get(&format!("/attachments/{}/content", file.id))
            .await
            .refusal(),
        (404, ErrorKind::AttachmentNotFound)
    );

    unblock(&minji, &mallory).await;
    let after = mallory.say(direct, "and now?").await;
    assert_eq!(minji.texts(direct).await, ["hello", "hi", "and now?"]);
    assert_eq!(minji.conversation(direct).await.unread_count, 1);
    assert_eq!(
        minji.message(direct, withheld.seq.as_i64()).await.refusal(),
        (404, ErrorKind::MessageNotFound)
    );
    assert_eq!(
        minji.sync_since(0, &[&before]).await.conversations[0]
            .withheld
            .len(),
        2
    );
    assert_eq!(
        mallory.texts(direct).await,
        ["hello", "hi", "can you see this?", "and now?"]
    );
    assert_eq!(after.seq.as_i64(), 5);
}

#[tokio::test]
async fn a_cleared_conversation_does_not_come_back_by_what_is_withheld() {
    let app = TestApp::start().await;
    let (minji, mallory, direct) = two_who_talk(&app).await;
    minji.leave(direct).await;
    block(&minji, &mallory).await;
    let mut mine = minji.connect().await;
    let file = mallory.upload("note.txt", "text/plain", b"note".to_vec()).await;
    mallory.say(direct, "where are you?").await;
    mallory.send_files(direct, &[file.id]).await.json::<Message>();
    let told = mine.settle().await;
    assert!(
        told.iter()
            .all(|event| matches!(event, ServerEvent::MessageWithheld(_))),
        "{told:?}"
    );
    assert!(!minji.listed().await.contains(&direct));
    unblock(&minji, &mallory).await;
    mallory.say(direct, "there you are").await;
    assert!(minji.listed().await.contains(&direct));
    assert_eq!(minji.texts(direct).await, ["there you are"]);
}

#[tokio::test]
async fn a_direct_conversation_with_somebody_who_blocks_is_one_sided_from_its_beginning() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.friends(["minji", "mallory"]).await;
    block(&minji, &mallory).await;
    let opened = mallory
        .post(
            "/conversations",
            &json!({ "kind": "direct", "user_id": minji.id() }),
        )
        .await;
    assert_eq!(opened.status, 201);
    let direct = opened.json::<damso_protocol::Conversation>().id;
    mallory.say(direct, "hello?").await;
    assert!(!minji.listed().await.contains(&direct));
    assert_eq!(minji.texts(direct).await, [] as [&str; 0]);
    let reads = mallory.conversation(direct).await;
    assert!(
        reads
            .members
            .iter()
            .any(|member| member.read_seq.is_some_and(|seq| seq.as_i64() == 0))
    );
}

#[tokio::test]
async fn whoever_blocks_lets_them_be_again_before_writing_to_them() {
    let app = TestApp::start().await;
    let (minji, mallory, direct) = two_who_talk(&app).await;
    let key = ClientKey::new();
    let first: Message = minji.send_with_key(direct, key, "sent before").await.json();
    block(&minji, &mallory).await;
    let mut theirs = mallory.connect().await;
    let file = minji.upload("note.txt", "text/plain", b"note".to_vec()).await;
    for refused in [
        minji.send(direct, "never mind").await,
        minji.send_files(direct, &[file.id]).await,
        ask(&minji, &mallory).await,
    ] {
        assert_eq!(refused.refusal(), (403, ErrorKind::BlockedByYou));
    }
    theirs.assert_silent().await;
    // What was stored before is answered as ever.
    let again = minji.send_with_key(direct, key, "sent before").await;
    assert_eq!(
        (again.status.as_u16(), again.json::<Message>().seq),
        (200, first.seq)
    );
    unblock(&minji, &mallory).await;
    minji.say(direct, "never mind").await;
    assert_eq!(mallory.texts(direct).await.last().unwrap(), "never mind");
}

#[tokio::test]
async fn between_the_two_nobody_hears_of_typing() {
    let app = TestApp::start().await;
    let (minji, mallory, direct) = two_who_talk(&app).await;
    let (mut mine, mut theirs) = (minji.connect().await, mallory.connect().await);
    for inbox in [&mut mine, &mut theirs] {
        inbox.watch(&[direct]).await;
    }
    block(&minji, &mallory).await;
    mine.settle().await;
    let path = format!("/conversations/{direct}/typing");
    for (actor, inbox) in [(&minji, &mut mine), (&mallory, &mut theirs)] {
        assert_eq!(actor.post(&path, &json!({})).await.status, 204);
        inbox.typing(direct).await;
        inbox.assert_silent().await;
    }
    for inbox in [&mut mine, &mut theirs] {
        inbox.assert_silent().await;
    }
    unblock(&minji, &mallory).await;
    mine.settle().await;
    mallory.post(&path, &json!({})).await;
    assert!(matches!(
        &mine.settle().await[..],
        [ServerEvent::TypingStarted(_)]
    ));
}

#[tokio::test]
async fn in_a_group_both_are_heard() {
    let app = TestApp::start().await;
    let [minji, mallory, jiho] = app.friends(["minji", "mallory", "jiho"]).await;
    let group = jiho.create_group("hikers", &[&minji, &mallory]).await.id;
    block(&minji, &mallory).await;
    mallory.say(group, "hi all").await;
    minji.say(group, "hi").await;
    assert_eq!(minji.texts(group).await, ["hi all", "hi"]);
    assert_eq!(mallory.texts(group).await, ["hi all", "hi"]);
    assert_eq!(minji.conversation(group).await.unread_count, 1);
    // They are no friend to bring into one any more.
    assert_eq!(
        minji
            .post(
                "/conversations",
                &json!({ "kind": "group", "name": null, "member_ids": [mallory.id()] })
            )
            .await
            .refusal(),
        (403, ErrorKind::NotFriends)
    );
}

#[tokio::test]
async fn a_request_of_the_blocked_one_waits_unseen() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.users(["minji", "mallory"]).await;
    let waiting: FriendRequest = ask(&mallory, &minji).await.json();
    block(&minji, &mallory).await;
    assert_eq!(requests(&minji, "incoming").await, []);
    assert_eq!(requests(&mallory, "outgoing").await, [waiting.clone()]);
    for verb in ["accept", "decline"] {
        assert_eq!(
            answer(&minji, waiting.id, verb).await.refusal(),
            (404, ErrorKind::FriendRequestNotFound)
        );
    }
    let all = minji.sync_since(0, &[]).await.user_changes;
    assert_eq!(
        (all.friend_requests.len(), all.closed_friend_request_ids),
        (0, vec![waiting.id])
    );
    // Withdrawn and made anew: the one who blocks hears of nothing.
    let mut mine = minji.connect().await;
    let withdrawn = mallory.delete(&format!("/friend-requests/{}", waiting.id)).await;
    assert_eq!(withdrawn.status, 204);
    let anew: FriendRequest = ask(&mallory, &minji).await.json();
    assert_eq!(anew.state, FriendRequestState::Pending);
    mine.assert_silent().await;
    assert_eq!(requests(&minji, "incoming").await, []);
    // Let be again, nothing comes back by itself; asked again, the request is seen.
    unblock(&minji, &mallory).await;
    mine.settle().await;
    assert_eq!(requests(&minji, "incoming").await, []);
    assert_eq!(ask(&mallory, &minji).await.json::<FriendRequest>().id, anew.id);
    assert!(matches!(
        &mine.settle().await[..],
        [ServerEvent::FriendRequestReceived(_)]
    ));
    assert_eq!(requests(&minji, "incoming").await, [anew.clone()]);
    answer(&minji, anew.id, "accept").await.json::<Friend>();
    assert_eq!(
        (friends(&minji).await.len(), friends(&mallory).await.len()),
        (1, 1)
    );
}

#[tokio::test]
async fn a_request_to_the_blocked_one_makes_no_friend_of_theirs_ours() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.users(["minji", "mallory"]).await;
    let own: FriendRequest = ask(&minji, &mallory).await.json();
    block(&minji, &mallory).await;
    assert_eq!(requests(&minji, "outgoing").await, []);
    let mut mine = minji.connect().await;
    // To them it is a request like any other, and so is what comes of it.
    assert_eq!(requests(&mallory, "incoming").await, [own]);
    assert_eq!(
        ask(&mallory, &minji).await.json::<FriendRequest>().state,
        FriendRequestState::Accepted
    );
    assert_eq!(friends(&mallory).await.len(), 1);
    assert_eq!(friends(&minji).await, []);
    mine.assert_silent().await;
    // Who has kept us as a friend is one again as soon as we ask.
    unblock(&minji, &mallory).await;
    assert_eq!(
        ask(&minji, &mallory).await.json::<FriendRequest>().state,
        FriendRequestState::Accepted
    );
    assert_eq!(friends(&minji).await[0].user.id, mallory.id());
}

#[tokio::test]
async fn a_friend_who_was_blocked_is_asked_for_again_and_never_noticed() {
    let app = TestApp::start().await;
    let (minji, mallory, direct) = two_who_talk(&app).await;
    block(&minji, &mallory).await;
    assert_eq!(friends(&minji).await, []);
    assert_eq!(friends(&mallory).await.len(), 1);
    assert_eq!(
        minji
            .delete(&format!("/friends/{}", mallory.id()))
            .await
            .refusal(),
        (404, ErrorKind::FriendNotFound)
    );
    unblock(&minji, &mallory).await;
    assert_eq!(friends(&minji).await, []);
    let (mut mine, mut theirs) = (minji.connect().await, mallory.connect().await);
    assert_eq!(
        ask(&minji, &mallory).await.json::<FriendRequest>().state,
        FriendRequestState::Accepted
    );
    assert!(
        matches!(&mine.settle().await[..], [ServerEvent::FriendAdded(added)]
        if added.friend.user.id == mallory.id())
    );
    theirs.assert_silent().await;
    app.services.presence.tell_news().await.unwrap();
    let told = theirs.settle().await;
    assert!(
        told.iter()
            .any(|event| matches!(event, ServerEvent::PresenceChanged(_))),
        "{told:?}"
    );
    minji.say(direct, "hello again").await;
    assert_eq!(mallory.conversation(direct).await.unread_count, 1);
}

#[tokio::test]
async fn a_hidden_profile_is_hidden_everywhere_and_comes_back() {
    let app = TestApp::start().await;
    let [minji, mallory, jiho] = app.friends(["minji", "mallory", "jiho"]).await;
    let group = jiho.create_group("hikers", &[&minji, &mallory]).await.id;
    let upload = minji
        .upload("me.png", "image/png", damso_testing::picture::png(64, 64))
        .await;
    minji
        .put("/me/avatar", &json!({ "attachment_id": upload.id }))
        .await
        .json::<Value>();
    minji
        .patch("/me", &json!({ "status_message": "on holiday" }))
        .await
        .json::<Value>();
    // Pages keep profiles in memory; these are.
    minji.say(group, "hi").await;
    mallory.messages(group).await;
    let find = |users: Vec<User>| users.into_iter().find(|user| user.id == minji.id()).unwrap();
    let seen = |viewer: &Actor| {
        let viewer = viewer.clone();
        let id = minji.id();
        async move {
            let by_id: User = viewer.get(&format!("/users/{id}")).await.json();
            let by_handle: User = viewer.get("/users/by-handle/minji").await.json();
            let on_page = find(viewer.messages(group).await.users);
            let in_sync = find(viewer.sync_since(0, &[]).await.users);
            let as_friend = friends(&viewer)
                .await
                .into_iter()
                .find(|friend| friend.user.id == id);
            assert_eq!(by_id, by_handle);
            assert_eq!(by_id, on_page);
            assert_eq!(by_id, in_sync);
            assert_eq!(Some(&by_id), as_friend.as_ref().map(|friend| &friend.user));
            by_id
        }
    };
    let whole = seen(&mallory).await;
    assert_eq!(
        (whole.avatar.is_some(), &*whole.status_message),
        (true, "on holiday")
    );
    let mut theirs = mallory.connect().await;
    put_block(&minji, &mallory, &json!({ "hide_profile": true }))
        .await
        .json::<Block>();
    let profile = |event: ServerEvent| match event {
        ServerEvent::ProfileUpdated(updated) => Some(updated.user),
        _ => None,
    };
    let told = theirs.wait_for(profile).await;
    let hidden = seen(&mallory).await;
    assert_eq!((&hidden.avatar, &*hidden.status_message), (&None, ""));
    assert_eq!((&told, &*hidden.display_name), (&hidden, "minji"));
    assert!(whole.version < hidden.version, "their copy gives way to it");
    assert!(seen(&jiho).await.avatar.is_some());
    // Also in what a group is told of its members, the same for all the others.
    let mut others = jiho.connect().await;
    jiho.set_role(group, &minji, "admin").await;
    let member = |event: ServerEvent| match event {
        ServerEvent::MemberUpdated(updated) => Some(updated.user),
        _ => None,
    };
    assert_eq!(theirs.wait_for(member).await, hidden);
    assert!(others.wait_for(member).await.avatar.is_some());

    unblock(&minji, &mallory).await;
    let told = theirs.wait_for(profile).await;
    assert_eq!((told.avatar, &*told.status_message), (whole.avatar, "on holiday"));
    assert!(hidden.version < told.version);
    assert_eq!(seen(&mallory).await.version, told.version);
}

#[tokio::test]
async fn a_deleted_account_leaves_no_block() {
    let app = TestApp::start().await;
    let [minji, mallory, jiho] = app.friends(["minji", "mallory", "jiho"]).await;
    minji.open_direct(&mallory).await;
    put_block(&minji, &mallory, &json!({ "hide_profile": true }))
        .await
        .json::<Block>();
    block(&mallory, &jiho).await;
    let mut mine = minji.connect().await;
    let report: DeletionReport = mallory
        .post(
            "/me/deletion",
            &json!({ "password": PASSWORD, "messages": "erase" }),
        )
        .await
        .json();
    assert_eq!((report.removed.blocks, report.removed.friends), (1, 1));
    let told = mine.settle().await;
    let is_end = |event: &ServerEvent| matches!(event, ServerEvent::BlockRemoved(removed) if removed.user_id == mallory.id());
    assert!(told.iter().any(is_end), "{told:?}");
    assert_eq!(blocks(&minji).await, []);
    for rest in [
        "SELECT count(*) FROM blocks",
        "SELECT count(*) FROM users WHERE hidden_from IS NOT NULL",
        "SELECT count(*) FROM members WHERE is_blocking",
    ] {
        assert_eq!(app.database.count(rest).await, 0, "{rest}");
    }
}

/// How many messages of a round somebody sees.
async fn seen(actor: &Actor, direct: ConversationId, round: i32) -> usize {
    let texts = actor.texts(direct).await;
    let of_round = texts.iter().filter(|text| text.starts_with(&format!("{round} ")));
    of_round.count()
}

/// Each message comes before the block or is withheld for ever; which of both, both sides agree on.
#[tokio::test]
async fn of_a_block_and_a_message_at_once_one_comes_first() {
    let app = TestApp::start().await;
    let (minji, mallory, direct) = two_who_talk(&app).await;
    for round in 0..25 {
        let mut mine = minji.connect().await;
        let mut calls = JoinSet::new();
        for n in 0..6 {
            let mallory = mallory.clone();
            calls.spawn(async move { drop(mallory.say(direct, &format!("{round} {n}")).await) });
        }
        let (blocker, blocked) = (minji.clone(), mallory.clone());
        calls.spawn(async move { drop(block(&blocker, &blocked).await) });
        calls.join_all().await;
        let mut heard = (0, 0);
        for event in mine.settle().await {
            match event {
                ServerEvent::MessageCreated(_) => heard.0 += 1,
                ServerEvent::MessageWithheld(_) => heard.1 += 1,
                _ => (),
            }
        }
        assert_eq!(heard.0 + heard.1, 6);
        assert_eq!(seen(&minji, direct, round).await, heard.0);
        // Stamped for ever: letting them be again brings none of them back.
        unblock(&minji, &mallory).await;
        assert_eq!(seen(&minji, direct, round).await, heard.0);
        assert_eq!(seen(&mallory, direct, round).await, 6);
        let all = mallory.messages(direct).await.items;
        let seqs: Vec<i64> = all.iter().map(|message| message.seq.as_i64()).collect();
        assert!(seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{seqs:?}");
    }
}

/// A block and the making of the conversation that it has to hold, at once.
#[tokio::test]
async fn a_conversation_that_is_made_while_somebody_blocks_knows_of_it() {
    let app = TestApp::start().await;
    let names: Vec<String> = (0..8).map(|n| format!("mallory{n}")).collect();
    let [minji] = app.users(["minji"]).await;
    for name in &names {
        let [mallory] = app.users([name.as_str()]).await;
        minji.befriend(&mallory).await;
        let (blocked, direct) = tokio::join!(block(&minji, &mallory), mallory.open_direct(&minji));
        assert_eq!(blocked.user.id, mallory.id());
        mallory.say(direct.id, "hello").await;
        assert_eq!(minji.texts(direct.id).await, [] as [&str; 0]);
    }
}

#[tokio::test]
async fn a_block_costs_a_send_nothing() {
    let app = TestApp::start().await;
    let (minji, mallory, direct) = two_who_talk(&app).await;
    mallory.say(direct, "the list of members is at hand").await;
    app.database.take_statements();
    mallory.say(direct, "seen").await;
    assert_eq!(app.database.take_statements().len(), 2);
    block(&minji, &mallory).await;
    app.database.take_statements();
    mallory.say(direct, "withheld").await;
    assert_eq!(app.database.take_statements().len(), 2);
}
