//! The plain state, the signals that tell of its changes, and what has to be done about facts.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use damso_client_state::{Arrival, Effects, Model};
use damso_domain::{ClientKey, ConversationId, SessionId, Timestamp, UserId};
use damso_protocol::{Limits, User};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::local::{CatchUp, Local};
use super::role::Role;
use super::{drafts, local, outbox, uploads};
use crate::api::{ApiClient, ApiError};
use crate::session::Session;

/// A part of the state that screens draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The list and what its rows show.
    Chats,
    /// Loaded messages and read positions.
    Timelines,
    /// Everybody.
    People,
    /// Who is typing.
    Typing,
    /// What is not stored yet.
    Outbox,
    /// What I let others see.
    Settings,
}

/// Hears of messages of others.
type OnArrivals = Box<dyn Fn(Vec<Arrival>)>;

#[derive(Default)]
struct Parts {
    chats: ArcTrigger,
    timelines: ArcTrigger,
    people: ArcTrigger,
    typing: ArcTrigger,
    outbox: ArcTrigger,
    settings: ArcTrigger,
}

impl Parts {
    fn get(&self, part: Part) -> &ArcTrigger {
        match part {
            Part::Chats => &self.chats,
            Part::Timelines => &self.timelines,
            Part::People => &self.people,
            Part::Typing => &self.typing,
            Part::Outbox => &self.outbox,
            Part::Settings => &self.settings,
        }
    }
}

/// Everything of one session. It stops when nobody is signed in any more; answers that come later find it
/// stopped and change nothing.
pub(super) struct Core {
    pub api: ApiClient,
    pub session: Session,
    model: RefCell<Model>,
    parts: Parts,
    pub role: Cell<Role>,
    /// Whether there may be a copy to begin with. Otherwise the lists are being loaded since the start.
    pub expects_copy: bool,
    /// When friends were last read as a whole.
    pub refreshed_at: Cell<f64>,
    /// What works behind the screens, once its code is here.
    pub local: RefCell<Option<Rc<dyn Local>>>,
    /// Tells of drafts that another tab or device has changed, and that another chat is on the screen.
    pub drafts_changed: ArcTrigger,
    is_running: Cell<bool>,
    /// Names this tab among those of the same browser.
    pub tab: ClientKey,
    pub outbox: outbox::State,
    pub uploads: uploads::State,
    pub limits: RefCell<Option<Limits>>,
    pub drafts: drafts::State,
    /// Which conversation is on the screen.
    pub open: Cell<Option<ConversationId>>,
    /// When I last told that I am typing.
    pub typed_at: Cell<f64>,
    /// Hears of messages of others as they come, in the tab that tells for all of them.
    pub on_arrivals: RefCell<Option<OnArrivals>>,
    /// Whether events arrive at the moment, by whichever tab has the connection.
    pub is_live: ArcRwSignal<bool>,
    is_offline: ArcRwSignal<bool>,
    listeners: RefCell<Vec<WindowListenerHandle>>,
}

impl Core {
    /// Shows what is kept, and connects or follows.
    pub fn start(api: ApiClient, session: Session) -> Rc<Self> {
        let me = session.me_signal().get_untracked();
        let me = me.expect("the screens of a session are drawn only while somebody is signed in");
        let core = Rc::new(Self {
            api,
            session,
            model: RefCell::new(Model::new(&me)),
            parts: Parts::default(),
            role: Cell::default(),
            expects_copy: local::may_have_copy(me.id),
            refreshed_at: Cell::default(),
            local: RefCell::default(),
            drafts_changed: ArcTrigger::new(),
            is_running: Cell::new(true),
            tab: ClientKey::new(),
            outbox: outbox::State::default(),
            uploads: uploads::State::default(),
            limits: RefCell::default(),
            drafts: drafts::State::default(),
            open: Cell::default(),
            typed_at: Cell::default(),
            on_arrivals: RefCell::default(),
            is_live: ArcRwSignal::new(false),
            is_offline: ArcRwSignal::new(false),
            listeners: RefCell::default(),
        });
        core.restore_drafts();
        core.follow_connection();
        core.listen();
        core.follow_mutes(Timestamp::now());
        // Facts wait until it is known what an earlier visit has kept.
        core.change(&[], Model::begin_sync);
        core.take_a_role();
        core
    }

