//! Catching up after a gap, from one consistent snapshot.

use std::collections::HashMap;

use damso_domain::{ConversationId, Rev, UserId};
use damso_protocol::{
    ChangedMembership, ConversationChanges, ErrorKind, HiddenMessage, Pointer, SyncRequest, SyncResponse,
    UserChanges,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::conversation_view::ConversationView;
use damso_repository::sync::ChangedSubjects;

use crate::{Context, ServiceError, ServiceResult, view};

/// Tells a client what it lacks.
#[derive(Clone)]
pub struct SyncService {
    context: Context,
}

impl SyncService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// What changed since the numbers that the client has.
    pub async fn sync(&self, user: UserId, request: SyncRequest) -> ServiceResult<SyncResponse> {
        if SyncRequest::MAX_CONVERSATIONS < request.conversations.len() {
            return Err(ErrorKind::MalformedRequest.into());
        }
        self.context
            .database
            .snapshot(async move |conn: &mut Connection| answer(conn, user, &request).await)
            .await
    }
}

async fn answer(conn: &mut Connection, user: UserId, request: &SyncRequest) -> ServiceResult<SyncResponse> {
    let me = repository::user::find(conn, user)
        .await?
        .ok_or(ErrorKind::NotAuthenticated)?;
    // A number from the future is not ours: everything is told again.
    let since = if me.rev < request.user_rev {
        Rev::ZERO
    } else {
        request.user_rev
    };
    let changed = repository::sync::list_user_changes(conn, user, since).await?;

    let positions: Vec<_> = request
        .conversations
        .iter()
        .map(|position| (position.id, position.rev, position.read_seq))
        .collect();
    let moved = repository::sync::list_moved(conn, user, &positions).await?;
    let mut wanted = [&moved[..], &changed.conversations, &changed.memberships].concat();
    wanted.sort_unstable();
    wanted.dedup();
    let views: HashMap<ConversationId, ConversationView> =
        repository::conversation_view::list_by_ids(conn, user, &wanted)
            .await?
            .into_iter()
            .map(|view| (view.id, view))
            .collect();

    let mut mentioned = view::Mentioned::default();
    let mut conversations = Vec::new();
    for position in &request.conversations {
        let Some(view) = views.get(&position.id).filter(|view| view.rev != position.rev) else {
            continue;
        };
        let changes = conversation_changes(conn, user, view, position.rev).await?;
        changes
            .messages
            .iter()
            .for_each(|message| mentioned.add_message(message));
        mentioned.add_members(&changes.members);
        mentioned.add_conversation(&changes.conversation);
        conversations.push(changes);
    }
    let joined_views: Vec<ConversationView> = changed
        .conversations
        .iter()
        .filter_map(|id| views.get(id).filter(|view| view.is_listed).cloned())
        .collect();
    let joined = view::conversations(conn, &joined_views).await?;
    joined
        .iter()
        .for_each(|conversation| mentioned.add_conversation(conversation));
    let is_listed = |id: &ConversationId| views.get(id).is_some_and(|view| view.is_listed);
    let left = changed
        .conversations
        .iter()
        .filter(|id| !is_listed(id))
        .copied()
        .collect();
    let pointers = moved.iter().filter_map(|id| views.get(id)).map(pointer).collect();
    Ok(SyncResponse {
        user_rev: me.rev,
        user_changes: user_changes(conn, &me, &changed, &views).await?,
        conversations,
        pointers,
        joined,
        left,
        users: mentioned.load(conn).await?,
    })
}

fn pointer(view: &ConversationView) -> Pointer {
    Pointer {
        conversation_id: view.id,
        read_seq: view.membership.read_seq,
        unread_count: view.unread_count,
    }
}

async fn conversation_changes(
    conn: &mut Connection,
    user: UserId,
    view: &ConversationView,
    since: Rev,
) -> ServiceResult<ConversationChanges> {
    let max = i64::try_from(SyncRequest::MAX_CHANGES).unwrap_or(i64::MAX);
    let messages = repository::message::list_changed(conn, user, view.id, since, max + 1).await?;
    let withheld = repository::message::list_withheld(conn, user, view.id, since, max + 1).await?;
    let is_ahead = view.rev < since;
    let is_reset = is_ahead || SyncRequest::MAX_CHANGES < messages.len() + withheld.len();
    let conversation = view::conversations(conn, std::slice::from_ref(view)).await?.pop();
    let conversation = conversation.ok_or_else(|| ServiceError::from(ErrorKind::ConversationNotFound))?;
    Ok(ConversationChanges {
        id: view.id,
        rev: view.rev,
        messages: if is_reset {
            Vec::new()
        } else {
            view::messages(&messages)?
        },
        withheld: if is_reset { Vec::new() } else { withheld },
        members: repository::member::list_changed(conn, view.id, since)
            .await?
            .iter()
            .map(view::member)
            .collect(),
        removed_members: repository::member::list_removed(conn, view.id, since).await?,
        conversation,
        is_reset,
    })
}

async fn user_changes(
    conn: &mut Connection,
    me: &repository::user::User,
    changed: &ChangedSubjects,
    views: &HashMap<ConversationId, ConversationView>,
) -> ServiceResult<UserChanges> {
    let friendships = repository::friend::list_among(conn, me.id, &changed.friends).await?;
    let requests = repository::friend::list_requests_by_ids(conn, &changed.friend_requests).await?;
    let hidden = repository::message::list_hidden(conn, me.id, &changed.hidden_messages).await?;
    let is_friend = |id: &UserId| friendships.iter().any(|friendship| friendship.friend_id == *id);
    let is_waiting = |id: &damso_domain::FriendRequestId| requests.iter().any(|request| request.id == *id);
    let memberships = changed
        .memberships
        .iter()
        .filter_map(|id| views.get(id))
        .map(|view| ChangedMembership {
            conversation_id: view.id,
            membership: view::membership(&view.membership),
        });
    Ok(UserChanges {
        me: Some(view::me(me)?),
        removed_friend_ids: changed
            .friends
            .iter()
            .filter(|id| !is_friend(id))
            .copied()
            .collect(),
        friends: view::friends(conn, &friendships).await?,
        closed_friend_request_ids: changed
            .friend_requests
            .iter()
            .filter(|id| !is_waiting(id))
            .copied()
            .collect(),
        friend_requests: view::friend_requests(conn, &requests).await?,
        memberships: memberships.collect(),
        hidden_messages: hidden
            .into_iter()
            .map(|target| HiddenMessage {
                conversation_id: target.conversation_id,
                seq: target.seq,
            })
            .collect(),
    })
}
