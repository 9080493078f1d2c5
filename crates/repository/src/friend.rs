//! Friendships (two directed rows each) and the requests that lead there.

use damso_domain::{DisplayName, FriendRequestId, RequestMessage, Timestamp, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::schema::{friend_requests, friendships};
use crate::{Connection, RepositoryResult};

/// One direction of a friendship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Friendship {
    /// Whom the user keeps as a friend.
    pub friend_id: UserId,
    /// Since when.
    pub since: Timestamp,
    /// Whether the friend keeps the user as a friend, too. Otherwise they look as if they were not here.
    pub is_mutual: bool,
    /// Of a friend who does not: when the user could last see them here.
    pub last_seen_at: Option<Timestamp>,
    /// How the user keeps them in their own list.
    pub preferences: FriendPreferences,
}

/// How somebody keeps a friend in their own list. Nobody else is told of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FriendPreferences {
    /// What they call the friend, if not by the friend's own name.
    pub nickname: Option<String>,
    /// On top of the list.
    pub is_favorite: bool,
    /// Not in the list.
    pub is_hidden: bool,
}

/// What changes of [`FriendPreferences`]; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PreferencesChange {
    /// Another nickname, or none.
    pub nickname: Option<Option<DisplayName>>,
    /// Whether on top of the list.
    pub is_favorite: Option<bool>,
    /// Whether not in the list.
    pub is_hidden: Option<bool>,
}

impl FriendPreferences {
    /// These after a change.
    #[must_use]
    pub fn with(&self, change: PreferencesChange) -> Self {
        let PreferencesChange {
            nickname,
            is_favorite,
            is_hidden,
        } = change;
        Self {
            nickname: nickname.map_or_else(
                || self.nickname.clone(),
                |nickname| nickname.map(DisplayName::into_string),
            ),
            is_favorite: is_favorite.unwrap_or(self.is_favorite),
            is_hidden: is_hidden.unwrap_or(self.is_hidden),
        }
    }
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
    /// The one of the two who does not see it.
    pub hidden_for: Option<UserId>,
}

impl FriendRequest {
    /// Whether this one of the two sees it.
    pub fn is_seen_by(&self, user: UserId) -> bool {
        self.hidden_for != Some(user)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = friend_requests)]
struct FriendRequestRow {
    id: Uuid,
    from_id: Uuid,
    to_id: Uuid,
    message: String,
    created_at: jiff_diesel::Timestamp,
    hidden_for: Option<Uuid>,
}

