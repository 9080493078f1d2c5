//! Somebody's profile, as a card.

use damso_domain::{Birthday, UserId};
use damso_protocol::{CreateFriendRequest, User};
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use super::actions::FriendActions;
use super::mutual::MutualLine;
use super::rename::RenameDialog;
use crate::app::{Fetched, Lazy, Navigator, Place, SettingsSection};
use crate::features::block::{BlockActions, BlockDialog};
use crate::features::chat::{face_of, name_by_id, name_of};
use crate::features::form::{FormError, Submission};
use crate::features::report::{ReportDialog, ReportSubject};
use crate::i18n::{format, texts};
use crate::session::Session;
use crate::stores::PeopleStore;
use crate::ui::{
    Avatar, AvatarSize, Button, ButtonKind, ConfirmDialog, EmptyState, Face, Icon, IconButton, IconName,
    PresenceDot, SkeletonLines, Toasts, presence_words,
};

/// How somebody stands to me.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Relation {
    Myself,
    /// Since this day, in words.
    Friend {
        since: String,
    },
    /// They asked me.
    AskedMe(damso_domain::FriendRequestId),
    /// I asked them.
    AskedThem(damso_domain::FriendRequestId),
    Stranger,
    /// I block them, since this day, in words.
    Blocked {
        since: String,
    },
    Gone,
}

/// The pane on the right: a card, or a hint while nobody is chosen.
#[component]
pub fn ProfileStage(
    /// Whose.
    chosen: Memo<Option<UserId>>,
) -> impl IntoView {
    let navigator = Navigator::expect();
    view! {
        <main class="stage profile" id="main" tabindex="-1">
            <span class="back-button profile__back">
                <IconButton icon=IconName::Back label=move || texts().common.back on:click=move |_| navigator.go_up() />
            </span>
            {move || match chosen.get() {
                Some(id) => view! {
                    <Lazy load=|| Box::pin(load_profile()) draw=Box::new(move || Box::pin(profile(id))) />
                }
                .into_any(),
                None => view! { <NobodyChosen /> }.into_any(),
            }}
        </main>
    }
}

#[component]
fn NobodyChosen() -> impl IntoView {
    view! {
        <EmptyState
            icon=IconName::Sparkle
            title=move || texts().friends.choose_title
            text=move || texts().friends.choose_text
        />
    }
}

/// See [`Profile`].
#[wasm_split(people, fallible, preload(load_profile))]
pub(crate) fn profile(id: UserId) -> Fetched<AnyView> {
    Ok(view! { <Profile id /> }.into_any())
}

#[component]
fn Profile(id: UserId) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let session = expect_context::<Session>();
    let user = Memo::new(move |_| match session.me().filter(|me| me.id == id) {
        Some(me) => Some(User::from(&me)),
        None => people.user(id),
    });
    people.need(id);
    let relation = Memo::new(move |_| relation(people, session, id, user.get().as_ref()));
    move || match user.get() {
        Some(user) => view! { <ProfileCard user relation /> }.into_any(),
        None => view! { <SkeletonCard /> }.into_any(),
    }
}

/// The shape of a card.
#[component]
fn SkeletonCard() -> impl IntoView {
    view! {
        <div class="card card--loading" role="status" aria-label=move || texts().common.loading>
            <span class="skeleton card__banner"></span>
            <SkeletonLines count=2 />
        </div>
    }
}

fn relation(people: PeopleStore, session: Session, id: UserId, user: Option<&User>) -> Relation {
    if session.my_id() == Some(id) {
        Relation::Myself
    } else if user.is_some_and(|user| user.is_deleted) {
        Relation::Gone
    } else if let Some(block) = people.blocks().into_iter().find(|block| block.user.id == id) {
        Relation::Blocked {
            since: (texts().blocks.since)(&format::long_date(block.since)),
        }
    } else if let Some(friend) = people.friend(id) {
        Relation::Friend {
            since: format::long_date(friend.since),
        }
    } else if let Some(request) = people
        .incoming()
        .into_iter()
        .find(|request| request.from.id == id)
    {
        Relation::AskedMe(request.id)
    } else if let Some(request) = people.outgoing().into_iter().find(|request| request.to.id == id) {
        Relation::AskedThem(request.id)
    } else {
        Relation::Stranger
    }
}

