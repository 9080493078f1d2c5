//! More emoji than are at hand.

use leptos::prelude::*;

use super::Reactor;
use crate::features::chat::asking::open_with;
use crate::features::chat::emoji::EmojiPicker;
use crate::i18n::texts;
use crate::ui::Dialog;

/// All there are.
#[component]
pub(crate) fn PickerDialog() -> impl IntoView {
    let reactor = Reactor::expect();
    let open = open_with(reactor.picked);
    let choose = move |emoji: String| {
        if let Some(seq) = reactor.picked.get_untracked() {
            reactor.toggle(seq, emoji);
        }
        open.set(false);
    };
    let mine = move || match reactor.picked.get() {
        Some(seq) => reactor.chats.my_reactions(reactor.id, seq),
        None => Vec::new(),
    };
    view! {
        <Dialog open title=move || texts().reactions.react>
            <EmojiPicker on_choose=choose chosen=Signal::derive(mine) />
        </Dialog>
    }
}
