//! The reactions at hand, in the menu of a message.

use damso_domain::Seq;
use leptos::prelude::*;

use super::{QUICK, Reactor};
use crate::i18n::texts;
use crate::ui::{Icon, IconName};

/// A row of emoji; those that are mine are ticked.
#[component]
pub(crate) fn QuickReactions(seq: Seq) -> impl IntoView {
    let reactor = Reactor::expect();
    let button = move |emoji: &'static str| {
        let is_mine = Memo::new(move |_| reactor.chats.reacts(reactor.id, seq, emoji));
        view! {
            <button
                class="quick__item"
                type="button"
                role="menuitemcheckbox"
                tabindex="-1"
                aria-checked=move || if is_mine.get() { "true" } else { "false" }
                aria-label=move || (texts().reactions.react_with)(emoji)
                on:click=move |_| reactor.toggle(seq, emoji.to_owned())
            >
                {emoji}
            </button>
        }
    };
    view! {
        <div class="quick" role="group" aria-label=move || texts().reactions.react>
            {QUICK.into_iter().map(button).collect_view()}
            <button
                class="quick__item quick__more"
                type="button"
                role="menuitem"
                tabindex="-1"
                aria-label=move || texts().reactions.more
                title=move || texts().reactions.more
                on:click=move |_| reactor.show_more(seq)
            >
                <Icon name=IconName::Plus />
            </button>
        </div>
    }
}
