//! The messages: drawn row by row, never moving what is being read.

mod announcer;
mod bubble;
mod files;
mod message;
mod photos;
mod row;
mod rows;
mod scroller;

use damso_domain::{ConversationId, ConversationKind, Seq};
use leptos::task::spawn_local;
use leptos::{html, prelude::*};

use crate::features::chat::replying::Jump;
use crate::i18n::{explain_error, mentions, texts};
use crate::stores::ChatStore;
use crate::ui::{EmptyState, Icon, IconName, Toasts};
use announcer::Announcer;
pub(super) use bubble::{TextBubble, formatted};
pub(super) use files::FileCard;
pub(super) use photos::{Photo, PhotoTile};
use row::RowView;
use rows::Rows;
use scroller::Scroller;

/// The messages of a conversation.
#[component]
pub(super) fn TimelineView(
    id: ConversationId,
    /// Where the divider goes.
    read_at_open: Option<Seq>,
    /// Changes with each message of mine.
    sent: RwSignal<u32>,
) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let log = NodeRef::<html::Div>::new();
    let content = NodeRef::<html::Div>::new();
    let rows = Memo::new(move |_| Rows::new(chats.rows(id, read_at_open)));
    let scroller = Scroller::new(id, log, content, read_at_open.is_some());
    scroller.watch(rows, sent, Jump::expect());
    let is_loaded =
        Memo::new(move |_| chats.with_timeline(id, damso_client_state::Timeline::is_loaded) == Some(true));
    let is_empty = Memo::new(move |_| is_loaded.get() && rows.read().is_empty());
    view! {
        <div class="log-frame">
            <div
                class="log"
                node_ref=log
                role="log"
                // Older pages would be read out as well; what is new is told by the announcer.
                aria-live="off"
                aria-label=move || texts().chat.messages
                aria-busy=move || (!is_loaded.get()).then_some("true")
                tabindex="0"
                on:scroll=move |_| scroller.on_scroll()
            >
                <div class="log__rows" node_ref=content>
                    <Show when=move || is_loaded.get() fallback=|| view! { <NotLoaded /> }>
                        <For each=move || rows.read().keys() key=|key| *key let(key)>
                            <RowView key rows />
                        </For>
                    </Show>
                    <Show when=move || is_empty.get()>
                        <FirstWords id />
                    </Show>
                </div>
            </div>
            <JumpToMention id scroller />
            <JumpToEnd id scroller />
            <Announcer id />
        </div>
    }
}

/// Nobody has said anything yet.
#[component]
fn FirstWords(id: ConversationId) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let is_notes = move || {
        chats.with_chat(id, |chat| chat.conversation.kind == ConversationKind::SelfChat) == Some(true)
    };
    view! {
        <EmptyState
            icon=IconName::Chat
            title=move || texts().chat.first_title
            text=move || if is_notes() { texts().chat.first_notes_text } else { texts().chat.first_text }
        />
    }
}

/// What stands in for messages that have not come: without a connection nobody is made to wait for them.
#[component]
fn NotLoaded() -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let is_offline = Memo::new(move |_| chats.is_offline());
    move || {
        if is_offline.get() {
            view! {
                <EmptyState
                    icon=IconName::Offline
                    title=move || texts().chat.not_here_title
                    text=move || texts().chat.not_here_text
                />
            }
            .into_any()
        } else {
            view! { <LogSkeleton /> }.into_any()
        }
    }
}

/// Bubbles to come.
#[component]
fn LogSkeleton() -> impl IntoView {
    const WIDTHS: [&str; 6] = ["46%", "62%", "34%", "54%", "28%", "40%"];
    let bubble = |(at, width): (usize, &'static str)| {
        view! {
            <span class="skeleton log__skeleton" class=("log__skeleton--mine", at % 3 == 2) style:width=width></span>
        }
    };
    view! {
        <div class="log__skeletons" role="status" aria-label=move || texts().common.loading>
            {WIDTHS.into_iter().enumerate().map(bubble).collect_view()}
        </div>
    }
}

/// Leads to the first unread message that mentions me, until it is read.
#[component]
fn JumpToMention(id: ConversationId, scroller: Scroller) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let jump = Jump::expect();
    let toasts = Toasts::expect();
    let count = Memo::new(move |_| {
        chats
            .with_chat(id, |chat| chat.conversation.mention_count)
            .unwrap_or(0)
    });
    let go = move |_| {
        spawn_local(async move {
            match chats.first_unread_mention(id).await {
                Ok(seq) => seq.into_iter().for_each(|seq| jump.to(seq)),
                Err(error) => toasts.show(explain_error(&error)),
            }
        });
    };
    view! {
        <Show when=move || !scroller.is_at_end() && 0 < count.get()>
            <button
                class="to-end to-end--mention"
                type="button"
                aria-label=move || (mentions().to_mention)(count.get())
                on:click=go
            >
                <span class="to-end__count num" data-count=count></span>
                <span aria-hidden="true">"@"</span>
            </button>
        </Show>
    }
}

/// Leads back to the newest message, and counts what has come.
#[component]
fn JumpToEnd(id: ConversationId, scroller: Scroller) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let unread = Memo::new(move |_| {
        chats
            .with_chat(id, |chat| chat.conversation.unread_count)
            .unwrap_or(0)
    });
    let label = move || match usize::try_from(unread.get()) {
        Ok(count) if 0 < count => format!("{}, {}", texts().chat.to_end, (texts().chat.new_messages)(count)),
        _ => texts().chat.to_end.to_owned(),
    };
    view! {
        <Show when=move || !scroller.is_at_end()>
            <button class="to-end" type="button" aria-label=label on:click=move |_| scroller.jump_to_end()>
                {move || {
                    (0 < unread.get())
                        .then(|| {
                            view! {
                                // Drawn, not written: the label says it in words.
                                <span class="to-end__count num" data-count=unread.get().min(999)></span>
                            }
                        })
                }}
                <Icon name=IconName::ArrowDown />
            </button>
        </Show>
    }
}
