//! What messages answer, as far as their reader may see it.

use damso_domain::{AttachmentKind, Rev, Seq, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::error::stored;
use crate::message::Message;
use crate::statement::Keep as _;
use crate::visibility::visible;
use crate::{Connection, RepositoryResult};

/// Which message another one answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The other one's number in the same conversation.
    pub seq: Seq,
    /// What it says; `None` to a reader who may not see it.
    pub quote: Option<Quote>,
}

/// What is quoted of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Its last change.
    pub rev: Rev,
    /// Who wrote it.
    pub author_id: UserId,
    /// What it says.
    pub text: Option<String>,
    /// What its first attachment is.
    pub attachment: Option<AttachmentKind>,
}

impl Quote {
    /// What is quoted of this message.
    pub fn of(message: &Message) -> Self {
        Self {
            rev: message.rev,
            author_id: message.author_id,
            text: message.text.clone(),
            attachment: message
                .attachments
                .as_slice()
                .first()
                .map(|attachment| attachment.kind),
        }
    }
}

/// Quotes what these messages answer, as `reader` may see it, or each as its author does. No statement unless one of
/// them answers another.
pub(crate) async fn complete(
    conn: &mut Connection,
    reader: Option<UserId>,
    messages: &mut [Message],
) -> RepositoryResult<()> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        place: i64,
        #[diesel(sql_type = BigInt)]
        rev: i64,
        #[diesel(sql_type = SqlUuid)]
        author_id: Uuid,
        #[diesel(sql_type = Nullable<Text>)]
        text: Option<String>,
        #[diesel(sql_type = Nullable<Text>)]
        attachment: Option<String>,
    }
    let (mut places, mut conversations, mut seqs, mut readers) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (place, message) in (0_i64..).zip(messages.iter()) {
        if let Some(reply) = &message.reply_to {
            places.push(place);
            conversations.push(message.conversation_id.as_uuid());
            seqs.push(reply.seq.as_i64());
            readers.push(reader.unwrap_or(message.author_id).as_uuid());
        }
    }
    if places.is_empty() {
        return Ok(());
    }
    // Who is shown the answer was asked before, so that somebody who has left reads what they could.
    let rows: Vec<Row> = diesel::sql_query(concat!(
        "SELECT k.place, m.rev, m.author_id, m.text, \
             (SELECT a.kind FROM message_attachments ma JOIN attachments a ON a.id = ma.attachment_id \
              WHERE ma.conversation_id = m.conversation_id AND ma.seq = m.seq ORDER BY ma.position LIMIT 1) \
                 AS attachment \
         FROM unnest($1, $2, $3, $4) AS k (place, conversation_id, seq, reader) \
         JOIN members me ON me.conversation_id = k.conversation_id AND me.user_id = k.reader \
         JOIN conversations c ON c.id = k.conversation_id \
         JOIN messages m ON m.conversation_id = k.conversation_id AND m.seq = k.seq \
         WHERE ",
        visible!()
    ))
    .bind::<Array<BigInt>, _>(places)
    .bind::<Array<SqlUuid>, _>(conversations)
    .bind::<Array<BigInt>, _>(seqs)
    .bind::<Array<SqlUuid>, _>(readers)
    .kept()
    .load(conn)
    .await?;
    for row in rows {
        let message = usize::try_from(row.place)
            .ok()
            .and_then(|place| messages.get_mut(place));
        let Some(reply) = message.and_then(|message| message.reply_to.as_mut()) else {
            continue;
        };
        let kind = |text: String| stored(AttachmentKind::from_text(&text), "attachments.kind");
        reply.quote = Some(Quote {
            rev: Rev::new(row.rev),
            author_id: UserId::from_uuid(row.author_id),
            text: row.text,
            attachment: row.attachment.map(kind).transpose()?,
        });
    }
    Ok(())
}

/// The same for one message.
pub(crate) async fn complete_one(
    conn: &mut Connection,
    reader: UserId,
    message: Option<Message>,
) -> RepositoryResult<Option<Message>> {
    let mut messages: Vec<Message> = message.into_iter().collect();
    complete(conn, Some(reader), &mut messages).await?;
    Ok(messages.pop())
}
