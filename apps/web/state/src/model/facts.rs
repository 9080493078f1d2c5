//! Applying one event of the socket.

use std::sync::Arc;

use damso_domain::{ConversationId, MessageKind, Rev};
use damso_protocol::{
    ChangedPollVote, ConversationUpdated, MemberChanged, MemberRemoved, Message, MessageDeleted,
    MessageHidden, MessageWithheld, MessagesErased, ReadsMoved, ServerEvent, UnreadChanged,
};

use super::Model;
use crate::count::{Counts, ServerCount};
use crate::quotes::Change;
use crate::reactions::Way;
use crate::{Effects, timeline};

impl Model {
    /// Applies one event. Known ones change nothing; one that comes too early waits for the one before it.
    pub fn apply(&mut self, event: ServerEvent, now_millis: f64) -> Effects {
        if let Some((conversation, rev)) = event.conversation_rev() {
            return self.apply_of_conversation(conversation, rev, event);
        }
        if let Some(rev) = event.user_rev() {
            return self.apply_of_mine(rev, event);
        }
        self.apply_fleeting(event, now_millis)
    }

    fn apply_of_conversation(&mut self, id: ConversationId, rev: Rev, event: ServerEvent) -> Effects {
        if let Some(waiting) = &mut self.waiting {
            waiting.push(event);
            return Effects::default();
        }
        let Some(chat) = self.chats.get_mut(id) else {
            // It is about to appear in the list, or it has just gone from it.
            return Effects {
                has_wide_gap: true,
                ..Effects::default()
            };
        };
        if rev <= chat.conversation.rev {
            return Effects::default();
        }
        chat.held.insert(rev, event);
        let mut effects = self.apply_held(id);
        if self.has_gap(id) {
            effects.gaps.insert(id);
        }
        effects
    }

    /// Applies what waits, as far as nothing is missing.
    pub(super) fn apply_held(&mut self, id: ConversationId) -> Effects {
        let mut effects = Effects::default();
        while let Some(chat) = self.chats.get_mut(id) {
            let next = chat.conversation.rev.next();
            chat.held.retain(|rev, _| next <= *rev);
            let Some(event) = chat.held.remove(&next) else {
                break;
            };
            chat.conversation.rev = next;
            self.apply_conversation_fact(id, event, &mut effects);
        }
        effects
    }

    fn apply_of_mine(&mut self, rev: Rev, event: ServerEvent) -> Effects {
        if let Some(waiting) = &mut self.waiting {
            waiting.push(event);
            return Effects::default();
        }
        if rev <= self.user_rev {
            return Effects::default();
        }
        self.held.insert(rev, event);
        let mut effects = self.apply_held_of_mine();
        effects.has_wide_gap |= self.has_wide_gap();
        effects
    }

    pub(super) fn apply_held_of_mine(&mut self) -> Effects {
        let mut effects = Effects::default();
        self.held = self.held.split_off(&self.user_rev.next());
        while let Some(event) = self.held.remove(&self.user_rev.next()) {
            self.user_rev = self.user_rev.next();
            self.apply_own_fact(event, &mut effects);
        }
        effects
    }

