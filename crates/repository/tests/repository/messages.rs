//! Storing many messages at once.

use damso_domain::{ClientKey, ConversationId, MessageKind, Rev, Seq, Timestamp, UserId};
use damso_repository::message::{self, NewMessage};
use damso_repository::{Connection, RepositoryError};
use damso_testing::TestDatabase;

#[tokio::test]
async fn many_messages_are_stored_as_each_alone_would_be() {
    let database = TestDatabase::create().await;
    let (conversation, author) = (ConversationId::new(), UserId::new());
    let new = |seq, text: Option<&str>, system| NewMessage {
        conversation_id: conversation,
        seq: Seq::new(seq),
        rev: Rev::new(seq + 10),
        author_id: author,
        client_key: ClientKey::new(),
        kind: MessageKind::User,
        text: text.map(str::to_owned),
        system,
        withheld_for: (seq == 2).then_some(author),
        reply_to: None,
        forwarded: false,
        mentions: Vec::new(),
        is_silent: false,
        poll: None,
        created_at: Timestamp::now(),
    };
    let all = [
        new(1, Some("여섯 시에 볼까?"), None),
        new(2, None, Some(serde_json::json!({ "type": "member_left" }))),
    ];
    let [first, second] = all.clone();
    let stored = database.database.run(async move |conn: &mut Connection| {
        message::insert_many(conn, &all).await?;
        let mut stored = Vec::new();
        for key in all.map(|message| message.client_key) {
            stored.extend(message::find_by_client_key(conn, conversation, author, key).await?);
        }
        Ok::<_, RepositoryError>(stored)
    });
    let stored = stored.await.unwrap();
    let facts: Vec<_> = stored
        .iter()
        .map(|message| {
            (
                message.seq,
                message.rev,
                &message.text,
                &message.system,
                message.created_at,
            )
        })
        .collect();
    let expected = |new: &NewMessage| {
        (
            new.seq,
            new.rev,
            new.text.clone(),
            new.system.clone(),
            new.created_at,
        )
    };
    let expected = [expected(&first), expected(&second)];
    let expected: Vec<_> = expected
        .iter()
        .map(|(seq, rev, text, system, time)| (*seq, *rev, text, system, *time))
        .collect();
    assert_eq!(facts, expected);
    let withheld =
        format!("SELECT count(*) FROM messages WHERE withheld_for = ARRAY['{author}'::uuid] AND seq = 2");
    assert_eq!(database.count(&withheld).await, 1);
}
