//! More emoji than are at hand.

use leptos::prelude::*;

use super::dialogs::open_with;
use super::{HEART, Reactor};
use crate::i18n::texts;
use crate::ui::Dialog;

/// Faces, hands, hearts and what people celebrate with.
const MORE: [&str; 56] = [
    HEART, "🧡", "💛", "💚", "💙", "💜", "🖤", "💔", "😀", "😄", "😂", "🤣", "😊", "😍", "🥰", "😘", "😎",
    "🤩", "🥳", "🤔", "🫡", "🤗", "😮", "😳", "🥺", "😢", "😭", "😤", "😡", "😱", "😴", "🤯", "👍", "👎",
    "👏", "🙌", "🙏", "🤝", "👌", "✌️", "🤞", "💪", "👀", "🙈", "🔥", "✨", "🎉", "🎂", "💯", "✅", "❌",
    "⭐", "☕", "🍀", "🌧️", "🇰🇷",
];

/// A grid to choose from.
#[component]
pub(crate) fn PickerDialog() -> impl IntoView {
    let reactor = Reactor::expect();
    let open = open_with(reactor.picked);
    let choose = move |emoji: &'static str| {
        if let Some(seq) = reactor.picked.get_untracked() {
            reactor.toggle(seq, emoji.to_owned());
        }
        open.set(false);
    };
    let button = move |emoji: &'static str| {
        let is_mine = move || {
            let seq = reactor.picked.get();
            seq.is_some_and(|seq| reactor.chats.reacts(reactor.id, seq, emoji))
        };
        view! {
            <button
                class="quick__item"
                type="button"
                aria-pressed=move || if is_mine() { "true" } else { "false" }
                aria-label=move || (texts().reactions.react_with)(emoji)
                on:click=move |_| choose(emoji)
            >
                {emoji}
            </button>
        }
    };
    view! {
        <Dialog open title=move || texts().reactions.react>
            <div class="emoji-grid" role="group" aria-label=move || texts().reactions.react>
                {MORE.into_iter().map(button).collect_view()}
            </div>
        </Dialog>
    }
}
