//! Friends and the requests that lead there.

use damso_domain::{FriendRequestId, Handle, RequestMessage, Timestamp, UserId};
use damso_protocol::{
    CreateFriendRequest, Direction, ErrorKind, FieldErrorKind, Friend, FriendAdded, FriendRemoved,
    FriendRequest, FriendRequestClosed, FriendRequestReceived, FriendRequestState, FriendRequestsQuery, Page,
    PageQuery, ServerEvent,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::friend::RequestDirection;
use damso_repository::user_change::UserChange;

use crate::cursor::Paging;
use crate::realtime::Hub;
use crate::{Context, Fields, ServiceError, ServiceResult, view};

/// Makes, answers and ends friendships.
#[derive(Clone)]
pub struct FriendService {
    context: Context,
}

/// Facts to tell after the commit, each to the user whose stream it is in.
type Announcements = Vec<(UserId, ServerEvent)>;

/// Whom a request is for.
enum Target {
    Handle(Handle),
    Id(UserId),
}

impl FriendService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// A page of friends, by id.
    pub async fn list(&self, user: UserId, query: &PageQuery) -> ServiceResult<Page<Friend>> {
        let paging = Paging::<UserId>::parse(query.cursor.as_deref(), query.limit)?;
        let hub = self.context.hub.clone();
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let fetched = repository::friend::list(conn, user, paging.after, paging.fetch()).await?;
                let page = paging.page(fetched, |friendship| friendship.friend_id);
                let items = view::friends(conn, &hub, &page.items).await?;
                Ok(Page {
                    items,
                    next_cursor: page.next_cursor,
                })
            })
            .await
    }

    /// A page of requests that wait, the newest first.
    pub async fn list_requests(
        &self,
        user: UserId,
        query: &FriendRequestsQuery,
    ) -> ServiceResult<Page<FriendRequest>> {
        let paging = Paging::<FriendRequestId>::parse(query.cursor.as_deref(), query.limit)?;
        let direction = match query.direction {
            Direction::Incoming => RequestDirection::Incoming,
            Direction::Outgoing => RequestDirection::Outgoing,
        };
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let fetched =
                    repository::friend::list_requests(conn, user, direction, paging.after, paging.fetch())
                        .await?;
                let page = paging.page(fetched, |request| request.id);
                let items = view::friend_requests(conn, &page.items).await?;
                Ok(Page {
                    items,
                    next_cursor: page.next_cursor,
                })
            })
            .await
    }

    /// Asks somebody to be a friend. Asking again changes nothing; two requests that cross make friends.
    pub async fn request(&self, user: UserId, request: &CreateFriendRequest) -> ServiceResult<FriendRequest> {
        let target = parse_target(request)?;
        let mut fields = Fields::default();
        let message = RequestMessage::parse(request.message.as_deref().unwrap_or_default());
        let Some(message) = fields.check("message", message) else {
            return Err(fields.into());
        };
        let (now, hub) = (Timestamp::now(), self.context.hub.clone());
        let (request, announcements) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let other = find_target(conn, target).await?;
                if other == user {
                    return Err(ErrorKind::CannotBefriendSelf.into());
                }
                // Both are locked before anything is read: of two requests that cross, one sees the other.
                if repository::user::lock(conn, &[user, other]).await?.len() < 2 {
                    return Err(ErrorKind::UserNotFound.into());
                }
                if repository::friend::find(conn, user, other).await?.is_some() {
                    return Err(ErrorKind::AlreadyFriends.into());
                }
                if let Some(crossing) = repository::friend::find_request_between(conn, other, user).await? {
                    let mut full = full_request(conn, &crossing).await?;
                    full.state = FriendRequestState::Accepted;
                    return Ok((full, befriend(conn, &hub, &crossing, now).await?));
                }
                if let Some(waiting) = repository::friend::find_request_between(conn, user, other).await? {
                    return Ok((full_request(conn, &waiting).await?, Vec::new()));
                }
                let stored = repository::friend::insert_request(conn, user, other, &message, now).await?;
                let full = full_request(conn, &stored).await?;
                let change = UserChange::FriendRequest(stored.id);
                let revs = repository::user_change::record(conn, &[(user, change), (other, change)]).await?;
                let received = |user_rev| {
                    ServerEvent::FriendRequestReceived(FriendRequestReceived {
                        user_rev,
                        request: full.clone(),
                    })
                };
                let announcements = vec![(user, received(revs[0])), (other, received(revs[1]))];
                Ok::<_, ServiceError>((full, announcements))
            })
            .await?;
        self.announce(announcements);
        Ok(request)
    }

    /// Accepts a request that `user` was asked.
    pub async fn accept(&self, user: UserId, id: FriendRequestId) -> ServiceResult<Friend> {
        let (now, hub) = (Timestamp::now(), self.context.hub.clone());
        let (friend, announcements) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let request = lock_request(conn, id).await?;
                if request.to_id != user {
                    return Err(ErrorKind::FriendRequestNotFound.into());
                }
                let announcements = befriend(conn, &hub, &request, now).await?;
                let friendship = repository::friend::find(conn, user, request.from_id).await?;
                let friend = view::friends(conn, &hub, friendship.as_slice()).await?.pop();
                let friend = friend.ok_or(ErrorKind::UserNotFound)?;
                Ok::<_, ServiceError>((friend, announcements))
            })
            .await?;
        self.announce(announcements);
        Ok(friend)
    }

    /// Declines a request that `user` was asked.
    pub async fn decline(&self, user: UserId, id: FriendRequestId) -> ServiceResult<()> {
        self.close(user, id, |request, user| request.to_id == user).await
    }

    /// Withdraws a request that `user` made.
    pub async fn cancel(&self, user: UserId, id: FriendRequestId) -> ServiceResult<()> {
        self.close(user, id, |request, user| request.from_id == user)
            .await
    }

    async fn close(
        &self,
        user: UserId,
        id: FriendRequestId,
        is_theirs: fn(&repository::friend::FriendRequest, UserId) -> bool,
    ) -> ServiceResult<()> {
        let announcements = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let request = lock_request(conn, id).await?;
                if !is_theirs(&request, user) {
                    return Err(ErrorKind::FriendRequestNotFound.into());
                }
                repository::friend::delete_request(conn, id).await?;
                announce_closed(conn, &request).await
            })
            .await?;
        self.announce(announcements);
        Ok(())
    }

    /// Ends a friendship, for both.
    pub async fn remove(&self, user: UserId, friend: UserId) -> ServiceResult<()> {
        let announcements = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                repository::user::lock(conn, &[user, friend]).await?;
                if !repository::friend::delete_both(conn, user, friend).await? {
                    return Err(ErrorKind::FriendNotFound.into());
                }
                let changes = [
                    (user, UserChange::Friend(friend)),
                    (friend, UserChange::Friend(user)),
                ];
                let revs = repository::user_change::record(conn, &changes).await?;
                let removed =
                    |user_rev, user_id| ServerEvent::FriendRemoved(FriendRemoved { user_rev, user_id });
                Ok::<_, ServiceError>(vec![
                    (user, removed(revs[0], friend)),
                    (friend, removed(revs[1], user)),
                ])
            })
            .await?;
        self.announce(announcements);
        Ok(())
    }

    fn announce(&self, announcements: Announcements) {
        for (user, event) in announcements {
            self.context.hub.to_user(user, &event);
            // Who came or went while the friendship was being made is told once more.
            if let ServerEvent::FriendAdded(_) = event {
                self.context.hub.presence_changed(user);
            }
        }
    }
}

