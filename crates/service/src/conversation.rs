//! Conversations, as each of their members sees them.

use std::collections::HashMap;

use damso_domain::{
    ConversationId, ConversationKind, ConversationName, GroupAddsFrom, History, MessagesFrom, NameError, Rev,
    Role, Seq, Timestamp, UserId,
};
use damso_protocol::{
    Conversation, Conversations, CreateConversationRequest, ErrorKind, Membership, MembershipUpdated,
    PageQuery, ServerEvent, UpdateMembershipRequest,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::conversation::NewConversation;
use damso_repository::conversation_view::ListPosition;
use damso_repository::member::{NewMember, ViewChange};
use damso_repository::user::User;
use damso_repository::user_change::UserChange;

use crate::access::{self, Change};
use crate::announcement::{Announcement, list_for, tell_left};
use crate::cursor::Paging;
use crate::group::GroupService;
use crate::member;
use crate::realtime::Hub;
use crate::{Context, Fields, ServiceError, ServiceResult, view};

/// Opens, lists and leaves conversations.
#[derive(Clone)]
pub struct ConversationService {
    context: Context,
    groups: GroupService,
}

/// A conversation that was asked for.
#[derive(Clone, Debug)]
pub struct Opened {
    /// As its maker sees it.
    pub conversation: Conversation,
    /// Whether this call made it.
    pub is_new: bool,
}

impl ConversationService {
    pub(crate) fn new(context: Context, groups: GroupService) -> Self {
        Self { context, groups }
    }

    /// A page of `user`'s list: pinned ones first, then the latest first.
    pub async fn list(&self, user: UserId, query: &PageQuery) -> ServiceResult<Conversations> {
        type Position = (bool, Timestamp, ConversationId);
        let paging = Paging::<Position>::parse(query.cursor.as_deref(), query.limit)?;
        let profiles = self.context.profiles.clone();
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let after = paging.after.map(|(is_pinned, activity_at, id)| ListPosition {
                    is_pinned,
                    activity_at,
                    id,
                });
                let fetched = repository::conversation_view::list(conn, user, after, paging.fetch()).await?;
                let page = paging.page(fetched, |view| {
                    (view.membership.is_pinned, view.activity_at, view.id)
                });
                let items = view::conversations(conn, user, &page.items).await?;
                let mut mentioned = view::Mentioned::default();
                items
                    .iter()
                    .for_each(|conversation| mentioned.add_conversation(conversation));
                Ok(Conversations {
                    users: mentioned.load_kept(conn, &profiles, user).await?,
                    items,
                    next_cursor: page.next_cursor,
                })
            })
            .await
    }

    /// One conversation, as `user` sees it.
    pub async fn get(&self, user: UserId, id: ConversationId) -> ServiceResult<Conversation> {
        self.context
            .database
            .run(async move |conn: &mut Connection| view::load_conversation(conn, user, id).await)
            .await
    }

    /// Which of `ids` the user is in: what their screen may show.
    pub async fn retain_own(
        &self,
        user: UserId,
        ids: Vec<ConversationId>,
    ) -> ServiceResult<Vec<ConversationId>> {
        let own = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::member::retain_own(conn, user, &ids).await)
            .await?;
        Ok(own)
    }

    /// Tells those who look at a conversation that `user` is typing there, unless they do not show it.
    pub async fn typing(&self, user: UserId, id: ConversationId) -> ServiceResult<()> {
        let account = self
            .context
            .database
            .run(async move |conn: &mut Connection| {
                access::member(conn, user, id).await?;
                Ok::<_, ServiceError>(repository::user::find(conn, user).await?)
            })
            .await?;
        let settings = account.ok_or(ErrorKind::NotAuthenticated)?.settings;
        if settings.typing_indicators && !view::is_invisible(&settings) {
            self.context.hub.typing(id, user);
        }
        Ok(())
    }

    /// Opens the direct conversation with a friend or with somebody who lets everybody, or makes a group of friends.
    pub async fn create(&self, user: UserId, request: CreateConversationRequest) -> ServiceResult<Opened> {
        match request {
            CreateConversationRequest::Direct { user_id } => self.open_direct(user, user_id).await,
            CreateConversationRequest::Group { name, member_ids } => {
                self.groups.create(user, name, member_ids).await
            }
        }
    }

    async fn open_direct(&self, user: UserId, other: UserId) -> ServiceResult<Opened> {
        let now = Timestamp::now();
        let hub = self.context.hub.clone();
        let (opened, event) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let existing = repository::conversation::find_direct(conn, (user, other)).await?;
                let (id, is_new) = match existing {
                    Some(id) => (id, false),
                    None => insert_direct(conn, &hub, user, other, now).await?,
                };
                let listed = repository::member::find(conn, id, user)
                    .await?
                    .is_some_and(|member| member.is_listed);
                let event = if listed {
                    None
                } else {
                    Some(list_for(conn, user, id).await?)
                };
                let conversation = view::load_conversation(conn, user, id).await?;
                Ok::<_, ServiceError>((Opened { conversation, is_new }, event))
            })
            .await?;
        if let Some(event) = event {
            self.context
                .hub
                .to_user(user, &ServerEvent::ConversationJoined(event));
        }
        Ok(opened)
    }

    /// Changes how `user` sees a conversation: pinned, muted, put away, marked as unread, in a folder, under a
    /// name of their own.
    pub async fn update_membership(
        &self,
        user: UserId,
        id: ConversationId,
        request: UpdateMembershipRequest,
    ) -> ServiceResult<Membership> {
        let name_override = request
            .name_override
            .map(|name| parse_name_override(name.as_deref()))
            .transpose()?;
        let now = Timestamp::now();
        let event = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                access::member(conn, user, id).await?;
                if let Some(Some(folder)) = request.folder_id
                    && !repository::folder::hold(conn, user, folder).await?
                {
                    return Err(ErrorKind::FolderNotFound.into());
                }
                if request.muted_until.is_some() {
                    repository::member::settle_archive(conn, id, user, now).await?;
                }
                let archived_seq = match (request.is_archived, request.is_pinned) {
                    (Some(true), _) => Some(repository::conversation::find_last_seq(conn, id).await?),
                    // What is on top of the list is in it.
                    (Some(false), _) | (None, Some(true)) => Some(None),
                    (None, _) => None,
                };
                let puts_away = request.is_archived == Some(true);
                let change = ViewChange {
                    is_pinned: if puts_away { Some(false) } else { request.is_pinned },
                    muted_until: request.muted_until,
                    archived_seq,
                    is_marked_unread: request.is_marked_unread,
                    name_override,
                    folder_id: request.folder_id,
                };
                repository::member::update_view(conn, id, user, change).await?;
                membership_updated(conn, user, id).await
            })
            .await?;
        let membership = event.membership.clone();
        self.context
            .hub
            .to_user(user, &ServerEvent::MembershipUpdated(event));
        Ok(membership)
    }

    /// Leaves a group, which its owner hands over first; clears a direct conversation, which comes back with
    /// the next message.
    pub async fn leave(&self, user: UserId, id: ConversationId) -> ServiceResult<()> {
        let now = Timestamp::now();
        let announcement = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let mut change = Change::begin(conn, user, id).await?;
                match change.conversation.kind {
                    ConversationKind::SelfChat => Err(ErrorKind::CannotLeave.into()),
                    ConversationKind::Direct => {
                        let last = change.conversation.last_seq();
                        repository::member::clear(conn, &mut change.conversation, user).await?;
                        repository::conversation::save_numbers(conn, &change.conversation).await?;
                        let left = tell_left(conn, user, id).await?;
                        // Nothing of it is unread for them any more, so the numbers beside the messages fall.
                        let is_told = change.me.is_counted && !change.me.is_blocking;
                        let read = is_told.then_some((id, user, last));
                        // What shows it is told of it as before: they are still one of the two, and the next message
                        // may bring it back before a device has noticed.
                        Ok(Announcement {
                            to_users: vec![left],
                            reads: read.into_iter().collect(),
                            ..Announcement::default()
                        })
                    }
                    ConversationKind::Group => member::leave(conn, &mut change, now).await,
                }
            })
            .await?;
        announcement.tell(&self.context.hub);
        Ok(())
    }
}

