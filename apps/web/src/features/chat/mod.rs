//! A conversation: its header, its messages, the composer, and the drawer beside it.

mod asking;
mod composer;
mod drawer;
mod editing;
mod emoji;
mod face;
mod forwarding;
mod header;
mod message_menu;
mod notice_bar;
mod polls;
mod reactions;
mod replying;
mod selecting;
mod timeline;
mod typing;
mod viewer;
mod words;

use damso_domain::{ConversationId, UserId};
use leptos::ev::DragEvent;
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;
use web_sys::{DataTransfer, File};

pub(crate) use drawer::{conversation_drawer, load_all_members, load_conversation_drawer};
pub use face::ChatFace;
pub use words::{face_by_id, face_of, name_by_id, name_of, notice_words, preview_words, title_words};

use crate::app::{Fetched, Navigator, Place};
use crate::features::block::BlockedBar;
use crate::i18n::{explain, texts};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Button, EmptyState, IconName, SkeletonRows, Toasts};
use composer::Composer;
use editing::Editing;
use emoji::EmojiShelf;
use forwarding::{ForwardDialog, Forwarding};
use header::ConversationHeader;
use message_menu::{MessageMenu, MessageTarget};
use notice_bar::NoticeBar;
use polls::{PollDialog, Polling, VotersDialog};
use reactions::{EditsDialog, PickerDialog, ReactedDialog, Reactor};
use replying::{Jump, Replying};
use selecting::{Selecting, SelectionBar};
use timeline::TimelineView;
use typing::TypingLine;
use viewer::{PhotoViewer, Viewer};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Loading,
    Gone,
    Here,
}

/// See [`ConversationPane`].
#[wasm_split(conversation, fallible, preload(load_conversation_pane))]
pub(crate) fn conversation_pane(id: ConversationId) -> Fetched<AnyView> {
    Ok(view! { <ConversationPane id /> }.into_any())
}

/// A conversation on the screen.
#[component]
fn ConversationPane(
    /// Which.
    id: ConversationId,
) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let state = Memo::new(move |_| match (chats.with_chat(id, |_| ()), chats.is_loaded()) {
        (Some(()), _) => State::Here,
        (None, true) => State::Gone,
        (None, false) => State::Loading,
    });
    move || match state.get() {
        State::Here => view! { <Conversation id /> }.into_any(),
        State::Gone => view! { <Gone /> }.into_any(),
        State::Loading => view! {
            <main class="stage" id="main" tabindex="-1">
                <SkeletonRows />
            </main>
        }
        .into_any(),
    }
}

#[component]
fn Conversation(id: ConversationId) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let read_at_open = chats.open(id);
    on_cleanup(move || chats.close(id));
    provide_context(Viewer::new());
    provide_context(MessageTarget::new());
    provide_context(Reactor::new(id));
    provide_context(Polling::new(id));
    provide_context(Editing::new());
    provide_context(Replying::new(id));
    let jump = Jump::new();
    provide_context(jump);
    follow_address(id, jump);
    provide_context(EmojiShelf::new());
    provide_context(Forwarding::new());
    let selecting = Selecting::new();
    provide_context(selecting);
    let is_selecting = Memo::new(move |_| selecting.is_active());
    // Counts what I sent: each time the end comes into view.
    let sent = RwSignal::new(0_u32);
    let title = Memo::new(move |_| chats.title(id).as_ref().map(title_words).unwrap_or_default());
    let count_sent = move || sent.update(|sent| *sent = sent.wrapping_add(1));
    let blocked = blocked_counterpart(chats, id);
    let drop_zone = DropZone::new(id);
    view! {
        <main
            class="stage conversation"
            class=("conversation--selecting", move || is_selecting.get())
            id="main"
            tabindex="-1"
            aria-label=move || (texts().chat.conversation)(&title.get())
            on:dragenter=move |event| drop_zone.enter(&event)
            on:dragover=move |event| DropZone::over(&event)
            on:dragleave=move |_| drop_zone.leave()
            on:drop=move |event| drop_zone.drop(&event)
        >
            <ConversationHeader id title />
            <NoticeBar id />
            <TimelineView id read_at_open sent />
            <TypingLine id />
            {move || match blocked.get() {
                _ if is_selecting.get() => view! { <SelectionBar id /> }.into_any(),
                Some(id) => view! { <BlockedBar id /> }.into_any(),
                None => view! { <Composer id on_sent=count_sent /> }.into_any(),
            }}
            <Show when=move || drop_zone.is_active()>
                <div class="conversation__drop" aria-hidden="true">
                    {move || texts().chat.drop_here}
                </div>
            </Show>
        </main>
        <MessageMenu id />
        <ReactedDialog />
        <EditsDialog />
        <PickerDialog />
        <ForwardDialog />
        <PollDialog />
        <VotersDialog />
        <PhotoViewer />
    }
}

