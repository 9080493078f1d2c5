//! Friends and the requests that lead there.

use damso_domain::{
    DisplayName, FriendRequestId, FriendRequestsFrom, Handle, NameError, RequestMessage, Timestamp, UserId,
};
use damso_protocol::{
    CreateFriendRequest, Direction, ErrorKind, FieldErrorKind, Friend, FriendRemoved, FriendRequest,
    FriendRequestsQuery, FriendUpdated, Page, PageQuery, ServerEvent, UpdateFriendRequest,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::friend::{PreferencesChange, RequestDirection};
use damso_repository::user::User;
use damso_repository::user_change::UserChange;

use crate::cursor::Paging;
use crate::friendship::{
    Announcements, accepted, announce_closed, announce_received, befriend, full_request, keep_again,
};
use crate::invite_link::{self, InviteCode};
use crate::{Context, Fields, ServiceError, ServiceResult, view};

/// Makes, answers and ends friendships.
#[derive(Clone)]
pub struct FriendService {
    context: Context,
}

/// Whom a request is for.
enum Target {
    Handle(Handle),
    Id(UserId),
    /// Whoever made this link, without being asked.
    Maker(InviteCode),
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
                let items = view::friends(conn, &hub, user, &page.items).await?;
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
                let items = view::friend_requests(conn, user, &page.items).await?;
                Ok(Page {
                    items,
                    next_cursor: page.next_cursor,
                })
            })
            .await
    }

    /// Asks somebody to be a friend, if they take requests. Asking again changes nothing; two requests that cross make
    /// friends, whatever either of them takes.
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
                let other = match target {
                    Target::Id(id) => id,
                    Target::Handle(handle) => find_by_handle(conn, user, &handle).await?,
                    Target::Maker(code) => return invite_link::befriend(conn, &hub, user, &code, now).await,
                };
                if other == user {
                    return Err(ErrorKind::CannotBefriendSelf.into());
                }
                // Both are locked before anything is read: of two requests that cross, one sees the other.
                let locked = repository::user::lock(conn, &[user, other]).await?;
                let [Some(asked), Some(_)] = [other, user].map(|id| locked.iter().find(|one| one.id == id))
                else {
                    return Err(ErrorKind::UserNotFound.into());
                };
                if repository::block::find(conn, user, other).await?.is_some() {
                    return Err(ErrorKind::BlockedByYou.into());
                }
                if repository::friend::find(conn, user, other).await?.is_some() {
                    return Err(ErrorKind::AlreadyFriends.into());
                }
                // Whoever was blocked and let be again may have kept them as a friend all along.
                if repository::friend::find(conn, other, user).await?.is_some() {
                    let own = repository::friend::FriendRequest {
                        id: FriendRequestId::new(),
                        from_id: user,
                        to_id: other,
                        message: message.into_string(),
                        created_at: now,
                        hidden_for: None,
                    };
                    let full = accepted(conn, user, &own).await?;
                    return Ok((full, keep_again(conn, &hub, user, other, now).await?));
                }
                if let Some(mut crossing) =
                    repository::friend::find_request_between(conn, other, user).await?
                {
                    // Asked oneself, one has seen it.
                    crossing.hidden_for = crossing.hidden_for.filter(|hidden| *hidden != user);
                    let full = accepted(conn, user, &crossing).await?;
                    return Ok((full, befriend(conn, &hub, &crossing, now).await?));
                }
                refuse_unless_taken(conn, user, asked).await?;
                // It waits for somebody who blocks the one who asks, and they do not see it.
                let is_blocked = repository::block::find(conn, other, user).await?.is_some();
                let (request, new_to) = match repository::friend::find_request_between(conn, user, other)
                    .await?
                {
                    Some(mut waiting) => {
                        let shown_again = waiting.hidden_for.filter(|hidden| *hidden == user || !is_blocked);
                        if shown_again.is_some() {
                            waiting.hidden_for = None;
                            repository::friend::hide_request(conn, waiting.id, None).await?;
                        }
                        (waiting, shown_again.into_iter().collect())
                    }
                    None => {
                        let hidden_for = is_blocked.then_some(other);
                        let stored =
                            repository::friend::insert_request(conn, user, other, &message, hidden_for, now)
                                .await?;
                        let mut new_to = vec![user, other];
                        new_to.retain(|one| stored.is_seen_by(*one));
                        (stored, new_to)
                    }
                };
                let announcements = announce_received(conn, &request, &new_to).await?;
                Ok::<_, ServiceError>((full_request(conn, user, &request).await?, announcements))
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
                let request = lock_request(conn, user, id).await?;
                if request.to_id != user {
                    return Err(ErrorKind::FriendRequestNotFound.into());
                }
                let announcements = befriend(conn, &hub, &request, now).await?;
                let friendship = repository::friend::find(conn, user, request.from_id).await?;
                let friend = view::friends(conn, &hub, user, friendship.as_slice())
                    .await?
                    .pop();
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
                let request = lock_request(conn, user, id).await?;
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

    /// Changes how `user` keeps a friend in their own list, and tells their own devices. What changes nothing is told
    /// to nobody.
    pub async fn update(
        &self,
        user: UserId,
        friend: UserId,
        request: &UpdateFriendRequest,
    ) -> ServiceResult<Friend> {
        let change = parse_change(request)?;
        let hub = self.context.hub.clone();
        let (friend, announcements) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                repository::user::lock(conn, &[user]).await?;
                let mut friendship = repository::friend::find(conn, user, friend)
                    .await?
                    .ok_or(ErrorKind::FriendNotFound)?;
                let preferences = friendship.preferences.with(change);
                let has_changed = preferences != friendship.preferences;
                friendship.preferences = preferences;
                let full = view::friends(conn, &hub, user, std::slice::from_ref(&friendship))
                    .await?
                    .pop()
                    .ok_or(ErrorKind::FriendNotFound)?;
                if !has_changed {
                    return Ok((full, Announcements::new()));
                }
                repository::friend::update_preferences(conn, user, friend, &friendship.preferences).await?;
                let changes = [(user, UserChange::Friend(friend))];
                let user_rev = repository::user_change::record(conn, &changes).await?[0];
                let updated = ServerEvent::FriendUpdated(FriendUpdated {
                    user_rev,
                    friend: full.clone(),
                });
                Ok::<_, ServiceError>((full, vec![(user, updated)]))
            })
            .await?;
        self.announce(announcements);
        Ok(friend)
    }

    /// Ends a friendship, for both.
    pub async fn remove(&self, user: UserId, friend: UserId) -> ServiceResult<()> {
        let announcements = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                repository::user::lock(conn, &[user, friend]).await?;
                if repository::friend::find(conn, user, friend).await?.is_none() {
                    return Err(ErrorKind::FriendNotFound.into());
                }
                let keepers = repository::friend::delete_both(conn, user, friend).await?;
                let other = |keeper: UserId| if keeper == user { friend } else { user };
                let changes: Vec<_> = keepers
                    .iter()
                    .map(|keeper| (*keeper, UserChange::Friend(other(*keeper))))
                    .collect();
                let revs = repository::user_change::record(conn, &changes).await?;
                let removed =
                    |user_rev, user_id| ServerEvent::FriendRemoved(FriendRemoved { user_rev, user_id });
                let told = keepers.into_iter().zip(revs);
                Ok::<_, ServiceError>(
                    told.map(|(keeper, user_rev)| (keeper, removed(user_rev, other(keeper))))
                        .collect(),
                )
            })
            .await?;
        self.announce(announcements);
        Ok(())
    }

    fn announce(&self, announcements: Announcements) {
        for (user, event) in announcements {
            self.context.hub.to_user(user, &event);
            if let ServerEvent::FriendAdded(added) = &event {
                self.context.hub.presence_changed(added.friend.user.id);
                // A friend who does not keep them as one is told of as well, as one who is not here.
                self.context.hub.presence_parted(user, added.friend.user.id);
            }
            // Who came or went while the friendship was being made is told once more.
            if let ServerEvent::FriendAdded(_) = event {
                self.context.hub.presence_changed(user);
            }
        }
    }
}

