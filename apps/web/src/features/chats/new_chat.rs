//! Starting a chat: one friend makes a direct conversation, several make a group.

use damso_domain::{ConversationName, UserId};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use super::FriendPicker;
use crate::app::{Fetched, Lazy, Navigator, Place};
use crate::features::form::{FormError, Submission};
use crate::i18n::texts;
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Button, Dialog, EmptyState, IconName, TextField};

#[component]
pub(super) fn NewChatDialog(is_open: RwSignal<bool>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let has_friends = Memo::new(move |_| !people.friends().is_empty());
    view! {
        <Dialog open=is_open title=move || texts().chat.new_chat>
            <Show when=move || has_friends.get() fallback=move || view! { <NoFriends is_open /> }>
                <Lazy
                    load=|| Box::pin(load_new_chat_form())
                    draw=Box::new(move || Box::pin(new_chat_form(is_open)))
                />
            </Show>
        </Dialog>
    }
}

/// See [`NewChatForm`].
#[wasm_split(people, fallible, preload(load_new_chat_form))]
pub(crate) fn new_chat_form(is_open: RwSignal<bool>) -> Fetched<AnyView> {
    Ok(view! { <NewChatForm is_open /> }.into_any())
}

#[component]
fn NewChatForm(is_open: RwSignal<bool>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let navigator = Navigator::expect();
    let submission = Submission::new();
    let chosen = RwSignal::new(Vec::<UserId>::new());
    let name = RwSignal::new(String::new());
    let count = Memo::new(move |_| chosen.read().len());
    let is_too_long = move || ConversationName::MAX_CHARS < name.read().trim().chars().count();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let chosen = chosen.get_untracked();
        let name = ConversationName::parse(&name.read_untracked())
            .ok()
            .map(ConversationName::into_string);
        let making = async move {
            match chosen.as_slice() {
                [one] => chats.open_direct(*one).await,
                _ => chats.create_group(name, chosen).await,
            }
        };
        submission.run(making, move |id| {
            is_open.try_set(false);
            navigator.go(Place::Chat(id));
        });
    };
    let action = move || match count.get() {
        0 | 1 => texts().chat.start_chat.to_owned(),
        many => (texts().chat.make_group)(many),
    };
    view! {
        <form class="new-chat" on:submit=submit novalidate>
            <FriendPicker chosen />
            <Show when=move || { 1 < count.get() }>
                <TextField
                    label=move || texts().chat.group_name
                    value=name
                    hint=Signal::derive(move || Some(texts().chat.group_name_hint.to_owned()))
                    error=Signal::derive(move || submission.field_error("name"))
                    max_chars=ConversationName::MAX_CHARS
                />
            </Show>
            <FormError text=Signal::derive(move || submission.general_error(&["name"])) />
            <Button
                submits=true
                wide=true
                busy=submission.is_busy()
                disabled=Signal::derive(move || count.get() == 0 || is_too_long())
            >
                {action}
            </Button>
        </form>
    }
}

#[component]
fn NoFriends(is_open: RwSignal<bool>) -> impl IntoView {
    let navigator = Navigator::expect();
    let go = move |_| {
        is_open.set(false);
        navigator.go(Place::Friends);
    };
    view! {
        <EmptyState
            icon=IconName::People
            title=move || texts().chat.no_friends_title
            text=move || texts().chat.no_friends_text
        >
            <Button on:click=go>{move || texts().chat.to_friends}</Button>
        </EmptyState>
    }
}
