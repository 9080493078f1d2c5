//! Opening a conversation and loading stretches of it.

use std::rc::Rc;
use std::time::Duration;

use damso_client_state::model::{PageRequest, Place};
use damso_client_state::{Chat, Model, Timeline};
use damso_domain::{ConversationId, Seq};
use damso_protocol::{Messages, MessagesQuery, UnreadChanged};
use leptos::prelude::Notify;
use leptos::task::spawn_local;

use super::core::{Core, Part};
use crate::api::ApiError;

/// How many messages a page brings.
const PAGE: u16 = 50;
/// How many messages come of a conversation that was not opened.
const PAGE_UNOPENED: u16 = 30;
/// A first page around the first unread message has both sides of it.
const PAGE_AROUND: u16 = 80;
/// With more unread messages than this the newest page may not reach the first of them.
const NEAR_END: i64 = 40;
/// How long to wait before a page that failed is asked for again.
const RETRY: Duration = Duration::from_secs(3);

impl Core {
    /// A conversation comes on the screen. Returns my read pointer when something in it is unread.
    pub fn open_conversation(self: &Rc<Self>, id: ConversationId) -> Option<Seq> {
        self.open.set(Some(id));
        self.drafts_changed.notify();
        self.show(vec![id]);
        self.load_reads(id);
        self.change(&[], |model| model.trim_timelines(&[id], Model::KEPT_TIMELINES));
        let (unread, read_seq) = self.peek(|model| {
            let conversation = model.chats.get(id).map(|chat| &chat.conversation);
            conversation.map_or((0, Seq::ZERO), |known| {
                (known.unread_count, known.membership.read_seq)
            })
        });
        self.load_for_opening(id, unread, read_seq);
        (0 < unread).then_some(read_seq)
    }

    /// A conversation leaves the screen.
    pub fn close_conversation(self: &Rc<Self>, id: ConversationId) {
        self.send_draft(id);
        if self.open.get() == Some(id) {
            self.open.set(None);
            self.drafts_changed.notify();
            self.show(Vec::new());
        }
    }

    fn load_for_opening(self: &Rc<Self>, id: ConversationId, unread: i64, read_seq: Seq) {
        let (is_loaded, reaches_unread, reaches_end) = self.peek(|model| {
            model.timeline(id).map_or((false, false, false), |timeline| {
                let reaches_unread = !timeline.has_more_before()
                    || timeline.first_seq().is_some_and(|first| first <= read_seq.next());
                (timeline.is_loaded(), reaches_unread, !timeline.has_more_after())
            })
        });
        match (is_loaded, 0 < unread) {
            (true, true) if reaches_unread => (),
            (true, false) if reaches_end => (),
            (_, true) if NEAR_END < unread => self.load_around(id, read_seq),
            _ => self.load_newest(id),
        }
    }

    /// The newest page in place of what is loaded.
    pub fn load_newest(self: &Rc<Self>, id: ConversationId) {
        let query = MessagesQuery {
            limit: Some(PAGE),
            ..MessagesQuery::default()
        };
        self.load_page(id, Place::Anywhere, query);
    }

    /// A page around a message in place of what is loaded.
    pub fn load_around(self: &Rc<Self>, id: ConversationId, seq: Seq) {
        let around = Some(seq.as_i64().max(1));
        let query = MessagesQuery {
            around,
            limit: Some(PAGE_AROUND),
            ..MessagesQuery::default()
        };
        self.load_page(id, Place::Anywhere, query);
    }

    /// Older messages than those that are loaded.
    pub fn load_before(self: &Rc<Self>, id: ConversationId) {
        let first = self.peek(|model| {
            model
                .timeline(id)
                .filter(|timeline| timeline.has_more_before())
                .and_then(Timeline::first_seq)
        });
        if let Some(first) = first {
            let before = Some(first.as_i64());
            self.load_page(
                id,
                Place::Before,
                MessagesQuery {
                    before,
                    limit: Some(PAGE),
                    ..MessagesQuery::default()
                },
            );
        }
    }

    /// Newer messages than those that are loaded.
    pub fn load_after(self: &Rc<Self>, id: ConversationId) {
        let last = self.peek(|model| {
            model
                .timeline(id)
                .filter(|timeline| timeline.has_more_after())
                .and_then(Timeline::last_seq)
        });
        if let Some(last) = last {
            let after = Some(last.as_i64());
            self.load_page(
                id,
                Place::After,
                MessagesQuery {
                    after,
                    limit: Some(PAGE),
                    ..MessagesQuery::default()
                },
            );
        }
    }

