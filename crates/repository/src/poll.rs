//! Polls, and how people voted in them.

use damso_domain::{Ballot, ConversationId, MessageRef, Rev, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::message::Message;
use crate::schema::{messages, poll_votes};
use crate::statement::Keep as _;
use crate::{Connection, RepositoryError, RepositoryResult};

/// What can be voted for, and how it stands, as it is in the message's own row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// In the order in which they are shown.
    pub options: Vec<PollOption>,
    /// Whether one person can choose several.
    pub is_multiple: bool,
    /// Whether nobody is told who has chosen what.
    pub is_anonymous: bool,
    /// When nobody can vote any more.
    pub closes_at: Option<Timestamp>,
    /// How many have voted.
    pub voter_count: i64,
}

/// One thing that can be voted for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollOption {
    /// What it says.
    pub text: String,
    /// How many have chosen it.
    pub votes: i64,
    /// Those who have voted for it first, at most ten, in that order; nobody in an anonymous poll.
    pub user_ids: Vec<UserId>,
}

/// How one person has voted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// The change that stored it.
    pub rev: Rev,
    /// Who.
    pub user_id: UserId,
    /// The numbers of what they have chosen.
    pub options: Vec<i64>,
    /// When.
    pub created_at: Timestamp,
}

/// A poll as it is stored.
pub(crate) fn column(poll: Option<&Poll>) -> RepositoryResult<Option<serde_json::Value>> {
    let column = poll.map(serde_json::to_value).transpose();
    column.map_err(|error| RepositoryError::Query(format!("messages.poll: {error}")))
}

/// Stores how somebody votes in the poll that `message` is, in place of how they have voted before, with change `rev`.
/// `None`: not any more.
pub async fn put_vote(
    conn: &mut Connection,
    message: &Message,
    user: UserId,
    ballot: Option<&Ballot>,
    (rev, at): (Rev, Timestamp),
) -> RepositoryResult<()> {
    let values = (
        poll_votes::options.eq(ballot.map_or(&[][..], Ballot::as_slice)),
        poll_votes::rev.eq(rev.as_i64()),
        poll_votes::created_at.eq(at.as_jiff().to_diesel()),
    );
    diesel::insert_into(poll_votes::table)
        .values((
            poll_votes::conversation_id.eq(message.conversation_id.as_uuid()),
            poll_votes::seq.eq(message.seq.as_i64()),
            poll_votes::user_id.eq(user.as_uuid()),
            poll_votes::message_id.eq(message.id.as_uuid()),
            values,
        ))
        .on_conflict((poll_votes::conversation_id, poll_votes::seq, poll_votes::user_id))
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    sum_up(conn, message.conversation_id, &[message.seq.as_i64()], rev).await
}

