//! What belongs to a conversation: who is in it, and how I see it.

mod add;
mod edit;
mod links;
mod members;
mod shared_media;

use damso_domain::{ConversationId, ConversationKind, Role, Timestamp};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_split_helpers::wasm_split;

use super::notice_bar::NoticeWords;
use super::{ChatFace, title_words};
use crate::app::{Fetched, Navigator, Place};
use crate::features::block::{BlockActions, BlockDialog};
use crate::features::chats::{ChatActions, LeaveDialog, MuteDialog};
use crate::i18n::{format, invites, on_top, shared_media, texts};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{AvatarSize, Button, ButtonKind, Icon, IconButton, IconName};
use add::AddMembersDialog;
use edit::EditGroupDialog;
use links::GroupLinksDialog;
use members::MemberList;
use shared_media::SharedMediaDialog;

/// What can be done here, by what it is and what I am in it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Rights {
    kind: ConversationKind,
    role: Role,
}

impl Rights {
    fn is_group(self) -> bool {
        self.kind == ConversationKind::Group
    }

    fn can_add(self) -> bool {
        self.is_group() && self.role.can_add_members()
    }

    fn can_edit(self) -> bool {
        self.is_group() && self.role.can_change_group()
    }

    fn can_manage_links(self) -> bool {
        self.is_group() && self.role.can_manage_invites()
    }

    fn can_leave(self) -> bool {
        self.kind != ConversationKind::SelfChat
    }
}

/// See [`ConversationDrawer`].
#[wasm_split(conversation, fallible, preload(load_conversation_drawer))]
pub(crate) fn conversation_drawer(id: ConversationId) -> Fetched<AnyView> {
    Ok(view! { <ConversationDrawer id /> }.into_any())
}

/// The drawer of a conversation.
#[component]
fn ConversationDrawer(
    /// Which.
    id: ConversationId,
) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let rights = Memo::new(move |_| {
        chats.with_chat(id, |chat| Rights {
            kind: chat.conversation.kind,
            role: chat.conversation.membership.role,
        })
    });
    load_all_members(chats, Signal::stored(Some(id)));
    view! {
        <aside class="drawer chat-drawer" aria-label=move || texts().chat.about>
            <DrawerHead id />
            {move || rights.get().map(|rights| view! { <DrawerBody id rights /> })}
        </aside>
    }
}

/// The list carries the first eight; where everyone is shown they are read.
pub(crate) fn load_all_members(chats: ChatStore, id: Signal<Option<ConversationId>>) {
    let lacking = Memo::new(move |_| {
        let needs_all = |id: &ConversationId| chats.with_chat(*id, |chat| !chat.has_all_members());
        id.get().filter(|id| needs_all(id) == Some(true))
    });
    Effect::new(move |_| {
        if let Some(id) = lacking.get() {
            spawn_local(async move {
                // Without an answer the first eight are shown.
                let _ = chats.load_members(id).await;
            });
        }
    });
}

#[component]
fn DrawerHead(id: ConversationId) -> impl IntoView {
    let navigator = Navigator::expect();
    let chats = expect_context::<ChatStore>();
    let title = Memo::new(move |_| chats.title(id).as_ref().map(title_words).unwrap_or_default());
    let since = move || {
        texts();
        let about = chats.with_chat(id, |chat| {
            (
                chat.conversation.created_at,
                chat.conversation.kind,
                chat.conversation.member_count,
            )
        });
        about.map(|(created_at, kind, count)| {
            let since = (texts().chat.since)(&format::long_date(created_at));
            match kind {
                ConversationKind::Group => format!("{since} · {}", (texts().chat.member_count)(count)),
                ConversationKind::Direct | ConversationKind::SelfChat => since,
            }
        })
    };
    view! {
        <div class="chat-drawer__close">
            <IconButton
                icon=IconName::Close
                label=move || texts().chat.close_drawer
                on:click=move |_| navigator.go(Place::Chat(id))
            />
        </div>
        <div class="chat-drawer__head">
            <ChatFace id size=AvatarSize::Huge />
            <h2 class="chat-drawer__title">{move || title.get()}</h2>
            <p class="chat-drawer__since">{since}</p>
        </div>
    }
}