    fn apply_conversation_fact(&mut self, id: ConversationId, event: ServerEvent, effects: &mut Effects) {
        effects.chats = true;
        match event {
            ServerEvent::MessageCreated(event) => self.message_created(event.message, effects),
            ServerEvent::MessageUpdated(event) => self.message_changed(event.message, effects),
            ServerEvent::MessageDeleted(event) => self.message_deleted(&event, effects),
            ServerEvent::MessageWithheld(event) => self.message_withheld(event),
            ServerEvent::MessagesErased(event) => self.messages_erased(event, effects),
            ServerEvent::ReactionAdded(event) => self.reaction_changed(&event, Way::Added, effects),
            ServerEvent::ReactionRemoved(event) => self.reaction_changed(&event, Way::Removed, effects),
            ServerEvent::ConversationUpdated(event) => self.conversation_updated(event, effects),
            ServerEvent::MemberAdded(event) => self.member_changed(event, true, effects),
            ServerEvent::MemberUpdated(event) => self.member_changed(event, false, effects),
            ServerEvent::MemberRemoved(event) => self.member_removed(event, effects),
            ServerEvent::Ready(_)
            | ServerEvent::Pong(_)
            | ServerEvent::Resync(_)
            | ServerEvent::ConversationJoined(_)
            | ServerEvent::ConversationLeft(_)
            | ServerEvent::MembershipUpdated(_)
            | ServerEvent::MessageHidden(_)
            | ServerEvent::FriendAdded(_)
            | ServerEvent::FriendUpdated(_)
            | ServerEvent::FriendRemoved(_)
            | ServerEvent::FriendRequestReceived(_)
            | ServerEvent::FriendRequestClosed(_)
            | ServerEvent::SettingsUpdated(_)
            | ServerEvent::FoldersUpdated(_)
            | ServerEvent::DraftUpdated(_)
            | ServerEvent::PollVoteUpdated(_)
            | ServerEvent::BlockAdded(_)
            | ServerEvent::BlockRemoved(_)
            | ServerEvent::SessionEnded(_)
            | ServerEvent::ReadsMoved(_)
            | ServerEvent::UnreadChanged(_)
            | ServerEvent::ProfileUpdated(_)
            | ServerEvent::TypingStarted(_)
            | ServerEvent::PresenceChanged(_) => unreachable_here(id),
        }
    }

    fn message_created(&mut self, message: Message, effects: &mut Effects) {
        effects.timelines = true;
        effects.outbox |= message.author_id == self.me && self.outbox.settle(message.client_key);
        effects.typing |= self.typing.stop(message.conversation_id, message.author_id);
        if message.author_id != self.me
            && message.kind != MessageKind::System
            && let Some(chat) = self.chats.get_mut(message.conversation_id)
        {
            chat.hear(message.seq);
        }
        if self.is_hidden(&message) {
            return;
        }
        let message = self.complete(message, effects);
        self.learn_authors(&message, effects);
        self.count_arrival(&message, effects);
        if let Some(chat) = self.chats.get_mut(message.conversation_id) {
            chat.put_last_message(&message);
        }
        let message = Arc::new(message);
        self.store(&message);
    }

    fn message_changed(&mut self, message: Message, effects: &mut Effects) {
        effects.timelines = true;
        if self.is_hidden(&message) {
            return;
        }
        let message = self.complete(message, effects);
        self.learn_authors(&message, effects);
        self.count_edit(&message, effects);
        if let Some(chat) = self.chats.get_mut(message.conversation_id) {
            chat.update_notice(&message);
            // An older message that changed is not the last one for that.
            chat.put_last_message(&message);
        }
        let message = Arc::new(message);
        self.store(&message);
    }

    fn message_deleted(&mut self, event: &MessageDeleted, effects: &mut Effects) {
        effects.timelines = true;
        // A message that was deleted before comes as an event only once, so this one counted until now.
        if self.uncount(event) {
            effects.stale.insert(event.conversation_id);
        }
        if let Some(chat) = self.chats.get_mut(event.conversation_id) {
            chat.requote_last(Change::Deleted {
                seq: event.seq,
                rev: event.rev,
            });
            chat.drop_notice_if(|notice| notice.seq == event.seq);
            let last = chat.conversation.last_message.as_mut();
            if let Some(last) = last.filter(|last| last.seq == event.seq) {
                *last = timeline::deleted(last, event.rev, event.deleted_at);
            }
        }
        if let Some(timeline) = self.loaded(event.conversation_id) {
            timeline.delete(event.seq, event.rev, event.deleted_at);
        }
    }

