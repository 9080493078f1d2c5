//! The parts behind the screens of one session in one tab.

use std::cell::RefCell;
use std::future::Future;
use std::rc::{Rc, Weak};
use std::time::Duration;

use damso_client_state::kept::{ACCOUNT, owner};
use damso_client_state::{Echo, TabMessage};
use damso_domain::{ClientKey, ConversationId, UserId};
use damso_protocol::Me;
use js_sys::{Array, Promise};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::database::Database;
use super::locks::{self, Held};
use super::tabs::{self, Channel};
use super::{CatchUp, Local, copy, database_name, sending, sync};
use crate::realtime::Realtime;
use crate::stores::boot;
use crate::stores::core::Core;
use crate::stores::role::Role;

/// How long the database may take. One that never answers must not keep anybody from their messages.
const PATIENCE: Duration = Duration::from_secs(4);

/// The parts behind the screens of one session in one tab.
pub(super) struct Engine {
    /// The two hold each other until the session stops.
    pub core: Rc<Core>,
    this: Weak<Self>,
    pub database: Option<Rc<Database>>,
    pub copy: copy::State,
    channel: Option<Channel>,
    pub realtime: RefCell<Option<Rc<Realtime>>>,
    pub sync: sync::State,
    pub sending: sending::State,
    pub others: tabs::State,
    locks: RefCell<Vec<Held>>,
    pub listeners: RefCell<Vec<WindowListenerHandle>>,
}

/// See [`super::begin`].
pub(super) async fn begin(core: Rc<Core>) {
    let database = open(&core).await;
    if !core.is_running() {
        return;
    }
    let engine = Rc::new_cyclic(|this| Engine {
        this: this.clone(),
        database,
        copy: copy::State::default(),
        channel: Channel::open(core.me(), this.clone()),
        realtime: RefCell::default(),
        sync: sync::State::default(),
        sending: sending::State::default(),
        others: tabs::State::default(),
        locks: RefCell::default(),
        listeners: RefCell::default(),
        core,
    });
    *engine.core.local.borrow_mut() = Some(engine.clone());
    engine.tell_of_connection();
    if locks::are_there() && engine.channel.is_some() {
        engine.core.role.set(Role::Follows);
        engine.write_when_leaving();
        engine.enter();
    } else {
        engine.go_alone().await;
    }
}

/// Private windows, full disks and old browsers have none: then everything goes on from memory.
async fn open(core: &Rc<Core>) -> Option<Rc<Database>> {
    let name = database_name(core.me());
    let opened = in_time(async move { Database::open(&name).await.ok() }).await;
    opened.flatten().map(Rc::new)
}

/// Waits for something as long as one may have to.
async fn in_time<T: 'static>(work: impl Future<Output = T> + 'static) -> Option<T> {
    let done = Rc::new(RefCell::new(None));
    let result = done.clone();
    let working = future_to_promise(async move {
        *result.borrow_mut() = Some(work.await);
        Ok(JsValue::UNDEFINED)
    });
    let waiting = Promise::new(&mut |resolve, _| {
        set_timeout(move || drop(resolve.call0(&JsValue::NULL)), PATIENCE);
    });
    let _ = JsFuture::from(Promise::race(&Array::of2(&working, &waiting))).await;
    done.take()
}

/// See [`super::find_owner`].
pub(super) async fn find_owner(user: UserId) -> Option<Me> {
    if !locks::are_there() {
        return None;
    }
    let database = Database::open(&database_name(user)).await.ok()?;
    let record = database.record(ACCOUNT).await;
    database.close();
    owner(&record?).filter(|me| me.id == user)
}

impl Engine {
    /// For what runs later, and must not keep it alive.
    pub fn this(&self) -> Weak<Self> {
        self.this.clone()
    }