#[component]
fn ProfileCard(user: User, relation: Memo<Relation>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let id = user.id;
    let presence = Memo::new(move |_| people.presence(id));
    let session = expect_context::<Session>();
    let birthday = Memo::new(move |_| match session.me().filter(|me| me.id == id) {
        Some(me) => me.birthday.map(Birthday::day),
        None => people.friend(id)?.birthday,
    });
    let card = StoredValue::new(user.clone());
    let face = Memo::new(move |_| face_of(people, &card.read_value()));
    let name = Memo::new(move |_| name_of(people, &card.read_value()));
    let is_friend = Memo::new(move |_| matches!(*relation.read(), Relation::Friend { .. }));
    let status = Some(user.status_message.clone()).filter(|status| !status.is_empty());
    let banner_class = format!("card__banner {}", Face::from(&user).colour_class());
    let known_as = move || card.with_value(|user| known_as(user, &name.read()));
    view! {
        <article class="card" aria-label=move || name.get()>
            <div class=banner_class aria-hidden="true"></div>
            <span class="with-presence card__face">
                <Avatar face size=AvatarSize::Huge />
                <PresenceDot status=Signal::derive(move || presence.get().map(|known| known.status)) />
            </span>
            <div class="card__title">
                <h2 class="card__name">{move || name.get()}</h2>
                <Show when=move || is_friend.get()>
                    <RenameButton id />
                </Show>
            </div>
            <p class="card__handle">{known_as}</p>
            {status.map(|status| view! { <p class="card__status">{status}</p> })}
            <p class="card__presence">{move || presence.get().as_ref().and_then(presence_words)}</p>
            {move || birthday.get().map(|day| view! {
                <p class="card__birthday">
                    <Icon name=IconName::Cake />
                    <span class="sr-only">{texts().friends.birthday}</span>
                    {format::month_day(day)}
                </p>
            })}
            <p class="card__since">{move || since(&relation.get())}</p>
            <Show when=move || has_something_in_common(&relation.read())>
                <MutualLine id relation />
            </Show>
            <div class="card__actions">
                <CardActions user relation />
            </div>
            <Show when=move || is_friend.get()>
                <FavoriteButton id />
            </Show>
            <Show when=move || !matches!(*relation.read(), Relation::Myself | Relation::Gone)>
                <div class="card__more">
                    <Show when=move || is_no_friend(&relation.read())>
                        <WriteButton id />
                        <BlockButton id />
                    </Show>
                    <ReportButton id />
                </div>
            </Show>
        </article>
    }
}

/// Their own name, where I call them by another one, and their handle.
fn known_as(user: &User, name: &str) -> String {
    let own_name = Some(user.display_name.clone()).filter(|own| !user.is_deleted && own != name);
    let handle = user.handle.as_ref().map(|handle| format!("@{handle}"));
    own_name.into_iter().chain(handle).collect::<Vec<_>>().join(" · ")
}

fn since(relation: &Relation) -> Option<String> {
    let friends = &texts().friends;
    match relation {
        Relation::Friend { since } => Some((friends.since)(since)),
        Relation::AskedMe(_) => Some(friends.asked_you.to_owned()),
        Relation::AskedThem(_) => Some(friends.already_asked.to_owned()),
        Relation::Stranger => Some(friends.not_a_friend.to_owned()),
        Relation::Blocked { since } => Some(since.clone()),
        Relation::Myself | Relation::Gone => None,
    }
}

/// A friend has larger buttons for writing to them and for blocking them, among the others.
const fn is_no_friend(relation: &Relation) -> bool {
    matches!(
        relation,
        Relation::Stranger | Relation::AskedMe(_) | Relation::AskedThem(_)
    )
}

