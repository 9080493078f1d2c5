//! What a change has to tell, gathered in its transaction and told after the commit.

use std::collections::{BTreeMap, HashMap, HashSet};

use damso_domain::{ConversationId, MessageRef, Rev, Role, Seq, UserId};
use damso_protocol::{
    ConversationJoined, ConversationLeft, Message, MessageCreated, MessageWithheld, ProfileUpdated,
    ServerEvent,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::user::User;
use damso_repository::user_change::UserChange;

use crate::access::Change;
use crate::realtime::Hub;
use crate::{ServiceResult, view};

/// Something to tell several people. It is the same for all of them, but for those from whom a part of the profile in
/// it is hidden, those who are not told how far others have read, and those who do not see what stands on top.
pub(crate) struct Fact {
    event: ServerEvent,
    hidden_from: Vec<UserId>,
    without_reads: Vec<UserId>,
    without_notice: Vec<UserId>,
}

/// What somebody is not told of a fact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Omissions {
    profile: bool,
    reads: bool,
    notice: bool,
}

impl From<ServerEvent> for Fact {
    fn from(event: ServerEvent) -> Self {
        Self {
            event,
            hidden_from: Vec::new(),
            without_reads: Vec::new(),
            without_notice: Vec::new(),
        }
    }
}

impl Fact {
    /// Something about a conversation, of which `without_notice` may not see what stands on top.
    pub(crate) fn about_conversation(event: ServerEvent, without_notice: Vec<UserId>) -> Self {
        Self {
            without_notice,
            ..Self::from(event)
        }
    }

    /// Something that holds the profile of `user`.
    pub(crate) fn about(user: &User, event: ServerEvent) -> Self {
        Self {
            hidden_from: user.hidden_from.clone(),
            ..Self::from(event)
        }
    }

    /// Something that holds the profile of `user`, and how far they have read in the conversation of a change.
    pub(crate) fn about_member(change: &Change, user: &User, event: ServerEvent) -> Self {
        let uncounted = change.members.iter().filter(|member| !member.is_counted);
        Self {
            without_reads: uncounted.map(|member| member.user_id).collect(),
            ..Self::about(user, event)
        }
    }

    /// That this profile has changed.
    pub(crate) fn profile(user: &User) -> Self {
        let event = ProfileUpdated {
            user: view::profile(user),
        };
        Self::about(user, ServerEvent::ProfileUpdated(event))
    }

    /// Tells it.
    pub(crate) fn tell(&self, hub: &Hub, audience: &[UserId]) {
        let told_less = [&self.hidden_from, &self.without_reads, &self.without_notice];
        if told_less.iter().all(|users| users.is_empty()) {
            return hub.to_users(audience, &self.event);
        }
        let mut groups: BTreeMap<Omissions, Vec<UserId>> = BTreeMap::new();
        for id in audience {
            let omissions = Omissions {
                profile: self.hidden_from.contains(id),
                reads: self.without_reads.contains(id),
                notice: self.without_notice.contains(id),
            };
            groups.entry(omissions).or_default().push(*id);
        }
        for (omissions, users) in groups {
            hub.to_users(&users, &seen(self.event.clone(), omissions));
        }
    }
}

/// An event as those are told it who are not told all of it.
fn seen(mut event: ServerEvent, omissions: Omissions) -> ServerEvent {
    match &mut event {
        ServerEvent::MemberAdded(changed) | ServerEvent::MemberUpdated(changed) => {
            if omissions.profile {
                changed.user = view::without_what_is_hidden(changed.user.clone());
            }
            if omissions.reads {
                changed.member.read_seq = None;
            }
        }
        ServerEvent::ProfileUpdated(updated) if omissions.profile => {
            updated.user = view::without_what_is_hidden(updated.user.clone());
        }
        ServerEvent::ConversationUpdated(updated) if omissions.notice => updated.notice = None,
        _ => (),
    }
    event
}

