//! Conversations and who is in them.

use damso_domain::{
    ConversationId, ConversationKind, ConversationName, History, Rev, Role, Seq, Timestamp, UserId,
};
use damso_protocol::{
    Conversation, ConversationJoined, ConversationLeft, ConversationUpdated, Conversations,
    CreateConversationRequest, ErrorKind, FieldErrorKind, MemberChanged, MemberRemoved, Members, Membership,
    MembershipUpdated, MessageCreated, PageQuery, ServerEvent, SystemNotice, UpdateConversationRequest,
    UpdateMembershipRequest,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::conversation::{ListPosition, LockedConversation, NewConversation};
use damso_repository::member::{Member, NewMember};
use damso_repository::user::{Picture, UserChange};

use crate::access::{self, Change};
use crate::cursor::Paging;
use crate::image::ImageService;
use crate::message::{insert_system, joined_event};
use crate::{Context, Fields, ServiceError, ServiceResult, view};

/// The most people one call adds.
pub const MAX_ADDED: usize = 100;

/// Makes and changes conversations.
#[derive(Clone)]
pub struct ConversationService {
    context: Context,
    images: ImageService,
}

/// A conversation that was asked for.
#[derive(Clone, Debug)]
pub struct Opened {
    /// As its maker sees it.
    pub conversation: Conversation,
    /// Whether this call made it.
    pub is_new: bool,
}

/// What a change has to tell after its commit, in the order of its numbers.
#[derive(Default)]
struct Announcement {
    to_members: Vec<ServerEvent>,
    members: Vec<UserId>,
    to_users: Vec<(UserId, ServerEvent)>,
    left: Vec<(ConversationId, UserId)>,
}

impl ConversationService {
    pub(crate) fn new(context: Context, images: ImageService) -> Self {
        Self { context, images }
    }

    /// A page of `user`'s list: pinned ones first, then the latest first.
    pub async fn list(&self, user: UserId, query: &PageQuery) -> ServiceResult<Conversations> {
        type Position = (bool, Timestamp, ConversationId);
        let paging = Paging::<Position>::parse(query.cursor.as_deref(), query.limit)?;
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let after = paging.after.map(|(is_pinned, activity_at, id)| ListPosition {
                    is_pinned,
                    activity_at,
                    id,
                });
                let fetched = repository::conversation::list_views(conn, user, after, paging.fetch()).await?;
                let page = paging.page(fetched, |view| {
                    (view.membership.is_pinned, view.activity_at, view.id)
                });
                let items = view::conversations(conn, &page.items).await?;
                let mut mentioned = view::Mentioned::default();
                items
                    .iter()
                    .for_each(|conversation| mentioned.add_conversation(conversation));
                Ok(Conversations {
                    users: mentioned.load(conn).await?,
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
            .run(async move |conn: &mut Connection| {
                let found = view::load_conversation(conn, user, id).await?;
                found.ok_or_else(|| ErrorKind::ConversationNotFound.into())
            })
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

    /// Tells those who look at a conversation that `user` is typing there.
    pub async fn typing(&self, user: UserId, id: ConversationId) -> ServiceResult<()> {
        self.context
            .database
            .run(async move |conn: &mut Connection| access::member(conn, user, id).await)
            .await?;
        self.context.hub.typing(id, user);
        Ok(())
    }

    /// Opens the direct conversation with a friend, or makes a group of friends.
    pub async fn create(&self, user: UserId, request: CreateConversationRequest) -> ServiceResult<Opened> {
        match request {
            CreateConversationRequest::Direct { user_id } => self.open_direct(user, user_id).await,
            CreateConversationRequest::Group { name, member_ids } => {
                self.create_group(user, name, member_ids).await
            }
        }
    }

    async fn open_direct(&self, user: UserId, other: UserId) -> ServiceResult<Opened> {
        let now = Timestamp::now();
        let (opened, event) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let existing = repository::conversation::find_direct(conn, (user, other)).await?;
                let (id, is_new) = match existing {
                    Some(id) => (id, false),
                    None => insert_direct(conn, user, other, now).await?,
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
                let conversation = conversation.ok_or(ErrorKind::ConversationNotFound)?;
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

    async fn create_group(
        &self,
        user: UserId,
        name: Option<String>,
        member_ids: Vec<UserId>,
    ) -> ServiceResult<Opened> {
        let name = parse_name(name.as_deref())?;
        let others = distinct_without(member_ids, user);
        if others.is_empty() {
            return Err(no_members());
        }
        if ConversationKind::MAX_MEMBERS <= others.len() {
            return Err(ErrorKind::GroupFull.into());
        }
        let now = Timestamp::now();
        let (conversation, announcement) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                refuse_unless_friends(conn, user, &others).await?;
                let new = NewConversation {
                    kind: ConversationKind::Group,
                    name,
                    pair: None,
                    history: History::FromJoin,
                    created_at: now,
                };
                let mut group = repository::conversation::insert(conn, &new)
                    .await?
                    .ok_or_else(|| anyhow::anyhow!("a group has no pair to be in conflict with"))?;
                let me = insert_member(conn, &mut group, user, Role::Owner, now).await?;
                let mut members = vec![me];
                for other in &others {
                    members.push(insert_member(conn, &mut group, *other, Role::Member, now).await?);
                }
                let mut change = Change {
                    conversation: group,
                    me,
                    members,
                };
                insert_system(conn, &mut change, &SystemNotice::GroupCreated, now).await?;
                repository::conversation::save_numbers(conn, &change.conversation).await?;
                let joined =
                    tell_joined(conn, change.conversation.id, &[&[user], &others[..]].concat()).await?;
                let conversation = view::load_conversation(conn, user, change.conversation.id).await?;
                let conversation = conversation.ok_or(ErrorKind::ConversationNotFound)?;
                Ok::<_, ServiceError>((
                    conversation,
                    Announcement {
                        to_users: joined,
                        ..Announcement::default()
                    },
                ))
            })
            .await?;
        self.announce(announcement);
        Ok(Opened {
            conversation,
            is_new: true,
        })
    }

    /// Changes name, picture and history setting of a group.
    pub async fn update(
        &self,
        user: UserId,
        id: ConversationId,
        request: UpdateConversationRequest,
    ) -> ServiceResult<Conversation> {
        let name = request.name.map(|name| parse_name(name.as_deref())).transpose()?;
        let avatar = match request.avatar_attachment_id {
            None => None,
            Some(None) => Some(None),
            Some(Some(attachment)) => {
                self.refuse_unless_can_change(user, id).await?;
                Some(Some(self.images.make_from_attachment(user, attachment).await?))
            }
        };
        let history = request.history;
        let now = Timestamp::now();
        let (conversation, announcement) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let mut change = Change::begin(conn, user, id).await?;
                refuse_unless_changeable(&change)?;
                let announcement = update_group(conn, &mut change, name, avatar, history, now).await?;
                let conversation = view::load_conversation(conn, user, id).await?;
                Ok::<_, ServiceError>((conversation.ok_or(ErrorKind::ConversationNotFound)?, announcement))
            })
            .await?;
        self.announce(announcement);
        Ok(conversation)
    }

    /// Asked before a picture is made, so that nobody makes the server decode one for nothing.
    async fn refuse_unless_can_change(&self, user: UserId, id: ConversationId) -> ServiceResult<()> {
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                let change = Change::begin(conn, user, id).await?;
                refuse_unless_changeable(&change)
            })
            .await
    }

    /// Changes how `user` sees a conversation: pinned, muted.
    pub async fn update_membership(
        &self,
        user: UserId,
        id: ConversationId,
        request: UpdateMembershipRequest,
    ) -> ServiceResult<Membership> {
        let event = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                access::member(conn, user, id).await?;
                repository::member::update_view(conn, id, user, request.is_pinned, request.muted_until)
                    .await?;
                let user_rev =
                    repository::user::record_changes(conn, &[(user, UserChange::Membership(id))]).await?[0];
                let view = repository::conversation::views(conn, user, &[id]).await?.pop();
                let view = view.ok_or(ErrorKind::ConversationNotFound)?;
                let membership = view::membership(&view.membership);
                Ok::<_, ServiceError>(MembershipUpdated {
                    user_rev,
                    conversation_id: id,
                    membership,
                })
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
                        repository::member::clear(conn, id, user, last).await?;
                        let left = tell_left(conn, user, id).await?;
                        Ok(Announcement {
                            to_users: vec![left],
                            left: vec![(id, user)],
                            ..Announcement::default()
                        })
                    }
                    ConversationKind::Group => leave_group(conn, &mut change, now).await,
                }
            })
            .await?;
        self.announce(announcement);
        Ok(())
    }

    /// A page of the people in a conversation, by when they joined.
    pub async fn members(
        &self,
        user: UserId,
        id: ConversationId,
        query: &PageQuery,
    ) -> ServiceResult<Members> {
        let paging = Paging::<Rev>::parse(query.cursor.as_deref(), query.limit)?;
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                access::member(conn, user, id).await?;
                let after = paging.after.unwrap_or_default();
                let fetched = repository::member::list(conn, id, after, paging.fetch()).await?;
                let page = paging.page(fetched, |member| member.joined_rev);
                let items: Vec<_> = page.items.iter().map(view::member).collect();
                let mut mentioned = view::Mentioned::default();
                mentioned.add_members(&items);
                Ok(Members {
                    users: mentioned.load(conn).await?,
                    items,
                    next_cursor: page.next_cursor,
                })
            })
            .await
    }

    /// Brings friends of `user` into a group. Who is in it already stays as they are.
    pub async fn add_members(
        &self,
        user: UserId,
        id: ConversationId,
        ids: Vec<UserId>,
    ) -> ServiceResult<Conversation> {
        if ids.is_empty() || MAX_ADDED < ids.len() {
            return Err(no_members());
        }
        let now = Timestamp::now();
        let (conversation, announcement) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let mut change = Change::begin(conn, user, id).await?;
                refuse_unless_group(&change)?;
                if !change.me.role.can_add_members() {
                    return Err(ErrorKind::NotAllowed.into());
                }
                let announcement = add_to_group(conn, &mut change, ids, now).await?;
                let conversation = view::load_conversation(conn, user, id).await?;
                Ok::<_, ServiceError>((conversation.ok_or(ErrorKind::ConversationNotFound)?, announcement))
            })
            .await?;
        self.announce(announcement);
        Ok(conversation)
    }

    /// Gives a member of a group another role; making somebody the owner hands the group over.
    pub async fn update_member(
        &self,
        user: UserId,
        id: ConversationId,
        other: UserId,
        role: Role,
    ) -> ServiceResult<damso_protocol::Member> {
        let now = Timestamp::now();
        let (member, announcement) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let mut change = Change::begin(conn, user, id).await?;
                refuse_unless_group(&change)?;
                let target = change.member(other)?;
                if !change.me.role.can_change_roles() || target.user_id == user {
                    return Err(ErrorKind::NotAllowed.into());
                }
                let (member, announcement) = change_role(conn, &mut change, target, role, now).await?;
                Ok::<_, ServiceError>((view::member(&member), announcement))
            })
            .await?;
        self.announce(announcement);
        Ok(member)
    }

    /// Removes somebody from a group.
    pub async fn remove_member(&self, user: UserId, id: ConversationId, other: UserId) -> ServiceResult<()> {
        let now = Timestamp::now();
        let announcement = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let mut change = Change::begin(conn, user, id).await?;
                refuse_unless_group(&change)?;
                let target = change.member(other)?;
                if !change.me.role.can_remove(target.role) {
                    return Err(ErrorKind::NotAllowed.into());
                }
                let notice = SystemNotice::MemberRemoved { user_id: other };
                take_out(conn, &mut change, other, &notice, now).await
            })
            .await?;
        self.announce(announcement);
        Ok(())
    }

    fn announce(&self, announcement: Announcement) {
        for (conversation, user) in announcement.left {
            self.context.hub.unwatch(conversation, user);
        }
        for event in &announcement.to_members {
            self.context.hub.to_users(&announcement.members, event);
        }
        for (user, event) in &announcement.to_users {
            self.context.hub.to_user(*user, event);
        }
    }
}

