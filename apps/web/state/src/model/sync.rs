//! Catching up: what to ask for, and applying the answer.

use std::collections::HashMap;
use std::sync::Arc;

use damso_domain::{ConversationId, Rev};
use damso_protocol::{
    ConversationChanges, DraftUpdated, Message, MessageHidden, SyncPosition, SyncRequest, SyncResponse,
    UnreadChanged, User, UserChanges,
};

use super::Model;
use crate::Effects;

impl Model {
    /// What to ask for: some conversations, or all of them in as many calls as it takes.
    pub fn sync_requests(&self, only: Option<&[ConversationId]>) -> Vec<SyncRequest> {
        let is_wanted = |id: ConversationId| only.is_none_or(|only| only.contains(&id));
        let positions: Vec<SyncPosition> = self
            .chats
            .iter()
            .filter(|chat| is_wanted(chat.id()))
            .map(|chat| SyncPosition {
                id: chat.id(),
                rev: chat.conversation.rev,
                read_seq: chat.conversation.membership.read_seq,
            })
            .collect();
        let request = |conversations: &[SyncPosition]| SyncRequest {
            user_rev: self.user_rev,
            profiles_since: self.profiles_since,
            conversations: conversations.to_vec(),
        };
        if positions.is_empty() {
            return vec![request(&[])];
        }
        positions
            .chunks(SyncRequest::MAX_CONVERSATIONS)
            .map(request)
            .collect()
    }

    /// A sync is on its way: facts wait for it.
    pub fn begin_sync(&mut self) {
        self.waiting.get_or_insert_default();
    }

    /// Applies the answer to what this tab or another one has asked for. Other tabs may stand elsewhere than
    /// the one that asked: what they know already is left out, and what would skip a change is a gap.
    pub fn take_answer(&mut self, request: &SyncRequest, mut response: SyncResponse) -> Effects {
        let mut effects = Effects::default();
        let asked: HashMap<ConversationId, &SyncPosition> = request
            .conversations
            .iter()
            .map(|position| (position.id, position))
            .collect();
        response.conversations.retain(|changes| {
            let Some(chat) = self.chats.get(changes.id) else {
                // New here: it comes whole, or is in the list that is about to come.
                return true;
            };
            let known = chat.conversation.rev;
            let since = asked.get(&changes.id).map_or(known, |position| position.rev);
            if known < since {
                effects.gaps.insert(changes.id);
            }
            known == since || (since < known && known < changes.rev)
        });
        response.pointers.retain(|pointer| {
            let known = self.chats.get(pointer.conversation_id);
            let known = known.map(|chat| chat.conversation.membership.read_seq);
            let asked = asked.get(&pointer.conversation_id);
            known.is_none_or(|known| {
                known < pointer.read_seq || asked.is_some_and(|asked| asked.read_seq == known)
            })
        });
        let skips_nothing = request.user_rev <= self.user_rev;
        let is_news = self.user_rev < response.user_rev || self.user_rev == request.user_rev;
        if !skips_nothing || !is_news {
            effects.has_wide_gap |= !skips_nothing;
            response.user_changes = UserChanges::default();
            response.left.clear();
            response.joined.clear();
            response.user_rev = self.user_rev;
        }
        // Asked from a later time than mine, it leaves out what changed in between.
        if let Some(mine) = self.profiles_since
            && request.profiles_since.is_none_or(|asked| mine < asked)
        {
            response.synced_at = mine;
        }
        effects.merge(self.take_sync(response));
        effects
    }

    /// Applies one answer; others of the same sync may follow.
    pub fn take_sync(&mut self, response: SyncResponse) -> Effects {
        let mut effects = Effects {
            chats: true,
            timelines: true,
            people: true,
            ..Effects::default()
        };
        self.people.learn_all(response.users);
        self.take_user_changes(response.user_changes, response.user_rev, &mut effects);
        for id in response.left {
            self.forget_conversation(id, &mut effects);
        }
        for conversation in response.joined {
            self.put_joined(response.user_rev, conversation, &mut effects);
        }
        for changes in response.conversations {
            self.take_changes(changes, &mut effects);
        }
        self.user_rev = self.user_rev.max(response.user_rev);
        for pointer in response.pointers {
            // Facts wait while a sync is on its way, so the conversation stands where it stood for the server.
            let Some(chat) = self.chats.get(pointer.conversation_id) else {
                continue;
            };
            let moved = UnreadChanged {
                conversation_id: pointer.conversation_id,
                read_seq: pointer.read_seq,
                unread_count: pointer.unread_count,
                mention_count: pointer.mention_count,
                rev: chat.conversation.rev,
                user_rev: response.user_rev,
            };
            self.unread_changed(moved, &mut effects);
        }
        self.profiles_since = self.profiles_since.max(Some(response.synced_at));
        effects
    }

