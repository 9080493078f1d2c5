//! The text box at the foot of a conversation.
//!
//! Its element owns the text: a signal follows what is typed, and nothing is ever written back while
//! somebody writes. What Enter means is decided by [`EnterLogic`], which knows how each engine reports the
//! composition of Hangul.

mod add;
mod edit;
mod format;
mod mention;
mod send_button;
mod text_box;
mod tray;

use damso_client_state::Mentioning;
use damso_client_state::composer::{Action, EnterLogic, KeyDown};
use damso_domain::{ConversationId, MessageText, MessageTextError};
use leptos::ev::{ClipboardEvent, CompositionEvent, KeyboardEvent, SubmitEvent};
use leptos::{html, prelude::*};

use super::editing::{EditBar, Editing};
use super::emoji::{EmojiButton, EmojiPanel};
use super::replying::{ReplyBar, Replying};
use super::{attach, files_of};
use crate::i18n::texts;
use crate::stores::{ChatStore, Manner};
use crate::ui::Toasts;
use add::AddButton;
use format::FormatHelp;
use mention::{MentionList, Offer};
use send_button::SendButton;
use text_box::{fit, has_coarse_pointer};
use tray::Tray;

/// The text box, what is attached, and the button that sends.
#[component]
pub(super) fn Composer(
    id: ConversationId,
    /// Called with each message that was handed to the outbox.
    #[prop(into)]
    on_sent: Callback<()>,
) -> impl IntoView {
    let writing = Writing::new(id, on_sent);
    let tray = StoredValue::new(writing.chats.tray(id));
    let has_files = Memo::new(move |_| tray.with_value(|tray| !tray.read().is_empty()));
    let over = Memo::new(move |_| writing.over_limit());
    let may_be_empty = move || match writing.editing.get() {
        Some(edited) => edited.has_files,
        None => has_files.get(),
    };
    let can_send = Memo::new(move |_| over.get() == 0 && (writing.has_text() || may_be_empty()));
    let is_editing = Memo::new(move |_| writing.editing.is_active());
    let has_emoji = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        writing.send(Manner::Usual);
    };
    view! {
        <form class="composer" on:submit=submit novalidate>
            <Show when=move || is_editing.get()>
                <EditBar on_cancel=move |()| writing.cancel_edit() />
            </Show>
            <Show when=move || writing.replying.is_active() && !is_editing.get()>
                <ReplyBar />
            </Show>
            <Show when=move || has_files.get() && !is_editing.get()>
                <Tray id />
            </Show>
            <Show when=move || has_emoji.get()>
                <EmojiPanel
                    open=has_emoji
                    on_choose=move |emoji: String| writing.insert(&emoji)
                    on_escape=move |()| writing.take_focus()
                />
            </Show>
            <MentionList writing />
            <div class="composer__line">
                <Show when=move || !is_editing.get()>
                    <AddButton writing />
                </Show>
                <TextBox writing />
                <EmojiButton open=has_emoji />
                <Show when=move || { 0 < over.get() }>
                    <span class="composer__over num" role="status">{move || (texts().chat.too_long)(over.get())}</span>
                </Show>
                <SendButton writing can_send is_editing />
            </div>
            <FormatHelp writing />
        </form>
    }
}

#[component]
fn TextBox(writing: Writing) -> impl IntoView {
    let placeholder = move || texts().chat.message_placeholder;
    writing.node.on_load(move |_| writing.begin());
    view! {
        <textarea
            class="composer__text"
            node_ref=writing.node
            rows="1"
            dir="auto"
            autocomplete="off"
            enterkeyhint=if has_coarse_pointer() { "enter" } else { "send" }
            aria-label=move || texts().chat.message
            placeholder=placeholder
            aria-autocomplete=move || writing.offer.is_open().then_some("list")
            aria-controls=move || writing.offer.is_open().then_some(mention::LIST_ID)
            aria-activedescendant=move || writing.offer.active_id()
            on:input=move |_| writing.on_input()
            on:keydown=move |event| writing.on_key(&event)
            on:keyup=move |event| writing.on_key_up(&event)
            on:click=move |_| writing.look_for_name()
            on:blur=move |_| writing.offer.close()
            on:compositionstart=move |_| writing.enter.update_value(EnterLogic::composition_start)
            on:compositionupdate=move |event| writing.on_composition(&event)
            on:compositionend=move |event| writing.on_composition_end(&event)
            on:paste=move |event| writing.on_paste(&event)
        ></textarea>
    }
}

