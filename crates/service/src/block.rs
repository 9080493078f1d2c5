//! Blocking people, so that it does not show.
//!
//! Nothing that the blocked one can ask for or hear may change by a block. So it takes away only what is the blocker's
//! own (their side of the friendship, their sight of a request), and what would go on changing for the blocked one
//! stays as it was at that moment: how far the blocker has read, and when they were last here.

use damso_domain::{ConversationId, Rev, ShownStatus, Timestamp, UserId};
use damso_protocol::{
    Block, BlockAdded, BlockRemoved, BlockRequest, ErrorKind, FriendRemoved, FriendRequestClosed, Page,
    PageQuery, ServerEvent,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::conversation::LockedConversation;
use damso_repository::user::User;
use damso_repository::user_change::UserChange;

use crate::announcement::Fact;
use crate::cursor::Paging;
use crate::friendship::Announcements;
use crate::realtime::Hub;
use crate::{Context, ServiceError, ServiceResult, birthday, view};

/// Blocks people, and lets them be again.
#[derive(Clone)]
pub struct BlockService {
    context: Context,
}

/// The two and their direct conversation, if they have one, all locked.
struct Pair {
    user: User,
    /// `None`: the account is deleted.
    other: Option<User>,
    direct: Option<LockedConversation>,
}

/// What a block, or its end, has to tell.
#[derive(Default)]
struct Told {
    to_user: Vec<ServerEvent>,
    /// The changed profile, and who sees it.
    profile: Option<(User, Vec<UserId>)>,
    direct: Option<ConversationId>,
    user_rev: Rev,
    has_parted: bool,
    /// That the birthday of the blocker is, or is not, told to the other one any more.
    to_other: Announcements,
}

impl BlockService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// Notes where nobody hears of typing; before the first socket opens.
    pub async fn load_silent(&self) -> ServiceResult<()> {
        let holding = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::block::list_holding(conn).await)
            .await?;
        for (conversation, user) in holding {
            self.context.hub.silence(conversation, user, Rev::ZERO, true);
        }
        Ok(())
    }

    /// A page of those whom `user` blocks, by id.
    pub async fn list(&self, user: UserId, query: &PageQuery) -> ServiceResult<Page<Block>> {
        let paging = Paging::<UserId>::parse(query.cursor.as_deref(), query.limit)?;
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let fetched = repository::block::list(conn, user, paging.after, paging.fetch()).await?;
                let page = paging.page(fetched, |block| block.blocked_id);
                let ids: Vec<UserId> = page.items.iter().map(|block| block.blocked_id).collect();
                let people = repository::user::list(conn, &ids).await?;
                let full = |block: &repository::block::Block| {
                    let blocked = people.iter().find(|one| one.id == block.blocked_id)?;
                    Some(view::block(block, view::user(blocked, user)))
                };
                Ok(Page {
                    items: page.items.iter().filter_map(full).collect(),
                    next_cursor: page.next_cursor,
                })
            })
            .await
    }

    /// Blocks somebody, or changes how much is hidden from them.
    pub async fn put(&self, user: UserId, other: UserId, request: BlockRequest) -> ServiceResult<Block> {
        if user == other {
            return Err(ErrorKind::CannotBlockSelf.into());
        }
        let hub = self.context.hub.clone();
        loop {
            let hub = hub.clone();
            let outcome = self
                .context
                .database
                .transaction(async move |conn: &mut Connection| {
                    let Some(mut pair) = Pair::lock(conn, user, other).await? else {
                        return Ok(None);
                    };
                    Ok::<_, ServiceError>(Some(put(conn, &hub, &mut pair, request).await?))
                })
                .await?;
            if let Some((block, told)) = outcome {
                self.tell(user, other, told, true);
                return Ok(block);
            }
        }
    }

    /// Lets somebody be again. Somebody who is not blocked stays so.
    pub async fn remove(&self, user: UserId, other: UserId) -> ServiceResult<()> {
        loop {
            let hub = self.context.hub.clone();
            let outcome = self
                .context
                .database
                .transaction(async move |conn: &mut Connection| {
                    if repository::user::find(conn, other).await?.is_none() {
                        return Err(ErrorKind::UserNotFound.into());
                    }
                    let Some(mut pair) = Pair::lock(conn, user, other).await? else {
                        return Ok(None);
                    };
                    Ok::<_, ServiceError>(Some(remove(conn, &hub, &mut pair, other).await?))
                })
                .await?;
            if let Some(told) = outcome {
                self.tell(user, other, told, false);
                return Ok(());
            }
        }
    }

    /// After the commit. Not `async`, so that nothing can be cancelled in its middle.
    fn tell(&self, user: UserId, other: UserId, told: Told, is_blocking: bool) {
        let hub = &self.context.hub;
        if let Some(direct) = told.direct {
            hub.silence(direct, user, told.user_rev, is_blocking);
        }
        for event in &told.to_user {
            hub.to_user(user, event);
        }
        if let Some((profile, mut audience)) = told.profile {
            self.context.profiles.forget(user);
            audience.push(user);
            Fact::profile(&profile).tell(hub, &audience);
        }
        for (other, event) in told.to_other {
            hub.to_user(other, &event);
        }
        if told.has_parted {
            hub.presence_parted(other, user);
        }
    }
}

