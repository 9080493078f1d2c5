//! How far people have read, and what is left to read.

use damso_domain::{ConversationId, Seq};
use damso_protocol::{ErrorKind, Readers, Reads, ServerEvent};
use damso_testing::{Actor, TestApp};
use serde_json::json;

async fn reads(actor: &Actor, id: ConversationId) -> Vec<(damso_domain::UserId, i64)> {
    let reads: Reads = actor.get(&format!("/conversations/{id}/reads")).await.json();
    reads
        .items
        .iter()
        .map(|read| (read.user_id, read.read_seq.as_i64()))
        .collect()
}

async fn readers(
    actor: &Actor,
    id: ConversationId,
    seq: i64,
) -> (Vec<damso_domain::UserId>, Vec<damso_domain::UserId>) {
    let readers: Readers = actor
        .get(&format!("/conversations/{id}/messages/{seq}/readers"))
        .await
        .json();
    let ids = |users: &[damso_protocol::User]| {
        let mut ids: Vec<_> = users.iter().map(|user| user.id).collect();
        ids.sort_unstable();
        ids
    };
    (ids(&readers.read), ids(&readers.unread))
}

#[tokio::test]
async fn the_pointer_moves_forward_and_not_beyond_the_last_message() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    for text in ["1", "2", "3"] {
        seoyeon.say(direct, text).await;
    }
    for (shown, read, unread) in [(0, 0, 3), (2, 2, 1), (1, 2, 1), (i64::MAX, 3, 0), (3, 3, 0)] {
        let position = minji.mark_read(direct, shown).await;
        assert_eq!(
            (position.read_seq.as_i64(), position.unread_count),
            (read, unread),
            "{shown}"
        );
    }
    let wrong = minji
        .put(&format!("/conversations/{direct}/read"), &json!({ "seq": -1 }))
        .await;
    assert_eq!(wrong.refusal(), (422, ErrorKind::SeqOutOfRange));
    assert_eq!(minji.conversation(direct).await.membership.read_seq.as_i64(), 3);
}

#[tokio::test]
async fn sending_does_not_move_the_pointer() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    seoyeon.say(direct, "unseen").await;
    minji.say(direct, "mine").await;
    let seen = minji.conversation(direct).await;
    assert_eq!((seen.unread_count, seen.membership.read_seq.as_i64()), (1, 0));
}

#[tokio::test]
async fn my_devices_and_those_who_look_hear_how_far_i_have_read() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let seq = seoyeon.say(group, "hello").await.seq;
    let phone = minji.sign_in_again().await;
    let (mut own, mut looks, mut elsewhere) = (
        phone.connect().await,
        seoyeon.connect().await,
        jiho.connect().await,
    );
    looks.watch(&[group]).await;
    minji.mark_read(group, seq.as_i64()).await;
    let event = own.next().await;
    assert!(
        matches!(&event, ServerEvent::UnreadChanged(changed)
        if (changed.read_seq, changed.unread_count) == (seq, 0)),
        "{event:?}"
    );
    let event = looks.next().await;
    let ServerEvent::ReadsMoved(moved) = event else {
        panic!("{event:?}")
    };
    assert_eq!(
        (moved.reads[0].user_id, moved.reads[0].read_seq),
        (minji.id(), Some(seq))
    );
    elsewhere.assert_silent().await;
    // Nothing moves, nothing is told.
    minji.mark_read(group, seq.as_i64()).await;
    own.assert_silent().await;
}

