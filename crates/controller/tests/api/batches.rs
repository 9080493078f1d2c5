//! Messages that are stored together: none holds up, harms or doubles another.

use std::collections::BTreeSet;

use damso_domain::ClientKey;
use damso_protocol::{ErrorKind, Message, SendMessageRequest, ServerEvent};
use damso_repository::{Connection, RepositoryError};
use damso_service::{ServiceConfig, Services};
use damso_testing::{PASSWORD, TestApp};
use diesel_async::SimpleAsyncConnection as _;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::blocks::{block, unblock};

#[tokio::test]
async fn a_locked_conversation_holds_up_only_itself() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let held = minji.create_group("held", &[&seoyeon]).await.id;
    let free = minji.create_group("free", &[&seoyeon]).await.id;
    let lock = app.database.lock_conversation(held).await;

    let mut waiting = JoinSet::new();
    for n in 0..5 {
        let (minji, seoyeon) = (minji.clone(), seoyeon.clone());
        waiting.spawn(async move {
            let author = if n % 2 == 0 { minji } else { seoyeon };
            author.send(held, &format!("waits {n}")).await.json::<Message>()
        });
    }
    minji.say(free, "passes").await;
    seoyeon.say(free, "passes too").await;
    assert!(waiting.try_join_next().is_none(), "the lock is still held");

    lock.release().await;
    let seqs: BTreeSet<i64> = waiting
        .join_all()
        .await
        .iter()
        .map(|sent| sent.seq.as_i64())
        .collect();
    assert_eq!(
        seqs,
        (2..=6).collect(),
        "behind the notice that the group was made"
    );
    assert_eq!(minji.texts(free).await, ["passes", "passes too"]);
}

#[tokio::test]
async fn a_message_waits_while_the_disk_is_full() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let conversation = app.direct_conversation(&minji, &seoyeon).await;
    app.database
        .execute(
            "CREATE FUNCTION fill_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
            END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON messages EXECUTE FUNCTION fill_disk()",
        )
        .await;
    let sending = tokio::spawn({
        let minji = minji.clone();
        async move { minji.send(conversation, "patience").await.status.as_u16() }
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    app.database.execute("DROP TRIGGER full_disk ON messages").await;
    assert_eq!(sending.await.unwrap(), 201);
    assert_eq!(seoyeon.texts(conversation).await, ["patience"]);
}

#[tokio::test]
async fn what_cannot_be_stored_harms_only_its_sender() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    app.database
        .execute("ALTER TABLE messages ADD CONSTRAINT no_poison CHECK (text <> 'poison')")
        .await;
    // While the conversation is locked they gather, and go out as one batch.
    let lock = app.database.lock_conversation(group).await;
    let mut sends = JoinSet::new();
    for n in 0..20 {
        let minji = minji.clone();
        sends.spawn(async move {
            let text = if n == 13 {
                "poison".to_owned()
            } else {
                n.to_string()
            };
            // Not through the description, which knows no 500.
            let body = json!({ "client_key": ClientKey::new(), "text": text });
            let path = format!("/conversations/{group}/messages");
            let request = minji.request(Method::POST, &path).json(&body);
            let reply = request.send().await.unwrap();
            (reply.status().as_u16(), reply.json::<Value>().await.unwrap())
        });
    }
    app.database.wait_for_a_blocked_backend().await;
    lock.release().await;
    let replies = sends.join_all().await;
    let (stored, failed): (Vec<_>, Vec<_>) = replies.into_iter().partition(|(status, _)| *status == 201);
    assert_eq!((stored.len(), failed.len()), (19, 1));
    assert_eq!((failed[0].0, &failed[0].1["kind"]), (500, &json!("internal")));
    let seqs: BTreeSet<i64> = stored
        .iter()
        .filter_map(|(_, sent)| sent["seq"].as_i64())
        .collect();
    assert_eq!(seqs, (2..=20).collect(), "the one that failed took no number");
}

#[tokio::test]
async fn lost_connections_lose_and_double_nothing() {
    const SENDS: u16 = 300;
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    minji.say(group, "begins").await;
    let mut inbox = seoyeon.connect().await;
    let heard = tokio::spawn(async move {
        let mut heard = BTreeSet::new();
        while heard.len() < usize::from(SENDS) {
            heard.insert(inbox.next_message().await.seq.as_i64());
        }
        heard
    });
    let mut sends = JoinSet::new();
    for n in 0..SENDS {
        let minji = minji.clone();
        sends.spawn(async move {
            let key = ClientKey::new();
            loop {
                let reply = minji.send_with_key(group, key, &n.to_string()).await;
                match reply.status.as_u16() {
                    200 | 201 => return reply.json::<Message>(),
                    503 => (),
                    other => panic!("{other}"),
                }
            }
        });
    }
    let mut sent = Vec::with_capacity(SENDS.into());
    while let Some(message) = sends.join_next().await {
        sent.push(message.unwrap());
        if sent.len() % 40 == 0 {
            app.database.terminate_backends().await;
        }
    }
    let texts: Vec<String> = sent.iter().filter_map(|message| message.text.clone()).collect();
    let numbers: BTreeSet<i64> = sent.iter().map(|message| message.seq.as_i64()).collect();
    assert_eq!(numbers, (3..3 + i64::from(SENDS)).collect());
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), usize::from(SENDS));
    assert_eq!(
        app.database
            .count("SELECT count(*) FROM messages WHERE kind = 'user'")
            .await,
        i64::from(SENDS) + 1
    );
    assert_eq!(
        heard.await.unwrap(),
        numbers,
        "everything that is stored was told"
    );
}

