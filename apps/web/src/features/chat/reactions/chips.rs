//! The reactions below a message.

use damso_client_state::reactions::is_my_kind;
use damso_client_state::rows::{MessageRow, RowContent};
use damso_domain::Seq;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::Reactor;
use crate::i18n::texts;
use crate::ui::{Icon, IconName};

/// One kind, as it is drawn.
#[derive(Clone, PartialEq, Eq)]
struct Chip {
    emoji: String,
    count: i64,
    is_mine: bool,
}

fn chips_of(row: &MessageRow) -> Vec<Chip> {
    let RowContent::Stored(message) = &row.content else {
        return Vec::new();
    };
    let chip = |kind: &damso_protocol::Reactions| Chip {
        emoji: kind.emoji.clone(),
        count: kind.count,
        is_mine: is_my_kind(message, &kind.emoji),
    };
    message.reactions.iter().map(chip).collect()
}

/// What people reacted with. A press joins them or leaves them; a long one shows who they are.
#[component]
pub(crate) fn Chips(row: Memo<MessageRow>) -> impl IntoView {
    let reactor = Reactor::expect();
    let chips = Memo::new(move |_| row.with(chips_of));
    let seq = Memo::new(move |_| row.with(|row| row.content.seq()));
    let emojis = move || {
        let chips = chips.read();
        chips.iter().map(|chip| chip.emoji.clone()).collect::<Vec<_>>()
    };
    let with_seq = move |act: fn(Reactor, Seq)| {
        if let Some(seq) = seq.get_untracked() {
            act(reactor, seq);
        }
    };
    view! {
        <Show when=move || !chips.read().is_empty()>
            <div class="reactions" role="group" aria-label=move || texts().reactions.reactions>
                <For each=emojis key=Clone::clone let(emoji)>
                    <ChipView emoji chips seq />
                </For>
                <button
                    class="reactions__who"
                    type="button"
                    aria-label=move || texts().reactions.who_reacted
                    title=move || texts().reactions.who_reacted
                    on:click=move |_| with_seq(Reactor::show_reacted)
                >
                    <Icon name=IconName::People />
                </button>
            </div>
        </Show>
    }
}

#[component]
fn ChipView(emoji: String, chips: Memo<Vec<Chip>>, seq: Memo<Option<Seq>>) -> impl IntoView {
    let reactor = Reactor::expect();
    let name = StoredValue::new(emoji.clone());
    // It outlives its last count by a moment while it is taken away.
    let chip = Memo::new(move |before: Option<&Chip>| {
        let emoji = name.get_value();
        let found = chips.read().iter().find(|chip| chip.emoji == emoji).cloned();
        found.or_else(|| before.cloned()).unwrap_or(Chip {
            emoji,
            count: 0,
            is_mine: false,
        })
    });
    let label = move || chip.with(|chip| (texts().reactions.reaction)(&chip.emoji, chip.count, chip.is_mine));
    let toggle = move |_| {
        if let Some(seq) = seq.get_untracked() {
            reactor.toggle(seq, name.get_value());
        }
    };
    let show = move |event: MouseEvent| {
        event.prevent_default();
        event.stop_propagation();
        if let Some(seq) = seq.get_untracked() {
            reactor.show_reacted(seq);
        }
    };
    view! {
        <button
            class="reaction"
            type="button"
            aria-pressed=move || if chip.read().is_mine { "true" } else { "false" }
            on:click=toggle
            on:contextmenu=show
        >
            <span class="reaction__emoji" aria-hidden="true">{emoji}</span>
            <span class="reaction__count num" aria-hidden="true">{move || chip.read().count}</span>
            <span class="sr-only">{label}</span>
        </button>
    }
}