    fn message_withheld(&mut self, event: MessageWithheld) {
        if let Some(chat) = self.chats.get_mut(event.conversation_id) {
            chat.conversation.last_seq = chat.conversation.last_seq.max(event.seq);
        }
    }

    fn messages_erased(&mut self, event: MessagesErased, effects: &mut Effects) {
        effects.timelines = true;
        if let Some(timeline) = self.loaded(event.conversation_id) {
            timeline.erase(event.author_id, event.rev, event.deleted_at);
        }
        self.reactions_erased(&event, effects);
        let Some(chat) = self.chats.get_mut(event.conversation_id) else {
            return;
        };
        chat.requote_last(Change::Erased {
            author: event.author_id,
            rev: event.rev,
        });
        chat.drop_notice_if(|notice| notice.author_id == event.author_id);
        if let Some(last) = chat
            .conversation
            .last_message
            .as_mut()
            .filter(|last| last.author_id == event.author_id && last.system.is_none())
        {
            *last = timeline::deleted(last, event.rev, event.deleted_at);
        }
        chat.count.forget_before(event.rev);
        if 0 < chat.conversation.unread_count {
            effects.stale.insert(event.conversation_id);
        }
    }

    fn conversation_updated(&mut self, event: ConversationUpdated, effects: &mut Effects) {
        if let Some(notice) = &event.notice {
            self.learn_authors(notice, effects);
        }
        let Some(chat) = self.chats.get_mut(event.conversation_id) else {
            return;
        };
        if chat.conversation.history != event.history {
            // What can be read before the first loaded message is another question now.
            effects.timelines = true;
            effects.reset.insert(event.conversation_id);
            self.timelines.remove(&event.conversation_id);
            // So is what counts.
            chat.count.forget_before(event.rev);
            effects.stale.insert(event.conversation_id);
        }
        chat.conversation.name = event.name;
        chat.conversation.avatar = event.avatar;
        chat.conversation.history = event.history;
        chat.put_notice(event.notice);
    }

    fn member_changed(&mut self, event: MemberChanged, is_new: bool, effects: &mut Effects) {
        effects.timelines = true;
        effects.people |= self.people.learn(event.user);
        let me = self.me;
        let Some(chat) = self.chats.get_mut(event.conversation_id) else {
            return;
        };
        let was_known = chat
            .members()
            .iter()
            .any(|known| known.user_id == event.member.user_id);
        if is_new && !was_known {
            chat.conversation.member_count += 1;
        }
        if event.member.user_id == me {
            chat.conversation.membership.role = event.member.role;
        }
        if chat.put_member(&event.member) {
            effects.stale_reads.insert(event.conversation_id);
        }
    }

    fn member_removed(&mut self, event: MemberRemoved, effects: &mut Effects) {
        effects.timelines = true;
        effects.typing |= self.typing.stop(event.conversation_id, event.user_id);
        let Some(chat) = self.chats.get_mut(event.conversation_id) else {
            return;
        };
        chat.conversation.member_count = (chat.conversation.member_count - 1).max(0);
        chat.drop_member(event.user_id);
    }

