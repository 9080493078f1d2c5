//! What two people have in common.
//!
//! A block takes one row of the two that a friendship is, and nobody may see that. So of the friendships of *others* either
//! row counts: as long as one is there, it looks to third people as it did before. Of one's own only one's own row does:
//! whom one has blocked one does not have in common with anybody.

use damso_domain::{ConversationId, UserId};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::statement::Keep as _;
use crate::{Connection, RepositoryResult};

/// Some of what there is, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Common<T> {
    /// The first of them, by their ids; at least one where there is any.
    pub items: Vec<T>,
    /// All of them.
    pub count: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl<T> Common<T> {
    fn of(rows: Vec<Row>, id: fn(Uuid) -> T) -> Self {
        Self {
            count: rows.as_slice().first().map_or(0, |row| row.count),
            items: rows.into_iter().map(|row| id(row.id)).collect(),
        }
    }
}

/// Whom `user` keeps as a friend and who is one of `other`, too.
pub async fn list_friends(
    conn: &mut Connection,
    user: UserId,
    other: UserId,
    limit: i64,
) -> RepositoryResult<Common<UserId>> {
    let query = "SELECT mine.friend_id AS id, count(*) OVER () AS count FROM friendships mine \
         WHERE mine.user_id = $1 AND mine.friend_id <> $2 AND (\
             EXISTS (SELECT FROM friendships f WHERE f.user_id = $2 AND f.friend_id = mine.friend_id) \
             OR EXISTS (SELECT FROM friendships f WHERE f.user_id = mine.friend_id AND f.friend_id = $2)) \
         ORDER BY mine.friend_id LIMIT $3";
    Ok(Common::of(
        load(conn, query, (user, other), limit).await?,
        UserId::from_uuid,
    ))
}

/// Groups in which both are now.
pub async fn list_groups(
    conn: &mut Connection,
    user: UserId,
    other: UserId,
    limit: i64,
) -> RepositoryResult<Common<ConversationId>> {
    let query = "SELECT c.id, count(*) OVER () AS count FROM members me \
         JOIN members them ON them.conversation_id = me.conversation_id \
             AND them.user_id = $2 AND them.left_rev IS NULL \
         JOIN conversations c ON c.id = me.conversation_id AND c.kind = 'group' \
         WHERE me.user_id = $1 AND me.left_rev IS NULL ORDER BY c.id LIMIT $3";
    Ok(Common::of(
        load(conn, query, (user, other), limit).await?,
        ConversationId::from_uuid,
    ))
}

async fn load(
    conn: &mut Connection,
    query: &'static str,
    (user, other): (UserId, UserId),
    limit: i64,
) -> RepositoryResult<Vec<Row>> {
    Ok(diesel::sql_query(query)
        .bind::<SqlUuid, _>(user.as_uuid())
        .bind::<SqlUuid, _>(other.as_uuid())
        .bind::<BigInt, _>(limit)
        .kept()
        .load(conn)
        .await?)
}
