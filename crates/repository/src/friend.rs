//! Friendships (two directed rows each) and the requests that lead there.

use damso_domain::{FriendRequestId, RequestMessage, Timestamp, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::schema::{friend_requests, friendships};
use crate::{Connection, RepositoryResult};

/// One direction of a friendship.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Friendship {
    /// Whom the user keeps as a friend.
    pub friend_id: UserId,
    /// Since when.
    pub since: Timestamp,
}

/// A request that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FriendRequest {
    /// The request.
    pub id: FriendRequestId,
    /// Who asks.
    pub from_id: UserId,
    /// Who is asked.
    pub to_id: UserId,
    /// May be empty.
    pub message: String,
    /// When.
    pub created_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = friend_requests)]
struct FriendRequestRow {
    id: Uuid,
    from_id: Uuid,
    to_id: Uuid,
    message: String,
    created_at: jiff_diesel::Timestamp,
}

impl From<FriendRequestRow> for FriendRequest {
    fn from(row: FriendRequestRow) -> Self {
        let FriendRequestRow {
            id,
            from_id,
            to_id,
            message,
            created_at,
        } = row;
        Self {
            id: FriendRequestId::from_uuid(id),
            from_id: UserId::from_uuid(from_id),
            to_id: UserId::from_uuid(to_id),
            message,
            created_at: Timestamp::from_jiff(created_at.to_jiff()),
        }
    }
}

fn friendship((friend_id, since): (Uuid, jiff_diesel::Timestamp)) -> Friendship {
    Friendship {
        friend_id: UserId::from_uuid(friend_id),
        since: Timestamp::from_jiff(since.to_jiff()),
    }
}

/// Makes two people friends, both ways.
pub async fn insert_both(
    conn: &mut Connection,
    one: UserId,
    other: UserId,
    since: Timestamp,
) -> RepositoryResult<()> {
    let since = since.as_jiff().to_diesel();
    let row = |user: UserId, friend: UserId| {
        (
            friendships::user_id.eq(user.as_uuid()),
            friendships::friend_id.eq(friend.as_uuid()),
            friendships::since.eq(since),
        )
    };
    diesel::insert_into(friendships::table)
        .values([row(one, other), row(other, one)])
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends a friendship, both ways; tells whether there was one.
pub async fn delete_both(conn: &mut Connection, one: UserId, other: UserId) -> RepositoryResult<bool> {
    let (one, other) = (one.as_uuid(), other.as_uuid());
    let rows = friendships::table.filter(
        friendships::user_id
            .eq(one)
            .and(friendships::friend_id.eq(other))
            .or(friendships::user_id.eq(other).and(friendships::friend_id.eq(one))),
    );
    Ok(diesel::delete(rows).execute(conn).await? > 0)
}

/// Ends every friendship of `user`; returns with whom.
pub async fn delete_all(conn: &mut Connection, user: UserId) -> RepositoryResult<Vec<UserId>> {
    let id = user.as_uuid();
    let rows = friendships::table.filter(friendships::user_id.eq(id).or(friendships::friend_id.eq(id)));
    let ended: Vec<(Uuid, Uuid)> = diesel::delete(rows)
        .returning((friendships::user_id, friendships::friend_id))
        .get_results(conn)
        .await?;
    let mut others: Vec<UserId> = ended
        .into_iter()
        .map(|(one, other)| UserId::from_uuid(if one == id { other } else { one }))
        .collect();
    others.sort_unstable();
    others.dedup();
    Ok(others)
}

/// The friendship as `user` keeps it.
pub async fn find(
    conn: &mut Connection,
    user: UserId,
    friend: UserId,
) -> RepositoryResult<Option<Friendship>> {
    let row = friendships::table
        .find((user.as_uuid(), friend.as_uuid()))
        .select((friendships::friend_id, friendships::since))
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(friendship))
}

/// Those of `others` that `user` keeps as friends.
pub async fn list_among(
    conn: &mut Connection,
    user: UserId,
    others: &[UserId],
) -> RepositoryResult<Vec<Friendship>> {
    let others: Vec<Uuid> = others.iter().map(|id| id.as_uuid()).collect();
    let rows = friendships::table
        .filter(friendships::user_id.eq(user.as_uuid()))
        .filter(friendships::friend_id.eq_any(others))
        .select((friendships::friend_id, friendships::since))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(friendship).collect())
}

/// Up to `limit` friends of `user` after `after`, by id.
pub async fn list(
    conn: &mut Connection,
    user: UserId,
    after: Option<UserId>,
    limit: i64,
) -> RepositoryResult<Vec<Friendship>> {
    let mut query = friendships::table
        .filter(friendships::user_id.eq(user.as_uuid()))
        .order(friendships::friend_id)
        .limit(limit)
        .select((friendships::friend_id, friendships::since))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(friendships::friend_id.gt(after.as_uuid()));
    }
    let rows = query.load(conn).await?;
    Ok(rows.into_iter().map(friendship).collect())
}

