//! Changing messages of mine, and reacting to anybody's.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use damso_client_state::outbox::mentions_all;
use damso_domain::{ConversationId, Seq};
use damso_protocol::{EditMessageRequest, Message, MessageEdit, Reaction};
use leptos::task::spawn_local;

use super::ChatStore;
use super::core::{Core, Part};
use super::outbox::Words;
use crate::api::ApiError;

/// How long an event is waited for whose change the server has acknowledged. Then what is known is drawn again.
const EVENT_PATIENCE: Duration = Duration::from_secs(5);

impl Core {
    /// Reads a message again of which it is not known any more who reacted.
    pub(super) fn refresh_message(self: &Rc<Self>, id: ConversationId, seq: Seq) {
        let core = self.clone();
        spawn_local(async move {
            if let Ok(message) = core.api.message(id, seq).await {
                core.take(|model| model.refresh_message(message));
            }
        });
    }

    /// Asks for what I want until the server has said so to what I want last.
    async fn react(self: &Rc<Self>, id: ConversationId, seq: Seq, emoji: &str) -> Result<(), ApiError> {
        let wanted = || self.peek(|model| model.reacting.wanted(id, seq, emoji));
        while let Some(is_wanted) = wanted() {
            let answer = self.api.react(id, seq, emoji, is_wanted).await;
            if let Err(error) = answer {
                self.change(&[Part::Timelines], |model| model.reacting.forget(id, seq, emoji));
                return Err(error);
            }
            if wanted() == Some(is_wanted) {
                self.change(&[], |model| {
                    model.reacting.answered(id, seq, emoji);
                    model.settle_reaction(id, seq);
                });
                break;
            }
        }
        let emoji = emoji.to_owned();
        self.later(EVENT_PATIENCE, move |core| {
            core.change(&[Part::Timelines], |model| {
                model.reacting.forget_answered(id, seq, &emoji);
            });
        });
        Ok(())
    }
}

impl ChatStore {
    /// Reacts to a message, or takes that back; shown at once. What the server refuses is not shown any more.
    pub async fn toggle_reaction(self, id: ConversationId, seq: Seq, emoji: &str) -> Result<(), ApiError> {
        let core = self.core();
        let asks = core.change(&[Part::Timelines], |model| {
            let is_wanted = !model.reacts(id, seq, emoji);
            model.reacting.want(id, seq, emoji, is_wanted)
        });
        if asks {
            core.react(id, seq, emoji).await
        } else {
            Ok(())
        }
    }

    /// Whether I have reacted to a message with this.
    pub fn reacts(self, id: ConversationId, seq: Seq, emoji: &str) -> bool {
        self.core()
            .read(&[Part::Timelines], |model| model.reacts(id, seq, emoji))
    }

    /// What I have reacted to a message with.
    pub fn my_reactions(self, id: ConversationId, seq: Seq) -> Vec<String> {
        self.core()
            .read(&[Part::Timelines], |model| model.my_reactions(id, seq))
    }

    /// Those who reacted to a message, and with what.
    pub async fn reactions(self, id: ConversationId, seq: Seq) -> Result<Vec<Reaction>, ApiError> {
        let core = self.core();
        let (mut found, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = core.api.reactions(id, seq, cursor.as_deref()).await?;
            core.change(&[Part::People], |model| model.people.learn_all(page.users));
            found.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }

    /// Changes what a message of mine says, and whom it mentions.
    pub async fn edit_message(self, id: ConversationId, seq: Seq, words: Words) -> Result<(), ApiError> {
        let core = self.core();
        let request = EditMessageRequest {
            text: words.text,
            mentions_all: mentions_all(&words.mentions),
            mention_spans: words.mentions,
        };
        let edited = core.api.edit_message(id, seq, &request).await?;
        core.take(|model| model.take_edited(edited));
        Ok(())
    }

    /// What a message of mine said before, the oldest first.
    pub async fn message_edits(self, id: ConversationId, seq: Seq) -> Result<Vec<MessageEdit>, ApiError> {
        let api = self.core().api;
        let (mut found, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = api.message_edits(id, seq, cursor.as_deref()).await?;
            found.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }

    /// The last message of mine that is loaded and can be changed.
    pub fn last_editable(self, id: ConversationId) -> Option<Arc<Message>> {
        self.core().peek(|model| model.last_editable(id))
    }
}