fn parse_target(request: &CreateFriendRequest) -> ServiceResult<Target> {
    match (&request.handle, request.user_id) {
        (Some(handle), None) => {
            // A text that cannot be a handle is nobody's, and that is all there is to say.
            Ok(Target::Handle(
                Handle::parse(handle).map_err(|_| ErrorKind::UserNotFound)?,
            ))
        }
        (None, Some(id)) => Ok(Target::Id(id)),
        (None, None) | (Some(_), Some(_)) => {
            let mut fields = Fields::default();
            fields.add(
                "handle",
                FieldErrorKind::InvalidFormat,
                "give exactly one of handle and user_id",
            );
            Err(fields.into())
        }
    }
}

async fn find_target(conn: &mut Connection, target: Target) -> ServiceResult<UserId> {
    match target {
        Target::Id(id) => Ok(id),
        Target::Handle(handle) => {
            let user = repository::user::find_by_handle(conn, &handle).await?;
            Ok(user.ok_or(ErrorKind::UserNotFound)?.id)
        }
    }
}

/// Finds a request, locks its two people and looks again: an answer and a withdrawal at once take turns.
async fn lock_request(
    conn: &mut Connection,
    id: FriendRequestId,
) -> ServiceResult<repository::friend::FriendRequest> {
    let found = repository::friend::find_request(conn, id)
        .await?
        .ok_or(ErrorKind::FriendRequestNotFound)?;
    repository::user::lock(conn, &[found.from_id, found.to_id]).await?;
    repository::friend::find_request(conn, id)
        .await?
        .ok_or_else(|| ErrorKind::FriendRequestNotFound.into())
}

async fn full_request(
    conn: &mut Connection,
    request: &repository::friend::FriendRequest,
) -> ServiceResult<FriendRequest> {
    let full = view::friend_requests(conn, std::slice::from_ref(request))
        .await?
        .pop();
    full.ok_or_else(|| ErrorKind::UserNotFound.into())
}

/// Turns a request into a friendship.
async fn befriend(
    conn: &mut Connection,
    hub: &Hub,
    request: &repository::friend::FriendRequest,
    now: Timestamp,
) -> ServiceResult<Announcements> {
    let (one, other) = (request.from_id, request.to_id);
    repository::friend::delete_request(conn, request.id).await?;
    repository::friend::insert_both(conn, one, other, now).await?;
    let mut announcements = announce_closed(conn, request).await?;
    let changes = [(one, UserChange::Friend(other)), (other, UserChange::Friend(one))];
    let revs = repository::user_change::record(conn, &changes).await?;
    for ((user, friend), user_rev) in [(one, other), (other, one)].into_iter().zip(revs) {
        let friendship = repository::friend::find(conn, user, friend).await?;
        let friend = view::friends(conn, hub, friendship.as_slice())
            .await?
            .pop()
            .ok_or(ErrorKind::UserNotFound)?;
        announcements.push((user, ServerEvent::FriendAdded(FriendAdded { user_rev, friend })));
    }
    Ok(announcements)
}

async fn announce_closed(
    conn: &mut Connection,
    request: &repository::friend::FriendRequest,
) -> ServiceResult<Announcements> {
    let (from, to, request_id) = (request.from_id, request.to_id, request.id);
    let change = UserChange::FriendRequest(request_id);
    let revs = repository::user_change::record(conn, &[(from, change), (to, change)]).await?;
    let closed = |user_rev| ServerEvent::FriendRequestClosed(FriendRequestClosed { user_rev, request_id });
    Ok(vec![(from, closed(revs[0])), (to, closed(revs[1]))])
}
