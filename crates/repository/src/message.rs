//! Messages.

mod change;

use damso_domain::{
    ClientKey, ConversationId, Mention, MessageId, MessageKind, MessageRef, Rev, Seq, Timestamp, UserId,
};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

pub(crate) use change::mentions_column;
pub use change::{NewMessage, hide, insert, insert_many, mark_all_deleted, mark_deleted};

use crate::attachment::{Attachment, AttachmentRow};
use crate::error::stored;
use crate::poll::Poll;
use crate::quote::{self, Reply};
use crate::reaction::Reactions;
use crate::statement::Keep as _;
use crate::visibility::visible;
use crate::{Connection, RepositoryError, RepositoryResult};

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The message.
    pub id: MessageId,
    /// Where it is.
    pub conversation_id: ConversationId,
    /// Its number there.
    pub seq: Seq,
    /// The conversation's number of its last change.
    pub rev: Rev,
    /// Who wrote it, or caused it.
    pub author_id: UserId,
    /// Made by the client.
    pub client_key: ClientKey,
    /// By a person or by the conversation.
    pub kind: MessageKind,
    /// What it says.
    pub text: Option<String>,
    /// What the conversation says of itself.
    pub system: Option<serde_json::Value>,
    /// In the order they were sent in.
    pub attachments: Vec<Attachment>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// When its text was last changed.
    pub edited_at: Option<Timestamp>,
    /// How people reacted, in the order in which the kinds appeared.
    pub reactions: Vec<Reactions>,
    /// The kinds among them by whoever looks.
    pub my_reactions: Vec<String>,
    /// Which message it answers.
    pub reply_to: Option<Reply>,
    /// Whether it was taken from another message.
    pub forwarded: bool,
    /// Whom it mentions, and where.
    pub mentions: Vec<Mention>,
    /// Whether it calls nobody.
    pub is_silent: bool,
    /// What can be voted for.
    pub poll: Option<Poll>,
    /// The numbers of the options that whoever looks has chosen.
    pub my_options: Vec<i64>,
}

/// The columns of a message `m`, with its attachments and how `$me` reacted and voted, so that a page is one statement.
macro_rules! columns {
    ($me:literal) => {
        concat!(
            "m.id, m.conversation_id, m.seq, m.rev, m.author_id, m.client_key, m.kind, m.text, m.system, \
             m.created_at, m.deleted_at, m.edited_at, m.reply_to_seq, m.forwarded, m.mentions, m.is_silent, m.reactions, \
             CASE WHEN m.reactions IS NOT NULL THEN \
                 (SELECT array_agg(r.emoji) FROM reactions r WHERE r.conversation_id = m.conversation_id \
                  AND r.seq = m.seq AND r.user_id = ",
            $me,
            ") END AS my_reactions, (SELECT jsonb_agg(",
            $crate::attachment::json_object!(),
            " ORDER BY ma.position) \
                 FROM message_attachments ma JOIN attachments a ON a.id = ma.attachment_id \
                 WHERE ma.conversation_id = m.conversation_id AND ma.seq = m.seq) AS attachments, m.poll, \
             CASE WHEN m.poll IS NOT NULL THEN \
                 (SELECT v.options FROM poll_votes v WHERE v.conversation_id = m.conversation_id \
                  AND v.seq = m.seq AND v.user_id = ",
            $me,
            ") END AS my_options"
        )
    };
}

pub(crate) use columns;

/// Messages of a conversation that a member may see: `$1` is the conversation, `$2` the member.
macro_rules! visible_messages {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            columns!("me.user_id"),
            " FROM members me JOIN conversations c ON c.id = me.conversation_id \
              JOIN messages m ON m.conversation_id = c.id \
              WHERE me.conversation_id = $1 AND me.user_id = $2 AND me.left_rev IS NULL AND ",
            visible!(),
            " AND ",
            $rest
        )
    };
}

/// What [`columns`] are.
pub(crate) type MessageColumns = (
    SqlUuid,
    SqlUuid,
    BigInt,
    BigInt,
    SqlUuid,
    SqlUuid,
    Text,
    Nullable<Text>,
    Nullable<Jsonb>,
    Timestamptz,
    Nullable<Timestamptz>,
    Nullable<Timestamptz>,
    Nullable<BigInt>,
    Bool,
    Nullable<Jsonb>,
    Bool,
    Nullable<Jsonb>,
    Nullable<Array<Text>>,
    Nullable<Jsonb>,
    Nullable<Jsonb>,
    Nullable<Array<BigInt>>,
);