fn parse_name(name: Option<&str>) -> ServiceResult<Option<ConversationName>> {
    let mut fields = Fields::default();
    let parsed = name.and_then(|name| fields.check("name", ConversationName::parse(name)));
    fields.refuse()?;
    Ok(parsed)
}

fn no_members() -> ServiceError {
    let mut fields = Fields::default();
    fields.add(
        "member_ids",
        FieldErrorKind::OutOfRange,
        "name between 1 and 100 other people",
    );
    fields.into()
}

fn distinct_without(mut ids: Vec<UserId>, user: UserId) -> Vec<UserId> {
    ids.sort_unstable();
    ids.dedup();
    ids.retain(|id| *id != user);
    ids
}

fn refuse_unless_group(change: &Change) -> ServiceResult<()> {
    if change.conversation.kind.has_changing_members() {
        Ok(())
    } else {
        Err(ErrorKind::NotAGroup.into())
    }
}

fn refuse_unless_changeable(change: &Change) -> ServiceResult<()> {
    refuse_unless_group(change)?;
    if change.me.role.can_change_group() {
        Ok(())
    } else {
        Err(ErrorKind::NotAllowed.into())
    }
}

async fn refuse_unless_friends(conn: &mut Connection, user: UserId, others: &[UserId]) -> ServiceResult<()> {
    let friends = repository::friend::list_among(conn, user, others).await?;
    if friends.len() == others.len() {
        Ok(())
    } else {
        Err(ErrorKind::NotFriends.into())
    }
}

