//! The message that the next one answers, if it answers one, and what messages quote.

use damso_client_state::quotes::quote;
use damso_domain::{AttachmentKind, ConversationId, Seq};
use damso_protocol::{Message, ReplyTo};
use leptos::prelude::*;

use super::name_by_id;
use crate::i18n::texts;
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Icon, IconButton, IconName};

/// What the next message answers. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub(super) struct Replying {
    id: ConversationId,
    chats: ChatStore,
    target: RwSignal<Option<ReplyTo>>,
    /// Counts how often it was chosen: each time the text box takes the focus.
    chosen: RwSignal<u32>,
}

impl Replying {
    /// Goes on with what was begun here before.
    pub fn new(id: ConversationId) -> Self {
        let chats = expect_context::<ChatStore>();
        chats.find_reply(id);
        Self {
            id,
            chats,
            target: RwSignal::new(chats.reply(id)),
            chosen: RwSignal::new(0),
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// The next message will answer this one.
    pub fn begin(self, message: &Message) {
        self.put(Some(quote(message)));
        self.focus_box();
    }

    /// It answers none.
    pub fn end(self) {
        self.put(None);
    }

    /// The text box takes the focus.
    pub fn focus_box(self) {
        self.chosen.update(|chosen| *chosen = chosen.wrapping_add(1));
    }

    /// Another tab or device has begun an answer, or given one up.
    pub fn restore(self) {
        self.chats.find_reply(self.id);
        let target = self.chats.reply(self.id);
        if self.target.with_untracked(|known| *known != target) {
            self.target.set(target);
        }
    }

    /// Whether it will answer one; tracked.
    pub fn is_active(self) -> bool {
        self.target.with(Option::is_some)
    }

    /// What it will answer.
    pub fn get_untracked(self) -> Option<ReplyTo> {
        self.target.try_get_untracked().flatten()
    }

    /// Runs what tracks it again when an answer was begun.
    pub fn track_chosen(self) -> u32 {
        self.chosen.get()
    }

    fn put(self, target: Option<ReplyTo>) {
        self.chats.set_reply(self.id, target.clone());
        self.target.set(target);
    }
}

/// Says above the text box what is being answered there.
#[component]
pub(super) fn ReplyBar() -> impl IntoView {
    let replying = Replying::expect();
    let (people, me) = (
        expect_context::<PeopleStore>(),
        expect_context::<ChatStore>().me(),
    );
    let target = move || replying.target.get();
    let title = move || target().map(|target| title_words(&target, people, me));
    let text = move || target().map(|target| quote_words(&target));
    view! {
        <div class="composer__edit">
            <Icon name=IconName::Reply />
            <span class="composer__edit-words">
                <span class="composer__edit-title truncate">{title}</span>
                <span class="composer__edit-text truncate">{text}</span>
            </span>
            <IconButton
                icon=IconName::Close
                label=move || texts().chat.cancel_reply
                on:click=move |_| replying.end()
            />
        </div>
    }
}

/// What a message quotes of the one that it answers. It leads there.
#[component]
pub(super) fn QuoteView(reply: ReplyTo) -> impl IntoView {
    let (people, me) = (
        expect_context::<PeopleStore>(),
        expect_context::<ChatStore>().me(),
    );
    let jump = Jump::expect();
    let seq = reply.seq;
    let is_gone = is_gone(&reply);
    let (named, worded) = (reply.clone(), reply);
    view! {
        <button
            class="quote"
            class=("quote--gone", is_gone)
            type="button"
            title=move || texts().chat.to_original
            on:click=move |_| jump.to(seq)
        >
            <span class="quote__author truncate">{move || title_words(&named, people, me)}</span>
            <span class="quote__text" dir="auto">{move || quote_words(&worded)}</span>
        </button>
    }
}

fn title_words(reply: &ReplyTo, people: PeopleStore, me: damso_domain::UserId) -> String {
    if reply.author_id == me {
        texts().chat.reply_to_me.to_owned()
    } else {
        (texts().chat.reply_to)(&name_by_id(people, reply.author_id))
    }
}

fn is_gone(reply: &ReplyTo) -> bool {
    reply.excerpt.is_none() && reply.attachment.is_none()
}

pub(super) fn quote_words(reply: &ReplyTo) -> String {
    let chat = &texts().chat;
    match (&reply.excerpt, reply.attachment) {
        (Some(excerpt), _) => excerpt.clone(),
        (None, Some(AttachmentKind::Image)) => chat.photo.to_owned(),
        (None, Some(AttachmentKind::Video)) => chat.video.to_owned(),
        (None, Some(AttachmentKind::Audio)) => chat.audio.to_owned(),
        (None, Some(AttachmentKind::File)) => chat.file.to_owned(),
        (None, None) => chat.deleted_message.to_owned(),
    }
}

/// Where the timeline is to go. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub(super) struct Jump {
    /// Each one is another, also to the same message.
    wanted: RwSignal<Option<Seq>>,
}

impl Jump {
    pub fn new() -> Self {
        Self {
            wanted: RwSignal::new(None),
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Shows a message.
    pub fn to(self, seq: Seq) {
        self.wanted.set(Some(seq));
    }

    /// Where to go, tracked.
    pub fn get(self) -> Option<Seq> {
        self.wanted.get()
    }
}
