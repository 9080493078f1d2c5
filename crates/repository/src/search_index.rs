//! What messages are searched by, and how far it is written.
//!
//! Changes of a conversation are numbered without gaps in the order of their commits, so that whoever has read all of
//! them up to a number has missed none, however late a transaction commits.

use damso_domain::{ConversationId, Timestamp, search_key};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection as _};
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::schema::{message_search, message_search_progress};
use crate::statement::Keep as _;
use crate::{Connection, RepositoryResult};

/// All messages with the number of their progress have been read.
const WHOLE_REV: i64 = i64::MAX;

/// How far the index of a conversation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Of which one.
    pub conversation_id: ConversationId,
    rev: i64,
    seq: i64,
}

/// A message whose key may have to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    conversation_id: Uuid,
    seq: i64,
    rev: i64,
    text: Option<String>,
    created_at: Timestamp,
    /// Of the messages before and after it in the index.
    older_at: Option<Timestamp>,
    newer_at: Option<Timestamp>,
}

/// What has changed in some conversations since their progress.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The messages.
    pub messages: Vec<Changed>,
    /// How far each of the conversations is read with them.
    pub progress: Vec<Progress>,
    /// The conversations that have more.
    pub unfinished: Vec<ConversationId>,
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The next conversations after `after`, in the order of their ids, that have changed since they were read last.
pub async fn list_behind(
    conn: &mut Connection,
    after: Option<ConversationId>,
    limit: i64,
) -> RepositoryResult<Vec<ConversationId>> {
    let rows: Vec<IdRow> = diesel::sql_query(
        "SELECT c.id FROM conversations c LEFT JOIN message_search_progress p ON p.conversation_id = c.id \
         WHERE ($1 IS NULL OR c.id > $1) AND (p.rev IS NULL OR p.rev < c.rev OR p.seq < 9223372036854775807) \
         ORDER BY c.id LIMIT $2",
    )
    .bind::<Nullable<SqlUuid>, _>(after.map(ConversationId::as_uuid))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ConversationId::from_uuid(row.id))
        .collect())
}

/// Sees to it that each of these conversations has a row to be locked. In a transaction of its own, which waits for
/// nobody while it holds anything out of order.
pub async fn insert_progress(conn: &mut Connection, ids: &[ConversationId]) -> RepositoryResult<()> {
    diesel::sql_query(
        "INSERT INTO message_search_progress (conversation_id, rev, seq) \
         SELECT id, 0, 0 FROM unnest($1) AS i (id) ORDER BY id ON CONFLICT DO NOTHING",
    )
    .bind::<Array<SqlUuid>, _>(uuids(ids))
    .kept()
    .execute(conn)
    .await?;
    Ok(())
}

/// Prepares a transaction that writes keys. It does not wait for the disk: what a crash takes of it goes together with
/// the progress, and is done again. Everything is found by its key, whatever the tables were like when that was planned.
pub async fn begin(conn: &mut Connection) -> RepositoryResult<()> {
    conn.batch_execute(
        "SET LOCAL synchronous_commit = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; \
         SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off",
    )
    .await?;
    Ok(())
}

/// Locks the progress of those of these conversations that nobody else has locked: who reads on, or deletes messages.
pub async fn lock_progress(conn: &mut Connection, ids: &[ConversationId]) -> RepositoryResult<Vec<Progress>> {
    let rows: Vec<(Uuid, i64, i64)> = message_search_progress::table
        .filter(message_search_progress::conversation_id.eq_any(uuids(ids)))
        .order(message_search_progress::conversation_id)
        .for_update()
        .skip_locked()
        .load(conn)
        .await?;
    let progress = |(id, rev, seq)| Progress {
        conversation_id: ConversationId::from_uuid(id),
        rev,
        seq,
    };
    Ok(rows.into_iter().map(progress).collect())
}

