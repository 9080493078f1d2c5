//! The connection of the tab that leads, and what comes by it.

use std::rc::Rc;

use damso_client_state::{Model, TabMessage, Watches};
use damso_domain::{ClientKey, ConversationId};
use leptos::prelude::*;

use super::engine::Engine;
use crate::realtime::{Incoming, Realtime};
use crate::stores::boot;
use crate::stores::role::Role;

impl Engine {
    /// Opens the connection.
    pub fn connect(&self) {
        let this = self.this();
        let realtime = Realtime::start(self.core.api, self.core.is_live.clone(), move |incoming, text| {
            if let Some(engine) = this.upgrade().filter(|engine| engine.core.is_running()) {
                engine.pass_on(text);
                engine.receive(incoming);
            }
        });
        let mut watches = Watches::default();
        watches.set(self.core.tab, self.core.open.get().into_iter().collect());
        realtime.watch(watches.union());
        *self.others.watches.borrow_mut() = watches;
        *self.realtime.borrow_mut() = Some(realtime);
    }

    /// Closes the connection.
    pub fn disconnect(&self) {
        if let Some(realtime) = self.realtime.borrow_mut().take() {
            realtime.stop();
        }
    }

    fn live(&self) -> Option<Rc<Realtime>> {
        self.realtime.borrow().clone()
    }

    /// Takes what the socket brings, here or in the tab that leads.
    pub fn receive(&self, incoming: Incoming) {
        match incoming {
            Incoming::Ready(ready) => {
                boot::reload_if_outdated(&ready.min_client_version);
                if ready.user_rev < self.core.peek(Model::user_rev) {
                    // The server was set back to an earlier day: what was kept is of a time that never was.
                    self.core.change(&[], |model| model.set_user_rev(ready.user_rev));
                    boot::load(&self.core);
                }
                self.sync_all();
                self.send_all();
                self.came_back();
            }
            Incoming::Event(event) => self.core.take(|model| model.apply(*event, js_sys::Date::now())),
            Incoming::Unknown { conversation_id } => self.sync_soon(conversation_id),
            Incoming::SessionEnded => self.core.session.end(),
        }
    }

    /// The other tabs hear whether the connection of the one that leads is live.
    pub fn tell_of_connection(&self) {
        let this = self.this();
        let is_live = self.core.is_live.clone();
        let effect = Effect::new(move |_| {
            is_live.track();
            if let Some(engine) = this.upgrade() {
                engine.tell_whether_live();
            }
        });
        *self.others.effect.borrow_mut() = Some(effect);
    }

    /// The leader tells that it leads, and whether its connection is live.
    pub fn tell_whether_live(&self) {
        if self.core.role.get() == Role::Leads {
            self.core.tell(&TabMessage::Leads {
                is_live: self.core.is_live.get_untracked(),
            });
        }
    }

    /// The leader hands on what the socket has brought.
    fn pass_on(&self, text: &str) {
        if self.core.role.get() == Role::Leads && !text.is_empty() {
            self.core.tell(&TabMessage::Frame(text.to_owned()));
        }
    }

    /// Events arrive again, here or in the tab that leads: reads what no event and no sync tells.
    pub fn came_back(&self) {
        if let Some(open) = self.core.open.get() {
            self.core.load_reads(open);
        }
        boot::refresh(&self.core);
    }

    /// What a tab has on its screen. Messages and names are for all of them; typing and read positions come
    /// only for what any of them shows.
    pub fn show_in(&self, tab: ClientKey, shown: Vec<ConversationId>) {
        let Some(realtime) = self.live() else {
            return self.core.tell(&TabMessage::Watch(shown));
        };
        let union = {
            let mut watches = self.others.watches.borrow_mut();
            watches.set(tab, shown);
            watches.union()
        };
        realtime.watch(union);
    }

    /// Tells the others that I am typing.
    pub fn tell_typing(&self, id: ConversationId) {
        match self.live() {
            Some(realtime) => realtime.typing(id),
            None => self.core.tell(&TabMessage::Typing(id)),
        }
    }
}
