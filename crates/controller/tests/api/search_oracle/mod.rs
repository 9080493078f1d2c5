//! Ten thousand sentences and hundreds of queries: what the server finds is what the rule says, no more and no less.

mod grammar;
mod oracle;

use std::collections::{BTreeMap, BTreeSet};

use damso_domain::{ClientKey, ConversationId, MessageKind, Rev, Seq, Timestamp, UserId};
use damso_protocol::SearchMessagesQuery;
use damso_repository::message::NewMessage;
use damso_testing::TestApp;
use fastrand::Rng;
use oracle::Oracle;

const SENTENCES: usize = 10_000;
const CONVERSATIONS: usize = 4;
const QUERIES: usize = 300;

/// Everything that was written, by where it is.
type Written = BTreeMap<(ConversationId, Seq), String>;

async fn write(app: &TestApp, author: UserId, conversation: ConversationId, sentences: &[String]) -> Written {
    let new: Vec<NewMessage> = (1_i64..)
        .zip(sentences)
        .map(|(number, text)| NewMessage {
            conversation_id: conversation,
            seq: Seq::new(number),
            rev: Rev::new(number),
            author_id: author,
            client_key: ClientKey::new(),
            kind: MessageKind::User,
            text: Some(text.clone()),
            system: None,
            withheld_for: None,
            reply_to: None,
            forwarded: false,
            mentions: Vec::new(),
            is_silent: false,
            poll: None,
            created_at: Timestamp::from_millis(1_790_000_000_000 + number * 7_000).unwrap(),
        })
        .collect();
    let written = new
        .iter()
        .map(|message| ((conversation, message.seq), message.text.clone().unwrap()));
    let written = written.collect();
    app.database
        .execute(&format!(
            "DELETE FROM messages WHERE conversation_id = '{conversation}'"
        ))
        .await;
    for batch in new.chunks(1_000) {
        let batch = batch.to_vec();
        app.database
            .database
            .run(async move |conn: &mut damso_repository::Connection| {
                damso_repository::message::insert_many(conn, &batch).await
            })
            .await
            .unwrap();
    }
    let last = sentences.len();
    app.database
        .execute(&format!(
            "UPDATE conversations SET last_seq = {last}, rev = greatest(rev, {last}) WHERE id = '{conversation}'"
        ))
        .await;
    written
}

/// All pages of what is found, and that they are in order and hold nothing twice.
async fn find_all(
    app: &TestApp,
    user: UserId,
    query: &SearchMessagesQuery,
) -> Option<BTreeSet<(ConversationId, Seq)>> {
    let mut query = query.clone();
    let mut found = BTreeSet::new();
    let mut last: Option<(Timestamp, ConversationId, Seq)> = None;
    loop {
        let page = app.services.search.messages(user, &query).await.ok()?;
        for item in page.items {
            let message = item.message;
            let place = (message.created_at, message.conversation_id, message.seq);
            assert!(
                last.is_none_or(|last| place < last),
                "{query:?}: {place:?} after {last:?}"
            );
            assert!(!item.highlights.is_empty(), "{query:?}");
            last = Some(place);
            found.insert((message.conversation_id, message.seq));
        }
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            return Some(found);
        }
    }
}

#[tokio::test]
async fn what_is_found_is_what_the_rule_says() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let mut rng = Rng::with_seed(2026);
    let mut written = Written::new();
    let mut conversations = Vec::new();
    for _ in 0..CONVERSATIONS {
        let group = minji.create_group("words", &[&seoyeon]).await.id;
        minji
            .update_group(group, &serde_json::json!({ "history": "all" }))
            .await;
        let sentences: Vec<String> = (0..SENTENCES / CONVERSATIONS)
            .map(|_| grammar::sentence(&mut rng))
            .collect();
        written.extend(write(&app, minji.id(), group, &sentences).await);
        conversations.push(group);
    }
    assert_eq!(written.len(), SENTENCES);
    app.services.indexer().look_through().await.unwrap();
    app.database.execute("ANALYZE message_search").await;

    let sentences: Vec<&String> = written.values().collect();
    let plain: Vec<_> = written
        .iter()
        .map(|(place, text)| (*place, oracle::plain(text)))
        .collect();
    let (mut refused, mut hits, mut empty) = (0, 0, 0);
    for nth in 0..QUERIES {
        let sentence = sentences[rng.usize(..sentences.len())];
        let typed = grammar::query(&mut rng, sentence);
        let conversation = (nth % 3 != 0).then(|| conversations[nth % CONVERSATIONS]);
        let query = SearchMessagesQuery {
            query: typed.clone(),
            conversation_id: conversation,
            limit: Some([20, 50, 37, 50][nth % 4]),
            ..SearchMessagesQuery::default()
        };
        let expected = Oracle::of(&typed, conversation.is_none()).map(|oracle| {
            let is_there = |place: &(ConversationId, Seq)| conversation.is_none_or(|id| place.0 == id);
            let found = plain
                .iter()
                .filter(|(place, text)| is_there(place) && oracle.finds(text));
            found.map(|(place, _)| *place).collect::<BTreeSet<_>>()
        });
        let found = find_all(&app, seoyeon.id(), &query).await;
        match &expected {
            None => refused += 1,
            Some(expected) if expected.is_empty() => empty += 1,
            Some(expected) => hits += expected.len(),
        }
        if found != expected {
            let (found, expected) = (found.unwrap_or_default(), expected.unwrap_or_default());
            let texts = |places: Vec<&(ConversationId, Seq)>| -> Vec<String> {
                places
                    .into_iter()
                    .take(5)
                    .map(|place| written[place].clone())
                    .collect()
            };
            panic!(
                "{typed:?} in {conversation:?}: too much {:#?}, missing {:#?}",
                texts(found.difference(&expected).collect()),
                texts(expected.difference(&found).collect())
            );
        }
    }
    // The queries are what people type: most of them find something, and a few are refused or find nothing.
    assert!(0 < refused && refused < QUERIES / 3, "{refused}");
    assert!(0 < empty && empty < QUERIES / 3, "{empty}");
    assert!(20 * QUERIES < hits, "{hits}");
}
