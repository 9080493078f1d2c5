//! Who reacted to a message, and what it said before.

use damso_domain::{Seq, UserId};
use damso_protocol::{MessageEdit, Reaction};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Reactor;
use crate::features::chat::{face_by_id, name_by_id};
use crate::i18n::{explain_error, format, texts};
use crate::stores::PeopleStore;
use crate::ui::{Avatar, AvatarSize, Dialog, SkeletonRows};

/// What a dialog shows, once it has come.
type Loaded<T> = RwSignal<Option<Result<Vec<T>, String>>>;

/// Names by emoji.
#[component]
pub(crate) fn ReactedDialog() -> impl IntoView {
    let reactor = Reactor::expect();
    let open = open_with(reactor.reacted);
    let loaded: Loaded<Reaction> = RwSignal::new(None);
    Effect::new(move |_| {
        let Some(seq) = reactor.reacted.get() else { return };
        loaded.set(None);
        spawn_local(async move {
            let found = reactor.chats.reactions(reactor.id, seq).await;
            settle(
                reactor.reacted,
                seq,
                loaded,
                found.map_err(|error| explain_error(&error)),
            );
        });
    });
    view! {
        <Dialog open title=move || texts().reactions.reacted_title>
            {move || match loaded.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(Err(error)) => view! { <p class="dialog__text">{error}</p> }.into_any(),
                Some(Ok(found)) if found.is_empty() => {
                    view! { <p class="dialog__text">{move || texts().reactions.nobody_reacted}</p> }.into_any()
                }
                Some(Ok(found)) => {
                    by_emoji(found)
                        .into_iter()
                        .map(|(emoji, users)| view! { <Kind emoji users /> })
                        .collect_view()
                        .into_any()
                }
            }}
        </Dialog>
    }
}

/// One kind, and everybody who chose it.
#[component]
fn Kind(emoji: String, users: Vec<UserId>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let count = users.len();
    let person = move |id: UserId| {
        let face = Memo::new(move |_| face_by_id(people, id));
        view! {
            <li class="reacted__person">
                <Avatar face size=AvatarSize::Small />
                <span class="truncate">{move || name_by_id(people, id)}</span>
            </li>
        }
    };
    view! {
        <section class="reacted">
            <h3 class="reacted__kind">
                <span class="reacted__emoji">{emoji}</span>
                <span class="num">{move || (texts().reactions.count)(count)}</span>
            </h3>
            <ul>{users.into_iter().map(person).collect_view()}</ul>
        </section>
    }
}

/// Everything a message of mine said, the newest first.
#[component]
pub(crate) fn EditsDialog() -> impl IntoView {
    let reactor = Reactor::expect();
    let open = open_with(reactor.edits);
    let loaded: Loaded<MessageEdit> = RwSignal::new(None);
    Effect::new(move |_| {
        let Some(seq) = reactor.edits.get() else { return };
        loaded.set(None);
        spawn_local(async move {
            let found = reactor.chats.message_edits(reactor.id, seq).await;
            let found = found.map(|mut earlier| {
                earlier.reverse();
                let now = reactor
                    .chats
                    .peek_timeline(reactor.id, |timeline| timeline.get(seq).cloned());
                let now = now.flatten().map(|message| MessageEdit {
                    text: message.text.clone(),
                    written_at: message.edited_at.unwrap_or(message.created_at),
                });
                now.into_iter().chain(earlier).collect()
            });
            settle(
                reactor.edits,
                seq,
                loaded,
                found.map_err(|error| explain_error(&error)),
            );
        });
    });
    view! {
        <Dialog open title=move || texts().reactions.edits_title>
            {move || match loaded.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(Err(error)) => view! { <p class="dialog__text">{error}</p> }.into_any(),
                Some(Ok(found)) => {
                    view! { <ol class="edits">{found.into_iter().enumerate().map(edit_view).collect_view()}</ol> }
                        .into_any()
                }
            }}
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

/// Open while there is a message to show something of.
pub(in crate::features::chat) fn open_with(target: RwSignal<Option<Seq>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    // Each is set only when it changes: otherwise the two would wake each other for ever.
    Effect::new(move |_| {
        let is_wanted = target.get().is_some();
        if open.get_untracked() != is_wanted {
            open.set(is_wanted);
        }
    });
    Effect::new(move |_| {
        if !open.get() && target.get_untracked().is_some() {
            target.set(None);
        }
    });
    open
}

/// Another message may have been asked about meanwhile.
fn settle<T: Send + Sync + 'static>(
    target: RwSignal<Option<Seq>>,
    seq: Seq,
    loaded: Loaded<T>,
    found: Result<Vec<T>, String>,
) {
    if target.try_get_untracked() == Some(Some(seq)) {
        loaded.set(Some(found));
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