#[tokio::test]
async fn who_hears_of_a_message_is_who_is_there_when_it_is_stored() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let mut left = seoyeon.connect().await;
    let mut joins = jiho.connect().await;
    let texts = |heard: Vec<Message>| {
        heard
            .into_iter()
            .filter_map(|message| message.text)
            .collect::<Vec<_>>()
    };
    minji.say(group, "both of us").await;
    minji.add_members(group, &[&jiho]).await;
    minji.say(group, "three of us").await;
    minji.remove_member(group, &seoyeon).await;
    minji.say(group, "two of us again").await;
    // A direct word at the end shows that nothing else is on its way.
    for (other, inbox, expected) in [
        (&seoyeon, &mut left, ["both of us", "three of us"]),
        (&jiho, &mut joins, ["three of us", "two of us again"]),
    ] {
        let direct = minji.open_direct(other).await.id;
        minji.say(direct, "end").await;
        let mut heard = Vec::new();
        loop {
            let message = inbox.next_message().await;
            if message.conversation_id == direct {
                break;
            }
            heard.push(message);
        }
        assert_eq!(texts(heard), expected);
    }
}

/// Nobody knows what became of it, so everybody looks.
#[tokio::test]
async fn after_a_commit_that_was_not_answered_everybody_catches_up() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let mut socket = minji.connect().await;
    let lost = app
        .services
        .database
        .transaction(async |conn: &mut Connection| {
            // The connection is gone before the commit.
            let ends = "SELECT pg_terminate_backend(pg_backend_pid())";
            assert!(conn.batch_execute(ends).await.is_err());
            Ok::<_, RepositoryError>(())
        })
        .await;
    assert!(lost.is_err());
    assert!(matches!(socket.next().await, ServerEvent::Resync(_)));
}

/// A batch that was given up may have been stored before its connection was lost.
#[tokio::test]
async fn after_a_batch_that_was_given_up_everybody_catches_up() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let conversation = app.direct_conversation(&minji, &seoyeon).await;
    let mut socket = seoyeon.connect().await;
    app.database
        .execute(
            "CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                PERFORM pg_terminate_backend(pg_backend_pid());
                RETURN NEW;
            END $$;
            CREATE TRIGGER lost_connection BEFORE INSERT ON messages EXECUTE FUNCTION hang_up()",
        )
        .await;
    assert_eq!(minji.send(conversation, "impatience").await.status, 503);
    while !matches!(socket.next().await, ServerEvent::Resync(_)) {}
}

/// The members of a conversation are not looked at again for each message: what changes with them changes that.
#[tokio::test]
async fn what_is_at_hand_of_members_is_not_used_when_it_is_old() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    for author in [&minji, &seoyeon, &minji] {
        author.say(direct, "at hand").await;
    }
    // It comes back into a list that it was taken off.
    seoyeon.leave(direct).await;
    assert!(!seoyeon.listed().await.contains(&direct));
    minji.say(direct, "are you there?").await;
    assert!(seoyeon.listed().await.contains(&direct));
    minji.say(direct, "at hand").await;
    // Who blocks does not write, and hears nothing; who is blocked writes on.
    block(&seoyeon, &minji).await;
    minji.say(direct, "withheld").await;
    minji.say(direct, "withheld, and at hand").await;
    let refused = seoyeon.send(direct, "not sent").await;
    assert_eq!(refused.refusal(), (403, ErrorKind::BlockedByYou));
    unblock(&seoyeon, &minji).await;
    minji.say(direct, "heard").await;
    seoyeon.say(direct, "sent").await;
    assert_eq!(
        seoyeon.texts(direct).await,
        ["are you there?", "at hand", "heard", "sent"]
    );
    // Nothing is written to somebody who is gone.
    let gone = json!({ "password": PASSWORD, "messages": "keep" });
    assert_eq!(seoyeon.post("/me/deletion", &gone).await.status, 200);
    assert_eq!(
        minji.send(direct, "too late").await.refusal(),
        (403, ErrorKind::NotAllowed)
    );
}

/// Two servers on one database, each with what it has at hand of its own.
#[tokio::test]
async fn two_servers_number_one_conversation_together() {
    const EACH: i64 = 60;
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let beside = Services::new(
        &ServiceConfig::default(),
        app.database.database.clone(),
        app.objects.clone(),
        None,
        &app.keys,
    );
    let mut sends = JoinSet::new();
    for n in 0..EACH {
        for (author, services) in [(&minji, &app.services), (&seoyeon, &beside)] {
            let (author, messages) = (author.id(), services.messages.clone());
            let request = SendMessageRequest {
                client_key: ClientKey::new(),
                text: Some(n.to_string()),
                attachment_ids: Vec::new(),
                reply_to_seq: None,
                forward_of: None,
                mention_spans: Vec::new(),
                mentions_all: false,
                is_silent: false,
            };
            sends.spawn(async move { messages.send(author, direct, &request).await });
        }
    }
    let mut seqs = BTreeSet::new();
    for sent in sends.join_all().await {
        let sent = sent.unwrap_or_else(|error| panic!("{error}"));
        assert!(
            seqs.insert(sent.message.seq.as_i64()),
            "{} twice",
            sent.message.seq
        );
    }
    assert_eq!(seqs, (1..=2 * EACH).collect());
    assert_eq!(minji.conversation(direct).await.last_seq.as_i64(), 2 * EACH);
}