async fn insert_member(
    conn: &mut Connection,
    conversation: &mut LockedConversation,
    user: UserId,
    role: Role,
    now: Timestamp,
) -> ServiceResult<Member> {
    let new = NewMember {
        conversation_id: conversation.id,
        user_id: user,
        role,
        joined_seq: conversation.last_seq(),
        rev: conversation.take_rev(),
        is_listed: true,
        joined_at: now,
    };
    Ok(repository::member::insert(conn, &new).await?)
}

/// Makes the direct conversation of a pair, or finds the one that was made in the meantime.
async fn insert_direct(
    conn: &mut Connection,
    user: UserId,
    other: UserId,
    now: Timestamp,
) -> ServiceResult<(ConversationId, bool)> {
    refuse_unless_friends(conn, user, &[other]).await?;
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
    for member in [user, other] {
        let new = NewMember {
            conversation_id: direct.id,
            user_id: member,
            role: Role::Member,
            joined_seq: Seq::ZERO,
            rev: direct.take_rev(),
            // Nobody sees it before something is said; whoever opened it is told apart below.
            is_listed: false,
            joined_at: now,
        };
        repository::member::insert(conn, &new).await?;
    }
    repository::conversation::save_numbers(conn, &direct).await?;
    Ok((direct.id, true))
}