    /// What was loaded has been dropped.
    pub fn reload_if_open(self: &Rc<Self>, id: ConversationId) {
        if self.open.get() == Some(id) {
            // Whoever has left is told no more of it: it has to be said again that it is looked at.
            self.show(vec![id]);
            self.load_newest(id);
            self.load_reads(id);
        }
    }

    /// The newest messages of a conversation that nobody has opened yet, so that it is there without a network.
    pub async fn load_unopened(&self, id: ConversationId) {
        let is_wanted = self.peek(|model| {
            let has_messages = |chat: &Chat| Seq::ZERO < chat.conversation.last_seq;
            let is_missing = |timeline: &Timeline| !timeline.is_loaded() && !timeline.is_busy();
            model.chats.get(id).is_some_and(has_messages) && model.timeline(id).is_none_or(is_missing)
        });
        if !is_wanted {
            return;
        }
        let request = self.change(&[], |model| model.request_page(id, Place::Anywhere));
        let query = MessagesQuery {
            limit: Some(PAGE_UNOPENED),
            ..MessagesQuery::default()
        };
        let answer = self.api.messages(id, &query).await;
        if self.is_running() {
            self.settle_page(request, answer.ok());
        }
    }

    fn load_page(self: &Rc<Self>, id: ConversationId, place: Place, query: MessagesQuery) {
        if place != Place::Anywhere && self.peek(|model| model.timeline(id).is_some_and(Timeline::is_busy)) {
            return;
        }
        let request = self.change(&[], |model| model.request_page(id, place));
        let core = self.clone();
        spawn_local(async move {
            let answer = core.api.messages(id, &query).await;
            if !core.is_running() {
                return;
            }
            let is_passing = answer.as_ref().is_err_and(ApiError::is_passing);
            if core.settle_page(request, answer.ok()) && is_passing {
                core.retry_page(id, place, query);
            }
        });
    }

    /// Says whether the page is still wanted, and has not come.
    fn settle_page(&self, request: PageRequest, page: Option<Messages>) -> bool {
        match page {
            Some(page) => {
                self.change(&[Part::Timelines, Part::People], |model| {
                    model.take_page(request, page)
                });
                false
            }
            None => self.change(&[], |model| model.page_failed(request)),
        }
    }

    /// Asks again, unless something else has been asked for by then, or there is nobody to show it to.
    fn retry_page(self: &Rc<Self>, id: ConversationId, place: Place, query: MessagesQuery) {
        let last_request =
            move |core: &Self| core.peek(|model| model.timeline(id).map(Timeline::last_request));
        let failed = last_request(self);
        self.later(RETRY, move |core| {
            if core.open.get() == Some(id) && last_request(core) == failed {
                core.load_page(id, place, query);
            }
        });
    }

    /// How far everyone has read.
    pub fn load_reads(self: &Rc<Self>, id: ConversationId) {
        let core = self.clone();
        spawn_local(async move {
            let mut is_wanted = true;
            while is_wanted && core.is_running() {
                let request = core.change(&[], |model| model.request_reads(id));
                let reads = core.api.reads(id).await.ok();
                is_wanted = core.change(&[Part::Timelines], |model| {
                    model.take_reads(request, reads.as_ref().map(|reads| reads.items.as_slice()))
                });
            }
        });
    }

    /// Moves my pointer: everything up to here was shown.
    pub fn mark_read(self: &Rc<Self>, id: ConversationId, seq: Seq) {
        let is_marked = |model: &Model| {
            let chat = model.chats.get(id);
            chat.is_some_and(|chat| chat.conversation.membership.is_marked_unread)
        };
        if !self.peek(|model| model.shows_unread(id, seq) || is_marked(model)) {
            return;
        }
        let core = self.clone();
        spawn_local(async move {
            // What fails is tried again with the next message that is shown, and with the next focus.
            let _ = core.read_up_to(id, seq).await;
        });
    }

    /// Moves my pointer up to a message.
    pub async fn read_up_to(self: &Rc<Self>, id: ConversationId, seq: Seq) -> Result<(), ApiError> {
        let position = self.api.mark_read(id, seq).await?;
        let moved = UnreadChanged::new(id, position);
        self.take(|model| {
            let mut effects = damso_client_state::Effects::default();
            model.unread_changed(moved, &mut effects);
            effects
        });
        Ok(())
    }
}
