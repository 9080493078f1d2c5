//! What a change has to tell, gathered in its transaction and told after the commit.

use damso_domain::{ConversationId, Rev, Role, UserId};
use damso_protocol::{ConversationJoined, ConversationLeft, MessageCreated, ServerEvent};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::user_change::UserChange;

use crate::realtime::Hub;
use crate::{ServiceResult, view};

/// What a change has to tell after its commit, in the order of its numbers.
#[derive(Default)]
pub(crate) struct Announcement {
    pub(crate) to_members: Vec<ServerEvent>,
    pub(crate) members: Vec<UserId>,
    pub(crate) to_users: Vec<(UserId, ServerEvent)>,
    pub(crate) left: Vec<(ConversationId, UserId)>,
}

impl Announcement {
    /// Tells it. Not `async`, so that nothing can be cancelled in its middle.
    pub(crate) fn tell(self, hub: &Hub) {
        for (conversation, user) in self.left {
            hub.unwatch(conversation, user);
        }
        for event in &self.to_members {
            hub.to_users(&self.members, event);
        }
        for (user, event) in &self.to_users {
            hub.to_user(*user, event);
        }
    }
}

/// What somebody is told whose list the conversation has come into.
pub(crate) async fn joined_event(
    conn: &mut Connection,
    user: UserId,
    id: ConversationId,
    user_rev: Rev,
) -> ServiceResult<ConversationJoined> {
    let conversation = view::load_conversation(conn, user, id).await?;
    let mut mentioned = view::Mentioned::default();
    mentioned.add_conversation(&conversation);
    Ok(ConversationJoined {
        user_rev,
        users: mentioned.load(conn).await?,
        conversation,
    })
}

/// Puts a conversation into one member's list.
pub(crate) async fn list_for(
    conn: &mut Connection,
    user: UserId,
    id: ConversationId,
) -> ServiceResult<ConversationJoined> {
    repository::member::mark_listed(conn, id, &[user]).await?;
    let user_rev = repository::user_change::record(conn, &[(user, UserChange::Conversation(id))]).await?[0];
    joined_event(conn, user, id, user_rev).await
}

/// Prepares what people are told who have just joined.
pub(crate) async fn tell_joined(
    conn: &mut Connection,
    id: ConversationId,
    users: &[UserId],
) -> ServiceResult<Vec<(UserId, ServerEvent)>> {
    let changes: Vec<_> = users
        .iter()
        .map(|user| (*user, UserChange::Conversation(id)))
        .collect();
    let revs = repository::user_change::record(conn, &changes).await?;
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

pub(crate) async fn tell_left(
    conn: &mut Connection,
    user: UserId,
    id: ConversationId,
) -> ServiceResult<(UserId, ServerEvent)> {
    let user_rev = repository::user_change::record(conn, &[(user, UserChange::Conversation(id))]).await?[0];
    Ok((
        user,
        ServerEvent::ConversationLeft(ConversationLeft {
            user_rev,
            conversation_id: id,
        }),
    ))
}

pub(crate) fn created(message: &repository::message::Message) -> ServiceResult<ServerEvent> {
    Ok(ServerEvent::MessageCreated(MessageCreated {
        message: view::message(message)?,
    }))
}
