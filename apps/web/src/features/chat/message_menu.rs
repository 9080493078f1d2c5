//! What one does with a message: react, reply, edit, copy, forward, choose, delete, try again.

use damso_client_state::model::is_editable;
use damso_client_state::rows::{MessageRow, RowContent};
use damso_domain::{ConversationId, ConversationKind, Seq};
use damso_protocol::DeleteFor;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::editing::Editing;
use super::forwarding::Forwarding;
use super::notice_bar::{NoticeActions, allows_notice, notice_seq};
use super::polls::ClosePollItem;
use super::reactions::{QuickReactions, Reactor};
use super::replying::Replying;
use super::selecting::Selecting;
use crate::app::Place;
use crate::features::report::{ReportDialog, ReportSubject};
use crate::i18n::{explain_error, forwarding, on_top, texts};
use crate::stores::ChatStore;
use crate::ui::{ConfirmDialog, IconName, Menu, MenuAnchor, MenuItem, Toasts, copy_and_tell};

/// The message whose menu is open. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub(super) struct MessageTarget {
    anchor: RwSignal<Option<MenuAnchor>>,
    row: RwSignal<Option<Memo<MessageRow>>>,
    /// What it is by now: a message may be stored, changed or deleted while its menu is open.
    content: Memo<Option<RowContent>>,
}

