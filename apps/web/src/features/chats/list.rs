//! The rows, filtered by what is typed and chosen.

use damso_client_state::Chat;
use damso_domain::{ConversationId, NameQuery, Timestamp};
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
        let is_found = |id: &ConversationId| {
            is_wanted(chats, *id, filter, !query.is_empty()) && is_named(chats, people, *id, &query)
        };
        ids.with(|ids| ids.iter().copied().filter(is_found).collect::<Vec<_>>())
    });
    let state = Memo::new(move |_| match (found.read().is_empty(), ids.read().is_empty()) {
        (_, true) => Shown::Nothing,
        (true, false) if query.read().trim().is_empty() => match filter.get() {
            Filter::All => Shown::AllArchived,
            Filter::Unread => Shown::AllRead,
            Filter::Folder(_) => Shown::EmptyFolder,
            Filter::Archived => Shown::NoneArchived,
        },
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
        Shown::AllArchived => view! {
            <EmptyState
                icon=IconName::Archive
                title=move || texts().chat_list.all_archived_title
                text=move || texts().chat_list.all_archived_text
            />
        }
        .into_any(),
        Shown::EmptyFolder => view! {
            <EmptyState
                icon=IconName::Folder
                title=move || texts().chat_list.folder_empty_title
                text=move || texts().chat_list.folder_empty_text
            />
        }
        .into_any(),
        Shown::NoneArchived => view! {
            <EmptyState
                icon=IconName::Archive
                title=move || texts().chat_list.none_archived_title
                text=move || texts().chat_list.none_archived_text
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
    AllArchived,
    EmptyFolder,
    NoneArchived,
    NoneFound,
}

/// What is looked for among all of them is found where it was put away too.
fn is_wanted(chats: ChatStore, id: ConversationId, filter: Filter, is_search: bool) -> bool {
    let is_wanted = |chat: &Chat| {
        let is_archived = chat.is_archived(Timestamp::now());
        match filter {
            Filter::All => is_search || !is_archived,
            Filter::Unread => chat.is_unread() && !is_archived,
            Filter::Folder(id) => chat.conversation.membership.folder_id == Some(id) && !is_archived,
            Filter::Archived => is_archived,
        }
    };
    chats.with_chat(id, is_wanted).unwrap_or(false)
}

/// A chat is found by my name for it and by its own, one of two by every name of the other one, also by one that it
/// does not show.
pub fn is_named(chats: ChatStore, people: PeopleStore, id: ConversationId, query: &NameQuery) -> bool {
    query.is_empty()
        || chats
            .title(id)
            .is_some_and(|title| query.finds(&title_words(&title)))
        || chats
            .common_title(id)
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
