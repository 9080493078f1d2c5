//! Choosing several messages, to forward or delete them together.

use std::collections::BTreeMap;
use std::sync::Arc;

use damso_client_state::rows::{MessageRow, RowContent};
use damso_domain::{ConversationId, ConversationKind, Seq};
use damso_protocol::{DeleteFor, Message};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::forwarding::Forwarding;
use crate::i18n::{explain_error, forwarding, texts};
use crate::stores::ChatStore;
use crate::ui::{Button, ButtonKind, Dialog, IconButton, IconName, Toasts};

/// The most messages that are chosen at once.
const MOST: usize = 100;

/// What is chosen, in the order of the conversation.
type Chosen = BTreeMap<Seq, Arc<Message>>;

/// The messages that are chosen, while some are being chosen. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub(super) struct Selecting {
    /// `None`: nothing is being chosen.
    chosen: RwSignal<Option<Chosen>>,
}

impl Selecting {
    pub fn new() -> Self {
        Self {
            chosen: RwSignal::new(None),
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Begins with this one.
    pub fn begin(self, message: Arc<Message>) {
        self.chosen.set(Some(BTreeMap::from([(message.seq, message)])));
    }

    /// Nothing is being chosen any more.
    pub fn end(self) {
        self.chosen.set(None);
    }

    /// Whether messages are being chosen, tracked.
    pub fn is_active(self) -> bool {
        self.chosen.with(Option::is_some)
    }

    fn with<T>(self, read: impl FnOnce(&Chosen) -> T) -> Option<T> {
        self.chosen.with(|chosen| chosen.as_ref().map(read))
    }

    fn toggle(self, message: &Arc<Message>, is_wanted: bool) {
        self.chosen.update(|chosen| {
            let Some(chosen) = chosen else { return };
            if is_wanted {
                chosen.insert(message.seq, message.clone());
            } else {
                chosen.remove(&message.seq);
            }
        });
    }
}

/// The box of a message that can be chosen; it takes presses anywhere on the message.
#[component]
pub(super) fn SelectBox(row: Memo<MessageRow>) -> impl IntoView {
    let selecting = Selecting::expect();
    let is_active = Memo::new(move |_| selecting.is_active());
    let message = Memo::new(move |_| row.with(choosable));
    move || {
        let message = message.get().filter(|_| is_active.get())?;
        let seq = message.seq;
        let is_chosen = Memo::new(move |_| selecting.with(|chosen| chosen.contains_key(&seq)) == Some(true));
        let is_full = Memo::new(move |_| selecting.with(|chosen| MOST <= chosen.len()) == Some(true));
        Some(view! {
            <label class="message__select">
                <input
                    class="check"
                    type="checkbox"
                    aria-label=move || forwarding().choose
                    prop:checked=move || is_chosen.get()
                    disabled=move || is_full.get() && !is_chosen.get()
                    on:change:target=move |event| selecting.toggle(&message, event.target().checked())
                />
            </label>
        })
    }
}

fn choosable(row: &MessageRow) -> Option<Arc<Message>> {
    match &row.content {
        RowContent::Stored(message) if message.deleted_at.is_none() => Some(message.clone()),
        RowContent::Stored(_) | RowContent::Echo(_) => None,
    }
}

/// Takes the place of the composer while messages are being chosen.
#[component]
pub(super) fn SelectionBar(id: ConversationId) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let (selecting, forwarding_now) = (Selecting::expect(), Forwarding::expect());
    let deletes = RwSignal::new(false);
    // What was deleted meanwhile is chosen no more.
    Effect::new(move |_| {
        let gone = selecting.with(|chosen| {
            let is_gone = |seq: &&Seq| {
                chats.with_timeline(id, |timeline| {
                    timeline
                        .get(**seq)
                        .is_some_and(|message| message.deleted_at.is_some())
                }) == Some(true)
            };
            chosen.keys().filter(is_gone).copied().collect::<Vec<_>>()
        });
        let gone = gone.unwrap_or_default();
        if !gone.is_empty() {
            selecting.chosen.update(|chosen| {
                chosen
                    .iter_mut()
                    .for_each(|chosen| chosen.retain(|seq, _| !gone.contains(seq)));
            });
        }
    });
    let escape = window_event_listener(leptos::ev::keydown, move |event| {
        // A dialog above keeps its own Escape.
        let is_covered = document().query_selector("dialog[open]").ok().flatten().is_some();
        if event.key() == "Escape" && !event.default_prevented() && !is_covered {
            leave(selecting);
        }
    });
    on_cleanup(move || escape.remove());
    // The menu that led here gives the focus back to a button that is gone.
    Effect::new(move |_| request_animation_frame(|| focus(".message__select :checked")));
    let count = Memo::new(move |_| selecting.with(BTreeMap::len).unwrap_or(0));
    let is_empty = Signal::derive(move || count.get() == 0);
    // A poll cannot be forwarded.
    let has_poll = Memo::new(move |_| {
        selecting.with(|chosen| chosen.values().any(|message| message.poll.is_some())) == Some(true)
    });
    let forward = move |_| {
        let messages = selecting.with(|chosen| chosen.values().cloned().collect::<Vec<_>>());
        forwarding_now.ask(messages.unwrap_or_default());
    };
    view! {
        <div class="selection" role="toolbar" aria-label=move || forwarding().selection>
            <IconButton
                icon=IconName::Close
                label=move || forwarding().stop
                on:click=move |_| leave(selecting)
            />
            <span class="selection__count truncate" role="status">
                {move || (forwarding().chosen)(count.get())}
            </span>
            <Button kind=ButtonKind::Secondary icon=IconName::Trash disabled=is_empty on:click=move |_| deletes.set(true)>
                {move || forwarding().delete}
            </Button>
            <Button
                icon=IconName::PassOn
                disabled=Signal::derive(move || is_empty.get() || has_poll.get())
                on:click=forward
            >
                {move || forwarding().forward}
            </Button>
        </div>
        <DeleteDialog id open=deletes />
    }
}

/// Ends choosing; the messages have the focus then.
fn leave(selecting: Selecting) {
    selecting.end();
    focus(".log");
}

fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        drop(element.focus());
    }
}