fn parse_change(request: &UpdateFriendRequest) -> ServiceResult<PreferencesChange> {
    let mut fields = Fields::default();
    let nickname = match &request.nickname {
        None => None,
        Some(None) => Some(None),
        Some(Some(raw)) => match DisplayName::parse(raw) {
            Err(NameError::Empty) => Some(None),
            parsed => fields.check("nickname", parsed).map(Some),
        },
    };
    fields.refuse()?;
    Ok(PreferencesChange {
        nickname,
        is_favorite: request.is_favorite,
        is_hidden: request.is_hidden,
    })
}

fn parse_target(request: &CreateFriendRequest) -> ServiceResult<Target> {
    let mut fields = Fields::default();
    match (&request.handle, request.user_id, &request.invite_code) {
        // A text that cannot be a handle is nobody's, and that is all there is to say. So it is with codes.
        (Some(handle), None, None) => {
            return Ok(Target::Handle(
                Handle::parse(handle).map_err(|_| ErrorKind::UserNotFound)?,
            ));
        }
        (None, Some(id), None) => return Ok(Target::Id(id)),
        (None, None, Some(code)) if request.message.is_none() => {
            return Ok(Target::Maker(InviteCode::parse(code)?));
        }
        (None, None, Some(_)) => fields.add(
            "message",
            FieldErrorKind::InvalidFormat,
            "nobody reads it: a link makes friends at once",
        ),
        _ => fields.add(
            "handle",
            FieldErrorKind::InvalidFormat,
            "give exactly one of handle, user_id and invite_code",
        ),
    }
    Err(fields.into())
}

async fn find_by_handle(conn: &mut Connection, viewer: UserId, handle: &Handle) -> ServiceResult<UserId> {
    let user = repository::user::find_by_handle_for(conn, viewer, handle).await?;
    Ok(user.ok_or(ErrorKind::UserNotFound)?.id)
}

/// Refuses unless `other` takes requests from `user`; both are locked. Nothing in it asks for blocks.
async fn refuse_unless_taken(conn: &mut Connection, user: UserId, other: &User) -> ServiceResult<()> {
    let is_taken = match other.settings.friend_requests_from {
        FriendRequestsFrom::Everyone => true,
        FriendRequestsFrom::FriendsOfFriends => {
            0 < repository::mutual::list_friends(conn, user, other.id, 1)
                .await?
                .count
        }
        FriendRequestsFrom::Nobody => false,
    };
    if is_taken {
        Ok(())
    } else {
        Err(ErrorKind::FriendRequestNotAllowed.into())
    }
}

/// Finds a request that `user` sees, locks its two people and looks again: an answer and a withdrawal at once take
/// turns.
async fn lock_request(
    conn: &mut Connection,
    user: UserId,
    id: FriendRequestId,
) -> ServiceResult<repository::friend::FriendRequest> {
    let found = repository::friend::find_request(conn, id)
        .await?
        .ok_or(ErrorKind::FriendRequestNotFound)?;
    repository::user::lock(conn, &[found.from_id, found.to_id]).await?;
    repository::friend::find_request(conn, id)
        .await?
        .filter(|request| request.is_seen_by(user))
        .ok_or_else(|| ErrorKind::FriendRequestNotFound.into())
}