/// [`MessageColumns`], in their order.
#[derive(Queryable)]
pub(crate) struct MessageRow {
    id: Uuid,
    conversation_id: Uuid,
    seq: i64,
    rev: i64,
    author_id: Uuid,
    client_key: Uuid,
    kind: String,
    text: Option<String>,
    system: Option<serde_json::Value>,
    created_at: jiff_diesel::Timestamp,
    deleted_at: Option<jiff_diesel::Timestamp>,
    edited_at: Option<jiff_diesel::Timestamp>,
    reply_to_seq: Option<i64>,
    forwarded: bool,
    mentions: Option<serde_json::Value>,
    is_silent: bool,
    reactions: Option<serde_json::Value>,
    my_reactions: Option<Vec<String>>,
    attachments: Option<serde_json::Value>,
    poll: Option<serde_json::Value>,
    my_options: Option<Vec<i64>>,
}

impl MessageRow {
    pub(crate) fn into_message(self) -> RepositoryResult<Message> {
        let Self {
            id,
            conversation_id,
            seq,
            rev,
            author_id,
            client_key,
            kind,
            text,
            system,
            created_at,
            deleted_at,
            edited_at,
            reply_to_seq,
            forwarded,
            mentions,
            is_silent,
            reactions,
            my_reactions,
            attachments,
            poll,
            my_options,
        } = self;
        let attachments: Vec<AttachmentRow> = attachments
            .map(serde_json::from_value)
            .transpose()
            .map_err(|error| RepositoryError::Query(format!("attachments: {error}")))?
            .unwrap_or_default();
        let reactions: Vec<Reactions> = reactions
            .map(serde_json::from_value)
            .transpose()
            .map_err(|error| RepositoryError::Query(format!("messages.reactions: {error}")))?
            .unwrap_or_default();
        let mentions: Vec<Mention> = mentions
            .map(serde_json::from_value)
            .transpose()
            .map_err(|error| RepositoryError::Query(format!("messages.mentions: {error}")))?
            .unwrap_or_default();
        let poll: Option<Poll> = poll
            .map(serde_json::from_value)
            .transpose()
            .map_err(|error| RepositoryError::Query(format!("messages.poll: {error}")))?;
        let mine = my_reactions.unwrap_or_default();
        let my_reactions = reactions.iter().map(|kind| &kind.emoji);
        let my_reactions = my_reactions
            .filter(|emoji| mine.contains(emoji))
            .cloned()
            .collect();
        let time = |time: jiff_diesel::Timestamp| Timestamp::from_jiff(time.to_jiff());
        Ok(Message {
            id: MessageId::from_uuid(id),
            conversation_id: ConversationId::from_uuid(conversation_id),
            seq: Seq::new(seq),
            rev: Rev::new(rev),
            author_id: UserId::from_uuid(author_id),
            client_key: ClientKey::from_uuid(client_key),
            kind: stored(MessageKind::from_text(&kind), "messages.kind")?,
            text,
            system,
            attachments: attachments
                .into_iter()
                .map(AttachmentRow::into_attachment)
                .collect::<Result<_, _>>()?,
            created_at: time(created_at),
            deleted_at: deleted_at.map(time),
            edited_at: edited_at.map(time),
            reactions,
            my_reactions,
            reply_to: reply_to_seq.map(|seq| Reply {
                seq: Seq::new(seq),
                quote: None,
            }),
            forwarded,
            mentions,
            is_silent,
            poll,
            my_options: my_options.unwrap_or_default(),
        })
    }
}

/// Messages as `reader` sees what they answer, or each as its author does.
pub(crate) async fn complete(
    conn: &mut Connection,
    reader: Option<UserId>,
    rows: Vec<MessageRow>,
) -> RepositoryResult<Vec<Message>> {
    let messages: RepositoryResult<Vec<Message>> = rows.into_iter().map(MessageRow::into_message).collect();
    let mut messages = messages?;
    quote::complete(conn, reader, &mut messages).await?;
    Ok(messages)
}

/// A part of a conversation on both sides of a pivot, which itself counts as after it; at most 128 messages on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where the sides meet.
    pub pivot: Seq,
    /// The most before it.
    pub before: usize,
    /// The most from it on.
    pub after: usize,
    /// The most on both sides together, not fewer than before it: what is there before it is taken first.
    pub most: usize,
}

impl Window {
    /// What comes before `pivot`, and whether there is anything from it on.
    pub const fn before(pivot: Seq, before: usize) -> Self {
        Self {
            pivot,
            before,
            after: 1,
            most: before + 1,
        }
    }
}

