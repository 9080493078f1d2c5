//! How people reacted to messages.

use damso_domain::{ConversationId, Emoji, MessageRef, Rev, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use serde::Deserialize;
use uuid::Uuid;

use crate::schema::reactions;
use crate::statement::Keep as _;
use crate::{Connection, RepositoryResult};

/// One kind of reaction to a message, as it stands in the message's own row.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reactions {
    /// With what.
    pub emoji: String,
    /// By how many.
    pub count: i64,
    /// Those who reacted first, at most ten, in that order.
    pub user_ids: Vec<UserId>,
}

/// One person's reaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The change that stored it.
    pub rev: Rev,
    /// With what.
    pub emoji: String,
    /// Who.
    pub user_id: UserId,
    /// When.
    pub created_at: Timestamp,
}

/// Stores a reaction that is not there yet, with change `rev`.
pub async fn insert(
    conn: &mut Connection,
    target: MessageRef,
    user: UserId,
    emoji: Emoji,
    (rev, at): (Rev, Timestamp),
) -> RepositoryResult<()> {
    diesel::insert_into(reactions::table)
        .values((
            reactions::conversation_id.eq(target.conversation_id.as_uuid()),
            reactions::seq.eq(target.seq.as_i64()),
            reactions::user_id.eq(user.as_uuid()),
            reactions::emoji.eq(emoji.as_str()),
            reactions::rev.eq(rev.as_i64()),
            reactions::created_at.eq(at.as_jiff().to_diesel()),
        ))
        .execute(conn)
        .await?;
    sum_up(
        conn,
        target.conversation_id,
        &[target.seq.as_i64()],
        Some(emoji),
        rev,
    )
    .await
}

/// Takes a reaction back, with change `rev`.
pub async fn delete(
    conn: &mut Connection,
    target: MessageRef,
    user: UserId,
    emoji: Emoji,
    rev: Rev,
) -> RepositoryResult<()> {
    let place = (
        target.conversation_id.as_uuid(),
        target.seq.as_i64(),
        user.as_uuid(),
        emoji.as_str(),
    );
    diesel::delete(reactions::table.find(place)).execute(conn).await?;
    sum_up(conn, target.conversation_id, &[target.seq.as_i64()], None, rev).await
}

/// Takes back everything with which `user` reacted in a conversation, as one change.
pub async fn delete_all(
    conn: &mut Connection,
    conversation: ConversationId,
    user: UserId,
    rev: Rev,
) -> RepositoryResult<()> {
    let held = reactions::table.filter(reactions::conversation_id.eq(conversation.as_uuid()));
    let mut seqs: Vec<i64> = diesel::delete(held.filter(reactions::user_id.eq(user.as_uuid())))
        .returning(reactions::seq)
        .get_results(conn)
        .await?;
    seqs.sort_unstable();
    seqs.dedup();
    sum_up(conn, conversation, &seqs, None, rev).await
}

/// Writes into the rows of messages what is stored of the reactions to them, and change `rev`. Kinds keep their places;
/// a new one comes last.
async fn sum_up(
    conn: &mut Connection,
    conversation: ConversationId,
    seqs: &[i64],
    new: Option<Emoji>,
    rev: Rev,
) -> RepositoryResult<()> {
    if seqs.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "UPDATE messages m SET rev = $3, reactions = ( \
             SELECT jsonb_agg(jsonb_build_object('emoji', k.emoji, 'count', s.count, 'user_ids', s.user_ids) ORDER BY k.place) \
             FROM (SELECT e.kind ->> 'emoji' AS emoji, e.place \
                   FROM jsonb_array_elements(m.reactions) WITH ORDINALITY AS e (kind, place) \
                   UNION ALL SELECT $4, 9223372036854775807 WHERE $4 IS NOT NULL AND NOT coalesce( \
                       m.reactions @> jsonb_build_array(jsonb_build_object('emoji', $4)), false)) k \
             CROSS JOIN LATERAL (SELECT count(*) AS count, to_jsonb((array_agg(r.user_id ORDER BY r.rev))[1:10]) AS user_ids \
                 FROM reactions r \
                 WHERE r.conversation_id = m.conversation_id AND r.seq = m.seq AND r.emoji = k.emoji) s \
             WHERE 0 < s.count) \
         WHERE m.conversation_id = $1 AND m.seq = ANY ($2)",
    )
    .bind::<SqlUuid, _>(conversation.as_uuid())
    .bind::<Array<BigInt>, _>(seqs)
    .bind::<BigInt, _>(rev.as_i64())
    .bind::<Nullable<Text>, _>(new.map(Emoji::as_str))
    .kept()
    .execute(conn)
    .await?;
    Ok(())
}

/// Up to `limit` reactions to a message after change `after`, of one kind or of all, in the order in which people
/// reacted.
pub async fn list(
    conn: &mut Connection,
    target: MessageRef,
    emoji: Option<Emoji>,
    after: Option<Rev>,
    limit: i64,
) -> RepositoryResult<Vec<Reaction>> {
    let mut query = reactions::table
        .filter(reactions::conversation_id.eq(target.conversation_id.as_uuid()))
        .filter(reactions::seq.eq(target.seq.as_i64()))
        .filter(reactions::rev.gt(after.unwrap_or(Rev::ZERO).as_i64()))
        .order(reactions::rev)
        .limit(limit)
        .select((
            reactions::rev,
            reactions::emoji,
            reactions::user_id,
            reactions::created_at,
        ))
        .into_boxed();
    if let Some(emoji) = emoji {
        query = query.filter(reactions::emoji.eq(emoji.as_str()));
    }
    let rows: Vec<(i64, String, Uuid, jiff_diesel::Timestamp)> = query.load(conn).await?;
    Ok(rows
        .into_iter()
        .map(|(rev, emoji, user_id, created_at)| Reaction {
            rev: Rev::new(rev),
            emoji,
            user_id: UserId::from_uuid(user_id),
            created_at: Timestamp::from_jiff(created_at.to_jiff()),
        })
        .collect())
}