/// What has changed since, at most `limit` messages of each conversation. The progress has to be locked: nothing of what
/// is read can be deleted before the commit.
///
/// The number of the conversation and its messages are read in one snapshot, which therefore has every change up to that
/// number: it is given out under a lock that is held until the commit.
pub async fn list_changes(
    conn: &mut Connection,
    since: &[Progress],
    limit: i64,
) -> RepositoryResult<Changes> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        conversation_id: Uuid,
        #[diesel(sql_type = BigInt)]
        last_rev: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        seq: Option<i64>,
        #[diesel(sql_type = Nullable<BigInt>)]
        rev: Option<i64>,
        #[diesel(sql_type = Nullable<Text>)]
        text: Option<String>,
        #[diesel(sql_type = Nullable<Timestamptz>)]
        created_at: Option<jiff_diesel::Timestamp>,
        #[diesel(sql_type = Nullable<Timestamptz>)]
        older_at: Option<jiff_diesel::Timestamp>,
        #[diesel(sql_type = Nullable<Timestamptz>)]
        newer_at: Option<jiff_diesel::Timestamp>,
    }
    let conversations: Vec<Uuid> = since.iter().map(|one| one.conversation_id.as_uuid()).collect();
    let revs: Vec<i64> = since.iter().map(|one| one.rev).collect();
    let seqs: Vec<i64> = since.iter().map(|one| one.seq).collect();
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT c.id AS conversation_id, c.rev AS last_rev, m.seq, m.rev, m.text, m.created_at, \
             older.at AS older_at, newer.at AS newer_at \
         FROM unnest($1, $2, $3) AS p (conversation_id, rev, seq) \
         JOIN conversations c ON c.id = p.conversation_id \
         LEFT JOIN LATERAL ( \
             SELECT n.conversation_id, n.seq, n.rev, n.text, n.created_at FROM messages n \
             WHERE n.conversation_id = c.id AND n.rev >= p.rev AND (n.rev, n.seq) > (p.rev, p.seq) \
             ORDER BY n.rev, n.seq LIMIT $4 \
         ) m ON true \
         LEFT JOIN LATERAL ( \
             SELECT s.at FROM message_search s WHERE s.conversation_id = m.conversation_id AND s.seq < m.seq \
             ORDER BY s.seq DESC LIMIT 1 \
         ) older ON true \
         LEFT JOIN LATERAL ( \
             SELECT s.at FROM message_search s WHERE s.conversation_id = m.conversation_id AND s.seq > m.seq \
             ORDER BY s.seq LIMIT 1 \
         ) newer ON true \
         ORDER BY c.id, m.rev, m.seq",
    )
    .bind::<Array<SqlUuid>, _>(conversations)
    .bind::<Array<BigInt>, _>(revs)
    .bind::<Array<BigInt>, _>(seqs)
    .bind::<BigInt, _>(limit)
    .kept()
    .load(conn)
    .await?;
    let time = |time: jiff_diesel::Timestamp| Timestamp::from_jiff(time.to_jiff());
    let mut changes = Changes::default();
    for of_one in rows.chunk_by(|one, other| one.conversation_id == other.conversation_id) {
        let (Some(first), Some(last)) = (of_one.first(), of_one.last()) else {
            continue;
        };
        let conversation_id = ConversationId::from_uuid(first.conversation_id);
        let has_more = i64::try_from(of_one.len()).is_ok_and(|rows| limit <= rows);
        let (rev, seq) = match (last.rev, last.seq) {
            (Some(rev), Some(seq)) if has_more => {
                changes.unfinished.push(conversation_id);
                (rev, seq)
            }
            _ => (first.last_rev, WHOLE_REV),
        };
        changes.progress.push(Progress {
            conversation_id,
            rev,
            seq,
        });
    }
    changes.messages = rows
        .into_iter()
        .filter_map(|row| {
            Some(Changed {
                conversation_id: row.conversation_id,
                seq: row.seq?,
                rev: row.rev?,
                text: row.text,
                created_at: time(row.created_at?),
                older_at: row.older_at.map(time),
                newer_at: row.newer_at.map(time),
            })
        })
        .collect();
    Ok(changes)
}

/// Writes the keys of these messages, and that they are written. A message that was changed since it was read is left
/// out: its new number is larger than the progress.
pub async fn write(conn: &mut Connection, changes: Changes) -> RepositoryResult<()> {
    let Changes {
        messages, progress, ..
    } = changes;
    let (with_text, without): (Vec<_>, Vec<_>) =
        messages.into_iter().partition(|message| message.text.is_some());
    if !with_text.is_empty() {
        write_keys(conn, with_text).await?;
    }
    if !without.is_empty() {
        // Of a message with files the text may have been taken away.
        diesel::sql_query(
            "DELETE FROM message_search s USING unnest($1, $2) AS k (conversation_id, seq) \
             WHERE s.conversation_id = k.conversation_id AND s.seq = k.seq",
        )
        .bind::<Array<SqlUuid>, _>(column(&without, |message| message.conversation_id))
        .bind::<Array<BigInt>, _>(column(&without, |message| message.seq))
        .kept()
        .execute(conn)
        .await?;
    }
    diesel::sql_query(
        "UPDATE message_search_progress p SET rev = k.rev, seq = k.seq \
         FROM unnest($1, $2, $3) AS k (conversation_id, rev, seq) WHERE p.conversation_id = k.conversation_id",
    )
    .bind::<Array<SqlUuid>, _>(column(&progress, |one| one.conversation_id.as_uuid()))
    .bind::<Array<BigInt>, _>(column(&progress, |one| one.rev))
    .bind::<Array<BigInt>, _>(column(&progress, |one| one.seq))
    .kept()
    .execute(conn)
    .await?;
    Ok(())
}