#[component]
fn DrawerBody(id: ConversationId, rights: Rights) -> impl IntoView {
    let asks_to_leave = RwSignal::new(false);
    let is_adding = RwSignal::new(false);
    let is_editing = RwSignal::new(false);
    let shows_links = RwSignal::new(false);
    let shows_media = RwSignal::new(false);
    view! {
        <QuickActions id rights is_adding />
        <NoticeSection id />
        <button class="chat-drawer__entry" type="button" on:click=move |_| shows_media.set(true)>
            <Icon name=IconName::Image />
            <span>{move || shared_media().title}</span>
            <Icon name=IconName::Forward />
        </button>
        {rights
            .is_group()
            .then(|| view! { <MemberList id role=rights.role /> })}
        <div class="chat-drawer__foot">
            {rights
                .can_manage_links()
                .then(|| {
                    view! {
                        <Button
                            kind=ButtonKind::Secondary
                            wide=true
                            icon=IconName::Share
                            on:click=move |_| shows_links.set(true)
                        >
                            {move || invites().group_links}
                        </Button>
                    }
                })}
            {rights
                .can_edit()
                .then(|| {
                    view! {
                        <Button
                            kind=ButtonKind::Secondary
                            wide=true
                            icon=IconName::Edit
                            on:click=move |_| is_editing.set(true)
                        >
                            {move || texts().chat.edit_group}
                        </Button>
                    }
                })}
            {(rights.kind == ConversationKind::Direct).then(|| view! { <BlockOrUnblock id /> })}
            {rights
                .can_leave()
                .then(|| {
                    view! {
                        <Button
                            kind=ButtonKind::Plain
                            wide=true
                            icon=IconName::Leave
                            on:click=move |_| asks_to_leave.set(true)
                        >
                            {move || texts().chat.leave}
                        </Button>
                    }
                })}
        </div>
        <AddMembersDialog id is_open=is_adding />
        <EditGroupDialog id is_open=is_editing />
        <GroupLinksDialog id is_open=shows_links />
        <SharedMediaDialog id is_open=shows_media />
        <LeaveDialog id=Signal::stored(Some(id)) is_open=asks_to_leave />
    }
}

/// What stands on top of the conversation, and the way there.
#[component]
fn NoticeSection(id: ConversationId) -> impl IntoView {
    let navigator = Navigator::expect();
    let chats = expect_context::<ChatStore>();
    let message =
        Memo::new(move |_| chats.with_chat(id, |chat| chat.conversation.notice.as_deref().cloned())?);
    let press = move |_| {
        if let Some(seq) = message.with_untracked(|message| message.as_ref().map(|message| message.seq)) {
            navigator.go(Place::Message(id, seq));
        }
    };
    view! {
        <Show when=move || message.with(Option::is_some)>
            <h3 class="chat-drawer__section">{move || on_top().notice}</h3>
            <button
                class="chat-drawer__notice"
                type="button"
                title=move || on_top().to_message
                on:click=press
            >
                <NoticeWords message />
            </button>
        </Show>
    }
}

/// Of a conversation of two: blocks the other one, or lets them be again.
#[component]
fn BlockOrUnblock(id: ConversationId) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let people = expect_context::<PeopleStore>();
    let actions = BlockActions::expect();
    let asks = RwSignal::new(false);
    let is_busy = RwSignal::new(false);
    let counterpart = Memo::new(move |_| {
        let other = chats.with_chat(id, |chat| chat.counterpart(chats.me()))??;
        let is_there = people.user(other).is_some_and(|user| !user.is_deleted);
        is_there.then_some(other)
    });
    move || {
        counterpart.get().map(|other| {
            let is_blocked = Memo::new(move |_| people.is_blocked(other));
            let press = move |_| {
                if is_blocked.get_untracked() {
                    actions.unblock(other, is_busy);
                } else {
                    asks.set(true);
                }
            };
            let words = move || {
                if is_blocked.get() {
                    texts().blocks.unblock
                } else {
                    texts().blocks.block
                }
            };
            view! {
                <Button kind=ButtonKind::Plain wide=true icon=IconName::Block busy=is_busy on:click=press>
                    {words}
                </Button>
                <BlockDialog id=other open=asks />
            }
        })
    }
}

#[component]
fn QuickActions(id: ConversationId, rights: Rights, is_adding: RwSignal<bool>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let actions = ChatActions::expect();
    let is_muted =
        Memo::new(move |_| chats.with_chat(id, |chat| chat.is_muted(Timestamp::now())) == Some(true));
    let is_pinned =
        Memo::new(move |_| chats.with_chat(id, |chat| chat.conversation.membership.is_pinned) == Some(true));
    let is_muting = RwSignal::new(false);
    let press_mute = move |_| {
        if is_muted.get_untracked() {
            actions.mute(id, None);
        } else {
            is_muting.set(true);
        }
    };
    let pressed = |is_on: bool| if is_on { "true" } else { "false" };
    view! {
        <div class="chat-drawer__actions">
            {rights
                .can_add()
                .then(|| {
                    view! {
                        <button class="chat-drawer__action" type="button" on:click=move |_| is_adding.set(true)>
                            <Icon name=IconName::AddPerson />
                            <span>{move || texts().chat.invite}</span>
                        </button>
                    }
                })}
            <button
                class="chat-drawer__action"
                type="button"
                aria-pressed=move || pressed(is_muted.get())
                on:click=press_mute
            >
                <Icon name=Signal::derive(move || if is_muted.get() { IconName::Bell } else { IconName::Mute }) />
                <span>{move || if is_muted.get() { texts().chat.unmute } else { texts().chat.mute }}</span>
            </button>
            <button
                class="chat-drawer__action"
                type="button"
                aria-pressed=move || pressed(is_pinned.get())
                on:click=move |_| actions.toggle_pin(id)
            >
                <Icon name=IconName::Pin />
                <span>{move || if is_pinned.get() { texts().chat.unpin } else { texts().chat.pin }}</span>
            </button>
        </div>
        <MuteDialog id=Signal::derive(move || Some(id)) is_open=is_muting />
    }
}
