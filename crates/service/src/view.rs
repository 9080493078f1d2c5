//! What is stored, as the wire tells it.

mod mentioned;

use std::collections::HashMap;

use damso_domain::{
    ConversationId, ConversationKind, MessageRef, PresenceStatus, Seq, ShownStatus, Timestamp, UserId,
    excerpt,
};
use damso_protocol as protocol;
use damso_protocol::ErrorKind;
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::attachment::Attachment;
use damso_repository::conversation_view::{ConversationView, OwnMembership};
use damso_repository::draft::Draft;
use damso_repository::friend::{FriendPreferences, FriendRequest, Friendship};
use damso_repository::member::Member;
use damso_repository::message::Message;
use damso_repository::quote::Reply;
use damso_repository::user::{Picture, Settings, User};

pub(crate) use self::mentioned::Mentioned;
use crate::realtime::Hub;
use crate::{ServiceError, ServiceResult, mention, poll, reaction};

pub(crate) fn image(picture: &Picture) -> protocol::Image {
    let side = picture.side.unsigned_abs();
    protocol::Image {
        id: picture.id,
        width: side,
        height: side,
        placeholder: picture.placeholder.clone(),
    }
}

/// Somebody as `viewer` sees them.
pub(crate) fn user(user: &User, viewer: UserId) -> protocol::User {
    let profile = profile(user);
    if user.hidden_from.contains(&viewer) {
        without_what_is_hidden(profile)
    } else {
        profile
    }
}

/// The profile as those see it from whom picture and status message are hidden.
pub(crate) fn without_what_is_hidden(profile: protocol::User) -> protocol::User {
    protocol::User {
        status_message: String::new(),
        avatar: None,
        ..profile
    }
}

/// Somebody as those see them from whom nothing is hidden.
pub(crate) fn profile(user: &User) -> protocol::User {
    protocol::User {
        id: user.id,
        handle: user.handle.clone(),
        display_name: user.display_name.clone(),
        status_message: user.status_message.clone(),
        avatar: user.avatar.as_ref().map(image),
        version: user.version,
        is_deleted: user.deleted_at.is_some(),
    }
}

/// A live account as its owner sees it; nobody is signed in to one that was deleted a moment ago.
pub(crate) fn me(user: &User) -> ServiceResult<protocol::Me> {
    let handle = user.handle.clone().ok_or(ErrorKind::NotAuthenticated)?;
    Ok(protocol::Me {
        id: user.id,
        handle,
        display_name: user.display_name.clone(),
        status_message: user.status_message.clone(),
        avatar: user.avatar.as_ref().map(image),
        email: user.email.clone(),
        pending_email: user.pending_email.clone(),
        locale: user.locale,
        version: user.version,
        user_rev: user.rev,
        created_at: user.created_at,
        birthday: user.birthday,
    })
}

/// Whom a member is shown to.
#[derive(Clone, Copy)]
pub(crate) struct Viewer {
    /// Whoever does not show how far they have read is not shown it of others either.
    pub(crate) is_counted: bool,
    /// What the two are in.
    pub(crate) kind: ConversationKind,
    /// Who it is; `None` for everybody.
    pub(crate) user_id: Option<UserId>,
}

impl Viewer {
    /// Everybody in it: an event is the same bytes for all who are told all of it.
    pub(crate) const fn everybody(kind: ConversationKind) -> Self {
        Self {
            is_counted: true,
            kind,
            user_id: None,
        }
    }

    pub(crate) fn of(view: &ConversationView) -> Self {
        Self {
            is_counted: view.membership.is_counted,
            kind: view.kind,
            user_id: Some(view.membership.user_id),
        }
    }
}

/// Since which message others see that a member is there. Nobody joins a direct conversation later: a later number
/// means that they have cleared it, which is nobody else's business.
pub(crate) fn joined_seq(member: &Member, kind: ConversationKind) -> Seq {
    match kind {
        ConversationKind::Direct => Seq::ZERO,
        ConversationKind::SelfChat | ConversationKind::Group => member.joined_seq,
    }
}

