//! Blocking: what it does for the one who blocks; friendships, requests and profiles are in `blocks_people.rs`. That
//! nothing of it shows is asked in `blocks_unseen.rs`.

use damso_domain::{ClientKey, ConversationId};
use damso_protocol::{Block, DeletionReport, ErrorKind, Message, Page, ServerEvent};
use damso_testing::{Actor, Inbox, PASSWORD, Reply, TestApp};
use serde_json::{Value, json};
use tokio::task::JoinSet;

pub(crate) async fn block(actor: &Actor, other: &Actor) -> Block {
    put_block(actor, other, &json!({})).await.json()
}

pub(crate) async fn put_block(actor: &Actor, other: &Actor, body: &Value) -> Reply {
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

pub(crate) async fn ask(actor: &Actor, other: &Actor) -> Reply {
    actor
        .post("/friend-requests", &json!({ "user_id": other.id() }))
        .await
}

/// Two friends with a direct conversation in which both have said something and read it.
pub(crate) async fn two_who_talk(app: &TestApp) -> (Actor, Actor, ConversationId) {
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
    assert_eq!(blocks(&minji).await, std::slice::from_ref(&hides));
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
        assert!(!hears_typing(inbox).await);
    }
    for inbox in [&mut mine, &mut theirs] {
        assert!(!hears_typing(inbox).await);
    }
    unblock(&minji, &mallory).await;
    mine.settle().await;
    mallory.post(&path, &json!({})).await;
    assert!(hears_typing(&mut mine).await);
}

/// Whether somebody was typing. Read positions are gathered, and may come beside it.
async fn hears_typing(inbox: &mut Inbox) -> bool {
    let heard = inbox.settle().await;
    heard
        .iter()
        .any(|event| matches!(event, ServerEvent::TypingStarted(_)))
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
    assert_eq!(app.database.take_statements().len(), 1);
    block(&minji, &mallory).await;
    // What was at hand of the members is not true any more, as after any change of them.
    mallory.say(direct, "the list of members is at hand again").await;
    app.database.take_statements();
    mallory.say(direct, "withheld").await;
    assert_eq!(app.database.take_statements().len(), 1);
    assert_eq!(minji.texts(direct).await.len(), 4);
}
