//! The head of a conversation: with whom it is, and the way to its drawer.

use damso_domain::{ConversationId, ConversationKind};
use leptos::prelude::*;

use super::ChatFace;
use crate::app::{Navigator, Place};
use crate::i18n::{search_texts, texts};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{AvatarSize, IconButton, IconName, presence_words};

#[component]
pub(super) fn ConversationHeader(id: ConversationId, title: Memo<String>) -> impl IntoView {
    let navigator = Navigator::expect();
    let chats = expect_context::<ChatStore>();
    let people = expect_context::<PeopleStore>();
    let detail = Memo::new(move |_| detail(chats, people, id));
    let is_open = Memo::new(move |_| navigator.place() == Place::ChatDrawer(id));
    let above = move || match navigator.place_now() {
        place @ Place::Found(..) => place.parent(),
        _ => Place::Chats,
    };
    let toggle = move |_| {
        navigator.go(if is_open.get_untracked() {
            Place::Chat(id)
        } else {
            Place::ChatDrawer(id)
        });
    };
    view! {
        <header class="conversation__head">
            <span class="back-button">
                <IconButton
                    icon=IconName::Back
                    label=move || texts().common.back
                    on:click=move |_| navigator.go(above())
                />
            </span>
            <ChatFace id size=AvatarSize::Small />
            <div class="conversation__who">
                <h2 class="conversation__title truncate">{move || title.get()}</h2>
                {move || detail.get().map(|detail| view! { <p class="conversation__detail truncate">{detail}</p> })}
            </div>
            <IconButton
                icon=IconName::Search
                label=move || search_texts().search_here
                on:click=move |_| navigator.go(Place::SearchIn(id))
            />
            <IconButton
                icon=IconName::Menu
                label=move || texts().chat.open_drawer
                attr:aria-expanded=move || if is_open.get() { "true" } else { "false" }
                on:click=toggle
            />
        </header>
    }
}

/// How many take part, or whether the other one is here, and what they say of themself.
fn detail(chats: ChatStore, people: PeopleStore, id: ConversationId) -> Option<String> {
    let me = chats.me();
    let (kind, count, counterpart) = chats.with_chat(id, |chat| {
        (
            chat.conversation.kind,
            chat.conversation.member_count,
            chat.counterpart(me),
        )
    })?;
    match kind {
        ConversationKind::Group => Some((texts().chat.member_count)(count)),
        ConversationKind::Direct => {
            let here = people.presence(counterpart?).as_ref().and_then(presence_words);
            let status = people.user(counterpart?).map(|user| user.status_message);
            let words: Vec<String> = here.into_iter().chain(status).collect();
            let said: Vec<&str> = words
                .iter()
                .map(String::as_str)
                .filter(|word| !word.is_empty())
                .collect();
            (!said.is_empty()).then(|| said.join(" · "))
        }
        ConversationKind::SelfChat => None,
    }
}
