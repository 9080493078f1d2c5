//! The names by which somebody may look for their friends and conversations.

use damso_domain::{ConversationId, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::statement::Keep as _;
use crate::visibility::visible;
use crate::{Connection, RepositoryResult};

/// Something that has names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T> {
    /// What it is.
    pub id: T,
    /// Every name it can be found by.
    pub names: Vec<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Array<Text>)]
    names: Vec<String>,
}

fn named<T>(rows: Vec<Row>, id: fn(Uuid) -> T) -> Vec<Named<T>> {
    let named = |row: Row| Named {
        id: id(row.id),
        names: row.names,
    };
    rows.into_iter().map(named).collect()
}

/// All friends of `user`, hidden ones too, by what `user` calls them.
pub async fn list_friends(conn: &mut Connection, user: UserId) -> RepositoryResult<Vec<Named<UserId>>> {
    let rows = diesel::sql_query(
        "SELECT u.id, array_remove(ARRAY[f.nickname, u.display_name, u.handle], NULL) AS names \
         FROM friendships f JOIN users u ON u.id = f.friend_id \
         WHERE f.user_id = $1 ORDER BY coalesce(f.nickname, u.display_name), u.id",
    )
    .bind::<SqlUuid, _>(user.as_uuid())
    .kept()
    .load(conn)
    .await?;
    Ok(named(rows, UserId::from_uuid))
}

/// All conversations of `user`'s list, those with the latest messages first. A direct one has every name of the other one,
/// a group without a name those of its first eight members; whose account is deleted has none.
pub async fn list_conversations(
    conn: &mut Connection,
    user: UserId,
) -> RepositoryResult<Vec<Named<ConversationId>>> {
    let rows = diesel::sql_query(concat!(
        "SELECT c.id, array_remove(ARRAY[me.name_override, c.name] || people.names, NULL) AS names \
         FROM members me JOIN conversations c ON c.id = me.conversation_id \
         LEFT JOIN LATERAL (SELECT m.created_at FROM messages m WHERE m.conversation_id = c.id AND ",
        visible!(),
        " ORDER BY m.seq DESC LIMIT 1) newest ON true \
         CROSS JOIN LATERAL (SELECT array_agg(name.name) AS names FROM \
             (SELECT x.user_id FROM members x WHERE x.conversation_id = c.id AND x.left_rev IS NULL \
                 AND x.user_id <> me.user_id AND c.kind <> 'self' AND c.name IS NULL \
              ORDER BY x.joined_rev LIMIT 8) x \
             JOIN users u ON u.id = x.user_id AND u.deleted_at IS NULL \
             LEFT JOIN friendships f ON f.user_id = me.user_id AND f.friend_id = u.id \
             CROSS JOIN LATERAL (VALUES (f.nickname), (u.display_name), (u.handle)) name (name)) people \
         WHERE me.user_id = $1 AND me.left_rev IS NULL AND me.is_listed \
         ORDER BY greatest(newest.created_at, me.joined_at) DESC, c.id DESC",
    ))
    .bind::<SqlUuid, _>(user.as_uuid())
    .kept()
    .load(conn)
    .await?;
    Ok(named(rows, ConversationId::from_uuid))
}