    /// Runs something at once, as far as it goes without waiting.
    pub fn spawn<Done: Future<Output = ()> + 'static>(&self, run: impl FnOnce(Rc<Self>) -> Done) {
        if let Some(engine) = self.this.upgrade() {
            spawn_local(run(engine));
        }
    }

    /// Runs something later, unless the session has ended by then.
    pub fn later(&self, delay: Duration, run: impl FnOnce(&Self) + 'static) {
        let this = self.this.clone();
        let run = move || {
            if let Some(engine) = this.upgrade().filter(|engine| engine.core.is_running()) {
                run(&engine);
            }
        };
        set_timeout(run, delay);
    }

    /// Goes on when it is known whether another tab leads.
    pub async fn start(self: Rc<Self>, lead: Option<Held>) {
        // What has been written before there was a database, or anybody to tell.
        let early = self.core.peek(|model| model.outbox.keys());
        self.show_copy().await;
        self.core.adopt_messages(self.read_outbox().await);
        match lead {
            Some(held) => self.lead(held).await,
            None => {
                // What the leader has written since this tab has read it, this tab does not know.
                self.copy.mirror.borrow_mut().take();
                self.follow();
            }
        }
        for key in early {
            self.core.keep_message(key);
        }
    }

    async fn read_outbox(&self) -> Vec<Echo> {
        let Some(database) = &self.database else {
            return Vec::new();
        };
        let records = database.outbox().await.unwrap_or_default();
        records.iter().filter_map(|json| Echo::from_json(json)).collect()
    }

    /// Leads from now on: it connects, and everything that has been kept is handed over from here.
    pub async fn lead(&self, held: Held) {
        if !self.core.is_running() {
            return;
        }
        self.hold(held);
        if let Some(database) = &self.database {
            // Without the claim nothing is written, which is what should happen when it fails.
            let _ = database.claim(&self.core.tab.to_string()).await;
            // A tab that has followed so far does not know what is written: all of it is written again.
            self.copy.mirror.borrow_mut().get_or_insert_default();
        }
        self.core.adopt_messages(self.read_outbox().await);
        if !self.core.is_running() {
            return;
        }
        self.core.role.set(Role::Leads);
        // What the last leader said of its connection is not true of this one.
        self.core.is_live.set(false);
        self.adopt_from_storage();
        self.connect();
        self.tell_whether_live();
        self.core.touch();
        self.send_all();
        self.meet_authors();
    }

    /// Another tab has taken over while this one was asleep, or this browser gives nobody any locks.
    pub fn lead_ended(&self, had_lead: bool) {
        if self.core.is_running() && !had_lead && self.core.role.get() == Role::Follows {
            self.spawn(async move |engine| engine.go_alone().await);
        } else if self.core.is_running() && had_lead {
            self.core.role.set(Role::Follows);
            self.disconnect();
            self.core.is_live.set(false);
            self.copy.mirror.borrow_mut().take();
            self.follow();
        }
    }

    /// Each tab for itself. No copy is kept: only one may write it, and here none can know that it is the one.
    pub async fn go_alone(&self) {
        self.core.role.set(Role::Alone);
        let is_loaded = self.core.peek(|model| model.people.is_loaded());
        if self.core.expects_copy && !is_loaded {
            boot::load(&self.core);
        }
        let is_waiting = |echo: &Echo| !echo.is_refused() && !echo.is_uploaded();
        let echoes = self.read_outbox().await.into_iter();
        let (waiting, rest): (Vec<Echo>, Vec<Echo>) = echoes.partition(is_waiting);
        self.core.adopt_messages(rest);
        self.adopt_from_storage();
        self.connect();
        self.take_what_came();
        self.take_over_orphans(waiting);
    }

    /// Holds a lock as long as the session goes on.
    pub fn hold(&self, held: Held) {
        self.locks.borrow_mut().push(held);
    }
}

impl Local for Engine {
    fn catch_up(&self, what: CatchUp) {
        match what {
            CatchUp::Loaded => self.take_what_came(),
            CatchUp::Gap(id) => self.check_gap_soon(id),
            CatchUp::Soon => self.sync_soon(None),
            CatchUp::Spread => self.resync_spread(),
        }
    }

    fn hand_over(&self, id: Option<ConversationId>) {
        match id {
            Some(id) => self.pump(id),
            None => self.send_all(),
        }
    }

    fn wake(&self) {
        let realtime = self.realtime.borrow().clone();
        if let Some(realtime) = realtime {
            realtime.wake();
        }
        self.send_all();
    }

    fn show(&self, shown: Vec<ConversationId>) {
        self.show_in(self.core.tab, shown);
    }

    fn typing(&self, id: ConversationId) {
        self.tell_typing(id);
    }

    fn touch(&self) {
        self.write_soon();
    }

    fn keep(&self, key: ClientKey, json: String, then: Box<dyn FnOnce(bool)>) {
        let Some(database) = self.database.clone() else {
            return then(false);
        };
        spawn_local(async move {
            let keeping = async move { database.keep(&key.to_string(), &json).await.is_ok() };
            then(in_time(keeping).await == Some(true));
        });
    }

    fn forget(&self, key: ClientKey) {
        if let Some(database) = self.database.clone() {
            spawn_local(async move {
                // What stays there by mistake is sent once more with the same key, and changes nothing.
                let _ = database.forget(&key.to_string()).await;
            });
        }
    }

    fn tell(&self, message: &TabMessage) {
        let is_alone = self.core.role.get() == Role::Alone;
        let is_for_all = matches!(
            message,
            TabMessage::Dropped(_) | TabMessage::Hello | TabMessage::Here
        );
        if let Some(channel) = self.channel.as_ref().filter(|_| !is_alone || is_for_all) {
            channel.post(&message.encode(self.core.tab));
        }
    }

    fn stop(&self) {
        self.disconnect();
        if let Some(channel) = &self.channel {
            channel.close();
        }
        if let Some(database) = &self.database {
            database.close();
        }
        self.locks.borrow_mut().clear();
        self.listeners
            .borrow_mut()
            .drain(..)
            .for_each(WindowListenerHandle::remove);
        self.others.stop();
    }
}