/// Puts a conversation into one member's list.
async fn list_for(
    conn: &mut Connection,
    user: UserId,
    id: ConversationId,
) -> ServiceResult<ConversationJoined> {
    repository::member::mark_listed(conn, id, &[user]).await?;
    let user_rev = repository::user::record_changes(conn, &[(user, UserChange::Conversation(id))]).await?[0];
    joined_event(conn, user, id, user_rev).await
}

/// Prepares what people are told who have just joined.
async fn tell_joined(
    conn: &mut Connection,
    id: ConversationId,
    users: &[UserId],
) -> ServiceResult<Vec<(UserId, ServerEvent)>> {
    let changes: Vec<_> = users
        .iter()
        .map(|user| (*user, UserChange::Conversation(id)))
        .collect();
    let revs = repository::user::record_changes(conn, &changes).await?;
    let mut events = Vec::with_capacity(users.len());
    // All who join as plain members see the same: it is loaded once, for a thousand of them as for one.
    let mut shared: Option<ConversationJoined> = None;
    for (user, user_rev) in users.iter().zip(revs) {
        let event = match &shared {
            Some(event) => ConversationJoined {
                user_rev,
                ..event.clone()
            },
            None => joined_event(conn, *user, id, user_rev).await?,
        };
        if event.conversation.membership.role == Role::Member && shared.is_none() {
            shared = Some(event.clone());
        }
        events.push((*user, ServerEvent::ConversationJoined(event)));
    }
    Ok(events)
}

