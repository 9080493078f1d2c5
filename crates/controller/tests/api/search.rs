//! Finding messages: who finds what, and when.

use damso_domain::{ConversationId, Seq, Timestamp};
use damso_protocol::{ErrorKind, FieldErrorKind, FoundMessages, Message};
use damso_repository as repository;
use damso_repository::{Connection, RepositoryError};
use damso_testing::{Actor, Reply, TestApp, picture};
use serde_json::json;
use tokio::sync::oneshot;

use crate::blocks::block;

/// The texts that are found, in their order.
async fn texts(actor: &Actor, typed: &str) -> Vec<String> {
    texts_with(actor, typed, "").await
}

async fn texts_with(actor: &Actor, typed: &str, rest: &str) -> Vec<String> {
    let found: FoundMessages = actor.search(typed, rest).await.json();
    assert_eq!(found.next_cursor, None);
    let texts = found.items.into_iter().map(|item| item.message.text.unwrap());
    texts.collect()
}

/// Also where few letters are enough.
async fn finds(actor: &Actor, id: ConversationId, typed: &str) -> bool {
    let here = texts_with(actor, typed, &format!("&conversation_id={id}")).await;
    let anywhere = texts(actor, typed).await;
    assert_eq!(here.is_empty(), anywhere.is_empty());
    !here.is_empty()
}

fn refused_field(reply: &Reply) -> (String, FieldErrorKind) {
    let problem = reply.problem();
    assert_eq!((problem.status, problem.kind), (422, ErrorKind::InvalidFields));
    let [field] = problem.fields.as_slice() else {
        panic!("{problem:?}")
    };
    (field.field.clone(), field.kind)
}

#[tokio::test]
async fn messages_are_found_in_all_my_conversations_the_newest_first() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("work", &[&seoyeon]).await.id;
    let direct = minji.open_direct(&seoyeon).await.id;
    let notes = seoyeon.notes().await.id;
    minji.say(group, "번역을 누가 할까?").await;
    seoyeon.say(direct, "내가 번역할게 😀 번역").await;
    seoyeon.say(notes, "번역 잊지 말기").await;
    minji.say(group, "번복하지 않기").await;
    let last = minji.say(group, "안녕").await;
    app.index_messages().await;

    let found: FoundMessages = seoyeon.search("번여", "").await.json();

    let told = |found: &FoundMessages| -> Vec<(ConversationId, Vec<Vec<u32>>)> {
        let items = found.items.iter();
        items
            .map(|item| (item.message.conversation_id, item.highlights.clone()))
            .collect()
    };
    let expected = [
        (notes, vec![vec![0, 2]]),
        (direct, vec![vec![3, 5], vec![11, 13]]),
        (group, vec![vec![0, 2]]),
    ];
    assert_eq!(told(&found), expected);
    let mut people: Vec<_> = found.users.iter().map(|user| user.id).collect();
    let mut authors = vec![minji.id(), seoyeon.id()];
    people.sort_unstable();
    authors.sort_unstable();
    assert_eq!(people, authors);
    // A message is as it is in a page, and nobody finds the notes of somebody else.
    let found: FoundMessages = seoyeon.search("dkssud", "").await.json();
    assert_eq!(
        found.items[0].message,
        seoyeon.message(group, last.seq.as_i64()).await.json()
    );
    assert_eq!(
        texts(&minji, "번역").await,
        ["내가 번역할게 😀 번역", "번역을 누가 할까?"]
    );
}

