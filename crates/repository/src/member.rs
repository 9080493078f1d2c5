//! Who is in which conversation.

mod view;

use damso_domain::{ConversationId, Rev, Role, Seq, Timestamp, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use serde::Deserialize;
use uuid::Uuid;

use crate::conversation::{LockedConversation, MembersRev};
use crate::error::stored;
use crate::schema::members;
use crate::{Connection, RepositoryResult};

pub use view::{ViewChange, forget_views, settle_archive, unmark_unread, update_view};

/// One person in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user_id: UserId,
    /// What they may do.
    pub role: Role,
    /// They joined after this message.
    pub joined_seq: Seq,
    /// They joined with this change; orders members.
    pub joined_rev: Rev,
    /// They have read up to this message.
    pub read_seq: Seq,
    /// Whether their reading is shown to others.
    pub is_counted: bool,
    /// Whether the conversation is in their list.
    pub is_listed: bool,
    /// In a direct conversation: whether they block the other one.
    pub is_blocking: bool,
    /// How far others are shown that they have read, when that is not how far they have.
    pub shown_read_seq: Option<Seq>,
}

impl Member {
    /// How far `viewer` is shown that this member has read: the truth is theirs alone while a block holds it.
    pub fn read_seq_for(&self, viewer: UserId) -> Seq {
        match self.shown_read_seq {
            Some(shown) if self.user_id != viewer => shown,
            _ => self.read_seq,
        }
    }
}

/// A row, or the JSON of one in a statement that aggregates.
#[derive(Queryable, Selectable, Deserialize)]
#[diesel(table_name = members)]
pub(crate) struct MemberRow {
    user_id: Uuid,
    role: String,
    joined_seq: i64,
    joined_rev: i64,
    read_seq: i64,
    is_counted: bool,
    is_listed: bool,
    is_blocking: bool,
    shown_read_seq: Option<i64>,
}

impl MemberRow {
    pub(crate) fn into_member(self) -> RepositoryResult<Member> {
        let Self {
            user_id,
            role,
            joined_seq,
            joined_rev,
            read_seq,
            is_counted,
            is_listed,
            is_blocking,
            shown_read_seq,
        } = self;
        Ok(Member {
            user_id: UserId::from_uuid(user_id),
            role: stored(Role::from_text(&role), "members.role")?,
            joined_seq: Seq::new(joined_seq),
            joined_rev: Rev::new(joined_rev),
            read_seq: Seq::new(read_seq),
            is_counted,
            is_listed,
            is_blocking,
            shown_read_seq: shown_read_seq.map(Seq::new),
        })
    }
}

fn current(
    conversation: ConversationId,
) -> diesel::dsl::Filter<
    diesel::dsl::Filter<members::table, diesel::dsl::Eq<members::conversation_id, Uuid>>,
    diesel::dsl::IsNull<members::left_rev>,
> {
    members::table
        .filter(members::conversation_id.eq(conversation.as_uuid()))
        .filter(members::left_rev.is_null())
}