#[component]
fn DeleteDialog(id: ConversationId, open: RwSignal<bool>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let toasts = Toasts::expect();
    let selecting = Selecting::expect();
    let may_for_everyone = Memo::new(move |_| {
        let rules = chats.with_chat(id, |chat| {
            chat.conversation.kind == ConversationKind::Group
                && chat.conversation.membership.role.can_delete_messages_of_others()
        });
        let me = chats.me();
        let are_mine = selecting.with(|chosen| chosen.values().all(|message| message.author_id == me));
        rules == Some(true) || are_mine == Some(true)
    });
    let delete = move |audience: DeleteFor| {
        let seqs = selecting.chosen.with_untracked(|chosen| {
            let chosen = chosen.iter().flat_map(BTreeMap::keys);
            chosen.copied().collect::<Vec<_>>()
        });
        open.set(false);
        leave(selecting);
        spawn_local(async move {
            for seq in seqs {
                if let Err(error) = chats.delete_message(id, seq, audience).await {
                    toasts.show(explain_error(&error));
                    return;
                }
            }
        });
    };
    view! {
        <Dialog
            open
            title=move || {
                let count = selecting.with(BTreeMap::len).unwrap_or(0);
                (forwarding().delete_title)(count)
            }
        >
            <p class="dialog__text">
                {move || {
                    if may_for_everyone.get() { forwarding().delete_text } else { forwarding().delete_for_me_text }
                }}
            </p>
            <div class="dialog__actions">
                <Button kind=ButtonKind::Secondary on:click=move |_| delete(DeleteFor::Me)>
                    {move || texts().chat.delete_for_me}
                </Button>
                <Show when=move || may_for_everyone.get()>
                    <Button kind=ButtonKind::Danger on:click=move |_| delete(DeleteFor::Everyone)>
                        {move || texts().chat.delete_for_everyone}
                    </Button>
                </Show>
            </div>
        </Dialog>
    }
}
