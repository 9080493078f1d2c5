//! Conversations and their messages.

use std::rc::Rc;
use std::time::Duration;

use damso_client_state::mentioning::Candidate;
use damso_client_state::preview::{Preview, Title, common_title, preview, title, with_draft};
use damso_client_state::rows::{RowsInput, rows};
use damso_client_state::{Arrival, Chat, Echo, Row, Timeline};
use damso_domain::{ClientKey, ConversationId, Mention, Seq, Timestamp, UserId};
use damso_protocol::{
    DeleteFor, ErrorKind, FoundMessages, Limits, Message, ReplyTo, SearchMessagesQuery, SharedMediaPage,
    SharedMediaQuery,
};
use leptos::prelude::*;
use web_sys::File;

use super::core::{Core, Part};
use super::outbox::{Manner, Words};
use super::uploads::PendingFile;
use crate::api::ApiError;

/// How often I tell at the most that I am typing.
const TYPING_EVERY: Duration = Duration::from_secs(3);

/// Conversations and their messages. A `Copy` handle, handed down by context.
///
/// What reads is tracked: used inside a reactive closure, it runs again when what it reads changes.
#[derive(Clone, Copy)]
pub struct ChatStore {
    core: StoredValue<Rc<Core>, LocalStorage>,
}

impl ChatStore {
    pub(super) const fn new(core: StoredValue<Rc<Core>, LocalStorage>) -> Self {
        Self { core }
    }

    pub(super) fn core(self) -> Rc<Core> {
        self.core.get_value()
    }

    /// Who is signed in.
    pub fn me(self) -> UserId {
        self.core().me()
    }

    /// Whether the list has been read.
    pub fn is_loaded(self) -> bool {
        self.core().read(&[Part::Chats], |model| model.chats.is_loaded())
    }

    /// Whether there is no network, or the connection has been gone for longer than a moment.
    pub fn is_offline(self) -> bool {
        self.core().is_offline()
    }

    /// My conversations: pinned ones first, then by their last message.
    pub fn ids(self) -> Vec<ConversationId> {
        self.core().read(&[Part::Chats], |model| model.chats.sorted_ids())
    }

    /// Reads one conversation.
    pub fn with_chat<T>(self, id: ConversationId, read: impl FnOnce(&Chat) -> T) -> Option<T> {
        self.core()
            .read(&[Part::Chats], |model| model.chats.get(id).map(read))
    }

    /// Who is in a conversation, as far as it is known.
    pub fn member_ids(self, id: ConversationId) -> Vec<UserId> {
        let ids = |chat: &Chat| chat.members().iter().map(|member| member.user_id).collect();
        self.with_chat(id, ids).unwrap_or_default()
    }

    /// Reads one conversation, without tracking.
    pub fn peek_chat<T>(self, id: ConversationId, read: impl FnOnce(&Chat) -> T) -> Option<T> {
        self.core().peek(|model| model.chats.get(id).map(read))
    }

    /// Calls this with messages of others as they come; only in the tab that tells for all of them.
    pub fn on_arrivals(self, tell: impl Fn(Vec<Arrival>) + 'static) {
        *self.core().on_arrivals.borrow_mut() = Some(Box::new(tell));
    }

    /// Which of these somebody is still to be told of: none once the session has ended.
    pub fn worth_telling(self, arrivals: &[Arrival]) -> Vec<Arrival> {
        let core = self.core.try_get_value().filter(|core| core.is_running());
        let tell = |core: Rc<Core>| core.peek(|model| model.worth_telling(arrivals, Timestamp::now()));
        core.map(tell).unwrap_or_default()
    }

    /// Whether a conversation is on the screen of this tab.
    pub fn is_open(self, id: ConversationId) -> bool {
        self.core().open.get() == Some(id)
    }

    /// What a conversation is called.
    pub fn title(self, id: ConversationId) -> Option<Title> {
        self.core().read(&[Part::Chats, Part::People], |model| {
            model
                .chats
                .get(id)
                .map(|chat| title(chat, &model.people, model.me()))
        })
    }

    /// What a conversation is called by everybody, whatever I call it.
    pub fn common_title(self, id: ConversationId) -> Option<Title> {
        self.core().read(&[Part::Chats, Part::People], |model| {
            model
                .chats
                .get(id)
                .map(|chat| common_title(chat, &model.people, model.me()))
        })
    }

    /// What was last said in a conversation, and when.
    pub fn preview(self, id: ConversationId) -> Option<(Preview, Option<Timestamp>)> {
        self.core().read(&[Part::Chats, Part::Outbox], |model| {
            model
                .chats
                .get(id)
                .map(|chat| preview(chat, &model.outbox, model.me()))
        })
    }

