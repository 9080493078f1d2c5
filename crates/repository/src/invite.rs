//! Invitations to make an account.

use damso_domain::{InviteId, Timestamp};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::schema::invites;
use crate::session::TokenHash;
use crate::{Connection, RepositoryResult};

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// The invitation; its code is known to those who have it.
    pub id: InviteId,
    /// How many accounts may be made with it.
    pub max_uses: i32,
    /// How many were.
    pub uses: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
    /// When the operator took it back.
    pub revoked_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = invites)]
struct InviteRow {
    id: Uuid,
    max_uses: i32,
    uses: i32,
    created_at: jiff_diesel::Timestamp,
    expires_at: jiff_diesel::Timestamp,
    revoked_at: Option<jiff_diesel::Timestamp>,
}

impl From<InviteRow> for Invite {
    fn from(row: InviteRow) -> Self {
        let InviteRow {
            id,
            max_uses,
            uses,
            created_at,
            expires_at,
            revoked_at,
        } = row;
        let time = |time: jiff_diesel::Timestamp| Timestamp::from_jiff(time.to_jiff());
        Self {
            id: InviteId::from_uuid(id),
            max_uses,
            uses,
            created_at: time(created_at),
            expires_at: time(expires_at),
            revoked_at: revoked_at.map(time),
        }
    }
}

/// True for invitations that let somebody in at `now`.
macro_rules! is_good {
    ($now:expr) => {
        invites::uses
            .lt(invites::max_uses)
            .and(invites::revoked_at.is_null())
            .and(invites::expires_at.gt($now.as_jiff().to_diesel()))
    };
}

/// Stores an invitation by the hash of its code.
pub async fn insert(conn: &mut Connection, hash: &TokenHash, invite: &Invite) -> RepositoryResult<()> {
    diesel::insert_into(invites::table)
        .values((
            invites::id.eq(invite.id.as_uuid()),
            invites::hash.eq(hash.as_slice()),
            invites::max_uses.eq(invite.max_uses),
            invites::uses.eq(invite.uses),
            invites::created_at.eq(invite.created_at.as_jiff().to_diesel()),
            invites::expires_at.eq(invite.expires_at.as_jiff().to_diesel()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether this code lets somebody in; it is not used by that.
pub async fn is_good(conn: &mut Connection, hash: &TokenHash, now: Timestamp) -> RepositoryResult<bool> {
    let good = invites::table
        .filter(invites::hash.eq(hash.as_slice()))
        .filter(is_good!(now));
    Ok(diesel::select(diesel::dsl::exists(good)).get_result(conn).await?)
}

/// Uses this code once; tells whether it let somebody in. Of two at once the second waits for the row and looks again.
pub async fn take(conn: &mut Connection, hash: &TokenHash, now: Timestamp) -> RepositoryResult<bool> {
    let good = invites::table
        .filter(invites::hash.eq(hash.as_slice()))
        .filter(is_good!(now));
    let taken = diesel::update(good)
        .set(invites::uses.eq(invites::uses + 1))
        .execute(conn)
        .await?;
    Ok(taken == 1)
}

/// The newest invitations first.
pub async fn list(conn: &mut Connection, limit: i64) -> RepositoryResult<Vec<Invite>> {
    let rows: Vec<InviteRow> = invites::table
        .order(invites::id.desc())
        .limit(limit)
        .select(InviteRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Invite::from).collect())
}

/// The id of the invitation with this code.
pub async fn find_by_hash(conn: &mut Connection, hash: &TokenHash) -> RepositoryResult<Option<InviteId>> {
    let id: Option<Uuid> = invites::table
        .filter(invites::hash.eq(hash.as_slice()))
        .select(invites::id)
        .first(conn)
        .await
        .optional()?;
    Ok(id.map(InviteId::from_uuid))
}

/// Takes an invitation back; one that was taken back before stays so. `None`: there is none.
pub async fn revoke(conn: &mut Connection, id: InviteId, now: Timestamp) -> RepositoryResult<Option<Invite>> {
    let now = now.as_jiff().to_diesel();
    let first = diesel::dsl::case_when(
        invites::revoked_at.is_null(),
        Some(now).into_sql::<NullableTime>(),
    )
    .otherwise(invites::revoked_at);
    let row: Option<InviteRow> = diesel::update(invites::table.find(id.as_uuid()))
        .set(invites::revoked_at.eq(first))
        .returning(InviteRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Invite::from))
}

type NullableTime = diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>;

/// Forgets invitations that were over before `before`.
pub async fn delete_expired(conn: &mut Connection, before: Timestamp) -> RepositoryResult<usize> {
    let expired = invites::table.filter(invites::expires_at.lt(before.as_jiff().to_diesel()));
    Ok(diesel::delete(expired).execute(conn).await?)
}