#[tokio::test]
async fn the_numbers_beside_messages_count_those_who_were_there() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho, late] = app.friends(["minji", "seoyeon", "jiho", "late"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let seq = minji.say(group, "hello").await.seq.as_i64();
    let mut both = vec![seoyeon.id(), jiho.id()];
    both.sort_unstable();
    assert_eq!(readers(&minji, group, seq).await, (vec![], both));
    seoyeon.mark_read(group, seq).await;
    minji.add_members(group, &[&late]).await;
    assert_eq!(
        readers(&minji, group, seq).await,
        (vec![seoyeon.id()], vec![jiho.id()])
    );
    jiho.leave(group).await;
    assert_eq!(readers(&minji, group, seq).await, (vec![seoyeon.id()], vec![]));
    let all = reads(&seoyeon, group).await;
    assert_eq!(
        all.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        [minji.id(), seoyeon.id(), late.id()]
    );
    assert!(all.contains(&(seoyeon.id(), seq)));
    let missing = minji
        .get(&format!("/conversations/{group}/messages/99/readers"))
        .await;
    assert_eq!(missing.refusal(), (404, ErrorKind::MessageNotFound));
}

#[tokio::test]
async fn two_devices_that_read_at_once_end_at_the_farther_one() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    for n in 0..20 {
        seoyeon.say(direct, &n.to_string()).await;
    }
    let mut reading = tokio::task::JoinSet::new();
    for seq in 1..=20 {
        let minji = minji.clone();
        reading.spawn(async move { minji.mark_read(direct, seq).await.read_seq });
    }
    let answers = reading.join_all().await;
    assert_eq!(answers.into_iter().max(), Some(Seq::new(20)));
    assert_eq!(minji.conversation(direct).await.membership.read_seq.as_i64(), 20);
}

#[tokio::test]
async fn the_count_is_exact_to_999_and_stops_there() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    for (from, to, expected) in [
        (1, 998, 998),
        (999, 999, 999),
        (1_000, 1_000, 1_000),
        (1_001, 2_500, 1_000),
    ] {
        let insert = format!(
            "INSERT INTO messages (conversation_id, seq, id, rev, author_id, client_key, kind, text, created_at) \
             SELECT '{direct}', n, gen_random_uuid(), n + 2, '{}', gen_random_uuid(), 'user', 'x', now() \
             FROM generate_series({from}, {to}) n; \
             UPDATE conversations SET last_seq = {to}, rev = {to} + 2 WHERE id = '{direct}'",
            seoyeon.id()
        );
        app.database.execute(&insert).await;
        assert_eq!(minji.conversation(direct).await.unread_count, expected);
        assert_eq!(minji.mark_read(direct, 0).await.unread_count, expected);
    }
    assert_eq!(minji.mark_read(direct, 2_499).await.unread_count, 1);
}

/// Two devices of one person read at the same moment, one further than the other: both end where the farther one is, with
/// the same number left to read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_devices_that_read_at_once_end_with_the_same_count() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let phone = minji.sign_in_again().await;
    let (mut on_laptop, mut on_phone) = (minji.connect().await, phone.connect().await);
    let mut last = 0;
    for round in 0..20 {
        for n in 0..6 {
            last = seoyeon.say(direct, &n.to_string()).await.seq.as_i64();
        }
        let (nearer, farther) = (last - 4, last - 1 - round % 2);
        let (first, second) = if round % 3 == 0 {
            (farther, nearer)
        } else {
            (nearer, farther)
        };
        let reading = |device: &Actor, seq| {
            let device = device.clone();
            tokio::spawn(async move { device.mark_read(direct, seq).await })
        };
        let (one, two) = (reading(&minji, first), reading(&phone, second));
        let answers = [one.await.unwrap(), two.await.unwrap()];
        let known = app_position(&minji, direct).await;
        assert_eq!(known, (farther, last - farther));
        for (inbox, answer) in [&mut on_laptop, &mut on_phone].into_iter().zip(answers) {
            let mut told = vec![(answer.read_seq.as_i64(), answer.rev, answer.unread_count)];
            for event in inbox.settle().await {
                if let ServerEvent::UnreadChanged(moved) = event {
                    told.push((moved.read_seq.as_i64(), moved.rev, moved.unread_count));
                }
            }
            // As a client does it: the pointer that is farther, and of two the later count.
            let (read_seq, _, unread) = told.into_iter().max().unwrap();
            assert_eq!((read_seq, unread), known, "round {round}");
        }
    }
}

async fn app_position(actor: &Actor, id: ConversationId) -> (i64, i64) {
    let seen = actor.conversation(id).await;
    (seen.membership.read_seq.as_i64(), seen.unread_count)
}
