//! Catching up after a gap, one call at a time.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::Duration;

use damso_client_state::{Effects, Model, TabMessage};
use damso_domain::ConversationId;
use damso_protocol::{SyncRequest, SyncResponse};

use super::engine::Engine;
use crate::api::ApiError;

/// How long a gap may last: most often what is missing is just behind.
const GAP_MILLIS: f64 = 300.0;
/// Spread over this much more, so that a thousand members do not ask in the same moment.
const GAP_JITTER_MILLIS: f64 = 200.0;
/// Spread over this when the server says that it may have missed something.
const RESYNC_MILLIS: f64 = 5_000.0;
/// Of how many conversations the newest messages are fetched before anybody opens them.
const RECENT: usize = 10;
/// How long to wait after a call that failed.
const RETRY: Duration = Duration::from_secs(3);

/// What has to be synced.
#[derive(Default)]
struct Wanted {
    all: bool,
    conversations: BTreeSet<ConversationId>,
}

impl Wanted {
    fn is_empty(&self) -> bool {
        !self.all && self.conversations.is_empty()
    }

    fn add(&mut self, other: Self) {
        self.all |= other.all;
        self.conversations.extend(other.conversations);
    }

    fn requests(&self, model: &Model) -> Vec<SyncRequest> {
        let only: Vec<ConversationId> = self.conversations.iter().copied().collect();
        model.sync_requests((!self.all).then_some(only.as_slice()))
    }
}

/// Whether a sync is on its way, and what the next one is about.
#[derive(Default)]
pub(super) struct State {
    wanted: RefCell<Wanted>,
    /// What this tab has asked the leader for.
    asked: RefCell<Wanted>,
    is_running: Cell<bool>,
    /// Whether conversations that nobody has opened have been fetched in this visit.
    has_fetched: Cell<bool>,
}

impl Engine {
    /// What is known is whole now, from the copy or from the server: facts that came meanwhile are applied, and
    /// what changed since is asked for.
    pub fn take_what_came(&self) {
        if self.core.peek(|model| model.people.is_loaded()) {
            self.core.take(|model| model.end_sync(js_sys::Date::now()));
            self.sync_all();
        }
    }

    /// Catches up with everything.
    pub fn sync_all(&self) {
        self.sync.wanted.borrow_mut().all = true;
        self.run_sync();
    }

    /// Catches up, unless what is missing arrives within a moment.
    pub fn check_gap_soon(&self, id: ConversationId) {
        self.later(millis(GAP_MILLIS, GAP_JITTER_MILLIS), move |engine| {
            if engine.core.peek(|model| model.has_gap(id)) {
                engine.sync_one(id);
            }
        });
    }

    /// Catches up with one conversation, or with everything, in a moment.
    pub fn sync_soon(&self, id: Option<ConversationId>) {
        self.later(millis(GAP_MILLIS, GAP_JITTER_MILLIS), move |engine| match id {
            Some(id) => engine.sync_one(id),
            None => engine.sync_all(),
        });
    }

    /// Catches up with everything within some seconds.
    pub fn resync_spread(&self) {
        // The leader asks for all tabs.
        if !self.core.leads() {
            return;
        }
        self.later(millis(0.0, RESYNC_MILLIS), Self::sync_all);
    }

    fn sync_one(&self, id: ConversationId) {
        self.sync.wanted.borrow_mut().conversations.insert(id);
        self.run_sync();
    }

    fn run_sync(&self) {
        // Before the first load there is nothing to catch up with; it ends with a sync of its own.
        if !self.core.peek(|model| model.people.is_loaded()) {
            return;
        }
        if !self.core.leads() {
            return self.ask_leader();
        }
        if self.sync.is_running.replace(true) {
            return;
        }
        self.spawn(async move |engine| {
            engine.sync_while_wanted().await;
            engine.sync.is_running.set(false);
        });
    }

    async fn sync_while_wanted(&self) {
        loop {
            let wanted = self.sync.wanted.take();
            if wanted.is_empty() || !self.core.is_running() {
                return;
            }
            match self.sync_once(&wanted).await {
                Ok(()) | Err(ApiError::Unauthenticated) => (),
                Err(_) => {
                    self.want_again(wanted);
                    return self.later(RETRY, Self::run_sync);
                }
            }
        }
    }