/// Tells everyone in a conversation of a message; whoever must not see it learns its numbers only, so that none is
/// missing.
pub(crate) fn tell_created(hub: &Hub, audience: &[UserId], withheld_for: Option<UserId>, message: Message) {
    if audience.is_empty() {
        return;
    }
    let Some(withheld_for) = withheld_for.filter(|id| audience.contains(id)) else {
        return hub.to_users(
            audience,
            &ServerEvent::MessageCreated(MessageCreated::new(message)),
        );
    };
    let withheld = MessageWithheld {
        conversation_id: message.conversation_id,
        seq: message.seq,
        rev: message.rev,
    };
    let viewers: Vec<UserId> = audience
        .iter()
        .copied()
        .filter(|id| *id != withheld_for)
        .collect();
    hub.to_users(
        &viewers,
        &ServerEvent::MessageCreated(MessageCreated::new(message)),
    );
    hub.to_user(withheld_for, &ServerEvent::MessageWithheld(withheld));
}

/// Those of an audience who may not see a message that is shown with something else, if one is.
pub(crate) async fn list_who_cannot_see(
    conn: &mut Connection,
    conversation_id: ConversationId,
    shown: Option<Seq>,
    audience: &[UserId],
) -> ServiceResult<Vec<UserId>> {
    let Some(seq) = shown else {
        return Ok(Vec::new());
    };
    let target = MessageRef { conversation_id, seq };
    let viewers = repository::message::list_viewers(conn, target).await?;
    let others = audience.iter().filter(|id| !viewers.contains(id));
    Ok(others.copied().collect())
}

/// A message as those are told it who may not see what it answers.
pub(crate) fn without_quote(message: Message) -> Message {
    Message {
        reply_to: None,
        ..message
    }
}

/// What a change has to tell after its commit, in the order of its numbers.
#[derive(Default)]
pub(crate) struct Announcement {
    pub(crate) to_members: Vec<Fact>,
    pub(crate) members: Vec<UserId>,
    pub(crate) to_users: Vec<(UserId, ServerEvent)>,
    pub(crate) left: Vec<(ConversationId, UserId)>,
    pub(crate) reads: Vec<(ConversationId, UserId, Seq)>,
}