async fn tell_left(
    conn: &mut Connection,
    user: UserId,
    id: ConversationId,
) -> ServiceResult<(UserId, ServerEvent)> {
    let user_rev = repository::user::record_changes(conn, &[(user, UserChange::Conversation(id))]).await?[0];
    Ok((
        user,
        ServerEvent::ConversationLeft(ConversationLeft {
            user_rev,
            conversation_id: id,
        }),
    ))
}

fn created(message: &repository::message::Message) -> ServiceResult<ServerEvent> {
    Ok(ServerEvent::MessageCreated(MessageCreated {
        message: view::message(message)?,
    }))
}

fn updated(conversation: &LockedConversation) -> ServerEvent {
    ServerEvent::ConversationUpdated(ConversationUpdated {
        conversation_id: conversation.id,
        rev: conversation.rev(),
        name: conversation.name.clone(),
        avatar: conversation.avatar.as_ref().map(view::image),
        history: conversation.history,
    })
}

async fn update_group(
    conn: &mut Connection,
    change: &mut Change,
    name: Option<Option<ConversationName>>,
    avatar: Option<Option<Picture>>,
    history: Option<History>,
    now: Timestamp,
) -> ServiceResult<Announcement> {
    let mut announcement = Announcement {
        members: change.audience(),
        ..Announcement::default()
    };
    let before = change.conversation.clone();
    if let Some(name) = name {
        change.conversation.name = name.map(ConversationName::into_string);
    }
    if let Some(avatar) = avatar
        && let Some(old) = std::mem::replace(&mut change.conversation.avatar, avatar)
    {
        crate::image::delete_later(conn, old.id, now).await?;
    }
    change.conversation.history = history.unwrap_or(before.history);
    if change.conversation == before {
        return Ok(announcement);
    }
    change.conversation.take_rev();
    repository::conversation::save_settings(conn, &change.conversation).await?;
    announcement.to_members.push(updated(&change.conversation));
    if change.conversation.name != before.name {
        let notice = SystemNotice::NameChanged {
            name: change.conversation.name.clone(),
        };
        let message = insert_system(conn, change, &notice, now).await?;
        announcement.to_members.push(created(&message)?);
    }
    repository::conversation::save_numbers(conn, &change.conversation).await?;
    Ok(announcement)
}

async fn add_to_group(
    conn: &mut Connection,
    change: &mut Change,
    ids: Vec<UserId>,
    now: Timestamp,
) -> ServiceResult<Announcement> {
    let mut announcement = Announcement {
        members: change.audience(),
        ..Announcement::default()
    };
    let mut added = distinct_without(ids, change.me.user_id);
    added.retain(|id| !announcement.members.contains(id));
    if added.is_empty() {
        return Ok(announcement);
    }
    if ConversationKind::MAX_MEMBERS < change.members.len() + added.len() {
        return Err(ErrorKind::GroupFull.into());
    }
    refuse_unless_friends(conn, change.me.user_id, &added).await?;
    let users = repository::user::list(conn, &added).await?;
    for id in &added {
        let member = insert_member(conn, &mut change.conversation, *id, Role::Member, now).await?;
        let user = users
            .iter()
            .find(|user| user.id == *id)
            .ok_or(ErrorKind::UserNotFound)?;
        announcement
            .to_members
            .push(ServerEvent::MemberAdded(MemberChanged {
                conversation_id: change.conversation.id,
                rev: change.conversation.rev(),
                member: view::member(&member),
                user: view::user(user),
            }));
    }
    let notice = SystemNotice::MembersAdded {
        user_ids: added.clone(),
    };
    let message = insert_system(conn, change, &notice, now).await?;
    announcement.to_members.push(created(&message)?);
    repository::conversation::save_numbers(conn, &change.conversation).await?;
    announcement.to_users = tell_joined(conn, change.conversation.id, &added).await?;
    Ok(announcement)
}

