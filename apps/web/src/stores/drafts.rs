//! What somebody has begun to write, kept for each conversation.

use std::collections::HashMap;
use std::rc::Rc;

use damso_domain::{ConversationId, Mention};
use damso_protocol::ReplyTo;
use leptos::prelude::Notify;
use miniserde::Deserialize;
use serde::Serialize;

use super::core::Core;
use super::storage;

const STORED: &str = "drafts";
const REPLIES: &str = "replies";
const MENTIONS: &str = "mentions";

impl Core {
    /// What was begun here.
    pub fn draft(&self, id: ConversationId) -> String {
        self.drafts.borrow().get(&id).cloned().unwrap_or_default()
    }

    /// Keeps what has been written so far; an empty text removes it.
    pub fn set_draft(self: &Rc<Self>, id: ConversationId, text: String) {
        let is_same = {
            let mut drafts = self.drafts.borrow_mut();
            let known = if text.is_empty() {
                drafts.remove(&id)
            } else {
                drafts.insert(id, text.clone())
            };
            known.unwrap_or_default() == text
        };
        if !is_same {
            self.store_drafts();
        }
    }

    fn store_drafts(&self) {
        let drafts = self.drafts.borrow();
        let key = storage::key_of(self.me(), STORED);
        let json = (!drafts.is_empty())
            .then(|| serde_json::to_string(&*drafts).ok())
            .flatten();
        storage::set(&key, json.as_deref());
    }

    /// Something in local storage was changed by another tab.
    pub(super) fn drafts_stored(&self, key: Option<&str>) {
        if key == Some(storage::key_of(self.me(), STORED).as_str()) {
            self.restore_drafts();
            self.drafts_changed.notify();
        }
    }

    /// Whom what was begun here mentions.
    pub fn draft_mentions(&self, id: ConversationId) -> Vec<Mention> {
        self.stored_by_chat(MENTIONS).remove(&id).unwrap_or_default()
    }

    /// Keeps whom it mentions.
    pub fn set_draft_mentions(&self, id: ConversationId, mentions: &[Mention]) {
        let mentions = (!mentions.is_empty()).then(|| mentions.to_vec());
        self.store_by_chat(MENTIONS, id, mentions);
    }

    /// What the next message answers.
    pub fn reply(&self, id: ConversationId) -> Option<ReplyTo> {
        self.stored_by_chat(REPLIES).remove(&id)
    }

    /// Keeps what the next message answers.
    pub fn set_reply(&self, id: ConversationId, reply: Option<ReplyTo>) {
        self.store_by_chat(REPLIES, id, reply);
    }

    fn store_by_chat<T: Deserialize + Serialize>(&self, what: &str, id: ConversationId, value: Option<T>) {
        let mut all = self.stored_by_chat(what);
        match value {
            Some(value) => drop(all.insert(id, value)),
            None => drop(all.remove(&id)),
        }
        let json = (!all.is_empty())
            .then(|| serde_json::to_string(&all).ok())
            .flatten();
        storage::set(&storage::key_of(self.me(), what), json.as_deref());
    }

    /// Small and rarely asked for, so that it is read each time.
    fn stored_by_chat<T: Deserialize>(&self, what: &str) -> HashMap<ConversationId, T> {
        let stored = storage::get(&storage::key_of(self.me(), what));
        stored
            .and_then(|json| miniserde::json::from_str(&json).ok())
            .unwrap_or_default()
    }

    pub(super) fn restore_drafts(&self) {
        let key = storage::key_of(self.me(), STORED);
        let stored: Option<HashMap<ConversationId, String>> =
            storage::get(&key).and_then(|json| miniserde::json::from_str(&json).ok());
        *self.drafts.borrow_mut() = stored.unwrap_or_default();
    }
}