    /// The same as the list shows it: what I have begun to write stands in its place while the chat is not on the screen.
    pub fn preview_with_draft(self, id: ConversationId) -> Option<(Preview, Option<Timestamp>)> {
        let core = self.core();
        core.drafts_changed.track();
        let (said, at) = self.preview(id)?;
        let is_open = core.open.get() == Some(id);
        Some((
            if is_open {
                said
            } else {
                with_draft(said, &core.draft(id))
            },
            at,
        ))
    }

    /// My notes to myself.
    pub fn self_chat(self) -> Option<ConversationId> {
        self.core().read(&[Part::Chats], |model| model.chats.self_chat())
    }

    /// Unread messages in all conversations that are not muted.
    pub fn unread_total(self) -> i64 {
        self.core()
            .read(&[Part::Chats], |model| model.chats.unread_total(Timestamp::now()))
    }

    /// How many conversations I have put away.
    pub fn archived_count(self) -> usize {
        self.core().read(&[Part::Chats], |model| {
            model.chats.archived_count(Timestamp::now())
        })
    }

    /// Who is typing in a conversation.
    pub fn typing_users(self, id: ConversationId) -> Vec<UserId> {
        self.core().read(&[Part::Typing], |model| model.typing.users(id))
    }

    /// The rows of a conversation. `read_at_open` is where the divider goes.
    pub fn rows(self, id: ConversationId, read_at_open: Option<Seq>) -> Vec<Row> {
        self.core().read(&[Part::Timelines, Part::Outbox], |model| {
            let Some(timeline) = model.timeline(id) else {
                return Vec::new();
            };
            rows(&RowsInput {
                timeline,
                echoes: model.outbox.of(id).collect(),
                reads: model.chats.get(id).map(Chat::reads).unwrap_or_default(),
                me: model.me(),
                reacting: &model.reacting,
                voting: &model.voting,
                read_at_open,
                offset_mins: utc_offset_mins,
            })
        })
    }

    /// Reads the loaded stretch of a conversation.
    pub fn with_timeline<T>(self, id: ConversationId, read: impl FnOnce(&Timeline) -> T) -> Option<T> {
        self.core()
            .read(&[Part::Timelines], |model| model.timeline(id).map(read))
    }

    /// Reads the loaded stretch of a conversation, without tracking.
    pub fn peek_timeline<T>(self, id: ConversationId, read: impl FnOnce(&Timeline) -> T) -> Option<T> {
        self.core().peek(|model| model.timeline(id).map(read))
    }

    /// Looks for messages. The people of what is found are known afterwards.
    pub async fn search(self, query: &SearchMessagesQuery) -> Result<FoundMessages, ApiError> {
        let core = self.core();
        let mut found = core.api.search_messages(query).await?;
        let users = std::mem::take(&mut found.users);
        core.change(&[Part::People], |model| model.people.learn_all(users));
        Ok(found)
    }

    /// Messages by what they hold. The people of what is found are known afterwards.
    pub async fn shared_media(
        self,
        id: ConversationId,
        query: &SharedMediaQuery,
    ) -> Result<SharedMediaPage, ApiError> {
        let core = self.core();
        let mut page = core.api.shared_media(id, query).await?;
        let users = std::mem::take(&mut page.users);
        core.change(&[Part::People], |model| model.people.learn_all(users));
        Ok(page)
    }

    /// A conversation comes on the screen. Returns where the divider goes.
    pub fn open(self, id: ConversationId) -> Option<Seq> {
        self.core().open_conversation(id)
    }

    /// A conversation leaves the screen.
    pub fn close(self, id: ConversationId) {
        if let Some(core) = self.core.try_get_value() {
            core.close_conversation(id);
        }
    }

    /// Older messages than those that are loaded.
    pub fn load_before(self, id: ConversationId) {
        self.core().load_before(id);
    }

    /// Newer messages than those that are loaded.
    pub fn load_after(self, id: ConversationId) {
        self.core().load_after(id);
    }

    /// The newest messages in place of those that are loaded.
    pub fn load_newest(self, id: ConversationId) {
        self.core().load_newest(id);
    }

    /// A page around a message in place of what is loaded.
    pub fn load_around(self, id: ConversationId, seq: Seq) {
        self.core().load_around(id, seq);
    }

    /// Whether the screen shows the end and follows it.
    pub fn follow(self, id: ConversationId, is_following: bool) {
        self.core().change(&[], |model| model.follow(id, is_following));
    }

    /// Everything up to here was shown.
    pub fn mark_read(self, id: ConversationId, seq: Seq) {
        self.core().mark_read(id, seq);
    }

    /// Sends what has been written, together with what is in the tray.
    pub fn send(self, id: ConversationId, words: Words, reply_to: Option<ReplyTo>, manner: Manner) {
        let core = self.core();
        let files = core.take_tray(id);
        if words.text.is_some() || !files.is_empty() {
            core.typed_at.set(0.0);
            core.send(id, words, files, reply_to, manner);
        }
    }

