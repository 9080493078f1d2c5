//! Everything somebody sees who is signed in.

use damso_domain::ConversationId;
use leptos::prelude::*;

use super::focus;
use super::lazy::{Load, prefetch};
use super::shell::Shell;
use super::{Area, Lazy, Navigator, Place};
use crate::api::ApiClient;
use crate::features::chat::{
    conversation_drawer, conversation_pane, load_conversation_drawer, load_conversation_pane,
};
use crate::features::chats::{chats_pane, load_chats_pane, load_new_chat_form};
use crate::features::friends::{FriendsArea, load_add_friend, load_profile};
use crate::features::notice;
use crate::features::search::{Typed, load_search_pane, search_pane};
use crate::features::settings::{load_settings_area, settings_area};
use crate::i18n::texts;
use crate::session::Session;
use crate::stores;
use crate::ui::{Button, EmptyState, IconName, Panes, Showing};

/// The stores of this session, and the area the address names inside the shell.
#[component]
pub fn Home() -> impl IntoView {
    let session = expect_context::<Session>();
    let navigator = Navigator::expect();
    let (chats, people) = stores::provide(expect_context::<ApiClient>(), session);
    let unread = Memo::new(move |_| chats.unread_total());
    let is_offline = Memo::new(move |_| chats.is_offline());
    let area = Memo::new(move |_| navigator.place().area());
    Effect::new(move |_| document().set_title(&title(unread.get())));
    notice::follow(chats, people, unread);
    Typed::provide(navigator);
    navigator.spell_out();
    focus::follow(navigator);
    prefetch(SOON);
    view! {
        <Shell unread is_offline>
            {move || match area.get() {
                Area::Friends => view! { <FriendsArea /> }.into_any(),
                Area::Chats => view! { <ChatsArea /> }.into_any(),
                Area::Settings => view! {
                    <Lazy
                        load=|| Box::pin(load_settings_area())
                        draw=Box::new(|| Box::pin(settings_area()))
                        is_main=true
                    />
                }
                .into_any(),
                // The guard at the root is about to lead on from the entrance.
                Area::Entrance | Area::Mailed | Area::Invite => ().into_any(),
                Area::Unknown => view! { <NotFound /> }.into_any(),
            }}
        </Shell>
    }
}

/// What people open next, so that it is there when they do. What is opened first comes first.
const SOON: &[Load] = &[
    || Box::pin(load_chats_pane()),
    || Box::pin(load_conversation_pane()),
    || Box::pin(load_profile()),
    || Box::pin(load_add_friend()),
    || Box::pin(load_new_chat_form()),
    || Box::pin(load_conversation_drawer()),
    || Box::pin(load_settings_area()),
];

/// With the number of unread messages, for somebody who is looking at another tab.
fn title(unread: i64) -> String {
    let name = texts().common.app_name;
    if 0 < unread {
        format!("({unread}) {name}")
    } else {
        name.to_owned()
    }
}

#[component]
fn ChatsArea() -> impl IntoView {
    let navigator = Navigator::expect();
    let chosen = Memo::new(move |_| navigator.place().conversation());
    let showing = Signal::derive(move || showing(navigator.place()));
    view! {
        <Panes
            showing
            list=move || view! { <ChatsList chosen /> }
            detail=move || view! { <ChatStage chosen /> }
            drawer=move || chosen.get().map(|id| view! {
                <Lazy
                    load=|| Box::pin(load_conversation_drawer())
                    draw=Box::new(move || Box::pin(conversation_drawer(id)))
                />
            })
        />
    }
}

/// All chats, or what was looked for among them.
#[component]
fn ChatsList(chosen: Memo<Option<ConversationId>>) -> impl IntoView {
    let navigator = Navigator::expect();
    let is_search = Memo::new(move |_| navigator.place().is_search());
    move || {
        if is_search.get() {
            view! {
                <Lazy load=|| Box::pin(load_search_pane()) draw=Box::new(|| Box::pin(search_pane())) />
            }
            .into_any()
        } else {
            view! {
                <Lazy
                    load=|| Box::pin(load_chats_pane())
                    draw=Box::new(move || Box::pin(chats_pane(chosen)))
                />
            }
            .into_any()
        }
    }
}

const fn showing(place: Place) -> Showing {
    match place {
        Place::Chat(_) | Place::Message(..) | Place::Found(..) => Showing::Detail,
        Place::ChatDrawer(_) => Showing::Drawer,
        _ => Showing::List,
    }
}

/// The conversation that was chosen, or a hint while there is none.
#[component]
fn ChatStage(chosen: Memo<Option<ConversationId>>) -> impl IntoView {
    move || match chosen.get() {
        Some(id) => view! {
            <Lazy
                load=|| Box::pin(load_conversation_pane())
                draw=Box::new(move || Box::pin(conversation_pane(id)))
                is_main=true
            />
        }
        .into_any(),
        None => view! {
            <main class="stage" id="main" tabindex="-1">
                <EmptyState
                    icon=IconName::Chat
                    title=move || texts().common.no_chat_title
                    text=move || texts().common.no_chat_text
                />
            </main>
        }
        .into_any(),
    }
}

/// A friendly word at an address that leads nowhere.
#[component]
fn NotFound() -> impl IntoView {
    let navigator = Navigator::expect();
    view! {
        <main class="stage not-found" id="main" tabindex="-1">
            <EmptyState
                icon=IconName::Search
                title=move || texts().common.not_found_title
                text=move || texts().common.not_found_text
            >
                <Button on:click=move |_| navigator.replace(Place::Friends)>{move || texts().common.go_home}</Button>
            </EmptyState>
        </main>
    }
}
