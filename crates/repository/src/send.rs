//! Storing many messages of many conversations at once.

use std::collections::HashSet;

use damso_domain::{ClientKey, ConversationId, MessageId, Rev, Seq, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::statement::Keep as _;
use crate::{Connection, RepositoryError, RepositoryResult};

/// A message of text, to be stored with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMessage {
    /// Where it goes.
    pub conversation_id: ConversationId,
    /// Who writes it.
    pub author_id: UserId,
    /// Made by the client.
    pub client_key: ClientKey,
    /// What it will be called.
    pub id: MessageId,
    /// What it says.
    pub text: String,
    /// When it was sent.
    pub created_at: Timestamp,
}

/// What became of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is stored, under these numbers. `members_rev` names the list of members as it stands with it.
    Stored {
        /// Its number in the conversation.
        seq: Seq,
        /// The change that it is.
        rev: Rev,
        /// When the conversation's members last changed.
        members_rev: Rev,
        /// Who must never see it.
        withheld_for: Option<UserId>,
    },
    /// Its author has stored a message under this key before.
    Known {
        /// That one's number.
        seq: Seq,
        /// When the conversation's members last changed.
        members_rev: Rev,
        /// Who must never see it.
        withheld_for: Option<UserId>,
    },
    /// Its author is not in the conversation, or there is none.
    Outsider,
    /// The conversation asks for more than storing: it is missing from somebody's list, or of its two members
    /// one has deleted the account, or the author blocks the other one. Nothing was stored.
    Special,
}

/// How to get at conversations that somebody else has locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Leave them out.
    Skip,
    /// Wait for them.
    Wait,
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Locks conversations in the order of their ids and returns those that are locked now. What does not exist is
/// not among them.
pub async fn lock(
    conn: &mut Connection,
    conversations: &[ConversationId],
    lock: Lock,
) -> RepositoryResult<HashSet<ConversationId>> {
    let ids: Vec<Uuid> = conversations.iter().map(|id| id.as_uuid()).collect();
    let sql = match lock {
        Lock::Skip => {
            "SELECT id FROM conversations WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
        }
        Lock::Wait => "SELECT id FROM conversations WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE",
    };
    let rows: Vec<IdRow> = diesel::sql_query(sql)
        .bind::<Array<SqlUuid>, _>(ids)
        .kept()
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| ConversationId::from_uuid(row.id))
        .collect())
}

/// A statement of its own, so that its snapshot is newer than the locks: whatever it reads cannot change before
/// the commit. In `place` a conversation has unlisted members, or two of whom one is gone; and of two those who block
/// the other one. They hear nothing of it, so it does not come back into their lists either.
const STORE: &str = "
WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY
        AS i (conversation_id, author_id, client_key, id, text, created_at, ord)
), place AS MATERIALIZED (
    SELECT c.id, c.last_seq, c.rev, c.members_rev,
        EXISTS (SELECT FROM members m
            WHERE m.conversation_id = c.id AND m.left_rev IS NULL AND NOT m.is_listed AND NOT m.is_blocking)
        OR (c.kind <> 'group' AND EXISTS (SELECT FROM members m JOIN users u ON u.id = m.user_id
            WHERE m.conversation_id = c.id AND m.left_rev IS NULL AND u.deleted_at IS NOT NULL)) AS is_special,
        CASE WHEN c.kind = 'direct' THEN ARRAY(SELECT m.user_id FROM members m
            WHERE m.conversation_id = c.id AND m.is_blocking) END AS blocking
    FROM conversations c
    WHERE c.id IN (SELECT conversation_id FROM input)
), judged AS MATERIALIZED (
    SELECT i.*, p.last_seq, p.rev, p.members_rev, known.seq AS known_seq,
        CASE
            WHEN known.seq IS NOT NULL THEN 'known'
            WHEN me.user_id IS NULL THEN 'outsider'
            WHEN p.is_special OR i.author_id = ANY (p.blocking) THEN 'special'
            ELSE 'stored'
        END AS outcome,
        CASE WHEN known.seq IS NULL THEN nullif(p.blocking, '{}') ELSE known.withheld_for END AS withheld_for
    FROM input i
    LEFT JOIN place p ON p.id = i.conversation_id
    LEFT JOIN members me ON me.conversation_id = i.conversation_id AND me.user_id = i.author_id
        AND me.left_rev IS NULL
    LEFT JOIN messages known ON known.conversation_id = i.conversation_id AND known.author_id = i.author_id
        AND known.client_key = i.client_key
), fresh AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY conversation_id ORDER BY ord) AS n FROM judged WHERE outcome = 'stored'
), stored AS (
    INSERT INTO messages (conversation_id, seq, id, rev, author_id, client_key, kind, text, created_at,
        withheld_for)
    SELECT conversation_id, last_seq + n, id, rev + n, author_id, client_key, 'user', text, created_at, withheld_for FROM fresh
), numbered AS (
    UPDATE conversations c SET last_seq = c.last_seq + f.n, rev = c.rev + f.n
    FROM (SELECT conversation_id, max(n) AS n FROM fresh GROUP BY conversation_id) f
    WHERE c.id = f.conversation_id
)
SELECT j.outcome, coalesce(j.known_seq, j.last_seq + f.n) AS seq, j.rev + f.n AS rev, j.members_rev, j.withheld_for
FROM judged j LEFT JOIN fresh f ON f.ord = j.ord
ORDER BY j.ord";