    /// Sends what a message says and holds to a chat.
    pub fn forward(self, id: ConversationId, message: &Message) {
        self.core().forward(id, message);
    }

    /// How long a message can still be called off from here.
    pub fn left_to_call_off(self, echo: &Echo) -> Option<Duration> {
        let left = echo.left_to_call_off(Timestamp::now())?;
        self.core().has_files_of(echo.client_key).then_some(left)
    }

    /// Calls off a message that waits for it; what was written is in the text box again. Says whether it could.
    pub fn call_off(self, key: ClientKey) -> bool {
        self.core().call_off(key)
    }

    /// Tries a refused message again. Says whether it can.
    pub fn retry(self, key: ClientKey) -> bool {
        self.core().retry_message(key)
    }

    /// Drops a message that was not stored.
    pub fn discard(self, key: ClientKey) {
        self.core().discard_message(key);
    }

    /// How many of my messages the server has not stored yet.
    pub fn unsent_count(self) -> usize {
        self.core().read(&[Part::Outbox], |model| model.outbox.len())
    }

    /// Deletes a message for everyone or for me. It goes with its event.
    pub async fn delete_message(
        self,
        id: ConversationId,
        seq: Seq,
        audience: DeleteFor,
    ) -> Result<(), ApiError> {
        self.core().api.delete_message(id, seq, audience).await
    }

    /// I am typing.
    pub fn typed(self, id: ConversationId) {
        let core = self.core();
        let now = js_sys::Date::now();
        if core.typed_at.get() + TYPING_EVERY.as_millis() as f64 <= now {
            core.typed_at.set(now);
            core.typing(id);
        }
    }

    /// What was begun to be written.
    pub fn draft(self, id: ConversationId) -> String {
        self.core().draft(id)
    }

    /// Sends what was begun to be written to my other devices at once.
    pub fn send_draft(self, id: ConversationId) {
        self.core().send_draft(id);
    }

    /// Runs what tracks it again when another tab or device has changed a draft.
    pub fn track_drafts(self) {
        self.core().drafts_changed.track();
    }

    /// Keeps what has been written so far.
    pub fn set_draft(self, id: ConversationId, text: String) {
        if let Some(core) = self.core.try_get_value() {
            core.set_draft(id, text);
        }
    }

    /// Whom what has been written so far mentions.
    pub fn draft_mentions(self, id: ConversationId) -> Vec<Mention> {
        self.core().draft_mentions(id)
    }

    /// Keeps whom what has been written so far mentions: before the text, which other tabs listen to.
    pub fn set_draft_mentions(self, id: ConversationId, mentions: &[Mention]) {
        self.core().set_draft_mentions(id, mentions);
    }

    /// Whom an `@` with these letters after it may mean here.
    pub fn mention_candidates(self, id: ConversationId, typed: &str, everybody: &[&str]) -> Vec<Candidate> {
        self.core().read(&[Part::Chats, Part::People], |model| {
            model.mention_candidates(id, typed, everybody)
        })
    }

    /// The first unread message that mentions me, if there is one.
    pub async fn first_unread_mention(self, id: ConversationId) -> Result<Option<Seq>, ApiError> {
        let mentions = self.core().api.unread_mentions(id).await?;
        Ok(mentions.seqs.first().copied())
    }

    /// What the next message answers, as it was begun here before.
    pub fn reply(self, id: ConversationId) -> Option<ReplyTo> {
        self.core().reply(id)
    }

    /// Reads what it answers, where another device has begun an answer. It is known now, or when `track_drafts` tells.
    pub fn find_reply(self, id: ConversationId) {
        self.core().find_reply(id);
    }

    /// Keeps what the next message answers.
    pub fn set_reply(self, id: ConversationId, reply: Option<ReplyTo>) {
        self.core().set_reply(id, reply);
    }

    /// The files of a conversation's composer.
    pub fn tray(self, id: ConversationId) -> ArcRwSignal<Vec<PendingFile>> {
        self.core().uploads.tray(id)
    }

    /// Puts files into the tray. Returns why one of them was not taken.
    pub fn attach(self, id: ConversationId, files: Vec<File>) -> Option<ErrorKind> {
        self.core().attach(id, files)
    }

    /// Takes a file out of the tray.
    pub fn detach(self, id: ConversationId, key: ClientKey) {
        self.core().detach(id, key);
    }

    /// Uploads a file of the tray again.
    pub fn retry_upload(self, key: ClientKey) {
        self.core().start_upload(key);
    }

    /// What this server allows, once it is known.
    pub fn limits(self) -> Option<Limits> {
        self.core().limits.borrow().clone()
    }
}

/// How many minutes the local clock is ahead of UTC at a point in time.
fn utc_offset_mins(time: Timestamp) -> i64 {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(time.as_millis() as f64));
    -(date.get_timezone_offset() as i64)
}