/// The messages nearest to the pivot that `user` may see, ascending by `seq`; none to somebody who is not a
/// member.
pub async fn list(
    conn: &mut Connection,
    user: UserId,
    conversation: ConversationId,
    window: Window,
) -> RepositoryResult<Vec<Message>> {
    // The inner limits are numbers that PostgreSQL knows when it plans. With those of the window alone it takes a tenth
    // of the conversation for what is wanted, holds a plan for all windows for dear, and plans each page anew: four
    // times the work of reading it.
    const SQL: &str = concat!(
        "WITH older AS MATERIALIZED (SELECT * FROM (",
        visible_messages!("m.seq < $3 ORDER BY m.seq DESC LIMIT 128"),
        ") AS nearest LIMIT $4), newer AS (SELECT * FROM (",
        visible_messages!("m.seq >= $3 ORDER BY m.seq LIMIT 128"),
        ") AS nearest LIMIT least($5, $6 - (SELECT count(*) FROM older))) \
         SELECT * FROM older UNION ALL SELECT * FROM newer ORDER BY seq"
    );
    let limit = |messages: usize| i64::try_from(messages).unwrap_or(i64::MAX);
    let rows: Vec<MessageRow> = diesel::sql_query(SQL)
        .bind::<SqlUuid, _>(conversation.as_uuid())
        .bind::<SqlUuid, _>(user.as_uuid())
        .bind::<BigInt, _>(window.pivot.as_i64())
        .bind::<BigInt, _>(limit(window.before))
        .bind::<BigInt, _>(limit(window.after))
        .bind::<BigInt, _>(limit(window.most))
        .kept_as::<MessageColumns>()
        .load(conn)
        .await?;
    complete(conn, Some(user), rows).await
}

/// One message, if `user` may see it.
pub async fn find_visible(
    conn: &mut Connection,
    user: UserId,
    target: MessageRef,
) -> RepositoryResult<Option<Message>> {
    let row: Option<MessageRow> = diesel::sql_query(visible_messages!("m.seq = $3"))
        .bind::<SqlUuid, _>(target.conversation_id.as_uuid())
        .bind::<SqlUuid, _>(user.as_uuid())
        .bind::<BigInt, _>(target.seq.as_i64())
        .kept_as::<MessageColumns>()
        .get_result(conn)
        .await
        .optional()?;
    let message = row.map(MessageRow::into_message).transpose()?;
    quote::complete_one(conn, user, message).await
}

/// Everyone who may see a message.
pub async fn list_viewers(conn: &mut Connection, target: MessageRef) -> RepositoryResult<Vec<UserId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        user_id: Uuid,
    }
    let rows: Vec<Row> = diesel::sql_query(concat!(
        "SELECT me.user_id FROM members me JOIN conversations c ON c.id = me.conversation_id \
         JOIN messages m ON m.conversation_id = c.id \
         WHERE me.conversation_id = $1 AND me.left_rev IS NULL AND m.seq = $2 AND ",
        visible!()
    ))
    .bind::<SqlUuid, _>(target.conversation_id.as_uuid())
    .bind::<BigInt, _>(target.seq.as_i64())
    .kept()
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| UserId::from_uuid(row.user_id))
        .collect())
}

/// Messages by their places as `reader` sees them, or each as its author does, without asking who may look: for what
/// a view has found visible already.
pub async fn list_by_refs(
    conn: &mut Connection,
    refs: &[MessageRef],
    reader: Option<UserId>,
) -> RepositoryResult<Vec<Message>> {
    let conversations: Vec<Uuid> = refs
        .iter()
        .map(|target| target.conversation_id.as_uuid())
        .collect();
    let seqs: Vec<i64> = refs.iter().map(|target| target.seq.as_i64()).collect();
    let rows: Vec<MessageRow> = diesel::sql_query(concat!(
        "SELECT ",
        columns!("coalesce($3, m.author_id)"),
        " FROM unnest($1, $2) AS k (conversation_id, seq) \
          JOIN messages m ON m.conversation_id = k.conversation_id AND m.seq = k.seq"
    ))
    .bind::<Array<SqlUuid>, _>(conversations)
    .bind::<Array<BigInt>, _>(seqs)
    .bind::<Nullable<SqlUuid>, _>(reader.map(UserId::as_uuid))
    .kept_as::<MessageColumns>()
    .load(conn)
    .await?;
    complete(conn, reader, rows).await
}

/// The message its author stored under this key, whoever may see it now. No index knows `IS NOT DISTINCT FROM`, so that
/// it is found through the one of keys and never by reading the conversation.
pub async fn find_by_client_key(
    conn: &mut Connection,
    conversation: ConversationId,
    author: UserId,
    key: ClientKey,
) -> RepositoryResult<Option<Message>> {
    let row: Option<MessageRow> = diesel::sql_query(concat!(
        "SELECT ",
        columns!("m.author_id"),
        " FROM messages m WHERE m.conversation_id IS NOT DISTINCT FROM $1 AND m.author_id = $2 AND m.client_key = $3"
    ))
    .bind::<SqlUuid, _>(conversation.as_uuid())
    .bind::<SqlUuid, _>(author.as_uuid())
    .bind::<SqlUuid, _>(key.as_uuid())
    .kept_as::<MessageColumns>()
    .get_result(conn)
    .await
    .optional()?;
    let message = row.map(MessageRow::into_message).transpose()?;
    quote::complete_one(conn, author, message).await
}
