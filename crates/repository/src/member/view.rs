//! How members see a conversation in their own list. Nobody else is told.

use damso_domain::{ConversationId, FolderId, Seq, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use super::{current, one};
use crate::schema::members;
use crate::statement::Keep as _;
use crate::visibility::brings_back;
use crate::{Connection, RepositoryResult};

/// How a member sees the conversation: what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ViewChange {
    /// Kept on top.
    pub is_pinned: Option<bool>,
    /// No notifications until then.
    pub muted_until: Option<Option<Timestamp>>,
    /// Put away when this was the last message.
    pub archived_seq: Option<Option<Seq>>,
    /// Shown as unread.
    pub is_marked_unread: Option<bool>,
    /// What they call it.
    pub name_override: Option<Option<String>>,
    /// The folder it is in.
    pub folder_id: Option<Option<FolderId>>,
}

#[derive(AsChangeset)]
#[diesel(table_name = members)]
struct ViewChangeset {
    is_pinned: Option<bool>,
    muted_until: Option<Option<jiff_diesel::Timestamp>>,
    archived_seq: Option<Option<i64>>,
    is_marked_unread: Option<bool>,
    name_override: Option<Option<String>>,
    folder_id: Option<Option<Uuid>>,
}

impl ViewChangeset {
    const fn is_empty(&self) -> bool {
        self.is_pinned.is_none()
            && self.muted_until.is_none()
            && self.archived_seq.is_none()
            && self.is_marked_unread.is_none()
            && self.name_override.is_none()
            && self.folder_id.is_none()
    }
}

/// Changes how a member sees the conversation.
pub async fn update_view(
    conn: &mut Connection,
    conversation: ConversationId,
    user: UserId,
    change: ViewChange,
) -> RepositoryResult<()> {
    let changeset = ViewChangeset {
        is_pinned: change.is_pinned,
        muted_until: change
            .muted_until
            .map(|until| until.map(|until| until.as_jiff().to_diesel())),
        archived_seq: change.archived_seq.map(|seq| seq.map(Seq::as_i64)),
        is_marked_unread: change.is_marked_unread,
        name_override: change.name_override,
        folder_id: change.folder_id.map(|id| id.map(FolderId::as_uuid)),
    };
    if changeset.is_empty() {
        return Ok(());
    }
    diesel::update(one(conversation, user))
        .set(changeset)
        .execute(conn)
        .await?;
    Ok(())
}

/// A conversation that has come back since it was put away is in the list for good: what is muted afterwards does not
/// take it out again. To be called before a change of how long it is muted.
pub async fn settle_archive(
    conn: &mut Connection,
    conversation: ConversationId,
    user: UserId,
    now: Timestamp,
) -> RepositoryResult<()> {
    diesel::sql_query(concat!(
        "UPDATE members me SET archived_seq = NULL WHERE me.conversation_id = $1 AND me.user_id = $2 \
             AND me.archived_seq IS NOT NULL AND (me.muted_until IS NULL OR me.muted_until <= $3) \
             AND EXISTS (SELECT FROM messages m WHERE m.conversation_id = me.conversation_id AND ",
        brings_back!(),
        ")"
    ))
    .bind::<SqlUuid, _>(conversation.as_uuid())
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<Timestamptz, _>(now.as_jiff().to_diesel())
    .kept()
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes away the mark that a conversation is unread; tells whether it was there.
pub async fn unmark_unread(
    conn: &mut Connection,
    conversation: ConversationId,
    user: UserId,
) -> RepositoryResult<bool> {
    let marked = current(conversation)
        .filter(members::user_id.eq(user.as_uuid()))
        .filter(members::is_marked_unread);
    let unmarked = diesel::update(marked)
        .set(members::is_marked_unread.eq(false))
        .execute(conn)
        .await?;
    Ok(0 < unmarked)
}

/// Nothing is kept any more of how a user saw their conversations, those they have left included.
pub async fn forget_views(conn: &mut Connection, user: UserId) -> RepositoryResult<()> {
    diesel::update(members::table.filter(members::user_id.eq(user.as_uuid())))
        .set((
            members::is_pinned.eq(false),
            members::muted_until.eq(None::<jiff_diesel::Timestamp>),
            members::archived_seq.eq(None::<i64>),
            members::is_marked_unread.eq(false),
            members::name_override.eq(None::<String>),
            members::folder_id.eq(None::<Uuid>),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