/// Numbers a change of how `user` sees a conversation, and says how they see it now.
pub(crate) async fn membership_updated(
    conn: &mut Connection,
    user: UserId,
    id: ConversationId,
) -> ServiceResult<MembershipUpdated> {
    let user_rev = repository::user_change::record(conn, &[(user, UserChange::Membership(id))]).await?[0];
    let view = repository::conversation_view::list_by_ids(conn, user, &[id])
        .await?
        .pop();
    let view = view.ok_or(ErrorKind::ConversationNotFound)?;
    Ok(MembershipUpdated {
        user_rev,
        conversation_id: id,
        membership: view::membership(&view.membership),
    })
}

/// What shows nothing names nothing.
fn parse_name_override(name: Option<&str>) -> ServiceResult<Option<String>> {
    let mut fields = Fields::default();
    let parsed = match name.map(ConversationName::parse) {
        None | Some(Err(NameError::Empty)) => None,
        Some(parsed) => fields.check("name_override", parsed),
    };
    fields.refuse()?;
    Ok(parsed.map(ConversationName::into_string))
}

/// Locks the accounts of `user` and of `others`, and refuses unless `user` may bring all of the others into a group:
/// they are friends of `user`, and do not come by a link only. Returns `user` and then the others, in the order in which
/// they were named.
pub(crate) async fn lock_addable(
    conn: &mut Connection,
    user: UserId,
    others: &[UserId],
) -> ServiceResult<Vec<User>> {
    let ids = [&[user], others].concat();
    let locked = repository::user::lock(conn, &ids).await?;
    let mut locked: HashMap<UserId, User> = locked.into_iter().map(|user| (user.id, user)).collect();
    let friends = repository::friend::list_among(conn, user, others).await?;
    if friends.len() < others.len() {
        return Err(ErrorKind::NotFriends.into());
    }
    let named = ids.iter().map(|id| locked.remove(id));
    let named = named.collect::<Option<Vec<_>>>().ok_or(ErrorKind::NotFriends)?;
    let is_addable = |other: &User| other.settings.group_adds_from == GroupAddsFrom::Friends;
    if named[1..].iter().all(is_addable) {
        Ok(named)
    } else {
        Err(ErrorKind::GroupAddNotAllowed.into())
    }
}

