//! Friends whom I do not want in my list, and the way back.

use damso_protocol::Friend;
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use super::actions::FriendActions;
use crate::app::{Fetched, Lazy};
use crate::features::chat::{face_of, name_of};
use crate::i18n::texts;
use crate::stores::PeopleStore;
use crate::ui::{Avatar, Button, ButtonKind, Dialog, Icon, IconName};

/// How many are hidden, at the foot of the list; leads to them.
#[component]
pub(super) fn HiddenFriends(count: Memo<usize>) -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        // It stays where it is when the last one is shown again: the dialog says so.
        <Show when=move || 0 < count.get() || is_open.get()>
            <button class="friends__hidden" type="button" on:click=move |_| is_open.set(true)>
                <Icon name=IconName::EyeOff />
                {move || (texts().friends.hidden)(count.get())}
                <Icon name=IconName::Forward />
            </button>
            <Dialog open=is_open title=move || texts().friends.hidden_title>
                <Lazy load=|| Box::pin(load_hidden_list()) draw=Box::new(|| Box::pin(hidden_list())) />
            </Dialog>
        </Show>
    }
}

/// See [`HiddenList`].
#[wasm_split(people, fallible, preload(load_hidden_list))]
fn hidden_list() -> Fetched<AnyView> {
    Ok(view! { <HiddenList /> }.into_any())
}

#[component]
fn HiddenList() -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let hidden = Memo::new(move |_| {
        let friends = people.friends().into_iter();
        friends.filter(|friend| friend.is_hidden).collect::<Vec<_>>()
    });
    view! {
        <p class="hidden-friends__text">
            {move || {
                if hidden.read().is_empty() { texts().friends.hidden_none } else { texts().friends.hidden_text }
            }}
        </p>
        <ul class="hidden-friends">
            <For
                each=move || hidden.get()
                key=|friend| (friend.user.id, friend.user.version, friend.nickname.clone())
                let(friend)
            >
                <HiddenRow friend />
            </For>
        </ul>
    }
}

#[component]
fn HiddenRow(friend: Friend) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let actions = FriendActions::expect();
    let id = friend.user.id;
    let name = name_of(people, &friend.user);
    let label = name.clone();
    view! {
        <li class="hidden-friends__row">
            <Avatar face=face_of(people, &friend.user) />
            <span class="hidden-friends__name truncate">{name}</span>
            <Button
                kind=ButtonKind::Secondary
                small=true
                attr:aria-label=move || (texts().friends.show_again_name)(&label)
                on:click=move |_| actions.show_again(id)
            >
                {move || texts().friends.show_again}
            </Button>
        </li>
    }
}