/// Of whom that is asked.
const fn has_something_in_common(relation: &Relation) -> bool {
    !matches!(
        relation,
        Relation::Myself | Relation::Blocked { .. } | Relation::Gone
    )
}

#[component]
fn CardActions(user: User, relation: Memo<Relation>) -> impl IntoView {
    let user = StoredValue::new(user);
    move || {
        let user = user.get_value();
        match relation.get() {
            Relation::Myself => view! {
                <ChatButton id=user.id is_me=true />
                <a class="card__action" href=Place::SettingsSection(SettingsSection::Profile).path()>
                    <Icon name=IconName::Edit />
                    {move || texts().friends.edit_profile}
                </a>
            }
            .into_any(),
            Relation::Friend { .. } => view! {
                <ChatButton id=user.id is_me=false />
                <HideButton id=user.id />
                <RemoveButton id=user.id />
                <BlockAction id=user.id />
            }
            .into_any(),
            Relation::AskedMe(request) => view! { <AnswerButtons user request /> }.into_any(),
            Relation::AskedThem(request) => view! { <CancelButton request /> }.into_any(),
            Relation::Stranger => view! { <AskButton user /> }.into_any(),
            Relation::Blocked { .. } => view! { <UnblockButton id=user.id /> }.into_any(),
            Relation::Gone => ().into_any(),
        }
    }
}

#[component]
fn ChatButton(id: UserId, is_me: bool) -> impl IntoView {
    let actions = FriendActions::expect();
    let is_busy = RwSignal::new(false);
    let label = move || {
        if is_me {
            texts().friends.notes_to_self
        } else {
            texts().friends.start_chat
        }
    };
    view! {
        <button
            class="card__action"
            type="button"
            disabled=move || is_busy.get()
            on:click=move |_| actions.chat_with(id, is_busy)
        >
            <Icon name=IconName::Chat />
            {label}
        </button>
    }
}

/// A star on the card: lit while they stand on top of my list.
#[component]
fn FavoriteButton(id: UserId) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let actions = FriendActions::expect();
    let is_favorite = Memo::new(move |_| people.friend(id).is_some_and(|friend| friend.is_favorite));
    view! {
        <span class="card__star">
            <IconButton
                icon=IconName::Star
                label=move || texts().friends.favorite
                attr:aria-pressed=move || is_favorite.get().to_string()
                on:click=move |_| actions.set_favorite(id, !is_favorite.get_untracked())
            />
        </span>
    }
}

#[component]
fn RenameButton(id: UserId) -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <IconButton
            icon=IconName::Edit
            label=move || texts().friends.rename
            on:click=move |_| is_open.set(true)
        />
        <RenameDialog id is_open />
    }
}

/// Hides a friend, or brings them back. It stays the same button, so that the focus stays on it.
#[component]
fn HideButton(id: UserId) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let actions = FriendActions::expect();
    let is_hidden = Memo::new(move |_| people.friend(id).is_some_and(|friend| friend.is_hidden));
    let toggle = move |_| {
        if is_hidden.get_untracked() {
            actions.show_again(id);
        } else {
            actions.hide(id);
        }
    };
    view! {
        <button class="card__action" type="button" on:click=toggle>
            <Icon name=Signal::derive(move || if is_hidden.get() { IconName::Eye } else { IconName::EyeOff }) />
            {move || if is_hidden.get() { texts().friends.show_again } else { texts().friends.hide }}
        </button>
    }
}

#[component]
fn RemoveButton(id: UserId) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let actions = FriendActions::expect();
    let asks = RwSignal::new(false);
    let name = Memo::new(move |_| name_by_id(people, id));
    view! {
        <button class="card__action" type="button" on:click=move |_| asks.set(true)>
            <Icon name=IconName::RemovePerson />
            {move || texts().friends.remove}
        </button>
        <ConfirmDialog
            open=asks
            title=move || (texts().friends.remove_title)(&name.read())
            text=move || texts().friends.remove_text
            action=move || texts().common.remove
            on_confirm=move |()| actions.remove(id, name.get_untracked())
        />
    }
}