/// Closes the poll that `message` is, with change `rev`.
pub async fn close(
    conn: &mut Connection,
    message: &Message,
    poll: Poll,
    (rev, at): (Rev, Timestamp),
) -> RepositoryResult<()> {
    let closed = Poll {
        closes_at: Some(at),
        ..poll
    };
    let place = (message.conversation_id.as_uuid(), message.seq.as_i64());
    diesel::update(messages::table.find(place))
        .set((
            messages::rev.eq(rev.as_i64()),
            messages::poll.eq(column(Some(&closed))?),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes how people voted in messages that are deleted.
pub(crate) async fn delete_votes(
    conn: &mut Connection,
    conversation: ConversationId,
    seqs: &[i64],
) -> RepositoryResult<()> {
    let given = poll_votes::table.filter(poll_votes::conversation_id.eq(conversation.as_uuid()));
    diesel::delete(given.filter(poll_votes::seq.eq_any(seqs)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes somebody out of all polls of a conversation, as one change. In an open poll their vote goes. In an anonymous one
/// it stays as one of nobody: a count that fell by it would say what they had chosen.
pub async fn forget_votes(
    conn: &mut Connection,
    conversation: ConversationId,
    user: UserId,
    rev: Rev,
) -> RepositoryResult<()> {
    diesel::sql_query(
        "UPDATE poll_votes v SET user_id = gen_random_uuid() FROM messages m \
         WHERE v.conversation_id = $1 AND v.user_id = $2 AND m.conversation_id = v.conversation_id AND m.seq = v.seq \
             AND (m.poll ->> 'is_anonymous')::boolean",
    )
    .bind::<SqlUuid, _>(conversation.as_uuid())
    .bind::<SqlUuid, _>(user.as_uuid())
    .kept()
    .execute(conn)
    .await?;
    let given = poll_votes::table.filter(poll_votes::conversation_id.eq(conversation.as_uuid()));
    let gone: Vec<(i64, Vec<i64>)> = diesel::delete(given.filter(poll_votes::user_id.eq(user.as_uuid())))
        .returning((poll_votes::seq, poll_votes::options))
        .get_results(conn)
        .await?;
    let counted = gone.into_iter().filter(|(_, options)| !options.is_empty());
    let seqs: Vec<i64> = counted.map(|(seq, _)| seq).collect();
    sum_up(conn, conversation, &seqs, rev).await
}

/// Writes into the rows of polls what is stored of the votes in them, and change `rev`.
async fn sum_up(
    conn: &mut Connection,
    conversation: ConversationId,
    seqs: &[i64],
    rev: Rev,
) -> RepositoryResult<()> {
    if seqs.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "UPDATE messages m SET rev = $3, poll = m.poll || jsonb_build_object( \
             'voter_count', (SELECT count(*) FROM poll_votes v \
                 WHERE v.conversation_id = m.conversation_id AND v.seq = m.seq AND v.options <> '{}'), \
             'options', ( \
                 SELECT jsonb_agg(jsonb_build_object('text', o.option -> 'text', 'votes', s.votes, \
                     'user_ids', CASE WHEN (m.poll ->> 'is_anonymous')::boolean THEN '[]' ELSE s.user_ids END) \
                     ORDER BY o.number) \
                 FROM jsonb_array_elements(m.poll -> 'options') WITH ORDINALITY AS o (option, number) \
                 CROSS JOIN LATERAL (SELECT count(*) AS votes, \
                         coalesce(to_jsonb((array_agg(v.user_id ORDER BY v.rev))[1:10]), '[]') AS user_ids \
                     FROM poll_votes v \
                     WHERE v.conversation_id = m.conversation_id AND v.seq = m.seq AND o.number = ANY (v.options)) s)) \
         WHERE m.conversation_id = $1 AND m.seq = ANY ($2)",
    )
    .bind::<SqlUuid, _>(conversation.as_uuid())
    .bind::<Array<BigInt>, _>(seqs)
    .bind::<BigInt, _>(rev.as_i64())
    .kept()
    .execute(conn)
    .await?;
    Ok(())
}

/// Up to `limit` votes in a poll after change `after`, in the order in which people voted.
pub async fn list_votes(
    conn: &mut Connection,
    target: MessageRef,
    after: Option<Rev>,
    limit: i64,
) -> RepositoryResult<Vec<Vote>> {
    let rows: Vec<(i64, Uuid, Vec<i64>, jiff_diesel::Timestamp)> = poll_votes::table
        .filter(poll_votes::conversation_id.eq(target.conversation_id.as_uuid()))
        .filter(poll_votes::seq.eq(target.seq.as_i64()))
        .filter(poll_votes::rev.gt(after.unwrap_or(Rev::ZERO).as_i64()))
        .filter(poll_votes::options.ne(Vec::<i64>::new()))
        .order(poll_votes::rev)
        .limit(limit)
        .select((
            poll_votes::rev,
            poll_votes::user_id,
            poll_votes::options,
            poll_votes::created_at,
        ))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(rev, user_id, options, created_at)| Vote {
            rev: Rev::new(rev),
            user_id: UserId::from_uuid(user_id),
            options,
            created_at: Timestamp::from_jiff(created_at.to_jiff()),
        })
        .collect())
}
