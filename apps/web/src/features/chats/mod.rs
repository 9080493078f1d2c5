//! The list of chats, and making a new one.

mod folders;
mod list;
mod menu;
mod mute;
mod new_chat;
mod picker;
mod rename;
mod row;
mod swipe;

use damso_domain::{ConversationId, FolderId};
use damso_protocol::Folder;
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

pub use list::is_named;
pub use menu::{ChatActions, LeaveDialog};
pub use mute::MuteDialog;
pub(crate) use new_chat::load_new_chat_form;
pub use picker::FriendPicker;

use crate::app::{Fetched, Navigator, Place};
use crate::features::search::Typed;
use crate::i18n::texts;
use crate::stored;
use crate::stores::ChatStore;
use crate::ui::{Choice, Icon, IconButton, IconName, MenuAnchor, SearchField, SkeletonRows, Tabs};
use folders::FoldersDialog;
use list::ChatList;
use menu::ChatMenu;
use new_chat::NewChatDialog;

/// Which chats are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    All,
    Unread,
    Folder(FolderId),
    Archived,
}

/// Where this device remembers which chats are listed.
const FILTER: &str = "damso.chat-filter";

impl Filter {
    /// As it was chosen here the last time.
    fn remembered() -> Self {
        match stored::get(FILTER).as_deref() {
            Some("unread") => Self::Unread,
            Some("archived") => Self::Archived,
            name => name
                .and_then(|name| name.parse().ok())
                .map_or(Self::All, Self::Folder),
        }
    }

    fn remember(self) {
        let name = match self {
            Self::All => None,
            Self::Unread => Some("unread".to_owned()),
            Self::Folder(id) => Some(id.to_string()),
            Self::Archived => Some("archived".to_owned()),
        };
        // Where nothing can be remembered, the next visit begins with all of them.
        stored::set(FILTER, name.as_deref());
    }
}

/// A context menu that is open.
#[derive(Clone, Copy)]
struct OpenMenu {
    anchor: RwSignal<Option<MenuAnchor>>,
    target: RwSignal<Option<ConversationId>>,
}

/// See [`ChatsPane`].
#[wasm_split(chats, fallible, preload(load_chats_pane))]
pub(crate) fn chats_pane(chosen: Memo<Option<ConversationId>>) -> Fetched<AnyView> {
    Ok(view! { <ChatsPane chosen /> }.into_any())
}

/// The pane on the left.
#[component]
fn ChatsPane(
    /// Which one is open.
    chosen: Memo<Option<ConversationId>>,
) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let navigator = Navigator::expect();
    // What is typed here goes on in the search.
    let query = Typed::expect().0;
    query.set(String::new());
    let search = move || navigator.go(Place::Search);
    let filter = RwSignal::new(Filter::remembered());
    let is_making = RwSignal::new(false);
    let menu = OpenMenu {
        anchor: RwSignal::new(None),
        target: RwSignal::new(None),
    };
    let is_loaded = Memo::new(move |_| chats.is_loaded());
    let unread = Memo::new(move |_| chats.unread_total());
    let folders = Memo::new(move |_| chats.folders());
    let is_managing = RwSignal::new(false);
    // A folder may go, here or on another device.
    Effect::new(move |_| {
        if let Filter::Folder(id) = filter.get()
            && is_loaded.get()
            && !folders.read().iter().any(|folder| folder.id == id)
        {
            filter.set(Filter::All);
        }
    });
    let archived = Memo::new(move |_| chats.archived_count());
    Effect::new(move |_| filter.get().remember());
    let filters = Signal::derive(move || {
        let mut filters = vec![
            Choice {
                value: Filter::All,
                label: texts().chat.all.to_owned(),
            },
            Choice {
                value: Filter::Unread,
                label: (texts().chat.unread)(unread.get()),
            },
        ];
        filters.extend(folders.get().into_iter().map(|Folder { id, name }| Choice {
            value: Filter::Folder(id),
            label: name,
        }));
        // The place is there once something is in it, or while one looks into it.
        if 0 < archived.get() || filter.get() == Filter::Archived {
            filters.push(Choice {
                value: Filter::Archived,
                label: (texts().chat_list.archived)(archived.get()),
            });
        }
        filters
    });
    view! {
        <section class="pane" aria-label=move || texts().chat.title>
            <header class="pane__head">
                <h1 class="pane__title">{move || texts().chat.title}</h1>
                <IconButton
                    icon=IconName::Plus
                    label=move || texts().chat.new_chat
                    on:click=move |_| is_making.set(true)
                />
            </header>
            <SearchField
                label=move || texts().chat.search
                placeholder=move || texts().chat.search_placeholder
                query
                on_enter=move |()| search()
            />
            <Show when=move || !query.read().trim().is_empty()>
                <button class="row chats__search" type="button" on:click=move |_| search()>
                    <Icon name=IconName::Search />
                    <span class="truncate">{move || (texts().chat_list.search_messages)(query.read().trim())}</span>
                </button>
            </Show>
            <div class="chats__filters">
                <Tabs label=move || texts().chat.filter options=filters chosen=filter />
                <Show when=move || !folders.read().is_empty()>
                    <IconButton
                        icon=IconName::Folder
                        label=move || texts().chat_list.folders
                        on:click=move |_| is_managing.set(true)
                    />
                </Show>
            </div>
            <div class="pane__scroll">
                <Show when=move || is_loaded.get() fallback=|| view! { <SkeletonRows count=8 /> }>
                    <ChatList chosen query filter menu is_making />
                </Show>
            </div>
            <ChatMenu menu />
            <FoldersDialog is_open=is_managing />
            <NewChatDialog is_open=is_making />
        </section>
    }
}
