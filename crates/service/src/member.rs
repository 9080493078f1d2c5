//! Who is in a conversation, and how that changes.

use damso_domain::{ConversationId, ConversationKind, Rev, Role, Timestamp, UserId};
use damso_protocol::{
    Conversation, ErrorKind, FieldErrorKind, MemberChanged, MemberRemoved, Members, PageQuery, ServerEvent,
    SystemNotice,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::conversation::LockedConversation;
use damso_repository::member::{Leaving, Member, NewMember};
use damso_repository::user::User;

use crate::access::{self, Change};
use crate::announcement::{Announcement, Fact, created, tell_joined, tell_left};
use crate::conversation::lock_addable;
use crate::cursor::Paging;
use crate::group::{distinct_without, insert_system, refuse_unless_group};
use crate::view::Viewer;
use crate::{Context, Fields, ServiceError, ServiceResult, view};

/// The most people one call adds.
pub const MAX_ADDED: usize = 100;

/// Lists the people in conversations, and adds and removes them.
#[derive(Clone)]
pub struct MemberService {
    context: Context,
}

impl MemberService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// A page of the people in a conversation, by when they joined.
    pub async fn list(&self, user: UserId, id: ConversationId, query: &PageQuery) -> ServiceResult<Members> {
        let paging = Paging::<Rev>::parse(query.cursor.as_deref(), query.limit)?;
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let me = access::member(conn, user, id).await?;
                let kind = repository::conversation::find_kind(conn, id).await?;
                let viewer = Viewer {
                    is_counted: me.is_counted,
                    kind: kind.ok_or(ErrorKind::ConversationNotFound)?,
                    user_id: Some(user),
                };
                let after = paging.after.unwrap_or_default();
                let fetched = repository::member::list(conn, id, after, paging.fetch()).await?;
                let page = paging.page(fetched, |member| member.joined_rev);
                let items: Vec<_> = page
                    .items
                    .iter()
                    .map(|member| view::member(member, viewer))
                    .collect();
                let mut mentioned = view::Mentioned::default();
                mentioned.add_members(&items);
                Ok(Members {
                    users: mentioned.load(conn, user).await?,
                    items,
                    next_cursor: page.next_cursor,
                })
            })
            .await
    }

    /// Brings friends of `user` into a group. Who is in it already stays as they are.
    pub async fn add(
        &self,
        user: UserId,
        id: ConversationId,
        ids: Vec<UserId>,
    ) -> ServiceResult<Conversation> {
        if ids.is_empty() || MAX_ADDED < ids.len() {
            let mut fields = Fields::default();
            fields.add(
                "user_ids",
                FieldErrorKind::OutOfRange,
                "name between 1 and 100 people",
            );
            return Err(fields.into());
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
                Ok::<_, ServiceError>((conversation, announcement))
            })
            .await?;
        announcement.tell(&self.context.hub);
        Ok(conversation)
    }

    /// Gives a member of a group another role; making somebody the owner hands the group over.
    pub async fn update_role(
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
                let viewer = Viewer {
                    is_counted: change.me.is_counted,
                    ..Viewer::everybody(ConversationKind::Group)
                };
                Ok::<_, ServiceError>((view::member(&member, viewer), announcement))
            })
            .await?;
        announcement.tell(&self.context.hub);
        Ok(member)
    }

    /// Removes somebody from a group.
    pub async fn remove(&self, user: UserId, id: ConversationId, other: UserId) -> ServiceResult<()> {
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
                let events = take_out(conn, &mut change, (other, Leaving::Removed), &notice, now).await?;
                gone(conn, &change, other, events).await
            })
            .await?;
        announcement.tell(&self.context.hub);
        Ok(())
    }
}

/// Stores somebody who joins, with the next change of the conversation. Their account is locked.
pub(crate) async fn insert(
    conn: &mut Connection,
    conversation: &mut LockedConversation,
    user: &User,
    role: Role,
    now: Timestamp,
) -> ServiceResult<Member> {
    let new = NewMember {
        conversation_id: conversation.id,
        user_id: user.id,
        role,
        joined_seq: conversation.last_seq(),
        rev: conversation.take_members_rev(),
        is_counted: user.settings.read_receipts,
        is_listed: true,
        joined_at: now,
    };
    Ok(repository::member::insert(conn, &new).await?)
}

