//! Forwarding messages to other chats.

use std::sync::Arc;

use damso_domain::{ConversationId, NameQuery, UserId};
use damso_protocol::Message;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::selecting::Selecting;
use super::{ChatFace, face_by_id, name_by_id, title_words};
use crate::features::chats::is_named;
use crate::i18n::{explain_error, forwarding, texts};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Avatar, AvatarSize, Button, Dialog, SearchField, Toasts};

/// The most chats that something is forwarded to at once.
const MOST_CHATS: usize = 20;

/// Where something can be forwarded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Target {
    Chat(ConversationId),
    /// A friend with whom there is no chat yet.
    Friend(UserId),
}

/// The messages that are about to be forwarded. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub(super) struct Forwarding {
    messages: RwSignal<Vec<Arc<Message>>>,
    is_open: RwSignal<bool>,
}

impl Forwarding {
    pub fn new() -> Self {
        Self {
            messages: RwSignal::new(Vec::new()),
            is_open: RwSignal::new(false),
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Asks where to, in this order.
    pub fn ask(self, messages: Vec<Arc<Message>>) {
        self.messages.set(messages);
        self.is_open.set(true);
    }
}

/// Asks where to forward.
#[component]
pub(super) fn ForwardDialog() -> impl IntoView {
    let forwarding_now = Forwarding::expect();
    let open = forwarding_now.is_open;
    view! {
        <Dialog open title=move || forwarding().title>
            <ForwardForm forwarding_now />
        </Dialog>
    }
}

#[component]
fn ForwardForm(forwarding_now: Forwarding) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let toasts = Toasts::expect();
    let selecting = Selecting::expect();
    let chosen = RwSignal::new(Vec::<Target>::new());
    let count = Memo::new(move |_| chosen.read().len());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let chosen = chosen.get_untracked();
        if chosen.is_empty() {
            return;
        }
        spawn_local(send(
            chats,
            toasts,
            chosen,
            forwarding_now.messages.get_untracked(),
        ));
        forwarding_now.is_open.set(false);
        selecting.end();
    };
    view! {
        <form class="new-chat" on:submit=submit novalidate>
            <TargetPicker chosen />
            <Button submits=true wide=true disabled=Signal::derive(move || count.get() == 0)>
                {move || (forwarding().submit)(count.get())}
            </Button>
        </form>
    }
}

/// Hands the messages to the outbox, for each chat. A chat that is not there yet has to be made first: where that fails,
/// nothing goes there, and nobody is told that it did.
async fn send(chats: ChatStore, toasts: Toasts, targets: Vec<Target>, messages: Vec<Arc<Message>>) {
    let mut goes_out = false;
    for target in targets {
        let chat = match target {
            Target::Chat(id) => Ok(id),
            Target::Friend(user) => chats.open_direct(user).await,
        };
        match chat {
            Ok(id) => {
                messages.iter().for_each(|message| chats.forward(id, message));
                goes_out = true;
            }
            Err(error) => toasts.show(explain_error(&error)),
        }
    }
    if goes_out {
        toasts.show(if chats.is_offline() {
            forwarding().later
        } else {
            forwarding().done
        });
    }
}

/// Chats, and friends with whom there is none, with a box to tick each.
#[component]
fn TargetPicker(
    /// Which are chosen, in that order.
    chosen: RwSignal<Vec<Target>>,
) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let people = expect_context::<PeopleStore>();
    let query = RwSignal::new(String::new());
    let found = Memo::new(move |_| found(chats, people, &NameQuery::new(&query.read())));
    view! {
        <div class="picker">
            <SearchField
                label=move || texts().chat.search
                placeholder=move || texts().chat.search_placeholder
                query
            />
            <ul class="picker__list" aria-label=move || forwarding().pick_chats>
                <For each=move || found.get() key=|target| *target let(target)>
                    <li>
                        <PickerRow target chosen />
                    </li>
                </For>
            </ul>
            <Show when=move || found.read().is_empty()>
                <p class="dialog__text picker__none">{move || forwarding().none_found}</p>
            </Show>
        </div>
    }
}

#[component]
fn PickerRow(target: Target, chosen: RwSignal<Vec<Target>>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let people = expect_context::<PeopleStore>();
    let name = move || match target {
        Target::Chat(id) => chats.title(id).as_ref().map(title_words).unwrap_or_default(),
        Target::Friend(user) => name_by_id(people, user),
    };
    let face = match target {
        Target::Chat(id) => view! { <ChatFace id size=AvatarSize::Small /> }.into_any(),
        Target::Friend(user) => {
            let face = Memo::new(move |_| face_by_id(people, user));
            view! { <Avatar face size=AvatarSize::Small /> }.into_any()
        }
    };
    let is_chosen = Memo::new(move |_| chosen.read().contains(&target));
    let is_full = Memo::new(move |_| MOST_CHATS <= chosen.read().len());
    let toggle = move |is_wanted: bool| {
        chosen.update(|chosen| {
            chosen.retain(|known| *known != target);
            if is_wanted {
                chosen.push(target);
            }
        });
    };
    view! {
        <label class="picker__row">
            {face}
            <span class="picker__name truncate">{name}</span>
            <input
                class="check"
                type="checkbox"
                prop:checked=move || is_chosen.get()
                disabled=move || is_full.get() && !is_chosen.get()
                on:change:target=move |event| toggle(event.target().checked())
            />
        </label>
    }
}

/// What is called so: chats as they are listed, then friends by name. Whom I have hidden comes when looked for.
fn found(chats: ChatStore, people: PeopleStore, query: &NameQuery) -> Vec<Target> {
    let ids = chats.ids();
    let counterpart = |id: &ConversationId| chats.with_chat(*id, |chat| chat.counterpart(chats.me()))?;
    let listed: Vec<UserId> = ids.iter().filter_map(counterpart).collect();
    let is_wanted =
        |id: &ConversationId| takes_messages(chats, people, *id) && is_named(chats, people, *id, query);
    let friends = people.found(&people.friends(), query).into_iter();
    let friends = friends
        .filter(|friend| !listed.contains(&friend.user.id) && (!friend.is_hidden || !query.is_empty()))
        .map(|friend| Target::Friend(friend.user.id));
    ids.into_iter()
        .filter(is_wanted)
        .map(Target::Chat)
        .chain(friends)
        .collect()
}

/// Whether I can write there: not to somebody whom I block, and not to an account that is gone.
fn takes_messages(chats: ChatStore, people: PeopleStore, id: ConversationId) -> bool {
    let counterpart = chats.with_chat(id, |chat| chat.counterpart(chats.me())).flatten();
    counterpart.is_none_or(|other| {
        !people.is_blocked(other) && !people.user(other).is_some_and(|user| user.is_deleted)
    })
}