/// Stores one member's new role and prepares what the others are told.
async fn store_role(
    conn: &mut Connection,
    change: &mut Change,
    target: UserId,
    role: Role,
) -> ServiceResult<(Member, ServerEvent)> {
    let rev = change.conversation.take_rev();
    let member = repository::member::update_role(conn, change.conversation.id, target, role, rev).await?;
    let user = repository::user::find(conn, target)
        .await?
        .ok_or(ErrorKind::UserNotFound)?;
    let event = ServerEvent::MemberUpdated(MemberChanged {
        conversation_id: change.conversation.id,
        rev,
        member: view::member(&member),
        user: view::user(&user),
    });
    Ok((member, event))
}

async fn change_role(
    conn: &mut Connection,
    change: &mut Change,
    target: Member,
    role: Role,
    now: Timestamp,
) -> ServiceResult<(Member, Announcement)> {
    let mut announcement = Announcement {
        members: change.audience(),
        ..Announcement::default()
    };
    if target.role == role {
        return Ok((target, announcement));
    }
    let (member, event) = store_role(conn, change, target.user_id, role).await?;
    announcement.to_members.push(event);
    if role == Role::Owner {
        // There is exactly one owner: handing over makes an admin of the old one.
        let (_, event) = store_role(conn, change, change.me.user_id, Role::Admin).await?;
        announcement.to_members.push(event);
        let notice = SystemNotice::OwnerChanged {
            user_id: target.user_id,
        };
        let message = insert_system(conn, change, &notice, now).await?;
        announcement.to_members.push(created(&message)?);
    }
    repository::conversation::save_numbers(conn, &change.conversation).await?;
    Ok((member, announcement))
}

/// Takes somebody out of a group, with what the conversation says of it.
async fn take_out(
    conn: &mut Connection,
    change: &mut Change,
    user: UserId,
    notice: &SystemNotice,
    now: Timestamp,
) -> ServiceResult<Announcement> {
    let id = change.conversation.id;
    let rev = change.conversation.take_rev();
    repository::member::mark_left(conn, id, user, rev).await?;
    let message = insert_system(conn, change, notice, now).await?;
    repository::conversation::save_numbers(conn, &change.conversation).await?;
    let left = tell_left(conn, user, id).await?;
    let removed = ServerEvent::MemberRemoved(MemberRemoved {
        conversation_id: id,
        rev,
        user_id: user,
    });
    Ok(Announcement {
        to_members: vec![removed, created(&message)?],
        members: change
            .audience()
            .into_iter()
            .filter(|member| *member != user)
            .collect(),
        to_users: vec![left],
        left: vec![(id, user)],
    })
}

/// Who owns a group after its owner has left: the oldest admin, else the oldest member.
pub(crate) fn heir(change: &Change) -> Option<Member> {
    let others = || {
        change
            .members
            .iter()
            .filter(|member| member.user_id != change.me.user_id)
    };
    others()
        .find(|member| member.role == Role::Admin)
        .or_else(|| others().next())
        .copied()
}

async fn leave_group(
    conn: &mut Connection,
    change: &mut Change,
    now: Timestamp,
) -> ServiceResult<Announcement> {
    let handed_over = match (change.me.role, heir(change)) {
        (Role::Owner, Some(heir)) => Some(store_role(conn, change, heir.user_id, Role::Owner).await?.1),
        _ => None,
    };
    let me = change.me.user_id;
    let mut announcement = take_out(conn, change, me, &SystemNotice::MemberLeft, now).await?;
    announcement.to_members.splice(0..0, handed_over);
    Ok(announcement)
}