#[component]
fn BlockAction(id: UserId) -> impl IntoView {
    let asks = RwSignal::new(false);
    view! {
        <button class="card__action" type="button" on:click=move |_| asks.set(true)>
            <Icon name=IconName::Block />
            {move || texts().blocks.block}
        </button>
        <BlockDialog id open=asks />
    }
}

/// Begins a chat with somebody who is no friend. Whether they let everybody is known to the server alone, so it is a small
/// button that may be refused.
#[component]
fn WriteButton(id: UserId) -> impl IntoView {
    let actions = FriendActions::expect();
    let is_busy = RwSignal::new(false);
    view! {
        <Button
            kind=ButtonKind::Plain
            small=true
            icon=IconName::Chat
            busy=is_busy
            on:click=move |_| actions.chat_with(id, is_busy)
        >
            {move || texts().friends.start_chat}
        </Button>
    }
}

#[component]
fn BlockButton(id: UserId) -> impl IntoView {
    let asks = RwSignal::new(false);
    view! {
        <Button kind=ButtonKind::Plain small=true icon=IconName::Block on:click=move |_| asks.set(true)>
            {move || texts().blocks.block}
        </Button>
        <BlockDialog id open=asks />
    }
}

#[component]
fn ReportButton(id: UserId) -> impl IntoView {
    let asks = RwSignal::new(false);
    view! {
        <Button kind=ButtonKind::Plain small=true icon=IconName::Flag on:click=move |_| asks.set(true)>
            {move || texts().reports.report}
        </Button>
        <ReportDialog subject=Some(ReportSubject::Person(id)) open=asks />
    }
}

#[component]
fn UnblockButton(id: UserId) -> impl IntoView {
    let actions = BlockActions::expect();
    let is_busy = RwSignal::new(false);
    view! {
        <Button
            kind=ButtonKind::Secondary
            wide=true
            busy=is_busy
            on:click=move |_| actions.unblock(id, is_busy)
        >
            {move || texts().blocks.unblock}
        </Button>
    }
}

#[component]
fn AnswerButtons(user: User, request: damso_domain::FriendRequestId) -> impl IntoView {
    let actions = FriendActions::expect();
    let name = user.display_name;
    view! {
        <Button wide=true on:click=move |_| actions.accept(request, name.clone())>
            {move || texts().friends.accept}
        </Button>
        <Button kind=ButtonKind::Secondary wide=true on:click=move |_| actions.decline(request)>
            {move || texts().friends.decline}
        </Button>
    }
}

#[component]
fn CancelButton(request: damso_domain::FriendRequestId) -> impl IntoView {
    let actions = FriendActions::expect();
    view! {
        <Button kind=ButtonKind::Secondary wide=true on:click=move |_| actions.cancel(request)>
            {move || texts().friends.cancel_request}
        </Button>
    }
}

#[component]
fn AskButton(user: User) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let toasts = Toasts::expect();
    let submission = Submission::new();
    let id = user.id;
    let name = StoredValue::new(user.display_name);
    let ask = move |_| {
        let request = CreateFriendRequest {
            user_id: Some(id),
            ..CreateFriendRequest::default()
        };
        // Taken now: once the request is known, this button gives way to another one.
        let name = name.get_value();
        submission.run(async move { people.ask(&request).await }, move |_| {
            toasts.show((texts().friends.request_sent)(&name));
        });
    };
    view! {
        <div class="card__ask">
            <Button wide=true icon=IconName::AddPerson busy=submission.is_busy() on:click=ask>
                {move || texts().friends.send_request}
            </Button>
            <FormError text=Signal::derive(move || submission.general_error(&[])) />
        </div>
    }
}