/// Goes to the message that the address names.
fn follow_address(id: ConversationId, jump: Jump) {
    let navigator = Navigator::expect();
    Effect::new(move |_| match navigator.place() {
        Place::Found(found, seq) if found == id => jump.to(seq),
        Place::Message(linked, seq) if linked == id => {
            jump.to(seq);
            // So that the same link can be followed once more.
            navigator.replace(Place::Chat(id));
        }
        _ => (),
    });
}

/// The other one of two, if I block them.
fn blocked_counterpart(chats: ChatStore, id: ConversationId) -> Memo<Option<UserId>> {
    let people = expect_context::<PeopleStore>();
    Memo::new(move |_| {
        let counterpart = chats.with_chat(id, |chat| chat.counterpart(chats.me()))??;
        people.is_blocked(counterpart).then_some(counterpart)
    })
}

#[component]
fn Gone() -> impl IntoView {
    let navigator = Navigator::expect();
    view! {
        <main class="stage" id="main" tabindex="-1">
            <EmptyState icon=IconName::Chat title=move || texts().chat.gone_title text=move || texts().chat.gone_text>
                <Button on:click=move |_| navigator.replace(Place::Chats)>{move || texts().chat.to_chats}</Button>
            </EmptyState>
        </main>
    }
}

/// Puts files into the tray and says why one was not taken.
fn attach(chats: ChatStore, toasts: Toasts, id: ConversationId, files: Vec<File>) {
    if let Some(kind) = chats.attach(id, files) {
        toasts.show(explain(kind));
    }
}

/// The files of a paste or a drop.
fn files_of(transfer: Option<DataTransfer>) -> Vec<File> {
    let Some(list) = transfer.and_then(|transfer| transfer.files()) else {
        return Vec::new();
    };
    (0..list.length()).filter_map(|at| list.get(at)).collect()
}

/// The whole conversation takes files that are dropped on it.
#[derive(Clone, Copy)]
struct DropZone {
    id: ConversationId,
    chats: ChatStore,
    toasts: Toasts,
    /// Elements inside report entering and leaving as well: the drag is over when all were left.
    depth: RwSignal<i32>,
}

impl DropZone {
    fn new(id: ConversationId) -> Self {
        Self {
            id,
            chats: expect_context(),
            toasts: Toasts::expect(),
            depth: RwSignal::new(0),
        }
    }

    fn is_active(self) -> bool {
        0 < self.depth.get()
    }

    fn enter(self, event: &DragEvent) {
        if carries_files(event) {
            event.prevent_default();
            self.depth.update(|depth| *depth += 1);
        }
    }

    /// Without this the browser would open the file in place of the client.
    fn over(event: &DragEvent) {
        if carries_files(event) {
            event.prevent_default();
        }
    }

    fn leave(self) {
        self.depth.update(|depth| *depth = (*depth - 1).max(0));
    }

    fn drop(self, event: &DragEvent) {
        self.depth.set(0);
        let files = files_of(event.data_transfer());
        if !files.is_empty() {
            event.prevent_default();
            attach(self.chats, self.toasts, self.id, files);
        }
    }
}

fn carries_files(event: &DragEvent) -> bool {
    event
        .data_transfer()
        .is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
}