    /// Closes the connection and forgets what this browser keeps of a session that has ended.
    pub fn stop(&self) {
        if !self.is_running.replace(false) {
            return;
        }
        self.listeners
            .borrow_mut()
            .drain(..)
            .for_each(WindowListenerHandle::remove);
        self.uploads.cancel_all();
        if let Some(local) = self.local.borrow_mut().take() {
            local.stop();
        }
        if self.session.my_id() != Some(self.me()) {
            local::erase(self.me());
        }
    }

    /// Whether the session goes on.
    pub fn is_running(&self) -> bool {
        self.is_running.get()
    }

    /// Who is signed in.
    pub fn me(&self) -> UserId {
        self.model.borrow().me()
    }

    /// Reads without being told of changes.
    pub fn peek<T>(&self, read: impl FnOnce(&Model) -> T) -> T {
        read(&self.model.borrow())
    }

    /// Reads, and is run again when one of these parts changes.
    pub fn read<T>(&self, parts: &[Part], read: impl FnOnce(&Model) -> T) -> T {
        for part in parts {
            self.parts.get(*part).track();
        }
        self.peek(read)
    }

    /// Changes the state and tells those who draw a part of it.
    pub fn change<T>(&self, parts: &[Part], change: impl FnOnce(&mut Model) -> T) -> T {
        let result = change(&mut self.model.borrow_mut());
        for part in parts {
            self.parts.get(*part).notify();
        }
        if !parts.is_empty() {
            self.touch();
        }
        result
    }

    /// Changes the state by a fact and does what has to be done about it.
    pub fn take(self: &Rc<Self>, change: impl FnOnce(&mut Model) -> Effects) {
        let effects = change(&mut self.model.borrow_mut());
        self.act(effects);
    }

    /// Whether there is no network, or the connection has been gone for longer than a moment.
    pub fn is_offline(&self) -> bool {
        !self.session.is_online() || self.is_offline.get()
    }

    /// Runs something later, unless the session has ended by then.
    pub fn later(self: &Rc<Self>, delay: Duration, run: impl FnOnce(&Rc<Self>) + 'static) {
        let core = Rc::downgrade(self);
        let run = move || {
            if let Some(core) = core.upgrade().filter(|core| core.is_running()) {
                run(&core);
            }
        };
        set_timeout(run, delay);
    }

    /// A connection that comes back within seconds is not worth a word.
    fn follow_connection(self: &Rc<Self>) {
        let core = StoredValue::new_local(Rc::downgrade(self));
        let is_live = self.is_live.clone();
        Effect::new(move |_| {
            let is_lost = !is_live.get();
            let Some(core) = core.get_value().upgrade() else {
                return;
            };
            if !is_lost {
                return core.is_offline.set(false);
            }
            let is_live = is_live.clone();
            core.later(OFFLINE_AFTER, move |core| {
                core.is_offline.set(!is_live.get_untracked());
            });
        });
    }

    /// The network, or the person, is back.
    fn listen(self: &Rc<Self>) {
        let wake = || {
            let core = Rc::downgrade(self);
            move || {
                if let Some(local) = core.upgrade().and_then(|core| core.local()) {
                    local.wake();
                }
            }
        };
        let (on_online, on_focus) = (wake(), wake());
        let mut listeners = self.listeners.borrow_mut();
        let core = Rc::downgrade(self);
        listeners.push(window_event_listener(leptos::ev::storage, move |event| {
            if let Some(core) = core.upgrade() {
                core.drafts_stored(event.key().as_deref());
            }
        }));
        let core = Rc::downgrade(self);
        listeners.push(window_event_listener(leptos::ev::beforeunload, move |event| {
            if core.upgrade().is_some_and(|core| core.would_lose()) {
                // The browser asks in its own words whether to stay.
                event.prevent_default();
            }
        }));
        for name in ["visibilitychange", "pagehide"] {
            let core = Rc::downgrade(self);
            let leaving = leptos::ev::Custom::<leptos::ev::Event>::new(name);
            listeners.push(window_event_listener(leaving, move |_| {
                if let Some(core) = core.upgrade() {
                    core.send_drafts();
                }
            }));
        }
        listeners.push(window_event_listener(leptos::ev::online, move |_| on_online()));
        listeners.push(window_event_listener(leptos::ev::focus, move |_| on_focus()));
    }