impl From<FriendRequestRow> for FriendRequest {
    fn from(row: FriendRequestRow) -> Self {
        let FriendRequestRow {
            id,
            from_id,
            to_id,
            message,
            created_at,
            hidden_for,
        } = row;
        Self {
            id: FriendRequestId::from_uuid(id),
            from_id: UserId::from_uuid(from_id),
            to_id: UserId::from_uuid(to_id),
            message,
            created_at: Timestamp::from_jiff(created_at.to_jiff()),
            hidden_for: hidden_for.map(UserId::from_uuid),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = friendships)]
struct FriendshipRow {
    friend_id: Uuid,
    since: jiff_diesel::Timestamp,
    is_mutual: bool,
    last_seen_at: Option<jiff_diesel::Timestamp>,
    nickname: Option<String>,
    is_favorite: bool,
    is_hidden: bool,
}

impl From<FriendshipRow> for Friendship {
    fn from(row: FriendshipRow) -> Self {
        let FriendshipRow {
            friend_id,
            since,
            is_mutual,
            last_seen_at,
            nickname,
            is_favorite,
            is_hidden,
        } = row;
        Self {
            friend_id: UserId::from_uuid(friend_id),
            since: Timestamp::from_jiff(since.to_jiff()),
            is_mutual,
            last_seen_at: last_seen_at.map(|time| Timestamp::from_jiff(time.to_jiff())),
            preferences: FriendPreferences {
                nickname,
                is_favorite,
                is_hidden,
            },
        }
    }
}

/// Makes `friend` a friend of `user`, who is one of theirs unless told otherwise. Nobody begins with preferences.
pub async fn insert_one(
    conn: &mut Connection,
    user: UserId,
    friendship: &Friendship,
) -> RepositoryResult<()> {
    let last_seen_at = friendship.last_seen_at.map(|time| time.as_jiff().to_diesel());
    diesel::insert_into(friendships::table)
        .values((
            friendships::user_id.eq(user.as_uuid()),
            friendships::friend_id.eq(friendship.friend_id.as_uuid()),
            friendships::since.eq(friendship.since.as_jiff().to_diesel()),
            friendships::is_mutual.eq(friendship.is_mutual),
            friendships::last_seen_at.eq(last_seen_at),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes how `user` keeps a friend in their list.
pub async fn update_preferences(
    conn: &mut Connection,
    user: UserId,
    friend: UserId,
    preferences: &FriendPreferences,
) -> RepositoryResult<()> {
    diesel::update(friendships::table.find((user.as_uuid(), friend.as_uuid())))
        .set((
            friendships::nickname.eq(preferences.nickname.as_deref()),
            friendships::is_favorite.eq(preferences.is_favorite),
            friendships::is_hidden.eq(preferences.is_hidden),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends a friendship as `user` keeps it; tells whether there was one.
pub async fn delete_one(conn: &mut Connection, user: UserId, friend: UserId) -> RepositoryResult<bool> {
    Ok(
        diesel::delete(friendships::table.find((user.as_uuid(), friend.as_uuid())))
            .execute(conn)
            .await?
            == 1,
    )
}

/// Notes on `user`'s side of a friendship whether the friend keeps them as one, too, and when they could last see the
/// friend if not; tells whether there is such a friendship.
pub async fn mark_mutual(
    conn: &mut Connection,
    user: UserId,
    friend: UserId,
    is_mutual: bool,
    last_seen_at: Option<Timestamp>,
) -> RepositoryResult<bool> {
    let last_seen_at = last_seen_at.map(|time| time.as_jiff().to_diesel());
    Ok(
        diesel::update(friendships::table.find((user.as_uuid(), friend.as_uuid())))
            .set((
                friendships::is_mutual.eq(is_mutual),
                friendships::last_seen_at.eq(last_seen_at),
            ))
            .execute(conn)
            .await?
            == 1,
    )
}

/// Those friends of `viewers` who do not keep them as friends: who, and how they keep them.
pub async fn list_one_sided(
    conn: &mut Connection,
    viewers: &[UserId],
) -> RepositoryResult<Vec<(UserId, Friendship)>> {
    let viewers: Vec<Uuid> = viewers.iter().map(|id| id.as_uuid()).collect();
    let rows: Vec<(Uuid, FriendshipRow)> = friendships::table
        .filter(friendships::user_id.eq_any(viewers))
        .filter(friendships::is_mutual.eq(false))
        .select((friendships::user_id, FriendshipRow::as_select()))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(viewer, row)| (UserId::from_uuid(viewer), row.into()))
        .collect())
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

/// Ends a friendship, both ways; returns who of the two kept the other one as a friend.
pub async fn delete_both(conn: &mut Connection, one: UserId, other: UserId) -> RepositoryResult<Vec<UserId>> {
    let (one, other) = (one.as_uuid(), other.as_uuid());
    let rows = friendships::table.filter(
        friendships::user_id
            .eq(one)
            .and(friendships::friend_id.eq(other))
            .or(friendships::user_id.eq(other).and(friendships::friend_id.eq(one))),
    );
    let keepers: Vec<Uuid> = diesel::delete(rows)
        .returning(friendships::user_id)
        .get_results(conn)
        .await?;
    Ok(keepers.into_iter().map(UserId::from_uuid).collect())
}

/// Ends every friendship of `user`; returns how many friends they had, and who had them as a friend.
pub async fn delete_all(conn: &mut Connection, user: UserId) -> RepositoryResult<(usize, Vec<UserId>)> {
    let id = user.as_uuid();
    let rows = friendships::table.filter(friendships::user_id.eq(id).or(friendships::friend_id.eq(id)));
    let ended: Vec<(Uuid, Uuid)> = diesel::delete(rows)
        .returning((friendships::user_id, friendships::friend_id))
        .get_results(conn)
        .await?;
    let (own, of_others): (Vec<_>, Vec<_>) = ended.into_iter().partition(|(keeper, _)| *keeper == id);
    let keepers = of_others.into_iter().map(|(keeper, _)| UserId::from_uuid(keeper));
    Ok((own.len(), keepers.collect()))
}

/// The friendship as `user` keeps it.
pub async fn find(
    conn: &mut Connection,
    user: UserId,
    friend: UserId,
) -> RepositoryResult<Option<Friendship>> {
    let row: Option<FriendshipRow> = friendships::table
        .find((user.as_uuid(), friend.as_uuid()))
        .select(FriendshipRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Friendship::from))
}

/// Those of `others` that `user` keeps as friends.
pub async fn list_among(
    conn: &mut Connection,
    user: UserId,
    others: &[UserId],
) -> RepositoryResult<Vec<Friendship>> {
    let others: Vec<Uuid> = others.iter().map(|id| id.as_uuid()).collect();
    let rows: Vec<FriendshipRow> = friendships::table
        .filter(friendships::user_id.eq(user.as_uuid()))
        .filter(friendships::friend_id.eq_any(others))
        .select(FriendshipRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Friendship::from).collect())
}

/// Who keeps `friend` as a friend, and how.
pub async fn list_of(conn: &mut Connection, friend: UserId) -> RepositoryResult<Vec<(UserId, Friendship)>> {
    let rows: Vec<(Uuid, FriendshipRow)> = friendships::table
        .filter(friendships::friend_id.eq(friend.as_uuid()))
        .select((friendships::user_id, FriendshipRow::as_select()))
        .load(conn)
        .await?;
    let keeper = |(user, row)| (UserId::from_uuid(user), Friendship::from(row));
    Ok(rows.into_iter().map(keeper).collect())
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
        .select(FriendshipRow::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(friendships::friend_id.gt(after.as_uuid()));
    }
    let rows: Vec<FriendshipRow> = query.load(conn).await?;
    Ok(rows.into_iter().map(Friendship::from).collect())
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
        .filter(friendships::is_mutual)
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
    hidden_for: Option<UserId>,
    now: Timestamp,
) -> RepositoryResult<FriendRequest> {
    let row: FriendRequestRow = diesel::insert_into(friend_requests::table)
        .values((
            friend_requests::id.eq(FriendRequestId::new().as_uuid()),
            friend_requests::from_id.eq(from.as_uuid()),
            friend_requests::to_id.eq(to.as_uuid()),
            friend_requests::message.eq(message.as_str()),
            friend_requests::created_at.eq(now.as_jiff().to_diesel()),
            friend_requests::hidden_for.eq(hidden_for.map(UserId::as_uuid)),
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

/// Notes who of the two does not see a request.
pub async fn hide_request(
    conn: &mut Connection,
    id: FriendRequestId,
    hidden_for: Option<UserId>,
) -> RepositoryResult<()> {
    diesel::update(friend_requests::table.find(id.as_uuid()))
        .set(friend_requests::hidden_for.eq(hidden_for.map(UserId::as_uuid)))
        .execute(conn)
        .await?;
    Ok(())
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

/// Up to `limit` requests that `user` sees before `before`, the newest first.
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
        .filter(
            friend_requests::hidden_for
                .is_null()
                .or(friend_requests::hidden_for.ne(user.as_uuid())),
        )
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
