//! Conversations and their numbers.

use damso_domain::{
    ConversationId, ConversationKind, ConversationName, History, Rev, Seq, Timestamp, UserId,
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::error::stored;
use crate::schema::{conversations, messages};
use crate::user::Picture;
use crate::{Connection, RepositoryResult};

/// The conversation of a transaction that changes it: locked, and the only source of its numbers.
///
/// Whoever wants a `seq` or a `rev` asks here, so they are gapless and in commit order; [`save_numbers`] has to
/// follow before the commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedConversation {
    /// The conversation.
    pub id: ConversationId,
    /// What it is.
    pub kind: ConversationKind,
    /// What it is called.
    pub name: Option<String>,
    /// Its picture.
    pub avatar: Option<Picture>,
    /// What somebody who joins later can read.
    pub history: History,
    /// The message that stands on top.
    pub notice: Option<Seq>,
    last_seq: Seq,
    rev: Rev,
    members_version: MembersVersion,
}

/// Tells lists of a conversation's members apart: another one after each change of who is in it, and of whether
/// sending to it takes more than storing. Compared for being the same, and for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MembersVersion(i64);

impl MembersVersion {
    pub(crate) const fn new(version: i64) -> Self {
        Self(version)
    }

    pub(crate) const fn as_i64(self) -> i64 {
        self.0
    }
}

/// The number of a change of who is in a conversation. Only [`LockedConversation::take_members_rev`] gives it
/// out, so nobody joins or leaves without the conversation knowing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MembersRev(Rev);

impl MembersRev {
    /// The number.
    pub const fn rev(self) -> Rev {
        self.0
    }
}

impl LockedConversation {
    /// The number of its last message.
    pub const fn last_seq(&self) -> Seq {
        self.last_seq
    }

    /// The number of its last change.
    pub const fn rev(&self) -> Rev {
        self.rev
    }

    /// The next message's number.
    pub const fn take_seq(&mut self) -> Seq {
        self.last_seq = self.last_seq.next();
        self.last_seq
    }

    /// The next change's number.
    pub const fn take_rev(&mut self) -> Rev {
        self.rev = self.rev.next();
        self.rev
    }

    /// The next change's number, for somebody who joins or leaves.
    pub const fn take_members_rev(&mut self) -> MembersRev {
        self.renew_members();
        MembersRev(self.take_rev())
    }

    /// What is kept of its members elsewhere holds no longer. For changes without a number of their own after which
    /// sending takes more, or less, than before; see the column `members_version`.
    pub const fn renew_members(&mut self) {
        self.members_version.0 += 1;
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations)]
struct ConversationRow {
    id: Uuid,
    kind: String,
    name: Option<String>,
    avatar_id: Option<Uuid>,
    avatar_placeholder: Option<String>,
    avatar_side: Option<i32>,
    history: String,
    last_seq: i64,
    rev: i64,
    members_version: i64,
    notice_seq: Option<i64>,
}

impl ConversationRow {
    fn into_locked(self) -> RepositoryResult<LockedConversation> {
        let Self {
            id,
            kind,
            name,
            avatar_id,
            avatar_placeholder,
            avatar_side,
            history,
            last_seq,
            rev,
            members_version,
            notice_seq,
        } = self;
        Ok(LockedConversation {
            id: ConversationId::from_uuid(id),
            kind: stored(ConversationKind::from_text(&kind), "conversations.kind")?,
            name,
            avatar: Picture::from_columns(avatar_id, avatar_placeholder, avatar_side),
            history: stored(History::from_text(&history), "conversations.history")?,
            notice: notice_seq.map(Seq::new),
            last_seq: Seq::new(last_seq),
            rev: Rev::new(rev),
            members_version: MembersVersion(members_version),
        })
    }
}

/// What a new conversation is made of.
#[derive(Clone, Debug)]
pub struct NewConversation {
    /// What it is.
    pub kind: ConversationKind,
    /// Of a group.
    pub name: Option<ConversationName>,
    /// Of a direct conversation: the pair.
    pub pair: Option<(UserId, UserId)>,
    /// What somebody who joins later can read.
    pub history: History,
    /// When.
    pub created_at: Timestamp,
}

/// One key for a pair, whoever of the two asks.
fn direct_key((one, other): (UserId, UserId)) -> String {
    let (low, high) = if one < other { (one, other) } else { (other, one) };
    format!("{low}:{high}")
}