    /// Does what has to be done about facts.
    pub fn act(self: &Rc<Self>, effects: Effects) {
        self.notify(&effects);
        if effects.outbox {
            self.prune_outbox();
        }
        if effects.typing {
            self.expire_typing();
        }
        if let Some(me) = effects.me {
            self.session.set_me(me);
        }
        for id in effects.gaps {
            self.catch_up(CatchUp::Gap(id));
        }
        if effects.has_wide_gap {
            self.catch_up(CatchUp::Soon);
        }
        if effects.needs_resync {
            self.catch_up(CatchUp::Spread);
        }
        effects.stale.into_iter().for_each(|id| self.refresh(id));
        for (id, seq) in effects.stale_messages {
            self.refresh_message(id, seq);
        }
        let open = self.open.get();
        let shown = effects.stale_reads.into_iter().find(|id| Some(*id) == open);
        shown.into_iter().for_each(|id| self.load_reads(id));
        effects.reset.into_iter().for_each(|id| self.reload_if_open(id));
        if self.leads()
            && !effects.arrivals.is_empty()
            && let Some(tell) = &*self.on_arrivals.borrow()
        {
            tell(effects.arrivals);
        }
        effects.drafts.into_iter().for_each(|id| self.settle_draft(id));
        self.learn(effects.unknown_users);
        self.check_session(effects.ended_session);
    }

    fn notify(&self, effects: &Effects) {
        let parts = [
            (effects.chats, Part::Chats),
            (effects.timelines, Part::Timelines),
            (effects.people, Part::People),
            (effects.typing, Part::Typing),
            (effects.outbox, Part::Outbox),
            (effects.settings, Part::Settings),
        ];
        parts
            .iter()
            .filter(|(has_changed, _)| *has_changed)
            .for_each(|(_, part)| self.parts.get(*part).notify());
        self.touch();
    }

    fn check_session(&self, ended: Option<SessionId>) {
        // Who is leaving on purpose gets an answer, which says more.
        if ended.is_some() && ended == self.session.session_id() && !self.session.is_leaving() {
            self.session.end();
        }
    }

    /// Names that nobody has told us.
    fn learn(self: &Rc<Self>, ids: BTreeSet<UserId>) {
        if ids.is_empty() {
            return;
        }
        let core = self.clone();
        spawn_local(async move {
            let ids: Vec<UserId> = ids.into_iter().take(MOST_USERS).collect();
            if let Ok(users) = core.api.users(&ids).await {
                core.change(&[Part::People], |model| model.people.learn_all(users.items));
            }
        });
    }

    /// Reads a conversation again whose last message or count went away.
    fn refresh(self: &Rc<Self>, id: ConversationId) {
        let core = self.clone();
        spawn_local(async move {
            if let Ok(fresh) = core.api.conversation(id).await {
                core.take(|model| model.refresh_conversation(fresh));
            }
        });
    }

    /// Takes over somebody the server has told us of.
    pub fn learn_user(&self, user: User) {
        self.change(&[Part::People], |model| model.people.learn(user));
    }

    /// Draws the lists again within a minute when a chat is not muted any more.
    fn follow_mutes(self: &Rc<Self>, since: Timestamp) {
        self.later(MUTES_EVERY, move |core| {
            let now = Timestamp::now();
            if core.peek(|model| model.chats.has_unmuted(since, now)) {
                core.parts.chats.notify();
            }
            core.follow_mutes(now);
        });
    }

    fn expire_typing(self: &Rc<Self>) {
        let lasts = Duration::from_millis(damso_client_state::Typing::LASTS_MILLIS as u64 + 50);
        self.later(lasts, |core| {
            if core.change(&[], |model| model.typing.expire(js_sys::Date::now())) {
                core.parts.typing.notify();
            }
        });
    }
}

/// How long the connection may be gone before the screen says so.
const OFFLINE_AFTER: Duration = Duration::from_secs(4);
/// How often it is asked whether a chat is not muted any more.
const MUTES_EVERY: Duration = Duration::from_mins(1);
/// As many as one request takes.
const MOST_USERS: usize = 100;

/// Whether a refusal means that trying again is of no use.
pub(super) fn is_final(error: &ApiError) -> bool {
    !error.is_passing() && *error != ApiError::Unauthenticated
}