    /// The sync is over, whatever came of it: applies what has waited.
    pub fn end_sync(&mut self, now_millis: f64) -> Effects {
        let mut effects = Effects::default();
        for event in self.waiting.take().unwrap_or_default() {
            effects.merge(self.apply(event, now_millis));
        }
        effects.merge(self.apply_held_of_mine());
        let ids: Vec<_> = self
            .chats
            .iter()
            .filter(|chat| !chat.held.is_empty())
            .map(crate::Chat::id)
            .collect();
        for id in ids {
            effects.merge(self.apply_held(id));
        }
        effects
    }

    fn take_user_changes(&mut self, changes: UserChanges, user_rev: Rev, effects: &mut Effects) {
        for id in changes.closed_friend_request_ids {
            self.people.close_request(id);
        }
        for id in changes.removed_friend_ids {
            self.people.remove_friend(id);
        }
        changes
            .friend_requests
            .into_iter()
            .for_each(|request| self.people.add_request(request));
        changes
            .friends
            .into_iter()
            .for_each(|friend| self.people.add_friend(friend));
        if !changes.removed_block_ids.is_empty() || !changes.blocks.is_empty() {
            self.recount_mentions(user_rev, effects);
        }
        for id in changes.removed_block_ids {
            self.people.remove_block(id);
        }
        changes
            .blocks
            .into_iter()
            .for_each(|block| self.people.add_block(block));
        // Before what is in them.
        if let Some(folders) = changes.folders {
            effects.chats = true;
            self.chats.set_folders(folders);
        }
        for changed in changes.memberships {
            effects.merge(self.put_membership(changed.conversation_id, changed.membership));
        }
        for changed in changes.drafts {
            let told = DraftUpdated {
                user_rev,
                conversation_id: changed.conversation_id,
                draft: changed.draft,
            };
            self.hear_of_draft(told, effects);
        }
        for vote in changes.poll_votes {
            self.hear_of_vote(vote, effects);
        }
        for hidden in changes.hidden_messages {
            let event = MessageHidden {
                user_rev,
                conversation_id: hidden.conversation_id,
                seq: hidden.seq,
            };
            self.message_hidden(event, effects);
        }
        if let Some(settings) = changes.settings {
            self.take_settings(settings, effects);
            // Receipts may have been off and on again: nobody told me then how far they read.
            effects.stale_reads.extend(self.chats.doubt_reads());
        }
        if let Some(me) = changes.me {
            self.people.learn(User::from(&me));
            effects.me = Some(me);
        }
    }

    fn take_changes(&mut self, changes: ConversationChanges, effects: &mut Effects) {
        let id = changes.id;
        effects.merge(self.notice_return(id, &changes.conversation.membership));
        let Some(chat) = self.chats.get_mut(id) else {
            // It was asked about, so it was known: it has gone from the list since.
            return;
        };
        let known_last = chat.conversation.last_seq;
        let is_reset = changes.is_reset || chat.conversation.history != changes.conversation.history;
        for member in &changes.members {
            if chat.put_member(member) {
                effects.stale_reads.insert(id);
            }
        }
        changes
            .removed_members
            .iter()
            .for_each(|user| chat.drop_member(*user));
        if chat.describe(changes.conversation) {
            effects.stale.insert(id);
        }
        chat.conversation.rev = chat.conversation.rev.max(changes.rev);
        if is_reset {
            self.timelines.remove(&id);
            effects.reset.insert(id);
        }
        for message in changes.messages {
            self.take_changed_message(message, known_last, effects);
        }
    }

    fn take_changed_message(
        &mut self,
        message: Message,
        known_last: damso_domain::Seq,
        effects: &mut Effects,
    ) {
        let is_mine = message.author_id == self.me;
        effects.outbox |= is_mine && self.outbox.settle(message.client_key);
        if known_last < message.seq && self.is_news(&message) {
            effects.arrivals.push(self.arrival(&message));
        }
        let (id, seq) = (message.conversation_id, message.seq);
        let message = Arc::new(self.voting.take(message));
        self.store(&message);
        self.settle_reaction(id, seq);
        self.settle_vote(id, seq);
    }
}