/// A member as somebody sees them.
pub(crate) fn member(member: &Member, viewer: Viewer) -> protocol::Member {
    let read_seq = match viewer.user_id {
        Some(viewer) => member.read_seq_for(viewer),
        None => member.shown_read_seq.unwrap_or(member.read_seq),
    };
    protocol::Member {
        user_id: member.user_id,
        role: member.role,
        joined_seq: joined_seq(member, viewer.kind),
        read_seq: (member.is_counted && viewer.is_counted).then_some(read_seq),
    }
}

pub(crate) fn membership(own: &OwnMembership) -> protocol::Membership {
    protocol::Membership {
        role: own.role,
        joined_seq: own.joined_seq,
        read_seq: own.read_seq,
        is_pinned: own.is_pinned,
        muted_until: own.muted_until,
        archived_seq: own.archived_seq,
        is_archived: own.is_archived,
        is_marked_unread: own.is_marked_unread,
        name_override: own.name_override.clone(),
        folder_id: own.folder_id,
    }
}

pub(crate) fn draft(draft: &Draft) -> protocol::Draft {
    protocol::Draft {
        text: draft.text.clone(),
        reply_to_seq: draft.reply_to,
        updated_at: draft.updated_at,
    }
}

pub(crate) fn attachment(attachment: &Attachment) -> protocol::Attachment {
    protocol::Attachment {
        id: attachment.id,
        file_name: attachment.file_name.clone(),
        media_type: attachment.media_type.clone(),
        size_bytes: attachment.size_bytes,
        state: attachment.state,
        kind: attachment.kind,
        width: attachment.width,
        height: attachment.height,
        placeholder: attachment.placeholder.clone(),
    }
}

pub(crate) fn message(message: &Message) -> ServiceResult<protocol::Message> {
    let system = message
        .system
        .as_ref()
        .map(|system| serde_json::from_value(system.clone()))
        .transpose()
        .map_err(|error| ServiceError::Internal(anyhow::anyhow!("messages.system: {error}")))?;
    Ok(protocol::Message {
        id: message.id,
        conversation_id: message.conversation_id,
        seq: message.seq,
        rev: message.rev,
        client_key: message.client_key,
        author_id: message.author_id,
        kind: message.kind,
        text: message.text.clone(),
        attachments: message.attachments.iter().map(attachment).collect(),
        system,
        created_at: message.created_at,
        deleted_at: message.deleted_at,
        edited_at: message.edited_at,
        reactions: message.reactions.iter().map(reaction::view).collect(),
        my_reactions: Some(message.my_reactions.clone()),
        reply_to: message.reply_to.as_ref().and_then(reply_to),
        forwarded: message.forwarded,
        mentions: mention::users(&message.mentions),
        mentions_all: message.mentions.iter().any(mention::is_all),
        mention_spans: message.mentions.clone(),
        is_silent: message.is_silent,
        poll: message
            .poll
            .as_ref()
            .map(|of_it| poll::view(of_it, &message.my_options)),
    })
}

/// Of what the reader may not see nothing is said.
fn reply_to(reply: &Reply) -> Option<protocol::ReplyTo> {
    reply.quote.as_ref().map(|quote| protocol::ReplyTo {
        seq: reply.seq,
        rev: quote.rev,
        author_id: quote.author_id,
        excerpt: quote.text.as_deref().map(excerpt),
        attachment: quote.attachment,
    })
}

pub(crate) fn messages(messages: &[Message]) -> ServiceResult<Vec<protocol::Message>> {
    messages.iter().map(message).collect()
}