/// Locks the two of a new direct conversation, and refuses unless `user` may begin it: with a friend, or with somebody who
/// lets everybody.
async fn lock_both(conn: &mut Connection, user: UserId, other: UserId) -> ServiceResult<Vec<User>> {
    let both = repository::user::lock(conn, &[user, other]).await?;
    let lets_everybody = |other: &User| other.settings.messages_from == MessagesFrom::Everyone;
    if both.len() < 2 {
        return Err(ErrorKind::NotFriends.into());
    }
    if repository::friend::find(conn, user, other).await?.is_some() {
        return Ok(both);
    }
    if !both.iter().any(|one| one.id == other && lets_everybody(one)) {
        return Err(ErrorKind::NotFriends.into());
    }
    if repository::block::find(conn, user, other).await?.is_some() {
        return Err(ErrorKind::BlockedByYou.into());
    }
    Ok(both)
}

/// Makes the direct conversation of a pair, or finds the one that was made in the meantime.
async fn insert_direct(
    conn: &mut Connection,
    hub: &Hub,
    user: UserId,
    other: UserId,
    now: Timestamp,
) -> ServiceResult<(ConversationId, bool)> {
    let both = lock_both(conn, user, other).await?;
    let new = NewConversation {
        kind: ConversationKind::Direct,
        name: None,
        pair: Some((user, other)),
        history: History::FromJoin,
        created_at: now,
    };
    let Some(mut direct) = repository::conversation::insert(conn, &new).await? else {
        let id = repository::conversation::find_direct(conn, (user, other)).await?;
        let id =
            id.ok_or_else(|| ServiceError::Unavailable("a direct conversation was being made".to_owned()))?;
        return Ok((id, false));
    };
    for member in both {
        let new = NewMember {
            conversation_id: direct.id,
            user_id: member.id,
            role: Role::Member,
            joined_seq: Seq::ZERO,
            rev: direct.take_members_rev(),
            is_counted: member.settings.read_receipts,
            // Nobody sees it before something is said; whoever opened it is told apart below.
            is_listed: false,
            joined_at: now,
        };
        repository::member::insert(conn, &new).await?;
    }
    for blocker in repository::block::hold_new(conn, &mut direct, (user, other)).await? {
        hub.silence(direct.id, blocker, Rev::ZERO, true);
    }
    repository::conversation::save_numbers(conn, &direct).await?;
    Ok((direct.id, true))
}
