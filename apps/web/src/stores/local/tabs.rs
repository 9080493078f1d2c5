//! The other tabs of the same account in this browser: who leads, who is there, and what they say.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Weak;
use std::time::Duration;

use damso_client_state::{Echo, TabMessage, Watches};
use damso_domain::{ClientKey, UserId};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{BroadcastChannel, MessageEvent};

use super::engine::Engine;
use super::locks::{self, Manner};
use crate::realtime::read_frame;
use crate::stores::core::Part;
use crate::stores::role::Role;

/// How often a tab that is looked at makes sure that somebody leads.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// Not having heard of the leader for this long, it is asked for a sign of life.
const SILENT_MILLIS: f64 = 5_000.0;
/// After this it is asleep: phones put tabs to sleep that are not looked at, and their locks with them.
const ASLEEP_MILLIS: f64 = 12_000.0;
/// How long a living tab may take to say so, where there are no locks to tell.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// What the tabs of one account say to each other.
pub(super) struct Channel {
    inner: BroadcastChannel,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Channel {
    pub fn open(user: UserId, engine: Weak<Engine>) -> Option<Self> {
        let inner = BroadcastChannel::new(&format!("damso.{user}")).ok()?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let message = event.data().as_string();
            if let Some((from, message)) = message.as_deref().and_then(TabMessage::decode)
                && let Some(engine) = engine.upgrade().filter(|engine| engine.core.is_running())
            {
                engine.hear(from, message);
            }
        });
        inner.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self {
            inner,
            _on_message: on_message,
        })
    }

    pub fn post(&self, text: &str) {
        // It fails only on a closed channel, and then nobody is to hear it.
        let _ = self.inner.post_message(&text.into());
    }

    pub fn close(&self) {
        self.inner.set_onmessage(None);
        self.inner.close();
    }
}

/// What is known of the other tabs.
#[derive(Default)]
pub(super) struct State {
    /// Those whose end will be noticed.
    met: RefCell<BTreeSet<ClientKey>>,
    /// Those that said so where there are no locks.
    alive: RefCell<BTreeSet<ClientKey>>,
    leader: Cell<Option<ClientKey>>,
    leader_heard_at: Cell<f64>,
    timer: Cell<Option<IntervalHandle>>,
    /// What is on the screen, here and in the tabs that follow this one.
    pub watches: RefCell<Watches>,
    pub effect: RefCell<Option<Effect<LocalStorage>>>,
}

impl State {
    pub fn stop(&self) {
        self.timer.take().into_iter().for_each(|timer| timer.clear());
    }
}

impl Engine {
    /// Shows a sign of life, and leads if nobody does.
    pub fn enter(&self) {
        let this = self.this();
        let alive = this.clone();
        let shows_life = move |held| {
            if let (Some(engine), Some(held)) = (alive.upgrade(), held) {
                engine.hold(held);
            }
        };
        locks::request(&life_of(self.core.tab), Manner::Wait, shows_life, |_| ());
        let starting = this.clone();
        let start = move |held| {
            if let Some(engine) = starting.upgrade() {
                spawn_local(engine.start(held));
            }
        };
        let ended = move |had_lead: bool| {
            if let Some(engine) = this.upgrade() {
                engine.lead_ended(had_lead);
            }
        };
        locks::request(&self.leading(), Manner::IfFree, start, ended);
    }

    /// Another tab leads. This one does when that one ends, and meanwhile catches up by it.
    pub fn follow(&self) {
        if !self.core.is_running() {
            return;
        }
        self.request_lead(Manner::Wait);
        self.heard_leader();
        self.core.tell(&TabMessage::Hello);
        self.sync_all();
        self.keep_looking();
    }

    fn request_lead(&self, manner: Manner) {
        let this = self.this();
        let leading = this.clone();
        let lead = move |held| {
            if let (Some(engine), Some(held)) = (leading.upgrade(), held) {
                engine.others.stop();
                spawn_local(async move { engine.lead(held).await });
            }
        };
        let ended = move |had_lead: bool| {
            if let Some(engine) = this.upgrade() {
                engine.lead_ended(had_lead);
            }
        };
        locks::request(&self.leading(), manner, lead, ended);
    }

    /// A leader that fell asleep keeps its lock: it is taken from it.
    fn keep_looking(&self) {
        let this = self.this();
        let look = move || {
            if let Some(engine) = this.upgrade() {
                engine.look();
            }
        };
        self.others.stop();
        self.others
            .timer
            .set(set_interval_with_handle(look, LOOK_EVERY).ok());
    }

    fn look(&self) {
        let silent_for = js_sys::Date::now() - self.others.leader_heard_at.get();
        if document().hidden() {
            // Not looked at, this tab was perhaps asleep itself.
            self.heard_leader();
        } else if ASLEEP_MILLIS < silent_for {
            self.others.stop();
            self.request_lead(Manner::Steal);
        } else if SILENT_MILLIS < silent_for {
            self.core.tell(&TabMessage::Hello);
        }
    }