impl Pair {
    /// Locks the conversation, then the accounts, and only then looks. `None`: a conversation of the two was made
    /// meanwhile, which has to be locked first, so it is to be done again.
    async fn lock(conn: &mut Connection, user: UserId, other: UserId) -> ServiceResult<Option<Self>> {
        let direct = repository::conversation::find_direct(conn, (user, other)).await?;
        let locked = match direct {
            Some(id) => repository::conversation::lock(conn, id).await?,
            None => None,
        };
        let mut people = repository::user::lock(conn, &[user, other]).await?;
        if direct != repository::conversation::find_direct(conn, (user, other)).await? {
            return Ok(None);
        }
        let mut take = |id: UserId| {
            let at = people.iter().position(|found| found.id == id)?;
            Some(people.swap_remove(at))
        };
        Ok(Some(Self {
            user: take(user).ok_or(ErrorKind::NotAuthenticated)?,
            other: take(other),
            direct: locked,
        }))
    }
}

async fn put(
    conn: &mut Connection,
    hub: &Hub,
    pair: &mut Pair,
    request: BlockRequest,
) -> ServiceResult<(Block, Told)> {
    let user = pair.user.id;
    let other = pair.other.as_ref().ok_or(ErrorKind::UserNotFound)?;
    let before = repository::block::find(conn, user, other.id).await?;
    let block = repository::block::Block {
        blocked_id: other.id,
        hide_profile: request.hide_profile,
        created_at: before.map_or_else(Timestamp::now, |before| before.created_at),
    };
    let full = view::block(&block, view::user(other, user));
    if before == Some(block) {
        let told = Told {
            user_rev: pair.user.rev,
            ..Told::default()
        };
        return Ok((full, told));
    }
    if before.is_none() && Block::MOST <= repository::block::count(conn, user).await? {
        return Err(ErrorKind::TooManyBlocks.into());
    }
    repository::block::save(conn, user, &block).await?;
    let mut changes = Vec::new();
    if before.is_none() {
        if let Some(direct) = &mut pair.direct {
            repository::block::hold(conn, direct, user).await?;
            repository::conversation::save_numbers(conn, direct).await?;
        }
        if part(conn, hub, &pair.user, other.id).await? {
            changes.push(UserChange::Friend(other.id));
        }
        for request in hide_requests(conn, user, other.id).await? {
            changes.push(UserChange::FriendRequest(request));
        }
    }
    let has_parted = changes.contains(&UserChange::Friend(other.id));
    changes.push(UserChange::Block(other.id));
    let profile = if before.is_some_and(|before| before.hide_profile) == block.hide_profile {
        None
    } else {
        Some(hide_or_show(conn, user).await?)
    };
    let added = |user_rev| {
        ServerEvent::BlockAdded(BlockAdded {
            user_rev,
            block: full.clone(),
        })
    };
    let to_user = number(conn, user, changes, added).await?;
    let to_other = match &profile {
        Some((changed, _)) => birthday::announce_to(conn, hub, changed, other.id).await?,
        None => Announcements::new(),
    };
    let told = Told {
        user_rev: to_user.last().and_then(ServerEvent::user_rev).unwrap_or_default(),
        to_user,
        profile,
        direct: pair.direct.as_ref().map(|direct| direct.id),
        // Somebody who has not been here lately has been told of as such.
        has_parted: has_parted && (hub.is_connected(user) || was_here_lately(&pair.user)),
        to_other,
    };
    Ok((full, told))
}

