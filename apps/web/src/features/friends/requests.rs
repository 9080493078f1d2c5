//! Requests that wait for an answer, mine and theirs.

use damso_protocol::{FriendRequest, User};
use leptos::prelude::*;

use super::actions::FriendActions;
use crate::i18n::texts;
use crate::stores::PeopleStore;
use crate::ui::{Avatar, Button, ButtonKind, Face};

/// Both lists; nothing where there is nothing.
#[component]
pub fn Requests() -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let incoming = Memo::new(move |_| people.incoming());
    let outgoing = Memo::new(move |_| people.outgoing());
    view! {
        <Show when=move || !incoming.read().is_empty()>
            <h2 class="pane__section">{move || (texts().friends.incoming)(incoming.read().len())}</h2>
            <ul class="friends">
                <For
                    each=move || incoming.get()
                    key=|request| (request.id, request.from.version)
                    children=|request| view! { <IncomingRow request /> }
                />
            </ul>
        </Show>
        <Show when=move || !outgoing.read().is_empty()>
            <h2 class="pane__section">{move || (texts().friends.outgoing)(outgoing.read().len())}</h2>
            <ul class="friends">
                <For
                    each=move || outgoing.get()
                    key=|request| (request.id, request.to.version)
                    children=|request| view! { <OutgoingRow request /> }
                />
            </ul>
        </Show>
    }
}

#[component]
fn IncomingRow(request: FriendRequest) -> impl IntoView {
    let actions = FriendActions::expect();
    let id = request.id;
    let name = request.from.display_name.clone();
    let (accept_name, decline_name) = (name.clone(), name.clone());
    view! {
        <li class="request">
            <Asker user=request.from message=request.message />
            <span class="request__actions">
                <Button
                    small=true
                    attr:aria-label=move || (texts().friends.accept_name)(&accept_name)
                    on:click=move |_| actions.accept(id, name.clone())
                >
                    {move || texts().friends.accept}
                </Button>
                <Button
                    kind=ButtonKind::Secondary
                    small=true
                    attr:aria-label=move || (texts().friends.decline_name)(&decline_name)
                    on:click=move |_| actions.decline(id)
                >
                    {move || texts().friends.decline}
                </Button>
            </span>
        </li>
    }
}

#[component]
fn OutgoingRow(request: FriendRequest) -> impl IntoView {
    let actions = FriendActions::expect();
    let id = request.id;
    let name = request.to.display_name.clone();
    view! {
        <li class="request">
            <Asker user=request.to message=request.message />
            <span class="request__actions">
                <Button
                    kind=ButtonKind::Secondary
                    small=true
                    attr:aria-label=move || (texts().friends.cancel_request_name)(&name)
                    on:click=move |_| actions.cancel(id)
                >
                    {move || texts().friends.cancel_request}
                </Button>
            </span>
        </li>
    }
}

/// Who it is about, and the line that goes with it.
#[component]
fn Asker(user: User, message: String) -> impl IntoView {
    let handle = user.handle.as_ref().map(|handle| format!("@{handle}"));
    view! {
        <Avatar face=Face::from(&user) />
        <span class="request__words">
            <b class="truncate">{user.display_name}</b>
            <span class="request__handle truncate">{handle}</span>
        </span>
        {(!message.is_empty()).then(|| view! { <q class="request__message">{message}</q> })}
    }
}
