//! What changed since a client last looked.

use damso_domain::{ConversationId, Rev, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::schema::user_changes;
use crate::statement::Keep as _;
use crate::{Connection, RepositoryError, RepositoryResult};

/// What changed in a user's own stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedSubjects {
    /// Came into the list, or left it.
    pub conversations: Vec<ConversationId>,
    /// Seen otherwise.
    pub memberships: Vec<ConversationId>,
    /// Hidden.
    pub hidden_messages: Vec<damso_domain::MessageId>,
    /// Friends that came or went.
    pub friends: Vec<UserId>,
    /// Requests that came or went.
    pub friend_requests: Vec<damso_domain::FriendRequestId>,
}

/// What changed in `user`'s own stream after `rev`.
pub async fn list_user_changes(
    conn: &mut Connection,
    user: UserId,
    rev: Rev,
) -> RepositoryResult<ChangedSubjects> {
    let rows: Vec<(String, Uuid)> = user_changes::table
        .filter(user_changes::user_id.eq(user.as_uuid()))
        .filter(user_changes::rev.gt(rev.as_i64()))
        .order(user_changes::rev)
        .select((user_changes::kind, user_changes::subject_id))
        .load(conn)
        .await?;
    let mut changed = ChangedSubjects::default();
    for (kind, id) in rows {
        match kind.as_str() {
            "conversation" => changed.conversations.push(ConversationId::from_uuid(id)),
            "membership" => changed.memberships.push(ConversationId::from_uuid(id)),
            "hidden_message" => changed
                .hidden_messages
                .push(damso_domain::MessageId::from_uuid(id)),
            "friend" => changed.friends.push(UserId::from_uuid(id)),
            "friend_request" => changed
                .friend_requests
                .push(damso_domain::FriendRequestId::from_uuid(id)),
            other => return Err(RepositoryError::Query(format!("user_changes.kind holds {other}"))),
        }
    }
    Ok(changed)
}

/// Which of these conversations `user` is in and moved beyond the `rev` or away from the `read_seq` that the
/// client has.
pub async fn list_moved(
    conn: &mut Connection,
    user: UserId,
    positions: &[(ConversationId, Rev, damso_domain::Seq)],
) -> RepositoryResult<Vec<ConversationId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let ids: Vec<Uuid> = positions.iter().map(|(id, _, _)| id.as_uuid()).collect();
    let revs: Vec<i64> = positions.iter().map(|(_, rev, _)| rev.as_i64()).collect();
    let reads: Vec<i64> = positions.iter().map(|(_, _, read)| read.as_i64()).collect();
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT DISTINCT k.id FROM unnest($2, $3, $4) AS k (id, rev, read_seq) \
         JOIN members me ON me.conversation_id = k.id AND me.user_id = $1 AND me.left_rev IS NULL \
         JOIN conversations c ON c.id = k.id \
         WHERE c.rev <> k.rev OR me.read_seq <> k.read_seq",
    )
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<BigInt>, _>(revs)
    .bind::<Array<BigInt>, _>(reads)
    .kept()
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ConversationId::from_uuid(row.id))
        .collect())
}
