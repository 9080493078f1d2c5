//! Links that people hand out: to become their friend, or to come into a group.

use damso_domain::{ConversationId, InviteLinkId, Timestamp, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::schema::{conversations, invite_links, members};
use crate::session::TokenHash;
use crate::user::Picture;
use crate::{Connection, RepositoryResult};

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteLink {
    /// The link; its code is derived from this.
    pub id: InviteLinkId,
    /// Who made it.
    pub maker_id: UserId,
    /// The group it leads into; `None`: to a friendship with its maker.
    pub conversation_id: Option<ConversationId>,
    /// How many people it is for; `None`: for as many as there is room for.
    pub max_uses: Option<i32>,
    /// How many have come by it.
    pub uses: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it is over; `None`: when it is taken back.
    pub expires_at: Option<Timestamp>,
}

impl InviteLink {
    /// Whether it lets anybody in. One that was taken back is not there at all.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.max_uses.is_none_or(|max| self.uses < max) && self.expires_at.is_none_or(|at| now < at)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = invite_links)]
struct InviteLinkRow {
    id: Uuid,
    maker_id: Uuid,
    conversation_id: Option<Uuid>,
    max_uses: Option<i32>,
    uses: i32,
    created_at: jiff_diesel::Timestamp,
    expires_at: Option<jiff_diesel::Timestamp>,
}

impl From<InviteLinkRow> for InviteLink {
    fn from(row: InviteLinkRow) -> Self {
        let InviteLinkRow {
            id,
            maker_id,
            conversation_id,
            max_uses,
            uses,
            created_at,
            expires_at,
        } = row;
        let time = |time: jiff_diesel::Timestamp| Timestamp::from_jiff(time.to_jiff());
        Self {
            id: InviteLinkId::from_uuid(id),
            maker_id: UserId::from_uuid(maker_id),
            conversation_id: conversation_id.map(ConversationId::from_uuid),
            max_uses,
            uses,
            created_at: time(created_at),
            expires_at: expires_at.map(time),
        }
    }
}

/// [`InviteLink::is_open`] for a statement.
macro_rules! is_open {
    ($now:expr) => {
        invite_links::max_uses
            .is_null()
            .or(invite_links::uses.nullable().lt(invite_links::max_uses))
            .and(
                invite_links::expires_at
                    .is_null()
                    .or(invite_links::expires_at.gt($now.as_jiff().to_diesel())),
            )
    };
}

/// Stores a link by the hash of its code.
pub async fn insert(conn: &mut Connection, hash: &TokenHash, link: &InviteLink) -> RepositoryResult<()> {
    diesel::insert_into(invite_links::table)
        .values((
            invite_links::id.eq(link.id.as_uuid()),
            invite_links::hash.eq(hash.as_slice()),
            invite_links::maker_id.eq(link.maker_id.as_uuid()),
            invite_links::conversation_id.eq(link.conversation_id.map(ConversationId::as_uuid)),
            invite_links::max_uses.eq(link.max_uses),
            invite_links::uses.eq(link.uses),
            invite_links::created_at.eq(link.created_at.as_jiff().to_diesel()),
            invite_links::expires_at.eq(link.expires_at.map(|at| at.as_jiff().to_diesel())),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// The link with this code, also one that is over.
pub async fn find(conn: &mut Connection, hash: &TokenHash) -> RepositoryResult<Option<InviteLink>> {
    let row: Option<InviteLinkRow> = invite_links::table
        .filter(invite_links::hash.eq(hash.as_slice()))
        .select(InviteLinkRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(InviteLink::from))
}

/// Uses a link once; tells whether it let somebody in. Of two at once the second waits for the row and looks again.
pub async fn take(conn: &mut Connection, id: InviteLinkId, now: Timestamp) -> RepositoryResult<bool> {
    let open = invite_links::table
        .filter(invite_links::id.eq(id.as_uuid()))
        .filter(is_open!(now));
    let taken = diesel::update(open)
        .set(invite_links::uses.eq(invite_links::uses + 1))
        .execute(conn)
        .await?;
    Ok(taken == 1)
}

/// The links into a group that let somebody in at `now`, the newest first.
pub async fn list_open(
    conn: &mut Connection,
    conversation: ConversationId,
    now: Timestamp,
) -> RepositoryResult<Vec<InviteLink>> {
    let rows: Vec<InviteLinkRow> = invite_links::table
        .filter(invite_links::conversation_id.eq(conversation.as_uuid()))
        .filter(is_open!(now))
        .order(invite_links::id.desc())
        .select(InviteLinkRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(InviteLink::from).collect())
}

/// Every link that somebody has made and that is still kept, the newest first.
pub async fn list_made(conn: &mut Connection, maker: UserId) -> RepositoryResult<Vec<InviteLink>> {
    let rows: Vec<InviteLinkRow> = invite_links::table
        .filter(invite_links::maker_id.eq(maker.as_uuid()))
        .order(invite_links::id.desc())
        .select(InviteLinkRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(InviteLink::from).collect())
}

/// Takes a link into a group back; tells whether it was there.
pub async fn delete(
    conn: &mut Connection,
    conversation: ConversationId,
    hash: &TokenHash,
) -> RepositoryResult<bool> {
    let link = invite_links::table
        .filter(invite_links::hash.eq(hash.as_slice()))
        .filter(invite_links::conversation_id.eq(conversation.as_uuid()));
    Ok(diesel::delete(link).execute(conn).await? == 1)
}

/// Takes every link into a group back that one member has made.
pub async fn delete_of_member(
    conn: &mut Connection,
    conversation: ConversationId,
    maker: UserId,
) -> RepositoryResult<usize> {
    let links = invite_links::table
        .filter(invite_links::maker_id.eq(maker.as_uuid()))
        .filter(invite_links::conversation_id.eq(conversation.as_uuid()));
    Ok(diesel::delete(links).execute(conn).await?)
}

/// Takes back the links by which people become friends of `maker`, but for the newest `keep`.
pub async fn delete_of_friend(conn: &mut Connection, maker: UserId, keep: usize) -> RepositoryResult<usize> {
    let own = || {
        invite_links::table
            .filter(invite_links::maker_id.eq(maker.as_uuid()))
            .filter(invite_links::conversation_id.is_null())
    };
    let newest_first: Vec<Uuid> = own()
        .order(invite_links::id.desc())
        .select(invite_links::id)
        .load(conn)
        .await?;
    let older = newest_first.get(keep..).unwrap_or_default();
    Ok(diesel::delete(own().filter(invite_links::id.eq_any(older)))
        .execute(conn)
        .await?)
}

/// Forgets links that let nobody in any more.
pub async fn delete_over(conn: &mut Connection, now: Timestamp) -> RepositoryResult<usize> {
    let over = invite_links::table.filter(
        invite_links::expires_at
            .le(now.as_jiff().to_diesel())
            .or(invite_links::uses.nullable().ge(invite_links::max_uses)),
    );
    Ok(diesel::delete(over).execute(conn).await?)
}

/// What a link into a group shows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCard {
    /// What it is called.
    pub name: Option<String>,
    /// Its picture.
    pub avatar: Option<Picture>,
    /// How many are in it.
    pub member_count: i64,
}

/// What a link into a group shows of it.
pub async fn find_group(conn: &mut Connection, id: ConversationId) -> RepositoryResult<Option<GroupCard>> {
    type Columns = (Option<String>, Option<Uuid>, Option<String>, Option<i32>);
    let group: Option<Columns> = conversations::table
        .find(id.as_uuid())
        .select((
            conversations::name,
            conversations::avatar_id,
            conversations::avatar_placeholder,
            conversations::avatar_side,
        ))
        .first(conn)
        .await
        .optional()?;
    let Some((name, avatar_id, placeholder, side)) = group else {
        return Ok(None);
    };
    let member_count = members::table
        .filter(members::conversation_id.eq(id.as_uuid()))
        .filter(members::left_rev.is_null())
        .count()
        .get_result(conn)
        .await?;
    Ok(Some(GroupCard {
        name,
        avatar: Picture::from_columns(avatar_id, placeholder, side),
        member_count,
    }))
}
