//! How a request becomes a friendship, and who is told what of it.

use damso_domain::{Rev, Timestamp, UserId};
use damso_protocol::{
    ErrorKind, FriendAdded, FriendRequest, FriendRequestClosed, FriendRequestReceived, FriendRequestState,
    ServerEvent,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::friend::{FriendPreferences, Friendship};
use damso_repository::user_change::UserChange;

use crate::realtime::Hub;
use crate::{ServiceResult, view};

/// Facts to tell after the commit, each to the user whose stream it is in.
pub(crate) type Announcements = Vec<(UserId, ServerEvent)>;

/// A request as `viewer` sees it.
pub(crate) async fn full_request(
    conn: &mut Connection,
    viewer: UserId,
    request: &repository::friend::FriendRequest,
) -> ServiceResult<FriendRequest> {
    let full = view::friend_requests(conn, viewer, std::slice::from_ref(request))
        .await?
        .pop();
    full.ok_or_else(|| ErrorKind::UserNotFound.into())
}

/// A request that is answered in the moment in which it is made.
pub(crate) async fn accepted(
    conn: &mut Connection,
    viewer: UserId,
    request: &repository::friend::FriendRequest,
) -> ServiceResult<FriendRequest> {
    let request = full_request(conn, viewer, request).await?;
    Ok(FriendRequest {
        state: FriendRequestState::Accepted,
        ..request
    })
}

/// Prepares what those are told who see a request from now on.
pub(crate) async fn announce_received(
    conn: &mut Connection,
    request: &repository::friend::FriendRequest,
    receivers: &[UserId],
) -> ServiceResult<Announcements> {
    let change = UserChange::FriendRequest(request.id);
    let changes: Vec<_> = receivers.iter().map(|receiver| (*receiver, change)).collect();
    let revs = repository::user_change::record(conn, &changes).await?;
    let mut announcements = Vec::with_capacity(receivers.len());
    for (receiver, user_rev) in receivers.iter().zip(revs) {
        let request = full_request(conn, *receiver, request).await?;
        let event = ServerEvent::FriendRequestReceived(FriendRequestReceived { user_rev, request });
        announcements.push((*receiver, event));
    }
    Ok(announcements)
}

/// Makes somebody a friend of `user` again who has kept them as one.
pub(crate) async fn keep_again(
    conn: &mut Connection,
    hub: &Hub,
    user: UserId,
    other: UserId,
    now: Timestamp,
) -> ServiceResult<Announcements> {
    let friendship = Friendship {
        friend_id: other,
        since: now,
        is_mutual: true,
        last_seen_at: None,
        preferences: FriendPreferences::default(),
    };
    repository::friend::insert_one(conn, user, &friendship).await?;
    repository::friend::mark_mutual(conn, other, user, true, None).await?;
    let user_rev = repository::user_change::record(conn, &[(user, UserChange::Friend(other))]).await?[0];
    Ok(vec![(user, added(conn, hub, user, &friendship, user_rev).await?)])
}

/// What `user` is told of a new friend.
async fn added(
    conn: &mut Connection,
    hub: &Hub,
    user: UserId,
    friendship: &Friendship,
    user_rev: Rev,
) -> ServiceResult<ServerEvent> {
    let friend = view::friends(conn, hub, user, std::slice::from_ref(friendship))
        .await?
        .pop()
        .ok_or(ErrorKind::UserNotFound)?;
    Ok(ServerEvent::FriendAdded(FriendAdded { user_rev, friend }))
}

/// How `user` keeps the other one of a request as a friend once it is accepted. Whoever does not see the request does
/// not keep its sender or receiver as a friend either, and looks to them as if they had not been here since.
async fn friendship_from(
    conn: &mut Connection,
    user: UserId,
    friend: UserId,
    request: &repository::friend::FriendRequest,
    now: Timestamp,
) -> ServiceResult<Friendship> {
    let is_mutual = request.is_seen_by(friend);
    let mut last_seen_at = None;
    if !is_mutual {
        let seen = repository::user::find(conn, friend).await?;
        let block = repository::block::find(conn, friend, user).await?;
        last_seen_at = seen
            .and_then(|seen| seen.last_seen_at)
            .map(|seen| block.map_or(seen, |block| seen.min(block.created_at)));
    }
    Ok(Friendship {
        friend_id: friend,
        since: now,
        is_mutual,
        last_seen_at,
        preferences: FriendPreferences::default(),
    })
}

/// Turns a request into a friendship, for those of the two who see it.
pub(crate) async fn befriend(
    conn: &mut Connection,
    hub: &Hub,
    request: &repository::friend::FriendRequest,
    now: Timestamp,
) -> ServiceResult<Announcements> {
    repository::friend::delete_request(conn, request.id).await?;
    let mut announcements = announce_closed(conn, request).await?;
    announcements.extend(become_friends(conn, hub, request, now).await?);
    Ok(announcements)
}

/// Makes the two of a request friends, whether or not it was ever stored, as far as they see it.
pub(crate) async fn become_friends(
    conn: &mut Connection,
    hub: &Hub,
    request: &repository::friend::FriendRequest,
    now: Timestamp,
) -> ServiceResult<Announcements> {
    let (one, other) = (request.from_id, request.to_id);
    let mut pairs = vec![(one, other), (other, one)];
    pairs.retain(|(user, _)| request.is_seen_by(*user));
    let changes: Vec<_> = pairs
        .iter()
        .map(|(user, friend)| (*user, UserChange::Friend(*friend)))
        .collect();
    let revs = repository::user_change::record(conn, &changes).await?;
    let mut announcements = Announcements::with_capacity(pairs.len());
    for ((user, friend), user_rev) in pairs.into_iter().zip(revs) {
        let friendship = friendship_from(conn, user, friend, request, now).await?;
        repository::friend::insert_one(conn, user, &friendship).await?;
        announcements.push((user, added(conn, hub, user, &friendship, user_rev).await?));
    }
    Ok(announcements)
}

/// Prepares what those are told who saw a request that is gone.
pub(crate) async fn announce_closed(
    conn: &mut Connection,
    request: &repository::friend::FriendRequest,
) -> ServiceResult<Announcements> {
    let (from, to, request_id) = (request.from_id, request.to_id, request.id);
    let mut receivers = vec![from, to];
    receivers.retain(|one| request.is_seen_by(*one));
    let change = UserChange::FriendRequest(request_id);
    let changes: Vec<_> = receivers.iter().map(|receiver| (*receiver, change)).collect();
    let revs = repository::user_change::record(conn, &changes).await?;
    let closed = |user_rev| ServerEvent::FriendRequestClosed(FriendRequestClosed { user_rev, request_id });
    Ok(receivers
        .into_iter()
        .zip(revs)
        .map(|(receiver, user_rev)| (receiver, closed(user_rev)))
        .collect())
}
