//! Storing messages, deleting and hiding them.

use damso_domain::{
    AttachmentId, ClientKey, ConversationId, Mention, MessageId, MessageKind, MessageRef, Rev, Seq,
    Timestamp, UserId,
};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use super::Message;
use crate::attachment::Attachment;
use crate::poll::{self, Poll};
use crate::quote::Reply;
use crate::schema::{hidden_messages, message_attachments, message_edits, messages, reactions};
use crate::statement::Keep as _;
use crate::{Connection, RepositoryError, RepositoryResult, search_index};

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
    /// Whether it is taken from another message.
    pub forwarded: bool,
    /// Whom it mentions, and where.
    pub mentions: Vec<Mention>,
    /// Whether it calls nobody.
    pub is_silent: bool,
    /// What can be voted for.
    pub poll: Option<Poll>,
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
            messages::forwarded.eq(new.forwarded),
            messages::mentions.eq(mentions_column(&new.mentions)?),
            messages::is_silent.eq(new.is_silent),
            messages::poll.eq(poll::column(new.poll.as_ref())?),
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
        forwarded: new.forwarded,
        mentions: new.mentions.clone(),
        is_silent: new.is_silent,
        poll: new.poll.clone(),
        my_options: Vec::new(),
    })
}

/// Whom a message mentions, as it is stored: nothing where that is nobody.
pub(crate) fn mentions_column(mentions: &[Mention]) -> RepositoryResult<Option<serde_json::Value>> {
    if mentions.is_empty() {
        return Ok(None);
    }
    let column = serde_json::to_value(mentions);
    Ok(Some(column.map_err(|error| {
        RepositoryError::Query(format!("messages.mentions: {error}"))
    })?))
}

/// Stores messages that have no attachments, answer none, mention nobody, are not silent and no polls, as many as one
/// statement may hold at once. The numbers are the caller's responsibility, as they are with [`insert`].
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

/// What a deleted message says.
#[derive(AsChangeset)]
#[diesel(table_name = messages, treat_none_as_null = true)]
struct Emptied {
    text: Option<String>,
    rev: i64,
    deleted_at: Option<jiff_diesel::Timestamp>,
    reactions: Option<serde_json::Value>,
    reply_to_seq: Option<i64>,
    forwarded: bool,
    mentions: Option<serde_json::Value>,
    is_silent: bool,
    poll: Option<serde_json::Value>,
}

impl Emptied {
    fn new(rev: Rev, at: Timestamp) -> Self {
        Self {
            text: None,
            rev: rev.as_i64(),
            deleted_at: Some(at.as_jiff().to_diesel()),
            reactions: None,
            reply_to_seq: None,
            forwarded: false,
            mentions: None,
            is_silent: false,
            poll: None,
        }
    }
}

/// Empties a message with change `rev`; returns the attachments it held.
pub async fn mark_deleted(
    conn: &mut Connection,
    target: MessageRef,
    rev: Rev,
    at: Timestamp,
) -> RepositoryResult<Vec<AttachmentId>> {
    let MessageRef { conversation_id, seq } = target;
    diesel::update(messages::table.find((conversation_id.as_uuid(), seq.as_i64())))
        .set(Emptied::new(rev, at))
        .execute(conn)
        .await?;
    delete_what_hangs_on(conn, conversation_id, &[seq.as_i64()]).await
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
    let written = messages::table
        .filter(messages::conversation_id.eq(conversation.as_uuid()))
        .filter(messages::author_id.eq(author.as_uuid()))
        .filter(messages::kind.ne(MessageKind::System.as_str()))
        .filter(messages::deleted_at.is_null());
    let seqs: Vec<i64> = diesel::update(written)
        .set(Emptied::new(rev, at))
        .returning(messages::seq)
        .get_results(conn)
        .await?;
    let held = delete_what_hangs_on(conn, conversation, &seqs).await?;
    Ok((seqs.len(), held))
}

/// Removes the earlier texts of messages, how people reacted to them and voted in them, what they were searched by, and
/// that they held attachments; returns which ones.
async fn delete_what_hangs_on(
    conn: &mut Connection,
    conversation: ConversationId,
    seqs: &[i64],
) -> RepositoryResult<Vec<AttachmentId>> {
    let edits = message_edits::table.filter(message_edits::conversation_id.eq(conversation.as_uuid()));
    diesel::delete(edits.filter(message_edits::seq.eq_any(seqs)))
        .execute(conn)
        .await?;
    let given = reactions::table.filter(reactions::conversation_id.eq(conversation.as_uuid()));
    diesel::delete(given.filter(reactions::seq.eq_any(seqs)))
        .execute(conn)
        .await?;
    poll::delete_votes(conn, conversation, seqs).await?;
    search_index::delete(conn, conversation, seqs).await?;
    let held = message_attachments::table
        .filter(message_attachments::conversation_id.eq(conversation.as_uuid()))
        .filter(message_attachments::seq.eq_any(seqs));
    let ids: Vec<Uuid> = diesel::delete(held)
        .returning(message_attachments::attachment_id)
        .get_results(conn)
        .await?;
    Ok(ids.into_iter().map(AttachmentId::from_uuid).collect())
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
