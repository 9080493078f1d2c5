//! Keys that put marks around what is selected.

use damso_client_state::composer::{EnterLogic, wrap};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::Writing;
use crate::i18n::formats;

/// How formats are typed, below the box of who is typing.
#[component]
pub(super) fn FormatHelp(writing: Writing) -> impl IntoView {
    view! {
        <Show when=move || writing.has_text()>
            <p class="composer__help">{move || formats().help}</p>
        </Show>
    }
}

impl Writing {
    /// Ctrl or ⌘ with B, I, E, or Shift+X: bold, italic, code, strike. Says whether it was one of these. What is being
    /// composed is not touched.
    pub(super) fn formats_by_key(self, event: &KeyboardEvent) -> bool {
        let is_composing = event.is_composing() || self.enter.with_value(EnterLogic::is_composing);
        let has_one = event.ctrl_key() != event.meta_key();
        if is_composing || !has_one || event.alt_key() {
            return false;
        }
        // By the key's place, so that it is the same one while Hangul is typed.
        let mark = match (event.code().as_str(), event.shift_key()) {
            ("KeyB", false) => "**",
            ("KeyI", false) => "*",
            ("KeyE", false) => "`",
            ("KeyX", true) => "~~",
            _ => return false,
        };
        let Some(node) = self.node.get_untracked() else {
            return false;
        };
        let (Ok(Some(start)), Ok(Some(end))) = (node.selection_start(), node.selection_end()) else {
            return false;
        };
        let wrapped = wrap(&node.value(), start, end, mark);
        // These fail only for elements that are no text boxes.
        let _ = node.set_range_text_with_start_and_end(&wrapped.text, start, end);
        let _ = node.set_selection_range(wrapped.start, wrapped.end);
        self.on_input();
        true
    }
}