#[derive(QueryableByName)]
struct OutcomeRow {
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    seq: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    rev: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    members_rev: Option<i64>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    withheld_for: Option<Vec<Uuid>>,
}

impl OutcomeRow {
    fn into_outcome(self) -> RepositoryResult<Outcome> {
        let Self {
            outcome,
            seq,
            rev,
            members_rev,
            withheld_for,
        } = self;
        let withheld_for = withheld_for
            .iter()
            .flatten()
            .next()
            .copied()
            .map(UserId::from_uuid);
        match (outcome.as_str(), seq, rev, members_rev) {
            ("stored", Some(seq), Some(rev), Some(members_rev)) => Ok(Outcome::Stored {
                seq: Seq::new(seq),
                rev: Rev::new(rev),
                members_rev: Rev::new(members_rev),
                withheld_for,
            }),
            ("known", Some(seq), _, Some(members_rev)) => Ok(Outcome::Known {
                seq: Seq::new(seq),
                members_rev: Rev::new(members_rev),
                withheld_for,
            }),
            ("outsider", ..) => Ok(Outcome::Outsider),
            ("special", ..) => Ok(Outcome::Special),
            _ => Err(RepositoryError::Query(format!("a message became {outcome}"))),
        }
    }
}

/// Numbers and stores messages of conversations that this transaction has locked, in the order given, and says
/// for each what became of it. No two may have the same conversation, author and key.
pub async fn store(conn: &mut Connection, messages: &[QueuedMessage]) -> RepositoryResult<Vec<Outcome>> {
    let uuids = |uuid: fn(&QueuedMessage) -> Uuid| messages.iter().map(uuid).collect::<Vec<_>>();
    let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    let times: Vec<jiff_diesel::Timestamp> = messages
        .iter()
        .map(|message| message.created_at.as_jiff().to_diesel())
        .collect();
    let sql = STORE;
    #[cfg(feature = "planted-bugs")]
    let sql = crate::planted::statement_that_stores(conn, sql).await?;
    let statement = diesel::sql_query(sql)
        .bind::<Array<SqlUuid>, _>(uuids(|message| message.conversation_id.as_uuid()))
        .bind::<Array<SqlUuid>, _>(uuids(|message| message.author_id.as_uuid()))
        .bind::<Array<SqlUuid>, _>(uuids(|message| message.client_key.as_uuid()))
        .bind::<Array<SqlUuid>, _>(uuids(|message| message.id.as_uuid()))
        .bind::<Array<Text>, _>(texts)
        .bind::<Array<Timestamptz>, _>(times);
    let rows: Vec<OutcomeRow> = statement.kept().load(conn).await?;
    rows.into_iter().map(OutcomeRow::into_outcome).collect()
}