async fn remove(conn: &mut Connection, hub: &Hub, pair: &mut Pair, other: UserId) -> ServiceResult<Told> {
    let user = pair.user.id;
    let Some(block) = repository::block::delete(conn, user, other).await? else {
        return Ok(Told::default());
    };
    if let Some(direct) = &mut pair.direct {
        repository::block::release(conn, direct, user).await?;
        repository::conversation::save_numbers(conn, direct).await?;
    }
    let profile = if block.hide_profile {
        Some(hide_or_show(conn, user).await?)
    } else {
        None
    };
    let removed = |user_rev| {
        ServerEvent::BlockRemoved(BlockRemoved {
            user_rev,
            user_id: other,
        })
    };
    let to_user = number(conn, user, vec![UserChange::Block(other)], removed).await?;
    let to_other = match (&profile, &pair.other) {
        (Some((changed, _)), Some(_)) => birthday::announce_to(conn, hub, changed, other).await?,
        _ => Announcements::new(),
    };
    Ok(Told {
        user_rev: to_user.last().and_then(ServerEvent::user_rev).unwrap_or_default(),
        to_user,
        profile,
        direct: pair.direct.as_ref().map(|direct| direct.id),
        has_parted: false,
        to_other,
    })
}

/// Ends the friendship on the side of `user` alone. What the other one sees of it stays, and from now on they see of
/// `user` what they would see if they had gone in this moment. Tells whether `user` kept them as a friend.
async fn part(conn: &mut Connection, hub: &Hub, user: &User, other: UserId) -> ServiceResult<bool> {
    if !repository::friend::delete_one(conn, user.id, other).await? {
        return Ok(false);
    }
    let now = Timestamp::now();
    let shown = view::presence(user, hub.is_connected(user.id), now);
    let last_seen_at = if shown.status == ShownStatus::Offline {
        user.last_seen_at
    } else {
        Some(now)
    };
    repository::friend::mark_mutual(conn, other, user.id, false, last_seen_at).await?;
    Ok(true)
}

/// Takes the requests between the two out of `user`'s sight; returns those that they saw. For the other one they wait
/// on, unless they are out of their sight as well.
async fn hide_requests(
    conn: &mut Connection,
    user: UserId,
    other: UserId,
) -> ServiceResult<Vec<damso_domain::FriendRequestId>> {
    let mut hidden = Vec::new();
    for (from, to) in [(user, other), (other, user)] {
        let found = repository::friend::find_request_between(conn, from, to).await?;
        let Some(request) = found.filter(|request| request.is_seen_by(user)) else {
            continue;
        };
        if request.is_seen_by(other) {
            repository::friend::hide_request(conn, request.id, Some(user)).await?;
        } else {
            repository::friend::delete_request(conn, request.id).await?;
        }
        hidden.push(request.id);
    }
    Ok(hidden)
}

/// Gives the profile a new version, so that its copies are replaced by ones with or without picture and status.
async fn hide_or_show(conn: &mut Connection, user: UserId) -> ServiceResult<(User, Vec<UserId>)> {
    let updated = repository::user::update_hidden_from(conn, user).await?;
    let audience = repository::user::list_audience(conn, user).await?;
    Ok((updated, audience))
}

/// Gives the changes their numbers in the blocker's own stream, and makes what their devices are told.
async fn number(
    conn: &mut Connection,
    user: UserId,
    changes: Vec<UserChange>,
    of_block: impl Fn(Rev) -> ServerEvent,
) -> ServiceResult<Vec<ServerEvent>> {
    let changes: Vec<_> = changes.into_iter().map(|change| (user, change)).collect();
    let revs = repository::user_change::record(conn, &changes).await?;
    let events = changes
        .into_iter()
        .zip(revs)
        .map(|((_, change), user_rev)| match change {
            UserChange::Friend(user_id) => ServerEvent::FriendRemoved(FriendRemoved { user_rev, user_id }),
            UserChange::FriendRequest(request_id) => {
                ServerEvent::FriendRequestClosed(FriendRequestClosed { user_rev, request_id })
            }
            _ => of_block(user_rev),
        });
    Ok(events.collect())
}

/// Whether somebody was here so lately that not everybody may have been told yet that they went.
fn was_here_lately(user: &User) -> bool {
    const LATELY: std::time::Duration = std::time::Duration::from_secs(10);
    let since = Timestamp::now().before(LATELY);
    user.last_seen_at.is_some_and(|seen| since < seen)
}
