//! Reacting to messages, and what messages said before.

mod bar;
mod chips;
mod dialogs;
mod picker;
mod taps;

use damso_domain::{ConversationId, Seq};
use leptos::prelude::*;
use leptos::task::spawn_local;

pub(super) use bar::QuickReactions;
pub(super) use chips::Chips;
pub(super) use dialogs::{EditsDialog, ReactedDialog};
pub(super) use picker::PickerDialog;
pub(super) use taps::Taps;

use crate::i18n::explain_error;
use crate::stores::ChatStore;
use crate::ui::Toasts;

/// What is at hand, the heart of the double click first.
const QUICK: [&str; 6] = [HEART, "👍", "😂", "😮", "😢", "🙏"];
const HEART: &str = "\u{2764}\u{fe0f}";

/// Reacts to messages of one conversation, and shows who did. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub(super) struct Reactor {
    id: ConversationId,
    chats: ChatStore,
    toasts: Toasts,
    /// The message of which it is shown who reacted.
    reacted: RwSignal<Option<Seq>>,
    /// The message of which it is shown what it said before.
    edits: RwSignal<Option<Seq>>,
    /// The message for which more emoji are shown.
    picked: RwSignal<Option<Seq>>,
}

impl Reactor {
    pub fn new(id: ConversationId) -> Self {
        Self {
            id,
            chats: expect_context(),
            toasts: Toasts::expect(),
            reacted: RwSignal::new(None),
            edits: RwSignal::new(None),
            picked: RwSignal::new(None),
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Reacts, or takes that back.
    pub fn toggle(self, seq: Seq, emoji: String) {
        spawn_local(async move {
            if let Err(error) = self.chats.toggle_reaction(self.id, seq, &emoji).await {
                self.toasts.show(explain_error(&error));
            }
        });
    }

    /// The heart, as a double click or a double tap gives it.
    pub fn toggle_heart(self, seq: Seq) {
        self.toggle(seq, HEART.to_owned());
    }

    /// Shows who reacted to a message.
    pub fn show_reacted(self, seq: Seq) {
        self.reacted.set(Some(seq));
    }

    /// Shows what a message of mine said before.
    pub fn show_edits(self, seq: Seq) {
        self.edits.set(Some(seq));
    }

    /// Shows more emoji than are at hand.
    pub fn show_more(self, seq: Seq) {
        self.picked.set(Some(seq));
    }
}
