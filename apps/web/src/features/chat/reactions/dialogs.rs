//! Who reacted to a message, and what it said before.

use damso_domain::UserId;
use damso_protocol::{MessageEdit, Reaction};
use leptos::prelude::*;

use super::Reactor;
use crate::features::chat::asking::{Choosers, load_for, nobody, open_with, shown};
use crate::i18n::{format, texts};
use crate::ui::Dialog;

/// Names by emoji.
#[component]
pub(crate) fn ReactedDialog() -> impl IntoView {
    let reactor = Reactor::expect();
    let open = open_with(reactor.reacted);
    let loaded = load_for(reactor.reacted, move |seq| {
        reactor.chats.reactions(reactor.id, seq)
    });
    view! {
        <Dialog open title=move || texts().reactions.reacted_title>
            {move || shown(loaded.get(), |found: Vec<Reaction>| {
                if found.is_empty() {
                    return nobody(|| texts().reactions.nobody_reacted);
                }
                by_emoji(found)
                    .into_iter()
                    .map(|(emoji, users)| view! { <Kind emoji users /> })
                    .collect_view()
                    .into_any()
            })}
        </Dialog>
    }
}

/// One kind, and everybody who chose it.
#[component]
fn Kind(emoji: String, users: Vec<UserId>) -> impl IntoView {
    let count = users.len();
    view! {
        <Choosers users>
            <h3 class="reacted__kind">
                <span class="reacted__emoji">{emoji}</span>
                <span class="num">{move || (texts().reactions.count)(count)}</span>
            </h3>
        </Choosers>
    }
}

/// Everything a message of mine said, the newest first.
#[component]
pub(crate) fn EditsDialog() -> impl IntoView {
    let reactor = Reactor::expect();
    let open = open_with(reactor.edits);
    let loaded = load_for(reactor.edits, move |seq| async move {
        let mut earlier = reactor.chats.message_edits(reactor.id, seq).await?;
        earlier.reverse();
        let now = reactor
            .chats
            .peek_timeline(reactor.id, |timeline| timeline.get(seq).cloned());
        let now = now.flatten().map(|message| MessageEdit {
            text: message.text.clone(),
            written_at: message.edited_at.unwrap_or(message.created_at),
        });
        Ok(now.into_iter().chain(earlier).collect())
    });
    view! {
        <Dialog open title=move || texts().reactions.edits_title>
            {move || shown(loaded.get(), |found: Vec<MessageEdit>| {
                view! { <ol class="edits">{found.into_iter().enumerate().map(edit_view).collect_view()}</ol> }.into_any()
            })}
        </Dialog>
    }
}

fn edit_view((at, edit): (usize, MessageEdit)) -> impl IntoView {
    let words = edit.text.map_or_else(
        || view! { <span class="edits__none">{move || texts().reactions.without_words}</span> }.into_any(),
        IntoAny::into_any,
    );
    let when = move || {
        let time = format::moment(edit.written_at);
        if at == 0 {
            format!("{} · {time}", texts().reactions.now)
        } else {
            texts();
            time
        }
    };
    view! {
        <li class="edits__item" class=("edits__item--now", at == 0)>
            <p class="edits__text" dir="auto">{words}</p>
            <time class="edits__time num">{when}</time>
        </li>
    }
}

/// In the order in which the kinds appeared.
fn by_emoji(found: Vec<Reaction>) -> Vec<(String, Vec<UserId>)> {
    let mut kinds: Vec<(String, Vec<UserId>)> = Vec::new();
    for Reaction { emoji, user_id, .. } in found {
        match kinds.iter_mut().find(|(known, _)| *known == emoji) {
            Some((_, users)) => users.push(user_id),
            None => kinds.push((emoji, vec![user_id])),
        }
    }
    kinds
}