    async fn sync_once(&self, wanted: &Wanted) -> Result<(), ApiError> {
        let requests = self.core.change(&[], |model| {
            model.begin_sync();
            wanted.requests(model)
        });
        let mut effects = Effects::default();
        let mut result = Ok(());
        for request in requests {
            match self.ask_server(&request).await {
                Ok(response) => {
                    effects.merge(
                        self.core
                            .change(&[], |model| model.take_answer(&request, response)),
                    );
                }
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        effects.merge(self.core.change(&[], |model| model.end_sync(js_sys::Date::now())));
        if self.core.is_running() {
            self.core.act(effects);
        }
        if result.is_ok() && !self.sync.has_fetched.replace(true) {
            self.fetch_recent();
        }
        result
    }

    /// The conversations that are likely to be opened next, one after the other: also for when there is no network.
    fn fetch_recent(&self) {
        self.spawn(async move |engine| {
            let recent = engine.core.peek(|model| model.chats.sorted_ids());
            for id in recent.into_iter().take(RECENT) {
                if !engine.core.is_running() {
                    return;
                }
                engine.core.load_unopened(id).await;
            }
        });
    }

    /// Asks, and lets the tabs that follow have the answer too.
    async fn ask_server(&self, request: &SyncRequest) -> Result<SyncResponse, ApiError> {
        let (answer, text) = self.core.api.sync(request).await?;
        self.core.tell(&TabMessage::Synced {
            request: json(request),
            answer: text,
        });
        Ok(answer)
    }

    /// A tab that follows has a gap: the leader asks for it.
    fn ask_leader(&self) {
        let wanted = self.sync.wanted.take();
        if wanted.is_empty() {
            return;
        }
        for request in self.core.peek(|model| wanted.requests(model)) {
            self.core.tell(&TabMessage::Ask(json(&request)));
        }
        // Until an answer has come: a leader that is about to go may not give one.
        self.sync.asked.borrow_mut().add(wanted);
    }

    /// Another leader, or the same one with a connection again: what was asked in vain is asked again.
    pub fn ask_again(&self) {
        let asked = self.sync.asked.take();
        if !asked.is_empty() {
            self.want_again(asked);
            self.run_sync();
        }
    }

    /// A tab that follows asks for what it lacks.
    pub fn answer_tab(&self, request: &str) {
        let Ok(request) = miniserde::json::from_str::<SyncRequest>(request) else {
            return;
        };
        self.spawn(async move |engine| {
            if let Ok(response) = engine.ask_server(&request).await {
                engine.take_answer(&request, response);
            }
        });
    }

    /// The leader has caught up, for itself or for a tab that follows.
    pub fn synced_elsewhere(&self, request: &str, answer: &str) {
        let (Ok(request), Ok(answer)) = (
            miniserde::json::from_str::<SyncRequest>(request),
            miniserde::json::from_str::<SyncResponse>(answer),
        ) else {
            return self.sync_soon(None);
        };
        // What is loaded first ends with a sync of its own.
        if self.core.peek(|model| model.people.is_loaded()) {
            self.sync.asked.take();
            self.take_answer(&request, answer);
        }
    }

    fn take_answer(&self, request: &SyncRequest, answer: SyncResponse) {
        self.core.take(|model| {
            let mut effects = model.take_answer(request, answer);
            if !self.sync.is_running.get() {
                model.begin_sync();
                effects.merge(model.end_sync(js_sys::Date::now()));
            }
            effects
        });
    }

    fn want_again(&self, failed: Wanted) {
        self.sync.wanted.borrow_mut().add(failed);
    }
}

fn json(request: &SyncRequest) -> String {
    // Our own types always encode.
    serde_json::to_string(request).unwrap_or_default()
}

fn millis(least: f64, spread: f64) -> Duration {
    Duration::from_secs_f64((least + js_sys::Math::random() * spread) / 1_000.0)
}