/// The member, unless they left or never were one.
pub async fn find(
    conn: &mut Connection,
    conversation: ConversationId,
    user: UserId,
) -> RepositoryResult<Option<Member>> {
    let row: Option<MemberRow> = current(conversation)
        .filter(members::user_id.eq(user.as_uuid()))
        .select(MemberRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(MemberRow::into_member).transpose()
}

/// Everyone who is in the conversation, by when they joined. At most a thousand.
pub async fn list_all(conn: &mut Connection, conversation: ConversationId) -> RepositoryResult<Vec<Member>> {
    let rows: Vec<MemberRow> = current(conversation)
        .order(members::joined_rev)
        .select(MemberRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(MemberRow::into_member).collect()
}

/// Up to `limit` members who joined after `after`, by when they joined.
pub async fn list(
    conn: &mut Connection,
    conversation: ConversationId,
    after: Rev,
    limit: i64,
) -> RepositoryResult<Vec<Member>> {
    let rows: Vec<MemberRow> = current(conversation)
        .filter(members::joined_rev.gt(after.as_i64()))
        .order(members::joined_rev)
        .limit(limit)
        .select(MemberRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(MemberRow::into_member).collect()
}

/// The conversations `user` is in, in the order in which they are to be locked.
pub async fn list_conversations(
    conn: &mut Connection,
    user: UserId,
) -> RepositoryResult<Vec<ConversationId>> {
    let ids: Vec<Uuid> = members::table
        .filter(members::user_id.eq(user.as_uuid()))
        .filter(members::left_rev.is_null())
        .order(members::conversation_id)
        .select(members::conversation_id)
        .load(conn)
        .await?;
    Ok(ids.into_iter().map(ConversationId::from_uuid).collect())
}

/// Somebody who joins.
#[derive(Clone, Copy, Debug)]
pub struct NewMember {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who.
    pub user_id: UserId,
    /// What they may do.
    pub role: Role,
    /// The last message before them; they have nothing to read up to it.
    pub joined_seq: Seq,
    /// The change that this is.
    pub rev: MembersRev,
    /// Whether their reading is shown. Read under the lock of their account, which whoever changes it holds too.
    pub is_counted: bool,
    /// Whether the conversation is in their list at once.
    pub is_listed: bool,
    /// When.
    pub joined_at: Timestamp,
}

/// Stores a member. Somebody who comes back starts anew: nothing of their old place is kept but the row.
pub async fn insert(conn: &mut Connection, new: &NewMember) -> RepositoryResult<Member> {
    // Twice, and too many to be copied.
    let values = || {
        (
            members::role.eq(new.role.as_str()),
            members::joined_seq.eq(new.joined_seq.as_i64()),
            members::joined_rev.eq(new.rev.rev().as_i64()),
            members::joined_at.eq(new.joined_at.as_jiff().to_diesel()),
            members::read_seq.eq(new.joined_seq.as_i64()),
            members::is_counted.eq(new.is_counted),
            members::is_listed.eq(new.is_listed),
            members::is_pinned.eq(false),
            members::muted_until.eq(None::<jiff_diesel::Timestamp>),
            members::archived_seq.eq(None::<i64>),
            members::is_marked_unread.eq(false),
            members::name_override.eq(None::<String>),
            members::folder_id.eq(None::<Uuid>),
            members::rev.eq(new.rev.rev().as_i64()),
            members::left_rev.eq(None::<i64>),
            members::is_removed.eq(false),
        )
    };
    let row: MemberRow = diesel::insert_into(members::table)
        .values((
            members::conversation_id.eq(new.conversation_id.as_uuid()),
            members::user_id.eq(new.user_id.as_uuid()),
            values(),
        ))
        .on_conflict((members::conversation_id, members::user_id))
        .do_update()
        .set(values())
        .returning(MemberRow::as_returning())
        .get_result(conn)
        .await?;
    row.into_member()
}

fn one(conversation: ConversationId, user: UserId) -> diesel::dsl::Find<members::table, (Uuid, Uuid)> {
    members::table.find((conversation.as_uuid(), user.as_uuid()))
}

/// Gives a member another role.
pub async fn update_role(
    conn: &mut Connection,
    conversation: ConversationId,
    user: UserId,
    role: Role,
    rev: Rev,
) -> RepositoryResult<Member> {
    let row: MemberRow = diesel::update(one(conversation, user))
        .set((members::role.eq(role.as_str()), members::rev.eq(rev.as_i64())))
        .returning(MemberRow::as_returning())
        .get_result(conn)
        .await?;
    row.into_member()
}

/// How somebody leaves a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// By themself.
    Own,
    /// Taken out by others: no link brings them back.
    Removed,
}

/// A member leaves with change `rev`; the row stays, so that `/sync` can tell.
pub async fn mark_left(
    conn: &mut Connection,
    conversation: ConversationId,
    user: UserId,
    leaving: Leaving,
    rev: MembersRev,
) -> RepositoryResult<()> {
    diesel::update(one(conversation, user))
        .set((
            members::left_rev.eq(Some(rev.rev().as_i64())),
            members::rev.eq(rev.rev().as_i64()),
            members::is_listed.eq(false),
            members::is_removed.eq(leaving == Leaving::Removed),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether somebody was taken out of the conversation, and has not been brought back since.
pub async fn was_removed(
    conn: &mut Connection,
    conversation: ConversationId,
    user: UserId,
) -> RepositoryResult<bool> {
    let removed = one(conversation, user)
        .filter(members::left_rev.is_not_null())
        .filter(members::is_removed);
    Ok(diesel::select(diesel::dsl::exists(removed))
        .get_result(conn)
        .await?)
}

/// A member is not counted among the readers any more.
pub async fn mark_uncounted(
    conn: &mut Connection,
    conversation: ConversationId,
    user: UserId,
    rev: Rev,
) -> RepositoryResult<Member> {
    let row: MemberRow = diesel::update(one(conversation, user))
        .set((members::is_counted.eq(false), members::rev.eq(rev.as_i64())))
        .returning(MemberRow::as_returning())
        .get_result(conn)
        .await?;
    row.into_member()
}

/// Counts a user among the readers everywhere they are, or nowhere. Returns how far others are shown that they have
/// read where.
pub async fn set_counted(
    conn: &mut Connection,
    user: UserId,
    is_counted: bool,
) -> RepositoryResult<Vec<(ConversationId, Seq)>> {
    let own = members::table
        .filter(members::user_id.eq(user.as_uuid()))
        .filter(members::left_rev.is_null());
    let rows: Vec<(Uuid, i64, Option<i64>)> = diesel::update(own)
        .set(members::is_counted.eq(is_counted))
        .returning((
            members::conversation_id,
            members::read_seq,
            members::shown_read_seq,
        ))
        .get_results(conn)
        .await?;
    let place = |(id, read, shown): (Uuid, i64, Option<i64>)| {
        (ConversationId::from_uuid(id), Seq::new(shown.unwrap_or(read)))
    };
    Ok(rows.into_iter().map(place).collect())
}

/// Puts the conversation into the list of those members who do not have it there.
pub async fn mark_listed(
    conn: &mut Connection,
    conversation: ConversationId,
    users: &[UserId],
) -> RepositoryResult<()> {
    let users: Vec<Uuid> = users.iter().map(|id| id.as_uuid()).collect();
    diesel::update(current(conversation).filter(members::user_id.eq_any(users)))
        .set(members::is_listed.eq(true))
        .execute(conn)
        .await?;
    Ok(())
}

/// Clears a direct conversation for one of the two: what was written so far is gone from their view, and it
/// comes back with the next message. The conversation's numbers have to be saved.
pub async fn clear(
    conn: &mut Connection,
    conversation: &mut LockedConversation,
    user: UserId,
) -> RepositoryResult<()> {
    conversation.renew_members();
    let seq = conversation.last_seq();
    diesel::update(one(conversation.id, user))
        .set((
            members::joined_seq.eq(seq.as_i64()),
            members::read_seq.eq(
                diesel::dsl::sql::<diesel::sql_types::BigInt>("greatest(read_seq, ")
                    .bind::<diesel::sql_types::BigInt, _>(seq.as_i64())
                    .sql(")"),
            ),
            members::is_listed.eq(false),
            members::is_pinned.eq(false),
            members::archived_seq.eq(None::<i64>),
            members::is_marked_unread.eq(false),
            members::folder_id.eq(None::<Uuid>),
            members::shown_read_seq.eq(held_read()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// What others are shown of a member who reads on: nothing new while they block the other one, the truth otherwise.
/// Both stand in one row, so that a block and a read at the same time cannot miss each other.
fn held_read() -> diesel::expression::SqlLiteral<diesel::sql_types::Nullable<diesel::sql_types::BigInt>> {
    diesel::dsl::sql("CASE WHEN is_blocking THEN shown_read_seq END")
}

/// Moves a member's pointer forward. `None`: it stood there or further on already; else whether others are shown it,
/// as of this very change: whoever shows or hides their reading at the same time waits for it, or is waited for.
pub async fn advance_read(
    conn: &mut Connection,
    conversation: ConversationId,
    user: UserId,
    seq: Seq,
) -> RepositoryResult<Option<bool>> {
    let behind = current(conversation)
        .filter(members::user_id.eq(user.as_uuid()))
        .filter(members::read_seq.lt(seq.as_i64()));
    let is_shown: Option<bool> = diesel::update(behind)
        .set((
            members::read_seq.eq(seq.as_i64()),
            members::shown_read_seq.eq(held_read()),
        ))
        .returning(members::shown_read_seq.is_null().and(members::is_counted))
        .get_result(conn)
        .await
        .optional()?;
    Ok(is_shown)
}

/// Those of `ids` that `user` is in.
pub async fn retain_own(
    conn: &mut Connection,
    user: UserId,
    ids: &[ConversationId],
) -> RepositoryResult<Vec<ConversationId>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let own: Vec<Uuid> = members::table
        .filter(members::user_id.eq(user.as_uuid()))
        .filter(members::conversation_id.eq_any(ids))
        .filter(members::left_rev.is_null())
        .select(members::conversation_id)
        .load(conn)
        .await?;
    Ok(own.into_iter().map(ConversationId::from_uuid).collect())
}