/// What is being written. A `Copy` handle.
#[derive(Clone, Copy)]
struct Writing {
    id: ConversationId,
    chats: ChatStore,
    toasts: Toasts,
    node: NodeRef<html::Textarea>,
    /// Follows the element, never the other way round.
    text: RwSignal<String>,
    enter: StoredValue<EnterLogic>,
    /// Whom the text mentions.
    mentions: StoredValue<Mentioning>,
    /// Whom it may be about to mention.
    offer: Offer,
    editing: Editing,
    replying: Replying,
    /// A change is on its way.
    is_saving: StoredValue<bool>,
    on_sent: Callback<()>,
}

impl Writing {
    fn new(id: ConversationId, on_sent: Callback<()>) -> Self {
        let writing = Self {
            id,
            chats: expect_context(),
            toasts: Toasts::expect(),
            node: NodeRef::new(),
            text: RwSignal::new(String::new()),
            enter: StoredValue::new(EnterLogic::default()),
            mentions: StoredValue::new(Mentioning::default()),
            offer: Offer::new(id),
            editing: Editing::expect(),
            replying: Replying::expect(),
            is_saving: StoredValue::new(false),
            on_sent,
        };
        writing.follow_editing();
        Effect::new(move |before: Option<u32>| {
            let chosen = writing.replying.track_chosen();
            if before.is_some_and(|before| before != chosen) {
                writing.take_focus();
            }
            chosen
        });
        Effect::new(move |is_later: Option<()>| {
            writing.chats.track_drafts();
            if is_later.is_some() {
                writing.take_over();
            }
        });
        on_cleanup(move || {
            if let (Some(text), None) = (writing.text.try_get_untracked(), writing.editing.get_untracked()) {
                writing.chats.set_draft(id, text);
            }
        });
        writing
    }

    fn has_text(self) -> bool {
        self.text.with(|text| !text.trim().is_empty())
    }

    /// By how many characters the text is too long.
    fn over_limit(self) -> usize {
        self.text
            .with(|text| text.trim().chars().count().saturating_sub(MessageText::MAX_CHARS))
    }

    /// The box has appeared: what was begun here before is in it again.
    fn begin(self) {
        let Some(node) = self.node.get_untracked() else {
            return;
        };
        let draft = self.chats.draft(self.id);
        if !draft.is_empty() {
            node.set_value(&draft);
            self.put_mentions(&draft, self.chats.draft_mentions(self.id));
            self.text.set(draft);
        }
        request_animation_frame(move || {
            fit(&node);
            // Who was led to a message stays there.
            if !is_in_log() {
                self.focus();
            }
        });
    }

    /// The same is being written in another tab, or was on another device. What is being composed here stays as it is.
    fn take_over(self) {
        let is_composing = self.enter.with_value(EnterLogic::is_composing);
        let is_busy = is_composing || self.editing.get_untracked().is_some();
        let Some(node) = self.node.get_untracked().filter(|_| !is_busy) else {
            return;
        };
        self.replying.restore();
        let draft = self.chats.draft(self.id);
        if draft != node.value() {
            node.set_value(&draft);
            fit(&node);
            self.put_mentions(&draft, self.chats.draft_mentions(self.id));
            self.text.set(draft);
        }
    }

    /// Somebody is about to write, and on a phone wants the keyboard for it.
    fn take_focus(self) {
        // The menu that asked for it gives the focus back when it closes.
        request_animation_frame(move || {
            if let Some(Some(node)) = self.node.try_get_untracked() {
                // It fails only for an element that is not in the page any more.
                let _ = node.focus();
            }
        });
    }

    /// On a phone the focus would bring up the keyboard over what is to be read.
    fn focus(self) {
        if let Some(Some(node)) = self.node.try_get_untracked().filter(|_| !has_coarse_pointer()) {
            // It fails only for an element that is not in the page any more.
            let _ = node.focus();
        }
    }

