//! Finding somebody by handle and asking.

use damso_domain::{Handle, RequestMessage};
use damso_protocol::{CreateFriendRequest, ErrorKind, FieldErrorKind, FriendRequestState, User};
use leptos::{ev::SubmitEvent, prelude::*};
use wasm_split_helpers::wasm_split;

use super::invite::InviteByLink;
use crate::app::{Fetched, Lazy};
use crate::features::form::{FormError, Submission};
use crate::i18n::{explain_field, explain_handle, explain_name, texts};
use crate::session::Session;
use crate::stores::PeopleStore;
use crate::ui::{Avatar, AvatarSize, Button, Dialog, Face, FieldKind, TextField, Toasts};

/// First the handle; then the person, and what to say.
#[component]
pub fn AddFriendDialog(
    /// Whether it is open.
    is_open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open=is_open title=move || texts().friends.add>
            <Lazy load=|| Box::pin(load_add_friend()) draw=Box::new(move || Box::pin(add_friend(is_open))) />
        </Dialog>
    }
}

/// See [`AddFriend`].
#[wasm_split(people, fallible, preload(load_add_friend))]
pub(crate) fn add_friend(is_open: RwSignal<bool>) -> Fetched<AnyView> {
    Ok(view! { <AddFriend is_open /> }.into_any())
}

#[component]
fn AddFriend(is_open: RwSignal<bool>) -> impl IntoView {
    let found = RwSignal::new(None::<User>);
    view! {
        <FindForm found />
        {move || match found.get() {
            Some(user) => view! { <FoundPerson user is_open /> }.into_any(),
            None => view! { <InviteByLink /> }.into_any(),
        }}
    }
}

#[component]
fn FindForm(found: RwSignal<Option<User>>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let handle = RwSignal::new(String::new());
    let submission = Submission::new();
    Effect::watch(
        move || handle.track(),
        move |(), _, _| {
            submission.reset();
            found.set(None);
        },
        false,
    );
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        submission.note_try();
        if let Ok(handle) = Handle::parse(&handle.read_untracked()) {
            submission.run(async move { people.find(handle.as_str()).await }, move |user| {
                found.try_set(Some(user));
            });
        }
    };
    let is_unknown = move || {
        submission
            .error()
            .is_some_and(|error| error.kind() == Some(ErrorKind::UserNotFound))
    };
    let field_error = move || {
        if is_unknown() {
            return Some(texts().friends.not_found.to_owned());
        }
        let broken_rule = Handle::parse(&handle.read())
            .err()
            .filter(|_| submission.was_tried());
        broken_rule.map(|error| {
            let is_empty = handle.read().trim().is_empty();
            if is_empty {
                explain_field(FieldErrorKind::Empty)
            } else {
                explain_handle(error)
            }
            .to_owned()
        })
    };
    view! {
        <form class="find" on:submit=submit novalidate>
            <TextField
                label=move || texts().friends.handle
                value=handle
                kind=FieldKind::Handle
                placeholder=move || texts().friends.handle_placeholder
                error=Signal::derive(field_error)
                autofocus=true
            />
            <FormError text=Signal::derive(move || {
                if is_unknown() { None } else { submission.general_error(&[]) }
            }) />
            <Show when=move || found.read().is_none()>
                <Button submits=true wide=true busy=submission.is_busy()>
                    {move || texts().friends.find}
                </Button>
            </Show>
        </form>
    }
}

/// Why somebody cannot be asked.
fn obstacle(people: PeopleStore, session: Session, user: &User) -> Option<&'static str> {
    let friends = &texts().friends;
    if session.my_id() == Some(user.id) {
        Some(friends.is_yourself)
    } else if people.is_friend(user.id) {
        Some(friends.already_friends)
    } else if people.outgoing().iter().any(|request| request.to.id == user.id) {
        Some(friends.already_asked)
    } else {
        None
    }
}

#[component]
fn FoundPerson(user: User, is_open: RwSignal<bool>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let session = expect_context::<Session>();
    let face = Face::from(&user);
    let name = user.display_name.clone();
    let handle = user.handle.as_ref().map(|handle| format!("@{handle}"));
    let status = Some(user.status_message.clone()).filter(|status| !status.is_empty());
    let user = StoredValue::new(user);
    let obstacle = Memo::new(move |_| obstacle(people, session, &user.read_value()));
    view! {
        <div class="found" aria-live="polite">
            <Avatar face size=AvatarSize::Large />
            <b class="found__name">{name}</b>
            <span class="found__handle">{handle}</span>
            {status.map(|status| view! { <span class="found__status">{status}</span> })}
            {move || match obstacle.get() {
                Some(obstacle) => view! { <p class="found__obstacle">{obstacle}</p> }.into_any(),
                None => view! { <AskForm user=user.get_value() is_open /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn AskForm(user: User, is_open: RwSignal<bool>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let toasts = Toasts::expect();
    let submission = Submission::new();
    let message = RwSignal::new(String::new());
    let User { id, display_name, .. } = user;
    let name = StoredValue::new(display_name);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Ok(message) = RequestMessage::parse(&message.read_untracked()) else {
            return;
        };
        let message = Some(message.into_string()).filter(|message| !message.is_empty());
        let request = CreateFriendRequest {
            user_id: Some(id),
            message,
            ..CreateFriendRequest::default()
        };
        // Taken now: once the request is known, this form gives way to the news that it was sent.
        let name = name.get_value();
        submission.run(async move { people.ask(&request).await }, move |request| {
            toasts.show(outcome(request.state, &name));
            is_open.try_set(false);
        });
    };
    let message_error = move || {
        let broken_rule = RequestMessage::parse(&message.read()).err();
        broken_rule
            .map(|error| explain_name(error).to_owned())
            .or_else(|| submission.field_error("message"))
    };
    view! {
        <form class="found__form" on:submit=submit novalidate>
            <TextField
                label=move || texts().friends.message
                value=message
                placeholder=move || texts().friends.message_placeholder
                error=Signal::derive(message_error)
                max_chars=RequestMessage::MAX_CHARS
            />
            <FormError text=Signal::derive(move || submission.general_error(&["message"])) />
            <Button submits=true wide=true busy=submission.is_busy()>
                {move || texts().friends.send_request}
            </Button>
        </form>
    }
}

/// Two requests that cross make friends at once.
fn outcome(state: FriendRequestState, name: &str) -> String {
    let friends = &texts().friends;
    match state {
        FriendRequestState::Pending => (friends.request_sent)(name),
        FriendRequestState::Accepted => (friends.now_friends)(name),
    }
}
