//! What one does with a chat: pin, mute, put away, mark, name, leave.

use std::time::Duration;

use damso_client_state::Chat;
use damso_domain::{ConversationId, ConversationKind, Timestamp};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::OpenMenu;
use super::folders::FolderDialog;
use super::mute::MuteDialog;
use super::rename::RenameDialog;
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

    /// Keeps it quiet for so long, or not any more.
    pub fn mute(self, id: ConversationId, time: Option<Duration>) {
        spawn_local(async move {
            self.tell(self.chats.set_muted(id, time).await);
        });
    }

    /// Puts it away, which can be undone for a moment, or brings it back.
    pub fn toggle_archive(self, id: ConversationId) {
        let read = |chat: &Chat| {
            let is_archived = chat.is_archived(Timestamp::now());
            (is_archived, chat.conversation.membership.is_pinned)
        };
        let Some((is_archived, was_pinned)) = self.chats.peek_chat(id, read) else {
            return;
        };
        spawn_local(async move {
            match self.chats.set_archived(id, !is_archived).await {
                Ok(()) if is_archived => (),
                Ok(()) => self.offer_undo(id, was_pinned),
                Err(error) => self.toasts.show(explain_error(&error)),
            }
        });
    }

    /// Putting away unpins, so what brings it back pins it again.
    fn offer_undo(self, id: ConversationId, was_pinned: bool) {
        let undo = move || {
            spawn_local(async move {
                let result = if was_pinned {
                    self.chats.set_pinned(id, true).await
                } else {
                    self.chats.set_archived(id, false).await
                };
                self.tell(result);
            });
        };
        let said = texts();
        self.toasts
            .show_with(said.chat_list.was_archived, said.common.undo, undo);
    }

    /// Reads it to its end, or shows it as unread; then it does not stay on the screen, where it would be read.
    pub fn toggle_unread(self, id: ConversationId) {
        let is_unread = self.chats.peek_chat(id, Chat::is_unread).unwrap_or(false);
        if !is_unread && self.navigator.place_now().conversation() == Some(id) {
            self.navigator.replace(Place::Chats);
        }
        spawn_local(async move {
            let result = if is_unread {
                self.chats.mark_all_read(id).await
            } else {
                self.chats.mark_unread(id).await
            };
            self.tell(result);
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
    let is_muting = RwSignal::new(false);
    let is_renaming = RwSignal::new(false);
    let is_filing = RwSignal::new(false);
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
    let is_unread = move || read(chats, target, Chat::is_unread);
    let is_archived = move || read(chats, target, |chat| chat.is_archived(Timestamp::now()));
    // Where nothing was ever said there is nothing to read.
    let can_mark = move || read(chats, target, |chat| chat.conversation.last_message.is_some());
    let press_mute = move |_| {
        if untrack(is_muted) {
            target
                .get_untracked()
                .into_iter()
                .for_each(|id| actions.mute(id, None));
        } else {
            is_muting.set(true);
        }
    };
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
            <MenuItem icon=if is_muted() { IconName::Bell } else { IconName::Mute } on:click=press_mute>
                {move || if is_muted() { texts().chat.unmute } else { texts().chat.mute }}
            </MenuItem>
            <Show when=can_mark>
                <MenuItem
                    icon=if is_unread() { IconName::Check } else { IconName::Chat }
                    on:click=with_target(ChatActions::toggle_unread)
                >
                    {move || if is_unread() { texts().chat_list.mark_read } else { texts().chat_list.mark_unread }}
                </MenuItem>
            </Show>
            <MenuItem icon=IconName::Archive on:click=with_target(ChatActions::toggle_archive)>
                {move || if is_archived() { texts().chat_list.unarchive } else { texts().chat_list.archive }}
            </MenuItem>
            <MenuItem icon=IconName::Folder on:click=move |_| is_filing.set(true)>
                {move || texts().chat_list.folder}
            </MenuItem>
            <MenuItem icon=IconName::Edit on:click=move |_| is_renaming.set(true)>
                {move || texts().chat_list.rename}
            </MenuItem>
            <Show when=can_leave>
                <MenuItem icon=IconName::Leave danger=true on:click=move |_| asks.set(true)>
                    {move || texts().chat.leave}
                </MenuItem>
            </Show>
        </Menu>
        <LeaveDialog id=Signal::derive(move || target.get()) is_open=asks />
        <MuteDialog id=Signal::derive(move || target.get()) is_open=is_muting />
        <RenameDialog id=Signal::derive(move || target.get()) is_open=is_renaming />
        <FolderDialog id=Signal::derive(move || target.get()) is_open=is_filing />
    }
}

fn read(
    chats: ChatStore,
    target: RwSignal<Option<ConversationId>>,
    read: impl FnOnce(&Chat) -> bool,
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