/// Stores a conversation, locked; `None` when the pair has one already.
pub async fn insert(
    conn: &mut Connection,
    new: &NewConversation,
) -> RepositoryResult<Option<LockedConversation>> {
    let row: Option<ConversationRow> = diesel::insert_into(conversations::table)
        .values((
            conversations::id.eq(ConversationId::new().as_uuid()),
            conversations::kind.eq(new.kind.as_str()),
            conversations::name.eq(new.name.as_ref().map(ConversationName::as_str)),
            conversations::history.eq(new.history.as_str()),
            conversations::direct_key.eq(new.pair.map(direct_key)),
            conversations::last_seq.eq(0),
            conversations::rev.eq(0),
            conversations::members_version.eq(0),
            conversations::created_at.eq(new.created_at.as_jiff().to_diesel()),
        ))
        .on_conflict(conversations::direct_key)
        .do_nothing()
        .returning(ConversationRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    row.map(ConversationRow::into_locked).transpose()
}

/// The direct conversation of a pair.
pub async fn find_direct(
    conn: &mut Connection,
    pair: (UserId, UserId),
) -> RepositoryResult<Option<ConversationId>> {
    let id: Option<Uuid> = conversations::table
        .filter(conversations::direct_key.eq(direct_key(pair)))
        .select(conversations::id)
        .first(conn)
        .await
        .optional()?;
    Ok(id.map(ConversationId::from_uuid))
}

/// Locks a conversation for a change. This comes before anything is read for a decision: statements after it
/// see whatever was committed before it was granted.
///
/// A transaction that locks several does so in the order of their ids, and before it locks any user.
pub async fn lock(conn: &mut Connection, id: ConversationId) -> RepositoryResult<Option<LockedConversation>> {
    #[cfg(feature = "planted-bugs")]
    if crate::planted::is_chosen(crate::planted::Bug::ReadBeforeLock) {
        let row: Option<ConversationRow> = conversations::table
            .find(id.as_uuid())
            .select(ConversationRow::as_select())
            .first(conn)
            .await
            .optional()?;
        tokio::time::sleep(crate::planted::WINDOW).await;
        return row.map(ConversationRow::into_locked).transpose();
    }
    let row: Option<ConversationRow> = conversations::table
        .find(id.as_uuid())
        .select(ConversationRow::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    row.map(ConversationRow::into_locked).transpose()
}

/// Writes the numbers that were taken.
pub async fn save_numbers(conn: &mut Connection, conversation: &LockedConversation) -> RepositoryResult<()> {
    diesel::update(conversations::table.find(conversation.id.as_uuid()))
        .set((
            conversations::last_seq.eq(conversation.last_seq.as_i64()),
            conversations::rev.eq(conversation.rev.as_i64()),
            conversations::members_version.eq(conversation.members_version.0),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Writes name, picture and history setting.
pub async fn save_settings(conn: &mut Connection, conversation: &LockedConversation) -> RepositoryResult<()> {
    let avatar = conversation.avatar.as_ref();
    diesel::update(conversations::table.find(conversation.id.as_uuid()))
        .set((
            conversations::name.eq(conversation.name.as_deref()),
            conversations::avatar_id.eq(avatar.map(|picture| picture.id.as_uuid())),
            conversations::avatar_placeholder.eq(avatar.and_then(|picture| picture.placeholder.as_deref())),
            conversations::avatar_side.eq(avatar.map(|picture| picture.side)),
            conversations::history.eq(conversation.history.as_str()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Writes which message stands on top.
pub async fn save_notice(conn: &mut Connection, conversation: &LockedConversation) -> RepositoryResult<()> {
    diesel::update(conversations::table.find(conversation.id.as_uuid()))
        .set(conversations::notice_seq.eq(conversation.notice.map(Seq::as_i64)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes away what stands on top if it has just been deleted; no statement where nothing does.
pub async fn drop_deleted_notice(
    conn: &mut Connection,
    conversation: &mut LockedConversation,
) -> RepositoryResult<()> {
    let Some(seq) = conversation.notice else {
        return Ok(());
    };
    let notice = messages::table.find((conversation.id.as_uuid(), seq.as_i64()));
    let is_deleted: bool = diesel::select(diesel::dsl::exists(
        notice.filter(messages::deleted_at.is_not_null()),
    ))
    .get_result(conn)
    .await?;
    if is_deleted {
        conversation.notice = None;
        save_notice(conn, conversation).await?;
    }
    Ok(())
}

/// Which message stands on top, if any.
pub async fn find_notice(conn: &mut Connection, id: ConversationId) -> RepositoryResult<Option<Seq>> {
    let seq: Option<Option<i64>> = conversations::table
        .find(id.as_uuid())
        .select(conversations::notice_seq)
        .first(conn)
        .await
        .optional()?;
    Ok(seq.flatten().map(Seq::new))
}

/// What a conversation is.
pub async fn find_kind(
    conn: &mut Connection,
    id: ConversationId,
) -> RepositoryResult<Option<ConversationKind>> {
    let kind: Option<String> = conversations::table
        .find(id.as_uuid())
        .select(conversations::kind)
        .first(conn)
        .await
        .optional()?;
    kind.map(|kind| stored(ConversationKind::from_text(&kind), "conversations.kind"))
        .transpose()
}

/// The number of the last message.
pub async fn find_last_seq(conn: &mut Connection, id: ConversationId) -> RepositoryResult<Option<Seq>> {
    let seq: Option<i64> = conversations::table
        .find(id.as_uuid())
        .select(conversations::last_seq)
        .first(conn)
        .await
        .optional()?;
    Ok(seq.map(Seq::new))
}