    fn apply_own_fact(&mut self, event: ServerEvent, effects: &mut Effects) {
        match event {
            ServerEvent::ConversationJoined(event) => {
                effects.chats = true;
                effects.people |= self.people.learn_all(event.users);
                self.put_joined(event.user_rev, *event.conversation, effects);
            }
            ServerEvent::ConversationLeft(event) => self.forget_conversation(event.conversation_id, effects),
            ServerEvent::MembershipUpdated(event) => {
                effects.merge(self.put_membership(event.conversation_id, event.membership));
            }
            ServerEvent::MessageHidden(event) => self.message_hidden(event, effects),
            ServerEvent::FriendAdded(event) => {
                effects.people = true;
                self.people.add_friend(event.friend);
            }
            ServerEvent::FriendUpdated(event) => {
                effects.people = true;
                self.people.update_friend(event.friend);
            }
            ServerEvent::FriendRemoved(event) => {
                effects.people = true;
                self.people.remove_friend(event.user_id);
            }
            ServerEvent::FriendRequestReceived(event) => {
                effects.people = true;
                self.people.add_request(event.request);
            }
            ServerEvent::FriendRequestClosed(event) => {
                effects.people = true;
                self.people.close_request(event.request_id);
            }
            ServerEvent::SettingsUpdated(event) => self.take_settings(event.settings, effects),
            ServerEvent::FoldersUpdated(event) => {
                effects.chats = true;
                self.chats.set_folders(event.items);
            }
            ServerEvent::DraftUpdated(event) => self.hear_of_draft(event, effects),
            ServerEvent::PollVoteUpdated(event) => {
                let vote = ChangedPollVote {
                    conversation_id: event.conversation_id,
                    seq: event.seq,
                    rev: event.rev,
                    options: event.options,
                };
                self.hear_of_vote(vote, effects);
            }
            ServerEvent::BlockAdded(event) => {
                effects.people = true;
                self.people.add_block(event.block);
                self.recount_mentions(event.user_rev, effects);
            }
            ServerEvent::BlockRemoved(event) => {
                effects.people = true;
                self.people.remove_block(event.user_id);
                self.recount_mentions(event.user_rev, effects);
            }
            ServerEvent::Ready(_)
            | ServerEvent::Pong(_)
            | ServerEvent::Resync(_)
            | ServerEvent::MessageCreated(_)
            | ServerEvent::MessageUpdated(_)
            | ServerEvent::MessageDeleted(_)
            | ServerEvent::MessageWithheld(_)
            | ServerEvent::MessagesErased(_)
            | ServerEvent::ReactionAdded(_)
            | ServerEvent::ReactionRemoved(_)
            | ServerEvent::ConversationUpdated(_)
            | ServerEvent::MemberAdded(_)
            | ServerEvent::MemberUpdated(_)
            | ServerEvent::MemberRemoved(_)
            | ServerEvent::SessionEnded(_)
            | ServerEvent::ReadsMoved(_)
            | ServerEvent::UnreadChanged(_)
            | ServerEvent::ProfileUpdated(_)
            | ServerEvent::TypingStarted(_)
            | ServerEvent::PresenceChanged(_) => unreachable_here(self.me),
        }
    }

    pub(super) fn message_hidden(&mut self, event: MessageHidden, effects: &mut Effects) {
        effects.timelines = true;
        effects.chats = true;
        if let Some(timeline) = self.loaded(event.conversation_id) {
            timeline.hide(event.seq);
        }
        let Some(chat) = self.chats.get_mut(event.conversation_id) else {
            return;
        };
        chat.hide(event.seq, event.user_rev);
        chat.requote_last(Change::Hidden(event.seq));
        let is_last = chat
            .conversation
            .last_message
            .as_ref()
            .is_some_and(|last| last.seq == event.seq);
        let may_have_counted = chat.conversation.membership.read_seq < event.seq;
        if is_last || may_have_counted {
            effects.stale.insert(event.conversation_id);
        }
    }

    pub(super) fn forget_conversation(&mut self, id: ConversationId, effects: &mut Effects) {
        effects.chats |= self.chats.remove(id);
        effects.drafts.insert(id);
        effects.timelines = true;
        effects.outbox = true;
        self.timelines.remove(&id);
        self.outbox.forget(id);
    }