/// What is told of somebody who has just joined with the change's latest number.
pub(crate) fn arrival(change: &Change, user: &User, member: &Member) -> Fact {
    let event = ServerEvent::MemberAdded(MemberChanged {
        conversation_id: change.conversation.id,
        rev: change.conversation.rev(),
        member: view::member(member, Viewer::everybody(ConversationKind::Group)),
        user: view::profile(user),
    });
    Fact::about_member(change, user, event)
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
    let locked = lock_addable(conn, change.me.user_id, &added).await?;
    for user in &locked[1..] {
        let member = insert(conn, &mut change.conversation, user, Role::Member, now).await?;
        announcement.to_members.push(arrival(change, user, &member));
    }
    let notice = SystemNotice::MembersAdded {
        user_ids: added.clone(),
    };
    let message = insert_system(conn, change, &notice, now).await?;
    announcement.to_members.push(created(&message)?.into());
    repository::conversation::save_numbers(conn, &change.conversation).await?;
    announcement.to_users = tell_joined(conn, change.conversation.id, &added).await?;
    Ok(announcement)
}

/// Stores one member's new role and prepares what the others are told. Who may make links no more has none left.
async fn store_role(
    conn: &mut Connection,
    change: &mut Change,
    target: UserId,
    role: Role,
) -> ServiceResult<(Member, Fact)> {
    if !role.can_manage_invites() {
        repository::invite_link::delete_of_member(conn, change.conversation.id, target).await?;
    }
    let rev = change.conversation.take_rev();
    let member = repository::member::update_role(conn, change.conversation.id, target, role, rev).await?;
    let event = updated(conn, change, &member).await?;
    Ok((member, event))
}

/// What is told of a member who changed with the change's latest number.
pub(crate) async fn updated(conn: &mut Connection, change: &Change, member: &Member) -> ServiceResult<Fact> {
    let user = repository::user::find(conn, member.user_id)
        .await?
        .ok_or(ErrorKind::UserNotFound)?;
    let event = ServerEvent::MemberUpdated(MemberChanged {
        conversation_id: change.conversation.id,
        rev: change.conversation.rev(),
        member: view::member(member, Viewer::everybody(change.conversation.kind)),
        user: view::profile(&user),
    });
    Ok(Fact::about_member(change, &user, event))
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
        announcement.to_members.push(created(&message)?.into());
    }
    repository::conversation::save_numbers(conn, &change.conversation).await?;
    Ok((member, announcement))
}

/// Takes somebody out of a group together with the links they made, and with what the conversation says of it. Returns
/// what the others are told, in the order of its numbers, which the caller saves.
async fn take_out(
    conn: &mut Connection,
    change: &mut Change,
    (user, leaving): (UserId, Leaving),
    notice: &SystemNotice,
    now: Timestamp,
) -> ServiceResult<Vec<Fact>> {
    let conversation_id = change.conversation.id;
    let rev = change.conversation.take_members_rev();
    repository::member::mark_left(conn, conversation_id, user, leaving, rev).await?;
    repository::invite_link::delete_of_member(conn, conversation_id, user).await?;
    let message = insert_system(conn, change, notice, now).await?;
    let removed = ServerEvent::MemberRemoved(MemberRemoved {
        conversation_id,
        rev: rev.rev(),
        user_id: user,
    });
    Ok(vec![removed.into(), created(&message)?.into()])
}

/// Takes whoever asks out of a group, which its owner hands over first; otherwise as [`take_out`].
pub(crate) async fn step_out(
    conn: &mut Connection,
    change: &mut Change,
    now: Timestamp,
) -> ServiceResult<Vec<Fact>> {
    let mut events = Vec::new();
    if let (Role::Owner, Some(heir)) = (change.me.role, heir(change)) {
        events.push(store_role(conn, change, heir.user_id, Role::Owner).await?.1);
    }
    let me = change.me.user_id;
    events.extend(take_out(conn, change, (me, Leaving::Own), &SystemNotice::MemberLeft, now).await?);
    Ok(events)
}

/// Saves the numbers of a change that took `user` out, and gathers what is told of it.
async fn gone(
    conn: &mut Connection,
    change: &Change,
    user: UserId,
    to_members: Vec<Fact>,
) -> ServiceResult<Announcement> {
    let id = change.conversation.id;
    repository::conversation::save_numbers(conn, &change.conversation).await?;
    Ok(Announcement {
        to_members,
        members: change.audience_without(user),
        to_users: vec![tell_left(conn, user, id).await?],
        left: vec![(id, user)],
        ..Announcement::default()
    })
}

/// Who owns a group after its owner has left: the oldest admin, else the oldest member.
fn heir(change: &Change) -> Option<Member> {
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

/// Leaves a group.
pub(crate) async fn leave(
    conn: &mut Connection,
    change: &mut Change,
    now: Timestamp,
) -> ServiceResult<Announcement> {
    let events = step_out(conn, change, now).await?;
    gone(conn, change, change.me.user_id, events).await
}