pub(crate) fn conversation(
    view: &ConversationView,
    last_message: Option<protocol::Message>,
    notice: Option<protocol::Message>,
) -> protocol::Conversation {
    protocol::Conversation {
        id: view.id,
        kind: view.kind,
        name: view.name.clone(),
        avatar: view.avatar.as_ref().map(image),
        history: view.history,
        rev: view.rev,
        last_seq: view.last_seq,
        member_count: view.member_count,
        members: view
            .first_members
            .iter()
            .map(|one| member(one, Viewer::of(view)))
            .collect(),
        last_message,
        notice: notice.map(protocol::Message::into_notice).map(Box::new),
        membership: membership(&view.membership),
        unread_count: view.unread_count,
        mention_count: view.mention_count,
        draft: view.draft.as_ref().map(draft),
        created_at: view.created_at,
    }
}

/// Completes views with their last messages and what stands on top, as `user` sees them, in the order of the views.
pub(crate) async fn conversations(
    conn: &mut Connection,
    user: UserId,
    views: &[ConversationView],
) -> ServiceResult<Vec<protocol::Conversation>> {
    let at = |view: &ConversationView, seq: Option<Seq>| {
        seq.map(|seq| MessageRef {
            conversation_id: view.id,
            seq,
        })
    };
    let named = |view| [at(view, view.last_message_seq), at(view, view.notice_seq)];
    let refs: Vec<MessageRef> = views.iter().flat_map(named).flatten().collect();
    let found = if refs.is_empty() {
        Vec::new()
    } else {
        repository::message::list_by_refs(conn, &refs, Some(user)).await?
    };
    let by_place: HashMap<(ConversationId, Seq), &Message> = found
        .iter()
        .map(|message| ((message.conversation_id, message.seq), message))
        .collect();
    let shown = |view: &ConversationView, seq: Option<Seq>| {
        let found = seq.and_then(|seq| by_place.get(&(view.id, seq)).copied());
        found.map(message).transpose()
    };
    views
        .iter()
        .map(|view| {
            Ok(conversation(
                view,
                shown(view, view.last_message_seq)?,
                shown(view, view.notice_seq)?,
            ))
        })
        .collect()
}

/// One conversation as `user` sees it now, or `conversation_not_found` when they are not in it.
pub(crate) async fn load_conversation(
    conn: &mut Connection,
    user: UserId,
    id: ConversationId,
) -> ServiceResult<protocol::Conversation> {
    let views = repository::conversation_view::list_by_ids(conn, user, &[id]).await?;
    let found = conversations(conn, user, &views).await?.pop();
    found.ok_or_else(|| ErrorKind::ConversationNotFound.into())
}

/// Friendships with the friends' profiles, in the order of the friendships.
pub(crate) async fn friends(
    conn: &mut Connection,
    hub: &Hub,
    viewer: UserId,
    friendships: &[Friendship],
) -> ServiceResult<Vec<protocol::Friend>> {
    let ids: Vec<UserId> = friendships
        .iter()
        .map(|friendship| friendship.friend_id)
        .collect();
    let users = repository::user::list(conn, &ids).await?;
    let users: HashMap<UserId, User> = users.into_iter().map(|user| (user.id, user)).collect();
    let full =
        |friendship: &Friendship| Some(friend(friendship, users.get(&friendship.friend_id)?, viewer, hub));
    Ok(friendships.iter().filter_map(full).collect())
}

pub(crate) fn friend(friendship: &Friendship, user: &User, viewer: UserId, hub: &Hub) -> protocol::Friend {
    let presence = if friendship.is_mutual {
        presence(user, hub.is_connected(user.id), Timestamp::now())
    } else {
        absence(user, friendship)
    };
    let FriendPreferences {
        nickname,
        is_favorite,
        is_hidden,
    } = friendship.preferences.clone();
    protocol::Friend {
        user: self::user(user, viewer),
        nickname,
        is_favorite,
        is_hidden,
        since: friendship.since,
        presence,
        birthday: user
            .told_birthday()
            .filter(|_| !user.hidden_from.contains(&viewer)),
    }
}

