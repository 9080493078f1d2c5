//! Who wants nothing of whom, and what a block freezes for the one who is blocked.

use damso_domain::{ConversationId, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::conversation::LockedConversation;
use crate::schema::{blocks, members};
use crate::statement::Keep as _;
use crate::{Connection, RepositoryResult};

/// That somebody is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Who.
    pub blocked_id: UserId,
    /// Whether picture and status message are hidden from them, too.
    pub hide_profile: bool,
    /// Since when.
    pub created_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = blocks)]
struct BlockRow {
    blocked_id: Uuid,
    hide_profile: bool,
    created_at: jiff_diesel::Timestamp,
}

impl From<BlockRow> for Block {
    fn from(row: BlockRow) -> Self {
        let BlockRow {
            blocked_id,
            hide_profile,
            created_at,
        } = row;
        Self {
            blocked_id: UserId::from_uuid(blocked_id),
            hide_profile,
            created_at: Timestamp::from_jiff(created_at.to_jiff()),
        }
    }
}

/// The block of one person by another.
pub async fn find(conn: &mut Connection, user: UserId, blocked: UserId) -> RepositoryResult<Option<Block>> {
    let row: Option<BlockRow> = blocks::table
        .find((user.as_uuid(), blocked.as_uuid()))
        .select(BlockRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Block::from))
}

/// Up to `limit` blocks by `user` after `after`, by the id of who is blocked.
pub async fn list(
    conn: &mut Connection,
    user: UserId,
    after: Option<UserId>,
    limit: i64,
) -> RepositoryResult<Vec<Block>> {
    let mut query = blocks::table
        .filter(blocks::user_id.eq(user.as_uuid()))
        .order(blocks::blocked_id)
        .limit(limit)
        .select(BlockRow::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(blocks::blocked_id.gt(after.as_uuid()));
    }
    let rows: Vec<BlockRow> = query.load(conn).await?;
    Ok(rows.into_iter().map(Block::from).collect())
}

/// How many people `user` blocks.
pub async fn count(conn: &mut Connection, user: UserId) -> RepositoryResult<i64> {
    Ok(blocks::table
        .filter(blocks::user_id.eq(user.as_uuid()))
        .count()
        .get_result(conn)
        .await?)
}

/// Stores a block, or how much it hides from now on.
pub async fn save(conn: &mut Connection, user: UserId, block: &Block) -> RepositoryResult<()> {
    diesel::insert_into(blocks::table)
        .values((
            blocks::user_id.eq(user.as_uuid()),
            blocks::blocked_id.eq(block.blocked_id.as_uuid()),
            blocks::hide_profile.eq(block.hide_profile),
            blocks::created_at.eq(block.created_at.as_jiff().to_diesel()),
        ))
        .on_conflict((blocks::user_id, blocks::blocked_id))
        .do_update()
        .set(blocks::hide_profile.eq(block.hide_profile))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes a block away; returns it.
pub async fn delete(conn: &mut Connection, user: UserId, blocked: UserId) -> RepositoryResult<Option<Block>> {
    let row: Option<BlockRow> = diesel::delete(blocks::table.find((user.as_uuid(), blocked.as_uuid())))
        .returning(BlockRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Block::from))
}

/// Takes every block by `user` and of `user` away, also out of the rows of those from whom somebody's profile is
/// hidden; returns how many people they blocked, and who blocked them.
pub async fn delete_all(conn: &mut Connection, user: UserId) -> RepositoryResult<(usize, Vec<UserId>)> {
    let id = user.as_uuid();
    let ended: Vec<(Uuid, Uuid)> =
        diesel::delete(blocks::table.filter(blocks::user_id.eq(id).or(blocks::blocked_id.eq(id))))
            .returning((blocks::user_id, blocks::blocked_id))
            .get_results(conn)
            .await?;
    let (own, of_others): (Vec<_>, Vec<_>) = ended.into_iter().partition(|(blocker, _)| *blocker == id);
    let blockers: Vec<Uuid> = of_others.into_iter().map(|(blocker, _)| blocker).collect();
    diesel::sql_query(
        "UPDATE users SET hidden_from = nullif(array_remove(hidden_from, $1), '{}') \
         WHERE id = ANY ($2) AND $1 = ANY (hidden_from)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Array<SqlUuid>, _>(&blockers)
    .kept()
    .execute(conn)
    .await?;
    Ok((own.len(), blockers.into_iter().map(UserId::from_uuid).collect()))
}

/// From now on what the other one of two writes is withheld from `user`, and is not shown how far they read. The
/// conversation's numbers have to be saved.
pub async fn hold(
    conn: &mut Connection,
    conversation: &mut LockedConversation,
    user: UserId,
) -> RepositoryResult<()> {
    conversation.renew_members();
    diesel::update(members::table.find((conversation.id.as_uuid(), user.as_uuid())))
        .set((
            members::is_blocking.eq(true),
            members::shown_read_seq.eq(diesel::dsl::sql::<Nullable<BigInt>>(
                "coalesce(shown_read_seq, read_seq)",
            )),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// The same in a direct conversation that is being made, for each of the two who blocks the other one; returns who
/// does. Both accounts are locked; the conversation's numbers have to be saved.
pub async fn hold_new(
    conn: &mut Connection,
    conversation: &mut LockedConversation,
    pair: (UserId, UserId),
) -> RepositoryResult<Vec<UserId>> {
    let (one, other) = (pair.0.as_uuid(), pair.1.as_uuid());
    let blockers: Vec<Uuid> = blocks::table
        .filter(
            (blocks::user_id.eq(one).and(blocks::blocked_id.eq(other)))
                .or(blocks::user_id.eq(other).and(blocks::blocked_id.eq(one))),
        )
        .select(blocks::user_id)
        .load(conn)
        .await?;
    let blockers: Vec<UserId> = blockers.into_iter().map(UserId::from_uuid).collect();
    for blocker in &blockers {
        hold(conn, conversation, *blocker).await?;
    }
    Ok(blockers)
}

/// What the other one of two writes reaches `user` again. How far they have read is shown once they read on. The
/// conversation's numbers have to be saved.
pub async fn release(
    conn: &mut Connection,
    conversation: &mut LockedConversation,
    user: UserId,
) -> RepositoryResult<()> {
    conversation.renew_members();
    diesel::update(members::table.find((conversation.id.as_uuid(), user.as_uuid())))
        .set((
            members::is_blocking.eq(false),
            members::shown_read_seq.eq(diesel::dsl::sql::<Nullable<BigInt>>(
                "nullif(shown_read_seq, read_seq)",
            )),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Who blocks the other one of two in which direct conversation.
pub async fn list_holding(conn: &mut Connection) -> RepositoryResult<Vec<(ConversationId, UserId)>> {
    let rows: Vec<(Uuid, Uuid)> = members::table
        .filter(members::is_blocking)
        .select((members::conversation_id, members::user_id))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(conversation, user)| (ConversationId::from_uuid(conversation), UserId::from_uuid(user)))
        .collect())
}