impl MessageTarget {
    pub fn new() -> Self {
        let row = RwSignal::new(None::<Memo<MessageRow>>);
        let content = Memo::new(move |before: Option<&Option<RowContent>>| {
            let content = row.get()?.try_with(|row| row.content.clone());
            // A row that is not drawn any more is what it was.
            content.or_else(|| before.cloned().flatten())
        });
        Self {
            anchor: RwSignal::new(None),
            row,
            content,
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Opens the menu of a message.
    pub fn open(self, row: Memo<MessageRow>, anchor: MenuAnchor) {
        self.row.set(Some(row));
        self.anchor.set(Some(anchor));
    }

    /// Whether the browser's own menu says more about what was pressed: a link.
    pub fn is_native(event: &MouseEvent) -> bool {
        let element = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        element
            .and_then(|element| element.closest("a[href]").ok().flatten())
            .is_some()
    }
}

/// What can be done with the message of the moment.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each shows an item of its own")]
struct Choices {
    seq: Option<Seq>,
    can_be_answered: bool,
    has_text: bool,
    has_link: bool,
    can_be_notice: bool,
    is_notice: bool,
    can_be_forwarded: bool,
    can_be_chosen: bool,
    takes_reactions: bool,
    has_reactions: bool,
    is_editable: bool,
    has_edits: bool,
    deletes_for_everyone: bool,
    deletes_for_me: bool,
    is_reportable: bool,
    is_unsent: bool,
    is_refused: bool,
}

#[component]
pub(super) fn MessageMenu(id: ConversationId) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let toasts = Toasts::expect();
    let target = MessageTarget::expect();
    let (reactor, editing, replying) = (Reactor::expect(), Editing::expect(), Replying::expect());
    let asks = RwSignal::new(false);
    let reports = RwSignal::new(false);
    let choices = Memo::new(move |_| {
        target
            .content
            .with(|content| choices(chats, id, content.as_ref()))
    });
    let subject = Memo::new(move |_| Some(ReportSubject::Message(id, choices.get().seq?)));
    // Other items take another place, and the focus may have been on one that is gone.
    Effect::watch(
        move || choices.get(),
        move |_, _, _| target.anchor.update(|_| {}),
        false,
    );
    let delete = move |audience: DeleteFor| {
        let Some(seq) = choices.get_untracked().seq else {
            return;
        };
        spawn_local(async move {
            if let Err(error) = chats.delete_message(id, seq, audience).await {
                toasts.show(explain_error(&error));
            }
        });
    };
    let on_seq = move |act: fn(Reactor, Seq)| {
        if let Some(seq) = choices.get_untracked().seq {
            act(reactor, seq);
        }
    };
    let edit = move || {
        if let Some(RowContent::Stored(message)) = target.content.get_untracked() {
            editing.begin(&message);
        }
    };
    let reply = move || {
        if let Some(RowContent::Stored(message)) = target.content.get_untracked() {
            editing.end();
            replying.begin(&message);
        }
    };
    view! {
        <Menu anchor=target.anchor label=move || texts().chat.message_menu>
            <Show when=move || choices.get().takes_reactions>
                {move || choices.get().seq.map(|seq| view! { <QuickReactions seq /> })}
            </Show>
            <Show when=move || choices.get().can_be_answered>
                <MenuItem icon=IconName::Reply on:click=move |_| reply()>
                    {move || texts().chat.reply}
                </MenuItem>
            </Show>
            <Show when=move || choices.get().is_editable>
                <MenuItem icon=IconName::Edit on:click=move |_| edit()>
                    {move || texts().reactions.edit}
                </MenuItem>
            </Show>
            <Show when=move || choices.get().has_text>
                <MenuItem icon=IconName::Copy on:click=move |_| copy(target, toasts)>
                    {move || texts().chat.copy}
                </MenuItem>
            </Show>
            <PassOnItems id choices />
            <Show when=move || choices.get().has_reactions>
                <MenuItem icon=IconName::People on:click=move |_| on_seq(Reactor::show_reacted)>
                    {move || texts().reactions.who_reacted}
                </MenuItem>
            </Show>
            <Show when=move || choices.get().has_edits>
                <MenuItem icon=IconName::Eye on:click=move |_| on_seq(Reactor::show_edits)>
                    {move || texts().reactions.edits_title}
                </MenuItem>
            </Show>
            <UnsentItems choices />
            <Show when=move || choices.get().deletes_for_me>
                <MenuItem icon=IconName::Trash on:click=move |_| delete(DeleteFor::Me)>
                    {move || texts().chat.delete_for_me}
                </MenuItem>
            </Show>
            <Show when=move || choices.get().is_reportable>
                <MenuItem icon=IconName::Flag on:click=move |_| reports.set(true)>
                    {move || texts().reports.report}
                </MenuItem>
            </Show>
            <Show when=move || choices.get().deletes_for_everyone>
                <MenuItem icon=IconName::Trash danger=true on:click=move |_| asks.set(true)>
                    {move || texts().chat.delete_for_everyone}
                </MenuItem>
            </Show>
        </Menu>
        <ReportDialog subject open=reports />
        <ConfirmDialog
            open=asks
            title=move || texts().chat.delete_title
            text=move || texts().chat.delete_text
            action=move || texts().chat.delete_for_everyone
            on_confirm=move |()| delete(DeleteFor::Everyone)
        />
    }
}

/// Closing it if it is a poll, forwarding it, alone or with others that are chosen, and pointing others to it.
#[component]
fn PassOnItems(id: ConversationId, choices: Memo<Choices>) -> impl IntoView {
    let target = MessageTarget::expect();
    let (forwarding_now, selecting) = (Forwarding::expect(), Selecting::expect());
    let stored = move || match target.content.get_untracked() {
        Some(RowContent::Stored(message)) => Some(message),
        Some(RowContent::Echo(_)) | None => None,
    };
    let forward = move || {
        if let Some(message) = stored() {
            forwarding_now.ask(vec![message]);
        }
    };
    let select = move || {
        if let Some(message) = stored() {
            selecting.begin(message);
        }
    };
    view! {
        <ClosePollItem content=target.content />
        <Show when=move || choices.get().can_be_forwarded>
            <MenuItem icon=IconName::PassOn on:click=move |_| forward()>
                {move || forwarding().forward}
            </MenuItem>
        </Show>
        <Show when=move || choices.get().can_be_chosen>
            <MenuItem icon=IconName::Check on:click=move |_| select()>
                {move || forwarding().select}
            </MenuItem>
        </Show>
        <PlaceItems id choices />
    }
}

/// A link that leads to it, and its place on top of the conversation.
#[component]
fn PlaceItems(id: ConversationId, choices: Memo<Choices>) -> impl IntoView {
    let notices = NoticeActions::expect(id);
    let toasts = Toasts::expect();
    let copy_link = move || {
        let origin = window().location().origin();
        if let (Some(seq), Ok(origin)) = (choices.get_untracked().seq, origin) {
            let link = format!("{origin}{}", Place::Message(id, seq).path());
            copy_and_tell(link, toasts, on_top().link_copied);
        }
    };
    let set = move || {
        if let Some(seq) = choices.get_untracked().seq {
            notices.set(seq);
        }
    };
    view! {
        <Show when=move || choices.get().has_link>
            <MenuItem icon=IconName::Link on:click=move |_| copy_link()>
                {move || on_top().copy_link}
            </MenuItem>
        </Show>
        <Show when=move || choices.get().can_be_notice>
            <MenuItem icon=IconName::Notice on:click=move |_| set()>
                {move || on_top().set}
            </MenuItem>
        </Show>
        <Show when=move || choices.get().is_notice>
            <MenuItem icon=IconName::Notice on:click=move |_| notices.remove()>
                {move || on_top().remove}
            </MenuItem>
        </Show>
    }
}

/// What can be done with a message that the server has not stored.
#[component]
fn UnsentItems(choices: Memo<Choices>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let toasts = Toasts::expect();
    let target = MessageTarget::expect();
    let retry = move || {
        let key = echo_key(target);
        if key.is_some_and(|key| !chats.retry(key)) {
            toasts.show(texts().chat.cannot_retry);
        }
    };
    view! {
        <Show when=move || choices.get().is_refused>
            <MenuItem icon=IconName::Retry on:click=move |_| retry()>
                {move || texts().chat.retry}
            </MenuItem>
        </Show>
        <Show when=move || choices.get().is_unsent>
            <MenuItem
                icon=IconName::Trash
                danger=true
                on:click=move |_| echo_key(target).into_iter().for_each(|key| chats.discard(key))
            >
                {move || texts().chat.discard}
            </MenuItem>
        </Show>
    }
}

fn choices(chats: ChatStore, id: ConversationId, content: Option<&RowContent>) -> Choices {
    match content {
        Some(RowContent::Stored(message)) => {
            let is_deleted = message.deleted_at.is_some();
            let is_mine = message.author_id == chats.me();
            let rules = chats.with_chat(id, |chat| {
                chat.conversation.kind == ConversationKind::Group
                    && chat.conversation.membership.role.can_delete_messages_of_others()
            });
            let is_notice = notice_seq(chats, id) == Some(message.seq);
            let allows_notice = !is_deleted && allows_notice(chats, id);
            Choices {
                seq: Some(message.seq),
                can_be_answered: !is_deleted,
                has_text: message.text.is_some(),
                has_link: !is_deleted,
                can_be_notice: allows_notice && !is_notice,
                is_notice: allows_notice && is_notice,
                can_be_forwarded: !is_deleted && message.poll.is_none(),
                can_be_chosen: !is_deleted,
                takes_reactions: !is_deleted,
                has_reactions: !message.reactions.is_empty(),
                is_editable: is_editable(message, chats.me()),
                has_edits: is_mine && !is_deleted && message.edited_at.is_some(),
                deletes_for_everyone: !is_deleted && (is_mine || rules == Some(true)),
                deletes_for_me: true,
                is_reportable: !is_mine && !is_deleted,
                ..Choices::default()
            }
        }
        Some(RowContent::Echo(echo)) => Choices {
            has_text: echo.text.is_some(),
            is_unsent: true,
            is_refused: echo.is_refused(),
            ..Choices::default()
        },
        None => Choices::default(),
    }
}

fn echo_key(target: MessageTarget) -> Option<damso_domain::ClientKey> {
    target.content.with_untracked(|content| match content {
        Some(RowContent::Echo(echo)) => Some(echo.client_key),
        Some(RowContent::Stored(_)) | None => None,
    })
}

fn copy(target: MessageTarget, toasts: Toasts) {
    let text = target.content.with_untracked(|content| match content {
        Some(RowContent::Stored(message)) => message.text.clone(),
        Some(RowContent::Echo(echo)) => echo.text.clone(),
        None => None,
    });
    if let Some(text) = text {
        copy_and_tell(text, toasts, texts().chat.copied);
    }
}
