//! Catching up after a gap, one call at a time.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use damso_client_state::Effects;
use damso_domain::ConversationId;
use leptos::task::spawn_local;

use super::core::Core;
use crate::api::ApiError;

/// How long a gap may last: most often what is missing is just behind.
const GAP_MILLIS: f64 = 300.0;
/// Spread over this much more, so that a thousand members do not ask in the same moment.
const GAP_JITTER_MILLIS: f64 = 200.0;
/// Spread over this when the server says that it may have missed something.
const RESYNC_MILLIS: f64 = 5_000.0;
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
}

/// Whether a sync is on its way, and what the next one is about.
#[derive(Default)]
pub(super) struct State {
    wanted: RefCell<Wanted>,
    is_running: Cell<bool>,
}

impl Core {
    /// Catches up with everything.
    pub fn sync_all(self: &Rc<Self>) {
        self.sync.wanted.borrow_mut().all = true;
        self.run_sync();
    }

    /// Catches up, unless what is missing arrives within a moment.
    pub fn check_gap_soon(self: &Rc<Self>, id: ConversationId) {
        self.later(millis(GAP_MILLIS, GAP_JITTER_MILLIS), move |core| {
            if core.peek(|model| model.has_gap(id)) {
                core.sync_one(id);
            }
        });
    }

    /// Catches up with one conversation, or with everything, in a moment.
    pub fn sync_soon(self: &Rc<Self>, id: Option<ConversationId>) {
        self.later(millis(GAP_MILLIS, GAP_JITTER_MILLIS), move |core| match id {
            Some(id) => core.sync_one(id),
            None => core.sync_all(),
        });
    }

    /// Catches up with everything within some seconds.
    pub fn resync_spread(self: &Rc<Self>) {
        self.later(millis(0.0, RESYNC_MILLIS), Self::sync_all);
    }

    /// Reads a conversation again whose last message or count went away.
    pub fn refresh(self: &Rc<Self>, id: ConversationId) {
        let core = self.clone();
        spawn_local(async move {
            if let Ok(fresh) = core.api.conversation(id).await {
                core.take(|model| model.refresh_conversation(fresh));
            }
        });
    }

    fn sync_one(self: &Rc<Self>, id: ConversationId) {
        self.sync.wanted.borrow_mut().conversations.insert(id);
        self.run_sync();
    }

    fn run_sync(self: &Rc<Self>) {
        // Before the first load there is nothing to catch up with; it ends with a sync of its own.
        if !self.peek(|model| model.people.is_loaded()) || self.sync.is_running.replace(true) {
            return;
        }
        let core = self.clone();
        spawn_local(async move {
            core.sync_while_wanted().await;
            core.sync.is_running.set(false);
        });
    }

    async fn sync_while_wanted(self: &Rc<Self>) {
        loop {
            let wanted = self.sync.wanted.take();
            if wanted.is_empty() || !self.is_running() {
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

    async fn sync_once(self: &Rc<Self>, wanted: &Wanted) -> Result<(), ApiError> {
        let only: Vec<ConversationId> = wanted.conversations.iter().copied().collect();
        let only = (!wanted.all).then_some(only.as_slice());
        let requests = self.change(&[], |model| {
            model.begin_sync();
            model.sync_requests(only)
        });
        let mut effects = Effects::default();
        let mut result = Ok(());
        for request in requests {
            match self.api.sync(&request).await {
                Ok(response) => effects.merge(self.change(&[], |model| model.take_sync(response))),
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        effects.merge(self.change(&[], |model| model.end_sync(js_sys::Date::now())));
        if self.is_running() {
            self.act(effects);
        }
        result
    }

    fn want_again(&self, failed: Wanted) {
        let mut wanted = self.sync.wanted.borrow_mut();
        wanted.all |= failed.all;
        wanted.conversations.extend(failed.conversations);
    }
}

fn millis(least: f64, spread: f64) -> Duration {
    Duration::from_secs_f64((least + js_sys::Math::random() * spread) / 1_000.0)
}