#[tokio::test]
async fn in_one_conversation_one_letter_and_initial_consonants_are_enough() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("work", &[&seoyeon]).await.id;
    for text in [
        "회의록 올렸어",
        "살 거 있어?",
        "사람 많다",
        "네",
        "100% a_b c:\\d",
        "❤️",
    ] {
        minji.say(group, text).await;
    }
    app.index_messages().await;
    let here = format!("&conversation_id={group}");
    for (typed, expected) in [
        ("ㅎㅇㄹ", vec!["회의록 올렸어"]),
        ("ㅎ", vec!["회의록 올렸어"]),
        ("네", vec!["네"]),
        ("살", vec!["살 거 있어?"]),
        ("사", vec!["사람 많다", "살 거 있어?"]),
        ("%", vec!["100% a_b c:\\d"]),
        ("_", vec!["100% a_b c:\\d"]),
        ("\\", vec!["100% a_b c:\\d"]),
        ("❤", vec!["❤️"]),
        ("\u{1109}\u{1161}\u{11af}", vec!["살 거 있어?"]),
        ("ㅁ많", vec![]),
        ("없는 말", vec![]),
    ] {
        assert_eq!(texts_with(&minji, typed, &here).await, expected, "{typed}");
    }
    // Among all conversations that would be to read all of them.
    for typed in ["네", "사", "ab", "%", "❤"] {
        let refused = refused_field(&minji.search(typed, "").await);
        assert_eq!(refused, ("query".to_owned(), FieldErrorKind::TooShort), "{typed}");
    }
    let refused = refused_field(&minji.search("ㅎㅇㄹ", "").await);
    assert_eq!(refused, ("conversation_id".to_owned(), FieldErrorKind::Empty));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.users(["minji", "mallory"]).await;
    let notes = minji.notes().await.id;
    for (typed, kind) in [
        ("", FieldErrorKind::Empty),
        (" \u{200b} ", FieldErrorKind::Empty),
        ("\u{0}", FieldErrorKind::Empty),
        (&"가".repeat(101), FieldErrorKind::TooLong),
        (&"a".repeat(4_000), FieldErrorKind::TooLong),
    ] {
        assert_eq!(
            refused_field(&minji.search(typed, "").await),
            ("query".to_owned(), kind)
        );
        let here = minji.search(typed, &format!("&conversation_id={notes}")).await;
        assert_eq!(refused_field(&here), ("query".to_owned(), kind));
    }
    for limit in [0, 51, 1_000] {
        let refused = refused_field(&minji.search("회의", &format!("&limit={limit}")).await);
        assert_eq!(refused, ("limit".to_owned(), FieldErrorKind::OutOfRange));
    }
    for rest in [
        "&cursor=nonsense",
        "&cursor=",
        "&has=poem",
        "&before=yesterday",
        "&conversation_id=1",
        "&page=2",
    ] {
        let refusal = minji.search("회의", rest).await.refusal();
        assert_eq!(refusal, (400, ErrorKind::MalformedRequest), "{rest}");
    }
    assert_eq!(
        minji.get("/search/messages").await.refusal(),
        (400, ErrorKind::MalformedRequest)
    );
    let refusal = mallory
        .search("회의", &format!("&conversation_id={notes}"))
        .await
        .refusal();
    assert_eq!(refusal, (404, ErrorKind::ConversationNotFound));
    let refusal = minji.signed_out().search("회의", "").await.refusal();
    assert_eq!(refusal, (401, ErrorKind::NotAuthenticated));
}

#[tokio::test]
async fn nobody_finds_what_they_may_not_see() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("work", &[&seoyeon]).await.id;
    let before = minji.say(group, "번역 하나").await;
    minji.add_members(group, &[&jiho]).await;
    let after = minji.say(group, "번역 둘").await;
    app.index_messages().await;
    assert_eq!(texts(&jiho, "번역").await, ["번역 둘"]);

    minji.update_group(group, &json!({ "history": "all" })).await;
    assert_eq!(texts(&jiho, "번역").await, ["번역 둘", "번역 하나"]);

    jiho.delete_message(group, before.seq.as_i64(), "me").await;
    assert_eq!(texts(&jiho, "번역").await, ["번역 둘"]);
    assert_eq!(texts(&seoyeon, "번역").await, ["번역 둘", "번역 하나"]);

    jiho.leave(group).await;
    assert!(texts(&jiho, "번역").await.is_empty());
    let there = jiho.search("번역", &format!("&conversation_id={group}")).await;
    assert_eq!(there.refusal(), (404, ErrorKind::ConversationNotFound));
    assert!(texts(&jiho, after.text.as_deref().unwrap()).await.is_empty());
}

#[tokio::test]
async fn what_was_withheld_by_a_block_is_found_by_its_author_alone() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "번역 전에").await;
    block(&seoyeon, &minji).await;
    minji.say(direct, "번역 후에").await;
    app.index_messages().await;
    assert_eq!(texts(&minji, "번역").await, ["번역 후에", "번역 전에"]);
    assert_eq!(texts(&seoyeon, "번역").await, ["번역 전에"]);

    seoyeon.leave(direct).await;
    assert!(texts(&seoyeon, "번역").await.is_empty(), "cleared");
}

