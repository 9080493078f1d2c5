//! The rows, filtered by what is typed and chosen.

use damso_domain::{ConversationId, NameQuery};
use leptos::prelude::*;

use super::row::ChatRow;
use super::{Filter, OpenMenu};
use crate::features::chat::title_words;
use crate::i18n::texts;
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Button, EmptyState, IconName};

#[component]
pub(super) fn ChatList(
    chosen: Memo<Option<ConversationId>>,
    query: RwSignal<String>,
    filter: RwSignal<Filter>,
    menu: OpenMenu,
    is_making: RwSignal<bool>,
) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let people = expect_context::<PeopleStore>();
    let ids = Memo::new(move |_| chats.ids());
    let found = Memo::new(move |_| {
        let (query, filter) = (NameQuery::new(&query.read()), filter.get());
        let is_found =
            |id: &ConversationId| is_wanted(chats, *id, filter) && is_named(chats, people, *id, &query);
        ids.with(|ids| ids.iter().copied().filter(is_found).collect::<Vec<_>>())
    });
    let state = Memo::new(move |_| match (found.read().is_empty(), ids.read().is_empty()) {
        (_, true) => Shown::Nothing,
        (true, false) if query.read().trim().is_empty() => Shown::AllRead,
        (true, false) => Shown::NoneFound,
        (false, false) => Shown::Rows,
    });
    move || match state.get() {
        Shown::Rows => view! {
            <ul class="chats">
                <For each=move || found.get() key=|id| *id let(id)>
                    <li>
                        <ChatRow id chosen menu />
                    </li>
                </For>
            </ul>
        }
        .into_any(),
        Shown::Nothing => view! { <NoChats is_making /> }.into_any(),
        Shown::AllRead => view! {
            <EmptyState
                icon=IconName::Check
                title=move || texts().chat.none_unread_title
                text=move || texts().chat.none_unread_text
            />
        }
        .into_any(),
        Shown::NoneFound => view! {
            <EmptyState
                icon=IconName::Search
                title=move || (texts().chat.none_found_title)(query.read().trim())
                text=move || texts().chat.none_found_text
            />
        }
        .into_any(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Rows,
    Nothing,
    AllRead,
    NoneFound,
}

fn is_wanted(chats: ChatStore, id: ConversationId, filter: Filter) -> bool {
    match filter {
        Filter::All => true,
        Filter::Unread => chats
            .with_chat(id, |chat| 0 < chat.conversation.unread_count)
            .unwrap_or(false),
    }
}

/// A chat of two is found by every name of the other one, also by one that it does not show.
pub fn is_named(chats: ChatStore, people: PeopleStore, id: ConversationId, query: &NameQuery) -> bool {
    query.is_empty()
        || chats
            .title(id)
            .is_some_and(|title| query.finds(&title_words(&title)))
        || chats
            .with_chat(id, |chat| chat.counterpart(chats.me()))
            .flatten()
            .and_then(|counterpart| people.user(counterpart))
            .is_some_and(|user| !user.is_deleted && people.is_found(&user, query))
}

#[component]
fn NoChats(is_making: RwSignal<bool>) -> impl IntoView {
    view! {
        <EmptyState icon=IconName::Chat title=move || texts().chat.none_title text=move || texts().chat.none_text>
            <Button icon=IconName::Plus on:click=move |_| is_making.set(true)>
                {move || texts().chat.new_chat}
            </Button>
        </EmptyState>
    }
}