    /// Another tab has said something.
    fn hear(&self, from: ClientKey, message: TabMessage) {
        self.others.alive.borrow_mut().insert(from);
        match self.core.role.get() {
            Role::Leads => self.hear_follower(from, message),
            Role::Undecided | Role::Follows => self.hear_leader(from, message),
            Role::Alone => match message {
                TabMessage::Hello => self.core.tell(&TabMessage::Here),
                TabMessage::Dropped(key) => self.core.message_dropped(key),
                _ => (),
            },
        }
    }

    fn hear_follower(&self, from: ClientKey, message: TabMessage) {
        match message {
            TabMessage::Hello => self.tell_whether_live(),
            TabMessage::Ask(request) => self.answer_tab(&request),
            TabMessage::Echo(json) => {
                self.take_echo(&json);
                self.meet_authors();
            }
            TabMessage::Dropped(key) => self.core.message_dropped(key),
            TabMessage::Watch(shown) => {
                self.show_in(from, shown);
                self.meet(from);
            }
            TabMessage::Typing(id) => self.tell_typing(id),
            // Two that believe they lead: the one whose lock was stolen is about to hear of it.
            TabMessage::Leads { .. }
            | TabMessage::Frame(_)
            | TabMessage::Synced { .. }
            | TabMessage::Here => (),
        }
    }

    fn hear_leader(&self, from: ClientKey, message: TabMessage) {
        match message {
            TabMessage::Leads { is_live } => {
                self.heard_leader();
                self.leads_now(from, is_live);
            }
            TabMessage::Frame(text) => {
                self.heard_leader();
                if let Some(incoming) = read_frame(&text) {
                    self.receive(incoming);
                }
            }
            TabMessage::Synced { request, answer } => {
                self.heard_leader();
                self.synced_elsewhere(&request, &answer);
            }
            TabMessage::Echo(json) => self.take_echo(&json),
            TabMessage::Dropped(key) => self.core.message_dropped(key),
            TabMessage::Hello => self.core.tell(&TabMessage::Here),
            TabMessage::Ask(_) | TabMessage::Watch(_) | TabMessage::Typing(_) | TabMessage::Here => (),
        }
    }

    fn heard_leader(&self) {
        self.others.leader_heard_at.set(js_sys::Date::now());
    }

    fn leads_now(&self, leader: ClientKey, is_live: bool) {
        let core = &self.core;
        let is_new = self.others.leader.replace(Some(leader)) != Some(leader);
        let came_back = is_live && !core.is_live.get_untracked();
        if is_new && let Some(open) = core.open.get() {
            self.show_in(core.tab, vec![open]);
        }
        if core.is_live.get_untracked() != is_live {
            core.is_live.set(is_live);
        }
        if came_back {
            self.came_back();
        }
        if is_new || came_back {
            self.ask_again();
        }
    }

    /// A message in the outbox is new, or stands otherwise now.
    fn take_echo(&self, json: &str) {
        let Some(echo) = Echo::from_json(json) else { return };
        let key = echo.client_key;
        self.core.outbox.note_kept(key);
        self.core
            .change(&[Part::Outbox, Part::Chats], |model| model.outbox.put(echo));
        if self.core.leads() {
            self.core.store_message(key);
        }
    }

    /// The leader notices the end of each tab whose files a message waits for.
    pub fn meet_authors(&self) {
        let authors = self.core.peek(|model| model.outbox.awaited_tabs());
        authors.into_iter().for_each(|tab| self.meet(tab));
    }

    /// Hears of the end of another tab.
    fn meet(&self, tab: ClientKey) {
        if tab == self.core.tab || !self.others.met.borrow_mut().insert(tab) {
            return;
        }
        let this = self.this();
        let gone = move |held: Option<locks::Held>| {
            drop(held);
            if let Some(engine) = this.upgrade().filter(|engine| engine.core.is_running()) {
                engine.others.met.borrow_mut().remove(&tab);
                if engine.core.leads() {
                    engine.tab_gone(tab);
                }
            }
        };
        locks::request(&life_of(tab), Manner::Wait, gone, |_| ());
    }

    /// Where there are no locks, tabs are asked whether they are there. What none of them has the files of,
    /// waits in vain.
    pub fn take_over_orphans(&self, waiting: Vec<Echo>) {
        self.core.tell(&TabMessage::Hello);
        self.later(ANSWER_WITHIN, move |engine| {
            let alive = engine.others.alive.borrow().clone();
            let is_orphan = |echo: &Echo| echo.tab.is_none_or(|tab| !alive.contains(&tab));
            let orphans: Vec<Echo> = waiting.into_iter().filter(is_orphan).collect();
            let tabs: BTreeSet<ClientKey> = orphans.iter().filter_map(|echo| echo.tab).collect();
            engine.core.adopt_messages(orphans);
            tabs.into_iter().for_each(|tab| engine.tab_gone(tab));
        });
    }

    fn leading(&self) -> String {
        format!("damso.lead.{}", self.core.me())
    }
}

/// The lock that a tab holds as long as it lives.
fn life_of(tab: ClientKey) -> String {
    format!("damso.tab.{tab}")
}
