//! Each user's own stream: what changed for them alone, numbered.

use damso_domain::{ConversationId, FriendRequestId, MessageId, Rev, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::statement::Keep as _;
use crate::{Connection, RepositoryResult};

/// What a change of a user's own stream is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserChange {
    /// A conversation came into the list or left it.
    Conversation(ConversationId),
    /// A conversation is seen otherwise: pinned, muted, in a folder.
    Membership(ConversationId),
    /// A message was hidden.
    HiddenMessage(MessageId),
    /// A friendship began, changed in the user's own list, or ended.
    Friend(UserId),
    /// A friend request was made, answered or withdrawn.
    FriendRequest(FriendRequestId),
    /// The user's own settings changed.
    Settings(UserId),
    /// The user's folders changed.
    Folders(UserId),
    /// What was begun to be written in a conversation changed.
    Draft(ConversationId),
    /// The user has voted in a poll, otherwise than before, or not any more.
    PollVote(MessageId),
    /// Somebody was blocked, otherwise than before, or is not any more.
    Block(UserId),
}

impl UserChange {
    /// How the change is stored: its kind and what it is about.
    fn columns(self) -> (&'static str, Uuid) {
        match self {
            Self::Conversation(id) => ("conversation", id.as_uuid()),
            Self::Membership(id) => ("membership", id.as_uuid()),
            Self::HiddenMessage(id) => ("hidden_message", id.as_uuid()),
            Self::Friend(id) => ("friend", id.as_uuid()),
            Self::FriendRequest(id) => ("friend_request", id.as_uuid()),
            Self::Settings(id) => ("settings", id.as_uuid()),
            Self::Folders(id) => ("folders", id.as_uuid()),
            Self::Draft(id) => ("draft", id.as_uuid()),
            Self::PollVote(id) => ("poll_vote", id.as_uuid()),
            Self::Block(id) => ("block", id.as_uuid()),
        }
    }
}

/// Gives each change the next number of its user's own stream and notes it for `/sync`. Returns the numbers in
/// the order of `changes`.
///
/// This and [`record_for_each`] are the only places that move `users.rev`. It locks the users in the order of their ids,
/// so it has to come after every conversation that the transaction locks.
pub async fn record(conn: &mut Connection, changes: &[(UserId, UserChange)]) -> RepositoryResult<Vec<Rev>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        rev: i64,
    }
    let mut order: Vec<usize> = (0..changes.len()).collect();
    order.sort_by_key(|&at| changes[at].0);
    let mut revs = vec![Rev::ZERO; changes.len()];
    let ids: Vec<Uuid> = changes.iter().map(|(user, _)| user.as_uuid()).collect();
    diesel::sql_query("SELECT id FROM users WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE")
        .bind::<Array<SqlUuid>, _>(ids)
        .kept()
        .execute(conn)
        .await?;
    for at in order {
        let (user, change) = changes[at];
        let (kind, subject) = change.columns();
        let row: Row = diesel::sql_query(
            "WITH moved AS (UPDATE users SET rev = rev + 1 WHERE id = $1 RETURNING rev) \
             INSERT INTO user_changes (user_id, kind, subject_id, rev) SELECT $1, $2, $3, rev FROM moved \
             ON CONFLICT (user_id, kind, subject_id) DO UPDATE SET rev = EXCLUDED.rev RETURNING rev",
        )
        .bind::<SqlUuid, _>(user.as_uuid())
        .bind::<Text, _>(kind)
        .bind::<SqlUuid, _>(subject)
        .kept()
        .get_result(conn)
        .await?;
        revs[at] = Rev::new(row.rev);
    }
    Ok(revs)
}

/// Notes one change in the own stream of each of `users`, as [`record`] does, in one statement. Returns the number of
/// each, in no particular order.
pub async fn record_for_each(
    conn: &mut Connection,
    users: &[UserId],
    change: UserChange,
) -> RepositoryResult<Vec<(UserId, Rev)>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        user_id: Uuid,
        #[diesel(sql_type = BigInt)]
        rev: i64,
    }
    let users: Vec<Uuid> = users.iter().map(|user| user.as_uuid()).collect();
    let (kind, subject) = change.columns();
    let rows: Vec<Row> = diesel::sql_query(
        "WITH locked AS (SELECT id FROM users WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE), \
         moved AS (UPDATE users SET rev = rev + 1 FROM locked WHERE users.id = locked.id RETURNING users.id, users.rev) \
         INSERT INTO user_changes (user_id, kind, subject_id, rev) SELECT id, $2, $3, rev FROM moved \
         ON CONFLICT (user_id, kind, subject_id) DO UPDATE SET rev = EXCLUDED.rev RETURNING user_id, rev",
    )
    .bind::<Array<SqlUuid>, _>(users)
    .bind::<Text, _>(kind)
    .bind::<SqlUuid, _>(subject)
    .kept()
    .load(conn)
    .await?;
    let number = |row: Row| (UserId::from_uuid(row.user_id), Rev::new(row.rev));
    Ok(rows.into_iter().map(number).collect())
}
