//! The list: me, requests, friends.

use damso_domain::{UserId, hangul};
use damso_protocol::{Friend, User};
use leptos::prelude::*;

use super::add::AddFriendDialog;
use super::requests::Requests;
use crate::app::Place;
use crate::i18n::texts;
use crate::session::Session;
use crate::stores::PeopleStore;
use crate::ui::{
    Avatar, Button, EmptyState, Face, IconButton, IconName, PresenceDot, SearchField, SkeletonRows,
};

/// The pane on the left.
#[component]
pub fn FriendsPane(
    /// Whose profile is shown.
    chosen: Memo<Option<UserId>>,
) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let query = RwSignal::new(String::new());
    let is_adding = RwSignal::new(false);
    let is_loaded = Memo::new(move |_| people.is_loaded());
    view! {
        <section class="pane" aria-label=move || texts().friends.title>
            <header class="pane__head">
                <h1 class="pane__title">{move || texts().friends.title}</h1>
                <IconButton
                    icon=IconName::AddPerson
                    label=move || texts().friends.add
                    on:click=move |_| is_adding.set(true)
                />
            </header>
            <SearchField
                label=move || texts().friends.search
                placeholder=move || texts().friends.search_placeholder
                query
            />
            <div class="pane__scroll">
                <Show when=move || query.read().trim().is_empty()>
                    <MyRow chosen />
                    <Requests />
                </Show>
                <Show when=move || is_loaded.get() fallback=|| view! { <SkeletonRows /> }>
                    <Friends chosen query is_adding />
                </Show>
            </div>
            <AddFriendDialog is_open=is_adding />
        </section>
    }
}

/// Me on top; opens my profile.
#[component]
fn MyRow(chosen: Memo<Option<UserId>>) -> impl IntoView {
    let session = expect_context::<Session>();
    let me = Memo::new(move |_| session.me().map(|me| User::from(&me)));
    move || me.get().map(|user| view! { <PersonRow user chosen /> })
}

#[component]
fn Friends(
    chosen: Memo<Option<UserId>>,
    query: RwSignal<String>,
    is_adding: RwSignal<bool>,
) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let friends = Memo::new(move |_| people.friends());
    let found = Memo::new(move |_| {
        let query = query.read();
        friends.with(|friends| {
            friends
                .iter()
                .filter(|friend| is_found(friend, &query))
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let has_none = Memo::new(move |_| friends.read().is_empty());
    let finds_none = Memo::new(move |_| found.read().is_empty());
    let list = move || {
        view! {
            <h2 class="pane__section">{move || (texts().friends.count)(found.read().len())}</h2>
            <ul class="friends">
                <For
                    each=move || found.get()
                    key=|friend| (friend.user.id, friend.user.version)
                    children=move |friend| view! { <li><PersonRow user=friend.user chosen /></li> }
                />
            </ul>
        }
    };
    move || match (has_none.get(), finds_none.get()) {
        (true, _) => view! { <NoFriends is_adding /> }.into_any(),
        (false, true) => view! { <NoneFound query /> }.into_any(),
        (false, false) => list().into_any(),
    }
}

fn is_found(friend: &Friend, query: &str) -> bool {
    let by_handle = query.trim().trim_start_matches('@').to_lowercase();
    let handle = friend.user.handle.as_deref().unwrap_or_default();
    hangul::matches(&friend.user.display_name, query)
        || (!by_handle.is_empty() && handle.contains(&by_handle))
}

#[component]
fn NoFriends(is_adding: RwSignal<bool>) -> impl IntoView {
    view! {
        <EmptyState
            icon=IconName::People
            title=move || texts().friends.none_title
            text=move || texts().friends.none_text
        >
            <Button icon=IconName::AddPerson on:click=move |_| is_adding.set(true)>
                {move || texts().friends.add}
            </Button>
        </EmptyState>
    }
}

#[component]
fn NoneFound(query: RwSignal<String>) -> impl IntoView {
    view! {
        <EmptyState
            icon=IconName::Search
            title=move || (texts().friends.none_found_title)(query.read().trim())
            text=move || texts().friends.none_found_text
        />
    }
}

/// One person; leads to the profile.
#[component]
fn PersonRow(user: User, chosen: Memo<Option<UserId>>) -> impl IntoView {
    let id = user.id;
    let people = expect_context::<PeopleStore>();
    let face = Face::from(&user);
    let status = Some(user.status_message).filter(|status| !status.is_empty());
    let presence = Memo::new(move |_| people.presence(id));
    // What somebody says of this hour comes before what they say of themself.
    let said = Memo::new(move |_| {
        let now = presence.with(|presence| presence.as_ref()?.text.clone());
        now.or_else(|| status.clone())
    });
    view! {
        <a
            class="row friends__row"
            href=Place::Friend(id).path()
            aria-current=move || (chosen.get() == Some(id)).then_some("page")
        >
            <span class="with-presence">
                <Avatar face />
                <PresenceDot status=Signal::derive(move || presence.get().map(|known| known.status)) />
            </span>
            <span class="row__name">
                <span class="truncate">{user.display_name}</span>
            </span>
            {move || said.get().map(|said| view! { <span class="friends__say">{said}</span> })}
        </a>
    }
}