    fn on_input(self) {
        let Some(node) = self.node.get_untracked() else {
            return;
        };
        let text = node.value();
        fit(&node);
        self.text
            .with_untracked(|before| self.change_mentions(|mentions| mentions.follow(before, &text)));
        if self.editing.get_untracked().is_none() {
            self.chats.set_draft(self.id, text.clone());
            if !text.trim().is_empty() {
                self.chats.typed(self.id);
            }
        }
        self.text.set(text);
        self.look_for_name();
    }

    /// Puts something where the caret is, or in the place of what is selected. The focus is elsewhere, so nothing is
    /// being composed.
    fn insert(self, piece: &str) {
        let Some(node) = self.node.get_untracked() else {
            return;
        };
        // Fails only for fields without a caret, which a text box has.
        let caret = node.selection_start().ok().flatten().unwrap_or_default();
        if node.set_range_text(piece).is_ok() {
            let after = caret + piece.encode_utf16().count() as u32;
            let _ = node.set_selection_range(after, after);
            self.on_input();
        }
    }

    fn on_key(self, event: &KeyboardEvent) {
        if self.mentions_by_key(event) {
            return;
        }
        if self.formats_by_key(event) || self.edits_by_key(event) {
            return event.prevent_default();
        }
        let is_enter = event.key() == "Enter" || matches!(event.code().as_str(), "Enter" | "NumpadEnter");
        let key = KeyDown {
            is_enter,
            has_shift: event.shift_key(),
            is_composing: event.is_composing(),
            key_code: event.key_code(),
        };
        let action = self
            .enter
            .try_update_value(|enter| enter.key_down(key, !has_coarse_pointer()));
        if matches!(action, Some(Action::Swallow | Action::SendNow)) {
            event.prevent_default();
        }
        self.act(action.unwrap_or(Action::None));
    }

    fn on_composition(self, event: &CompositionEvent) {
        let data = event.data().unwrap_or_default();
        self.enter.update_value(|enter| enter.composition_update(&data));
    }

    fn on_composition_end(self, event: &CompositionEvent) {
        let data = event.data().unwrap_or_default();
        let action = self.enter.try_update_value(|enter| enter.composition_end(&data));
        let action = action.unwrap_or(Action::None);
        if !self.mentions_after_composition(action) {
            self.act(action);
        }
    }

    fn act(self, action: Action) {
        match action {
            Action::None | Action::Swallow => (),
            Action::SendNow => self.send(Manner::Usual),
            // Engines differ in whether the box already holds the last syllable when they report the end
            // of the composition; after this event all of them have put it there.
            Action::SendAfterComposition => queue_microtask(move || self.send(Manner::Usual)),
        }
    }

    fn on_paste(self, event: &ClipboardEvent) {
        let files = files_of(event.clipboard_data());
        if !files.is_empty() {
            event.prevent_default();
            attach(self.chats, self.toasts, self.id, files);
        }
    }

    /// Hands what is in the box and the tray to the outbox, and empties both.
    fn send(self, manner: Manner) {
        if let Some(edited) = self.editing.get_untracked() {
            return self.save(edited);
        }
        let Some(Some(node)) = self.node.try_get_untracked() else {
            return;
        };
        // From the element, because the last syllable may not have been reported yet.
        let words = self.words(&node.value());
        let is_too_long = matches!(words, Err(MessageTextError::TooLong { .. }));
        let words = words.unwrap_or_default();
        let has_files = !self.chats.tray(self.id).read_untracked().is_empty();
        if is_too_long || (words.text.is_none() && !has_files) {
            return;
        }
        self.chats
            .send(self.id, words, self.replying.get_untracked(), manner);
        self.replying.end();
        node.set_value("");
        fit(&node);
        self.text.set(String::new());
        self.change_mentions(|mentions| *mentions = Mentioning::default());
        self.offer.close();
        self.chats.set_draft(self.id, String::new());
        self.chats.send_draft(self.id);
        self.on_sent.run(());
    }
}

/// Whether the focus is on a message.
fn is_in_log() -> bool {
    let active = document().active_element();
    let log = active.and_then(|element| element.closest("[role=log]").ok().flatten());
    log.is_some()
}