impl Announcement {
    /// Tells it. Not `async`, so that nothing can be cancelled in its middle.
    pub(crate) fn tell(self, hub: &Hub) {
        for (conversation, user) in self.left {
            hub.unwatch(conversation, user);
        }
        for fact in &self.to_members {
            fact.tell(hub, &self.members);
        }
        for (user, event) in &self.to_users {
            hub.to_user(*user, event);
        }
        for (conversation, user, read_seq) in self.reads {
            hub.reads_moved(conversation, user, Some(read_seq));
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
    let (event, people) = joined_event_with_accounts(conn, user, id, user_rev).await?;
    Ok(ConversationJoined {
        users: people.iter().map(|one| view::user(one, user)).collect(),
        ..event
    })
}

/// The same, but for the people in it, who are not the same for everybody.
async fn joined_event_with_accounts(
    conn: &mut Connection,
    user: UserId,
    id: ConversationId,
    user_rev: Rev,
) -> ServiceResult<(ConversationJoined, Vec<User>)> {
    let mut conversation = view::load_conversation(conn, user, id).await?;
    // Several who join are told the same.
    conversation.last_message = conversation.last_message.map(Message::without_mine);
    let mut mentioned = view::Mentioned::default();
    mentioned.add_conversation(&conversation);
    let people = mentioned.load_accounts(conn).await?;
    let event = ConversationJoined {
        user_rev,
        users: Vec::new(),
        conversation: Box::new(conversation),
    };
    Ok((event, people))
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
    let members = repository::member::list_all(conn, id).await?;
    let counted = members.iter().filter(|member| member.is_counted);
    let counted: HashSet<UserId> = counted.map(|member| member.user_id).collect();
    let seq = repository::conversation::find_notice(conn, id).await?;
    let blind = list_who_cannot_see(conn, id, seq, users).await?;
    let mut events = Vec::with_capacity(users.len());
    // All who join as plain members see the same, but for how far others have read, and for what stands on top if they
    // were there before and have hidden it: it is loaded once, for a thousand of them as for one.
    let mut shared: HashMap<(bool, bool), (ConversationJoined, Vec<User>)> = HashMap::new();
    for (user, user_rev) in users.iter().zip(revs) {
        let view = (counted.contains(user), blind.contains(user));
        let loaded = match shared.get(&view) {
            Some(_) => None,
            None => Some(joined_event_with_accounts(conn, *user, id, user_rev).await?),
        };
        let Some((event, people)) = loaded.as_ref().or_else(|| shared.get(&view)) else {
            continue;
        };
        let joined = ConversationJoined {
            user_rev,
            conversation: event.conversation.clone(),
            users: people.iter().map(|one| view::user(one, *user)).collect(),
        };
        events.push((*user, ServerEvent::ConversationJoined(joined)));
        if let Some((event, people)) = loaded
            && event.conversation.membership.role == Role::Member
        {
            shared.insert(view, (event, people));
        }
    }
    Ok(events)
}

/// Takes a conversation out of somebody's list, and what they had begun to write there with it.
pub(crate) async fn tell_left(
    conn: &mut Connection,
    user: UserId,
    id: ConversationId,
) -> ServiceResult<(UserId, ServerEvent)> {
    let user_rev = repository::user_change::record(conn, &[(user, UserChange::Conversation(id))]).await?[0];
    // The account is locked now: nothing can come after this.
    repository::draft::delete(conn, user, id).await?;
    Ok((
        user,
        ServerEvent::ConversationLeft(ConversationLeft {
            user_rev,
            conversation_id: id,
        }),
    ))
}

pub(crate) fn created(message: &repository::message::Message) -> ServiceResult<ServerEvent> {
    Ok(ServerEvent::MessageCreated(MessageCreated::new(view::message(
        message,
    )?)))
}

/// What happened to a message: told to those who see it. The others learn its numbers only, so that none is missing.
pub(crate) struct MessageFact {
    viewers: Vec<UserId>,
    /// Those of them who may not see what it answers.
    without_quote: Vec<UserId>,
    others: Vec<UserId>,
    event: ServerEvent,
    withheld: MessageWithheld,
}

impl MessageFact {
    /// Finds out who sees the message, and what it answers, in the transaction that changes it.
    pub(crate) async fn of(
        conn: &mut Connection,
        change: &Change,
        target: MessageRef,
        event: ServerEvent,
    ) -> ServiceResult<Self> {
        let viewers = repository::message::list_viewers(conn, target).await?;
        let (viewers, others): (Vec<_>, Vec<_>) =
            change.audience().into_iter().partition(|id| viewers.contains(id));
        let quoted = match &event {
            ServerEvent::MessageUpdated(updated) => updated.message.reply_to.as_ref().map(|reply| reply.seq),
            _ => None,
        };
        Ok(Self {
            without_quote: list_who_cannot_see(conn, target.conversation_id, quoted, &viewers).await?,
            viewers,
            others,
            event,
            withheld: MessageWithheld {
                conversation_id: target.conversation_id,
                seq: target.seq,
                rev: change.conversation.rev(),
            },
        })
    }

    /// Tells it, after the commit. Not `async`, so that nothing can be cancelled in its middle.
    pub(crate) fn tell(self, hub: &Hub) {
        let (unquoted, viewers): (Vec<_>, Vec<_>) = self
            .viewers
            .into_iter()
            .partition(|id| self.without_quote.contains(id));
        hub.to_users(&viewers, &self.event);
        if let ServerEvent::MessageUpdated(updated) = self.event
            && !unquoted.is_empty()
        {
            let message = without_quote(updated.message);
            hub.to_users(
                &unquoted,
                &ServerEvent::MessageUpdated(MessageCreated::new(message)),
            );
        }
        hub.to_users(&self.others, &ServerEvent::MessageWithheld(self.withheld));
    }
}
