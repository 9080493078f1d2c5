//! What one does with a chat: pin, mute, leave.

use damso_domain::{ConversationId, ConversationKind, Timestamp};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::OpenMenu;
use crate::api::ApiError;
use crate::app::{Navigator, Place};
use crate::features::chat::title_words;
use crate::i18n::{explain_error, texts};
use crate::stores::ChatStore;
use crate::ui::{ConfirmDialog, IconName, Menu, MenuItem, Toasts};

/// What one does with a chat, with the words that follow. A `Copy` handle.
#[derive(Clone, Copy)]
pub struct ChatActions {
    chats: ChatStore,
    navigator: Navigator,
    toasts: Toasts,
}

impl ChatActions {
    /// From the stores of this page.
    pub fn expect() -> Self {
        Self {
            chats: expect_context(),
            navigator: Navigator::expect(),
            toasts: Toasts::expect(),
        }
    }

    /// Keeps it on top, or not any more.
    pub fn toggle_pin(self, id: ConversationId) {
        let is_pinned = self
            .chats
            .peek_chat(id, |chat| chat.conversation.membership.is_pinned)
            .unwrap_or(false);
        spawn_local(async move {
            self.tell(self.chats.set_pinned(id, !is_pinned).await);
        });
    }

    /// Keeps it quiet, or not any more.
    pub fn toggle_mute(self, id: ConversationId) {
        let is_muted = self
            .chats
            .peek_chat(id, |chat| chat.is_muted(Timestamp::now()))
            .unwrap_or(false);
        spawn_local(async move {
            self.tell(self.chats.set_muted(id, !is_muted).await);
        });
    }

    /// Leaves it, and goes back to the list when it was open.
    pub fn leave(self, id: ConversationId) {
        spawn_local(async move {
            match self.chats.leave(id).await {
                Ok(()) => {
                    if self.navigator.place_now().conversation() == Some(id) {
                        self.navigator.replace(Place::Chats);
                    }
                    self.toasts.show(texts().chat.left);
                }
                Err(error) => self.toasts.show(explain_error(&error)),
            }
        });
    }

    fn tell(self, result: Result<(), ApiError>) {
        if let Err(error) = result {
            self.toasts.show(explain_error(&error));
        }
    }
}

/// The context menu of the list.
#[component]
pub(super) fn ChatMenu(menu: OpenMenu) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let actions = ChatActions::expect();
    let asks = RwSignal::new(false);
    let target = menu.target;
    let title = move || {
        target
            .get()
            .and_then(|id| chats.title(id))
            .as_ref()
            .map(title_words)
            .unwrap_or_default()
    };
    let is_pinned = move || read(chats, target, |chat| chat.conversation.membership.is_pinned);
    let is_muted = move || read(chats, target, |chat| chat.is_muted(Timestamp::now()));
    let can_leave = move || {
        read(chats, target, |chat| {
            chat.conversation.kind != ConversationKind::SelfChat
        })
    };
    let with_target = move |act: fn(ChatActions, ConversationId)| {
        move |_: leptos::ev::MouseEvent| target.get_untracked().into_iter().for_each(|id| act(actions, id))
    };
    view! {
        <Menu anchor=menu.anchor label=move || (texts().chat.chat_menu)(&title())>
            <MenuItem icon=IconName::Pin on:click=with_target(ChatActions::toggle_pin)>
                {move || if is_pinned() { texts().chat.unpin } else { texts().chat.pin }}
            </MenuItem>
            <MenuItem
                icon=if is_muted() { IconName::Bell } else { IconName::Mute }
                on:click=with_target(ChatActions::toggle_mute)
            >
                {move || if is_muted() { texts().chat.unmute } else { texts().chat.mute }}
            </MenuItem>
            <Show when=can_leave>
                <MenuItem icon=IconName::Leave danger=true on:click=move |_| asks.set(true)>
                    {move || texts().chat.leave}
                </MenuItem>
            </Show>
        </Menu>
        <LeaveDialog id=Signal::derive(move || target.get()) is_open=asks />
    }
}

fn read(
    chats: ChatStore,
    target: RwSignal<Option<ConversationId>>,
    read: impl FnOnce(&damso_client_state::Chat) -> bool,
) -> bool {
    target
        .get()
        .and_then(|id| chats.with_chat(id, read))
        .unwrap_or(false)
}

/// Asks before leaving a chat.
#[component]
pub fn LeaveDialog(
    /// Which one.
    #[prop(into)]
    id: Signal<Option<ConversationId>>,
    /// Whether it is open.
    is_open: RwSignal<bool>,
) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let actions = ChatActions::expect();
    let title = move || {
        id.get()
            .and_then(|id| chats.title(id))
            .as_ref()
            .map(title_words)
            .unwrap_or_default()
    };
    let kind = move || {
        id.get()
            .and_then(|id| chats.with_chat(id, |chat| chat.conversation.kind))
    };
    let text = move || match kind() {
        Some(ConversationKind::Group) => texts().chat.leave_group_text,
        Some(ConversationKind::Direct | ConversationKind::SelfChat) | None => texts().chat.leave_direct_text,
    };
    view! {
        <ConfirmDialog
            open=is_open
            title=move || (texts().chat.leave_title)(&title())
            text
            action=move || texts().chat.leave
            on_confirm=move |()| id.get_untracked().into_iter().for_each(|id| actions.leave(id))
        />
    }
}