/// What somebody sees of a friend who does not keep them as one: what they would see of somebody invisible.
pub(crate) fn absence(user: &User, friendship: &Friendship) -> protocol::Presence {
    let last_seen_at = friendship.last_seen_at;
    protocol::Presence {
        last_seen_at: last_seen_at.filter(|_| user.settings.presence_visibility.is_shared()),
        ..protocol::Presence::NOT_TOLD
    }
}

/// What those see of somebody's presence who keep them as a friend.
pub(crate) fn presence(user: &User, is_connected: bool, now: Timestamp) -> protocol::Presence {
    let settings = &user.settings;
    if !settings.presence_visibility.is_shared() {
        return protocol::Presence::NOT_TOLD;
    }
    let chosen = own_presence(settings, now);
    let status = chosen.status.shown(is_connected);
    let is_here = status != ShownStatus::Offline;
    protocol::Presence {
        status,
        text: chosen.text.filter(|_| is_here),
        last_seen_at: user.last_seen_at.filter(|_| !is_here),
    }
}

/// What somebody says about being here; nothing once it is over.
fn own_presence(settings: &Settings, now: Timestamp) -> protocol::OwnPresence {
    let chosen = &settings.presence;
    let is_over = chosen.expires_at.is_some_and(|at| at <= now);
    protocol::OwnPresence {
        status: chosen.status.at(now, chosen.expires_at),
        text: chosen.text.clone().filter(|_| !is_over),
        expires_at: chosen.expires_at.filter(|_| !is_over),
    }
}

/// Whether nobody is to know that somebody is here.
pub(crate) fn is_invisible(settings: &Settings) -> bool {
    own_presence(settings, Timestamp::now()).status == PresenceStatus::Invisible
}

pub(crate) fn folders(folders: Vec<repository::folder::Folder>) -> Vec<protocol::Folder> {
    let folder = |repository::folder::Folder { id, name }| protocol::Folder { id, name };
    folders.into_iter().map(folder).collect()
}

pub(crate) fn settings(settings: &Settings) -> protocol::Settings {
    protocol::Settings {
        read_receipts: settings.read_receipts,
        typing_indicators: settings.typing_indicators,
        presence_visibility: settings.presence_visibility,
        presence: own_presence(settings, Timestamp::now()),
        discoverable_by_handle: settings.discoverable_by_handle,
        friend_requests_from: settings.friend_requests_from,
        group_adds_from: settings.group_adds_from,
        messages_from: settings.messages_from,
        birthday_visibility: settings.birthday_visibility,
    }
}

/// Requests with the profiles of both sides, in the order of the requests.
pub(crate) async fn friend_requests(
    conn: &mut Connection,
    viewer: UserId,
    requests: &[FriendRequest],
) -> ServiceResult<Vec<protocol::FriendRequest>> {
    let mut mentioned = Mentioned::default();
    for request in requests {
        mentioned.add(request.from_id);
        mentioned.add(request.to_id);
    }
    let users = by_id(mentioned.load(conn, viewer).await?);
    let full = |request: &FriendRequest| {
        let (from, to) = (users.get(&request.from_id)?, users.get(&request.to_id)?);
        Some(friend_request(request, from.clone(), to.clone()))
    };
    Ok(requests.iter().filter_map(full).collect())
}

pub(crate) fn friend_request(
    request: &FriendRequest,
    from: protocol::User,
    to: protocol::User,
) -> protocol::FriendRequest {
    protocol::FriendRequest {
        id: request.id,
        from,
        to,
        message: request.message.clone(),
        state: protocol::FriendRequestState::Pending,
        created_at: request.created_at,
    }
}

pub(crate) fn block(block: &repository::block::Block, user: protocol::User) -> protocol::Block {
    protocol::Block {
        user,
        hide_profile: block.hide_profile,
        since: block.created_at,
    }
}

fn by_id(users: Vec<protocol::User>) -> HashMap<UserId, protocol::User> {
    users.into_iter().map(|user| (user.id, user)).collect()
}
