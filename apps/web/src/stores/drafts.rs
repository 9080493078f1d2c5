//! What somebody has begun to write, kept for each conversation: here at once, and on the server for their other devices.
//!
//! What is here is what the text box shows, and every tab of this browser has the same. It goes to the server when
//! nothing has been written for a moment. What another device has written takes its place only where everything that was
//! written here has gone there before ([`DraftMark`]).

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::time::Duration;

use damso_client_state::drafts::DraftMark;
use damso_client_state::quotes::quote;
use damso_client_state::{Chat, Model};
use damso_domain::{ConversationId, DraftText, Mention, Rev, Seq};
use damso_protocol::{Draft, DraftUpdated, ReplyTo, SetDraftRequest};
use leptos::prelude::Notify;
use leptos::task::spawn_local;
use miniserde::Deserialize;
use serde::Serialize;

use super::core::{Core, Part, is_final};
use super::storage;
use crate::api::ApiError;

const STORED: &str = "drafts";
const REPLIES: &str = "replies";
const MENTIONS: &str = "mentions";
const MARKS: &str = "draft-marks";

/// How long nothing is written before what there is goes to the server.
const PAUSE: Duration = Duration::from_secs(1);
/// How long to wait after a call that failed.
const RETRY: Duration = Duration::from_secs(5);

/// What is kept of drafts, and which are on their way.
#[derive(Default)]
pub(super) struct State {
    texts: RefCell<HashMap<ConversationId, String>>,
    marks: RefCell<HashMap<ConversationId, DraftMark>>,
    in_flight: RefCell<BTreeSet<ConversationId>>,
    /// Which of several pauses is the last one.
    pauses: RefCell<HashMap<ConversationId, u32>>,
    pause: Cell<u32>,
}

impl Core {
    /// What was begun here.
    pub fn draft(&self, id: ConversationId) -> String {
        self.drafts.texts.borrow().get(&id).cloned().unwrap_or_default()
    }

    /// Keeps what has been written so far; an empty text removes it.
    pub fn set_draft(self: &Rc<Self>, id: ConversationId, text: String) {
        if text != self.draft(id) {
            self.draft_written(id);
            self.put_draft_text(id, text);
        }
    }

    fn put_draft_text(&self, id: ConversationId, text: String) {
        put(
            &mut self.drafts.texts.borrow_mut(),
            id,
            (!text.is_empty()).then_some(text),
        );
        self.store(STORED, &self.drafts.texts.borrow());
    }

    /// Before what is written is kept, which other tabs listen to.
    fn draft_written(self: &Rc<Self>, id: ConversationId) {
        let mut mark = self.draft_mark(id);
        if mark.write() {
            self.put_draft_mark(id, mark);
        }
        self.send_draft_soon(id);
    }

    /// Drafts of a time when they stayed here have no mark.
    fn draft_mark(&self, id: ConversationId) -> DraftMark {
        let known = self.drafts.marks.borrow().get(&id).copied();
        known.unwrap_or_else(|| DraftMark {
            is_unsent: self.has_draft(id),
            ..DraftMark::NONE
        })
    }

    fn put_draft_mark(&self, id: ConversationId, mark: DraftMark) {
        put(&mut self.drafts.marks.borrow_mut(), id, Some(mark));
        self.store(MARKS, &self.drafts.marks.borrow());
    }

    fn has_draft(&self, id: ConversationId) -> bool {
        self.drafts.texts.borrow().contains_key(&id) || self.reply(id).is_some()
    }

    fn send_draft_soon(self: &Rc<Self>, id: ConversationId) {
        let pause = self.drafts.pause.get().wrapping_add(1);
        self.drafts.pause.set(pause);
        self.drafts.pauses.borrow_mut().insert(id, pause);
        self.later(PAUSE, move |core| {
            if core.drafts.pauses.borrow().get(&id) == Some(&pause) {
                core.send_draft(id);
            }
        });
    }

    /// Sends whatever has been written and is not on the server.
    pub fn send_drafts(self: &Rc<Self>) {
        let mut ids: BTreeSet<ConversationId> = self.drafts.texts.borrow().keys().copied().collect();
        ids.extend(self.drafts.marks.borrow().keys());
        ids.into_iter().for_each(|id| self.send_draft(id));
    }