    fn apply_fleeting(&mut self, event: ServerEvent, now_millis: f64) -> Effects {
        let mut effects = Effects::default();
        // What is being read was true a moment before, and tells of friends that are not known here yet.
        if let (ServerEvent::PresenceChanged(_), Some(waiting)) = (&event, &mut self.waiting) {
            waiting.push(event);
            return effects;
        }
        match event {
            ServerEvent::ReadsMoved(event) => self.reads_moved(&event, &mut effects),
            ServerEvent::UnreadChanged(event) => self.unread_changed(event, &mut effects),
            ServerEvent::ProfileUpdated(event) => effects.people = self.people.learn(event.user),
            ServerEvent::TypingStarted(event) if event.user_id != self.me => {
                effects.typing = true;
                if self.people.user(event.user_id).is_none() {
                    effects.unknown_users.insert(event.user_id);
                }
                self.typing
                    .start(event.conversation_id, event.user_id, now_millis);
            }
            ServerEvent::PresenceChanged(event) => {
                effects.people = self.people.take_presences(event.items);
            }
            ServerEvent::SessionEnded(event) => effects.ended_session = Some(event.session_id),
            ServerEvent::Resync(_) => effects.needs_resync = true,
            ServerEvent::TypingStarted(_)
            | ServerEvent::Ready(_)
            | ServerEvent::Pong(_)
            | ServerEvent::MessageCreated(_)
            | ServerEvent::MessageUpdated(_)
            | ServerEvent::MessageDeleted(_)
            | ServerEvent::MessageWithheld(_)
            | ServerEvent::MessagesErased(_)
            | ServerEvent::ReactionAdded(_)
            | ServerEvent::ReactionRemoved(_)
            | ServerEvent::ConversationUpdated(_)
            | ServerEvent::MemberAdded(_)
            | ServerEvent::MemberUpdated(_)
            | ServerEvent::MemberRemoved(_)
            | ServerEvent::ConversationJoined(_)
            | ServerEvent::ConversationLeft(_)
            | ServerEvent::MembershipUpdated(_)
            | ServerEvent::MessageHidden(_)
            | ServerEvent::FriendAdded(_)
            | ServerEvent::FriendUpdated(_)
            | ServerEvent::FriendRemoved(_)
            | ServerEvent::FriendRequestReceived(_)
            | ServerEvent::FriendRequestClosed(_)
            | ServerEvent::SettingsUpdated(_)
            | ServerEvent::FoldersUpdated(_)
            | ServerEvent::DraftUpdated(_)
            | ServerEvent::PollVoteUpdated(_)
            | ServerEvent::BlockAdded(_)
            | ServerEvent::BlockRemoved(_) => (),
        }
        effects
    }

    fn reads_moved(&mut self, event: &ReadsMoved, effects: &mut Effects) {
        let Some(chat) = self.chats.get_mut(event.conversation_id) else {
            return;
        };
        effects.timelines = true;
        for read in &event.reads {
            if chat.move_read(read.user_id, read.read_seq) {
                effects.stale_reads.insert(event.conversation_id);
            }
        }
    }

    /// My pointer only moves forward, so an older answer changes nothing.
    pub fn unread_changed(&mut self, event: UnreadChanged, effects: &mut Effects) {
        // Before it I may have left and come back, which has yet to arrive: it will put back the pointer of that time.
        effects.has_wide_gap |= self.user_rev < event.user_rev;
        let me = self.me;
        let Some(chat) = self.chats.get_mut(event.conversation_id) else {
            // It is about to appear in the list, perhaps as it was before I read it.
            effects.has_wide_gap = true;
            return;
        };
        effects.chats = true;
        effects.timelines = true;
        let asks = chat.take_count(ServerCount {
            read_seq: event.read_seq,
            counts: Counts {
                unread: event.unread_count,
                mentions: event.mention_count,
            },
            rev: event.rev,
            user_rev: event.user_rev,
        });
        if asks {
            effects.stale.insert(event.conversation_id);
        }
        chat.move_own_read(me, event.read_seq);
    }
}

/// Events are sorted by [`ServerEvent::conversation_rev`] and [`ServerEvent::user_rev`] before they come
/// here; one that is in the wrong place changes nothing.
fn unreachable_here<T>(_place: T) {
    debug_assert!(false, "an event without a number was taken for one with a number");
}