#[tokio::test]
async fn what_was_changed_or_deleted_is_found_no_more() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("work", &[&seoyeon]).await.id;
    let (edited, deleted) = (
        minji.say(group, "번역 하나").await,
        minji.say(group, "번역 둘").await,
    );
    let photo = minji.upload("산.png", "image/png", picture::png(4, 4)).await;
    let body =
        json!({ "client_key": uuid::Uuid::now_v7(), "text": "등산 사진", "attachment_ids": [photo.id] });
    let pictured: Message = minji
        .post(&format!("/conversations/{group}/messages"), &body)
        .await
        .json();
    minji.say(group, "그대로").await;
    app.index_messages().await;
    assert!(finds(&seoyeon, group, "등산").await && finds(&seoyeon, group, "번역 둘").await);

    minji.edit(group, edited.seq.as_i64(), "회의록").await;
    minji.edit(group, pictured.seq.as_i64(), "").await;
    minji
        .delete_message(group, deleted.seq.as_i64(), "everyone")
        .await;
    // At once, whatever the index still knows.
    assert!(!finds(&seoyeon, group, "번역").await && !finds(&seoyeon, group, "등산").await);
    let row = format!(
        "SELECT count(*) FROM message_search WHERE seq = {} AND key LIKE '%ㄷㅜㄹ'",
        deleted.seq
    );
    assert_eq!(app.database.count(&row).await, 0, "gone with the message");

    app.index_messages().await;
    assert!(finds(&seoyeon, group, "회의록").await && !finds(&seoyeon, group, "등산").await);
    let rows = format!("SELECT count(*) FROM message_search WHERE conversation_id = '{group}'");
    assert_eq!(app.database.count(&rows).await, 2);

    // A text that comes later stands where its message does.
    minji.edit(group, pictured.seq.as_i64(), "그대로 둔 사진").await;
    minji.react(group, deleted.seq.as_i64(), "👍").await;
    app.index_messages().await;
    assert_eq!(texts(&seoyeon, "그대로").await, ["그대로", "그대로 둔 사진"]);

    let body = json!({ "password": damso_testing::PASSWORD, "messages": "erase" });
    assert_eq!(minji.post("/me/deletion", &body).await.status, 200);
    assert_eq!(app.database.count(&rows).await, 0, "gone with the account");
    app.index_messages().await;
    assert_eq!(app.database.count(&rows).await, 0);
}

#[tokio::test]
async fn a_message_that_is_deleted_while_it_is_indexed_is_not_found_afterwards() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let notes = minji.notes().await.id;
    minji.say(notes, "번역 하나").await;
    let (read, was_read) = oneshot::channel();
    let (go_on, goes_on) = oneshot::channel::<()>();
    let database = app.database.database.clone();
    // What the indexer does, with time in between to delete what it has read.
    let indexing = tokio::spawn(async move {
        let work = async move |conn: &mut Connection| {
            use repository::search_index as index;
            index::insert_progress(conn, &[notes]).await?;
            index::begin(conn).await?;
            let since = index::lock_progress(conn, &[notes]).await?;
            let changes = index::list_changes(conn, &since, 10).await?;
            read.send(changes.messages.len()).unwrap();
            goes_on.await.unwrap();
            index::write(conn, changes).await?;
            Ok::<_, RepositoryError>(())
        };
        database.transaction(work).await.unwrap();
    });
    assert_eq!(was_read.await.unwrap(), 1);
    let deleting = {
        let minji = minji.clone();
        tokio::spawn(async move { minji.delete_message(notes, 1, "everyone").await })
    };
    app.database.wait_for_a_blocked_backend().await;
    go_on.send(()).unwrap();
    indexing.await.unwrap();
    assert_eq!(deleting.await.unwrap().status, 204);
    assert_eq!(app.database.count("SELECT count(*) FROM message_search").await, 0);
    app.index_messages().await;
    assert_eq!(app.database.count("SELECT count(*) FROM message_search").await, 0);
}

#[tokio::test]
async fn an_edit_that_comes_while_a_message_is_indexed_is_not_overwritten() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let notes = minji.notes().await.id;
    minji.say(notes, "번역 하나").await;
    let database = app.database.database.clone();
    let editor = minji.clone();
    let work = async move |conn: &mut Connection| {
        use repository::search_index as index;
        index::insert_progress(conn, &[notes]).await?;
        index::begin(conn).await?;
        let since = index::lock_progress(conn, &[notes]).await?;
        let changes = index::list_changes(conn, &since, 10).await?;
        editor.edit(notes, 1, "회의록 하나").await;
        index::write(conn, changes).await?;
        Ok::<_, RepositoryError>(())
    };
    database.transaction(work).await.unwrap();
    assert_eq!(
        app.database.count("SELECT count(*) FROM message_search").await,
        0,
        "not the one that was read"
    );
    app.index_messages().await;
    assert_eq!(texts(&minji, "회의록").await, ["회의록 하나"]);
}

#[tokio::test]
async fn a_commit_that_comes_late_and_two_indexers_at_once_miss_nothing() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("work", &[&seoyeon]).await.id;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(group, "번역 하나").await;
    let lock = app.database.lock_conversation(group).await;
    let late = {
        let seoyeon = seoyeon.clone();
        tokio::spawn(async move { seoyeon.say(group, "번역 둘").await })
    };
    app.database.wait_for_a_blocked_backend().await;
    minji.say(direct, "번역 셋").await;
    app.index_messages().await;
    assert_eq!(texts(&minji, "번역").await, ["번역 셋", "번역 하나"]);
    lock.release().await;
    late.await.unwrap();
    for n in 0..40 {
        minji.say([group, direct][n % 2], "번역 더").await;
    }
    let (one, other) = (app.services.indexer(), app.services.indexer());
    let (one, other) = tokio::join!(one.look_through(), other.look_through());
    one.unwrap();
    other.unwrap();
    assert_eq!(
        app.database.count("SELECT count(*) FROM message_search").await,
        43
    );
    assert_eq!(texts(&minji, "번역 둘").await, ["번역 둘"]);
}

