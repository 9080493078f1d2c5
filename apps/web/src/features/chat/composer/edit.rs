//! Changing a message in the text box. What was begun to be written waits meanwhile.

use damso_client_state::composer::EnterLogic;
use damso_domain::{Mention, MessageTextError};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Writing;
use super::text_box::fit;
use crate::features::chat::editing::Edited;
use crate::i18n::explain_error;
use crate::stores::Words;

impl Writing {
    /// Puts into the box what is to be changed.
    pub(super) fn follow_editing(self) {
        Effect::new(move |before: Option<bool>| {
            let edited = self.editing.get();
            let is_editing = edited.is_some();
            match edited {
                Some(edited) => self.fill(&edited.text.unwrap_or_default(), edited.mentions),
                // It was given up or is done: what had been begun is in the box again.
                None if before == Some(true) => {
                    self.fill(&self.chats.draft(self.id), self.chats.draft_mentions(self.id));
                }
                None => (),
            }
            is_editing
        });
    }

    fn fill(self, text: &str, mentions: Vec<Mention>) {
        if let Some(node) = self.node.get_untracked() {
            node.set_value(text);
            fit(&node);
            self.put_mentions(text, mentions);
            self.text.set(text.to_owned());
            self.focus();
        }
    }

    /// Leaves the message as it was.
    pub(super) fn cancel_edit(self) {
        self.editing.end();
    }

    /// Escape gives a change up, or an answer; the arrow upwards in an empty box begins one. Says whether it was one of
    /// these.
    pub(super) fn edits_by_key(self, event: &KeyboardEvent) -> bool {
        let is_composing = event.is_composing() || self.enter.with_value(EnterLogic::is_composing);
        let has_modifier = event.shift_key() || event.alt_key() || event.ctrl_key() || event.meta_key();
        if is_composing || has_modifier {
            return false;
        }
        let is_editing = self.editing.get_untracked().is_some();
        match event.key().as_str() {
            "Escape" if is_editing => {
                self.cancel_edit();
                true
            }
            "Escape" if self.replying.get_untracked().is_some() => {
                self.replying.end();
                true
            }
            "ArrowUp" if !is_editing && self.is_blank() => {
                let last = self.chats.last_editable(self.id);
                if let Some(message) = &last {
                    self.editing.begin(message);
                }
                last.is_some()
            }
            _ => false,
        }
    }

    fn is_blank(self) -> bool {
        let node = self.node.get_untracked();
        node.is_some_and(|node| node.value().is_empty())
    }

    /// Changes the message. It stays in the box until the server has said yes.
    pub(super) fn save(self, edited: Edited) {
        let Some(Some(node)) = self.node.try_get_untracked() else {
            return;
        };
        let words = match self.words(&node.value()) {
            Ok(words) => words,
            Err(MessageTextError::Empty) if edited.has_files => Words::default(),
            Err(_) => return,
        };
        if words.text == edited.text && words.mentions == edited.mentions {
            return self.cancel_edit();
        }
        if self.is_saving.get_value() {
            return;
        }
        self.is_saving.set_value(true);
        spawn_local(async move {
            let outcome = self.chats.edit_message(self.id, edited.seq, words).await;
            self.is_saving.try_update_value(|is_saving| *is_saving = false);
            let is_here = self
                .editing
                .get_untracked()
                .is_some_and(|now| now.seq == edited.seq);
            match outcome {
                Ok(()) if is_here => self.editing.end(),
                Ok(()) => (),
                Err(error) => self.toasts.show(explain_error(&error)),
            }
        });
    }
}