/// Who keeps whom as a friend, for those of `targets` and, whomever they are kept by, for `viewers`: pairs of the
/// one who keeps and the one who is kept, and may therefore see them.
pub async fn list_keepers(
    conn: &mut Connection,
    targets: &[UserId],
    viewers: &[UserId],
) -> RepositoryResult<Vec<(UserId, UserId)>> {
    let targets: Vec<Uuid> = targets.iter().map(|id| id.as_uuid()).collect();
    let viewers: Vec<Uuid> = viewers.iter().map(|id| id.as_uuid()).collect();
    let of_targets = friendships::user_id.eq_any(targets);
    let for_viewers = friendships::friend_id.eq_any(viewers);
    let rows: Vec<(Uuid, Uuid)> = friendships::table
        .filter(of_targets.or(for_viewers))
        .select((friendships::user_id, friendships::friend_id))
        .load(conn)
        .await?;
    let pair = |(user, friend)| (UserId::from_uuid(user), UserId::from_uuid(friend));
    Ok(rows.into_iter().map(pair).collect())
}

/// Stores a request; `Conflict` when the same one waits already.
pub async fn insert_request(
    conn: &mut Connection,
    from: UserId,
    to: UserId,
    message: &RequestMessage,
    now: Timestamp,
) -> RepositoryResult<FriendRequest> {
    let row: FriendRequestRow = diesel::insert_into(friend_requests::table)
        .values((
            friend_requests::id.eq(FriendRequestId::new().as_uuid()),
            friend_requests::from_id.eq(from.as_uuid()),
            friend_requests::to_id.eq(to.as_uuid()),
            friend_requests::message.eq(message.as_str()),
            friend_requests::created_at.eq(now.as_jiff().to_diesel()),
        ))
        .returning(FriendRequestRow::as_returning())
        .get_result(conn)
        .await?;
    Ok(row.into())
}

/// The request from one person to another.
pub async fn find_request_between(
    conn: &mut Connection,
    from: UserId,
    to: UserId,
) -> RepositoryResult<Option<FriendRequest>> {
    let row: Option<FriendRequestRow> = friend_requests::table
        .filter(friend_requests::from_id.eq(from.as_uuid()))
        .filter(friend_requests::to_id.eq(to.as_uuid()))
        .select(FriendRequestRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(FriendRequest::from))
}

/// A request by its id.
pub async fn find_request(
    conn: &mut Connection,
    id: FriendRequestId,
) -> RepositoryResult<Option<FriendRequest>> {
    let row: Option<FriendRequestRow> = friend_requests::table
        .find(id.as_uuid())
        .select(FriendRequestRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(FriendRequest::from))
}

/// Takes a request away; tells whether it was there.
pub async fn delete_request(conn: &mut Connection, id: FriendRequestId) -> RepositoryResult<bool> {
    Ok(diesel::delete(friend_requests::table.find(id.as_uuid()))
        .execute(conn)
        .await?
        == 1)
}

/// Takes every request from and to `user` away; returns them.
pub async fn delete_requests_of(conn: &mut Connection, user: UserId) -> RepositoryResult<Vec<FriendRequest>> {
    let id = user.as_uuid();
    let rows: Vec<FriendRequestRow> = diesel::delete(
        friend_requests::table.filter(friend_requests::from_id.eq(id).or(friend_requests::to_id.eq(id))),
    )
    .returning(FriendRequestRow::as_returning())
    .get_results(conn)
    .await?;
    Ok(rows.into_iter().map(FriendRequest::from).collect())
}

/// Which requests of a user to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestDirection {
    /// Those they were asked.
    Incoming,
    /// Those they asked.
    Outgoing,
}

/// Up to `limit` requests before `before`, the newest first.
pub async fn list_requests(
    conn: &mut Connection,
    user: UserId,
    direction: RequestDirection,
    before: Option<FriendRequestId>,
    limit: i64,
) -> RepositoryResult<Vec<FriendRequest>> {
    let mut query = friend_requests::table
        .order(friend_requests::id.desc())
        .limit(limit)
        .select(FriendRequestRow::as_select())
        .into_boxed();
    query = match direction {
        RequestDirection::Incoming => query.filter(friend_requests::to_id.eq(user.as_uuid())),
        RequestDirection::Outgoing => query.filter(friend_requests::from_id.eq(user.as_uuid())),
    };
    if let Some(before) = before {
        query = query.filter(friend_requests::id.lt(before.as_uuid()));
    }
    let rows: Vec<FriendRequestRow> = query.load(conn).await?;
    Ok(rows.into_iter().map(FriendRequest::from).collect())
}