#[tokio::test]
async fn pages_have_no_gaps_and_nothing_twice_while_people_write() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let mut groups = Vec::new();
    for n in 0..3 {
        groups.push(minji.create_group(&n.to_string(), &[&seoyeon]).await.id);
    }
    let mut expected = Vec::new();
    for n in 0..60 {
        let sent = minji.say(groups[n % 3], &format!("번역 {n}")).await;
        expected.push((sent.created_at, sent.conversation_id, sent.seq));
    }
    // Written at the same moment, as far as anybody can tell.
    app.database
        .execute("UPDATE messages SET created_at = date_trunc('second', created_at)")
        .await;
    app.index_messages().await;
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page: FoundMessages = seoyeon.search("번역", &format!("&limit=7{cursor}")).await.json();
        found.extend(
            page.items
                .iter()
                .map(|item| (item.message.conversation_id, item.message.seq)),
        );
        assert!(page.items.len() == 7 || page.next_cursor.is_none());
        minji.say(groups[0], "번역은 계속된다").await;
        app.index_messages().await;
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    let mut distinct: Vec<(ConversationId, Seq)> = expected.iter().map(|(_, id, seq)| (*id, *seq)).collect();
    assert_eq!(found.len(), distinct.len());
    found.sort_unstable();
    distinct.sort_unstable();
    assert_eq!(found, distinct);
}

#[tokio::test]
async fn what_is_found_can_be_narrowed() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("work", &[&seoyeon]).await.id;
    let direct = minji.open_direct(&seoyeon).await.id;
    let photo = minji.upload("산.png", "image/png", picture::png(4, 4)).await;
    let file = minji.upload("산.txt", "text/plain", b"mountain".to_vec()).await;
    for (text, files) in [("등산 사진", vec![photo.id]), ("등산 안내", vec![file.id])] {
        let body = json!({ "client_key": uuid::Uuid::now_v7(), "text": text, "attachment_ids": files });
        assert_eq!(
            minji
                .post(&format!("/conversations/{group}/messages"), &body)
                .await
                .status,
            201
        );
    }
    seoyeon.say(direct, "등산 https://example.org").await;
    minji.say(direct, "등산 xhttp://no").await;
    let last = seoyeon.say(group, "등산 끝").await;
    app.database
        .execute("UPDATE messages SET created_at = created_at - interval '1 day' * (10 - seq)")
        .await;
    app.index_messages().await;
    let last: Message = seoyeon.message(group, last.seq.as_i64()).await.json();
    let moment = |time: Timestamp| time.to_string().replace(':', "%3A");
    for (rest, expected) in [
        ("&has=image".to_owned(), vec!["등산 사진"]),
        ("&has=file".to_owned(), vec!["등산 안내"]),
        ("&has=video".to_owned(), vec![]),
        ("&has=link".to_owned(), vec!["등산 https://example.org"]),
        (
            format!("&author_id={}&conversation_id={group}", seoyeon.id()),
            vec!["등산 끝"],
        ),
        (
            format!("&author_id={}&conversation_id={direct}", minji.id()),
            vec!["등산 xhttp://no"],
        ),
        (
            format!("&conversation_id={group}&before={}", moment(last.created_at)),
            vec!["등산 안내", "등산 사진"],
        ),
        (
            format!("&conversation_id={group}&after={}", moment(last.created_at)),
            vec!["등산 끝"],
        ),
    ] {
        assert_eq!(texts_with(&minji, "등산", &rest).await, expected, "{rest}");
    }
}

#[tokio::test]
async fn a_search_is_few_statements_however_many_conversations_there_are() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    for n in 0..12 {
        let group = minji.create_group(&n.to_string(), &[&seoyeon]).await.id;
        minji.say(group, "번역").await;
    }
    app.index_messages().await;
    for (typed, found) in [("번역", 12), ("없는말", 0)] {
        app.database.take_statements();
        let page: FoundMessages = seoyeon.search(typed, "").await.json();
        assert_eq!(page.items.len(), found);
        let statements = app.database.take_statements();
        // A setting, where the walk begins, the walk, the messages and the people.
        assert!(statements.len() <= 5, "{typed}: {statements:#?}");
    }
}