    /// Sends what has been written, unless the server has it.
    pub fn send_draft(self: &Rc<Self>, id: ConversationId) {
        let known = self.peek(|model| model.chats.get(id).map(|chat| chat.conversation.draft.is_some()));
        let mut mark = self.draft_mark(id);
        let Some(is_there) = known.filter(|_| mark.is_unsent) else {
            return;
        };
        if !is_there && !mark.is_there && !self.has_draft(id) && !self.is_draft_in_flight(id) {
            // Written, and sent or taken back, before the server has heard of it.
            mark.sent(false, mark.seen, true);
            return self.put_draft_mark(id, mark);
        }
        let request = self.draft_request(id);
        if DraftText::MAX_CHARS < request.text.chars().count() || self.is_draft_in_flight(id) {
            return;
        }
        self.drafts.in_flight.borrow_mut().insert(id);
        let core = self.clone();
        spawn_local(async move {
            let answer = core.api.set_draft(id, &request).await;
            core.drafts.in_flight.borrow_mut().remove(&id);
            if core.is_running() {
                core.draft_answered(id, &request, answer);
            }
        });
    }

    fn draft_answered(
        self: &Rc<Self>,
        id: ConversationId,
        request: &SetDraftRequest,
        answer: Result<DraftUpdated, ApiError>,
    ) {
        let is_still_here = self.draft_request(id) == *request;
        let mut mark = self.draft_mark(id);
        match answer {
            Ok(told) => {
                mark.sent(told.draft.is_some(), told.user_rev, is_still_here);
                self.put_draft_mark(id, mark);
                // Nothing but the box follows from it, so that the first load needs nothing of what follows from facts.
                if self.change(&[Part::Chats], |model| model.take_draft(told)) {
                    self.settle_draft(id);
                }
            }
            Err(ApiError::Unauthenticated) => return,
            Err(error) if is_final(&error) => {
                // The same once more would be refused once more.
                mark.sent(mark.is_there, mark.seen, is_still_here);
                self.put_draft_mark(id, mark);
            }
            Err(error) => {
                let wait = error
                    .retry_after_secs()
                    .map_or(RETRY, |secs| Duration::from_secs(secs.into()));
                return self.later(wait, move |core| core.send_draft(id));
            }
        }
        match (is_still_here, self.has_draft(id)) {
            (true, _) => (),
            (false, true) => self.send_draft_soon(id),
            // The message has gone out meanwhile.
            (false, false) => self.send_draft(id),
        }
    }

    fn is_draft_in_flight(&self, id: ConversationId) -> bool {
        self.drafts.in_flight.borrow().contains(&id)
    }

    fn draft_request(&self, id: ConversationId) -> SetDraftRequest {
        SetDraftRequest {
            text: self.draft(id),
            reply_to_seq: self.reply(id).map(|reply| reply.seq),
        }
    }

    /// The lists have just been read: what the server has of each draft is known, as of where my stream stood before.
    pub fn settle_drafts(self: &Rc<Self>) {
        let as_of = self.peek(Model::user_rev);
        let ids: Vec<ConversationId> = self.peek(|model| model.chats.iter().map(Chat::id).collect());
        for id in ids {
            self.settle_draft_as_of(id, as_of);
        }
    }

    /// The server has told of a draft, which may be of another device.
    pub fn settle_draft(self: &Rc<Self>, id: ConversationId) {
        self.settle_draft_as_of(id, Rev::ZERO);
    }

    fn settle_draft_as_of(self: &Rc<Self>, id: ConversationId, at_least: Rev) {
        let mark = self.draft_mark(id);
        match self.peek(|model| model.told_draft(id)) {
            Some((told, as_of)) if mark.gives_way_to(as_of.max(at_least)) => {
                self.take_over_draft(id, told, as_of.max(at_least));
            }
            Some(_) => (),
            // I have left it, and the draft is gone there too.
            None => self.take_over_draft(id, None, mark.seen),
        }
    }

    fn take_over_draft(self: &Rc<Self>, id: ConversationId, told: Option<Draft>, as_of: Rev) {
        let mut mark = DraftMark::NONE;
        mark.sent(told.is_some(), as_of, true);
        let (text, reply_to) = told.map_or((String::new(), None), |draft| (draft.text, draft.reply_to_seq));
        if text != self.draft(id) {
            // Whom the other one mentions is not told.
            self.set_draft_mentions(id, &[]);
        }
        if reply_to != self.reply(id).map(|reply| reply.seq) {
            self.store_by_chat::<ReplyTo>(REPLIES, id, None);
        }
        self.put_draft_text(id, text);
        self.put_draft_mark(id, mark);
        self.drafts_changed.notify();
    }

