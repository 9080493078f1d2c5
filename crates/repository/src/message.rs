//! Messages.

use damso_domain::{
    AttachmentId, ClientKey, ConversationId, MessageId, MessageKind, MessageRef, Rev, Seq, Timestamp, UserId,
};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::attachment::{Attachment, AttachmentRow};
use crate::error::stored;
use crate::quote::{self, Reply};
use crate::reaction::Reactions;
use crate::schema::{hidden_messages, message_attachments, message_edits, messages, reactions};
use crate::statement::Keep as _;
use crate::visibility::visible;
use crate::{Connection, RepositoryError, RepositoryResult, search_index};

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
}

/// The columns of a message `m`, with its attachments and how `$me` reacted, so that a page is one statement.
macro_rules! columns {
    ($me:literal) => {
        concat!(
            "m.id, m.conversation_id, m.seq, m.rev, m.author_id, m.client_key, m.kind, m.text, m.system, \
             m.created_at, m.deleted_at, m.edited_at, m.reply_to_seq, m.reactions, CASE WHEN m.reactions IS NOT NULL THEN \
                 (SELECT array_agg(r.emoji) FROM reactions r WHERE r.conversation_id = m.conversation_id \
                  AND r.seq = m.seq AND r.user_id = ", $me, ") END AS my_reactions, (SELECT jsonb_agg(",
            $crate::attachment::json_object!(),
            " ORDER BY ma.position) \
                 FROM message_attachments ma JOIN attachments a ON a.id = ma.attachment_id \
                 WHERE ma.conversation_id = m.conversation_id AND ma.seq = m.seq) AS attachments"
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
    Nullable<Jsonb>,
    Nullable<Array<Text>>,
    Nullable<Jsonb>,
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
    reactions: Option<serde_json::Value>,
    my_reactions: Option<Vec<String>>,
    attachments: Option<serde_json::Value>,
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
            reactions,
            my_reactions,
            attachments,
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

/// A message to store; its numbers come from the locked conversation.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Where.
    pub conversation_id: ConversationId,
    /// Its number there.
    pub seq: Seq,
    /// The change that this is.
    pub rev: Rev,
    /// Who writes it.
    pub author_id: UserId,
    /// Made by the client.
    pub client_key: ClientKey,
    /// By a person or by the conversation.
    pub kind: MessageKind,
    /// What it says.
    pub text: Option<String>,
    /// What the conversation says of itself.
    pub system: Option<serde_json::Value>,
    /// Who must never see it: the other one of two, who blocks its author at this moment.
    pub withheld_for: Option<UserId>,
    /// Which message it answers, as its author sees it.
    pub reply_to: Option<Reply>,
    /// When.
    pub created_at: Timestamp,
}

/// Stores a message, and which attachments it holds.
pub async fn insert(
    conn: &mut Connection,
    new: &NewMessage,
    attachments: Vec<Attachment>,
) -> RepositoryResult<Message> {
    let id = MessageId::new();
    diesel::insert_into(messages::table)
        .values((
            messages::conversation_id.eq(new.conversation_id.as_uuid()),
            messages::seq.eq(new.seq.as_i64()),
            messages::id.eq(id.as_uuid()),
            messages::rev.eq(new.rev.as_i64()),
            messages::author_id.eq(new.author_id.as_uuid()),
            messages::client_key.eq(new.client_key.as_uuid()),
            messages::kind.eq(new.kind.as_str()),
            messages::text.eq(new.text.as_deref()),
            messages::system.eq(new.system.as_ref()),
            messages::withheld_for.eq(new.withheld_for.map(|id| vec![id.as_uuid()])),
            messages::reply_to_seq.eq(new.reply_to.as_ref().map(|reply| reply.seq.as_i64())),
            messages::created_at.eq(new.created_at.as_jiff().to_diesel()),
        ))
        .execute(conn)
        .await?;
    insert_attachments(conn, new, &attachments).await?;
    Ok(Message {
        id,
        conversation_id: new.conversation_id,
        seq: new.seq,
        rev: new.rev,
        author_id: new.author_id,
        client_key: new.client_key,
        kind: new.kind,
        text: new.text.clone(),
        system: new.system.clone(),
        attachments,
        created_at: new.created_at,
        deleted_at: None,
        edited_at: None,
        reactions: Vec::new(),
        my_reactions: Vec::new(),
        reply_to: new.reply_to.clone(),
    })
}

/// Stores messages that have no attachments and answer none, as many as one statement may hold at once. The numbers
/// are the caller's responsibility, as they are with [`insert`].
pub async fn insert_many(conn: &mut Connection, new: &[NewMessage]) -> RepositoryResult<()> {
    let column = |value: fn(&NewMessage) -> Uuid| new.iter().map(value).collect::<Vec<_>>();
    let number = |value: fn(&NewMessage) -> i64| new.iter().map(value).collect::<Vec<_>>();
    let ids: Vec<Uuid> = new.iter().map(|_| MessageId::new().as_uuid()).collect();
    let kinds: Vec<&str> = new.iter().map(|message| message.kind.as_str()).collect();
    let texts: Vec<Option<&str>> = new.iter().map(|message| message.text.as_deref()).collect();
    let systems: Vec<Option<&serde_json::Value>> =
        new.iter().map(|message| message.system.as_ref()).collect();
    let withheld_for: Vec<Option<Uuid>> = new
        .iter()
        .map(|message| message.withheld_for.map(UserId::as_uuid))
        .collect();
    let times: Vec<jiff_diesel::Timestamp> = new
        .iter()
        .map(|message| message.created_at.as_jiff().to_diesel())
        .collect();
    diesel::sql_query(
        "INSERT INTO messages \
            (conversation_id, seq, id, rev, author_id, client_key, kind, text, system, created_at, withheld_for) \
         SELECT conversation_id, seq, id, rev, author_id, client_key, kind, text, system, created_at, \
             CASE WHEN withheld_for IS NOT NULL THEN ARRAY[withheld_for] END \
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS i (conversation_id, seq, id, rev, author_id, \
             client_key, kind, text, system, created_at, withheld_for)",
    )
    .bind::<Array<SqlUuid>, _>(column(|message| message.conversation_id.as_uuid()))
    .bind::<Array<BigInt>, _>(number(|message| message.seq.as_i64()))
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<BigInt>, _>(number(|message| message.rev.as_i64()))
    .bind::<Array<SqlUuid>, _>(column(|message| message.author_id.as_uuid()))
    .bind::<Array<SqlUuid>, _>(column(|message| message.client_key.as_uuid()))
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Nullable<Text>>, _>(texts)
    .bind::<Array<Nullable<Jsonb>>, _>(systems)
    .bind::<Array<Timestamptz>, _>(times)
    .bind::<Array<Nullable<SqlUuid>>, _>(withheld_for)
    .kept()
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_attachments(
    conn: &mut Connection,
    new: &NewMessage,
    attachments: &[Attachment],
) -> RepositoryResult<()> {
    if attachments.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = (0_i16..)
        .zip(attachments)
        .map(|(position, attachment)| {
            (
                message_attachments::conversation_id.eq(new.conversation_id.as_uuid()),
                message_attachments::seq.eq(new.seq.as_i64()),
                message_attachments::position.eq(position),
                message_attachments::attachment_id.eq(attachment.id.as_uuid()),
            )
        })
        .collect();
    diesel::insert_into(message_attachments::table)
        .values(rows)
        .execute(conn)
        .await?;
    Ok(())
}

/// Empties a message with change `rev`; returns the attachments it held.
pub async fn mark_deleted(
    conn: &mut Connection,
    target: MessageRef,
    rev: Rev,
    at: Timestamp,
) -> RepositoryResult<Vec<AttachmentId>> {
    diesel::update(messages::table.find((target.conversation_id.as_uuid(), target.seq.as_i64())))
        .set((
            messages::text.eq(None::<String>),
            messages::rev.eq(rev.as_i64()),
            messages::deleted_at.eq(Some(at.as_jiff().to_diesel())),
            messages::reactions.eq(None::<serde_json::Value>),
            messages::reply_to_seq.eq(None::<i64>),
        ))
        .execute(conn)
        .await?;
    delete_what_hangs_on(conn, target.conversation_id, &[target.seq.as_i64()]).await?;
    let held = message_attachments::table
        .filter(message_attachments::conversation_id.eq(target.conversation_id.as_uuid()))
        .filter(message_attachments::seq.eq(target.seq.as_i64()));
    let ids: Vec<Uuid> = diesel::delete(held)
        .returning(message_attachments::attachment_id)
        .get_results(conn)
        .await?;
    Ok(ids.into_iter().map(AttachmentId::from_uuid).collect())
}

/// Empties everything `author` wrote in a conversation with one change; returns how many messages that were
/// and the attachments they held.
pub async fn mark_all_deleted(
    conn: &mut Connection,
    conversation: ConversationId,
    author: UserId,
    rev: Rev,
    at: Timestamp,
) -> RepositoryResult<(usize, Vec<AttachmentId>)> {
    let seqs: Vec<i64> = diesel::update(
        messages::table
            .filter(messages::conversation_id.eq(conversation.as_uuid()))
            .filter(messages::author_id.eq(author.as_uuid()))
            .filter(messages::kind.eq(MessageKind::User.as_str()))
            .filter(messages::deleted_at.is_null()),
    )
    .set((
        messages::text.eq(None::<String>),
        messages::rev.eq(rev.as_i64()),
        messages::deleted_at.eq(Some(at.as_jiff().to_diesel())),
        messages::reactions.eq(None::<serde_json::Value>),
        messages::reply_to_seq.eq(None::<i64>),
    ))
    .returning(messages::seq)
    .get_results(conn)
    .await?;
    delete_what_hangs_on(conn, conversation, &seqs).await?;
    let held = message_attachments::table
        .filter(message_attachments::conversation_id.eq(conversation.as_uuid()))
        .filter(message_attachments::seq.eq_any(&seqs));
    let ids: Vec<Uuid> = diesel::delete(held)
        .returning(message_attachments::attachment_id)
        .get_results(conn)
        .await?;
    Ok((seqs.len(), ids.into_iter().map(AttachmentId::from_uuid).collect()))
}

/// Removes the earlier texts of messages, how people reacted to them, and what they were searched by.
async fn delete_what_hangs_on(
    conn: &mut Connection,
    conversation: ConversationId,
    seqs: &[i64],
) -> RepositoryResult<()> {
    let edits = message_edits::table.filter(message_edits::conversation_id.eq(conversation.as_uuid()));
    diesel::delete(edits.filter(message_edits::seq.eq_any(seqs)))
        .execute(conn)
        .await?;
    let held = reactions::table.filter(reactions::conversation_id.eq(conversation.as_uuid()));
    diesel::delete(held.filter(reactions::seq.eq_any(seqs)))
        .execute(conn)
        .await?;
    search_index::delete(conn, conversation, seqs).await
}

/// Hides a message from one person; tells whether it was not hidden before.
pub async fn hide(
    conn: &mut Connection,
    user: UserId,
    target: MessageRef,
    id: MessageId,
) -> RepositoryResult<bool> {
    let inserted = diesel::insert_into(hidden_messages::table)
        .values((
            hidden_messages::user_id.eq(user.as_uuid()),
            hidden_messages::conversation_id.eq(target.conversation_id.as_uuid()),
            hidden_messages::seq.eq(target.seq.as_i64()),
            hidden_messages::message_id.eq(id.as_uuid()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}
