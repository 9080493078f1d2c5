//! The list of my conversations.

use std::collections::HashMap;

use damso_domain::{ConversationId, ConversationKind, Rev, Timestamp, UserId};
use damso_protocol::{Conversation, Folder, Member};

use super::Chat;

/// My conversations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chats {
    by_id: HashMap<ConversationId, Chat>,
    folders: Vec<Folder>,
    is_loaded: bool,
}

impl Chats {
    /// Whether the list has been read from the server.
    pub const fn is_loaded(&self) -> bool {
        self.is_loaded
    }

    /// Takes over the list that was read from the server.
    pub fn load(&mut self, conversations: Vec<Conversation>) {
        self.by_id = conversations
            .into_iter()
            .map(|conversation| (conversation.id, Chat::new(conversation)))
            .collect();
        self.is_loaded = true;
    }

    /// Takes over what an earlier visit has kept.
    pub(crate) fn restore(&mut self, kept: impl IntoIterator<Item = (Conversation, Option<Vec<Member>>)>) {
        self.by_id = kept
            .into_iter()
            .map(|(conversation, members)| {
                let mut chat = Chat::new(conversation);
                chat.members = members;
                (chat.id(), chat)
            })
            .collect();
        self.is_loaded = true;
    }

    /// Nothing is certain any more of how far anybody has read. Returns where that was asked, or is about to be.
    pub(crate) fn doubt_reads(&mut self) -> Vec<ConversationId> {
        let doubt = |chat: &mut Chat| {
            chat.reads_asked.clear();
            chat.id()
        };
        self.by_id.values_mut().map(doubt).collect()
    }

    /// What counts as a mention in groups is another question since this change of my own stream. Returns where the count
    /// has to be asked for.
    pub(crate) fn recount_mentions(&mut self, user_rev: Rev) -> Vec<ConversationId> {
        let chats = self.by_id.values_mut();
        let asks = chats.filter_map(|chat| chat.recount_mentions(user_rev).then(|| chat.id()));
        asks.collect()
    }

    /// One of them.
    pub fn get(&self, id: ConversationId) -> Option<&Chat> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: ConversationId) -> Option<&mut Chat> {
        self.by_id.get_mut(&id)
    }

    /// In no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Chat> {
        self.by_id.values()
    }

    /// Pinned ones first, then by their last message.
    pub fn sorted_ids(&self) -> Vec<ConversationId> {
        let mut chats: Vec<&Chat> = self.by_id.values().collect();
        chats.sort_by_key(|chat| {
            let is_pinned = chat.conversation.membership.is_pinned;
            (
                std::cmp::Reverse(is_pinned),
                std::cmp::Reverse(chat.active_at()),
                chat.id(),
            )
        });
        chats.into_iter().map(Chat::id).collect()
    }

    /// The direct conversation with somebody.
    pub fn direct_with(&self, user: UserId) -> Option<ConversationId> {
        let is_wanted = |chat: &&Chat| {
            chat.conversation.kind == ConversationKind::Direct
                && chat.members().iter().any(|member| member.user_id == user)
        };
        self.by_id.values().find(is_wanted).map(Chat::id)
    }

    /// My conversation with myself.
    pub fn self_chat(&self) -> Option<ConversationId> {
        self.by_id
            .values()
            .find(|chat| chat.conversation.kind == ConversationKind::SelfChat)
            .map(Chat::id)
    }

    /// Unread messages of those that call me: what the badge on the tab counts. One that I have marked as unread counts
    /// as one message at least; of what is muted or put away only what mentions me calls.
    pub fn unread_total(&self, now: Timestamp) -> i64 {
        let is_loud = |chat: &Chat| !chat.is_muted(now) && !chat.is_archived(now);
        let unread = |chat: &Chat| {
            if !is_loud(chat) {
                return chat.conversation.mention_count;
            }
            let marked = i64::from(chat.conversation.membership.is_marked_unread);
            chat.conversation.unread_count.max(marked)
        };
        self.by_id.values().map(unread).sum()
    }

    /// Whether the time for which one was muted has ended between these moments.
    pub fn has_unmuted(&self, since: Timestamp, now: Timestamp) -> bool {
        let ended = |chat: &Chat| chat.is_muted(since) && !chat.is_muted(now);
        self.by_id.values().any(ended)
    }

    /// My folders, in their order.
    pub fn folders(&self) -> &[Folder] {
        &self.folders
    }

    /// These are all of my folders. What was in another one is in none.
    pub fn set_folders(&mut self, folders: Vec<Folder>) {
        for chat in self.by_id.values_mut() {
            let folder = &mut chat.conversation.membership.folder_id;
            *folder = folder.filter(|id| folders.iter().any(|folder| folder.id == *id));
        }
        self.folders = folders;
    }

    /// How many I have put away.
    pub fn archived_count(&self, now: Timestamp) -> usize {
        self.by_id.values().filter(|chat| chat.is_archived(now)).count()
    }

    /// Adds one, or takes over a newer description of it. Says whether its count has to be asked for.
    pub fn put(&mut self, conversation: Conversation) -> bool {
        match self.by_id.get_mut(&conversation.id) {
            Some(chat) if chat.conversation.rev <= conversation.rev => chat.describe(conversation),
            Some(_) => false,
            None => {
                self.by_id.insert(conversation.id, Chat::new(conversation));
                false
            }
        }
    }

    pub(crate) fn remove(&mut self, id: ConversationId) -> bool {
        self.by_id.remove(&id).is_some()
    }
}