async fn write_keys(conn: &mut Connection, mut messages: Vec<Changed>) -> RepositoryResult<()> {
    messages.sort_unstable_by_key(|message| (message.conversation_id, message.seq));
    let times = times(&messages);
    let keys = column(&messages, |message| {
        search_key(message.text.as_deref().unwrap_or_default())
    });
    diesel::sql_query(
        "INSERT INTO message_search (conversation_id, seq, at, key) \
         SELECT k.conversation_id, k.seq, k.at, k.key \
         FROM unnest($1, $2, $3, $4, $5) AS k (conversation_id, seq, rev, at, key) \
         JOIN messages m ON m.conversation_id = k.conversation_id AND m.seq = k.seq AND m.rev = k.rev \
         ON CONFLICT (conversation_id, seq) DO UPDATE SET key = excluded.key \
         WHERE message_search.key <> excluded.key",
    )
    .bind::<Array<SqlUuid>, _>(column(&messages, |message| message.conversation_id))
    .bind::<Array<BigInt>, _>(column(&messages, |message| message.seq))
    .bind::<Array<BigInt>, _>(column(&messages, |message| message.rev))
    .bind::<Array<Timestamptz>, _>(times)
    .bind::<Array<Text>, _>(keys)
    .kept()
    .execute(conn)
    .await?;
    Ok(())
}

/// When each was written, moved between those before and after it where a clock or a queue had them in another order.
/// The messages are in the order of their conversations and numbers.
fn times(messages: &[Changed]) -> Vec<jiff_diesel::Timestamp> {
    let mut before: Option<(Uuid, Timestamp)> = None;
    let mut times = Vec::with_capacity(messages.len());
    for message in messages {
        let written = before.filter(|(conversation, _)| *conversation == message.conversation_id);
        let mut at = message.created_at;
        at = message.older_at.map_or(at, |older| at.max(older));
        at = written.map_or(at, |(_, older)| at.max(older));
        at = message.newer_at.map_or(at, |newer| at.min(newer));
        before = Some((message.conversation_id, at));
        times.push(at.as_jiff().to_diesel());
    }
    times
}

/// Removes what deleted messages were searched by, in the transaction that deletes them. It waits for whoever writes
/// keys of the conversation, so that none is written after it: once it has the lock, whoever comes next reads that the
/// texts are gone.
pub async fn delete(
    conn: &mut Connection,
    conversation: ConversationId,
    seqs: &[i64],
) -> RepositoryResult<()> {
    diesel::insert_into(message_search_progress::table)
        .values((
            message_search_progress::conversation_id.eq(conversation.as_uuid()),
            message_search_progress::rev.eq(0),
            message_search_progress::seq.eq(0),
        ))
        .on_conflict(message_search_progress::conversation_id)
        .do_update()
        .set(message_search_progress::rev.eq(message_search_progress::rev))
        .execute(conn)
        .await?;
    // A statement of its own: it has to see what was written while the one above waited.
    let written = message_search::table.filter(message_search::conversation_id.eq(conversation.as_uuid()));
    diesel::delete(written.filter(message_search::seq.eq_any(seqs)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Moves what was written lately into the index itself. Until then every search looks through it.
pub async fn tidy(conn: &mut Connection) -> RepositoryResult<()> {
    diesel::sql_query("SELECT gin_clean_pending_list('message_search_by_key')")
        .execute(conn)
        .await?;
    Ok(())
}

fn column<T, C>(rows: &[T], value: impl Fn(&T) -> C) -> Vec<C> {
    rows.iter().map(value).collect()
}

fn uuids(ids: &[ConversationId]) -> Vec<Uuid> {
    column(ids, |id| id.as_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_number_is_never_an_earlier_time() {
        let time = |millis| Timestamp::from_millis(millis).unwrap();
        let message =
            |conversation: u128, seq, created_at, older_at: Option<i64>, newer_at: Option<i64>| Changed {
                conversation_id: Uuid::from_u128(conversation),
                seq,
                rev: seq,
                text: None,
                created_at: time(created_at),
                older_at: older_at.map(time),
                newer_at: newer_at.map(time),
            };
        let messages = [
            message(1, 5, 100, Some(90), None),
            message(1, 6, 95, Some(90), None),
            message(1, 7, 110, Some(90), None),
            message(2, 1, 20, None, Some(15)),
            message(2, 2, 12, None, Some(15)),
            message(2, 9, 5, Some(15), None),
        ];
        let expected = [100, 100, 110, 15, 15, 15].map(|millis| time(millis).as_jiff().to_diesel());
        assert_eq!(times(&messages), expected);
    }
}
