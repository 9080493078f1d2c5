//! Changed messages, and reactions to them.

use std::sync::Arc;

use damso_domain::{ConversationId, MessageKind, Seq, UserId};
use damso_protocol::{Message, MessagesErased, ReactionChanged};

use super::Model;
use crate::polls;
use crate::reactions::{self, Way};
use crate::{Effects, Timeline};

impl Model {
    /// Somebody reacted to a message, or took that back.
    pub(super) fn reaction_changed(&mut self, change: &ReactionChanged, way: Way, effects: &mut Effects) {
        effects.timelines = true;
        let (id, is_mine) = (change.conversation_id, change.user_id == self.me);
        if self.people.user(change.user_id).is_none() {
            effects.unknown_users.insert(change.user_id);
        }
        if let Some(chat) = self.chats.get_mut(id)
            && let Some(last) = chat.conversation.last_message.as_mut()
            && last.seq == change.seq
            && last.rev < change.rev
        {
            *last = reactions::changed(last, change, way, is_mine);
        }
        if let Some(timeline) = self.loaded(id) {
            timeline.react(change, way, is_mine);
        }
        let known = self.copy_of(id, change.seq);
        if known.is_some_and(reactions::lacks_names) {
            effects.stale_messages.insert((id, change.seq));
        }
        self.settle_reaction(id, change.seq);
    }

    /// What somebody reacted with has gone with what they wrote. Whoever is not named may have reacted as well: that
    /// only the server knows.
    pub(super) fn reactions_erased(&mut self, event: &MessagesErased, effects: &mut Effects) {
        let id = event.conversation_id;
        if let Some(chat) = self.chats.get_mut(id)
            && let Some(last) = chat.conversation.last_message.as_mut()
            && last.rev < event.rev
            && let Some(changed) = polls::left_after(last, event.author_id, event.rev)
        {
            *last = changed;
        }
        let loaded = self.timelines.get(&id).into_iter().flat_map(Timeline::messages);
        let last = self
            .chats
            .get(id)
            .and_then(|chat| chat.conversation.last_message.as_ref());
        let known = loaded.map(Arc::as_ref).chain(last);
        let unclear = known.filter(|message| {
            reactions::lacks_names(message)
                || reactions::may_hide(message, event.author_id)
                || polls::is_unclear_without(message, event.author_id)
        });
        effects
            .stale_messages
            .extend(unclear.map(|message| (id, message.seq)));
    }

    /// Takes over what the server answered to a change of a message of mine. Its event comes as well, earlier or later.
    pub fn take_edited(&mut self, message: Message) -> Effects {
        let message = self.voting.take(message);
        if let Some(chat) = self.chats.get_mut(message.conversation_id) {
            chat.update_notice(&message);
            let last = chat.conversation.last_message.as_ref();
            if last.is_some_and(|last| last.seq == message.seq) {
                chat.put_last_message(&message);
            }
        }
        self.store(&Arc::new(message));
        Effects {
            chats: true,
            timelines: true,
            ..Effects::default()
        }
    }

    /// Takes over what the server says of a message that could not be followed.
    pub fn refresh_message(&mut self, message: Message) -> Effects {
        let message = self.voting.take(message);
        let (id, seq) = (message.conversation_id, message.seq);
        let mut effects = Effects {
            chats: true,
            timelines: true,
            ..Effects::default()
        };
        self.learn_authors(&message, &mut effects);
        if self.copy_of(id, seq).is_some_and(|known| message.rev < known.rev) {
            // Facts have been applied meanwhile that it does not know.
            effects.stale_messages.insert((id, seq));
            return effects;
        }
        if let Some(chat) = self.chats.get_mut(id)
            && let Some(last) = chat.conversation.last_message.as_mut()
            && last.seq == seq
        {
            *last = message.clone();
        }
        if let Some(timeline) = self.loaded(id) {
            timeline.refresh(&Arc::new(message));
        }
        self.settle_reaction(id, seq);
        self.settle_vote(id, seq);
        effects
    }

    /// A message of an event with what of it is mine.
    pub(super) fn complete(&self, mut message: Message, effects: &mut Effects) -> Message {
        let (id, seq) = (message.conversation_id, message.seq);
        // What I have hidden in this moment is not quoted to me either.
        let chat = self.chats.get(id);
        message.reply_to = message
            .reply_to
            .filter(|reply| !chat.is_some_and(|chat| chat.is_hidden(reply.seq)));
        let known = self.copy_of(id, seq);
        let (message, is_open) = reactions::complete(self.voting.complete(message, known), known, self.me);
        if is_open {
            effects.stale_messages.insert((id, seq));
        }
        message
    }

    /// The copy of a message that is loaded, or shown in the list.
    pub(super) fn copy_of(&self, id: ConversationId, seq: Seq) -> Option<&Message> {
        let loaded = self.timelines.get(&id).and_then(|timeline| timeline.get(seq));
        let last = || {
            self.chats
                .get(id)
                .and_then(|chat| chat.conversation.last_message.as_ref())
        };
        loaded
            .map(Arc::as_ref)
            .or_else(|| last().filter(|last| last.seq == seq))
    }

    /// Whether I reacted to a message with this, or am about to.
    pub fn reacts(&self, id: ConversationId, seq: Seq, emoji: &str) -> bool {
        let known = || {
            self.copy_of(id, seq)
                .is_some_and(|message| reactions::is_my_kind(message, emoji))
        };
        self.reacting.wanted(id, seq, emoji).unwrap_or_else(known)
    }

    /// What I react to a message with, or am about to.
    pub fn my_reactions(&self, id: ConversationId, seq: Seq) -> Vec<String> {
        let message = self.copy_of(id, seq).cloned().map(Arc::new);
        let drawn = message.map(|message| self.reacting.drawn(&message, self.me));
        drawn
            .and_then(|drawn| drawn.my_reactions.clone())
            .unwrap_or_default()
    }

    /// A newer copy of a message may say itself what I wanted.
    pub fn settle_reaction(&mut self, id: ConversationId, seq: Seq) {
        if let Some(message) = self.copy_of(id, seq).cloned() {
            self.reacting.settle(&message);
        }
    }

    /// The last message of mine that is loaded and can be changed.
    pub fn last_editable(&self, id: ConversationId) -> Option<Arc<Message>> {
        let mut newest = self.timelines.get(&id)?.messages().rev();
        newest.find(|message| is_editable(message, self.me)).cloned()
    }
}

/// Whether somebody can change a message.
pub fn is_editable(message: &Message, me: UserId) -> bool {
    message.author_id == me
        && message.kind == MessageKind::User
        && message.deleted_at.is_none()
        && !message.forwarded
}