    /// What a draft of another device answers, where the message itself is not known here.
    fn lacking_reply(&self, id: ConversationId) -> Option<Seq> {
        let is_known = self.draft_mark(id).is_unsent || self.reply(id).is_some();
        let (told, _) = self.peek(|model| model.told_draft(id)).filter(|_| !is_known)?;
        told?.reply_to_seq
    }

    /// Reads what a draft of another device answers, as far as I may see it. Whoever shows the draft asks for it.
    pub fn find_reply(self: &Rc<Self>, id: ConversationId) {
        let Some(seq) = self.lacking_reply(id) else {
            return;
        };
        let known = self.peek(|model| {
            let message = model.timeline(id).and_then(|timeline| timeline.get(seq).cloned());
            message.map(|message| quote(&message))
        });
        if let Some(known) = known {
            return self.store_by_chat(REPLIES, id, Some(known));
        }
        let core = self.clone();
        spawn_local(async move {
            let Ok(message) = core.api.message(id, seq).await else {
                return;
            };
            if core.is_running() && core.lacking_reply(id) == Some(seq) {
                core.store_by_chat(REPLIES, id, Some(quote(&message)));
                core.drafts_changed.notify();
            }
        });
    }

    /// Something in local storage was changed by another tab.
    pub(super) fn drafts_stored(&self, key: Option<&str>) {
        let is = |what: &str| key == Some(storage::key_of(self.me(), what).as_str());
        if is(STORED) || is(MARKS) || is(REPLIES) {
            self.restore_drafts();
        }
        if is(STORED) || is(REPLIES) {
            self.drafts_changed.notify();
        }
    }

    /// Whom what was begun here mentions.
    pub fn draft_mentions(&self, id: ConversationId) -> Vec<Mention> {
        self.stored_by_chat(MENTIONS).remove(&id).unwrap_or_default()
    }

    /// Keeps whom it mentions.
    pub fn set_draft_mentions(&self, id: ConversationId, mentions: &[Mention]) {
        let mentions = (!mentions.is_empty()).then(|| mentions.to_vec());
        self.store_by_chat(MENTIONS, id, mentions);
    }

    /// What the next message answers.
    pub fn reply(&self, id: ConversationId) -> Option<ReplyTo> {
        self.stored_by_chat(REPLIES).remove(&id)
    }

    /// Keeps what the next message answers.
    pub fn set_reply(self: &Rc<Self>, id: ConversationId, reply: Option<ReplyTo>) {
        if reply.as_ref().map(|reply| reply.seq) != self.reply(id).map(|reply| reply.seq) {
            self.draft_written(id);
        }
        self.store_by_chat(REPLIES, id, reply);
    }

    fn store_by_chat<T: Deserialize + Serialize>(&self, what: &str, id: ConversationId, value: Option<T>) {
        let mut all = self.stored_by_chat(what);
        put(&mut all, id, value);
        self.store(what, &all);
    }

    fn store<T: Serialize>(&self, what: &str, all: &HashMap<ConversationId, T>) {
        let json = (!all.is_empty())
            .then(|| serde_json::to_string(all).ok())
            .flatten();
        storage::set(&storage::key_of(self.me(), what), json.as_deref());
    }

    /// Small and rarely asked for, so that it is read each time.
    fn stored_by_chat<T: Deserialize>(&self, what: &str) -> HashMap<ConversationId, T> {
        let stored = storage::get(&storage::key_of(self.me(), what));
        stored
            .and_then(|json| miniserde::json::from_str(&json).ok())
            .unwrap_or_default()
    }

    pub(super) fn restore_drafts(&self) {
        *self.drafts.texts.borrow_mut() = self.stored_by_chat(STORED);
        *self.drafts.marks.borrow_mut() = self.stored_by_chat(MARKS);
    }
}

fn put<T>(all: &mut HashMap<ConversationId, T>, id: ConversationId, value: Option<T>) {
    match value {
        Some(value) => drop(all.insert(id, value)),
        None => drop(all.remove(&id)),
    }
}
