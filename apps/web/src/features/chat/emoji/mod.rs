//! Choosing among all emoji there are, for a message or as a reaction.

mod panel;
mod picker;
mod step;

use std::sync::Arc;

use damso_client_state::emoji::{EmojiTable, RecentEmoji, SkinTone};
use leptos::prelude::*;
use leptos::task::spawn_local;

pub(super) use panel::{EmojiButton, EmojiPanel};
pub(super) use picker::EmojiPicker;

use crate::api::ApiClient;
use crate::stored;

/// Where this browser remembers those used last.
const RECENT: &str = "damso.emoji.recent";
/// Where it remembers the tone of skin.
const TONE: &str = "damso.emoji.tone";

/// The table, which is fetched when somebody wants to choose.
#[derive(Clone)]
enum Table {
    Unasked,
    Loading,
    Failed,
    Here(Arc<EmojiTable>),
}

/// All emoji, and what this browser remembers of them. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub(super) struct EmojiShelf {
    api: ApiClient,
    table: RwSignal<Table>,
    recent: RwSignal<RecentEmoji>,
    tone: RwSignal<SkinTone>,
}

impl EmojiShelf {
    pub fn new() -> Self {
        let tone = stored::get(TONE).and_then(|index| index.parse().ok());
        let recent = stored::get(RECENT).unwrap_or_default();
        Self {
            api: expect_context(),
            table: RwSignal::new(Table::Unasked),
            recent: RwSignal::new(RecentEmoji::from_stored(&recent)),
            tone: RwSignal::new(SkinTone::from_index(tone.unwrap_or_default())),
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Fetches the table, unless it is there or on its way.
    fn load(self) {
        if matches!(&*self.table.read_untracked(), Table::Loading | Table::Here(_)) {
            return;
        }
        self.table.set(Table::Loading);
        spawn_local(async move {
            let table = match self.api.emoji_table().await {
                Ok(table) => Table::Here(Arc::new(table)),
                Err(_) => Table::Failed,
            };
            // The conversation may have been left meanwhile.
            self.table.try_set(table);
        });
    }

    /// One was chosen: it stands among those used last from the next time on.
    fn remember(self, emoji: &str) {
        // Another tab may have used others.
        let mut recent = RecentEmoji::from_stored(&stored::get(RECENT).unwrap_or_default());
        recent.push(emoji);
        if !stored::set(RECENT, Some(&recent.to_stored())) {
            recent = self.recent.get_untracked();
            recent.push(emoji);
        }
        self.recent.set(recent);
    }

    fn set_tone(self, tone: SkinTone) {
        // Where nothing is remembered it lasts until the conversation is left.
        stored::set(TONE, Some(&tone.to_index().to_string()));
        self.tone.set(tone);
    }
}
